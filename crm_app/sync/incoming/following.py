"""Appointments follow the external events from which they were made (SYN-8, SYN-9).

Called with a page's objects, in the page's transaction. Moved, renamed, cancelled or deleted there
means the same here, whatever the sync option is by now. What both sides changed stays as it is here
and is shown; what somebody else organises is always as he has it. Of a series that changed as a
whole, one appointment's change fires and the others are silent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.appointments import external
from crm_app.core.access import Actor
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentStatus, LinkNews, LinkState
from crm_app.models import Appointment, EventLink
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence, Trouble
from crm_app.sync.records import links, outside
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.records.recognising import UNDO
from crm_app.sync.records.series import Series
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy, Part, Past
from crm_app.sync.rules.pairing import Linked, name_of, pair, stands

# Instances are followed a little behind the window in which new ones are made.
BEHIND = timedelta(days=31)
# How far from its last known time an instance is looked for before it counts as gone.
_FAR = timedelta(days=1000)
# An object that cannot be read as a whole says nothing about what is missing in it.
_UNSURE = {Trouble.BROKEN, Trouble.TOO_DENSE, Trouble.TOO_MANY, Trouble.TOO_LARGE}


@dataclass
class Voice:
    """What is told of a series that changed as a whole: the first change of each kind, and the first
    that may fire; or, where every instance is to fire, each."""

    loud: bool
    each: bool
    _told: set[str] = field(default_factory=set)
    _fired: set[str] = field(default_factory=set)

    def say(self, kind: str, appointment: Appointment, now: datetime) -> tuple[Actor, bool]:
        """Who acts in a change of ``kind``, and whether it is told; what is over never fires."""
        due = self.loud and appointment.triggers and appointment.ends_at > now
        fires = due and (self.each or kind not in self._fired)
        tells = fires or self.each or kind not in self._told
        self._told.add(kind)
        if fires:
            self._fired.add(kind)
        return outside.actor_for(silent=not fires), tells


def follow(
    session: Session,
    where: Whose,
    group: Series,
    linked: Collection[EventLink],
    rows: Mapping[int, Appointment],
    voice: Voice,
    *,
    now: datetime,
) -> dict[str, int]:
    """Bring the linked appointments, ``rows`` by id and locked, up to what the series says now; which
    instances, by name, have which appointment."""
    found, unsure = _read(where, group, where.since, where.until + BEHIND)
    places = _places(linked, found, now)
    for link in sorted(linked, key=lambda link: link.recurrence_id):
        one = places.get(link.id or 0)
        if one is None and not _over(link, now):
            one = _far_away(where, group, link)
            if one is None and unsure:
                continue
        _step(session, link, rows[link.appointment_id], one, voice, now=now)
    _confirm(session, linked, rows)
    ordered = sorted(linked, key=lambda link: link.state != LinkState.GONE)
    return {link.recurrence_id: link.appointment_id for link in ordered}


def end_all(
    session: Session,
    linked: Collection[EventLink],
    rows: Mapping[int, Appointment],
    voice: Voice,
    *,
    now: datetime,
) -> None:
    """The events are deleted outside (SYN-9)."""
    for link in linked:
        _end(session, link, rows[link.appointment_id], outside.DELETED, voice, now=now)


def _read(
    where: Whose, group: Series, since: datetime, until: datetime
) -> tuple[tuple[Occurrence, ...], bool]:
    found = reading.read(
        group.raw,
        since=since,
        until=until,
        calendar_zone=where.zone,
        own_addresses=where.own_addresses,
    )
    return found.occurrences, bool(_UNSURE.intersection(found.warnings))


def _places(
    linked: Collection[EventLink], found: Sequence[Occurrence], now: datetime
) -> dict[int, Occurrence]:
    """The instance of each link. What ended before does not take one from what stands."""
    standing = [_place(link, now) for link in linked if link.state != LinkState.GONE]
    places = pair(standing, found, now=now)
    taken = {name_of(one) for one in places.values()}
    free = {name: one for one in found if (name := name_of(one)) not in taken}
    for link in linked:
        if link.state == LinkState.GONE and link.recurrence_id in free:
            places[link.id or 0] = free.pop(link.recurrence_id)
    return places


def _place(link: EventLink, now: datetime) -> Linked:
    kept = links.kept(link)
    starts_at, ends_at = (kept.starts_at, kept.ends_at) if kept else (now, now)
    return Linked(link.id or 0, link.recurrence_id, starts_at, ends_at)


def _over(link: EventLink, now: datetime) -> bool:
    kept = links.kept(link)
    return kept is not None and kept.ends_at <= now


def _far_away(where: Whose, group: Series, link: EventLink) -> Occurrence | None:
    """The instance, when it was moved out of the window."""
    kept = links.kept(link)
    if kept is None or link.state == LinkState.GONE:
        return None
    found, _ = _read(where, group, kept.starts_at - _FAR, kept.starts_at + _FAR)
    return next((one for one in found if name_of(one) == link.recurrence_id), None)


def _step(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    one: Occurrence | None,
    voice: Voice,
    *,
    now: datetime,
) -> None:
    if link.state == LinkState.GONE:
        if one is not None and stands(one):
            back(session, link, appointment, one, voice, now=now)
        return
    if one is None:
        if not _over(link, now):
            _end(session, link, appointment, outside.DELETED, voice, now=now)
        return
    link.recurrence_id = name_of(one)
    session.add(link)
    if link.state == LinkState.REMOVING:
        return
    if not stands(one):
        reason = outside.DECLINED if one.declined_by_owner else outside.DELETED
        _end(session, link, appointment, reason, voice, now=now)
        return
    _merge(session, link, appointment, one, voice, now=now)


def _merge(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    one: Occurrence,
    voice: Voice,
    *,
    now: datetime,
) -> None:
    """Take over what was changed there, and have written what was changed here."""
    kept = links.kept(link)
    theirs = outside.as_copy(one, before=kept, fallback=appointment.title)
    if appointment.status not in HOLDING_STATUSES or not outside.speaks(session, link, appointment):
        link.kept = theirs.to_json()
        session.add(link)
        return
    if link.foreign and not appointment.organized_elsewhere:
        outside.weigh(session, appointment)
    ours = outside.ours(appointment)
    past = copies.recalled(_past(link, theirs), links.unanswered(link), theirs)
    merged = copies.merge(past, ours, theirs)
    take, conflicts = merged.take, merged.conflicts
    if link.foreign:
        take, conflicts = frozenset(Part), frozenset()
    said = copies.taken(ours, theirs, take)
    all_day = one.all_day and copies.same(Part.TIME, said, theirs)
    if not all(copies.same(part, said, ours) for part in Part) or appointment.all_day != all_day:
        actor, tells = voice.say(_kind(said, ours), appointment, now)
        external.follow(
            session,
            actor,
            appointment,
            tells=tells,
            title=said.title,
            location=said.location,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
            all_day=all_day,
        )
    if conflicts:
        outside.show(session, link, appointment, outside.CHANGED_TWICE, theirs, now=now)
    past = copies.accounted(past, said, theirs)
    link.written, link.kept, link.unanswered = past.written.to_json(), theirs.to_json(), []
    if not link.foreign and outside.is_due(link, appointment):
        links.want(session, link, now=now)
    elif link.state == LinkState.WANTED:
        link.state = LinkState.WRITTEN
    session.add(link)


def _kind(said: Copy, ours: Copy) -> str:
    return "edited" if copies.same(Part.TIME, said, ours) else "moved"


def _past(link: EventLink, theirs: Copy) -> Past:
    return Past(links.written(link) or theirs, links.kept(link) or theirs)


def _end(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    reason: str,
    voice: Voice,
    *,
    now: datetime,
) -> None:
    """The event is gone. What is past, or stands in another calendar, is not cancelled by that."""
    if link.state == LinkState.GONE:
        return
    removing = link.state == LinkState.REMOVING
    link.state, link.changed_at = LinkState.GONE, now
    link.news, link.news_since = LinkNews.NONE, None
    link.deleted_outside_at = None if removing else now
    session.add(link)
    session.flush()
    if appointment.ends_at > now and not outside.stands_without(session, link):
        actor, tells = voice.say("cancelled", appointment, now)
        external.end(session, actor, appointment, reason=reason, tells=tells)
    elif appointment.status in HOLDING_STATUSES:
        outside.weigh(session, appointment)


def back(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    one: Occurrence,
    voice: Voice,
    *,
    now: datetime,
) -> bool:
    """What was deleted outside is there again; whether the appointment takes it up (SYN-9).

    Not what was cancelled here, and not after 30 days: that is just an event.
    """
    deleted = link.deleted_outside_at
    if deleted is None or now - deleted > UNDO:
        return False
    link.state, link.deleted_outside_at, link.changed_at = LinkState.WRITTEN, None, now
    link.recurrence_id = name_of(one)
    ended_there = appointment.cancel_reason in (outside.DELETED, outside.DECLINED)
    if appointment.status == AppointmentStatus.CANCELLED and ended_there:
        theirs = outside.as_copy(one, before=links.kept(link), fallback=appointment.title)
        actor, tells = voice.say("restored", appointment, now)
        external.stand_again(session, actor, appointment, tells=tells)
        external.follow(
            session,
            outside.actor_for(silent=True),
            appointment,
            tells=False,
            title=theirs.title,
            location=theirs.location,
            starts_at=theirs.starts_at,
            ends_at=theirs.ends_at,
            all_day=one.all_day,
        )
        outside.settle_on(link, theirs)
    session.add(link)
    session.flush()
    outside.weigh(session, appointment)
    return True


def _confirm(
    session: Session, linked: Collection[EventLink], rows: Mapping[int, Appointment]
) -> None:
    """Where both sides have the same time by now, the event alone holds it."""
    settled = [
        link.appointment_id
        for link in linked
        if link.state in outside.ALIVE
        and (kept := links.kept(link)) is not None
        and copies.same(Part.TIME, kept, outside.ours(rows[link.appointment_id]))
    ]
    if settled:
        external.confirmed(session, settled)
