"""What to do about an appointment that was changed here and in a calendar (SYN-9).

When a conflict is noted the version here has been kept and written back already. Somebody then
reads both, and either lets it be or takes the other version over. Callers have got the appointment
through ``appointments.queries.changeable_appointment``.
"""

from sqlmodel import Session, col, select

from crm_app.appointments import service as appointments
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import HOLDING_STATUSES, LinkOrigin
from crm_app.models import Appointment, EventLink, ExternalCalendar, ExternalObject
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence
from crm_app.sync import queries
from crm_app.sync.records import notices
from crm_app.sync.rules.copies import Copy, Part, same


def keep_ours(session: Session, appointment: Appointment) -> None:
    """The version here stands; the notice goes."""
    notices.dismiss(session, appointment.id or 0)


def take_theirs(session: Session, actor: Actor, appointment: Appointment) -> None:
    """Give the appointment the title, time and place that the calendar had.

    Conflict when the time is taken by now, NotFound when there is no other version (any more).
    """
    clash = queries.clash_of(session, appointment)
    if clash is None or clash.theirs is None or appointment.status not in HOLDING_STATUSES:
        raise NotFound
    theirs = clash.theirs
    ours = _now(appointment)
    if not same(Part.TIME, ours, theirs):
        appointments.reschedule(
            session,
            actor,
            appointment,
            starts_at=theirs.starts_at,
            ends_at=theirs.ends_at,
            despite_conflicts=False,
        )
    if not (same(Part.TITLE, ours, theirs) and same(Part.PLACE, ours, theirs)):
        appointments.edit(
            session,
            actor,
            appointment,
            title=theirs.title or appointment.title,
            note=appointment.note,
            location=theirs.location,
        )
    keep_ours(session, appointment)


def _now(appointment: Appointment) -> Copy:
    return Copy(
        title=appointment.title,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        location=appointment.location,
    )


def came_from(session: Session, appointment: Appointment) -> tuple[str, str]:
    """The calendar that the appointment was taken in from, and who invites to it; "" for unknown.

    The organizer is a name, else an address.
    """
    found = session.exec(
        select(EventLink, ExternalCalendar)
        .join(ExternalCalendar, col(ExternalCalendar.id) == EventLink.external_calendar_id)
        .where(EventLink.appointment_id == appointment.id, EventLink.origin == LinkOrigin.OUTSIDE)
        .order_by(col(EventLink.id))
    ).first()
    if found is None:
        return "", ""
    link, calendar = found
    return calendar.name, _organizer(session, calendar, link, appointment) if link.foreign else ""


def _organizer(
    session: Session, calendar: ExternalCalendar, link: EventLink, appointment: Appointment
) -> str:
    texts = session.exec(
        select(ExternalObject.raw)
        .where(
            ExternalObject.external_calendar_id == calendar.id, ExternalObject.series == link.href
        )
        .order_by(col(ExternalObject.id))
    )
    for raw in texts:
        for one in reading.read_occurrences(
            raw,
            since=appointment.starts_at,
            until=appointment.ends_at,
            calendar_zone=calendar.time_zone or "UTC",
        ):
            if one.organizer:
                return _name(one, one.organizer)
    return ""


def _name(one: Occurrence, organizer: str) -> str:
    """What the event calls its organizer; some only name him on the list of those who come."""
    listed = next((who.name for who in one.attendees if who.email == organizer), "")
    return one.organizer_name or listed or organizer
