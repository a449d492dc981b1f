"""Dates with other hours, and time off, between a form's texts and what is stored. Pure.

A row of other hours is one of ``hours_form`` with a date in place of a weekday, so the same steps
work on both. Time off is typed as local days and times in the user's zone and stored as instants.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from babel.dates import format_skeleton

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.ui import hours_form, moments

Row: TypeAlias = dict[str, Any]
_NO_DATE = N_("Please choose a day.")
_NO_TIME = N_("Please enter a time such as 14:00.")
# As many dates as one sees at a glance; more is a time off or a change of the week.
MOST_DATES = 60


def override_rows(stored: dict[str, Any], today: date, locale: str, zone: str) -> list[Row]:
    """The dates from ``today`` on that have other hours than their weekday, in order."""
    overrides: dict[str, list[list[int]]] = stored.get("overrides", {})
    return [
        override_row(date.fromisoformat(key), ranges, locale, zone)
        for key, ranges in sorted(overrides.items())
        if date.fromisoformat(key) >= today
    ]


def override_row(day: date, ranges: list[list[int]], locale: str, zone: str) -> Row:
    """A date's row; without ranges it is closed."""
    formats = moments.formats(locale, zone)
    return {
        "date": day.isoformat(),
        "label": str(format_skeleton("yMMMEd", day, locale=formats)),
        "on": "yes" if ranges else "",
        "ranges": [
            {"start": hours_form.clock_text(start), "end": hours_form.clock_text(end)}
            for start, end in ranges
        ],
    }


def with_date(rows: list[Row], typed: str, today: date, locale: str, zone: str) -> list[Row]:
    """The rows with one more date, closed at first; Invalid when it cannot be."""
    day = _day(typed, "new_date")
    if day < today:
        raise Invalid(fields={"new_date": N_("This day is over.")})
    if any(row["date"] == day.isoformat() for row in rows):
        raise Invalid(fields={"new_date": N_("This day is in the list already.")})
    if len(rows) >= MOST_DATES:
        raise Invalid(fields={"new_date": N_("That is too many days. Enter a time off instead.")})
    return sorted([*rows, override_row(day, [], locale, zone)], key=lambda row: str(row["date"]))


def overrides_json(rows: list[Row]) -> dict[str, list[list[int]]]:
    """The rows as stored; Invalid with field ``overrides`` when a range cannot be meant."""
    found: dict[str, list[list[int]]] = {}
    for row in rows:
        try:
            found[row["date"]] = [
                [
                    hours_form.minutes(one["start"]),
                    hours_form.minutes(one["end"], end=True),
                ]
                for one in (row["ranges"] if row["on"] else [])
            ]
            if any(start >= end for start, end in found[row["date"]]):
                raise ValueError
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(
                fields={
                    "overrides": N_("{day}: each range needs a start and a later end."),
                },
                day=row["label"],
            ) from error
    return found


def time_off(form: Mapping[str, Any], zone: str) -> tuple[datetime, datetime]:
    """The instants of a typed time off, UTC. Without times it is whole days, the last included.

    A time that a clock change skips or repeats counts so that the absence is the longer one.
    """
    first = _day(str(form.get("first", "")), "first")
    last = _day(str(form.get("last", "") or form.get("first", "")), "last")
    begin, end = str(form.get("begin", "")), str(form.get("end", ""))
    begins = _time(begin, "begin") if begin else time.min
    local_zone = moments.zone_of(zone)
    if end:
        ends = datetime.combine(last, _time(end, "end"))
    else:
        ends = datetime.combine(last, time.min) + timedelta(days=1)
    starts_at = datetime.combine(first, begins, local_zone).astimezone(UTC)
    ends_at = ends.replace(tzinfo=local_zone, fold=1).astimezone(UTC)
    if ends_at <= starts_at:
        raise Invalid(fields={"last": N_("The end must come after the start.")})
    return starts_at, ends_at


def time_off_words(
    starts_at: datetime, ends_at: datetime, locale: str, zone: str, now: datetime
) -> str:
    """``24 Dec – 1 Jan``; with times when it is not whole days."""
    local = moments.zone_of(zone)
    start, end = starts_at.astimezone(local), ends_at.astimezone(local)
    if start.time() == end.time() == time.min:
        last = end - timedelta(days=1)
        days = [moments.day(locale, zone, at, now) for at in (start, last)]
        return days[0] if start.date() == last.date() else " – ".join(days)
    if start.date() == end.date():
        day = moments.day(locale, zone, start, now)
        return f"{day}, {moments.span(locale, zone, start, end)}"
    return " – ".join(
        f"{moments.day(locale, zone, at, now)}, {moments.clock_time(locale, zone, at)}"
        for at in (start, end)
    )


def _day(typed: str, name: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(fields={name: _NO_DATE}) from error


def _time(typed: str, name: str) -> time:
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError as error:
        raise Invalid(fields={name: _NO_TIME}) from error
