"""Which month, day and times a visitor sees, and where the next free day is.

Pure. Slots come from a ``find`` function that is asked for as little as possible: the shown month,
and the rest of the horizon only when that month has nothing to offer. Days are the visitor's.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_app.booking import when
from crm_app.booking.slots import Slot

Find = Callable[[datetime, datetime], Sequence[Slot]]
"""The slots that start in [since, until), by time."""


# With fewer days left than this, the present month's page goes on for five weeks.
_ENOUGH_DAYS, _ROLLING_DAYS = 21, 35


class Day(NamedTuple):
    """A day of the month and how many times it offers."""

    date: date
    free: int
    past: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """What is shown. ``earlier`` and ``later`` are the months to turn to, ``next_free`` the day to
    offer when the selected one, or the month, has nothing."""

    month: date
    today: date
    days: tuple[Day, ...]
    selected: date | None
    times: tuple[Slot, ...]
    earlier: date | None
    later: date | None
    next_free: date | None


@dataclass(frozen=True, slots=True)
class _Reach:
    """The days that can be shown at all, and the zone that they are days of."""

    zone: str
    now: datetime
    today: date
    end: date
    first_weekday: int

    def window(self, month: date) -> tuple[date, date]:
        """The days shown for ``month``, end excluded: all of it, but for the present month the
        weeks from this one on, followed by the next month's first ones when few are left."""
        first, end = month, next_month(month)
        if first <= self.today:
            monday = self.today - timedelta((self.today.weekday() - self.first_weekday) % 7)
            first = max(monday, month)
            if (end - monday).days < _ENOUGH_DAYS:
                end = monday + timedelta(_ROLLING_DAYS)
        return first, end

    def clamped(self, month: date) -> date:
        return min(max(month, self.today.replace(day=1)), self.end.replace(day=1))

    def found(self, find: Find, since: date, until: date) -> list[Slot]:
        """The slots of the days in [since, until), from now on."""
        return list(find(max(self.now, midnight(since, self.zone)), midnight(until, self.zone)))


def arrange(
    find: Find,
    *,
    month: date | None,
    day: date | None,
    zone: str,
    now: datetime,
    horizon_days: int,
    first_weekday: int = 0,
) -> Picker:
    """The picker for what the visitor asked: a day, a month, or nothing (then the first free day).

    ``first_weekday`` is 0 for weeks that begin on Monday, 6 for Sunday.
    """
    today = when.local_day(now, zone)
    # The horizon counts the member's days, which may end after the visitor's.
    reach = _Reach(zone, now, today, today + timedelta(days=horizon_days + 2), first_weekday)
    shown = _month_for(reach, month, day)
    slots = reach.found(find, *reach.window(shown))
    if not (slots or month or day) and (first := _first_free(find, reach, shown)):
        shown = first.replace(day=1)
        slots = reach.found(find, *reach.window(shown))
    since, until = reach.window(shown)
    free = Counter(when.local_day(slot.starts_at, zone) for slot in slots)
    selected = day if day and max(since, today) <= day < until else min(free, default=None)
    times = tuple(slot for slot in slots if when.local_day(slot.starts_at, zone) == selected)
    following = min((each for each in free if selected and each > selected), default=None)
    return Picker(
        month=shown,
        today=today,
        days=tuple(
            Day(each, free[each], each < today)
            for each in (since + timedelta(days=step) for step in range((until - since).days))
        ),
        selected=selected,
        times=times,
        earlier=previous_month(shown) if shown > today else None,
        later=next_month(shown) if next_month(shown) <= reach.end else None,
        next_free=None
        if times
        else following or _first_free(find, reach, shown) or min(free, default=None),
    )


def _month_for(reach: _Reach, month: date | None, day: date | None) -> date:
    """The month to show: the one that was asked for, unless the asked day is not on its page."""
    shown = reach.clamped((month or day or reach.today).replace(day=1))
    since, until = reach.window(shown)
    if day is None or since <= day < until:
        return shown
    return reach.clamped(day.replace(day=1))


def _first_free(find: Find, reach: _Reach, shown: date) -> date | None:
    """The first free day after the shown page, else the first before it."""
    since, until = reach.window(shown)
    after = reach.found(find, until, reach.end)
    before = [] if after else reach.found(find, reach.today, since)
    return next((when.local_day(slot.starts_at, reach.zone) for slot in [*after, *before]), None)


def exactly(find: Find, starts_at: datetime) -> Slot | None:
    """The slot that starts at that very instant, if it is offered."""
    found = find(starts_at, starts_at + timedelta(minutes=1))
    return found[0] if found and found[0].starts_at == starts_at else None


def near(slots: Sequence[Slot], wanted: datetime, count: int) -> list[Slot]:
    """The ``count`` slots closest to ``wanted``, in order of time (CAL-5)."""
    closest = sorted(slots, key=lambda slot: abs(slot.starts_at - wanted))[:count]
    return sorted(closest, key=lambda slot: slot.starts_at)


def midnight(day: date, zone: str) -> datetime:
    """The instant at which ``day`` begins in ``zone``, UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_month(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(month: date) -> date:
    """The first of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
