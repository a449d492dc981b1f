"""Entering a campaign, going through it, and what follows its end (CAM-1, CAM-3, CAM-4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm_app.campaigns.plans.plan import Assign, Plan
from crm_app.campaigns.running import rules
from crm_app.campaigns.running.moves import AssignOwner, Move, MoveTo, Notify, Send, Tag
from crm_app.core.kinds import EnrolmentState, StepKind, StepOutcome
from tests.campaigns.running.stage import (
    END,
    NOW,
    WORLD,
    heard,
    minutes,
    plan,
    standing,
    step,
    world,
)

ASSIGN = {"mode": "user", "user_id": 2}


def test_cam1_the_owner_and_the_tags_come_before_the_first_step() -> None:
    made = plan(step("sms", body="Hi"), assign=ASSIGN, tags=["VIP", "Lead"])
    move = rules.enter(made, world(tags=frozenset({"lead"})), NOW)
    assert move.outcome is StepOutcome.DONE
    assert move.effects == (AssignOwner(Assign("user", user_id=2)), Tag("VIP"))
    assert (move.to, move.due_at) == ("s", NOW)


@pytest.mark.parametrize("owner_id", [None, 1])
def test_cam1_only_contacts_without_an_owner_are_assigned_where_it_says_so(
    owner_id: int | None,
) -> None:
    made = plan(END, assign={**ASSIGN, "only_unassigned": True})
    effects = rules.enter(made, world(owner_id=owner_id), NOW).effects
    assert bool(effects) is (owner_id is None)


@pytest.mark.parametrize(
    "assign", [{}, {"mode": "user"}, {"mode": "round_robin"}, {"mode": "calendar"}]
)
def test_cam1_nobody_is_assigned_where_nobody_is_chosen(assign: dict[str, str]) -> None:
    assert rules.enter(plan(END, assign=assign), WORLD, NOW).effects == ()


def test_cam3_the_first_step_waits_its_delay() -> None:
    move = rules.enter(plan(step("sms", body="Hi", delay=minutes(30))), WORLD, NOW)
    assert move.due_at == NOW + timedelta(minutes=30)


def test_cam1_an_empty_plan_is_over_at_once_and_leads_on() -> None:
    move = rules.enter(plan(next_campaign_id=4, tags=["VIP"]), WORLD, NOW)
    assert (move.ends, move.effects) == (EnrolmentState.FINISHED, (Tag("VIP"), MoveTo(4)))
    assert rules.enter(Plan(), WORLD, NOW).effects == ()


def test_cam1_after_the_last_step_the_next_campaign_begins() -> None:
    move = rules.due(plan(END, next_campaign_id=4), standing("end"), WORLD, NOW)
    assert move.ends is EnrolmentState.FINISHED
    assert move.effects[-1] == MoveTo(4)
    assert move.to is None


def test_cam1_after_a_step_comes_the_next_with_its_delay() -> None:
    made = plan(step("add_tag", tag="VIP"), step("sms", "next", body="Hi", delay=minutes(20)))
    move = rules.due(made, standing(), WORLD, NOW)
    assert (move.to, move.due_at, move.ends) == ("next", NOW + timedelta(minutes=20), None)


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.WAIT])
def test_cam3_a_step_that_is_off_is_a_silent_wait(kind: StepKind) -> None:
    arms = [{"key": "yes", "steps": [step("sms", "inside", body="Hi")]}]
    off = step(kind.value, on=False, delay=minutes(30), body="Hi", arms=arms)
    made = plan(off, END)
    assert rules.enter(made, WORLD, NOW).due_at == NOW + timedelta(minutes=30)
    move = rules.due(made, standing(), WORLD, NOW)
    assert (move.outcome, move.reason, move.effects) == (StepOutcome.SILENT, "step_off", ())
    assert move.to == "end", "it hands on, past its own branches"


def test_cam3_a_wait_that_is_off_waits_all_the_same() -> None:
    wait = step("wait", mode="duration", on=False, **minutes(90))
    made = plan(wait, END)
    assert rules.enter(made, WORLD, NOW).due_at == NOW + timedelta(minutes=90)
    move = rules.due(made, standing(arrived_at=NOW - timedelta(minutes=90)), WORLD, NOW)
    assert (move.outcome, move.to) == (StepOutcome.SILENT, "end")


def test_cam2_google_business_is_always_silent_and_says_why() -> None:
    google = step("google_business", body="Hi {{no.such}}", delay=minutes(30))
    move = rules.due(plan(google, END), standing(), WORLD, NOW)
    assert move == Move(
        StepOutcome.SILENT, "google_business_ended", to="end", due_at=NOW, effects=()
    )


def test_cam4_the_seeds_workaround_runs_as_written() -> None:
    waiting = plan(step("messenger", on=False, delay=minutes(30), body=""), next_campaign_id=5)
    asking = plan(step("sms", "sms", body="Book: {{user.calendar_link}}"), assign=ASSIGN)
    unowned = replace(world(owner_id=None), owner=None)

    entered = rules.enter(waiting, unowned, NOW)
    assert entered.effects == (), "no user in the first campaign"
    assert entered.due_at == NOW + timedelta(minutes=30)

    later = NOW + timedelta(minutes=30)
    silent = rules.due(waiting, standing(due_at=later), unowned, later)
    assert (silent.outcome, silent.effects) == (StepOutcome.SILENT, (MoveTo(5),))

    asked = rules.enter(asking, unowned, later)
    assert asked.effects == (AssignOwner(Assign("user", user_id=2)),)

    early = rules.due(asking, standing("sms"), unowned, later)
    assert early.outcome is StepOutcome.ATTENTION, "a text that were written first would lack him"
    owned = replace(WORLD, owner=WORLD.users[2], person=replace(WORLD.person, owner_id=2))
    (sent,) = rules.due(asking, standing("sms"), owned, later).effects
    assert isinstance(sent, Send)
    assert sent.body == "Book: https://crm.example/cal/team/tom"
    assert sent.sender == 2


def test_cam8_a_step_is_not_carried_out_before_its_time() -> None:
    later = NOW + timedelta(minutes=5)
    move = rules.due(plan(END), standing("end", due_at=later), WORLD, NOW)
    assert (move.outcome, move.to, move.due_at) == (None, "end", later)


def test_cam1_a_step_that_is_gone_asks_for_a_person() -> None:
    move = rules.due(plan(END), standing("gone"), WORLD, NOW)
    assert (move.outcome, move.ends) == (StepOutcome.ATTENTION, EnrolmentState.ATTENTION)
    assert move.reason == "step_gone"


def test_cam2_a_step_that_cannot_be_understood_asks_for_a_person() -> None:
    made = plan(step("wait", mode="forever"), END)
    entered = rules.enter(made, WORLD, NOW)
    assert entered.due_at == NOW
    move = rules.due(made, standing(), WORLD, NOW)
    assert (move.reason, move.ends, move.to) == ("bad_step", EnrolmentState.ATTENTION, "s")


@pytest.mark.parametrize(
    ("what", "setting"), [("replied", "stop_on_reply"), ("booked", "stop_on_booking")]
)
def test_cam1_whoever_stopped_it_gets_nothing_more(what: str, setting: str) -> None:
    news = heard(what)  # type: ignore[arg-type]
    stands = standing("end", heard=(news,))
    stopped = rules.due(plan(END, **{setting: True}), stands, WORLD, NOW)
    assert (stopped.ends, stopped.reason, stopped.effects) == (EnrolmentState.LEFT, what, ())
    went_on = rules.due(plan(END, **{setting: False}), stands, WORLD, NOW)
    assert isinstance(went_on.effects[0], Notify)


def test_cam1_what_happened_before_the_entry_stops_nobody() -> None:
    before = heard("replied", at=NOW - timedelta(days=2))
    move = rules.due(plan(END), standing("end", heard=(before,)), WORLD, NOW)
    assert move.ends is EnrolmentState.FINISHED
