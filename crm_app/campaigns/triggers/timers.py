"""The times that triggers wait for, as rows: they begin, are cancelled, and come due.

"Not booked within": any booking of the contact, his removal from the campaign and switching the
trigger off end the time. "Starts in": a new start of the appointment makes a new time, its end ends
it. A row is due once; what it then does is decided anew.
"""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.core import facts
from crm_app.core.db import rows_changed
from crm_app.core.kinds import HOLDING_STATUSES, TimerState
from crm_app.messaging.once import insert_new
from crm_app.models import (
    Appointment,
    AppointmentContact,
    Enrolment,
    Trigger,
    TriggerTimer,
)


def begin(session: Session, rule: Rule, occurrence: Occurrence, due_at: datetime) -> None:
    """Have the trigger look again at ``due_at``."""
    key = f"trigger:{rule.id}:{occurrence.key}"
    if rule.event == "appointment_starts_in" and occurrence.starts_at is not None:
        # One time per start: being told of the same one twice begins nothing new.
        key = (
            f"trigger:{rule.id}:appointment:{occurrence.appointment_id}"
            f":{occurrence.contact_id}:{_written(occurrence.starts_at)}"
        )
    timer = TriggerTimer(
        trigger_id=rule.id,
        contact_id=occurrence.contact_id,
        appointment_id=occurrence.appointment_id,
        key=key,
        started_at=occurrence.at,
        round=occurrence.round,
        due_at=due_at,
    )
    if not insert_new(session, timer, unique="key"):
        # It was cancelled when the appointment was moved away, and is back at its time.
        session.execute(
            update(TriggerTimer)
            .where(col(TriggerTimer.key) == key, col(TriggerTimer.state) == TimerState.CANCELLED)
            .values(state=TimerState.WAITING, reason="", due_at=due_at)
            .execution_options(synchronize_session=False)
        )


def stop_by(session: Session, fact: facts.Fact) -> None:
    """End the times that ``fact`` ends, whether or not automation may act on it."""
    if isinstance(fact, facts.AppointmentBooked):
        for contact_id in _taking_part(session, fact.appointment_id):
            _cancel(
                session,
                "booked",
                TriggerTimer.contact_id == contact_id,
                _of_event("not_booked"),
            )
    elif isinstance(fact, facts.AppointmentRescheduled):
        appointment = session.get(Appointment, fact.appointment_id)
        for timer in _waiting(session, fact.appointment_id) if appointment else ():
            if appointment and not timer.key.endswith(_written(appointment.starts_at)):
                _cancel(session, "moved", TriggerTimer.id == timer.id)
    elif isinstance(fact, facts.AppointmentCancelled | facts.AppointmentStatusChanged):
        status = getattr(fact, "status", "cancelled")
        if status not in HOLDING_STATUSES:
            about = TriggerTimer.appointment_id == fact.appointment_id
            _cancel(session, "over", about, _starts_in())
    elif isinstance(fact, facts.CampaignLeft) and not fact.finished:
        _left(session, fact)


def _left(session: Session, fact: facts.CampaignLeft) -> None:
    enrolment = session.get(Enrolment, fact.enrolment_id)
    if enrolment is not None:
        _cancel(
            session,
            "left",
            TriggerTimer.contact_id == fact.contact_id,
            # The time that began with this very entry.
            TriggerTimer.started_at == enrolment.entered_at,
            _of_event("not_booked"),
        )


def stop_all(session: Session, trigger_id: int, reason: str) -> None:
    """End all times of a trigger: it was switched off, or waits for something else now."""
    _cancel(session, reason, TriggerTimer.trigger_id == trigger_id)


def due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """The ids of timers that are due, in their order. Whoever works on one takes it by ``take``."""
    found = (
        select(TriggerTimer.id)
        .where(TriggerTimer.state == TimerState.WAITING, TriggerTimer.due_at <= now)
        .order_by(col(TriggerTimer.due_at), col(TriggerTimer.id))
        .limit(limit)
    )
    return [timer_id or 0 for timer_id in session.exec(found)]


def take(session: Session, timer_id: int) -> bool:
    """Mark a timer as fired; False when somebody else did, or it was cancelled meanwhile."""
    return _set(session, TimerState.FIRED, "", TriggerTimer.id == timer_id) > 0


def occurrence(session: Session, timer: TriggerTimer, event: str) -> Occurrence:
    """What a timer that is due is to its trigger."""
    appointment = session.get(Appointment, timer.appointment_id) if timer.appointment_id else None
    counted = appointment is not None and timer.key.endswith(_written(appointment.starts_at))
    return Occurrence(
        event=event,
        contact_id=timer.contact_id,
        at=timer.started_at,
        key=f"timer:{timer.id}",
        appointment_id=timer.appointment_id,
        phase="due",
        starts_at=appointment.starts_at if appointment and counted else None,
        round=timer.round,
    )


def _written(starts_at: datetime) -> str:
    """A start as keys of timers end with it."""
    return starts_at.astimezone(UTC).isoformat()


def _waiting(session: Session, appointment_id: int) -> list[TriggerTimer]:
    found = select(TriggerTimer).where(
        TriggerTimer.appointment_id == appointment_id,
        TriggerTimer.state == TimerState.WAITING,
        _starts_in(),
    )
    return list(session.exec(found))


def _starts_in() -> ColumnElement[bool]:
    return _of_event("appointment_starts_in")


def _of_event(event: str) -> ColumnElement[bool]:
    return col(TriggerTimer.trigger_id).in_(select(Trigger.id).where(Trigger.event == event))


def _cancel(session: Session, reason: str, *conditions: ColumnElement[bool] | bool) -> None:
    _set(session, TimerState.CANCELLED, reason, *conditions)


def _set(
    session: Session, state: TimerState, reason: str, *conditions: ColumnElement[bool] | bool
) -> int:
    """Give timers that wait another state; how many there were."""
    changed = session.execute(
        update(TriggerTimer)
        .where(col(TriggerTimer.state) == TimerState.WAITING, *conditions)  # type: ignore[arg-type]  # conditions
        .values(state=state, reason=reason)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(changed)


def _taking_part(session: Session, appointment_id: int) -> list[int]:
    first = session.exec(
        select(Appointment.contact_id).where(Appointment.id == appointment_id)
    ).all()
    others = session.exec(
        select(AppointmentContact.contact_id).where(
            AppointmentContact.appointment_id == appointment_id
        )
    ).all()
    return [contact_id for contact_id in (*first, *others) if contact_id]
