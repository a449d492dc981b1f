"""Where the way parts: conditions, splits by weight, and goals (CAM-2). Pure."""

import hashlib
from collections.abc import Iterator, Sequence

from crm_app.campaigns.plans.conditions import holds
from crm_app.campaigns.plans.configs import Branch, Goal, read
from crm_app.campaigns.plans.paths import ahead
from crm_app.campaigns.plans.plan import Arm, Plan, Step
from crm_app.campaigns.running.moves import Move
from crm_app.campaigns.running.standing import Heard, World
from crm_app.campaigns.running.values import view_of
from crm_app.campaigns.running.visits import Visit, go_on, leave, stay
from crm_app.contacts.names import folded
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind, StepOutcome


def choose(visit: Visit, branch: Branch) -> Move:
    """Into yes or no, as the conditions hold; without any they hold."""
    view = view_of(visit.world, visit.standing)
    results = [holds(test, view) for test in branch.tests]
    yes = all(results) if branch.all or not results else any(results)
    refused = "condition_no" if branch.all else "condition_none"
    arm = "yes" if yes else "no"
    to = visit.plan.into(visit.step.id, arm)
    reason = "condition_yes" if yes else refused
    return go_on(visit, StepOutcome.DONE, reason, {"arm": arm}, to=to)


def split(visit: Visit) -> Move:
    """Into the arm that falls to this contact: always the same one, and shared by weight."""
    arm = drawn(visit.step.arms, visit.standing.id, visit.step.id)
    if arm is None:
        return go_on(visit, StepOutcome.DONE)
    to = visit.plan.into(visit.step.id, arm.key)
    return go_on(visit, StepOutcome.DONE, "drawn", {"arm": arm.key.upper()}, to=to)


def drawn(arms: Sequence[Arm], enrolment_id: int, step_id: str) -> Arm | None:
    """The arm of an enrolment; None when no arm has a weight above 0."""
    total = sum(max(0, arm.weight) for arm in arms)
    if not total:
        return None
    digest = hashlib.sha256(f"{enrolment_id}:{step_id}".encode()).digest()
    place = int.from_bytes(digest[:8]) % total
    for arm in arms:
        place -= max(0, arm.weight)
        if place < 0:
            return arm
    return None


def meet_goal(visit: Visit, goal: Goal) -> Move:
    """What a goal step that is come to does: on when it is reached, else as it says."""
    if is_reached(goal, visit.heard, visit.world):
        return go_on(visit, StepOutcome.DONE, "goal_reached")
    if goal.unmet == "wait":
        return stay(visit, None, "waits_for_goal")
    if goal.unmet == "end":
        return leave("goal_missed")
    return go_on(visit, StepOutcome.SKIPPED, "goal_unmet")


def is_reached(goal: Goal, heard: Sequence[Heard], world: World) -> bool:
    """Whether the contact has done it since the entry, or bears the tag."""
    if goal.event == "tag":
        return folded(goal.value) in world.person.tags
    return any(_fits(goal, each) for each in heard)


def goal_hit(visit: Visit, heard: Heard) -> Move | None:
    """To the first goal ahead that is reached by that; at once (CAM-2)."""
    for step, goal in _goals(visit.plan, visit.step):
        if _fits(goal, heard):
            if step.id == visit.step.id:
                return go_on(visit, StepOutcome.DONE, "goal_reached")
            detail = {"goal": step.id}
            return Move(StepOutcome.SKIPPED, "goal_jump", detail, to=step.id, due_at=visit.now)
    return None


def _goals(plan: Plan, here: Step) -> Iterator[tuple[Step, Goal]]:
    goals = [step for step in plan.walk() if step.kind is StepKind.GOAL and step.on]
    reachable = ahead(plan, here.id) if goals else frozenset()
    for step in goals:
        if step.id in reachable:
            try:
                config = read(step)
            except Invalid:
                continue
            if isinstance(config, Goal):
                yield step, config


def _fits(goal: Goal, heard: Heard) -> bool:
    if goal.event == "tag":
        return heard.what == "tagged" and folded(heard.about) == folded(goal.value)
    if goal.event == "clicked" and goal.value:
        return heard.what == "clicked" and goal.value.casefold() in heard.about.casefold()
    return heard.what == goal.event
