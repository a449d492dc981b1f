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


def arrange(
    find: Find,
    *,
    month: date | None,
    day: date | None,
    zone: str,
    now: datetime,
    horizon_days: int,
) -> Picker:
    """The picker for what the visitor asked: a day, a month, or nothing (then the first free day)."""
    today = when.local_day(now, zone)
    # The horizon counts the member's days, which may end after the visitor's.
    end = today + timedelta(days=horizon_days + 2)
    asked = day or month
    shown = _clamped((asked or today).replace(day=1), today, end)
    slots = list(find(max(now, midnight(shown, zone)), midnight(next_month(shown), zone)))
    beyond: list[Slot] | None = None
    if asked is None and not slots:
        beyond = list(find(midnight(next_month(shown), zone), midnight(end, zone)))
        if beyond:
            shown = when.local_day(beyond[0].starts_at, zone).replace(day=1)
            last = midnight(next_month(shown), zone)
            slots = [slot for slot in beyond if slot.starts_at < last]
    free = Counter(when.local_day(slot.starts_at, zone) for slot in slots)
    selected = day if day and day >= today and day.replace(day=1) == shown else None
    selected = selected or min(free, default=None)
    times = tuple(slot for slot in slots if when.local_day(slot.starts_at, zone) == selected)
    next_free = None
    if not times:
        later = min((each for each in free if selected and each > selected), default=None)
        next_free = later or _elsewhere(find, shown, end, zone, now) or min(free, default=None)
    return Picker(
        month=shown,
        today=today,
        days=_days(shown, today, free),
        selected=selected,
        times=times,
        earlier=previous_month(shown) if shown > today else None,
        later=next_month(shown) if next_month(shown) <= end else None,
        next_free=next_free,
    )


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


def _clamped(month: date, today: date, end: date) -> date:
    return min(max(month, today.replace(day=1)), end.replace(day=1))


def _elsewhere(find: Find, shown: date, end: date, zone: str, now: datetime) -> date | None:
    """The first free day after the shown month, else the first before it."""
    after = find(midnight(next_month(shown), zone), midnight(end, zone))
    before = [] if after else find(now, midnight(shown, zone))
    return next((when.local_day(slot.starts_at, zone) for slot in [*after, *before]), None)


def _days(month: date, today: date, free: Counter[date]) -> tuple[Day, ...]:
    count = (next_month(month) - month).days
    days = [month + timedelta(days=step) for step in range(count)]
    return tuple(Day(day, free[day], day < today) for day in days)
