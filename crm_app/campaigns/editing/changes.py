"""What a draft changes of what is published: added, removed, changed, moved, switched. Pure.

Steps keep their id through all versions, which is how they are told apart (CAM-1).
"""

from dataclasses import dataclass, fields, replace
from typing import Literal

from crm_app.campaigns.plans.plan import Plan, Step

What = Literal["added", "removed", "changed", "moved", "on", "off"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a step; ``before`` and ``after`` are the step in either plan."""

    what: What
    before: Step | None
    after: Step | None


def steps(before: Plan, after: Plan) -> list[Change]:
    """The changes of steps in the order of the new plan, then what is gone."""
    old, new = {s.id: s for s in before.walk()}, {s.id: s for s in after.walk()}
    moved = _moved(before, after)
    found: list[Change] = []
    for step_id, step in new.items():
        known = old.get(step_id)
        found += _of(known, step, moved=step_id in moved)
    return found + [Change("removed", step, None) for key, step in old.items() if key not in new]


def settings(before: Plan, after: Plan) -> list[str]:
    """The names of the settings that differ."""
    return [
        each.name
        for each in fields(before.settings)
        if getattr(before.settings, each.name) != getattr(after.settings, each.name)
    ]


def _of(known: Step | None, step: Step, *, moved: bool) -> list[Change]:
    if known is None:
        return [Change("added", None, step)]
    found = []
    if moved:
        found.append(Change("moved", known, step))
    if known.on != step.on:
        found.append(Change("on" if step.on else "off", known, step))
    if _bare(known) != _bare(step):
        found.append(Change("changed", known, step))
    return found


def _bare(step: Step) -> Step:
    """The step itself, without what stands in its branches."""
    return replace(step, on=True, arms=tuple(replace(arm, steps=()) for arm in step.arms))


def _moved(before: Plan, after: Plan) -> set[str]:
    """The steps that stand elsewhere: in another list, or in another order among those that stay."""
    old, new = _lists(before), _lists(after)
    where = {step_id: parent for parent, ids in old.items() for step_id in ids}
    found: set[str] = set()
    for parent, ids in new.items():
        found |= {step_id for step_id in ids if where.get(step_id, parent) != parent}
        stayed = [step_id for step_id in ids if where.get(step_id) == parent]
        kept = [step_id for step_id in old.get(parent, []) if step_id in stayed]
        found |= set(stayed) - _longest_run(kept, stayed)
    return found


def _longest_run(before: list[str], after: list[str]) -> set[str]:
    """The most steps that kept their order: the longest increasing run of old positions."""
    position = {step_id: index for index, step_id in enumerate(before)}
    best: list[list[str]] = []
    for step_id in after:
        longest: list[str] = []
        for run in best:
            if position[run[-1]] < position[step_id] and len(run) > len(longest):
                longest = run
        best.append([*longest, step_id])
    best.sort(key=len)
    return set(best[-1]) if best else set()


def _lists(plan: Plan) -> dict[str, list[str]]:
    found = {"": [step.id for step in plan.steps]}
    for step in plan.walk():
        for arm in step.arms:
            found[f"{step.id}/{arm.key}"] = [inner.id for inner in arm.steps]
    return found
