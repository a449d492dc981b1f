"""The checks of a contact's fields (CON-1, Q-1)."""

from typing import Any

import pytest

from crm_app.contacts.fields import Address, Email, Phone, checked, named
from crm_app.core.errors import Invalid
from crm_app.core.kinds import ContactKind


def test_con1_lists_are_cleaned_and_doubles_dropped() -> None:
    clean = checked(
        {
            "emails": [Email(" Anna@x.example "), Email(""), Email("ANNA@X.example", "work")],
            "phones": [Phone("030 123456", " home "), Phone("+49 30 123456"), Phone(" ")],
            "addresses": [Address(city=" Berlin "), Address(label="work")],
            "tags": [" VIP ", "", "VIP"],
            "do_not_disturb": ["sms", "email", "sms"],
        },
        region="DE",
    )
    assert clean["emails"] == [Email("Anna@x.example")]
    assert clean["phones"] == [Phone("030 123456", "home", "+4930123456")]
    assert clean["addresses"] == [Address(city="Berlin")]
    assert clean["tags"] == ["VIP"]
    assert clean["do_not_disturb"] == ["email", "sms"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"emails": [Email("a@x.example"), Email("nonsense")]}, "emails.1"),
        ({"phones": [Phone("call me")]}, "phones.0"),
        ({"do_not_disturb": ["pigeon"]}, "do_not_disturb"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"locale": "tlh"}, "locale"),
        ({"kind": "robot"}, "kind"),
        ({"custom": {"x": object()}}, "custom"),
        ({"custom": {"x": "y" * 60_000}}, "custom"),
        ({"custom": {"x": float("nan")}}, "custom"),
        ({"tags": [str(number) for number in range(51)]}, "tags"),
    ],
)
def test_q1_every_wrong_field_is_named(fields: Any, where: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked(fields)
    assert list(caught.value.fields) == [where]
    assert caught.value.fields[where].endswith(".")


def test_q1_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        checked({"emails": [Email("x")], "phones": [Phone("y")], "locale": "zz"})
    assert set(caught.value.fields) == {"emails.0", "phones.0", "locale"}


def test_con1_fields_that_a_contact_does_not_have_are_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError):
        checked({"deleted_at": None})  # type: ignore[typeddict-unknown-key]


def test_con1_parts_of_the_name_follow_from_what_was_given() -> None:
    person, company = ContactKind.LEAD, ContactKind.COMPANY
    assert named({"name": "Anna Ek"}, person)["last_name"] == "Ek"
    assert named({"name": "Ek Sons"}, company)["last_name"] == ""
    assert named({"last_name": "Berg"}, person, first_name="Anna")["name"] == "Anna Berg"
    assert named({"first_name": "A", "last_name": "B", "name": "Dr. A B"}, person)["name"] == (
        "Dr. A B"
    )
    assert named({"note": "x"}, person) == {"note": "x"}
