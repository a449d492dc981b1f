"""An object of an external calendar laid out: all its instances inside a window, as time (SYN-3, SYN-8). Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from crm_app.providers.ical import glance, reading
from crm_app.providers.ical.glance import Plain, Told
from crm_app.providers.occurrence import EventStatus, Occurrence, Trouble
from crm_app.sync.rules.ingest import Policy, Verdict, verdict_on

# How far behind the window an object is searched for instances that the moving window will reach.
_LATER = timedelta(days=3650)
_LONGEST_TITLE = 500


class Span(NamedTuple):
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


_OVER = Laid((), continues=False, trouble=None)


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
    told = glance.tell(raw, since)
    if told is Told.OVER:
        return _OVER
    if isinstance(told, Plain) and told.starts_at < until:
        return Laid((_plain_span(told),), continues=False, trouble=None)
    parsed = reading.parse(raw, calendar_zone=zone)
    found = reading.between(parsed, since, until, own_addresses=own_addresses)
    spans = [
        _span(one, verdict is Verdict.BLOCKS)
        for one in found.occurrences
        if (verdict := verdict_on(one, policy)) is not Verdict.IGNORED
    ]
    return Laid(
        spans=tuple(sorted(spans)),
        continues=_continues(parsed, found, until),
        trouble=found.warnings[0] if found.warnings else None,
    )


def _span(one: Occurrence, blocks: bool) -> Span:
    return Span(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
        local_start=one.local_start_date.isoformat() if one.local_start_date else "",
        local_end=one.local_end_date.isoformat() if one.local_end_date else "",
        blocks=blocks,
        private=one.private,
        tentative=one.status is EventStatus.TENTATIVE,
        recurring=one.recurring,
        summary=one.summary[:_LONGEST_TITLE],
    )


def _plain_span(one: Plain) -> Span:
    return Span(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=False,
        local_start="",
        local_end="",
        blocks=True,
        private=False,
        tentative=False,
        recurring=False,
        summary=one.summary[:_LONGEST_TITLE],
    )


def _continues(parsed: reading.Parsed, found: reading.Reading, until: datetime) -> bool:
    if found.occurrences:
        # A series that is alive may go on; asking for sure would cost more than laying out again.
        return any(one.recurring for one in found.occurrences)
    return reading.any_between(parsed, until, until + _LATER)
