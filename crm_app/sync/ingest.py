"""What an external event does to its owner's time: the rules of SYN-3 and SYN-12 in one place. Pure.

``decide`` judges one instance, ``lay_out`` an object of a calendar with all its instances inside a
window. What always holds: nothing that stands in an object makes this raise, and an instance whose
end is not after its start never blocks.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm_app.providers.ical import reading
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency, Trouble

# How far behind the window an object is searched for instances that the moving window will reach.
_LATER = timedelta(days=3650)


class Verdict(StrEnum):
    """What becomes of an instance."""

    BLOCKS = "blocks"
    FREE = "free"
    IGNORED = "ignored"


class Reason(StrEnum):
    """Why. The first one that applies, in this order."""

    OWN = "own"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    MARKED_FREE = "marked_free"
    NO_LENGTH = "no_length"
    TENTATIVE = "tentative"
    OUT_OF_OFFICE = "out_of_office"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of an external calendar that decide (SYN-3)."""

    tentative_blocks: bool = True
    out_of_office_blocks: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, why, and whether others may read no more of the event than "Busy"."""

    verdict: Verdict
    reason: Reason
    private: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One instance as it is stored; instants are UTC, ``local_*`` are ISO dates of whole days."""

    starts_at: datetime
    ends_at: datetime
    all_day: bool
    local_start: str
    local_end: str
    blocks: bool
    private: bool
    tentative: bool
    recurring: bool
    summary: str


@dataclass(frozen=True, slots=True)
class Laid:
    """An object's instances inside the window, by time. ``continues``: there are some behind it."""

    spans: tuple[Span, ...]
    continues: bool
    trouble: Trouble | None


def decide(occurrence: Occurrence, policy: Policy, *, own: bool = False) -> Decision:
    """What ``occurrence`` does to the time of its calendar's owner.

    ``own``: it is our copy of an appointment that holds this time already.
    """
    reason = _reason(occurrence, own)
    return Decision(_verdict(reason, policy), reason, occurrence.private)


def _reason(occurrence: Occurrence, own: bool) -> Reason:
    if own:
        return Reason.OWN
    if occurrence.status is EventStatus.CANCELLED:
        return Reason.CANCELLED
    if occurrence.declined_by_owner:
        return Reason.DECLINED
    if occurrence.transparency is Transparency.FREE:
        return Reason.MARKED_FREE
    if occurrence.ends_at <= occurrence.starts_at:
        return Reason.NO_LENGTH
    if occurrence.out_of_office:
        return Reason.OUT_OF_OFFICE
    if occurrence.status is EventStatus.TENTATIVE:
        return Reason.TENTATIVE
    return Reason.BUSY


def _verdict(reason: Reason, policy: Policy) -> Verdict:
    if reason in (Reason.OWN, Reason.CANCELLED, Reason.DECLINED):
        return Verdict.IGNORED
    if reason in (Reason.MARKED_FREE, Reason.NO_LENGTH):
        return Verdict.FREE
    if reason is Reason.TENTATIVE and not policy.tentative_blocks:
        return Verdict.FREE
    if reason is Reason.OUT_OF_OFFICE and not policy.out_of_office_blocks:
        return Verdict.FREE
    return Verdict.BLOCKS


def lay_out(
    raw: str,
    policy: Policy,
    *,
    since: datetime,
    until: datetime,
    zone: str,
    own_addresses: Collection[str],
) -> Laid:
    """The instances of ``raw`` (iCalendar) that touch [since, until), UTC.

    ``zone`` is the calendar's IANA zone, for whole days and times without a zone.
    """
    found = reading.read(
        raw, since=since, until=until, calendar_zone=zone, own_addresses=own_addresses
    )
    spans = [
        _span(one, decision)
        for one in found.occurrences
        if (decision := decide(one, policy)).verdict is not Verdict.IGNORED
    ]
    return Laid(
        spans=tuple(sorted(spans)),
        continues=_continues(raw, found, until=until, zone=zone),
        trouble=found.warnings[0] if found.warnings else None,
    )


def _span(one: Occurrence, decision: Decision) -> Span:
    return Span(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
        local_start=one.local_start_date.isoformat() if one.local_start_date else "",
        local_end=one.local_end_date.isoformat() if one.local_end_date else "",
        blocks=decision.verdict is Verdict.BLOCKS,
        private=decision.private,
        tentative=one.status is EventStatus.TENTATIVE,
        recurring=one.recurring,
        summary=one.summary[:500],
    )


def _continues(raw: str, found: reading.Reading, *, until: datetime, zone: str) -> bool:
    if found.occurrences:
        # A series that is alive may go on; asking for sure would cost more than laying out again.
        return any(one.recurring for one in found.occurrences)
    return bool(
        reading.read_occurrences(raw, since=until, until=until + _LATER, calendar_zone=zone)
    )
