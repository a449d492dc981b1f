"""What is to be written to an external calendar next, and noting how it ended.

An attempt is counted before it goes out, so that afterwards nobody takes a lost answer for a
write that never was. The network lies between ``next_step`` and the notes; nothing here touches it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, or_, select

from crm_app.core import clock, jobs
from crm_app.core.errors import CrmError
from crm_app.core.i18n import N_
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentStatus,
    LinkNews,
    LinkOrigin,
    LinkState,
)
from crm_app.models import Appointment, EventLink, ExternalCalendar
from crm_app.providers.calendar_port import OutgoingEvent, Stored
from crm_app.providers.occurrence import EventStatus
from crm_app.sync.outgoing import amending
from crm_app.sync.outgoing.amending import Amend
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.records import links
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy
from crm_app.sync.rules.windows import next_attempt

UNEXPECTED = N_("Something unexpected happened. It is tried again; details are in the log.")
# So many writes without an answer are remembered; they differ only if the appointment changed.
_REMEMBERED = 8
_PENDING = (LinkState.WANTED, LinkState.REMOVING)


@dataclass(frozen=True, slots=True)
class Step:
    """One write. ``remove`` without an ``href`` means that nobody knows whether it was ever there."""

    link_id: int
    act: Literal["write", "remove"]
    event: OutgoingEvent
    href: str
    etag: str | None
    copy: Copy


def pending(session: Session, calendar_id: int, *, now: datetime) -> list[int]:
    """The copies that are to be written or removed now; removals first, then in order of age."""
    query = (
        select(EventLink.id, EventLink.state)
        .where(EventLink.external_calendar_id == calendar_id, *_waiting(now))
        .order_by(col(EventLink.changed_at), col(EventLink.id))
    )
    rows = session.exec(query).all()
    return [link_id or 0 for link_id, _ in sorted(rows, key=lambda row: row[1] == "wanted")]


def any_pending(*, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether there are any, as part of a query about external calendars."""
    return exists().where(
        col(EventLink.external_calendar_id) == ExternalCalendar.id, *_waiting(now)
    )


