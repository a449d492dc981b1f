"""What a draft changes of what is published."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.editing import changes
from crm_app.campaigns.plans import tree
from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.plans.tree import Place
from tests.campaigns.editing.conftest import plan, step

A, B, C = (step("add_tag", name, tag=name) for name in "abc")


def fork(*yes: dict[str, Any]) -> dict[str, Any]:
    return step("branch", "fork", arms=[{"key": "yes", "steps": list(yes)}, {"key": "no"}])


def said(before: Plan, after: Plan) -> list[tuple[str, str]]:
    return [
        (each.what, (each.after or each.before).id)  # type: ignore[union-attr]
        for each in changes.steps(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B], []),
        ([A], [A, B], [("added", "b")]),
        ([A, B], [A], [("removed", "b")]),
        ([A, B, C], [B, C, A], [("moved", "a")]),
        ([A, B, C], [C, A, B], [("moved", "c")]),
        ([A, fork()], [fork(A)], [("moved", "a")]),
        ([fork(A)], [fork()], [("removed", "a")]),
        ([A], [{**A, "on": False}], [("off", "a")]),
        ([{**A, "on": False}], [A], [("on", "a")]),
        ([A], [step("add_tag", "a", tag="x", on=False)], [("off", "a"), ("changed", "a")]),
        ([A], [{**A, "delay": {"amount": 5, "unit": "days"}}], [("changed", "a")]),
    ],
    ids=[
        "same",
        "added",
        "removed",
        "first to last",
        "last to first",
        "into a branch",
        "out of a branch",
        "off",
        "on",
        "off and changed",
        "delay",
    ],
)
def test_cam1_the_changes_in_words(
    before: list[Any], after: list[Any], expected: list[tuple[str, str]]
) -> None:
    assert said(plan(*before), plan(*after)) == expected


def test_cam1_a_changed_setting_is_named() -> None:
    assert changes.settings(plan(A), plan(A)) == []
    assert changes.settings(plan(A), plan(A, stop_on_reply=False)) == ["stop_on_reply"]


@given(st.permutations(list("abcdefg")), st.integers(0, 6), st.integers(0, 7))
def test_cam1_one_move_is_one_change(order: list[str], at: int, to: int) -> None:
    before = plan(*(step("add_tag", name, tag=name) for name in order))
    after = tree.move(before, order[at], Place("", to))
    found = said(before, after)
    assert len(found) <= 1
    assert [s.id for s in after.walk()] == order or found
