"""Rules that are followed by arithmetic give what the expander gives (SYN-8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.reading import Reading, read
from crm_app.providers.ical.usual import starts, usual
from tests.sync.objects import event

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def wall(year: int, month: int = 1, day: int = 1, hour: int = 0) -> datetime:
    """A time on a wall clock somewhere."""
    return datetime(year, month, day, hour)  # noqa: DTZ001


# Half hours around the clock changes of spring and autumn are among them.
firsts = st.one_of(
    st.datetimes(wall(2019, 12, 20), wall(2026, 6)),
    st.sampled_from([wall(2024, 3, 31), wall(2024, 10, 27), wall(2025, 3, 9), wall(2024, 2, 29)]),
).flatmap(
    lambda day: st.integers(0, 47).map(
        lambda half: day.replace(hour=half // 2, minute=half % 2 * 30, second=0, microsecond=0)
    )
)
zones = st.sampled_from(
    ["", "Z", ";TZID=Europe/Berlin", ";TZID=America/New_York", ";TZID=Pacific/Apia", ";VALUE=DATE"]
)
lengths = st.sampled_from(["PT0S", "PT45M", "PT23H", "P1D", "P3D", "P1DT2H", "P40D", "P500D"])
ends = st.one_of(
    st.integers(1, 60).map("COUNT={}".format),
    st.datetimes(wall(2019), wall(2028)).map("UNTIL={:%Y%m%dT%H%M%SZ}".format),
    st.datetimes(wall(2019), wall(2028)).map("UNTIL={:%Y%m%d}".format),
    st.datetimes(wall(2019), wall(2028)).map("UNTIL={:%Y%m%dT%H%M%S}".format),
    st.just("COUNT=7;UNTIL=20261224T120000Z"),
    st.just(""),
)
on = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule in the plainest form, its parts in any order."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", draw(ends)]
    parts.append(draw(st.sampled_from(["", "INTERVAL=1", "INTERVAL=2", "INTERVAL=5"])))
    parts.append(draw(st.sampled_from(["", "", "WKST=SU", "WKST=MO"])))
    if freq == "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYDAY={','.join(draw(on))}")
    return ";".join(draw(st.permutations([part for part in parts if part])))


def shown(rule: str, first: datetime, zone: str, length: str, since: datetime) -> Reading:
    """A year of a series, and a little more."""
    value = f"{first:%Y%m%d}" if "DATE" in zone else f"{first:%Y%m%dT%H%M%S}"
    start = f"DTSTART:{value}Z" if zone == "Z" else f"DTSTART{zone}:{value}"
    raw = event(f"RRULE:{rule}", f"DURATION:{length}", start=start, end=None)
    until = since + timedelta(days=400)
    return read(raw, since=since, until=until, calendar_zone="Europe/Berlin")


@settings(max_examples=600, deadline=None)
@given(rules(), firsts, zones, lengths, st.integers(-60, 700), st.data())
def test_syn8_counting_gives_what_expanding_gives(
    rule: str, first: datetime, zone: str, length: str, days: int, data: st.DataObject
) -> None:
    assert (usual(rule) is None) == ("20190229" in rule)
    assert usual(f"{rule};") is None
    if "BYDAY" in rule and data.draw(st.booleans()):
        # Most series start on one of their days.
        rule = f"{rule},{DAYS[first.weekday()]}" if rule.rpartition(";")[2][:2] == "BY" else rule
    since = first.replace(tzinfo=UTC) + timedelta(days=days)
    # The semicolon means nothing, but it is not the plainest form.
    expanded = shown(f"{rule};", first, zone, length, since)
    assert shown(rule, first, zone, length, since) == expanded


@pytest.mark.parametrize(
    "rule",
    [
        "", "COUNT=2", "FREQ=HOURLY", "freq=daily", " FREQ=DAILY", "FREQ=DAILY;", "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;COUNT=3", "FREQ=DAILY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;UNTIL=20260101T250000Z",
        "FREQ=WEEKLY;WKST=TU", "FREQ=DAILY;INTERVAL=1000", "FREQ=DAILY;BYSETPOS=1",
    ],
)  # fmt: skip
def test_syn8_whatever_is_written_otherwise_is_left_to_the_expander(rule: str) -> None:
    assert usual(rule) is None


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=MONTHLY", date(2026, 1, 29)),
        ("FREQ=YEARLY", date(2024, 2, 29)),
        ("FREQ=WEEKLY;BYDAY=TU", date(2026, 3, 2)),
        ("FREQ=DAILY", date(1899, 12, 31)),
        ("FREQ=DAILY;UNTIL=20260401T000000Z", date(2026, 3, 2)),
        ("FREQ=DAILY;UNTIL=20260401", datetime(2026, 3, 2, tzinfo=UTC)),
        ("FREQ=DAILY", datetime(2026, 10, 25, 1, tzinfo=UTC, fold=1)),
    ],
)
def test_syn8_so_are_starts_that_not_every_period_has(rule: str, first: date) -> None:
    assert starts(rule, first, date(2026, 1, 1), date(2027, 1, 1)) is None


def test_syn8_the_days_asked_for_may_be_far_from_the_first() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"
    found = starts(rule, date(1980, 1, 4), date(2199, 6, 1), date(2199, 6, 30))
    assert found is not None
    days = list(found)
    assert {day.weekday() for day in days} == {0, 4}
    assert {(day - date(1979, 12, 31)).days // 7 % 2 for day in days} == {0}
    assert len(days) in (4, 5)