def _waiting(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    retried = col(EventLink.next_attempt_at)
    return (
        col(EventLink.state).in_(_PENDING),
        # What a pull brought is settled first.
        col(EventLink.news) == LinkNews.NONE,
        or_(retried.is_(None), retried <= now),
    )


def next_step(session: Session, lane: Lane, link_id: int, *, now: datetime) -> Step | Amend | None:
    """What to do for a copy; None when nothing is (left) to do. Counts the attempt."""
    lanes.keep(session, lane, now=now)
    link = links.locked(session, link_id)
    if link is None or link.state not in _PENDING:
        return None
    if link.origin == LinkOrigin.OUTSIDE:
        return amending.next_step(session, link)
    appointment = session.get_one(Appointment, link.appointment_id)
    ours = copies.outgoing(links.kept(link), links.ours(session, link, appointment))
    if link.state == LinkState.WANTED:
        if appointment.status not in HOLDING_STATUSES:
            _rest(session, link, appointment)
            return None
        if not copies.due(links.written(link), links.kept(link), ours):
            link.state = LinkState.WRITTEN
            session.add(link)
            return None
        if not link.href and _leaves_elsewhere(session, link):
            return None
    link.attempts += 1
    # Assigned anew: a change inside a JSON value is not noticed.
    link.unanswered = [*link.unanswered, ours.to_json()][-_REMEMBERED:]
    session.add(link)
    return Step(
        link_id=link_id,
        act="write" if link.state == LinkState.WANTED else "remove",
        event=_event(appointment, link, ours),
        href=link.href,
        etag=link.etag,
        copy=ours,
    )


def _rest(session: Session, link: EventLink, appointment: Appointment) -> None:
    """Nothing is written of what does not stand: a no-show is over, all else is planned anew."""
    if appointment.status == AppointmentStatus.NO_SHOW:
        link.state = LinkState.WRITTEN if link.href else LinkState.GONE
        session.add(link)


def _leaves_elsewhere(session: Session, link: EventLink) -> bool:
    """Whether another copy of the appointment is still to be removed, as the first thing to happen.

    Services refuse one UID in two calendars of an account, and two members may share a calendar.
    """
    waiting = select(EventLink.id).where(
        EventLink.appointment_id == link.appointment_id,
        EventLink.id != link.id,
        EventLink.state == LinkState.REMOVING,
        EventLink.attempts == 0,
    )
    return session.exec(waiting).first() is not None


def _event(appointment: Appointment, link: EventLink, copy: Copy) -> OutgoingEvent:
    return OutgoingEvent(
        uid=appointment.ical_uid,
        tandem_id=appointment.public_id,
        sequence=max(appointment.ical_sequence, link.written_sequence),
        starts_at=copy.starts_at,
        ends_at=copy.ends_at,
        summary=copy.title,
        last_modified=appointment.changed_at,
        description=copy.description,
        location=copy.location,
        status=EventStatus.TENTATIVE if copy.tentative else EventStatus.CONFIRMED,
        private=copy.private,
        busy=copy.busy,
    )


def note_written(session: Session, lane: Lane, step: Step, stored: Stored) -> None:
    """The copy stands as it was sent; what changed here meanwhile is written next."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    link.href, link.etag, link.written_hash = stored.href, stored.etag, stored.content_hash
    link.written = link.kept = step.copy.to_json()
    link.unanswered = []
    link.written_sequence = max(link.written_sequence, step.event.sequence)
    _end(link, now)
    if link.state == LinkState.WANTED:
        appointment = session.get_one(Appointment, link.appointment_id, populate_existing=True)
        ours = links.ours(session, link, appointment)
        if not copies.due(step.copy, step.copy, ours):
            link.state = LinkState.WRITTEN


def note_removed(session: Session, lane: Lane, step: Step) -> None:
    """The copy is gone, and so is what was read of it."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    if link.state == LinkState.REMOVING:
        link.state = LinkState.GONE
    row = links.object_at(session, lane.id, step.href)
    if row is not None:
        session.delete(row)
    _end(link, now)
    _wake_others(session, link)


def note_failed(
    session: Session, lane: Lane, step: Step | Amend, error: Exception, *, jitter: float
) -> None:
    """The copy could not be written; it is tried again later."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    retry_after = getattr(error, "retry_after", None)
    link.last_error = in_words(error)
    link.next_attempt_at = next_attempt(now, link.attempts, retry_after=retry_after, jitter=jitter)
    _wake_others(session, link)


def note_vanished(session: Session, lane: Lane, step: Step) -> None:
    """The copy that was to be changed is not there any more."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    link.news, link.news_since = LinkNews.MISSING, now


def _attempted(session: Session, lane: Lane, step: Step | Amend, now: datetime) -> EventLink:
    lanes.keep(session, lane, now=now)
    link = links.locked(session, step.link_id)
    if link is None:
        raise lanes.Superseded
    session.add(link)
    return link


def in_words(error: Exception) -> str:
    """A message id for people; a sentence in English where it bears values."""
    if not isinstance(error, CrmError):
        return UNEXPECTED
    return str(error) if error.params else error.user_message


def _end(link: EventLink, now: datetime) -> None:
    link.attempts, link.next_attempt_at, link.last_error = 0, None, ""
    link.news, link.news_since, link.changed_at = LinkNews.NONE, None, now


def _wake_others(session: Session, link: EventLink) -> None:
    """Copies that waited for this one to leave can be written now."""
    if link.state == LinkState.WANTED:
        return
    session.flush()
    for other in links.links_of(session, link.appointment_id):
        if other.id != link.id and other.state == LinkState.WANTED:
            jobs.enqueue(session, links.RUN, calendar_id=other.external_calendar_id)
