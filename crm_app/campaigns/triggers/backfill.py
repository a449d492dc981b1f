"""The appointments ahead that a "starts in" trigger has to wait for from the moment it is switched on."""

from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import queries as appointments
from crm_app.campaigns.triggers.catalogue import EVENTS
from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentSource
from crm_app.models import Appointment

EVENT = "appointment_starts_in"


def occurrences(session: Session, rule: Rule, *, mark: str, now: datetime) -> list[Occurrence]:
    """One for each contact of each appointment whose time is still to come; silent ones are left out.

    ``mark`` tells one switching-on from the next.
    """
    if rule.event != EVENT or not EVENTS[EVENT].waits:
        return []
    ahead = session.exec(
        select(Appointment)
        .where(
            Appointment.starts_at > now + rule.length.length,
            col(Appointment.status).in_(list(HOLDING_STATUSES)),
            col(Appointment.triggers).is_(True),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    ).all()
    return [
        _occurrence(mark, appointment, contact.id or 0, now)
        for appointment in ahead
        for contact in appointments.contacts_of(session, appointment)
    ]


def _occurrence(mark: str, appointment: Appointment, contact_id: int, now: datetime) -> Occurrence:
    from_sync = appointment.source == AppointmentSource.SYNC
    return Occurrence(
        event=EVENT,
        contact_id=contact_id,
        at=now,
        key=f"on:{mark}:{appointment.id}:{contact_id}",
        values={
            "calendar": str(appointment.calendar_id),
            "from_sync": "yes" if from_sync else "no",
        },
        appointment_id=appointment.id,
        phase="begins",
        starts_at=appointment.starts_at,
    )
