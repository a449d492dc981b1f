"""Waits: until when, and what brings them forward (CAM-2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_app.campaigns.plans.reasons import explain
from crm_app.campaigns.running import rules, waiting
from crm_app.campaigns.running.moves import Move
from crm_app.campaigns.running.standing import Standing, World
from crm_app.core.kinds import EnrolmentState, StepOutcome
from tests.campaigns.running.stage import (
    END,
    MEETING,
    NOW,
    WORLD,
    heard,
    minutes,
    plan,
    standing,
    step,
    world,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MET = replace(WORLD, meeting=MEETING)


def _entered(wait: dict[str, Any], seen: World = WORLD, **settings: Any) -> datetime | None:
    return rules.enter(plan(wait, END, **settings), seen, NOW).due_at


def _wait(mode: str, **config: Any) -> dict[str, Any]:
    return step("wait", mode=mode, **config)


def _over(wait: dict[str, Any], seen: World = WORLD, **values: Any) -> Move:
    return rules.due(plan(wait, END, stop_on_reply=False), standing(**values), seen, NOW)


@pytest.mark.parametrize(
    ("wait", "until"),
    [
        (_wait("duration", **minutes(30)), "2026-11-23T10:30"),
        (_wait("duration", amount=2, unit="weeks"), "2026-12-07T10:00"),
        (_wait("date", date="2026-12-24", time="10:15"), "2026-12-24T09:15"),
        (_wait("date", date="2026-11-22"), "2026-11-23T10:00"),
        (_wait("date"), "2026-11-23T10:00"),
        (_wait("time", time="09:00"), "2026-11-24T08:00"),
        (_wait("time", time="11:00"), "2026-11-23T10:00"),
        (_wait("time", time="12:30"), "2026-11-23T11:30"),
        (_wait("time", time="12:30", days=[6, 7]), "2026-11-28T11:30"),
        (_wait("time", time="09:00", days=[1]), "2026-11-30T08:00"),
        (_wait("time", time="09:00", days=[]), "2026-11-23T10:00"),
        (_wait("appointment", amount=24, unit="hours"), "2026-11-25T10:00"),
        (_wait("appointment", amount=0, side="after"), "2026-11-26T10:30"),
        (_wait("appointment", amount=2, unit="days", side="after"), "2026-11-28T10:30"),
        (_wait("appointment", amount=4, unit="days"), "2026-11-23T10:00"),
        (_wait("reply", timeout={"amount": 2, "unit": "days"}), "2026-11-25T10:00"),
        (_wait("booking", timeout={"amount": 3, "unit": "hours"}), "2026-11-23T13:00"),
        (_wait("click"), "2026-11-26T10:00"),
    ],
)
def test_cam2_until_when_a_wait_waits(wait: dict[str, Any], until: str) -> None:
    assert _entered(wait, MET) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_cam2_a_wait_has_no_delay_besides() -> None:
    wait = {**_wait("duration", **minutes(30)), "delay": minutes(600)}
    assert _entered(wait) == NOW + timedelta(minutes=30)


def test_cam1_the_campaigns_zone_is_the_windows() -> None:
    wait, seen = _wait("time", time="12:00"), world(time_zone="America/New_York")
    office = {"days": [1], "starts": 540, "ends": 1020}
    assert _entered(wait, seen) == datetime(2026, 11, 23, 11, tzinfo=UTC)
    contact = _entered(wait, seen, window={**office, "zone": "contact"})
    assert contact == datetime(2026, 11, 23, 17, tzinfo=UTC)
    nowhere = _entered(wait, world(time_zone=""), window={**office, "zone": "contact"})
    assert nowhere == datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_cal3_a_time_that_the_clock_skips_is_the_change() -> None:
    wait = _wait("date", date="2027-03-28", time="02:30")
    assert _entered(wait) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_cam2_a_wait_that_is_over_hands_on() -> None:
    move = _over(_wait("duration", **minutes(60)))
    assert (move.outcome, move.reason, move.to) == (StepOutcome.DONE, "waited", "end")


@pytest.mark.parametrize("mode", ["reply", "booking", "click"])
def test_cam2_a_time_out_hands_on_and_says_so(mode: str) -> None:
    move = _over(_wait(mode, timeout=minutes(60)))
    assert (move.outcome, move.reason, move.to) == (StepOutcome.DONE, "timed_out", "end")
    assert "60 minutes" in explain("en", move.reason, move.detail, "UTC")


@pytest.mark.parametrize(
    ("wait", "seen", "reason"),
    [
        (_wait("date", date="2026-11-20"), WORLD, "already_past"),
        (_wait("date", date="2026-11-23", time="10:30"), WORLD, "waited"),
        (_wait("appointment", amount=9, unit="days"), MET, "already_past"),
        (_wait("appointment", amount=1, unit="days"), WORLD, "no_appointment"),
    ],
)
def test_cam2_what_is_past_already_hands_on_at_once_and_says_so(
    wait: dict[str, Any], seen: World, reason: str
) -> None:
    move = _over(wait, seen)
    assert (move.outcome, move.reason, move.to) == (StepOutcome.DONE, reason, "end")


def test_cam2_a_reminder_that_comes_too_late_is_left_out() -> None:
    reminder = step("sms", "sms", body="Tomorrow")
    last = _wait("appointment", amount=1, unit="hours")
    made = plan(
        _wait("appointment", amount=9, unit="days", late="skip"), reminder, {**last, "id": "w2"}
    )
    move = rules.due(made, standing(), MET, NOW)
    assert (move.reason, move.to) == ("late_skip", "w2")
    assert move.due_at == MEETING.starts_at - HOUR
    alone = plan(_wait("appointment", amount=9, unit="days", late="skip"), reminder)
    assert rules.due(alone, standing(), MET, NOW).ends is EnrolmentState.FINISHED


def test_cam2_nobody_is_reminded_of_what_has_begun() -> None:
    begun = replace(MEETING, starts_at=NOW - timedelta(minutes=5))
    wait = _wait("appointment", amount=30, unit="minutes", late="skip")
    made = plan(wait, step("sms", "sms", body="Soon"))
    # The server was away while the reminder fell due.
    move = rules.due(made, standing(), replace(WORLD, meeting=begun), NOW)
    assert (move.reason, move.ends) == ("late_skip", EnrolmentState.FINISHED)


def test_cam2_an_appointment_that_was_moved_moves_the_wait() -> None:
    made = plan(_wait("appointment", amount=1, unit="days"), END)
    later = replace(MEETING, starts_at=MEETING.starts_at + DAY)
    stands = standing(due_at=MEETING.starts_at - DAY, appointment_id=70)
    news = heard("rescheduled", "70")
    move = rules.hear(made, stands, news, replace(WORLD, meeting=later), NOW)
    assert move is not None
    assert (move.outcome, move.to, move.reason) == (None, "s", "retimed")
    assert move.due_at == later.starts_at - DAY


def test_cam2_an_appointment_that_was_moved_nearer_is_due_at_once() -> None:
    made = plan(_wait("appointment", amount=1, unit="days"), END)
    sooner = replace(WORLD, meeting=replace(MEETING, starts_at=NOW + HOUR))
    stands = standing(due_at=MEETING.starts_at - DAY, appointment_id=70)
    move = rules.hear(made, stands, heard("rescheduled", "70"), sooner, NOW)
    assert move is not None
    assert move.due_at == NOW
    assert rules.due(made, replace(stands, due_at=NOW), sooner, NOW).reason == "already_past"


def test_cam2_news_that_moves_nothing_changes_nothing() -> None:
    made = plan(_wait("appointment", amount=1, unit="days"), END)
    stands = standing(due_at=MEETING.starts_at - DAY, appointment_id=70)
    for what in ("rescheduled", "clicked", "tagged"):
        assert rules.hear(made, stands, heard(what, "70"), MET, NOW) is None


def test_cam2_a_wait_looks_again_when_it_is_due() -> None:
    # Nobody heard of it yet, but the appointment is a day later.
    later = replace(WORLD, meeting=replace(MEETING, starts_at=NOW + 2 * DAY))
    move = _over(_wait("appointment", amount=1, unit="days"), later)
    assert (move.outcome, move.due_at) == (None, NOW + DAY)


def test_cam2_moving_an_appointment_leaves_other_waits_alone() -> None:
    made = plan(_wait("duration", **minutes(90)), END)
    stands = standing(due_at=NOW + HOUR, appointment_id=70)
    assert rules.hear(made, stands, heard("rescheduled", "70"), MET, NOW) is None


@pytest.mark.parametrize("status", ["cancelled", "invalid"])
def test_cam2_nobody_is_reminded_of_an_appointment_that_is_off(status: str) -> None:
    off = replace(WORLD, meeting=replace(MEETING, starts_at=NOW + HOUR, status=status))
    move = _over(_wait("appointment", amount=2, unit="hours"), off, appointment_id=70)
    assert (move.ends, move.reason) == (EnrolmentState.LEFT, "appointment_cancelled")
    other = _over(_wait("appointment", amount=2, unit="hours"), off, appointment_id=71)
    assert other.ends is None


@pytest.mark.parametrize(
    ("mode", "what", "reason"),
    [
        ("reply", "replied", "replied_meanwhile"),
        ("booking", "booked", "booked_meanwhile"),
        ("click", "clicked", "clicked_meanwhile"),
    ],
)
def test_cam2_what_is_waited_for_ends_the_wait(mode: str, what: Any, reason: str) -> None:
    made = plan(_wait(mode), END, stop_on_reply=False)
    stands = standing(due_at=NOW + DAY)
    move = rules.hear(made, stands, heard(what), WORLD, NOW)
    assert move is not None
    assert (move.outcome, move.reason, move.to, move.due_at) == (
        StepOutcome.DONE,
        reason,
        "end",
        NOW,
    )
    for other in {"replied", "booked", "clicked", "tagged"} - {what}:
        assert rules.hear(made, stands, heard(other), WORLD, NOW) is None


def test_cam2_who_has_booked_does_not_wait_for_a_booking() -> None:
    made = plan(step("add_tag", tag="VIP"), step("wait", "w", mode="booking"), END)
    move = rules.due(made, standing(heard=(heard("booked"),)), WORLD, NOW)
    assert (move.to, move.due_at) == ("w", NOW)
    stands = standing("w", arrived_at=NOW, heard=(heard("booked"),))
    assert rules.due(made, stands, WORLD, NOW).reason == "booked_meanwhile"


def test_cam3_a_wait_that_is_off_hears_nothing() -> None:
    made = plan({**_wait("reply"), "on": False}, END, stop_on_reply=False)
    assert rules.hear(made, standing(due_at=NOW + DAY), heard("replied"), WORLD, NOW) is None


@pytest.mark.parametrize(
    ("row", "stands", "code"),
    [
        (_wait("reply"), standing(), "waits_for_reply"),
        (_wait("booking"), standing(), "waits_for_booking"),
        (_wait("click"), standing(), "waits_for_click"),
        (_wait("duration"), standing(), "waits"),
        (step("sms", body="Hi"), standing(), "waits"),
        (step("goal", event="booked", unmet="wait"), standing(due_at=None), "waits_for_goal"),
    ],
)
def test_cam6_what_a_contact_waits_for(row: dict[str, Any], stands: Standing, code: str) -> None:
    found, detail = waiting.why(plan(row), stands)
    assert found == code
    assert "{" not in explain("en", found, detail, "UTC")
