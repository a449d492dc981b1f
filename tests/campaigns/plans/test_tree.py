"""Changing the steps of a plan: nothing is lost, nothing is there twice (CAM-6)."""

from itertools import count

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm_app.campaigns.plans import tree
from crm_app.campaigns.plans.plan import Plan, Step
from crm_app.campaigns.plans.tree import Place, flatten
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind
from tests.campaigns.plans.drawn import plans

MODEST = settings(max_examples=120, derandomize=True, database=None)


def _ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.walk()]


def _made(*ids: str) -> Plan:
    plan = Plan()
    for index, step_id in enumerate(ids):
        plan = tree.insert(plan, Place("", index), tree.new_step(StepKind.SMS, step_id))
    return plan


def _with_branch() -> Plan:
    plan = tree.insert(_made("a", "z"), Place("", 1), tree.new_step(StepKind.BRANCH, "b"))
    return tree.insert(plan, Place("b/yes", 0), tree.new_step(StepKind.EMAIL, "y"))


@MODEST
@given(plans(), st.data())
def test_cam6_a_move_keeps_every_step_exactly_once(plan: Plan, data: st.DataObject) -> None:
    rows = flatten(plan)
    steps = [row.step for row in rows if row.kind == "step" and row.step]
    assume(steps)
    step = data.draw(st.sampled_from(steps))
    slot = data.draw(st.sampled_from([row for row in rows if row.kind == "slot"]))
    where = Place(slot.parent, slot.index)
    if slot.parent and tree.holds(step, slot.parent.partition("/")[0]):
        with pytest.raises(Invalid):
            tree.move(plan, step.id, where)
        return
    moved = tree.move(plan, step.id, where)
    assert sorted(_ids(moved)) == sorted(_ids(plan))
    assert moved.step(step.id) == step, "a step keeps its settings and its branches"
    stands = tree.place_of(moved, step.id)
    same_list = tree.place_of(plan, step.id).parent == slot.parent
    behind = same_list and tree.place_of(plan, step.id).index < slot.index
    assert stands == Place(slot.parent, slot.index - 1 if behind else slot.index)


@MODEST
@given(plans(), st.data())
def test_cam6_a_step_can_be_put_into_every_gap(plan: Plan, data: st.DataObject) -> None:
    slot = data.draw(st.sampled_from([row for row in flatten(plan) if row.kind == "slot"]))
    where = Place(slot.parent, slot.index)
    put = tree.insert(plan, where, tree.new_step(StepKind.SPLIT, "new"))
    assert tree.place_of(put, "new") == where
    assert tree.remove(put, "new") == plan, "and taken out again"


@MODEST
@given(plans(), st.data())
def test_cam6_a_copy_stands_behind_with_ids_of_its_own(plan: Plan, data: st.DataObject) -> None:
    assume(plan.steps)
    step_id = data.draw(st.sampled_from(_ids(plan)))
    numbers = count()
    copied = tree.duplicate(plan, step_id, lambda: f"copy{next(numbers)}")
    place = tree.place_of(plan, step_id)
    siblings = [r for r in flatten(copied) if r.kind == "step" and r.parent == place.parent]
    twin = siblings[place.index + 1].step
    original = plan.step(step_id)
    assert twin is not None
    assert original is not None
    assert twin.id.startswith("copy")
    assert [s.kind for s in Plan(steps=(twin,)).walk()] == [
        s.kind for s in Plan(steps=(original,)).walk()
    ]
    assert len(set(_ids(copied))) == len(_ids(copied))


@MODEST
@given(plans())
def test_cam6_the_outline_has_a_gap_before_and_after_every_step(plan: Plan) -> None:
    rows = flatten(plan)
    assert [row.step.id for row in rows if row.kind == "step" and row.step] == _ids(plan)
    for position, row in enumerate(rows):
        if row.kind == "step":
            before = rows[position - 1]
            assert (before.kind, before.parent, before.index) == ("slot", row.parent, row.index)
    lists = {row.parent for row in rows}
    assert all(
        rows.count(tree.Row("slot", r.depth, r.parent, r.index)) == 1
        for r in rows
        if r.kind == "slot"
    )
    assert lists == {row.parent for row in rows if row.kind == "slot"}


def test_cam6_moving_down_and_up_means_the_gap_that_one_sees() -> None:
    plan = _made("a", "b", "c")
    assert _ids(tree.move(plan, "a", Place("", 2))) == ["b", "a", "c"]
    assert _ids(tree.move(plan, "a", Place("", 3))) == ["b", "c", "a"]
    assert _ids(tree.move(plan, "c", Place("", 0))) == ["c", "a", "b"]
    assert _ids(tree.move(plan, "b", Place("", 1))) == ["a", "b", "c"]
    assert _ids(tree.move(plan, "b", Place("", 99))) == ["a", "c", "b"]


def test_cam6_into_a_branch_and_out_again() -> None:
    plan = _with_branch()
    inside = tree.move(plan, "z", Place("b/no", 0))
    assert inside.into("b", "no") == "z"
    assert tree.move(inside, "z", Place("", 2)) == plan


def test_cam6_a_step_does_not_go_into_itself() -> None:
    with pytest.raises(Invalid):
        tree.move(_with_branch(), "b", Place("b/yes", 0))


@pytest.mark.parametrize("parent", ["gone/yes", "b/maybe", "a/yes"])
def test_cam6_a_list_that_is_gone_takes_nothing(parent: str) -> None:
    with pytest.raises(Invalid):
        tree.insert(_with_branch(), Place(parent, 0), tree.new_step(StepKind.SMS, "new"))
    with pytest.raises(Invalid):
        tree.move(_with_branch(), "z", Place(parent, 0))


def test_cam6_an_unknown_step_is_refused_and_a_known_one_not_put_in_twice() -> None:
    plan = _with_branch()
    for refused in (tree.duplicate, tree.place_of):
        with pytest.raises(Invalid):
            refused(plan, "gone")
    with pytest.raises(Invalid):
        tree.insert(plan, Place("b/no", 0), Step("y", StepKind.SMS))


def test_cam3_a_step_is_replaced_wherever_it_stands() -> None:
    off = Step("y", StepKind.EMAIL, on=False)
    changed = tree.replace(_with_branch(), off)
    assert changed.step("y") == off
    assert _ids(changed) == _ids(_with_branch())
    assert tree.replace(changed, Step("gone", StepKind.SMS)) == changed


def test_cam6_new_ids_are_new() -> None:
    assert len({tree.new_id() for _ in range(1000)}) == 1000
    assert {arm.key for arm in tree.new_step(StepKind.BRANCH, "x").arms} == {"yes", "no"}
