"""The ways through a plan: what can be come to from where, and what follows without any wait. Pure."""

from collections.abc import Iterator, Mapping

from crm_app.campaigns.plans.configs import MoveStep, Wait, read
from crm_app.campaigns.plans.plan import Plan, Step
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind


def ways(plan: Plan, step: Step) -> tuple[str | None, ...]:
    """The steps to which one can go on from this one; None: the end of the campaign."""
    if step.on and step.kind is StepKind.MOVE:
        return ()
    if step.on and step.arms:
        return tuple(dict.fromkeys(plan.into(step.id, arm.key) for arm in step.arms))
    return (plan.after(step.id),)


def ahead(plan: Plan, step_id: str | None) -> frozenset[str]:
    """The ids of all steps that one can come to from there, itself included."""
    return frozenset(step.id for step in _from(plan, step_id, lingering=True))


def onward_at_once(plan: Plan) -> Mapping[int, str]:
    """Campaigns to which one gets without any wait: their ids, and the step that leads there.

    "" stands for the setting "next campaign".
    """
    found: dict[int, str] = {}
    reached = list(_from(plan, plan.first(), lingering=False))
    for step in reached:
        target = _target(step)
        if target is not None and not lingers(step):
            found.setdefault(target, step.id)
    following = plan.settings.next_campaign_id
    ends = any(None in ways(plan, step) and not lingers(step) for step in reached)
    if following is not None and (ends or not plan.steps):
        found.setdefault(following, "")
    return found


def circle(plan: Plan, campaign_id: int, others: Mapping[int, Plan]) -> str | None:
    """The step by which contacts would run in a circle without ever waiting; None: there is none.

    "" stands for the setting "next campaign".
    """
    for target, step_id in onward_at_once(plan).items():
        if _leads_to(target, campaign_id, others):
            return step_id
    return None


def lingers(step: Step) -> bool:
    """Whether some time passes at the step whatever happens."""
    if step.kind is not StepKind.WAIT:
        return bool(step.delay.amount)
    try:
        wait = read(step)
    except Invalid:
        return False
    return isinstance(wait, Wait) and wait.mode == "duration" and bool(wait.length.amount)


def _from(plan: Plan, step_id: str | None, *, lingering: bool) -> Iterator[Step]:
    """The steps that are come to from there; without ``lingering`` not beyond a wait."""
    seen: set[str] = set()
    waiting: list[str | None] = [step_id]
    while waiting:
        step = plan.step(waiting.pop() or "")
        if step is None or step.id in seen:
            continue
        seen.add(step.id)
        yield step
        if lingering or not lingers(step):
            waiting += ways(plan, step)


def _target(step: Step) -> int | None:
    if not step.on or step.kind is not StepKind.MOVE:
        return None
    try:
        config = read(step)
    except Invalid:
        return None
    return config.campaign_id if isinstance(config, MoveStep) else None


def _leads_to(start: int, goal: int, others: Mapping[int, Plan]) -> bool:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        campaign_id = waiting.pop()
        if campaign_id == goal:
            return True
        if campaign_id not in seen and campaign_id in others:
            waiting += onward_at_once(others[campaign_id])
        seen.add(campaign_id)
    return False
