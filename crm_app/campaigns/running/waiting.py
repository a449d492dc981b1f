"""Wait steps: when they are over, and what brings them forward (CAM-2). Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_app.campaigns.plans.configs import Wait
from crm_app.campaigns.plans.plan import Plan, Step
from crm_app.campaigns.running import arrival
from crm_app.campaigns.running.arrival import Asked, wait_of, zone_of
from crm_app.campaigns.running.moves import Move
from crm_app.campaigns.running.standing import Heard, Standing
from crm_app.campaigns.running.visits import Visit, go_on, leave, stay
from crm_app.core.kinds import StepKind, StepOutcome

# What ends a wait of that mode at once.
_ANSWERS: dict[str, str] = {"reply": "replied", "booking": "booked", "click": "clicked"}
_GONE = frozenset({"cancelled", "invalid"})


def pass_wait(visit: Visit, wait: Wait) -> Move:
    """What a wait that is looked at does: on when it is over, else it goes on waiting."""
    if wait.mode == "appointment" and wait.side == "before" and _cancelled(visit):
        return leave("appointment_cancelled")
    due_at = _due_at(visit)
    if due_at > visit.now:
        return stay(visit, due_at, "waits")
    if not visit.step.on:
        return go_on(visit, StepOutcome.SILENT, "step_off")
    reason = _reason(visit, wait)
    if reason == "already_past" and wait.late == "skip":
        return go_on(visit, StepOutcome.DONE, "late_skip", to=_next_wait(visit.plan, visit.step))
    detail = {"span": span(wait)} if reason == "timed_out" else {}
    return go_on(visit, StepOutcome.DONE, reason, detail)


def answered(visit: Visit, heard: Heard) -> Move | None:
    """On, when that is what the wait waits for."""
    wait = wait_of(visit.step)
    if wait is None or not visit.step.on or _ANSWERS.get(wait.mode) != heard.what:
        return None
    return go_on(visit, StepOutcome.DONE, f"{heard.what}_meanwhile")


def retimed(visit: Visit) -> Move | None:
    """Until another moment, when the appointment that is waited for has moved."""
    wait = wait_of(visit.step)
    if wait is None or wait.mode != "appointment":
        return None
    due_at = max(visit.now, _due_at(visit))
    return None if due_at == visit.standing.due_at else stay(visit, due_at, "retimed")


def why(plan: Plan, standing: Standing) -> tuple[str, Mapping[str, Any]]:
    """What a contact waits for where he stands: a code of ``reasons`` and what fills it."""
    step = plan.step(standing.step_id)
    if standing.due_at is None:
        return "waits_for_goal", {}
    wait = wait_of(step)
    answer = wait.mode if wait and wait.mode in _ANSWERS else ""
    code = f"waits_for_{answer}" if answer else "waits"
    return code, {"until": standing.due_at.isoformat()}


def span(wait: Wait) -> Mapping[str, Any]:
    """The longest time of a wait; ``reasons.explain`` writes it as a length of time."""
    return {"amount": wait.timeout.amount, "unit": wait.timeout.unit}


def _due_at(visit: Visit) -> datetime:
    standing = visit.standing
    return arrival.due_at(visit.plan, visit.step, visit.world, standing.arrived_at, visit.heard)


def _cancelled(visit: Visit) -> bool:
    meeting = visit.world.meeting
    own = visit.standing.appointment_id
    return meeting is not None and meeting.id == own and meeting.status in _GONE


def _reason(visit: Visit, wait: Wait) -> str:
    if wait.mode in _ANSWERS:
        booked = wait.mode == "booking" and any(h.what == "booked" for h in visit.heard)
        return "booked_meanwhile" if booked else "timed_out"
    if wait.mode == "appointment" and visit.world.meeting is None:
        return "no_appointment"
    return "already_past" if _was_past(visit, wait) else "waited"


def _was_past(visit: Visit, wait: Wait) -> bool:
    if wait.mode not in ("date", "appointment"):
        return False
    zone = zone_of(visit.plan.settings, visit.world)
    point = arrival.until(Asked(wait, visit.world, zone, visit.standing.arrived_at))
    if point is not None and point < visit.standing.arrived_at:
        return True
    return wait.mode == "appointment" and wait.side == "before" and _begun(visit)


def _begun(visit: Visit) -> bool:
    # Nobody is reminded of what has begun.
    meeting = visit.world.meeting
    return meeting is not None and meeting.starts_at <= visit.now


def _next_wait(plan: Plan, step: Step) -> str | None:
    following = plan.after(step.id)
    while following is not None:
        next_step = plan.step(following)
        if next_step is None or next_step.kind is StepKind.WAIT:
            return following
        following = plan.after(following)
    return None
