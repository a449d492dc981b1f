"""What can be told of an object without taking it apart. Pure.

Most events of a calendar are written in the plainest way, and most of them are over. Of such a one all
that matters to its owner's time is read off its text: that it is over, or from when to when it is and
what it is called. Whatever is written in any other way is left to ``reading``; both tell the same.
"""

import re
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_app.providers.ical.usual import latest
from crm_app.providers.ical.zones import iana_name

_TIME = r"\d{8}T(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"
_LINE = r"[^\r\n]*+\r\n(?:[ \t][^\r\n]*+\r\n)*+"
# Lines that cannot say when it is, each with its name in one piece.
_OTHERS = (
    "SUMMARY|DESCRIPTION|LOCATION|ORGANIZER|ATTENDEE|URL|STATUS|TRANSP|CLASS|SEQUENCE|X-TANDEM-ID"
)
_HEAD = (
    r"BEGIN:VCALENDAR\r\n(?:(?:VERSION|PRODID|CALSCALE):[^\r\n]*+\r\n)*+BEGIN:VEVENT\r\n"
    rf"(?:(?:UID|DTSTAMP)[:;]{_LINE})*+"
)
_TAIL = rf"(?:(?:{_OTHERS})[:;]{_LINE})*+END:VEVENT\r\nEND:VCALENDAR\r\n"
# One event without a rule, its times in UTC and one after the other.
_SINGLE = re.compile(
    rf"{_HEAD}DTSTART:({_TIME}Z)\r\nDTEND:({_TIME}Z)\r\n(?:SUMMARY:({_LINE}))?+{_TAIL}", re.ASCII
)
# One event with one rule, its times in one zone.
_SERIES = re.compile(
    rf"{_HEAD}DTSTART;TZID=([A-Za-z0-9_/+-]+):({_TIME})\r\nDTEND;TZID=\1:({_TIME})\r\n"
    rf"RRULE:([A-Z0-9=,;]+)\r\n{_TAIL}",
    re.ASCII,
)
_FOLD = re.compile(r"\r\n[ \t]")
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_LONGEST = 4000
_DAY = timedelta(days=1)
# More than any zone can make of a wall clock.
_FAR = timedelta(days=7)


class Told(Enum):
    """What else can be told: ``over``: nothing of it is left; ``nothing``: it has to be read."""

    OVER = "over"
    NOTHING = "nothing"


class Plain(NamedTuple):
    """A single event that is confirmed, busy and public, and that nobody on it declined; in UTC, with
    an end behind its start and at most a day long."""

    starts_at: datetime
    ends_at: datetime
    summary: str


def tell(raw: str, since: datetime) -> Plain | Told:
    """What of ``raw`` is not over by ``since`` (UTC), if all of it is written in the plainest way."""
    if len(raw) > _LONGEST:
        return Told.NOTHING
    if (single := _SINGLE.fullmatch(raw)) is not None:
        return _single(raw, since, single)
    if "\nRRULE:" in raw and (series := _SERIES.fullmatch(raw)) is not None:
        return _series(since, series)
    return Told.NOTHING


def _single(raw: str, since: datetime, found: re.Match[str]) -> Plain | Told:
    starts, ends, title = found.groups()
    span = _span(starts, ends)
    if span is None:
        return Told.NOTHING
    if span[1] <= since:
        return Told.OVER
    if span[1] - span[0] > _DAY or (title is None and "\nSUMMARY" in raw):
        return Told.NOTHING
    if "\nSTATUS" in raw or "\nTRANSP" in raw or "\nCLASS" in raw:
        return Told.NOTHING
    if "DECLINED" in _unfolded(raw).upper():
        return Told.NOTHING
    return Plain(*span, _value(title or ""))


def _series(since: datetime, found: re.Match[str]) -> Told:
    zone_name, starts, ends, rule = found.groups()
    span, zone = _span(starts, ends), _zone(zone_name)
    if span is None or zone is None:
        return Told.NOTHING
    if zone.utcoffset(span[0]) != zone.utcoffset(span[1]):
        # On the clock of that night the end may come before the start.
        return Told.NOTHING
    return Told.OVER if _ended(rule, *span, since) else Told.NOTHING


def _span(starts: str, ends: str) -> tuple[datetime, datetime] | None:
    try:
        span = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    except ValueError:
        return None
    return span if span[0] < span[1] else None


def _ended(rule: str, starts: datetime, ends: datetime, since: datetime) -> bool:
    try:
        last = latest(rule, starts)
        return last is not None and last + (ends - starts) + _FAR < since.replace(tzinfo=None)
    except OverflowError:
        return False


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    known = iana_name(name)
    return ZoneInfo(known) if known else None


def _unfolded(text: str) -> str:
    return _FOLD.sub("", text) if "\n " in text or "\n\t" in text else text


def _value(lines: str) -> str:
    """A text value in one line or more."""
    value = _unfolded(lines).strip()
    return _ESCAPED.sub(_unescaped, value).strip() if "\\" in value else value


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]
