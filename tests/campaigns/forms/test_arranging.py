"""Changing a layout: drops, steps by keyboard, copies and pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.forms import arranging, layout
from crm_app.campaigns.forms.layout import FieldKind, Layout
from tests.campaigns.forms.laid import parsed


def _field(name: str) -> dict[str, str]:
    return {"id": name, "kind": "text", "label": name}


def _two_pages() -> Layout:
    return parsed([_field("a"), _field("b"), _field("c")], [_field("d")])


def _shape(made: Layout) -> list[str]:
    return ["".join(field.id for field in page.fields) for page in made.pages]


@pytest.mark.parametrize(
    ("field_id", "page_id", "index", "after"),
    [
        ("a", "p1", 3, ["bca", "d"]),
        ("a", "p1", 2, ["bac", "d"]),
        ("a", "p1", 0, ["abc", "d"]),
        ("a", "p1", 1, ["abc", "d"]),
        ("c", "p1", 0, ["cab", "d"]),
        ("b", "p2", 0, ["ac", "bd"]),
        ("b", "p2", 99, ["ac", "db"]),
        ("d", "p1", -5, ["dabc", ""]),
        ("x", "p1", 0, ["abc", "d"]),
        ("a", "p9", 0, ["abc", "d"]),
    ],
)
def test_frm1_a_drop_puts_a_field_where_it_was_dropped(
    field_id: str, page_id: str, index: int, after: list[str]
) -> None:
    assert _shape(arranging.move(_two_pages(), field_id, page_id, index)) == after


@pytest.mark.parametrize(
    ("field_id", "by", "after"),
    [
        ("a", 1, ["bac", "d"]),
        ("b", -1, ["bac", "d"]),
        ("a", -1, ["abc", "d"]),
        ("c", 1, ["ab", "cd"]),
        ("d", -1, ["abcd", ""]),
        ("d", 1, ["abc", "d"]),
        ("x", 1, ["abc", "d"]),
    ],
)
def test_frm1_steps_go_over_the_edge_of_a_page(field_id: str, by: int, after: list[str]) -> None:
    assert _shape(arranging.step(_two_pages(), field_id, by)) == after


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdx"), st.sampled_from(("p1", "p2", "p3")), st.integers(-2, 9))
    )
)
def test_frm1_moving_never_loses_or_doubles_a_field(moves: list[tuple[str, str, int]]) -> None:
    made = _two_pages()
    for field_id, page_id, index in moves:
        made = arranging.move(made, field_id, page_id, index)
    assert sorted("".join(_shape(made))) == list("abcd")


def test_frm1_a_copy_stands_below_and_fills_nothing() -> None:
    made = arranging.new_layout("Ask", str)
    copied = arranging.duplicate(made, "f1")
    assert [field.id for field in copied.fields()] == ["f1", "f3", "f2"]
    assert copied.field("f3").maps_to == ""
    assert [f.maps_to for f in made.fields()] == ["name", "email"]


def test_frm1_new_fields_fill_what_nothing_fills_yet() -> None:
    made = arranging.new_layout("Ask", str)
    assert arranging.new_field(made, FieldKind.PHONE, "Phone").maps_to == "phone"
    assert arranging.new_field(made, FieldKind.EMAIL, "Other").maps_to == ""


def test_frm1_pages_come_go_and_move_and_the_last_one_stays() -> None:
    made = arranging.add_page(_two_pages())
    assert [page.id for page in made.pages] == ["p1", "p2", "p3"]
    assert [page.id for page in arranging.move_page(made, "p3", -1).pages] == ["p1", "p3", "p2"]
    assert arranging.move_page(made, "p1", -1) == made
    for page_id in ("p1", "p2", "p3"):
        made = arranging.remove_page(made, page_id)
    assert [page.id for page in made.pages] == ["p3"]


def test_frm1_a_form_does_not_grow_without_end() -> None:
    made = _two_pages()
    for _ in range(100):
        made = arranging.duplicate(arranging.add_page(made), "a")
    assert (len(list(made.fields())), len(made.pages)) == (layout.MOST_FIELDS, layout.MOST_PAGES)
    assert layout.parse(layout.as_json(made)) == made


def test_frm1_answers_are_read_one_a_line() -> None:
    assert arranging.choices_from(" S \n\nL\nS\n") == ("S", "L")
