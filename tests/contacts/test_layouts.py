"""What a layout is, and that it fits the fields that there are today (CON-4)."""

from typing import Any

import pytest

from crm_app.contacts import layouts
from crm_app.contacts.layouts import Group, Layout, Place, as_json, complete, default, parse
from crm_app.core.errors import Invalid
from crm_app.core.kinds import ContactKind

LEAD, COMPANY = ContactKind.LEAD, ContactKind.COMPANY


@pytest.mark.parametrize("kind", ContactKind)
def test_con4_the_card_as_it_comes_shows_every_field_once(kind: ContactKind) -> None:
    laid = default(kind, ("sync_mobile",))
    keys = list(laid.placed())
    assert len(keys) == len(set(keys))
    names = {"name"} if kind is COMPANY else {"first_name", "last_name", "company"}
    others = {"name", "first_name", "last_name", "company", *layouts.TOP}
    assert set(keys) == names | (set(layouts.FIELDS) - others) | {"sync_mobile"}
    assert all(laid.shows(key) for key in (*keys, *layouts.TOP))
    assert complete(laid, kind, ("sync_mobile",)) == laid
    assert complete(Layout(), kind, ("sync_mobile",)) == laid
    assert parse(as_json(laid)) == laid


def test_con4_a_field_that_came_later_stands_beside_its_neighbour() -> None:
    old = Layout((Group("a", "Us", (Place("addresses"), Place("note"))),), ("emails", "phones"))
    laid = complete(old, LEAD, ("sync_mobile",))
    assert list(laid.placed())[:7] == [
        "first_name",
        "last_name",
        "company",
        "kind",
        "addresses",
        "sync_mobile",
        "locale",
    ]
    assert laid.hidden == ("emails", "phones")
    assert sorted((*laid.placed(), *laid.hidden)) == sorted(
        default(LEAD, ("sync_mobile",)).placed()
    )


def test_con4_what_is_no_field_any_more_is_left_out_and_own_fields_stay() -> None:
    old = Layout(
        (Group("a", "", (Place("robot"), Place("custom.size", False), Place("tags"))),),
        ("custom.colour", "owner", "sync_mobile"),
    )
    laid = complete(old, COMPANY)
    assert "robot" not in laid.placed()
    assert laid.home("custom.size") is not None
    assert (laid.hidden, laid.shows("owner"), laid.shows("tags")) == (
        ("custom.colour", "owner"),
        False,
        True,
    )
    assert "first_name" not in laid.placed()


def test_con4_lists_need_the_whole_width() -> None:
    old = Layout((Group("a", "", (Place("emails", False), Place("locale", False))),))
    found = {
        place.key: place.wide for group in complete(old, LEAD).groups for place in group.places
    }
    assert (found["emails"], found["locale"]) == (True, False)
    assert [layouts.can_be_half(key) for key in ("custom.x", "custom", "sync_mobile")] == [
        True,
        False,
        False,
    ]


def _group(**values: Any) -> dict[str, Any]:
    return {"id": "g1", "title": "", "fields": [], **values}


@pytest.mark.parametrize(
    "data",
    [
        {"groups": 7},
        {"groups": [{}]},
        {"groups": ["x"]},
        {"groups": [_group(id="")]},
        {"groups": [_group(), _group()]},
        {"groups": [_group(id=7)]},
        {"groups": [_group(title="x" * 61)]},
        {"groups": [_group(title=["x"])]},
        {"groups": [_group(fields=[{"key": ""}])]},
        {"groups": [_group(fields=[{"key": "note"}, {"key": "note"}])]},
        {"groups": [_group(fields=[{"key": "note"}])], "hidden": ["note"]},
        {"groups": [_group(fields=[{"wide": True}])]},
        {"hidden": [None]},
        {"hidden": [f"custom.{number}" for number in range(201)]},
        {"groups": [_group(id=f"g{number}") for number in range(21)]},
        ["groups"],
    ],
)
def test_con4_what_is_no_layout_is_refused(data: Any) -> None:
    with pytest.raises(Invalid):
        parse(data)
