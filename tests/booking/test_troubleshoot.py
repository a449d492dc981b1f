"""The slot troubleshooter: each rule refuses in its own name, with its facts (CAL-11)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.booking import minutes
from crm_app.booking.slots import (
    Busy,
    BusyKind,
    Detail,
    MemberTime,
    Refusal,
    RefusedBy,
    SlotRules,
    Taken,
    is_free,
    why_not,
)
from crm_app.booking.troubleshoot import refusals
from crm_app.core.hours import Hours

NOW = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)  # a Monday, 08:30 in Berlin
TODAY = date(2026, 11, 2)
TEN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # 10:00 in Berlin
OFFICE = Hours(dict.fromkeys(range(5), ((540, 1020),)))
RULES = SlotRules(duration=30, interval=30, buffer_before=5, buffer_after=10)
KATE = MemberTime(1, "Europe/Berlin", OFFICE)


def block(start: int, length: int, **more: object) -> Busy:
    """From `start` minutes after ten o'clock."""
    begins = TEN + timedelta(minutes=start)
    return Busy.of(begins, begins + timedelta(minutes=length), **more)  # type: ignore[arg-type]


DENTIST = block(0, 60, label="Dentist", source_id="abc")
BOOKING = block(-30, 60, kind=BusyKind.BOOKED, source_id=7)
SOON_AFTER = block(35, 30, label="Lunch")
WIDE_BUFFER = block(50, 30, before=25, kind=BusyKind.BOOKED)
AWAY = minutes.interval(TEN - timedelta(days=1), TEN + timedelta(days=1))


@pytest.mark.parametrize(
    ("rules", "member", "at", "expected"),
    [
        (RULES, KATE, TEN, None),
        (RULES, KATE, NOW - timedelta(hours=1), Refusal(RefusedBy.PAST, Detail(bound=NOW))),
        (
            replace(RULES, minimum_notice=120), KATE, TEN,
            Refusal(RefusedBy.NOTICE, Detail(bound=NOW + timedelta(hours=2))),
        ),
        (
            replace(RULES, horizon_days=1), KATE, TEN + timedelta(days=2),
            Refusal(RefusedBy.HORIZON, Detail(day=TODAY + timedelta(days=1))),
        ),
        (
            RULES, KATE, TEN + timedelta(hours=7),
            Refusal(RefusedBy.HOURS, Detail(day=TODAY)),
        ),
        (
            RULES, KATE, TEN + timedelta(hours=6, minutes=45),
            Refusal(RefusedBy.HOURS, Detail(day=TODAY)),
        ),
        (RULES, KATE, TEN + timedelta(minutes=10), Refusal(RefusedBy.OFF_GRID)),
        (RULES, KATE, TEN + timedelta(seconds=1), Refusal(RefusedBy.OFF_GRID)),
        (
            RULES, replace(KATE, busy=[DENTIST]), TEN,
            Refusal(RefusedBy.CONFLICT, Detail(block=DENTIST)),
        ),
        (
            RULES, replace(KATE, busy=[DENTIST, BOOKING]), TEN - timedelta(minutes=30),
            Refusal(RefusedBy.BOOKED, Detail(block=BOOKING)),
        ),
        (
            RULES, replace(KATE, busy=[SOON_AFTER]), TEN,
            Refusal(RefusedBy.BUFFER, Detail(block=SOON_AFTER)),
        ),
        (
            RULES, replace(KATE, busy=[WIDE_BUFFER]), TEN,
            Refusal(RefusedBy.BUFFER, Detail(block=WIDE_BUFFER)),
        ),
        (
            RULES, replace(KATE, busy=[DENTIST], time_off=[AWAY]), TEN,
            Refusal(RefusedBy.TIME_OFF, Detail(block=Busy(*AWAY, kind=BusyKind.TIME_OFF))),
        ),
        (
            replace(RULES, per_day_cap=2), KATE, TEN,
            Refusal(RefusedBy.DAY_CAP, Detail(day=TODAY, used=2, limit=2)),
        ),
        (
            replace(RULES, per_slot_cap=1), KATE, TEN,
            Refusal(RefusedBy.SLOT_CAP, Detail(used=1, limit=1)),
        ),
        (
            RULES, replace(KATE, day_cap=3, booked_per_day={TODAY: 3}), TEN,
            Refusal(RefusedBy.USER_DAY_CAP, Detail(day=TODAY, used=3, limit=3)),
        ),
        (
            RULES,
            replace(KATE, week_cap=4, booked_per_day={TODAY: 2, TODAY + timedelta(days=6): 2}),
            TEN,
            Refusal(RefusedBy.USER_WEEK_CAP, Detail(day=TODAY, used=4, limit=4)),
        ),
        (
            RULES,
            replace(KATE, week_cap=4, booked_per_day={TODAY: 3, TODAY - timedelta(days=1): 9}),
            TEN,
            None,
        ),
    ],
)  # fmt: skip
def test_cal11_each_rule_names_itself_and_its_facts(
    rules: SlotRules, member: MemberTime, at: datetime, expected: Refusal | None
) -> None:
    taken = Taken(by_day={TODAY: 2}, by_slot={TEN: 1})
    assert is_free(rules, member, at, NOW, taken=taken) == expected


def test_cal11_all_rules_that_refuse_are_told_in_their_order() -> None:
    kate = replace(KATE, busy=[DENTIST, BOOKING, block(55, 5)], time_off=[AWAY], day_cap=0)
    rules = replace(RULES, duration=50, minimum_notice=300, per_day_cap=0, per_slot_cap=0)
    told = [r.rule for r in refusals(rules, kate, TEN, NOW)]
    assert told == [
        RefusedBy.NOTICE, RefusedBy.TIME_OFF, RefusedBy.BOOKED, RefusedBy.CONFLICT,
        RefusedBy.BUFFER, RefusedBy.DAY_CAP, RefusedBy.USER_DAY_CAP, RefusedBy.SLOT_CAP,
    ]  # fmt: skip
    assert told == sorted(told, key=list(RefusedBy).index)


def test_cal11_why_not_tells_of_each_member_that_is_refused() -> None:
    mario = replace(KATE, member_id=2, busy=[DENTIST])
    anna = replace(KATE, member_id=3, zone="America/New_York")
    answers = why_not(RULES, [KATE, mario, anna], TEN, now=NOW)
    assert [(member, refusal.rule) for member, refusal in answers] == [
        (2, "conflict"),
        (3, "hours"),
    ]


def test_cal11_collective_tells_of_the_members_that_stand_in_the_way() -> None:
    late = replace(KATE, member_id=2, hours=Hours(dict.fromkeys(range(5), ((615, 1020),))))
    both = [KATE, late]
    answers = why_not(RULES, both, TEN, now=NOW, mode="all")
    assert [(member, refusal.rule) for member, refusal in answers] == [(2, "hours")]
    assert why_not(RULES, both, TEN + timedelta(minutes=15), now=NOW, mode="all") == []
    answers = why_not(RULES, both, TEN + timedelta(minutes=30), now=NOW, mode="all")
    assert [(member, refusal.rule) for member, refusal in answers] == [
        (1, "off_grid"), (2, "off_grid"),
    ]  # fmt: skip
