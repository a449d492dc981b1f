"""What a browser sends for a card, read into fields (CON-1, Q-1). Nothing that it sends is trusted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.ui.card_form import changed_fields, text
from crm_app.contacts.views import Card
from crm_app.core.kinds import ContactKind

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CARD = Card(
    id=1,
    kind=ContactKind.LEAD,
    name="Anna Ek",
    first_name="Anna",
    last_name="Ek",
    emails=(Email("a@x.example", "work"),),
    phones=(Phone("030 123456", "", "+4930123456"),),
    addresses=(),
    tags=(),
    company_id=None,
    company="",
    owner_id=None,
    owner_name="",
    owner_color=0,
    time_zone="",
    locale="de",
    do_not_disturb=("sms",),
    note="one\ntwo",
    custom={"size": 42, "list": [1]},
    source="",
    created_at=NOW,
    changed_at=NOW,
    deleted_at=None,
    may_change=True,
)
LINES = {"email": ["0"], "phone": ["0"], "place": [], "custom": ["0", "1"]}
SHOWN: dict[str, Any] = {
    "kind": "lead",
    # What Reflex sends for an input that the card does not show.
    "name": None,
    "first_name": "Anna",
    "last_name": "Ek",
    "locale": "de",
    "time_zone": "",
    "note": "one\r\ntwo",
    "email-0": "a@x.example",
    "email-0-label": "work",
    "phone-0": "030 123456",
    "phone-0-label": "",
    "custom-0": "42",
    "custom-0-label": "size",
    "custom-1": "[1]",
    "custom-1-label": "list",
    "quiet-sms": "on",
    "company": "",
}


def test_con1_an_untouched_form_changes_nothing() -> None:
    assert changed_fields(CARD, SHOWN, LINES) == {}


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"note": "one"}, {"note": "one"}),
        ({"first_name": " Anne "}, {"first_name": "Anne"}),
        ({"kind": "contact"}, {"kind": ContactKind.CONTACT}),
        ({"kind": "robot"}, {}),
        ({"email-0-label": "home"}, {"emails": [Email("a@x.example", "home")]}),
        ({"phone-0": "030 1"}, {"phones": [Phone("030 1")]}),
        ({"quiet-sms": None, "quiet-call": "on"}, {"do_not_disturb": ["call"]}),
        ({"custom-0": "43"}, {"custom": {"size": "43", "list": [1]}}),
        ({"custom-0-label": ""}, {"custom": {"list": [1]}}),
        ({"email-9": "other@x.example", "owner_id": "1", "deleted_at": ""}, {}),
        ({"note": None, "locale": 7, "first_name": ["x"]}, {}),
    ],
)
def test_con1_only_what_differs_is_given_on(typed: dict[str, Any], fields: dict[str, Any]) -> None:
    assert changed_fields(CARD, {**SHOWN, **typed}, LINES) == fields


def test_con1_lines_that_are_gone_are_left_out() -> None:
    assert changed_fields(CARD, SHOWN, {**LINES, "email": []}) == {"emails": []}


@pytest.mark.parametrize("sent", [None, 7, ["x"], {"a": 1}])
def test_q1_what_is_no_text_is_read_as_nothing(sent: Any) -> None:
    assert text({"x": sent}, "x") == ""
    assert text({}, "x") == ""
