"""What visitors type: shapes, conditions, pages, and that nothing is lost on the way."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.forms import answers, checking, turning
from crm_app.campaigns.forms import given as reading
from crm_app.campaigns.forms.layout import Layout
from tests.campaigns.forms.laid import EMAIL, NAME, TYPED, parsed


def _asking(kind: str, **more: Any) -> Layout:
    return parsed([{"id": "f1", "kind": kind, "label": "Q", "choices": ["S", "L"], **more}])


@pytest.mark.parametrize(
    ("kind", "typed", "good"),
    [
        ("text", "anything", True),
        ("text", "x" * 301, False),
        ("text", "two\nlines", False),
        ("long_text", "two\nlines", True),
        ("long_text", "x" * 4001, False),
        ("email", "anna@example.com", True),
        ("email", "anna@", False),
        ("phone", "+49 30 123456", True),
        ("phone", "call me", False),
        ("choice", "S", True),
        ("choice", "XL", False),
        ("date", "2026-02-28", True),
        ("date", "2026-02-30", False),
        ("date", "20260228", False),
        ("date", "28.2.2026", False),
        ("number", "12,5", True),
        ("number", "-3", True),
        ("number", "12e9", False),
        ("number", "٣", True),
    ],
)
def test_frm1_shapes(kind: str, typed: str, good: bool) -> None:
    made = _asking(kind)
    assert (checking.check(made, made.pages[0], {"a-f1": typed}) == {}) is good


@pytest.mark.parametrize(
    "kind", ["text", "email", "choice", "choices", "checkbox", "consent", "date"]
)
def test_frm1_required_and_optional(kind: str) -> None:
    for required in (True, False):
        made = _asking(kind, required=required)
        assert bool(checking.check(made, made.pages[0], {})) is required


def test_frm1_names_carry_no_web_address() -> None:
    made = _asking("text", maps_to="first_name")
    assert "web address" in checking.check(made, made.pages[0], {"a-f1": "www.buy.example"})["a-f1"]


def test_frm1_several_choices_are_read_by_their_words() -> None:
    made = _asking("choices")
    sent = checking.read(made, {"a-f1-0": "L", "a-f1-1": "<b>", "a-f1-7": "S"})
    assert answers.answers(made, sent) == {"f1": ("L",)}


ROOF = {"id": "f3", "kind": "choice", "label": "Roof", "choices": ["Flat", "Steep"]}
AREA = {
    "id": "f4",
    "kind": "number",
    "label": "Area",
    "required": True,
    "show_if": {"field": "f3", "op": "is", "value": "Flat"},
}
WHY = {
    "id": "f5",
    "kind": "text",
    "label": "Why",
    "show_if": {"field": "f4", "op": "filled"},
}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, ["f3"]),
        ({"a-f3": "Steep"}, ["f3"]),
        ({"a-f3": "Flat"}, ["f3", "f4"]),
        ({"a-f3": "Flat", "a-f4": "9"}, ["f3", "f4", "f5"]),
        # What hangs on a question that is not asked is not asked either.
        ({"a-f3": "Steep", "a-f4": "9"}, ["f3"]),
    ],
)
def test_frm1_conditions(values: dict[str, str], shown: list[str]) -> None:
    made = parsed([ROOF, AREA, WHY])
    assert [field.id for field in answers.asked(made, values)] == shown


def test_frm1_what_is_not_asked_is_neither_checked_nor_kept() -> None:
    made = parsed([ROOF, AREA])
    values = {"a-f3": "Steep", "a-f4": "nonsense"}
    assert checking.check(made, made.pages[0], values) == {}
    assert answers.written(made, values) == [{"field": "f3", "label": "Roof", "value": "Steep"}]


def _post(made: turning.Turn, **typed: str) -> dict[str, str]:
    """What a browser without a script sends from that page."""
    layout = made.page
    here = {name for field in layout.fields for name in answers.controls(field)}
    shown = {name: value for name, value in made.values.items() if name in here}
    return {
        **shown,
        **typed,
        turning.PAGE: layout.id,
        checking.CARRIED: checking.carry(layout, made.values),
    }


def test_frm1_pages_go_on_back_and_to_the_end_with_everything_typed() -> None:
    survey = parsed([NAME], [EMAIL], [ROOF])
    made = turning.first(survey, {})
    assert (made.page.id, made.number, made.of) == ("p1", 1, 3)
    made = turning.turn(survey, _post(made))
    assert (made.page.id, set(made.errors)) == ("p1", {"a-f1"})
    made = turning.turn(survey, _post(made, **{"a-f1": " Zoë "}))
    assert (made.page.id, made.number) == ("p2", 2)
    made = turning.turn(survey, {**_post(made, **{"a-f2": "zoe@"}), "go": "back"})
    assert (made.page.id, made.errors, made.values["a-f2"]) == ("p1", {}, "zoe@")
    made = turning.turn(survey, _post(made))
    made = turning.turn(survey, _post(made, **{"a-f2": "zoe@example.com"}))
    made = turning.turn(survey, _post(made))
    assert made.done
    assert made.values == {"a-f1": "Zoë", "a-f2": "zoe@example.com"}


def test_frm1_a_page_that_nobody_is_asked_about_is_left_out() -> None:
    survey = parsed([NAME, ROOF], [AREA], [EMAIL])
    made = turning.turn(survey, _post(turning.first(survey, {}), **{"a-f1": "Z", "a-f3": "Steep"}))
    assert (made.page.id, made.number, made.of) == ("p3", 2, 2)


def test_frm1_without_a_script_a_question_that_follows_from_the_page_comes_next() -> None:
    form = parsed([NAME, EMAIL, ROOF, AREA])
    sent = {**TYPED, "a-f3": "Flat", "page": "p1", "seen": "f1,f2,f3"}
    made = turning.turn(form, sent)
    assert (made.done, made.more, made.errors) == (False, True, {})
    made = turning.turn(form, {**sent, "seen": "f1,f2,f3,f4"})
    assert set(made.errors) == {"a-f4"}
    assert turning.turn(form, {**sent, "seen": "f1,f2,f3,f4", "a-f4": "80"}).done


def test_frm1_an_earlier_page_that_was_tampered_with_comes_back() -> None:
    survey = parsed([NAME], [EMAIL])
    forged = {"a-f2": "zoe@example.com", "page": "p2", "carried": json.dumps({"a-f1": ""})}
    made = turning.turn(survey, forged)
    assert (made.done, made.page.id, set(made.errors)) == (False, "p1", {"a-f1"})


@given(st.dictionaries(st.sampled_from(["page", "carried", "seen", "go", "a-f1", "x"]), st.text()))
def test_frm1_nothing_that_is_sent_breaks_a_form(form: dict[str, str]) -> None:
    survey = parsed([NAME], [EMAIL, ROOF, AREA])
    made = turning.turn(survey, form)
    assert set(made.values) <= {"a-f1", "a-f2", "a-f3", "a-f4"}
    assert not made.done


@pytest.mark.parametrize("carried", ["[]", "7", '{"a-f1": 7}', "{" * 5000, '{"owner_id": "1"}'])
def test_frm1_what_is_carried_may_be_anything(carried: str) -> None:
    assert checking.read(parsed([NAME]), {"carried": carried}) == {}


def test_frm1_answers_become_fields_of_a_contact() -> None:
    made = parsed(
        [
            {"id": "a", "kind": "text", "label": "First", "maps_to": "first_name"},
            {"id": "b", "kind": "text", "label": "Last", "maps_to": "last_name"},
            {"id": "c", "kind": "text", "label": "City", "maps_to": "city"},
            {
                "id": "d",
                "kind": "choices",
                "label": "Topics",
                "choices": ["Sun", "Wind"],
                "maps_to": "tag",
            },
            {"id": "e", "kind": "text", "label": "Tag", "maps_to": "tag"},
            {"id": "f", "kind": "number", "label": "Roof", "maps_to": "custom.Roof"},
        ],
        tags=["Fair"],
    )
    sent = {"a-a": "Zoë", "a-b": "Nowak", "a-c": "Łódź", "a-d-1": "Wind", "a-e": "VIP", "a-f": "80"}
    said = reading.read(made, sent)
    assert said.full_name == "Zoë Nowak"
    assert (said.place, said.custom) == ({"city": "Łódź"}, {"Roof": "80"})
    # A stranger's own words never become a tag.
    assert said.tags == ("Fair", "Wind")
