"""Changing a plan's steps: insert, move, duplicate, remove, and the outline in which they are read.

Pure: every function gives a new plan. What always holds: a move keeps all steps exactly once, and
a step's id stays with it. A place names a gap as it is seen on the screen, before a moved step is
taken out; a place that does not exist (any more) is read as the nearest one, or refused.
"""

import dataclasses
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from crm_app.campaigns.plans.plan import Arm, Plan, Step
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

ARMS: dict[StepKind, tuple[Arm, ...]] = {
    StepKind.BRANCH: (Arm("yes"), Arm("no")),
    StepKind.SPLIT: (Arm("a", weight=1), Arm("b", weight=1)),
}
SPLIT_KEYS = "abcd"
_DEFAULTS: dict[StepKind, dict[str, object]] = {
    StepKind.EMAIL: {"subject": "", "body": "", "marketing": True},
    StepKind.SMS: {"body": ""},
    StepKind.MESSENGER: {"body": ""},
    StepKind.GOOGLE_BUSINESS: {"body": ""},
    StepKind.CALL: {"title": "", "who": "owner"},
    StepKind.VOICEMAIL: {"title": "", "who": "owner"},
    StepKind.TASK: {"title": "", "who": "owner"},
    StepKind.NOTIFY: {"text": "", "who": ["owner"], "mail": False},
    StepKind.WEBHOOK: {"url": ""},
    StepKind.WAIT: {"mode": "duration", "amount": 1, "unit": "days"},
    StepKind.BRANCH: {"all": True, "tests": []},
    StepKind.GOAL: {"event": "booked", "unmet": "continue"},
    StepKind.ADD_TAG: {"tag": ""},
    StepKind.REMOVE_TAG: {"tag": ""},
    StepKind.ASSIGN: {"mode": "user"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A gap: ``parent`` is "" at the top, else ``<step id>/<arm key>``; ``index`` counts from 0."""

    parent: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the outline: a step, a branch's name, or a gap where something can be put.

    ``parent`` and ``index`` are the gap's place, or the step's position; of an arm, ``parent`` is
    the arm itself. ``depth`` counts the branches around it.
    """

    kind: Literal["step", "slot", "arm"]
    depth: int
    parent: str
    index: int
    step: Step | None = None
    arm: Arm | None = None


def new_id() -> str:
    """An id that no step had before, so that the counts of a removed step stay its own."""
    return secrets.token_hex(4)


def new_step(kind: StepKind, step_id: str) -> Step:
    """A step of that kind as it comes from the palette."""
    return Step(
        id=step_id, kind=kind, config=dict(_DEFAULTS.get(kind, {})), arms=ARMS.get(kind, ())
    )


def insert(plan: Plan, where: Place, step: Step) -> Plan:
    """``step`` put into the gap; Invalid when its list is gone or the id is there already."""
    if plan.step(step.id):
        raise Invalid(N_("This step is in the campaign already."))
    _listed(plan, where.parent)
    return dataclasses.replace(
        plan, steps=_edited(plan.steps, where.parent, lambda s: _put(s, where, step))
    )


def remove(plan: Plan, step_id: str) -> Plan:
    """The plan without that step and its branches."""
    return dataclasses.replace(plan, steps=_without(plan.steps, step_id))


def move(plan: Plan, step_id: str, where: Place) -> Plan:
    """The step, with its branches, in another gap. Invalid into itself, or into a list that is gone."""
    step = _found(plan, step_id)
    if where.parent and holds(step, where.parent.partition("/")[0]):
        raise Invalid(N_("A step cannot be put into one of its own branches."))
    siblings = _listed(plan, where.parent)
    before = sum(1 for each in siblings[: max(0, where.index)] if each.id == step_id)
    return insert(remove(plan, step_id), Place(where.parent, where.index - before), step)


def duplicate(plan: Plan, step_id: str, make_id: Callable[[], str] = new_id) -> Plan:
    """A copy of the step and its branches right behind it, with ids of their own."""
    place = place_of(plan, step_id)
    copied = _copied(_found(plan, step_id), make_id)
    return insert(plan, Place(place.parent, place.index + 1), copied)


def replace(plan: Plan, step: Step) -> Plan:
    """The plan with the step of that id as it is given; unknown ids change nothing."""
    return dataclasses.replace(plan, steps=_replaced(plan.steps, step))


def place_of(plan: Plan, step_id: str) -> Place:
    """Where a step stands; Invalid when it is gone."""
    for row in flatten(plan):
        if row.kind == "step" and row.step and row.step.id == step_id:
            return Place(row.parent, row.index)
    raise Invalid(N_("This step is not in the campaign any more."))


def holds(step: Step, step_id: str) -> bool:
    """Whether ``step_id`` is the step itself or lies in one of its branches."""
    return any(each.id == step_id for each in Plan(steps=(step,)).walk())


def flatten(plan: Plan) -> list[Row]:
    """The outline from top to bottom: before, between and after all steps there is a gap."""
    return list(_rows(plan.steps, "", 0))


def _rows(steps: tuple[Step, ...], parent: str, depth: int) -> Iterator[Row]:
    for index, step in enumerate(steps):
        yield Row("slot", depth, parent, index)
        yield Row("step", depth, parent, index, step)
        for arm in step.arms:
            inside = f"{step.id}/{arm.key}"
            yield Row("arm", depth + 1, inside, 0, step, arm)
            yield from _rows(arm.steps, inside, depth + 1)
    yield Row("slot", depth, parent, len(steps))


def _found(plan: Plan, step_id: str) -> Step:
    step = plan.step(step_id)
    if step is None:
        raise Invalid(N_("This step is not in the campaign any more."))
    return step


def _listed(plan: Plan, parent: str) -> tuple[Step, ...]:
    if not parent:
        return plan.steps
    step_id, _, key = parent.partition("/")
    arm = next((arm for arm in _found(plan, step_id).arms if arm.key == key), None)
    if arm is None:
        raise Invalid(N_("This branch is not in the campaign any more."))
    return arm.steps


Steps = tuple[Step, ...]


def _put(steps: Steps, where: Place, step: Step) -> Steps:
    index = min(max(0, where.index), len(steps))
    return (*steps[:index], step, *steps[index:])


def _edited(steps: Steps, parent: str, edit: Callable[[Steps], Steps], path: str = "") -> Steps:
    """``steps`` with the list called ``parent`` changed by ``edit``; ``path`` names this list."""
    if path == parent:
        return edit(steps)
    return tuple(
        dataclasses.replace(
            step,
            arms=tuple(
                dataclasses.replace(
                    arm, steps=_edited(arm.steps, parent, edit, f"{step.id}/{arm.key}")
                )
                for arm in step.arms
            ),
        )
        for step in steps
    )


def _each_list(steps: Steps, change: Callable[[Steps], Steps]) -> Steps:
    """``steps`` and the lists of all its branches, each changed by ``change``."""
    return tuple(
        dataclasses.replace(
            step,
            arms=tuple(
                dataclasses.replace(arm, steps=_each_list(arm.steps, change)) for arm in step.arms
            ),
        )
        for step in change(steps)
    )


def _without(steps: Steps, step_id: str) -> Steps:
    return _each_list(steps, lambda listed: tuple(s for s in listed if s.id != step_id))


def _replaced(steps: Steps, step: Step) -> Steps:
    return _each_list(steps, lambda listed: tuple(step if s.id == step.id else s for s in listed))


def _copied(step: Step, make_id: Callable[[], str]) -> Step:
    return dataclasses.replace(
        step,
        id=make_id(),
        arms=tuple(
            dataclasses.replace(arm, steps=tuple(_copied(inner, make_id) for inner in arm.steps))
            for arm in step.arms
        ),
    )
