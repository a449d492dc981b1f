"""What the run log and the tables remember of a contact: how often triggers acted, has he booked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from crm_app.campaigns.triggers.deciding import WITHIN, Decision
from crm_app.campaigns.triggers.rule import Occurrence
from crm_app.core.kinds import HOLDING_STATUSES, TimerState, TriggerOutcome
from crm_app.models import Appointment, AppointmentContact, TriggerRun, TriggerTimer

# Rounds of "not booked" are counted since the last booking, and at most this far back: who comes back
# a season later is asked anew.
ROUNDS_COUNT_FOR = timedelta(days=30)


def settle(session: Session, key: str, decision: Decision, noted: Mapping[str, Any]) -> None:
    """Write what came of the look whose run has ``key``."""
    session.execute(
        update(TriggerRun)
        .where(col(TriggerRun.key) == key)
        .values(
            outcome=decision.outcome,
            reason=decision.reason,
            detail={**decision.detail, **noted},
        )
        .execution_options(synchronize_session=False)
    )


def acted_lately(session: Session, contact_id: int, *, now: datetime) -> int:
    """How often triggers acted for the contact within the time that loops are looked for in."""
    return session.exec(
        select(func.count())
        .select_from(TriggerRun)
        .where(
            TriggerRun.contact_id == contact_id,
            col(TriggerRun.at) > now - WITHIN,
            TriggerRun.outcome == TriggerOutcome.ACTED,
        )
    ).one()


def rounds(session: Session, trigger_id: int, contact_id: int, *, now: datetime) -> int:
    """How often the trigger's time has run out for the contact since he booked last."""
    booked = session.exec(
        select(func.max(Appointment.created_at)).where(_takes_part(contact_id))
    ).one()
    since = max(booked, now - ROUNDS_COUNT_FOR) if booked else now - ROUNDS_COUNT_FOR
    return session.exec(
        select(func.count())
        .select_from(TriggerTimer)
        .where(
            TriggerTimer.trigger_id == trigger_id,
            TriggerTimer.contact_id == contact_id,
            TriggerTimer.state == TimerState.FIRED,
            col(TriggerTimer.started_at) > since,
        )
    ).one()


def has_booked(session: Session, contact_id: int, *, since: datetime, now: datetime) -> bool:
    """Whether the contact booked after ``since``, or has an appointment ahead that stands."""
    ahead = and_(
        col(Appointment.starts_at) > now, col(Appointment.status).in_(list(HOLDING_STATUSES))
    )
    found = select(Appointment.id).where(
        _takes_part(contact_id), or_(col(Appointment.created_at) >= since, ahead)
    )
    return session.exec(found.limit(1)).first() is not None


def stands(session: Session, occurrence: Occurrence) -> bool:
    """Whether the appointment still holds its time, at the start that is counted from."""
    appointment = session.get(Appointment, occurrence.appointment_id or 0)
    return (
        appointment is not None
        and appointment.status in HOLDING_STATUSES
        and appointment.starts_at == occurrence.starts_at
    )


def _takes_part(contact_id: int) -> ColumnElement[bool]:
    others = select(AppointmentContact.appointment_id).where(
        AppointmentContact.contact_id == contact_id
    )
    return or_(col(Appointment.contact_id) == contact_id, col(Appointment.id).in_(others))
