"""Series that are over are not expanded; what is left out that way has no instance (SYN-8)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.reading import read
from crm_app.providers.ical.usual import latest
from tests.sync.objects import event

ALWAYS = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))


def wall(year: int, month: int = 1, day: int = 1) -> datetime:
    """A time on a wall clock somewhere."""
    return datetime(year, month, day)  # noqa: DTZ001


starts = st.datetimes(wall(1999, 12, 30), wall(2026, 6)).map(
    lambda at: at.replace(microsecond=0, second=0)
)
days = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3)
rules = st.builds(
    lambda freq, ends, interval, on: ";".join(
        part for part in (f"FREQ={freq}", ends, interval, f"BYDAY={','.join(on)}" if on else "") if part
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.one_of(
        st.integers(1, 40).map("COUNT={}".format),
        st.datetimes(wall(2000), wall(2030)).map("UNTIL={:%Y%m%dT%H%M%SZ}".format),
        st.dates(wall(2000).date(), wall(2030).date()).map("UNTIL={:%Y%m%d}".format),
        st.just(""),
    ),
    st.sampled_from(["", "INTERVAL=2", "INTERVAL=13"]),
    days,
)  # fmt: skip
zones = st.sampled_from(["", ";TZID=Pacific/Kiritimati", ";TZID=Pacific/Pago_Pago", ";VALUE=DATE"])


@settings(max_examples=150, deadline=None)
@given(starts, rules, zones)
def test_syn8_no_instance_starts_after_the_latest(start: datetime, rule: str, zone: str) -> None:
    bound = latest(rule, start)
    if bound is None:
        return
    value = f"{start:%Y%m%d}" if "DATE" in zone else f"{start:%Y%m%dT%H%M%S}"
    raw = event(f"RRULE:{rule}", start=f"DTSTART{zone}:{value}", end=None)
    since = bound.replace(tzinfo=UTC) + timedelta(days=2)
    # The series itself is asked here, from a day on which it is not taken for ended.
    found = read(raw, since=ALWAYS[0], until=ALWAYS[1], calendar_zone="UTC").occurrences
    assert found or "COUNT" not in rule
    assert [one for one in found if one.starts_at > since] == []
    assert read(raw, since=since, until=ALWAYS[1], calendar_zone="UTC").warnings == ()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY", "FREQ=DAILY;COUNT=0", "FREQ=WEEKLY;COUNT=3;BYDAY=XX", "FREQ=DAILY;UNTIL=20260231",
        "FREQ=MONTHLY;COUNT=2;BYDAY=1MO", "FREQ=HOURLY;COUNT=2", "FREQ=DAILY;COUNT=2;BYSETPOS=1",
        "freq=daily;count=2", "FREQ=DAILY;COUNT=2;COUNT=3", "FREQ=DAILY;;COUNT=2",
        "FREQ=DAILY;UNTIL=20260101T250000Z",
    ],
)  # fmt: skip
def test_syn8_unusual_rules_are_always_asked(rule: str) -> None:
    assert latest(rule, wall(2020)) is None


def test_syn8_months_without_the_day_are_always_asked() -> None:
    assert latest("FREQ=MONTHLY;COUNT=2", wall(2020, 1, 31)) is None
    assert latest("FREQ=MONTHLY;COUNT=2", wall(2020, 1, 28)) is not None
