"""Instants as whole minutes since 1970-01-01T00:00Z, the only numbers that slot search counts in.

Pure. Small integers make the search quick: they compare, sort and step at once, and no time zone
can hide in them. What always holds: datetimes are aware on the way in and UTC on the way out
(a naive one raises TypeError); nothing is rounded in favour of a booking, so whatever blocks
starts at its minute's beginning and ends at its minute's end.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Interval = tuple[int, int]
"""Epoch minutes, start included and end not."""


def floor(moment: datetime) -> int:
    """The minute that the moment lies in."""
    return (moment - EPOCH) // MINUTE


def ceil(moment: datetime) -> int:
    """The first minute that does not start before the moment."""
    return -((EPOCH - moment) // MINUTE)


def moment(minute: int) -> datetime:
    """The UTC instant at which that minute starts."""
    return EPOCH + minute * MINUTE


def moments(ordered: Iterable[int]) -> Iterator[datetime]:
    """The instants of many minutes, walked in steps: neighbours mostly share a few step widths."""
    steps: dict[int, timedelta] = {}
    last, at = 0, EPOCH
    for minute in ordered:
        step = minute - last
        if step not in steps:
            steps[step] = step * MINUTE
        last, at = minute, at + steps[step]
        yield at


def interval(starts_at: datetime, ends_at: datetime) -> Interval:
    """The whole minutes that `[starts_at, ends_at)` touches."""
    return floor(starts_at), ceil(ends_at)
