"""Arranging the card: whatever is done, no field is lost and none comes twice (CON-4)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.contacts import layout_moves as moves
from crm_app.contacts import layouts
from crm_app.contacts.layouts import Group, Layout, Place
from crm_app.core.kinds import ContactKind

LEAD = ContactKind.LEAD
SMALL = Layout(
    (
        Group("a", "One", (Place("emails"), Place("locale", False))),
        Group("b", "Two", (Place("note"),)),
        Group("c", "Three"),
    ),
    ("phones", "tags"),
)


def _keys(layout: Layout) -> list[list[str]]:
    return [[place.key for place in group.places] for group in layout.groups]


@pytest.mark.parametrize(
    ("key", "group", "index", "expected"),
    [
        ("emails", "a", 2, [["locale", "emails"], ["note"], []]),
        ("emails", "a", 1, [["emails", "locale"], ["note"], []]),
        ("emails", "b", 0, [["locale"], ["emails", "note"], []]),
        ("emails", "c", 99, [["locale"], ["note"], ["emails"]]),
        ("phones", "b", -3, [["emails", "locale"], ["phones", "note"], []]),
        ("custom.size", "c", 0, [["emails", "locale"], ["note"], ["custom.size"]]),
        ("emails", "z", 0, [["emails", "locale"], ["note"], []]),
        ("robot", "a", 0, [["emails", "locale"], ["note"], []]),
        ("tags", "a", 0, [["emails", "locale"], ["note"], []]),
    ],
)
def test_con4_a_field_is_moved(key: str, group: str, index: int, expected: Any) -> None:
    moved = moves.move(SMALL, key, group, index)
    assert _keys(moved) == expected
    assert ("phones" in moved.hidden) == (key != "phones")


def test_con4_a_moved_field_keeps_its_width_and_a_new_own_one_is_half() -> None:
    moved = moves.send(moves.widen(SMALL, "locale", True), "locale", "c")
    assert moved.groups[2].places == (Place("locale", True),)
    assert moves.send(SMALL, "custom.size", "c").groups[2].places == (Place("custom.size", False),)
    assert moves.widen(SMALL, "emails", False) == SMALL


def test_con4_steps_go_over_the_edge_of_a_group() -> None:
    assert _keys(moves.step(SMALL, "locale", -1))[0] == ["locale", "emails"]
    assert _keys(moves.step(SMALL, "locale", 1)) == [["emails"], ["locale", "note"], []]
    assert _keys(moves.step(SMALL, "note", -1)) == [["emails", "locale", "note"], [], []]
    for key, by in (("emails", -1), ("phones", 1), ("robot", 1)):
        assert moves.step(SMALL, key, by) == SMALL
    assert _keys(moves.step(moves.step(SMALL, "note", 1), "note", 1))[2] == ["note"]


def test_con4_hidden_fields_come_back_to_where_they_stand_by_default() -> None:
    normal = layouts.default(LEAD, ("sync_mobile",))
    hidden = moves.hide(moves.hide(normal, "sync_mobile"), "tags")
    assert hidden.hidden == ("sync_mobile", "tags")
    assert not hidden.shows("sync_mobile")
    assert moves.hide(hidden, "tags") == hidden
    assert moves.hide(hidden, "robot") == hidden
    shown = moves.show(moves.show(hidden, "tags", LEAD), "sync_mobile", LEAD, ("sync_mobile",))
    assert shown == normal
    assert moves.show(normal, "note", LEAD) == normal


def test_con4_own_fields_get_a_place_and_go_back_to_the_others() -> None:
    hidden = moves.hide(SMALL, "custom.size")
    assert hidden.hidden == ("phones", "tags", "custom.size")
    placed = moves.show(hidden, "custom.size", LEAD)
    assert _keys(placed)[2] == ["custom.size"]
    assert moves.put_back(placed, "custom.size") == SMALL
    assert moves.put_back(placed, "note") == placed


def test_con4_groups_are_made_named_folded_moved_and_removed() -> None:
    grown = moves.add_group(SMALL)
    assert grown.groups[3].id == "g1"
    named = moves.fold_group(moves.name_group(grown, "g1", "Four"), "g1", True)
    assert (named.groups[3].title, named.groups[3].folded) == ("Four", True)

    def order(layout: Layout) -> str:
        return "".join(group.id for group in layout.groups)

    assert order(moves.move_group(SMALL, "a", 3)) == "bca"
    assert order(moves.move_group(SMALL, "c", 0)) == "cab"
    assert order(moves.step_group(SMALL, "a", 1)) == "bac"
    assert order(moves.step_group(SMALL, "b", -1)) == "bac"
    assert (
        order(moves.step_group(SMALL, "a", -1)) == order(moves.step_group(SMALL, "c", 1)) == "abc"
    )
    assert moves.step_group(SMALL, "z", 1) == moves.move_group(SMALL, "z", 1) == SMALL
    assert _keys(moves.remove_group(SMALL, "a")) == [["emails", "locale", "note"], []]
    assert _keys(moves.remove_group(SMALL, "b")) == [["emails", "locale", "note"], []]
    assert moves.remove_group(Layout(SMALL.groups[:1]), "a") == Layout(SMALL.groups[:1])
    full = Layout(tuple(Group(str(number)) for number in range(layouts.MOST_GROUPS)))
    assert moves.add_group(full) == full


KEYS = st.sampled_from(
    [*layouts.default(LEAD, ("sync_mobile",)).placed(), "custom.size", "tags", "robot"]
)
GROUPS = st.sampled_from(["g1", "g2", "g3", "g4", "g5", "z"])
BY, AT = st.sampled_from([-1, 1]), st.integers(-2, 9)
ACTS = st.one_of(
    st.tuples(st.just(moves.move), KEYS, GROUPS, AT),
    st.tuples(st.just(moves.step), KEYS, BY),
    st.tuples(st.just(moves.send), KEYS, GROUPS),
    st.tuples(st.just(moves.hide), KEYS),
    st.tuples(st.just(moves.show), KEYS, st.just(LEAD), st.just(("sync_mobile",))),
    st.tuples(st.just(moves.put_back), KEYS),
    st.tuples(st.just(moves.widen), KEYS, st.booleans()),
    st.tuples(st.just(moves.add_group)),
    st.tuples(st.just(moves.remove_group), GROUPS),
    st.tuples(st.just(moves.move_group), GROUPS, AT),
    st.tuples(st.just(moves.step_group), GROUPS, BY),
    st.tuples(st.just(moves.fold_group), GROUPS, st.booleans()),
)


@given(st.lists(ACTS, max_size=25))
def test_con4_whatever_is_done_no_field_is_lost_and_none_comes_twice(acts: list[Any]) -> None:
    laid = normal = layouts.default(LEAD, ("sync_mobile",))
    for act, *given_ in acts:
        laid = act(laid, *given_)
        keys = [*laid.placed(), *laid.hidden]
        assert len(keys) == len(set(keys))
        assert set(normal.placed()) <= set(keys) <= {*normal.placed(), "custom.size", "tags"}
        assert layouts.complete(laid, LEAD, ("sync_mobile",)) == laid
        assert layouts.parse(layouts.as_json(laid)) == laid
