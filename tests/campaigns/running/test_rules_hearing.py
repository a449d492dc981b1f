"""What happens to a contact while inside: who leaves, who goes on, what is only noted (CAM-1, CAM-2)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_app.campaigns.running import rules
from crm_app.campaigns.running.standing import What
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
)

WAIT = step("wait", mode="duration", **minutes(900))
LATER = NOW + timedelta(minutes=900)
EVERYTHING: list[What] = [
    "replied",
    "clicked",
    "booked",
    "cancelled",
    "no_show",
    "rescheduled",
    "tagged",
    "unsubscribed",
]


@pytest.mark.parametrize(
    ("what", "setting", "usually"),
    [("replied", "stop_on_reply", True), ("booked", "stop_on_booking", False)],
)
def test_cam1_a_reply_or_a_booking_ends_it_where_it_says_so(
    what: What, setting: str, usually: bool
) -> None:
    for stops in (True, False):
        made = plan(WAIT, END, next_campaign_id=4, **{setting: stops})
        move = rules.hear(made, standing(due_at=LATER), heard(what), WORLD, NOW)
        assert (move is not None) is stops
        if move:
            assert (move.ends, move.reason) == (EnrolmentState.LEFT, what)
            assert (move.outcome, move.effects) == (StepOutcome.SKIPPED, ())
    move = rules.hear(plan(WAIT, END), standing(due_at=LATER), heard(what), WORLD, NOW)
    assert (move is not None) is usually


def test_cam1_stopping_comes_before_going_on() -> None:
    wait = step("wait", mode="reply")
    move = rules.hear(plan(wait, END), standing(due_at=LATER), heard("replied"), WORLD, NOW)
    assert move is not None
    assert move.ends is EnrolmentState.LEFT


@pytest.mark.parametrize(
    ("what", "reason"),
    [("cancelled", "appointment_cancelled"), ("no_show", "appointment_no_show")],
)
def test_cam2_the_appointment_that_it_is_about_falls_through(what: What, reason: str) -> None:
    made = plan(WAIT, END)
    stands = standing(due_at=LATER, appointment_id=70)
    move = rules.hear(made, stands, heard(what, "70"), WORLD, NOW)
    assert move is not None
    assert (move.ends, move.reason) == (EnrolmentState.LEFT, reason)
    assert rules.hear(made, stands, heard(what, "71"), WORLD, NOW) is None
    free = replace(stands, appointment_id=None)
    assert rules.hear(made, free, heard(what, "70"), WORLD, NOW) is None


def test_cam2_the_booking_that_led_here_is_no_news() -> None:
    goal = step("goal", "goal", event="booked")
    made = plan(WAIT, goal, END, stop_on_booking=True)
    stands = standing(due_at=LATER, appointment_id=70)
    assert rules.hear(made, stands, heard("booked", "70"), WORLD, NOW) is None
    again = rules.hear(made, stands, heard("booked", "71"), WORLD, NOW)
    assert again is not None
    assert again.reason == "booked"
    told = replace(stands, due_at=NOW, arrived_at=NOW - timedelta(days=1))
    noted = replace(told, heard=(heard("booked", "70"),))
    assert rules.due(made, noted, WORLD, NOW).ends is None


def test_cam2_the_no_show_that_led_here_is_no_news() -> None:
    stands = standing(due_at=LATER, appointment_id=70, entered_at=NOW)
    assert rules.hear(plan(WAIT, END), stands, heard("no_show", "70", NOW), WORLD, NOW) is None
    later = heard("no_show", "70", NOW + timedelta(seconds=1))
    assert rules.hear(plan(WAIT, END), stands, later, WORLD, NOW)


@pytest.mark.parametrize("what", EVERYTHING)
def test_cam1_what_happened_before_the_entry_changes_nothing(what: What) -> None:
    goal = step("goal", "goal", event="booked")
    made = plan(WAIT, goal, END, stop_on_booking=True)
    stands = standing(due_at=LATER, entered_at=NOW, appointment_id=70)
    before = heard(what, "70", NOW - timedelta(seconds=1))
    assert rules.hear(made, stands, before, replace(WORLD, meeting=MEETING), NOW) is None


@pytest.mark.parametrize("what", ["unsubscribed", "clicked", "tagged"])
def test_cam9_what_concerns_no_step_is_only_noted(what: What) -> None:
    assert rules.hear(plan(WAIT, END), standing(due_at=LATER), heard(what), WORLD, NOW) is None


def test_cam5_who_waits_for_a_person_leaves_but_is_not_moved() -> None:
    made = plan(step("wait", mode="click"), step("goal", "goal", event="booked"), END)
    stuck = standing(due_at=None, state=EnrolmentState.ATTENTION)
    left = rules.hear(made, stuck, heard("replied"), WORLD, NOW)
    assert left is not None
    assert left.ends is EnrolmentState.LEFT
    for what in ("clicked", "booked"):
        assert rules.hear(made, stuck, heard(what), WORLD, NOW) is None


def test_cam1_at_a_step_that_is_gone_nothing_is_heard() -> None:
    assert rules.hear(plan(END), standing("gone"), heard("replied"), WORLD, NOW) is None


@pytest.mark.parametrize("kind", ["sms", "email", "notify", "branch"])
def test_cam1_a_step_that_waits_its_delay_hears_too(kind: str) -> None:
    row: dict[str, Any] = step(kind, body="Hi", subject="Hi", text="Hi", delay=minutes(60))
    move = rules.hear(plan(row, END), standing(due_at=LATER), heard("replied"), WORLD, NOW)
    assert move is not None
    assert (move.ends, move.effects) == (EnrolmentState.LEFT, ())
