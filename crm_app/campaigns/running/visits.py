"""A contact's visit to a step, and the ways in which it can end. Pure.

Every rule answers with one of these, so nobody gets lost: he goes on, stays until a moment, leaves,
or waits for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crm_app.campaigns.plans.plan import Plan, Step
from crm_app.campaigns.running import arrival
from crm_app.campaigns.running.moves import Effect, Move, MoveTo
from crm_app.campaigns.running.standing import Heard, Standing, World
from crm_app.core.kinds import EnrolmentState, StepOutcome

_NOTHING: Final[Mapping[str, Any]] = {}
FOLLOWS: Final = "follows"
"""Where a step leads that does not say otherwise: to the one that follows it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who stands at which step of which plan, and when he is looked at (UTC)."""

    plan: Plan
    step: Step
    standing: Standing
    world: World
    now: datetime

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What happened since the entry."""
        return self.standing.news


def go_on(
    visit: Visit,
    outcome: StepOutcome,
    reason: str = "",
    detail: Mapping[str, Any] = _NOTHING,
    *,
    effects: tuple[Effect, ...] = (),
    to: str | None = FOLLOWS,
) -> Move:
    """To the step ``to``, by default to what follows; to the end of the campaign when that is None."""
    following = visit.plan.after(visit.step.id) if to == FOLLOWS else to
    next_step = visit.plan.step(following) if following else None
    if next_step is None:
        effects = (*effects, *onward(visit.plan))
        return Move(outcome, reason, detail, effects, ends=EnrolmentState.FINISHED)
    due_at = arrival.due_at(visit.plan, next_step, visit.world, visit.now, visit.heard)
    return Move(outcome, reason, detail, effects, to=next_step.id, due_at=due_at)


def onward(plan: Plan) -> tuple[Effect, ...]:
    """What follows the end of the campaign: its next one (CAM-1)."""
    following = plan.settings.next_campaign_id
    return () if following is None else (MoveTo(following),)


def stay(
    visit: Visit, due_at: datetime | None, reason: str, detail: Mapping[str, Any] = _NOTHING
) -> Move:
    """At the step until ``due_at``; None: until something happens."""
    if due_at is not None:
        detail = {"until": due_at.isoformat(), **detail}
    return Move(None, reason, detail, to=visit.step.id, due_at=due_at)


def leave(reason: str, detail: Mapping[str, Any] = _NOTHING) -> Move:
    """Out of the campaign before its end; the step is not carried out."""
    return Move(StepOutcome.SKIPPED, reason, detail, ends=EnrolmentState.LEFT)


def needs_attention(visit: Visit, reason: str, detail: Mapping[str, Any] = _NOTHING) -> Move:
    """Nothing is done before a person mended something; the contact keeps his place."""
    return Move(
        StepOutcome.ATTENTION, reason, detail, to=visit.step.id, ends=EnrolmentState.ATTENTION
    )
