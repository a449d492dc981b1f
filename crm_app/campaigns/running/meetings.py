"""The appointments of a batch as the rules see them: the one that an enrolment is about, else the
contact's next one that stands."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app.appointments.links import cancel_url, reschedule_url
from crm_app.campaigns.running.standing import Meeting
from crm_app.core.kinds import HOLDING_STATUSES
from crm_app.models import Appointment, AppointmentContact, Calendar, User


def load(
    session: Session, contact_ids: Collection[int], about: Mapping[int, int], *, now: datetime
) -> dict[int, Meeting]:
    """Appointments by contact; ``about`` names that of some contacts, whatever became of it."""
    others = [contact_id for contact_id in contact_ids if contact_id not in about]
    found = _next(session, others, now)
    if about:
        named = {
            row.Appointment.id: _meeting(*row)
            for row in session.execute(
                _rows().where(col(Appointment.id).in_(set(about.values())))
            ).all()
        }
        found |= {contact: named[each] for contact, each in about.items() if each in named}
    return found


def _next(session: Session, contact_ids: Collection[int], now: datetime) -> dict[int, Meeting]:
    if not contact_ids:
        return {}
    ahead = (
        col(Appointment.starts_at) > now,
        col(Appointment.status).in_(HOLDING_STATUSES),
    )
    own = (
        _rows()
        .add_columns(col(Appointment.contact_id))
        .where(col(Appointment.contact_id).in_(contact_ids), *ahead)
    )
    taking_part = (
        _rows()
        .add_columns(col(AppointmentContact.contact_id))
        .join(AppointmentContact, col(AppointmentContact.appointment_id) == Appointment.id)
        .where(col(AppointmentContact.contact_id).in_(contact_ids), *ahead)
    )
    found: dict[int, Meeting] = {}
    for query in (own, taking_part):
        for *row, contact_id in session.execute(query).all():
            meeting = _meeting(*row)
            standing = found.get(contact_id)
            if standing is None or (meeting.starts_at, meeting.id) < (
                standing.starts_at,
                standing.id,
            ):
                found[contact_id] = meeting
    return found


def _rows() -> Any:
    return (
        select(Appointment, Calendar.name, Calendar.slug, User.name)
        .join(Calendar, col(Calendar.id) == Appointment.calendar_id)
        .join(User, col(User.id) == Appointment.user_id)
    )


def _meeting(row: Appointment, calendar: str, slug: str, member: str) -> Meeting:
    return Meeting(
        id=row.id or 0,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status.value,
        calendar_id=row.calendar_id,
        calendar_name=calendar,
        calendar_slug=slug,
        user_name=member,
        location=row.location,
        time_zone=row.time_zone,
        reschedule_link=reschedule_url(row.public_id),
        cancel_link=cancel_url(row.public_id),
    )
