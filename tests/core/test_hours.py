"""Weekly hours, overrides, their JSON, and calendar ∩ member (CAL-2, USR-4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.core.hours import ALWAYS, Hours, effective, intersect, merged

MONDAY = date(2026, 12, 21)
CHRISTMAS_EVE = date(2026, 12, 24)
OFFICE = Hours({0: ((540, 720), (780, 1020)), 3: ((540, 1020),)}, {CHRISTMAS_EVE: ()})

minutes_of_day = st.sets(st.integers(0, 1439), max_size=40)


def test_cal2_several_ranges_a_day_come_sorted_and_merged() -> None:
    hours = Hours({0: ((780, 1020), (540, 600), (590, 720), (720, 725))})
    assert hours.on(MONDAY) == ((540, 725), (780, 1020))
    assert hours.on(MONDAY + timedelta(days=1)) == ()


def test_cal2_a_date_override_wins_over_the_weekday() -> None:
    assert CHRISTMAS_EVE.weekday() == 3
    assert OFFICE.on(CHRISTMAS_EVE) == ()
    assert OFFICE.on(CHRISTMAS_EVE + timedelta(days=7)) == ((540, 1020),)
    sunday = date(2026, 12, 20)
    assert Hours({}, {sunday: ((600, 660),)}).on(sunday) == ((600, 660),)


def test_cal2_effective_hours_are_calendar_and_member() -> None:
    calendar = Hours(dict.fromkeys(range(7), ((600, 900),)), {MONDAY: ((0, 1440),)})
    both = effective(calendar, OFFICE)
    assert both.on(MONDAY) == ((540, 720), (780, 1020))
    assert both.on(MONDAY + timedelta(days=7)) == ((600, 720), (780, 900))
    assert both.on(CHRISTMAS_EVE) == ()
    assert effective(ALWAYS, OFFICE).on(MONDAY) == OFFICE.on(MONDAY)


@given(minutes_of_day, minutes_of_day)
@settings(max_examples=60, derandomize=True, database=None)
def test_cal2_intersect_keeps_exactly_the_common_minutes(a: set[int], b: set[int]) -> None:
    found = intersect(_ranges(a), _ranges(b))
    assert {minute for start, end in found for minute in range(start, end)} == a & b
    assert found == merged(found)


def test_usr4_json_round_trip() -> None:
    data = {"weekly": {"0": [[540, 720], [700, 1020]]}, "overrides": {"2026-12-24": []}}
    hours = Hours.from_json(data)
    assert hours == Hours({0: ((540, 1020),)}, {CHRISTMAS_EVE: ()})
    assert hours.to_json() == {
        "weekly": {"0": [[540, 1020]]},
        "overrides": {"2026-12-24": []},
    }
    assert Hours.from_json(OFFICE.to_json()) == OFFICE
    assert Hours.from_json({}) == Hours({})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "must be an object"),
        ({"weekdays": {}}, "no part called 'weekdays'"),
        ({"weekly": []}, "'weekly' must be an object"),
        ({"weekly": {"7": []}}, "'7' is no weekday"),
        ({"weekly": {0: []}}, "0 is no weekday"),
        ({"weekly": {"0": {}}}, "0: expected a list"),
        ({"weekly": {"0": [[540]]}}, "is no range"),
        ({"weekly": {"0": [[540, 1020.5]]}}, "is no range"),
        ({"weekly": {"0": [[False, True]]}}, "is no range"),
        ({"weekly": {"0": ["ab"]}}, "is no range"),
        ({"weekly": {"0": [[600, 600]]}}, "600-600 is no range of a day"),
        ({"weekly": {"0": [[-1, 600]]}}, "-1-600 is no range of a day"),
        ({"weekly": {"0": [[600, 1441]]}}, "600-1441 is no range of a day"),
        ({"overrides": {"2026-02-29": []}}, "'2026-02-29' is no date"),
        ({"overrides": {"20261224": []}}, "'20261224' is no date"),
        ({"overrides": {5: []}}, "5 is no date"),
    ],
)
def test_usr4_bad_hours_are_refused_with_a_reason(data: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Hours.from_json(data)


def test_usr4_impossible_hours_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="no weekday"):
        Hours({7: ((0, 60),)})
    with pytest.raises(ValueError, match="no range of a day"):
        Hours({}, {MONDAY: ((60, 60),)})


def _ranges(chosen: set[int]) -> tuple[tuple[int, int], ...]:
    return merged((minute, minute + 1) for minute in chosen)
