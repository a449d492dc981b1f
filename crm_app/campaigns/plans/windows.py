"""When messages may leave: a sending window on the wall clock (CAM-1). Pure.

A window is open on its days from its first minute to its last, as the wall clock of its zone shows
them. Where a clock change skips the opening, it opens at the change; where one repeats an hour, the
hour counts both times. All instants are UTC-aware.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_app.booking.local_grid import first_instant
from crm_app.campaigns.plans.plan import Window

_DAY = 24 * 60


def zone_called(name: str, *otherwise: str) -> ZoneInfo:
    """The first of the names that is an IANA zone; UTC when none is."""
    for each in (name, *otherwise):
        try:
            return ZoneInfo(each)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def ever_opens(window: Window) -> bool:
    """Whether there is a moment at which something may leave."""
    days = set(window.days) & set(range(1, 8))
    return bool(days) and 0 <= window.starts < window.ends <= _DAY


def is_open(window: Window, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a message may leave at that instant."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return local.isoweekday() in window.days and window.starts <= minute < window.ends


def next_open(window: Window, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, not before ``at``, at which the window is open (UTC).

    ValueError for a window that never opens.
    """
    if not ever_opens(window):
        raise ValueError(window)
    if is_open(window, at, zone):
        return at.astimezone(UTC)
    # A week on there is the same day again; one more, should a clock change swallow the window.
    days = (at.astimezone(zone).date() + timedelta(days=ahead) for ahead in range(15))
    openings = (opening for day in days for opening in _openings(window, day, zone))
    return next(opening for opening in openings if opening >= at and is_open(window, opening, zone))


def at_wall(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the zone's clock shows that time of that day or, skipped, a later."""
    minute = first_instant(zone, day, wall.hour * 60 + wall.minute)
    return datetime.fromtimestamp(minute * 60, UTC)


def _openings(window: Window, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    wall = time(window.starts // 60, window.starts % 60)
    first = at_wall(day, wall, zone)
    yield first
    # Where the clock goes back, the opening may come a second time.
    second = datetime.combine(day, wall, zone).replace(fold=1).astimezone(UTC)
    if second > first:
        yield second
