"""Writing what was changed here into events that were made outside (SYN-9).

The outside half of the outbox: of such an event only the parts that differ are changed, and nothing
else of it. As everywhere in the outbox, an attempt is counted before it goes out; the network lies
between ``next_step`` and the notes.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm_app.appointments import external
from crm_app.core import clock
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentStatus, LinkState
from crm_app.models import Appointment, EventLink, ExternalObject
from crm_app.providers.calendar_port import Amendment, Stored
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.records import links, outside
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy, Part

# So many writes without an answer are remembered.
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Amend:
    """One change of an external event, or of the instance ``recurrence_id`` of a series."""

    link_id: int
    href: str
    etag: str | None
    recurrence_id: str
    amendment: Amendment
    copy: Copy


def next_step(session: Session, link: EventLink) -> Amend | None:
    """What to do for a link that the caller has locked; None when nothing is (left) to do."""
    appointment = session.get_one(Appointment, link.appointment_id)
    row = links.object_at(session, link.external_calendar_id, link.href)
    if row is None or row.missing_since is not None:
        # It may be gone; the end of the pull tells.
        return None
    ours = outside.ours(appointment)
    if link.state == LinkState.REMOVING:
        amendment = Amendment(cancelled=True)
    elif appointment.status not in HOLDING_STATUSES or not outside.is_due(link, appointment):
        link.state = LinkState.WRITTEN
        session.add(link)
        return None
    else:
        amendment = _amendment(link, ours)
    link.attempts += 1
    # Assigned anew: a change inside a JSON value is not noticed.
    link.unanswered = [*link.unanswered, ours.to_json()][-_REMEMBERED:]
    session.add(link)
    return Amend(link.id or 0, link.href, row.etag, link.recurrence_id, amendment, ours)


def _amendment(link: EventLink, ours: Copy) -> Amendment:
    """The parts in which it differs from what we know to stand there, or may have written."""
    others = [*links.unanswered(link), links.kept(link), links.written(link)]
    parts = {
        part
        for part in Part
        if any(other is None or not copies.same(part, other, ours) for other in others)
    }
    moves = Part.TIME in parts
    return Amendment(
        starts_at=ours.starts_at if moves else None,
        ends_at=ours.ends_at if moves else None,
        summary=ours.title if Part.TITLE in parts else None,
        location=ours.location if Part.PLACE in parts else None,
    )


def note_amended(session: Session, lane: Lane, step: Amend, stored: Stored | None) -> None:
    """It stands there as it was sent; the next pull confirms it."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    if link.state == LinkState.REMOVING:
        link.state = LinkState.GONE
    else:
        outside.settle_on(link, step.copy)
        appointment = session.get_one(Appointment, link.appointment_id, populate_existing=True)
        if not outside.is_due(link, appointment):
            link.state = LinkState.WRITTEN
    link.unanswered = []
    _end(link, now)
    row = _object(session, lane, step)
    if row is not None and stored is not None and stored.href == row.href:
        # Further changes of the same object go on from here, before any pull.
        row.etag = stored.etag
        session.add(row)


def note_refused(session: Session, lane: Lane, step: Amend) -> None:
    """The service does not let us: its version is the one that counts from now on."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    appointment = outside.locked(session, [link.appointment_id])[link.appointment_id]
    theirs = links.kept(link)
    link.foreign, link.state, link.unanswered = True, LinkState.WRITTEN, []
    _end(link, now)
    if theirs is None:
        return
    outside.settle_on(link, theirs)
    outside.show(session, link, appointment, outside.NOT_ALLOWED, theirs, now=now)
    if appointment.status == AppointmentStatus.CANCELLED:
        link.state = LinkState.GONE
    else:
        external.follow(
            session,
            outside.actor_for(silent=True),
            appointment,
            tells=True,
            title=theirs.title,
            location=theirs.location,
            starts_at=theirs.starts_at,
            ends_at=theirs.ends_at,
            all_day=appointment.all_day,
        )
        external.confirmed(session, [link.appointment_id])
    outside.weigh(session, appointment)


def note_vanished(session: Session, lane: Lane, step: Amend) -> bool:
    """It is not there any more; whether that is the end of it: what was to be removed is."""
    now = clock.now()
    link = _attempted(session, lane, step, now)
    if link.state != LinkState.REMOVING:
        return False
    link.state = LinkState.GONE
    _end(link, now)
    return True


def _object(session: Session, lane: Lane, step: Amend) -> ExternalObject | None:
    return links.object_at(session, lane.id, step.href)


def _attempted(session: Session, lane: Lane, step: Amend, now: datetime) -> EventLink:
    lanes.keep(session, lane, now=now)
    link = links.locked(session, step.link_id)
    if link is None:
        raise lanes.Superseded
    session.add(link)
    return link


def _end(link: EventLink, now: datetime) -> None:
    link.attempts, link.next_attempt_at, link.last_error, link.changed_at = 0, None, "", now
