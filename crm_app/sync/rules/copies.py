"""Our copy of an appointment in somebody's calendar: what was changed, there and here. Pure.

Four states are compared part by part (SYN-9): what we wrote last, how the service kept it (servers
trim and shorten), what the appointment is now, and what stands there now. What changed on one side
only is taken over by the other. Where both changed the same part, ours will be the later version at
the service, so ours stays and theirs is shown as a conflict. Title, time and place flow both ways;
the description is written by us until somebody edits it there, from then on theirs is left alone,
as are "private" and "free".
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from crm_app.providers.ical import reading
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency

# How far from its last known time a copy is looked for.
_NEAR = timedelta(days=1000)


class Part(StrEnum):
    """What flows both ways."""

    TITLE = "title"
    TIME = "time"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Copy:
    """An appointment as it stands in a calendar; instants are UTC.

    ``edited``: somebody changed the description there, so it is no longer ours to write.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    description: str = ""
    private: bool = False
    busy: bool = True
    tentative: bool = False
    edited: bool = False

    def to_json(self) -> dict[str, Any]:
        """The shape that ``from_json`` reads."""
        plain = asdict(self)
        return {
            **plain,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What ``to_json`` made."""
        times = {name: datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at")}
        return cls(**{**data, **times})


@dataclass(frozen=True, slots=True)
class Merge:
    """``take`` is changed here; ``conflicts`` were changed on both sides and stay as they are here."""

    take: frozenset[Part] = frozenset()
    conflicts: frozenset[Part] = frozenset()


def of_occurrence(one: Occurrence) -> Copy:
    """The copy that an external event is now."""
    return Copy(
        title=one.summary,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        location=one.location,
        description=one.description,
        private=one.private,
        busy=one.transparency is Transparency.BUSY,
        tentative=one.status is EventStatus.TENTATIVE,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What stands there now; of a series its first instance."""

    copy: Copy
    all_day: bool
    cancelled: bool


def read(raw: str, *, near: datetime, zone: str) -> Found | None:
    """The copy in ``raw`` (iCalendar), looked for around ``near``; None when nothing can be read.

    ``zone`` is the calendar's IANA zone.
    """
    found = reading.read_occurrences(
        raw, since=near - _NEAR, until=near + _NEAR, calendar_zone=zone
    )
    if not found:
        return None
    first = found[0]
    return Found(of_occurrence(first), first.all_day, first.status is EventStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Past:
    """What we wrote last, and how it was found to be kept there."""

    written: Copy
    kept: Copy


def merge(past: Past | None, ours: Copy, theirs: Copy) -> Merge:
    """What to take over from ``theirs``. Without a past nobody knows who changed what: ours stays."""
    if past is None:
        return Merge()
    changed_there = {part for part in Part if not same(part, past.kept, theirs)}
    differing = {part for part in changed_there if not same(part, ours, theirs)}
    conflicts = {part for part in differing if not same(part, past.written, ours)}
    return Merge(take=frozenset(differing - conflicts), conflicts=frozenset(conflicts))


def recalled(past: Past, unanswered: Collection[Copy], theirs: Copy) -> Past:
    """The past, knowing that writes without an answer may have arrived: what stands there as one of
    them said was written by us, and changed by nobody."""
    for sent in unanswered:
        arrived = {part for part in Part if same(part, sent, theirs)}
        kept = taken(past.kept, theirs, arrived)
        if _alike(sent.description, theirs.description):
            kept = replace(kept, description=theirs.description)
        past = Past(written=taken(past.written, sent, arrived), kept=kept)
    return past


def taken(onto: Copy, theirs: Copy, parts: Collection[Part]) -> Copy:
    """``onto`` with ``parts`` as they are in ``theirs``."""
    if Part.TIME in parts:
        onto = replace(onto, starts_at=theirs.starts_at, ends_at=theirs.ends_at)
    if Part.TITLE in parts:
        onto = replace(onto, title=theirs.title)
    if Part.PLACE in parts:
        onto = replace(onto, location=theirs.location)
    return onto


def accounted(past: Past, ours: Copy, theirs: Copy) -> Past:
    """The past after ``theirs`` was read: what agrees by now needs no writing any more."""
    settled = {part for part in Part if same(part, ours, theirs)}
    return Past(written=taken(past.written, ours, settled), kept=agreed(past.kept, theirs))


def agreed(kept: Copy, theirs: Copy) -> Copy:
    """``theirs`` as the new state there, with who the description belongs to."""
    edited = kept.edited or not _alike(kept.description, theirs.description)
    return replace(theirs, edited=edited)


def outgoing(kept: Copy | None, ours: Copy) -> Copy:
    """What is to stand there: ours, with that which is theirs alone."""
    if kept is None:
        return ours
    return replace(
        ours,
        description=kept.description if kept.edited else ours.description,
        private=kept.private,
        busy=kept.busy,
        edited=kept.edited,
    )


def due(written: Copy | None, kept: Copy | None, ours: Copy) -> bool:
    """Whether something of ours is not there yet."""
    if written is None:
        return True
    edited = kept is not None and kept.edited
    return (
        not all(same(part, written, ours) for part in Part)
        or written.tentative != ours.tentative
        or not (edited or _alike(written.description, ours.description))
    )


def same(part: Part, a: Copy, b: Copy) -> bool:
    """Whether the two agree in that part; servers may trim and wrap texts as they like."""
    if part is Part.TIME:
        return (a.starts_at, a.ends_at) == (b.starts_at, b.ends_at)
    if part is Part.TITLE:
        return _alike(a.title, b.title)
    return _alike(a.location, b.location)


def _alike(a: str, b: str) -> bool:
    return " ".join(a.split()) == " ".join(b.split())
