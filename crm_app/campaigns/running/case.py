"""One enrolment with all that a decision about it needs, and what is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.running.moves import Move
from crm_app.campaigns.running.standing import Heard, Standing, World
from crm_app.core.kinds import EnrolmentState
from crm_app.models import Campaign, Enrolment

INSIDE = (EnrolmentState.ACTIVE, EnrolmentState.ATTENTION)


@dataclass(slots=True, eq=False)
class Case:
    """An enrolment, held until the commit, on the plan of its version. ``move`` once it is decided."""

    enrolment: Enrolment
    campaign: Campaign
    plan: Plan
    world: World
    move: Move | None = None
    message_id: int | None = None

    @property
    def id(self) -> int:
        """The enrolment's."""
        return self.enrolment.id or 0

    @property
    def key(self) -> str:
        """Of the effect of this visit: the same one is never carried out twice (CAM-8)."""
        return f"enrolment:{self.id}:{self.enrolment.visit}"

    @property
    def standing(self) -> Standing:
        """Where the contact stands, as the rules see it."""
        return standing_of(self.enrolment)


def standing_of(row: Enrolment) -> Standing:
    """Where the contact stands, as the rules see it."""
    return Standing(
        id=row.id or 0,
        step_id=row.step_id,
        visit=row.visit,
        arrived_at=row.arrived_at,
        due_at=row.due_at,
        entered_at=row.entered_at,
        appointment_id=row.appointment_id,
        state=row.state,
        heard=tuple(_heard(each) for each in row.heard),
    )


def _heard(row: Mapping[str, Any]) -> Heard:
    return Heard(
        what=row["what"],
        at=datetime.fromisoformat(row["at"]),
        visit=int(row.get("visit", 0)),
        about=str(row.get("about", "")),
    )


def settled(case: Case, move: Move, now: datetime) -> dict[str, Any]:
    """The enrolment's columns after ``move``. Pure.

    A visit ends where the contact goes on; where he goes on waiting, and where a person is asked, it
    is the same visit. ``reason`` says why he waits or left; why a step did what it did stands with
    the visit.
    """
    why = {"reason": move.reason, "detail": dict(move.detail)}
    if move.ends is EnrolmentState.ATTENTION:
        return {"state": move.ends, "due_at": None, **why}
    if move.ends is not None:
        return {"state": move.ends, "due_at": None, "ended_at": now, **why}
    if move.outcome is None:
        return {"due_at": move.due_at, **why}
    return {
        "state": EnrolmentState.ACTIVE,
        "step_id": move.to or "",
        "visit": case.enrolment.visit + 1,
        "arrived_at": now,
        "due_at": move.due_at,
        **(
            {"reason": "", "detail": {}}
            if move.due_at
            else {"reason": "waits_for_goal", "detail": {}}
        ),
    }
