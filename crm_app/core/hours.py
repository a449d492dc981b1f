"""When somebody works: weekly hours with date overrides, in minutes of a local day.

Pure. Nothing here knows a time zone or a clock: an `Hours` says which minutes of a *local* day
are open, and whoever asks decides whose local day that is (CAL-2, CAL-3). What always holds: the
ranges of a day are sorted, never touch, and lie inside 0..1440.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

DAY = 24 * 60
WEEKDAYS = range(7)

Range = tuple[int, int]
"""Minutes of the local day, start included and end not: 0 <= start < end <= 1440."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Open ranges per weekday (0 is Monday); an override replaces its date's whole day.

    An override without ranges closes that day. A weekday that is not listed is closed.
    Raises ValueError for a weekday or a minute that does not exist.
    """

    weekly: Mapping[int, tuple[Range, ...]]
    overrides: Mapping[date, tuple[Range, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for weekday in self.weekly:
            if weekday not in WEEKDAYS:
                raise ValueError(f"{weekday!r} is no weekday: use 0 for Monday to 6 for Sunday")
        put = object.__setattr__  # a frozen dataclass normalises itself once, here
        put(self, "weekly", {day: merged(ranges) for day, ranges in self.weekly.items()})
        put(self, "overrides", {day: merged(ranges) for day, ranges in self.overrides.items()})

    def on(self, day: date) -> tuple[Range, ...]:
        """The open ranges of that local day, sorted and merged."""
        override = self.overrides.get(day)
        return self.weekly.get(day.weekday(), ()) if override is None else override

    def to_json(self) -> dict[str, dict[str, list[list[int]]]]:
        """The shape that `from_json` reads; days in order, so that equal hours store equally."""
        return {
            "weekly": {str(day): _pairs(self.weekly[day]) for day in sorted(self.weekly)},
            "overrides": {
                day.isoformat(): _pairs(self.overrides[day]) for day in sorted(self.overrides)
            },
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read `{"weekly": {"0": [[540, 1020]]}, "overrides": {"2026-12-24": []}}`.

        Overlapping ranges are merged. Raises ValueError that says what is wrong and where.
        """
        if not isinstance(data, Mapping):
            raise ValueError("hours must be an object with 'weekly' and 'overrides'")
        unknown = set(data) - {"weekly", "overrides"}
        if unknown:
            raise ValueError(f"hours have no part called {sorted(map(str, unknown))[0]!r}")
        weekly = _object(data.get("weekly", {}), "weekly")
        overrides = _object(data.get("overrides", {}), "overrides")
        return cls(
            {_weekday(key): _ranges(value, key) for key, value in weekly.items()},
            {_date(key): _ranges(value, key) for key, value in overrides.items()},
        )


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sort, and join what overlaps or touches. Raises ValueError for an impossible range."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if not 0 <= start < end <= DAY:
            raise ValueError(
                f"{start}-{end} is no range of a day: the start must come before the end, "
                f"both between 0 and {DAY} minutes"
            )
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def intersect(a: tuple[Range, ...], b: tuple[Range, ...]) -> tuple[Range, ...]:
    """The minutes that both have; both sorted and merged, and so is the result."""
    if a == b:
        return a
    result: list[Range] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < end:
            result.append((start, end))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def effective(calendar: Hours, member: Hours) -> Hours:
    """Calendar ∩ member (CAL-2): on each date an override of either wins over its own week."""
    return Hours(
        {
            day: intersect(calendar.weekly.get(day, ()), member.weekly.get(day, ()))
            for day in WEEKDAYS
        },
        {
            day: intersect(calendar.on(day), member.on(day))
            for day in (*calendar.overrides, *member.overrides)
        },
    )


ALWAYS = Hours(dict.fromkeys(WEEKDAYS, ((0, DAY),)))
"""Open around the clock: the neutral element of `effective`."""


def _pairs(ranges: tuple[Range, ...]) -> list[list[int]]:
    return [[start, end] for start, end in ranges]


def _object(value: object, name: str) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"'{name}' must be an object of days")
    return value


def _weekday(key: object) -> int:
    if key not in {str(day) for day in WEEKDAYS}:
        raise ValueError(f"{key!r} is no weekday: use '0' for Monday to '6' for Sunday")
    return int(str(key))


def _date(key: object) -> date:
    try:
        day = date.fromisoformat(str(key))
    except ValueError as error:
        raise ValueError(f"{key!r} is no date: use the form 2026-12-24") from error
    if day.isoformat() != key:
        raise ValueError(f"{key!r} is no date: use the form 2026-12-24")
    return day


def _ranges(value: object, where: object) -> tuple[Range, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where}: expected a list of ranges such as [[540, 1020]]")
    return tuple(_range(item, where) for item in value)


def _range(item: object, where: object) -> Range:
    match item:
        case [int(start), int(end)] if not isinstance(start, bool) and not isinstance(end, bool):
            if not 0 <= start < end <= DAY:
                raise ValueError(
                    f"{where}: {start}-{end} is no range of a day: the start must come before "
                    f"the end, both between 0 and {DAY} minutes"
                )
            return start, end
    raise ValueError(f"{where}: {item!r} is no range: use two whole minutes such as [540, 1020]")
