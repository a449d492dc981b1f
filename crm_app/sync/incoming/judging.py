"""The stored events of a linked calendar, judged anew and without writing: what the dry run of an
option and the queue of waiting guests look at (SYN-6, SYN-7).

What always holds: only what is not over counts, objects of one series are judged together, and all
that is known about the people comes from a fixed number of queries.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.core.kinds import Intake
from crm_app.models import BusyTime, ExternalCalendar, ExternalObject
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.records import company
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.records.company import Company
from crm_app.sync.rules import guests
from crm_app.sync.rules.guests import Guest
from crm_app.sync.rules.ingest import Decision, Policy, decide

# So many texts are held at once.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A single event or a series as it is stored. ``id`` is that of its first object."""

    id: int
    series: str
    texts: tuple[str, ...]
    intake: Intake
    history: bool
    declined: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry with its instances from now on, each with what is decided about it."""

    entry: Entry
    instances: tuple[tuple[Occurrence, Decision], ...]

    @property
    def first(self) -> Occurrence:
        """The next instance."""
        return self.instances[0][0]


def upcoming(
    session: Session, calendar: ExternalCalendar, *, now: datetime
) -> Iterator[list[Entry]]:
    """Chunks of the entries with people on them that are not over, without our own copies."""
    ahead = (
        select(ExternalObject.series)
        .join(BusyTime, col(BusyTime.external_object_id) == ExternalObject.id)
        .where(BusyTime.external_calendar_id == calendar.id, BusyTime.ends_at > now)
    )
    found = entries(session, calendar, col(ExternalObject.series).in_(ahead))
    peopled = [entry for entry in found if any(_has_people(text) for text in entry.texts)]
    for start in range(0, len(peopled), _CHUNK):
        yield peopled[start : start + _CHUNK]


def waiting(session: Session, calendar: ExternalCalendar) -> list[Entry]:
    """The entries whose guests wait for a decision."""
    ids = select(ExternalObject.series).where(
        ExternalObject.external_calendar_id == calendar.id,
        ExternalObject.intake == Intake.REVIEW,
    )
    return entries(session, calendar, col(ExternalObject.series).in_(ids))


def entries(session: Session, calendar: ExternalCalendar, *conditions: object) -> list[Entry]:
    """The entries that meet ``conditions``; what the service no longer has is none."""
    rows = session.exec(
        select(ExternalObject)
        .where(
            ExternalObject.external_calendar_id == calendar.id,
            col(ExternalObject.appointment_id).is_(None),
            col(ExternalObject.missing_since).is_(None),
            ExternalObject.raw != "",
            *conditions,  # type: ignore[arg-type]  # comparisons, typed bool
        )
        .order_by(col(ExternalObject.id))
        .execution_options(populate_existing=True)
    )
    groups: dict[str, list[ExternalObject]] = {}
    for row in rows:
        groups.setdefault(row.series or row.href, []).append(row)
    return [_entry(series, objects) for series, objects in groups.items()]


def judge(
    session: Session,
    where: Whose,
    policy: Policy,
    some: Iterable[Entry],
    *,
    now: datetime,
    history: bool = True,
) -> Iterator[Judged]:
    """What ``policy`` makes of entries of a calendar; those without a coming instance are left out.

    ``history`` False: as if they had arrived just now.
    """
    read = [(entry, _instances(entry, where, now)) for entry in some]
    people = guests.keys_of(one for _, instances in read for one in instances)
    known = company.load(session, where.user_id, people)
    own = where.own_addresses | known.own
    for entry, instances in read:
        if instances:
            yield _judged(entry, instances, policy, known, own, now=now, history=history)


def _judged(
    entry: Entry,
    instances: list[Occurrence],
    policy: Policy,
    known: Company,
    own: Collection[str],
    *,
    now: datetime,
    history: bool,
) -> Judged:
    first, decided, people = True, [], _People(known, own)
    for one in instances:
        decision = decide(
            one,
            policy,
            guests=people.of(one),
            known=known.known.keys(),
            now=now,
            history=history and entry.history,
            first_of_series=first,
            declined=entry.declined,
        )
        first = first and not decision.takes
        decided.append((one, decision))
    return Judged(entry, tuple(decided))


class _People:
    """The guests of the instances of a series, worked out once for all that share one list."""

    def __init__(self, known: Company, own: Collection[str]) -> None:
        self._known, self._own = known, own
        self._last: tuple[Occurrence, tuple[Guest, ...]] | None = None

    def of(self, one: Occurrence) -> tuple[Guest, ...]:
        if self._last is not None:
            last, found = self._last
            if last.attendees is one.attendees and last.organizer is one.organizer:
                return found
        found = guests.guests_of(
            one,
            own=self._own,
            colleagues=self._known.colleagues,
            filters=self._known.filters,
        )
        self._last = (one, found)
        return found


def _instances(entry: Entry, where: Whose, now: datetime) -> list[Occurrence]:
    return reading.read_occurrences(
        "\r\n".join(entry.texts),
        since=max(now, where.since),
        until=where.until,
        calendar_zone=where.zone,
        own_addresses=where.own_addresses,
    )


def _entry(series: str, objects: list[ExternalObject]) -> Entry:
    head = next((row for row in objects if row.href == series), objects[0])
    return Entry(
        id=head.id or 0,
        series=series,
        texts=tuple(row.raw for row in objects),
        intake=next((r.intake for r in objects if r.intake != Intake.NONE), Intake.NONE),
        history=head.history,
        declined=frozenset(key for row in objects for key in row.declined),
    )


def _has_people(text: str) -> bool:
    return "ATTENDEE" in text or "ORGANIZER" in text
