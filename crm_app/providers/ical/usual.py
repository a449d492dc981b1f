"""The recurrence rules that nearly all series have, followed by arithmetic. Pure.

An expander that knows every rule takes most of the time of reading a calendar. "Every other Monday
and Friday, ten times" needs none: the n-th start can be told at once. Whatever is not written in
the plainest way is left to the expander; both give the same instances.
"""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm_app.providers.ical.times import Moment, utc

_PART = re.compile(
    r"(?:FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)"
    r"|COUNT=[1-9]\d{0,3}"
    r"|UNTIL=\d{8}(?:T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?"
    r"|INTERVAL=[1-9]\d{0,2}"
    r"|WKST=(?:MO|SU)"
    r"|BYDAY=(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*)"
)
_WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
# The longest that one period of a rule lasts, in days.
_PERIODS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_EVERY_MONTH_HAS = 28
_YEARS = range(1900, 2400)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Usual:
    """A rule in the plainest form. ``weekdays`` count from Monday as 0, empty: that of the start;
    ``until`` is as written, empty for none, and then ``count`` tells how many there are (None: no end).
    """

    freq: str
    interval: int
    count: int | None
    until: str
    weekdays: tuple[int, ...]
    week_start: int


@functools.lru_cache(maxsize=2000)
def usual(text: str) -> Usual | None:
    """The rule in ``text`` (the value of RRULE); None when it is not of the usual form."""
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if _PART.fullmatch(part) is None or name in parts:
            return None
        parts[name] = value
    freq, until = parts.get("FREQ", ""), parts.get("UNTIL", "")
    if not freq or ("BYDAY" in parts and freq != "WEEKLY") or (until and _day(until) is None):
        return None
    days = {_WEEKDAYS[day] for day in parts["BYDAY"].split(",")} if "BYDAY" in parts else set()
    return Usual(
        freq=freq,
        interval=int(parts.get("INTERVAL", "1")),
        # RFC 5545 §3.3.10 allows only one of the two.
        count=int(parts["COUNT"]) if "COUNT" in parts and not until else None,
        until=until,
        weekdays=tuple(sorted(days)),
        week_start=_WEEKDAYS[parts.get("WKST", "MO")],
    )


def latest(text: str, starts_at: datetime) -> datetime | None:
    """A moment after which a series from ``starts_at`` with this one rule surely starts no more;
    None when it may go on, and for all but the usual rules, which ``Scales`` would let run.

    Naive times on the series' own wall clock.
    """
    rule = usual(text)
    if rule is None or starts_at.year < _YEARS.start or not _in_every_period(rule, starts_at):
        return None
    if rule.until:
        last = _day(rule.until)
        return max(datetime.combine(last, time()) + 2 * _DAY, starts_at) if last else None
    if rule.count is None:
        return None
    return starts_at + timedelta(days=(rule.count + 1) * rule.interval * _PERIODS[rule.freq])


def starts(text: str, first: Moment, since: date, until: date) -> Iterator[Moment] | None:
    """When the instances start that begin on a day from ``since`` to ``until``, in order, for a series
    that starts with ``first``; None when that has to be left to the expander.

    Days are those of the series' own wall clock.
    """
    rule = usual(text)
    if rule is None or not (first.year in _YEARS and until.year in _YEARS and since.year > 1):
        return None
    if not _in_every_period(rule, first) or not _plain(first):
        return None
    if rule.weekdays and first.weekday() not in rule.weekdays:
        return None
    ends = _end(rule, first)
    return None if ends is None else _starts(rule, first, ends, since, until)


def _plain(first: Moment) -> bool:
    """Whether it is a day, or a time that its zone does not name a second time."""
    if not isinstance(first, datetime):
        return True
    return not first.fold and (first.tzinfo is UTC or isinstance(first.tzinfo, ZoneInfo))


def _in_every_period(rule: Usual, first: date) -> bool:
    """Not so for the 31st of each month."""
    return rule.freq in ("DAILY", "WEEKLY") or first.day <= _EVERY_MONTH_HAS


def _end(rule: Usual, first: Moment) -> Moment | None:
    """The last moment at which an instance may start; None when UNTIL is another kind of value than
    the start is, which every program understands in its own way."""
    timed = isinstance(first, datetime)
    if not rule.until:
        return datetime.max.replace(tzinfo=UTC) if timed else date.max
    if timed != rule.until.endswith("Z") or (not timed and len(rule.until) != 8):
        return None
    if timed:
        return datetime.strptime(rule.until, "%Y%m%dT%H%M%S%z")
    return _day(rule.until)


def _starts(rule: Usual, first: Moment, last: Moment, since: date, until: date) -> Iterator[Moment]:
    day = first.date() if isinstance(first, datetime) else first
    nth, number = _counted(rule, day, since)
    while (rule.count is None or number < rule.count) and (here := nth(number)) <= until:
        number += 1
        if here < since:
            continue
        if not isinstance(first, datetime):
            if here > last:
                return
            yield here
            continue
        at = datetime.combine(here, first.timetz())
        if isinstance(last, datetime) and utc(at) > last:
            return
        yield at


def _counted(rule: Usual, first: date, since: date) -> tuple[Callable[[int], date], int]:
    """What gives the day of the instance with a number, from 0, and the number of one that is not
    after ``since`` unless it is the first."""
    gone = max((since - first).days // (_PERIODS[rule.freq] * rule.interval) - 1, 0)
    if rule.freq == "YEARLY":
        return lambda number: first.replace(year=first.year + number * rule.interval), gone
    if rule.freq == "MONTHLY":
        return lambda number: _months_later(first, number * rule.interval), gone
    if not rule.weekdays:
        step = rule.interval * _PERIODS[rule.freq]
        return lambda number: first + timedelta(days=number * step), gone
    week = first - timedelta(days=(first.weekday() - rule.week_start) % 7)
    offsets = sorted((day - rule.week_start) % 7 for day in rule.weekdays)
    before, many = offsets.index((first - week).days), len(offsets)

    def nth(number: int) -> date:
        weeks, which = divmod(number + before, many)
        return week + timedelta(days=weeks * rule.interval * 7 + offsets[which])

    return nth, max(gone * many - before, 0)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _day(until: str) -> date | None:
    try:
        return date(int(until[:4]), int(until[4:6]), int(until[6:8]))
    except ValueError:
        return None
