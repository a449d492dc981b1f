"""What the guard lets through to a handler's annotations."""

from enum import StrEnum
from typing import Any, Literal, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.ui.payload import fits


class Shade(StrEnum):
    LIGHT = "light"


class Row(TypedDict, total=False):
    id: int
    name: str


FITS = [
    (1, int),
    ("a", str),
    (True, bool),
    (1, float),
    (1.5, float),
    (None, int | None),
    (None, None),
    ([1, 2], list[int]),
    ([], list[int]),
    ({"a": [1]}, dict[str, list[int]]),
    ({"a": {"deep": [None]}}, dict[str, Any]),
    ("light", Shade),
    ("x", Literal["x", "y"]),
    ([1, "a"], tuple[int, str]),
    ([1, 2, 3], tuple[int, ...]),
    ({"id": 1}, Row),
    ({"a": 1}, dict),
]
FITS_NOT = [
    ({"$ne": 1}, int),
    (True, int),
    ("1", int),
    (1.0, int),
    (2**60, int),
    (1, str),
    (1, bool),
    (None, str),
    (True, float),
    (["a"], list[int]),
    ("ab", list[str]),
    ({"a": "b"}, dict[str, int]),
    ([["a", 1]], dict[str, int]),
    ("dark", Shade),
    ([], Shade),
    ({}, Shade),
    ("z", Literal["x", "y"]),
    (True, Literal[1]),
    ([1], tuple[int, str]),
    ({"id": "1"}, Row),
    ({"id": 1, "evil": 1}, Row),
    ("a", bytes),
    ("a", object),
    ({"a": 1}, Row | None),
]


@pytest.mark.parametrize(("value", "hint"), FITS)
def test_fits(value: object, hint: Any) -> None:
    assert fits(value, hint)


@pytest.mark.parametrize(("value", "hint"), FITS_NOT)
def test_fits_not(value: object, hint: Any) -> None:
    assert not fits(value, hint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_whatever_a_browser_sends_gets_an_answer_and_never_a_wrong_type(value: object) -> None:
    assert fits(value, str) == isinstance(value, str)
    if fits(value, dict[str, list[int] | None]):
        assert isinstance(value, dict)
        assert all(each is None or isinstance(each, list) for each in value.values())
    fits(value, Shade)
    fits(value, Row)
