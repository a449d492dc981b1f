"""Filters as plain values: what a browser or a saved view may bring (CON-3)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.contacts.filters import NOBODY, Filters, ViewSpec, narrowed, parse
from crm_app.core.kinds import ContactKind

ALL: Filters = {
    "text": "anna",
    "kind": ContactKind.LEAD,
    "kinds": ["company", "lead"],
    "owner_id": NOBODY,
    "owners": [NOBODY, 7],
    "tag": "vip",
    "tags_any": ["a"],
    "tags_all": ["b"],
    "tags_none": ["c"],
    "company_id": 3,
    "email": False,
    "phone": True,
    "sources": ["form"],
    "locales": ["de"],
    "created_days": 7,
    "created_from": "2026-01-01",
    "created_to": "2026-02-01",
    "changed_days": 30,
    "changed_from": "2026-01-01",
    "changed_to": "2026-02-01",
    "still_days": 90,
    "quiet": ["sms"],
    "reachable": True,
    "custom": [{"key": "Size", "how": "is", "value": "M"}],
    "deleted": True,
}


def test_con3_a_view_comes_back_from_the_database_as_it_was() -> None:
    assert set(ALL) == set(Filters.__annotations__)
    spec = ViewSpec(ALL, "-created")
    assert ViewSpec.from_json(json.loads(json.dumps(spec.as_json()))) == spec


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"text": 5, "kinds": "lead", "owners": ["7", 2**40, True], "company_id": 0},
        {"kind": "robot", "kinds": ["robot"], "email": "yes", "created_days": -1},
        {"created_from": "yesterday", "quiet": ["pigeon"], "custom": [{"key": "a", "how": "like"}]},
        {"custom": [{"key": "", "how": "filled"}, {"key": "a", "how": "is", "value": ""}, "x"]},
        {"somebody": "else", "tags_any": ["", "  "]},
    ],
)
def test_con3_what_is_no_filter_is_left_out(raw: Any) -> None:
    assert parse(raw) == {}


@pytest.mark.parametrize("filters", [{}, {"deleted": True}, {"kind": ContactKind.LEAD}])
def test_con3_a_kind_of_list_is_no_narrowing(filters: Filters) -> None:
    assert not narrowed(filters)
    assert narrowed({**filters, "text": "a"})
    assert narrowed({**filters, "owner_id": NOBODY})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(ALL)) | st.text(max_size=4), _JSON))
def test_con3_anything_can_be_parsed_and_parsing_twice_changes_nothing(raw: dict[str, Any]) -> None:
    once = parse(raw)
    assert parse(json.loads(json.dumps(once))) == once
