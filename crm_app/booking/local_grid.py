"""From the wall clock to real time: working ranges of local days become intervals and starts.

Pure. This is the only module of slot search that knows time zones. What always holds (CAL-3):
a wall time that a clock change skips has no start, one that it repeats has its first; a range
opens and closes when the wall clock first reaches its edges; and on the days without a clock
change, nearly all, one conversion of midnight serves the whole day. Written for today's zones,
whose offsets are whole minutes. `docs/clock-changes.md` lists the cases.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_app.booking import minutes
from crm_app.booking.minutes import Interval
from crm_app.core.hours import DAY, Hours

ONE_DAY = timedelta(days=1)


class Shift(NamedTuple):
    """One working range of one local day, in real time.

    Its grid starts at `anchor`, a wall time in minutes after the day's midnight. On an `even`
    day the wall clock runs like real time from midnight to midnight.
    """

    day: date
    anchor: int
    start: int
    end: int
    even: bool


def reading(zone: ZoneInfo, minute: int) -> datetime:
    """What the wall clock shows at that instant, without zone or fold."""
    return datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None, fold=0)


def first_instant(zone: ZoneInfo, day: date, wall: int) -> int:
    """The first instant at which the wall clock shows that time, or any later one.

    `wall` is minutes after the day's midnight and may be 1440. In a skipped stretch that is the
    moment of the clock change (PEP 495: fold=0 reads it too late there, fold=1 too early).
    """
    local = datetime.combine(day, time()) + timedelta(minutes=wall)
    late = minutes.floor(local.replace(tzinfo=zone))
    if reading(zone, late) == local:
        return late
    early = minutes.floor(local.replace(tzinfo=zone, fold=1))
    while late - early > 1:
        middle = (early + late) // 2
        if reading(zone, middle) < local:
            early = middle
        else:
            late = middle
    return late


def exact_instant(zone: ZoneInfo, day: date, wall: int) -> int | None:
    """The first instant at which the wall clock shows that time; None if it is skipped."""
    instant = first_instant(zone, day, wall)
    shown = datetime.combine(day, time()) + timedelta(minutes=wall)
    return instant if reading(zone, instant) == shown else None


def whole_days(zone: ZoneInfo, first: date, last: date) -> Interval:
    """The real time of the local days from `first` to `last`, both included (SYN-12)."""
    return first_instant(zone, first, 0), first_instant(zone, last, DAY)


class LocalDay(NamedTuple):
    """A local day, the first instant of it, and whether its wall clock runs like real time."""

    day: date
    midnight: int
    even: bool


@lru_cache(maxsize=512)
def local_days(zone: ZoneInfo, first: date, last: date) -> tuple[LocalDay, ...]:
    """The local days from `first` to `last`; one look at the clock for most of them."""
    days, day, midnight = [], first, first_instant(zone, first, 0)
    while day <= last:
        tomorrow = day + ONE_DAY
        next_midnight = _next_midnight(zone, midnight, tomorrow)
        days.append(LocalDay(day, midnight, next_midnight - midnight == DAY))
        day, midnight = tomorrow, next_midnight
    return tuple(days)


def shifts(zone: ZoneInfo, hours: Hours, first: date, last: date) -> list[Shift]:
    """The working ranges of the local days from `first` to `last`, in order."""
    found: list[Shift] = []
    for day, midnight, even in local_days(zone, first, last):
        for start, end in hours.on(day):
            if even:
                found.append(Shift(day, start, midnight + start, midnight + end, True))
            else:
                found += _uneven_shift(zone, day, start, end)
    return found


def worked(ordered: Iterable[Shift]) -> list[Interval]:
    """The real time that shifts cover; those that touch, as at midnight, become one."""
    spans: list[Interval] = []
    for _, _, start, end, _ in ordered:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def common(a: list[Interval], b: list[Interval]) -> list[Interval]:
    """The real time that is in both."""
    return [(max(a[i][0], b[j][0]), min(a[i][1], b[j][1])) for i, j in _overlaps(a, b)]


def cut(zone: ZoneInfo, ordered: list[Shift], spans: list[Interval]) -> list[Shift]:
    """Each shift's parts inside the spans; a part that starts later has its grid start there."""
    pieces: list[Shift] = []
    for i, j in _overlaps([(shift.start, shift.end) for shift in ordered], spans):
        shift, (start, end) = ordered[i], spans[j]
        if start > shift.start:
            shift = shift._replace(start=start, anchor=_wall(zone, shift.day, start))
        pieces.append(shift._replace(end=min(shift.end, end)))
    return pieces


def grid(
    zone: ZoneInfo,
    ordered: Iterable[Shift],
    spans: list[Interval],
    *,
    interval: int,
    duration: int,
) -> Iterator[range]:
    """The starts of each shift, every `interval` minutes of wall time, as ascending runs.

    A slot that starts there ends, `duration` real minutes later, inside the span of working
    time that holds it. The spans must cover the shifts.
    """
    position = 0
    for shift in ordered:
        while spans[position][1] < shift.end:
            position += 1
        stop = min(shift.end, spans[position][1] - duration + 1)
        if shift.even:
            yield range(shift.start, stop, interval)
        else:
            yield from _uneven_grid(zone, shift, stop, interval)


def _next_midnight(zone: ZoneInfo, midnight: int, tomorrow: date) -> int:
    """Most often 24 hours later, which one look at the clock there confirms."""
    shown = datetime.fromtimestamp((midnight + DAY) * 60, zone)
    if shown.hour == shown.minute == 0 and shown.day == tomorrow.day:
        return midnight + DAY
    return first_instant(zone, tomorrow, 0)


def _uneven_shift(zone: ZoneInfo, day: date, start: int, end: int) -> list[Shift]:
    opens, closes = first_instant(zone, day, start), first_instant(zone, day, end)
    return [Shift(day, start, opens, closes, False)] if opens < closes else []


def _uneven_grid(zone: ZoneInfo, shift: Shift, stop: int, interval: int) -> Iterator[range]:
    for wall in range(shift.anchor, DAY, interval):
        instant = exact_instant(zone, shift.day, wall)
        if instant is not None and shift.start <= instant < stop:
            yield range(instant, instant + 1)


def _wall(zone: ZoneInfo, day: date, minute: int) -> int:
    return (reading(zone, minute) - datetime.combine(day, time())) // minutes.MINUTE


def _overlaps(a: list[Interval], b: list[Interval]) -> Iterator[tuple[int, int]]:
    """The positions of those that overlap; both lists sorted and without overlaps inside."""
    i = j = 0
    while i < len(a) and j < len(b):
        if max(a[i][0], b[j][0]) < min(a[i][1], b[j][1]):
            yield i, j
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
