"""How an appointment ends or turns out: cancelled, showed, no-show, invalid (CAL-8).

Whatever no longer holds time gives the time and the turn back in the same transaction.
"""

from typing import Literal

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.appointments import claims, ledger, steps
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentSource, AppointmentStatus
from crm_app.models import Appointment, Calendar

CancelledBy = Literal["lead", "user", "system"]


def cancel(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    *,
    by: CancelledBy,
    reason: str = "",
) -> Appointment:
    """Cancel; the time is free again and the turn given back. Cancelling twice changes nothing."""
    claims.lock_appointment(session, appointment)
    if appointment.status == AppointmentStatus.CANCELLED:
        return appointment
    steps.require_standing(appointment)
    steps.require_ours(appointment)
    appointment.status = AppointmentStatus.CANCELLED
    appointment.cancelled_by, appointment.cancel_reason = by, reason.strip()[:1000]
    steps.touch(session, appointment, sequence=True)
    claims.release(session, appointment)
    ledger.give_back(session, appointment, now=clock.now())
    steps.tell(session, actor, appointment, N_("Appointment cancelled: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentCancelled(
            appointment.id or 0,
            sequence=appointment.ical_sequence,
            by=by,
            triggers=steps.fires(actor, appointment),
        ),
    )
    audit.record(
        session,
        actor,
        "appointment.cancelled",
        subject_kind="appointment",
        subject_id=appointment.id,
    )
    return appointment


def set_status(
    session: Session, actor: Actor, appointment: Appointment, status: AppointmentStatus
) -> Appointment:
    """Confirm, or note that the lead showed, did not show, or never was one (CAL-8).

    A no-show and an invalid booking give the turn back and never send a cancellation. A status that
    holds time again claims it again, so it can meet a Conflict.
    """
    if status == AppointmentStatus.CANCELLED:
        return cancel(session, actor, appointment, by="user")
    claims.lock_appointment(session, appointment)
    before = appointment.status
    if before == AppointmentStatus.CANCELLED:
        raise Conflict(N_("This appointment was cancelled. Book a new one instead."))
    if status == before:
        return appointment
    appointment.status = status
    steps.touch(session, appointment, sequence=False)
    if before in HOLDING_STATUSES and status not in HOLDING_STATUSES:
        claims.release(session, appointment)
        ledger.give_back(session, appointment, now=clock.now())
    elif appointment.source == AppointmentSource.SYNC:
        # The event in the connected calendar holds the time.
        pass
    elif before not in HOLDING_STATUSES and status in HOLDING_STATUSES:
        calendar = session.get_one(Calendar, appointment.calendar_id)
        claims.hold(
            session, calendar, appointment, steps.serving(session, calendar, appointment.user_id)
        )
        ledger.take_again(session, appointment)
    steps.tell(session, actor, appointment, N_("Appointment is now “{status}”: {title}"))
    facts.record(
        session,
        facts.AppointmentStatusChanged(
            appointment.id or 0,
            status=status.value,
            triggers=steps.fires(actor, appointment),
            by=actor.modified_by,
        ),
    )
    audit.record(
        session,
        actor,
        "appointment.status",
        subject_kind="appointment",
        subject_id=appointment.id,
        status=status.value,
    )
    return appointment
