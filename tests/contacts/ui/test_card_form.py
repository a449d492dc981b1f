"""What a browser sends for a card, read into fields (CON-1, Q-1). Nothing that it sends is trusted."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from crm_app.contacts import layouts
from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.ui.card_form import (
    Shown,
    as_text,
    beside_fields,
    changed_fields,
    rebased,
    text,
)
from crm_app.contacts.views import Card
from crm_app.core.errors import Invalid
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
FIELDS = frozenset({*layouts.default(ContactKind.LEAD).placed(), "name"})
SHOWN_ALL = Shown(FIELDS, rest=frozenset({"size", "list"}))
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
    assert changed_fields(CARD, SHOWN, LINES, SHOWN_ALL) == {}


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
    assert changed_fields(CARD, {**SHOWN, **typed}, LINES, SHOWN_ALL) == fields


def test_con1_lines_that_are_gone_are_left_out() -> None:
    assert changed_fields(CARD, SHOWN, {**LINES, "email": []}, SHOWN_ALL) == {"emails": []}


@pytest.mark.parametrize("sent", [None, 7, ["x"], {"a": 1}])
def test_q1_what_is_no_text_is_read_as_nothing(sent: Any) -> None:
    assert text({"x": sent}, "x") == ""
    assert text({}, "x") == ""


def _without(*keys: str, **more: Any) -> Shown:
    return Shown(FIELDS - set(keys), **more)


def test_con4_hidden_fields_are_not_read_whatever_is_sent() -> None:
    none = Shown(frozenset())
    sent = {
        **SHOWN,
        "note": "x",
        "first_name": "x",
        "locale": "",
        "quiet-sms": None,
        "kind": "contact",
    }
    assert changed_fields(CARD, sent, {}, none) == {}
    assert changed_fields(CARD, {}, {}, none) == {}
    kept = _without("emails", "do_not_disturb", "custom", rest=frozenset())
    emptied = {**SHOWN, "email-0": "", "quiet-sms": None, "custom-0": "43", "note": "new"}
    assert changed_fields(CARD, emptied, LINES, kept) == {"note": "new"}


def test_con4_an_own_field_with_a_place_is_typed_like_any_other() -> None:
    placed = Shown(
        FIELDS,
        own={"own-0": "size", "own-1": "shoe"},
        rest=frozenset({"list"}),
        taken=frozenset({"size", "shoe", "hidden"}),
    )
    lines = {**LINES, "custom": ["1"]}
    assert changed_fields(CARD, {**SHOWN, "own-0": "42", "own-1": ""}, lines, placed) == {}
    typed = changed_fields(CARD, {**SHOWN, "own-0": "43", "own-1": "44"}, lines, placed)
    assert typed == {"custom": {"size": "43", "shoe": "44", "list": [1]}}
    emptied = changed_fields(CARD, {**SHOWN, "own-0": ""}, lines, placed)
    assert emptied == {"custom": {"list": [1]}}
    # What the browser does not send is left alone, and so is what it may not name.
    assert changed_fields(CARD, {**SHOWN, "own-9": "x"}, lines, placed) == {}
    for name in ("hidden", "size"):
        with pytest.raises(Invalid) as refused:
            changed_fields(CARD, {**SHOWN, "custom-1-label": name}, lines, placed)
        assert list(refused.value.fields) == ["custom.0"]


def test_con4_two_own_fields_cannot_have_one_name() -> None:
    with pytest.raises(Invalid) as refused:
        changed_fields(CARD, {**SHOWN, "custom-1-label": "size"}, LINES, SHOWN_ALL)
    assert list(refused.value.fields) == ["custom.1"]


@pytest.mark.parametrize("value", ["x" * 900, "one\ntwo", " a  b ", None, 7, [1], ""])
def test_q1_a_value_is_not_changed_by_saving_something_else(value: Any) -> None:
    card = dataclasses.replace(CARD, custom={"size": value})
    sent = {**SHOWN, "custom-0": as_text(value), "own-0": as_text(value), "note": "new"}
    lines = {**LINES, "custom": ["0"]}
    shown = Shown(FIELDS, rest=frozenset({"size"}))
    assert changed_fields(card, sent, lines, shown) == {"note": "new"}
    placed = Shown(FIELDS, own={"own-0": "size"}, taken=frozenset({"size"}))
    assert changed_fields(card, sent, {**LINES, "custom": []}, placed) == {"note": "new"}


def test_con4_own_fields_that_others_changed_meanwhile_stay() -> None:
    before = {"size": 1, "colour": "red", "gone": "x", "theirs": "a"}
    typed = {"size": 2, "colour": "red", "theirs": "a", "new": "n"}
    now = {"size": 1, "colour": "blue", "gone": "x", "score": 9}
    assert rebased(before, typed, now) == {"size": 2, "colour": "blue", "score": 9, "new": "n"}


def test_q1_words_about_a_field_stand_where_the_card_shows_it() -> None:
    error = Invalid(fields={"name": "Give a name."})
    assert beside_fields(error, _without("name")).fields == {"first_name": "Give a name."}
    assert beside_fields(error, _without("name", "first_name")).fields == {
        "last_name": "Give a name."
    }
    nowhere = beside_fields(error, _without("name", "first_name", "last_name"))
    assert (nowhere.fields, nowhere.user_message) == ({}, "Give a name.")
    lines = Invalid(fields={"emails.1": "No.", "company_id": "No."})
    assert beside_fields(lines, SHOWN_ALL).fields == lines.fields
    assert beside_fields(lines, _without("company")).user_message == "No."
    assert beside_fields(Invalid("Look."), SHOWN_ALL).user_message == "Look."
