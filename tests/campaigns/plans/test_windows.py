"""Sending windows on the wall clock, and what clock changes do to them (CAM-1, CAL-3)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.campaigns.plans.plan import Window
from crm_app.campaigns.plans.windows import at_wall, ever_opens, is_open, next_open, zone_called

BERLIN = ZoneInfo("Europe/Berlin")
MODEST = settings(max_examples=150, derandomize=True, database=None)
# Around clock changes, whole days off, and offsets of odd minutes.
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
windows = st.builds(
    Window,
    days=st.lists(st.integers(1, 7), min_size=1, unique=True).map(lambda d: tuple(sorted(d))),
    starts=st.integers(0, 1380),
    ends=st.integers(1381, 1440),
)
narrow = st.builds(
    lambda start, length, day: Window((day,), start, start + length),
    st.integers(0, 1400),
    st.integers(1, 39),
    st.integers(1, 7),
)
# Hypothesis wants the limits without a zone.
FIRST, LAST = (datetime.fromisoformat(day) for day in ("2026-03-01", "2026-11-30"))
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC)) | st.sampled_from(
    [
        datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
    ]
)


@MODEST
@given(windows | narrow, instants, st.sampled_from(ZONES))
def test_cam1_the_next_opening_is_open_and_never_before(
    window: Window, at: datetime, zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    opens = next_open(window, at, zone)
    assert opens >= at
    assert is_open(window, opens, zone)
    assert opens - at <= timedelta(days=15)


@settings(max_examples=40, derandomize=True, database=None, deadline=None)
@given(windows | narrow, instants, st.sampled_from(ZONES))
def test_cam1_and_nothing_before_it_is_open(window: Window, at: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    opens = next_open(window, at, zone)
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    # The two days before the opening, minute by minute, hold every clock change that matters.
    minute = max(minute, (opens - timedelta(days=2)).replace(second=0, microsecond=0))
    while minute < opens:
        assert not is_open(window, minute, zone)
        minute += timedelta(minutes=1)


OFFICE = Window((1, 2, 3, 4, 5), 9 * 60, 17 * 60)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        # Monday, in winter: Berlin is an hour ahead.
        ("2026-11-23T07:30+00:00", "2026-11-23T08:00+00:00"),
        ("2026-11-23T08:00+00:00", "2026-11-23T08:00+00:00"),
        ("2026-11-23T15:59+00:00", "2026-11-23T15:59+00:00"),
        ("2026-11-23T16:00+00:00", "2026-11-24T08:00+00:00"),
        # Friday evening to Monday, over the night in which the clocks go forward.
        ("2026-03-27T18:00+00:00", "2026-03-30T07:00+00:00"),
        # And back.
        ("2026-10-23T18:00+00:00", "2026-10-26T08:00+00:00"),
    ],
)
def test_cam1_an_office_week_in_berlin(at: str, opens: str) -> None:
    assert next_open(OFFICE, datetime.fromisoformat(at), BERLIN) == datetime.fromisoformat(opens)


def test_cam1_an_opening_that_the_clock_skips_is_at_the_change() -> None:
    night = Window((7,), 2 * 60 + 30, 5 * 60)
    at = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert next_open(night, at, BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_cam1_a_window_that_the_clock_skips_whole_opens_a_week_later() -> None:
    night = Window((7,), 2 * 60, 3 * 60)
    at = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert next_open(night, at, BERLIN) == datetime(2026, 4, 5, 0, 0, tzinfo=UTC)


def test_cam1_an_hour_that_comes_twice_is_open_twice() -> None:
    night = Window((7,), 2 * 60, 2 * 60 + 15)
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert next_open(night, first, BERLIN) == first
    closed = first + timedelta(minutes=20)
    assert next_open(night, closed, BERLIN) == first + timedelta(hours=1)


@pytest.mark.parametrize(
    "window", [Window(()), Window((8,)), Window((1,), 600, 600), Window((1,), 700, 600)]
)
def test_cam1_a_window_that_never_opens_is_known(window: Window) -> None:
    assert not ever_opens(window)
    with pytest.raises(ValueError, match="Window"):
        next_open(window, datetime(2026, 1, 1, tzinfo=UTC), BERLIN)


def test_cam1_a_contact_without_a_zone_has_the_workspaces() -> None:
    assert zone_called("", "Europe/Berlin") == BERLIN
    assert zone_called("Mars/Olympus", "Europe/Berlin") == BERLIN
    assert zone_called("Asia/Tokyo", "Europe/Berlin").key == "Asia/Tokyo"
    assert zone_called("", "").key == "UTC"


def test_cal3_a_wall_time_that_comes_twice_is_the_first() -> None:
    assert at_wall(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert at_wall(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(
        2026, 3, 29, 1, 0, tzinfo=UTC
    )
