"""The written cases of clock changes: one row here for each row of docs/clock-changes.md (CAL-3)."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_app.booking import local_grid, minutes
from crm_app.booking.slots import Busy, MemberTime, Slot, SlotRules, is_free, search
from crm_app.core.hours import Hours, Range
from tests.booking import brute_force

DOCUMENT = Path(__file__).parents[2] / "docs" / "clock-changes.md"


@dataclass(frozen=True)
class Case:
    """Ranges as wall times of each day; what is offered as wall times with offset, by day."""

    zone: str
    days: tuple[str, ...]
    open: tuple[str, ...]
    offered: tuple[str, ...]
    duration: int = 60
    interval: int = 60
    rules: dict[str, Any] = field(default_factory=dict)
    now: str = ""


CASES = {
    "skipped-hour": Case(
        "Europe/Berlin", ("2026-03-29",), ("00:00-06:00",),
        ("00:00+0100", "01:00+0100", "03:00+0200", "04:00+0200", "05:00+0200"),
    ),
    "skipped-half-hour": Case(
        "Australia/Lord_Howe", ("2026-10-04",), ("01:00-03:30",),
        ("01:00+1030", "01:30+1030", "02:30+1100", "03:00+1100"),
        duration=30, interval=30,
    ),
    "skipped-two-hours": Case(
        "Antarctica/Troll", ("2026-03-29",), ("00:00-05:00",),
        ("00:00+0000", "03:00+0200", "04:00+0200"),
    ),
    "repeated-hour": Case(
        "Europe/Berlin", ("2026-10-25",), ("01:00-05:00",),
        ("01:00+0200", "02:00+0200", "03:00+0100", "04:00+0100"),
    ),
    "repeated-half-hour": Case(
        "Australia/Lord_Howe", ("2026-04-05",), ("01:00-03:00",),
        ("01:00+1100", "01:30+1100", "02:00+1030", "02:30+1030"),
        duration=30, interval=30,
    ),
    "lasting-over-skipped-hour": Case(
        "America/New_York", ("2026-03-08",), ("01:30-03:30",), ("01:30-0500",),
    ),
    "lasting-into-repeated-hour": Case(
        "America/New_York", ("2026-11-01",), ("01:30-02:00",), ("01:30-0400",),
        duration=90,
    ),
    "opening-in-skipped-hour": Case(
        "Europe/Berlin", ("2026-03-29",), ("02:30-05:30",), ("03:30+0200", "04:30+0200"),
    ),
    "closing-in-skipped-hour": Case(
        "Europe/Berlin", ("2026-03-29",), ("00:30-02:30",),
        ("00:30+0100", "01:00+0100", "01:30+0100"),
        duration=30, interval=30,
    ),
    "wholly-in-skipped-hour": Case("Europe/Berlin", ("2026-03-29",), ("02:00-03:00",), ()),
    "opening-in-repeated-hour": Case(
        "Europe/Berlin", ("2026-10-25",), ("02:30-04:30",), ("02:30+0200", "03:30+0100"),
    ),
    "closing-in-repeated-hour": Case(
        "Europe/Berlin", ("2026-10-25",), ("01:00-02:30",),
        ("01:00+0200", "01:30+0200", "02:00+0200"),
        duration=30, interval=30,
    ),
    "wholly-in-repeated-hour": Case(
        "Europe/Berlin", ("2026-10-25",), ("02:00-03:00",), ("02:00+0200",),
        duration=120, interval=30,
    ),
    "skipped-midnight": Case(
        "America/Sao_Paulo", ("2018-11-04",), ("00:00-03:00",), ("01:00-0200", "02:00-0200"),
    ),
    "skipped-last-hour-of-day": Case(
        "America/Scoresbysund", ("2026-03-28", "2026-03-29"), ("00:00-01:00", "22:00-24:00"),
        ("28 00:00-0200", "28 22:00-0200", "29 00:00-0100", "29 22:00-0100", "29 23:00-0100"),
    ),
    "repeated-midnight": Case(
        "America/Havana", ("2026-11-01",), ("00:00-02:00",), ("00:00-0400", "01:00-0500"),
    ),
    "repeated-last-hour-of-day": Case(
        "America/Sao_Paulo", ("2019-02-16", "2019-02-17"), ("00:00-01:00", "22:00-24:00"),
        ("16 00:00-0200", "16 22:00-0200", "16 23:00-0200",
         "17 00:00-0300", "17 22:00-0300", "17 23:00-0300"),
    ),
    "skipped-day": Case(
        "Pacific/Apia", ("2011-12-29", "2011-12-30", "2011-12-31"), ("09:00-11:00",),
        ("29 09:00-1000", "29 10:00-1000", "31 09:00+1400", "31 10:00+1400"),
    ),
    "working-across-skipped-day": Case(
        "Pacific/Apia", ("2011-12-29", "2011-12-30", "2011-12-31"), ("00:00-01:30", "23:00-24:00"),
        ("29 00:00-1000", "29 23:00-1000", "31 00:00+1400"),
        duration=90,
    ),
    "clock-change-outside-summer": Case(
        "Africa/Casablanca", ("2026-02-15", "2026-03-22"), ("01:00-04:00",),
        ("15 01:00+0100", "15 02:00+0100", "15 03:00+0000",
         "22 01:00+0000", "22 03:00+0100"),
    ),
    "quarter-hour-offset": Case(
        "Asia/Kathmandu", ("2026-05-06",), ("09:00-11:00",), ("09:00+0545", "10:00+0545"),
    ),
    "half-hour-offset": Case(
        "Asia/Kolkata", ("2026-05-06",), ("09:00-11:00",), ("09:00+0530", "10:00+0530"),
    ),
    "far-side-of-the-date-line": Case(
        "Pacific/Kiritimati", ("2027-01-01",), ("00:00-02:00",), ("00:00+1400", "01:00+1400"),
    ),
    "working-over-midnight": Case(
        "Europe/Berlin", ("2026-03-28", "2026-03-29"), ("00:00-03:30", "22:30-24:00"),
        ("28 00:00+0100", "28 01:30+0100", "28 22:30+0100", "29 00:00+0100"),
        duration=120, interval=90,
    ),
    "notice-in-real-hours": Case(
        "Europe/Berlin", ("2026-03-29",), ("09:00-15:00",), ("13:00+0200", "14:00+0200"),
        rules={"minimum_notice": 24 * 60}, now="2026-03-28T12:00+01:00",
    ),
    "horizon-in-local-days": Case(
        "Europe/Berlin", ("2026-03-28", "2026-03-29", "2026-03-30"), ("23:00-24:00",),
        ("28 23:00+0100", "29 23:00+0200"),
        rules={"horizon_days": 1}, now="2026-03-28T22:30+01:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_cal3_clock_change(name: str) -> None:
    case = CASES[name]
    rules, member, since, until, now = _question(case)
    found = search(rules, [member], since=since, until=until, now=now)
    assert _shown(case, found) == list(case.offered)
    assert {slot.ends_at - slot.starts_at for slot in found} <= {timedelta(minutes=case.duration)}


@pytest.mark.parametrize("name", CASES)
def test_cal3_clock_change_by_brute_force(name: str) -> None:
    case = CASES[name]
    rules, member, since, until, now = _question(case)
    found = brute_force.slots(rules, [member], since, until, now)
    assert _shown(case, found) == list(case.offered)


def test_cal3_every_written_case_is_tested_and_every_tested_case_is_written() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    others = [name.removeprefix("test_cal3_") for name in globals() if name.startswith("test_cal3")]
    assert set(CASES) <= set(rows)
    for row in set(rows) - set(CASES):
        assert row.replace("-", "_") in others, row
    assert len(rows) == len(set(rows))


def test_cal3_busy_in_the_repeated_hour() -> None:
    # From 02:00 to 03:00 after the clock went back, which is an hour after the slot at 02:00.
    busy = Busy.of(datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
    member = MemberTime(1, "Europe/Berlin", _daily("01:00-05:00"), busy=[busy])
    rules = SlotRules(duration=60, interval=60)
    now = datetime(2026, 10, 24, tzinfo=UTC)
    found = search(rules, [member], since=now, until=now + timedelta(days=2), now=now)
    local = [slot.starts_at.astimezone(ZoneInfo("Europe/Berlin")) for slot in found]
    assert [f"{at:%d %H:%M%z}" for at in local if at.day == 25] == [
        "25 01:00+0200", "25 02:00+0200", "25 03:00+0100", "25 04:00+0100",
    ]  # fmt: skip


def test_cal3_second_of_two_equal_wall_times_is_off_the_grid() -> None:
    member = MemberTime(1, "Europe/Berlin", _daily("01:00-05:00"))
    rules, now = SlotRules(duration=60, interval=60), datetime(2026, 10, 24, tzinfo=UTC)
    assert is_free(rules, member, datetime(2026, 10, 25, 0, tzinfo=UTC), now) is None
    refusal = is_free(rules, member, datetime(2026, 10, 25, 1, tzinfo=UTC), now)
    assert refusal is not None
    assert refusal.rule == "off_grid"


def test_cal3_a_team_in_two_zones_shifts_between_their_clock_changes() -> None:
    """New York changes three weeks before Berlin; in between both offices overlap longer."""
    team = [
        MemberTime(1, "Europe/Berlin", _daily("14:00-18:00")),
        MemberTime(2, "America/New_York", _daily("08:00-12:00")),
    ]
    rules = SlotRules(duration=60, interval=60)

    def shared(day: date) -> int:
        since = datetime(day.year, day.month, day.day, tzinfo=UTC)
        slots = search(rules, team, since=since, until=since + timedelta(days=1), now=since)
        return sum(slot.members == (1, 2) for slot in slots)

    assert [shared(date(2026, 3, day)) for day in (7, 8, 28, 29)] == [4, 3, 3, 4]


def test_cal3_all_day_is_as_long_as_its_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    lengths = []
    for day in (date(2026, 3, 29), date(2026, 6, 1), date(2026, 10, 25)):
        start, end = local_grid.whole_days(zone, day, day)
        lengths.append((end - start) // 60)
    assert lengths == [23, 24, 25]
    apia = local_grid.whole_days(ZoneInfo("Pacific/Apia"), date(2011, 12, 30), date(2011, 12, 30))
    assert apia[0] == apia[1]
    assert minutes.moment(apia[0]) == datetime(2011, 12, 30, 10, tzinfo=UTC)


def _question(case: Case) -> tuple[SlotRules, MemberTime, datetime, datetime, datetime]:
    zone = ZoneInfo(case.zone)
    days = [date.fromisoformat(day) for day in case.days]
    hours = _daily(*case.open)
    only = dict.fromkeys(days, hours.weekly[0])
    member = MemberTime(1, case.zone, Hours({}, only))
    rules = SlotRules(duration=case.duration, interval=case.interval, **case.rules)
    since = datetime(days[0].year, days[0].month, days[0].day, tzinfo=zone).astimezone(UTC)
    until = since + timedelta(days=(days[-1] - days[0]).days + 1, hours=2)
    now = datetime.fromisoformat(case.now).astimezone(UTC) if case.now else since
    return rules, member, since, until, now


def _daily(*ranges: str) -> Hours:
    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    pairs: tuple[Range, ...] = tuple((minute(r[:5]), minute(r[6:])) for r in ranges)
    return Hours(dict.fromkeys(range(7), pairs))


def _shown(case: Case, slots: list[Slot]) -> list[str]:
    pattern = "%H:%M%z" if len(case.days) == 1 else "%d %H:%M%z"
    return [slot.starts_at.astimezone(ZoneInfo(case.zone)).strftime(pattern) for slot in slots]
