"""A meeting that is here already: in another user's calendar, or in this one under another name.

One meeting may stand in the linked calendars of several users, and comes to each of them at another
time: it is one appointment with a link to each. The same UID is not enough, since programs copy
events with it: the start or the organizer has to agree.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import external
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    AppointmentStatus,
    LinkOrigin,
    LinkState,
)
from crm_app.models import Appointment, Contact, EventLink, ExternalObject, User
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.incoming import following, meetings
from crm_app.sync.incoming.following import Voice
from crm_app.sync.incoming.meetings import Case
from crm_app.sync.records import outside
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Part
from crm_app.sync.rules.guests import key_of
from crm_app.sync.rules.pairing import name_of


def is_another(session: Session, where: Whose, present: Appointment, one: Occurrence) -> bool:
    """Whether ``one`` only shares its UID with the appointment, which came from somewhere else."""
    if present.source != AppointmentSource.SYNC or present.starts_at == one.starts_at:
        return False
    if _link_in(session, where, present) is not None:
        return False
    organizer = key_of(one.organizer or "")
    return not organizer or organizer not in _organizers(session, present)


def join(
    session: Session,
    where: Whose,
    user: User,
    present: Appointment,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """The event belongs to an appointment that is here already; whether anything came of it."""
    if present.source != AppointmentSource.SYNC:
        # An appointment of ours, met in somebody else's calendar.
        return False
    appointment = outside.locked(session, [present.id or 0])[present.id or 0]
    link = _link_in(session, where, appointment)
    if link is not None:
        return _take_up(session, link, appointment, case, who, now=now)
    return _share(session, where, appointment, user, case, who, now=now)


def _link_in(session: Session, where: Whose, appointment: Appointment) -> EventLink | None:
    links = outside.links_of(session, appointment.id or 0)
    return next((one for one in links if one.external_calendar_id == where.calendar_id), None)


def _take_up(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """The event was here before, under another name in the same calendar."""
    if link.state == LinkState.GONE:
        voice = Voice(loud=False, each=True)
        if not following.back(session, link, appointment, case.one, voice, now=now):
            return False
    elif link.state == LinkState.REMOVING or not _left(session, link, case):
        return False
    link.href, link.recurrence_id = case.group.name, name_of(case.one)
    session.add(link)
    session.flush()
    return meetings.complete(session, appointment, case, who)


def _left(session: Session, link: EventLink, case: Case) -> bool:
    """Whether the event is no longer where the link says: carried on, or split off its series."""
    if meetings.SPLIT.search(case.group.root.uid):
        return True
    there = session.exec(
        select(ExternalObject.id).where(
            ExternalObject.external_calendar_id == link.external_calendar_id,
            ExternalObject.series == link.href,
            col(ExternalObject.missing_since).is_(None),
        )
    ).first()
    return there is None


def _share(
    session: Session,
    where: Whose,
    appointment: Appointment,
    user: User,
    case: Case,
    who: Mapping[str, Contact],
    *,
    now: datetime,
) -> bool:
    """A second calendar has the same meeting: a link more, nothing else new."""
    ended_there = appointment.cancel_reason in (outside.DELETED, outside.DECLINED)
    if appointment.status == AppointmentStatus.CANCELLED:
        if not ended_there:
            return False
        # Its first calendar let it go, here it goes on.
        appointment.user_id = user.id or 0
        external.stand_again(session, outside.actor_for(silent=True), appointment, tells=True)
    copy = outside.as_copy(case.one, before=None, fallback=appointment.title)
    foreign = meetings.is_foreign(session, where, case)
    meetings.link(session, where, appointment, case, copy, foreign=foreign, now=now)
    session.flush()
    outside.weigh(session, appointment)
    if case.one.organizer and not foreign and appointment.status in HOLDING_STATUSES:
        # So far only invited people's copies were known; the organizer's is what counts.
        external.follow(
            session,
            outside.actor_for(silent=True),
            appointment,
            title=copy.title,
            location=copy.location,
            starts_at=copy.starts_at,
            ends_at=copy.ends_at,
            all_day=case.one.all_day,
            tells=True,
        )
    meetings.complete(session, appointment, case, who)
    if copies.same(Part.TIME, copy, outside.ours(appointment)):
        external.confirmed(session, [appointment.id or 0])
    return True


def _organizers(session: Session, appointment: Appointment) -> set[str]:
    rows = session.exec(
        select(ExternalObject.raw)
        .join(EventLink, col(EventLink.href) == ExternalObject.series)
        .where(
            EventLink.appointment_id == appointment.id,
            EventLink.origin == LinkOrigin.OUTSIDE,
            EventLink.external_calendar_id == ExternalObject.external_calendar_id,
        )
    )
    return {
        key_of(one.organizer)
        for raw in rows
        for one in reading.read_occurrences(
            raw, since=appointment.starts_at, until=appointment.ends_at, calendar_zone="UTC"
        )
        if one.organizer
    }
