"""Knowing our own copies among a calendar's objects, so that an appointment never comes back as a
new event (SYN-9) and takes no time twice.

An object is one of ours when it has the UID of an appointment (or stands where we wrote one) and
the calendar's user holds that appointment. The same UID in somebody else's calendar is just an
event: an invitation, or a colleague's appointment in a shared calendar.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from crm_app.appointments import claims
from crm_app.core.columns import among
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    CalendarRole,
    LinkNews,
    LinkOrigin,
    LinkState,
)
from crm_app.models import Appointment, EventLink, ExternalCalendar
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.rules import copies

# What was deleted outside and comes back within this time is restored (SYN-9).
UNDO = timedelta(days=30)
_MARKER = "X-TANDEM-ID"


@dataclass(frozen=True, slots=True)
class Own:
    """An object that is a copy of ours; ``link`` None: known, and not ours to write."""

    appointment_id: int
    link: EventLink | None


def recognise(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    events: Collection[RemoteEvent],
    *,
    now: datetime,
) -> dict[str, Own]:
    """Which of ``events`` are ours, by href."""
    links = _links(session, calendar, (event.href for event in events))
    appointments = _appointments(session, events)
    found: dict[str, Own] = {}
    if not links and not appointments:
        # As with nearly every page.
        return found
    for event in events:
        appointment = appointments.get(event.uid)
        if event.belongs_to != event.href:
            # A changed instance of a copy that somebody made a series of: the first object speaks.
            if appointment is not None and where.user_id in claims.holders(session, appointment):
                found[event.href] = Own(appointment.id or 0, None)
            continue
        link = links.get(("href", event.href))
        if link is None and appointment is not None:
            link = links.get(("id", str(appointment.id))) or _link_of(
                session, calendar, appointment
            )
        if link is not None:
            own = _linked(event, link, zone=where.zone, now=now)
        else:
            own = _unlinked(session, calendar, where.user_id, event, appointment, now=now)
        if own is not None:
            found[event.href] = own
    return found


def _unlinked(
    session: Session,
    calendar: ExternalCalendar,
    user_id: int,
    event: RemoteEvent,
    appointment: Appointment | None,
    *,
    now: datetime,
) -> Own | None:
    if appointment is None:
        return None
    stands = appointment.status in HOLDING_STATUSES
    holds = stands and user_id in claims.holders(session, appointment)
    ours_to_end = not stands and appointment.user_id == user_id
    if (holds or ours_to_end) and _MARKER in event.raw and calendar.role == CalendarRole.LINKED:
        return Own(appointment.id or 0, _adopt(session, calendar, appointment, event, now))
    return Own(appointment.id or 0, None) if holds else None


def _linked(event: RemoteEvent, link: EventLink, *, zone: str, now: datetime) -> Own | None:
    """What an object that we once wrote means now."""
    if link.state == LinkState.GONE:
        deleted = link.deleted_outside_at
        if deleted is None or now - deleted > UNDO:
            return None
        _place(link, event)
        _note(link, LinkNews.RESTORED, now)
    elif link.state == LinkState.REMOVING:
        _place(link, event)
    elif link.state == LinkState.WANTED and not link.href:
        # Being written anew: whatever stands there gives way.
        pass
    elif event.content_hash == link.written_hash:
        _place(link, event)
        _note(link, LinkNews.NONE, now)
        _keep(link, event, zone)
    else:
        link.href = event.href
        _note(link, LinkNews.CHANGED, now)
    return Own(link.appointment_id, link)


def _place(link: EventLink, event: RemoteEvent) -> None:
    link.href, link.etag = event.href, event.etag


def _keep(link: EventLink, event: RemoteEvent, zone: str) -> None:
    """Our own words, as the service keeps them: what it shortened is no change of anybody's."""
    if link.kept is None:
        return
    kept = copies.Copy.from_json(link.kept)
    found = copies.read(event.raw, near=kept.starts_at, zone=zone)
    if found is not None:
        link.kept = replace(found.copy, edited=kept.edited).to_json()


def _note(link: EventLink, news: LinkNews, now: datetime) -> None:
    if link.news != news:
        link.news, link.news_since = news, now


def _adopt(
    session: Session,
    calendar: ExternalCalendar,
    appointment: Appointment,
    event: RemoteEvent,
    now: datetime,
) -> EventLink:
    """A copy from an earlier connection of the same account is taken up again."""
    link = EventLink(
        appointment_id=appointment.id or 0,
        external_calendar_id=calendar.id or 0,
        href=event.href,
        etag=event.etag,
        state=LinkState.WANTED if appointment.status in HOLDING_STATUSES else LinkState.REMOVING,
        changed_at=now,
    )
    session.add(link)
    session.flush()
    return link


def _links(
    session: Session, calendar: ExternalCalendar, hrefs: Iterable[str]
) -> dict[tuple[str, str], EventLink]:
    found: dict[tuple[str, str], EventLink] = {}
    query = select(EventLink).where(
        EventLink.external_calendar_id == calendar.id,
        among(EventLink.href, list(hrefs)),
        EventLink.origin == LinkOrigin.HERE,
    )
    for link in session.exec(query):
        found["href", link.href] = link
        found["id", str(link.appointment_id)] = link
    return found


def _link_of(
    session: Session, calendar: ExternalCalendar, appointment: Appointment
) -> EventLink | None:
    return session.exec(
        select(EventLink).where(
            EventLink.external_calendar_id == calendar.id,
            EventLink.appointment_id == appointment.id,
            EventLink.origin == LinkOrigin.HERE,
        )
    ).first()


def _appointments(session: Session, events: Collection[RemoteEvent]) -> dict[str, Appointment]:
    uids = [event.uid for event in events]
    rows = session.exec(
        select(Appointment).where(
            among(Appointment.ical_uid, uids), Appointment.source != AppointmentSource.SYNC
        )
    )
    return {row.ical_uid: row for row in rows}
