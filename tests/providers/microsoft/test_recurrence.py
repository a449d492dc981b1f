"""Outlook's patterns as rules, measured against a day-by-day count of what the patterns mean."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.reading import read
from crm_app.providers.microsoft.reading import remote_event
from crm_app.providers.microsoft.recurrence import rule_of
from crm_app.providers.occurrence import Occurrence
from tests.providers.microsoft.given import at, series, told
from tests.servers.graph.series import days

BERLIN = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, 12, tzinfo=UTC)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def expanded(event: dict[str, Any], zone: str = "Europe/Berlin", **parts: Any) -> list[Occurrence]:
    made = remote_event(event, "", **parts)
    found = read(made.raw, since=SINCE, until=UNTIL, calendar_zone=zone)
    assert found.warnings == ()
    return list(found.occurrences)


def first_day(pattern: dict[str, Any], start: str) -> str:
    """The first day of the pattern from ``start`` on, as Outlook sets it."""
    return next(days(series(pattern, startDate=start), date(2028, 12, 31))).isoformat()


PATTERNS = [
    {"type": "daily"},
    {"type": "daily", "interval": 3},
    {"type": "weekly", "daysOfWeek": ["monday"]},
    {
        "type": "weekly",
        "interval": 2,
        "daysOfWeek": ["tuesday", "sunday"],
        "firstDayOfWeek": "monday",
    },
    {
        "type": "weekly",
        "interval": 2,
        "daysOfWeek": ["tuesday", "sunday"],
        "firstDayOfWeek": "sunday",
    },
    {"type": "weekly", "interval": 3, "daysOfWeek": WEEKDAYS, "firstDayOfWeek": "wednesday"},
    {"type": "absoluteMonthly", "dayOfMonth": 15},
    {"type": "absoluteMonthly", "dayOfMonth": 29},
    {"type": "absoluteMonthly", "dayOfMonth": 30, "interval": 2},
    {"type": "absoluteMonthly", "dayOfMonth": 31},
    {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"},
    {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "second", "interval": 3},
    {"type": "relativeMonthly", "daysOfWeek": WEEKDAYS[:5], "index": "first"},
    {"type": "relativeMonthly", "daysOfWeek": WEEKDAYS, "index": "last"},
    {"type": "relativeMonthly", "daysOfWeek": WEEKDAYS[5:], "index": "fourth"},
    {"type": "absoluteYearly", "dayOfMonth": 24, "month": 12},
    {"type": "absoluteYearly", "dayOfMonth": 29, "month": 2},
    {"type": "relativeYearly", "daysOfWeek": ["thursday"], "index": "fourth", "month": 11},
    {"type": "relativeYearly", "daysOfWeek": WEEKDAYS, "index": "last", "month": 2, "interval": 2},
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: f"{one['type']} {one}")
@pytest.mark.parametrize(
    "limits",
    [
        {"type": "noEnd"},
        {"type": "numbered", "numberOfOccurrences": 5},
        {"type": "endDate", "endDate": "2028-06-30"},
    ],
    ids=lambda one: one["type"],
)
def test_syn8_patterns_mean_their_days(pattern: dict[str, Any], limits: dict[str, Any]) -> None:
    start = first_day(pattern, "2026-01-05")
    recurrence = series(pattern, startDate=start, **limits)
    expected = list(days(recurrence, date(2028, 12, 31)))
    assert len(expected) >= 2

    whole = told(
        isAllDay=True,
        start=at(f"{start}T00:00"),
        end=at(f"{date.fromisoformat(start) + timedelta(days=1)}T00:00"),
        recurrence=recurrence,
    )
    assert [one.local_start_date for one in expanded(whole)] == expected

    local = datetime.fromisoformat(f"{start}T09:00").replace(tzinfo=BERLIN)
    begin, end = (moment.astimezone(UTC) for moment in (local, local + timedelta(hours=1)))
    timed = told(
        start=at(f"{begin:%Y-%m-%dT%H:%M}"),
        end=at(f"{end:%Y-%m-%dT%H:%M}"),
        originalStartTimeZone="W. Europe Standard Time",
        recurrence=recurrence,
    )
    found = [one.starts_at.astimezone(BERLIN) for one in expanded(timed)]
    assert [each.date() for each in found] == expected
    assert {f"{each:%H:%M}" for each in found} == {"09:00"}


@settings(max_examples=60, deadline=None)
@given(
    interval=st.integers(1, 5),
    named=st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    first=st.sampled_from(WEEKDAYS),
    offset=st.integers(0, 20),
    count=st.integers(1, 40),
)
def test_syn8_any_weekly_pattern(
    interval: int, named: set[str], first: str, offset: int, count: int
) -> None:
    pattern = {
        "type": "weekly",
        "interval": interval,
        "daysOfWeek": sorted(named),
        "firstDayOfWeek": first,
    }
    start = first_day(pattern, f"2026-01-{offset + 1:02}")
    recurrence = series(pattern, startDate=start, type="numbered", numberOfOccurrences=count)
    event = told(start=at(f"{start}T08:00"), end=at(f"{start}T09:00"), recurrence=recurrence)
    expected = list(days(recurrence, date(2028, 12, 31)))
    assert [one.starts_at.date() for one in expanded(event)] == expected


def test_trap_31_a_series_keeps_its_wall_clock_over_the_clock_change() -> None:
    event = told(
        start=at("2026-03-23T08:00"),
        end=at("2026-03-23T09:00"),
        originalStartTimeZone="W. Europe Standard Time",
        recurrence=series({"type": "weekly", "daysOfWeek": ["monday"]}, startDate="2026-03-23"),
    )
    found = expanded(event)[:2]
    assert [f"{one.starts_at:%m-%d %H:%M}" for one in found] == ["03-23 08:00", "03-30 07:00"]


def test_syn8_the_last_day_counts_where_utc_is_a_day_on() -> None:
    # Evenings in Los Angeles are the next day in UTC.
    event = told(
        start=at("2026-03-04T02:00"),
        end=at("2026-03-04T03:00"),
        originalStartTimeZone="Pacific Standard Time",
        recurrence=series(
            {"type": "daily"}, startDate="2026-03-03", type="endDate", endDate="2026-03-06"
        ),
    )
    assert len(expanded(event)) == 4
    for unknown in ("tzone://Microsoft/Custom", ""):
        text = remote_event({**event, "originalStartTimeZone": unknown}, "").raw
        assert "RRULE:FREQ=DAILY;INTERVAL=1;UNTIL=20260307T040000Z" in text


def test_trap_33_a_zone_that_nobody_knows_is_the_calendars_with_a_warning() -> None:
    event = told(
        start=at("2026-03-23T08:00"),
        end=at("2026-03-23T09:00"),
        originalStartTimeZone="tzone://Microsoft/Custom",
        recurrence=series({"type": "weekly", "daysOfWeek": ["monday"]}, startDate="2026-03-23"),
    )
    made = remote_event(event, "", cancelled=["OID.AAMkone.2026-04-06"])
    found = read(made.raw, since=SINCE, until=UNTIL, calendar_zone="Europe/Berlin")
    assert [one.value for one in found.warnings] == ["unknown_zone"]
    starts = [f"{one.starts_at:%m-%d %H:%M}" for one in found.occurrences[:3]]
    assert starts == ["03-23 08:00", "03-30 07:00", "04-13 07:00"]
    assert found.occurrences[0].ends_at - found.occurrences[0].starts_at == timedelta(hours=1)


def test_syn8_the_zone_of_the_range_stands_in() -> None:
    recurrence = series(
        {"type": "weekly", "daysOfWeek": ["monday"]},
        startDate="2026-03-23",
        recurrenceTimeZone="Romance Standard Time",
    )
    event = told(
        start=at("2026-03-23T08:00"),
        end=at("2026-03-23T09:00"),
        originalStartTimeZone="tzone://Microsoft/Custom",
        recurrence=recurrence,
    )
    assert f"{expanded(event)[1].starts_at:%H:%M}" == "07:00"


def test_syn8_an_unknown_pattern_leaves_the_event_without_a_time() -> None:
    with pytest.raises(ValueError, match="unknown"):
        rule_of(series({"type": "lunar"}), start=SINCE, zone=None, all_day=False)
    event = told(recurrence=series({"type": "lunar"}))
    found = read(remote_event(event, "").raw, since=SINCE, until=UNTIL, calendar_zone="UTC")
    assert found.occurrences == ()
    assert [one.value for one in found.warnings] == ["broken"]
