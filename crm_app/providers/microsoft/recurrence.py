"""Outlook's recurrence patterns as recurrence rules (RFC 5545 §3.3.10). Pure.

A day that a month does not have moves to its last day in Outlook, while a rule would leave the month
out; so such days are written as the last of several possible ones.

Pages: https://learn.microsoft.com/graph/api/resources/recurrencepattern,
https://learn.microsoft.com/graph/api/resources/recurrencerange
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

_DAYS = {
    "sunday": "SU",
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
}
_PLACES = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}
_SHORTEST_MONTH = 28
_LAST_SECOND = time(23, 59, 59)
# Longer than any clock change, shorter than the way to the next day's instance.
_TOLERANCE = timedelta(hours=2)


def rule_of(
    recurrence: Mapping[str, Any], *, start: datetime, zone: tzinfo | None, all_day: bool
) -> str:
    """The value of RRULE. ``start`` is when the series starts, in UTC; ``zone`` the zone in which it
    repeats, None when nobody knows it. Raises ValueError for a pattern that we do not know."""
    parts = _pattern(recurrence.get("pattern") or {})
    return ";".join([*parts, *_end(recurrence.get("range") or {}, start, zone, all_day)])


def _pattern(pattern: Mapping[str, Any]) -> list[str]:
    kind = pattern.get("type")
    interval = f"INTERVAL={max(int(pattern.get('interval') or 1), 1)}"
    month = f"BYMONTH={int(pattern.get('month') or 1)}"
    if kind == "daily":
        return ["FREQ=DAILY", interval]
    if kind == "weekly":
        first = _DAYS.get(str(pattern.get("firstDayOfWeek")).lower(), "SU")
        return ["FREQ=WEEKLY", interval, *_weekdays(pattern), f"WKST={first}"]
    if kind == "absoluteMonthly":
        return ["FREQ=MONTHLY", interval, *_day_of_month(pattern)]
    if kind == "relativeMonthly":
        return ["FREQ=MONTHLY", interval, *_weekdays(pattern), _place(pattern)]
    if kind == "absoluteYearly":
        return ["FREQ=YEARLY", interval, month, *_day_of_month(pattern)]
    if kind == "relativeYearly":
        return ["FREQ=YEARLY", interval, month, *_weekdays(pattern), _place(pattern)]
    raise ValueError("unknown recurrence pattern")


def _weekdays(pattern: Mapping[str, Any]) -> list[str]:
    """All seven days mean "any day", also where one of them is to be picked."""
    named = [_DAYS[day.lower()] for day in pattern.get("daysOfWeek") or [] if day.lower() in _DAYS]
    return [f"BYDAY={','.join(named)}"] if named else []


def _place(pattern: Mapping[str, Any]) -> str:
    return f"BYSETPOS={_PLACES.get(str(pattern.get('index')).lower(), '1')}"


def _day_of_month(pattern: Mapping[str, Any]) -> list[str]:
    day = int(pattern.get("dayOfMonth") or 1)
    if day <= _SHORTEST_MONTH:
        return [f"BYMONTHDAY={day}"]
    possible = ",".join(str(each) for each in range(_SHORTEST_MONTH, day + 1))
    return [f"BYMONTHDAY={possible}", "BYSETPOS=-1"]


def _end(
    limits: Mapping[str, Any], start: datetime, zone: tzinfo | None, all_day: bool
) -> list[str]:
    if limits.get("type") == "numbered":
        return [f"COUNT={max(int(limits.get('numberOfOccurrences') or 1), 1)}"]
    if limits.get("type") != "endDate":
        return []
    last = date.fromisoformat(str(limits.get("endDate")))
    if all_day:
        return [f"UNTIL={last:%Y%m%d}"]
    if zone is not None:
        until = datetime.combine(last, _LAST_SECOND, tzinfo=zone).astimezone(UTC)
    else:
        # The first day is told in the same unknown zone: so far are its days from those of UTC.
        shift = start.date() - date.fromisoformat(str(limits.get("startDate")))
        until = datetime.combine(last + shift, start.timetz()) + _TOLERANCE
    return [f"UNTIL={until:%Y%m%dT%H%M%SZ}"]
