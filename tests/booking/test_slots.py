"""Slot search by example: what each slot rule of CAL-2 does, and the kinds of calendars (CAL-1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_app.booking import minutes
from crm_app.booking.slots import (
    Busy,
    BusyKind,
    MemberTime,
    Slot,
    SlotRules,
    Taken,
    is_free,
    next_free,
    search,
)
from crm_app.core.hours import Hours

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
BEFORE = MONDAY - timedelta(days=1)
RULES = SlotRules(duration=60, interval=60)
KATE = MemberTime(1, "UTC", Hours({0: ((540, 720),)}))
MARIO = MemberTime(2, "UTC", Hours({0: ((600, 780),)}))


def at(hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(hours=hour, minutes=minute)


def found(
    rules: SlotRules, *members: MemberTime, now: datetime = BEFORE, **more: Any
) -> list[Slot]:
    return search(rules, members, since=MONDAY, until=MONDAY + timedelta(days=1), now=now, **more)


def starts(rules: SlotRules, *members: MemberTime, **more: Any) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in found(rules, *members, **more)]


def booked(start: datetime, length: int = 60, before: int = 0, after: int = 0) -> Busy:
    end = start + timedelta(minutes=length)
    return Busy.of(start, end, before=before, after=after, kind=BusyKind.BOOKED)


def test_cal1_team_slots_are_the_union_of_the_members_free_time() -> None:
    assert found(RULES, KATE, MARIO) == [
        Slot(at(9), at(10), (1,)),
        Slot(at(10), at(11), (1, 2)),
        Slot(at(11), at(12), (1, 2)),
        Slot(at(12), at(13), (2,)),
    ]


def test_cal1_collective_slots_need_everybody() -> None:
    assert found(RULES, KATE, MARIO, mode="all") == [
        Slot(at(10), at(11), (1, 2)),
        Slot(at(11), at(12), (1, 2)),
    ]
    busy = replace(MARIO, busy=[booked(at(10, 30), 15)])
    assert starts(RULES, KATE, busy, mode="all") == ["11:00"]


def test_cal1_the_collective_grid_starts_where_all_begin_to_work() -> None:
    late = replace(KATE, member_id=2, hours=Hours({0: ((575, 600), (615, 720))}))
    rules = replace(RULES, duration=25, interval=50)
    assert starts(rules, KATE, late, mode="all") == ["09:35", "10:15", "11:05"]


def test_cal1_the_collective_grid_follows_the_wall_clock_over_a_clock_change() -> None:
    since, until = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)
    hours = Hours({6: ((0, 360),)})
    kate = MemberTime(1, "Europe/Berlin", hours)
    late = MemberTime(2, "Europe/Berlin", Hours({6: ((20, 360),)}))
    slots = search(RULES, [kate, late], since=since, until=until, now=since, mode="all")
    local = [slot.starts_at.astimezone(ZoneInfo("Europe/Berlin")) for slot in slots]
    assert [f"{start:%H:%M}" for start in local] == ["00:20", "01:20", "03:20", "04:20"]


def test_cal1_the_collective_grid_is_the_same_from_whatever_time_one_looks() -> None:
    """Auckland's day begins in the middle of Berlin's; that must not start a grid anew."""
    always = Hours(dict.fromkeys(range(7), ((0, 1440),)))
    team = [MemberTime(1, "Europe/Berlin", always), MemberTime(2, "Pacific/Auckland", always)]
    rules = replace(RULES, duration=30, interval=50)
    whole = found(rules, *team, mode="all")
    for hour in range(24):
        part = search(rules, team, since=at(hour), until=at(24), now=BEFORE, mode="all")
        assert part == [slot for slot in whole if slot.starts_at >= at(hour)]


def test_cal1_nobody_serves_no_slots() -> None:
    assert found(RULES) == []
    assert found(RULES, mode="all") == []


def test_cal1_class_session_with_seats_left_stays_offered() -> None:
    trainer = replace(KATE, busy=[booked(at(10))])
    assert starts(RULES, trainer) == ["09:00", "11:00"]
    assert found(RULES, trainer, open_seats={at(10): 3}) == [
        Slot(at(9), at(10), (1,)),
        Slot(at(10), at(11), (1,), seats_left=3),
        Slot(at(11), at(12), (1,)),
    ]
    assert starts(RULES, trainer, open_seats={at(10): 0}) == ["09:00", "11:00"]


def test_cal1_class_session_keeps_its_own_start_and_length_whatever_the_grid_is_now() -> None:
    trainer = replace(KATE, busy=[booked(at(10, 15), 45)])
    rules = replace(RULES, per_day_cap=1)
    seats = {at(10, 15): 2}
    taken = Taken(by_day={MONDAY.date(): 1})
    assert found(rules, trainer, open_seats=seats, taken=taken) == [
        Slot(at(10, 15), at(11), (1,), seats_left=2)
    ]
    ill = replace(trainer, time_off=[minutes.interval(at(10), at(11))])
    assert found(rules, ill, open_seats=seats, taken=taken) == []


def test_cal1_a_collective_calendar_has_no_seats() -> None:
    with pytest.raises(ValueError, match="collective"):
        found(RULES, KATE, MARIO, mode="all", open_seats={at(10): 1})


def test_cal2_interval_is_independent_of_duration() -> None:
    assert starts(replace(RULES, interval=45), KATE) == ["09:00", "09:45", "10:30"]
    assert starts(replace(RULES, duration=20, interval=60), KATE) == ["09:00", "10:00", "11:00"]


def test_cal2_the_grid_starts_where_calendar_and_member_meet() -> None:
    rules = replace(RULES, hours=Hours({0: ((580, 720),)}))
    assert starts(rules, KATE) == ["09:40", "10:40"]


def test_cal2_every_range_of_a_day_has_its_own_grid() -> None:
    split = replace(KATE, hours=Hours({0: ((540, 610), (620, 690))}))
    assert starts(RULES, split) == ["09:00", "10:20"]


def test_cal2_ranges_that_touch_at_midnight_are_one_working_time() -> None:
    night = replace(KATE, hours=Hours({0: ((1380, 1440),), 1: ((0, 60),)}))
    assert starts(replace(RULES, duration=90, interval=30), night) == ["23:00", "23:30"]


@pytest.mark.parametrize(
    ("zone", "starts_at"),
    [
        ("Europe/Berlin", datetime(2026, 11, 2, 22, 30, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 30, tzinfo=UTC)),  # the next day is skipped
    ],
)
def test_cal2_a_slot_over_midnight_is_found_when_the_window_ends_before_it(
    zone: str, starts_at: datetime
) -> None:
    night = MemberTime(1, zone, Hours(dict.fromkeys(range(7), ((0, 60), (1380, 1440)))))
    rules, until = replace(RULES, duration=90, interval=30), starts_at + timedelta(minutes=10)
    slots = search(rules, [night], since=starts_at, until=until, now=starts_at)
    assert [slot.starts_at for slot in slots] == [starts_at]
    assert is_free(rules, night, starts_at, starts_at) is None


def test_cal2_own_buffers_stay_clear_of_every_block() -> None:
    kate = replace(KATE, busy=[Busy.of(at(10, 40), at(11))])
    assert starts(RULES, kate) == ["09:00", "11:00"]
    assert starts(replace(RULES, buffer_after=40), kate) == ["09:00", "11:00"]
    assert starts(replace(RULES, buffer_after=41), kate) == ["11:00"]
    assert starts(replace(RULES, buffer_before=1), kate) == ["09:00"]


def test_cal2_buffers_of_two_bookings_that_meet_are_merged_and_not_added() -> None:
    kate = replace(KATE, busy=[booked(at(10, 20), 40, before=20, after=30)])
    rules = replace(RULES, interval=10, buffer_before=30, buffer_after=20)
    assert starts(rules, kate) == [
        "09:00"
    ]  # twenty minutes are enough for both, forty are not asked
    kate = replace(KATE, busy=[booked(at(9), 30, after=30)])
    assert starts(rules, kate)[0] == "10:00"
    assert starts(replace(rules, buffer_before=40), kate)[0] == "10:10"
    assert starts(replace(rules, buffer_before=0), kate)[0] == "10:00"


def test_cal2_a_buffer_may_lie_outside_working_hours() -> None:
    rules = replace(RULES, buffer_before=60, buffer_after=60)
    assert starts(rules, KATE) == ["09:00", "10:00", "11:00"]


def test_cal2_a_block_without_length_blocks_nothing() -> None:
    kate = replace(KATE, busy=[booked(at(10), 0, before=60, after=60)], time_off=[(0, 0)])
    assert starts(RULES, kate) == ["09:00", "10:00", "11:00"]


def test_cal2_a_block_over_midnight_takes_both_days() -> None:
    kate = replace(KATE, busy=[Busy.of(at(-5), at(9, 1))])
    assert starts(RULES, kate) == ["10:00", "11:00"]


def test_cal2_minimum_notice_and_now_to_the_second() -> None:
    rules = replace(RULES, minimum_notice=60)
    assert starts(rules, KATE, now=at(9)) == ["10:00", "11:00"]
    assert starts(rules, KATE, now=at(9) + timedelta(seconds=1)) == ["11:00"]
    assert starts(RULES, KATE, now=at(9)) == ["09:00", "10:00", "11:00"]
    assert starts(RULES, KATE, now=at(9) + timedelta(microseconds=1)) == ["10:00", "11:00"]


def test_cal2_horizon_ends_with_a_local_day_of_the_member() -> None:
    kiritimati = MemberTime(3, "Pacific/Kiritimati", Hours(dict.fromkeys(range(7), ((0, 1440),))))
    rules = replace(RULES, horizon_days=0)
    # 09:30 UTC is 23:30 there: half an hour of today is left, and no whole slot starts in it.
    assert starts(rules, kiritimati, now=at(9, 30)) == []
    assert starts(rules, kiritimati, now=at(8, 30)) == ["09:00"]
    assert starts(replace(RULES, horizon_days=1), kiritimati, now=at(9, 30))[:2] == [
        "10:00", "11:00",
    ]  # fmt: skip


def test_cal2_caps_per_day_and_slot_of_the_calendar() -> None:
    taken = Taken(by_day={MONDAY.date(): 2}, by_slot={at(10): 1})
    assert starts(replace(RULES, per_day_cap=3), KATE, taken=taken) == ["09:00", "10:00", "11:00"]
    assert starts(replace(RULES, per_day_cap=2), KATE, taken=taken) == []
    assert starts(replace(RULES, per_slot_cap=1), KATE, taken=taken) == ["09:00", "11:00"]
    assert starts(replace(RULES, per_slot_cap=2), KATE, taken=taken) == ["09:00", "10:00", "11:00"]


def test_cal2_caps_per_user_day_and_iso_week_across_calendars() -> None:
    sunday_before, sunday = date(2026, 11, 1), date(2026, 11, 8)
    full = {sunday_before: 9, sunday: 3}
    assert starts(RULES, replace(KATE, day_cap=1, booked_per_day={sunday: 1}), MARIO)[0] == "09:00"
    assert starts(RULES, replace(KATE, week_cap=4, booked_per_day=full)) != []
    assert starts(RULES, replace(KATE, week_cap=3, booked_per_day=full)) == []
    busy_monday = {MONDAY.date(): 2}
    assert starts(RULES, replace(KATE, day_cap=2, booked_per_day=busy_monday)) == []


def test_cal2_a_members_cap_leaves_the_others_slots() -> None:
    capped = replace(KATE, day_cap=0)
    assert [slot.members for slot in found(RULES, capped, MARIO)] == [(2,)] * 3
    assert found(RULES, MARIO, capped, mode="all") == []


def test_cal3_hours_are_evaluated_in_the_members_zone_and_given_in_utc() -> None:
    kate = replace(KATE, zone="Asia/Kathmandu")
    assert starts(RULES, kate) == ["03:15", "04:15", "05:15"]
    rules = replace(RULES, hours=Hours({0: ((660, 720),)}))
    assert starts(rules, kate) == ["05:15"]
    assert {slot.starts_at.tzinfo for slot in found(RULES, kate)} == {UTC}


def test_cal3_the_window_may_be_given_in_any_zone_and_is_half_open() -> None:
    plus_two = timezone(timedelta(hours=2))
    slots = search(
        RULES, [KATE],
        since=at(10).astimezone(plus_two), until=at(11).astimezone(plus_two), now=BEFORE,
    )  # fmt: skip
    assert [slot.starts_at for slot in slots] == [at(10)]
    assert search(RULES, [KATE], since=at(11), until=at(10), now=BEFORE) == []
    just_after = at(10) + timedelta(seconds=1)
    slots = search(
        RULES, [KATE], since=just_after, until=just_after + timedelta(hours=1), now=BEFORE
    )
    assert [slot.starts_at for slot in slots] == [at(11)]


def test_cal3_naive_times_are_refused() -> None:
    with pytest.raises(TypeError):
        found(RULES, KATE, now=datetime(2026, 11, 1))  # noqa: DTZ001


def test_cal5_the_loser_gets_the_next_free_slots() -> None:
    slots = found(replace(RULES, interval=30), KATE)
    assert [slot.starts_at for slot in next_free(slots, at(9, 30), 2)] == [at(9, 30), at(10)]
    assert next_free(slots, at(10, 50), 5) == slots[4:]
    assert next_free(slots, at(12), 3) == []


def test_cal2_odd_seconds_of_a_block_are_rounded_outwards() -> None:
    block = Busy.of(at(10) - timedelta(seconds=1), at(10) + timedelta(seconds=1))
    assert (block.start, block.end) == (minutes.floor(at(9, 59)), minutes.floor(at(10, 1)))
    assert minutes.moment(block.end) == at(10, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"duration": 0}, {"interval": 0}, {"buffer_before": -1}, {"buffer_after": -1},
     {"minimum_notice": -1}, {"horizon_days": -1}],
)  # fmt: skip
def test_cal2_impossible_rules_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(RULES, **wrong)
