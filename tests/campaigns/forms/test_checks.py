"""What keeps a form from being published."""

from typing import Any

import pytest

from crm_app.campaigns.forms import checks, table
from crm_app.campaigns.forms.checks import Known
from tests.campaigns.forms.laid import EMAIL, NAME, parsed

KNOWN = Known(
    users=frozenset({1}),
    campaigns=frozenset({2, 5}),
    running=frozenset({2}),
    calendars=frozenset({3}),
    forms=frozenset({4}),
)
LATER = {"field": "f9", "op": "filled"}


def _errors(layout: Any) -> list[str]:
    return [each.about for each in checks.check(layout, KNOWN) if each.severity == "error"]


def test_frm1_a_plain_form_can_be_published() -> None:
    assert checks.check(parsed(), KNOWN) == []


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ([NAME], ""),
        ([NAME, {**EMAIL, "required": False}], "f2"),
        ([NAME, {**EMAIL, "show_if": {"field": "f1", "op": "filled"}}], "f2"),
        ([NAME, EMAIL, {"id": "x", "kind": "text", "label": " "}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "choice", "label": "Q", "choices": ["S"]}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "choices", "label": "Q", "choices": ["S", "S"]}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "hidden"}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "text", "label": "Q", "show_if": LATER}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "text", "label": "Q", "maps_to": "tag"}], "x"),
        ([NAME, EMAIL, {"id": "x", "kind": "date", "label": "Q", "maps_to": "phone"}], "x"),
    ],
)
def test_frm1_fields_that_cannot_be_shown(fields: list[dict[str, Any]], about: str) -> None:
    assert _errors(parsed(fields)) == [about]


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"title": " "}, "title"),
        ({"after": {"kind": "redirect", "url": "javascript:alert(1)"}}, "after"),
        ({"after": {"kind": "redirect", "url": "//evil.example"}}, "after"),
        ({"after": {"kind": "redirect", "url": "https://"}}, "after"),
        ({"after": {"kind": "redirect", "url": "https://a.example/\nSet-Cookie: x"}}, "after"),
        ({"after": {"kind": "booking", "calendar_id": 9}}, "after"),
        ({"after": {"kind": "form", "form_id": None}}, "after"),
        ({"campaign_id": 9}, "campaign"),
        ({"assign": {"mode": "user", "user_id": 9}}, "assign"),
        ({"assign": {"mode": "round_robin", "user_ids": []}}, "assign"),
    ],
)
def test_frm1_settings_that_lead_nowhere(settings: dict[str, Any], about: str) -> None:
    assert _errors(parsed([NAME, EMAIL], **settings)) == [about]


def test_frm1_settings_that_lead_somewhere() -> None:
    for settings in (
        {"after": {"kind": "redirect", "url": "https://sun.example/thanks?a=1"}},
        {"after": {"kind": "booking", "calendar_id": 3}},
        {"after": {"kind": "form", "form_id": 4}},
        {"campaign_id": 2},
        {"assign": {"mode": "round_robin", "user_ids": [1, 9]}},
    ):
        assert _errors(parsed([NAME, EMAIL], **settings)) == []


def test_frm1_a_campaign_that_does_not_run_yet_is_only_a_warning() -> None:
    found = checks.check(parsed([NAME, EMAIL], campaign_id=5), KNOWN)
    assert [(mistake.about, mistake.severity) for mistake in found] == [("campaign", "warning")]
    assert checks.check(parsed([NAME, EMAIL], campaign_id=2), KNOWN) == []


def test_frm1_an_empty_page_and_two_fields_for_one_target() -> None:
    assert _errors(parsed([NAME, EMAIL], [])) == ["p2"]
    twice = parsed([NAME, EMAIL, {**NAME, "id": "f3"}])
    assert [(m.about, m.severity) for m in checks.check(twice, KNOWN)] == [("f3", "warning")]


def test_frm1_a_condition_names_an_answer_that_exists() -> None:
    roof = {"id": "r", "kind": "choice", "label": "Roof", "choices": ["Flat", "Steep"]}
    area = {"id": "x", "kind": "text", "label": "Area"}
    for value, errors in (("Flat", []), ("Round", ["x"])):
        condition = {"field": "r", "op": "is", "value": value}
        assert _errors(parsed([NAME, EMAIL, roof, {**area, "show_if": condition}])) == errors


@pytest.mark.parametrize("cell", ["=1+1", "+49 30", "-1", "@SUM", "\t=1", "  =1", "＝1", "'x"])
def test_frm1_cells_that_a_spreadsheet_would_calculate_are_text(cell: str) -> None:
    assert table.harmless(cell) == f"'{cell}"


def test_frm1_a_file_has_a_column_for_all_that_was_ever_asked() -> None:
    newest = [{"field": "b", "label": "New words", "value": "2"}]
    oldest = [
        {"field": "a", "label": "Gone", "value": "1"},
        {"field": "b", "label": "Old words", "value": "2"},
    ]
    assert table.columns([newest, oldest], ["b"]) == [("b", "New words"), ("a", "Gone")]
    assert table.as_csv(["Ä"], [['say "hi", now']]).decode("utf-8-sig") == (
        'Ä\r\n"say ""hi"", now"\r\n'
    )
