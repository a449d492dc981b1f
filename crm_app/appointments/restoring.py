"""A cancelled appointment comes back as it was: the same row, contact and turn (SYN-9).

This is no new booking, so nothing that listens to bookings fires, and the contact's owner stays.
"""

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.appointments import claims, ledger, steps
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import AppointmentStatus
from crm_app.models import Appointment, Calendar


def restore(session: Session, actor: Actor, appointment: Appointment) -> Appointment:
    """Undo a cancellation; Conflict when the time is taken by now or nothing was cancelled."""
    if appointment.status != AppointmentStatus.CANCELLED:
        raise Conflict(N_("This appointment is not cancelled."))
    calendar = session.get_one(Calendar, appointment.calendar_id)
    member_ids = steps.serving(session, calendar, appointment.user_id)
    claims.lock(session, member_ids)
    appointment.status = AppointmentStatus.CONFIRMED
    appointment.cancelled_by, appointment.cancel_reason = "", ""
    steps.touch(session, appointment, sequence=True)
    claims.hold(session, calendar, appointment, member_ids)
    ledger.take_again(session, appointment)
    steps.tell(session, actor, appointment, N_("Appointment restored: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentRestored(
            appointment.id or 0,
            sequence=appointment.ical_sequence,
            triggers=steps.fires(actor, appointment),
        ),
    )
    audit.record(
        session,
        actor,
        "appointment.restored",
        subject_kind="appointment",
        subject_id=appointment.id,
    )
    return appointment
