"""Which days a recurrence pattern means, day by day, straight from Graph's own words.

Kept apart from any recurrence rule, so that the adapter's rules can be measured against it.
https://learn.microsoft.com/graph/api/resources/recurrencepattern
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_DAY = timedelta(days=1)
_FAR = 366 * 12


def days(recurrence: dict[str, Any], until: date) -> Iterator[date]:
    """The days of a series up to and with ``until``, at most twelve years on."""
    pattern, limits = recurrence["pattern"], recurrence["range"]
    first = date.fromisoformat(limits["startDate"])
    last = min(until, first + timedelta(days=_FAR))
    if limits["type"] == "endDate":
        last = min(last, date.fromisoformat(limits["endDate"]))
    left = limits["numberOfOccurrences"] if limits["type"] == "numbered" else -1
    day = first
    while day <= last and left:
        if _matches(pattern, first, day):
            yield day
            left -= 1
        day += _DAY


def _matches(pattern: dict[str, Any], first: date, day: date) -> bool:
    kind, interval = pattern["type"], pattern["interval"]
    months = (day.year - first.year) * 12 + day.month - first.month
    if kind == "daily":
        return (day - first).days % interval == 0
    if kind == "weekly":
        begins = _DAYS.index(pattern.get("firstDayOfWeek", "sunday"))
        weeks = (_week(day, begins) - _week(first, begins)).days // 7
        return weeks % interval == 0 and _DAYS[day.weekday()] in pattern["daysOfWeek"]
    if kind.endswith("Monthly"):
        fits = months % interval == 0
    else:
        fits = (day.year - first.year) % interval == 0 and day.month == pattern["month"]
    if kind.startswith("absolute"):
        length = calendar.monthrange(day.year, day.month)[1]
        return fits and day.day == min(pattern["dayOfMonth"], length)
    return fits and day == _placed(pattern, day)


def _week(day: date, begins: int) -> date:
    """The first day of ``day``'s week."""
    return day - timedelta(days=(day.weekday() - begins) % 7)


def _placed(pattern: dict[str, Any], day: date) -> date:
    length = calendar.monthrange(day.year, day.month)[1]
    fitting = [
        each
        for number in range(1, length + 1)
        if _DAYS[(each := day.replace(day=number)).weekday()] in pattern["daysOfWeek"]
    ]
    return fitting[_PLACES[pattern.get("index", "first")]]
