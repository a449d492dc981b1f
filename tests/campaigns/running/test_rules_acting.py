"""Steps that work inside the house (CAM-2): what each does, and what it refuses."""

from dataclasses import replace
from typing import Any

import pytest

from crm_app.campaigns.plans.plan import Assign
from crm_app.campaigns.running import rules
from crm_app.campaigns.running.moves import AssignOwner, Call, MakeTask, Move, MoveTo, Notify
from crm_app.campaigns.running.standing import World
from crm_app.core.kinds import EnrolmentState, StepOutcome
from tests.campaigns.running.stage import (
    END,
    KATE,
    MEETING,
    NOW,
    WORLD,
    plan,
    standing,
    step,
    world,
)

UNOWNED = replace(world(owner_id=None), owner=None)
# Notifications, tasks and tags do not keep office hours.
NIGHT = {"days": [1], "starts": 0, "ends": 1}


def _due(row: dict[str, Any], seen: World = WORLD) -> Move:
    return rules.due(plan(row, END, window=NIGHT), standing(), seen, NOW)


def test_cam2_an_owner_is_assigned() -> None:
    move = _due(step("assign", mode="round_robin", user_ids=[1, 2]))
    assert move.effects == (AssignOwner(Assign("round_robin", user_ids=(1, 2)), "s"),)
    assert (move.outcome, move.to) == (StepOutcome.DONE, "end")


@pytest.mark.parametrize(
    ("row", "seen", "reason"),
    [
        (step("assign", mode="user", user_id=2, only_unassigned=True), WORLD, "has_owner"),
        (step("assign", mode="none"), UNOWNED, "nobody_to_assign"),
        (step("assign", mode="user"), UNOWNED, "nobody_to_assign"),
    ],
)
def test_cam2_an_owner_is_not_assigned(row: dict[str, Any], seen: World, reason: str) -> None:
    move = _due(row, seen)
    assert (move.outcome, move.reason, move.effects) == (StepOutcome.SKIPPED, reason, ())


@pytest.mark.parametrize(
    ("who", "seen", "user_ids", "admins"),
    [
        (["owner"], WORLD, (1,), False),
        (["owner", "user:1", "user:2"], WORLD, (1, 2), False),
        (["owner", "admins"], UNOWNED, (), True),
        (["user:9", "admins"], WORLD, (), True),
    ],
)
def test_cam2_users_are_told(
    who: list[str], seen: World, user_ids: tuple[int, ...], admins: bool
) -> None:
    text = "New lead assigned: {{contact.name}}. Please check."
    move = _due(step("notify", text=text, who=who, mail=True), seen)
    said = "New lead assigned: Anna Kowalska. Please check."
    assert move.effects == (Notify(user_ids, said, mail=True, admins=admins),)


def test_cam2_where_there_is_nobody_to_tell_the_contact_goes_on() -> None:
    move = _due(step("notify", text="New", who=["owner"]), UNOWNED)
    assert (move.outcome, move.reason, move.to) == (StepOutcome.SKIPPED, "nobody_to_tell", "end")
    gone = replace(WORLD, owner=replace(KATE, active=False))
    assert _due(step("notify", text="New", who=["owner"]), gone).reason == "nobody_to_tell"


def test_cam5_a_text_for_users_needs_no_field_to_be_filled() -> None:
    (told,) = _due(step("notify", text="Call {{contact.phone}}"), world(phone="")).effects
    assert isinstance(told, Notify)
    assert told.text == "Call –"


@pytest.mark.parametrize("kind", ["call", "voicemail", "task"])
@pytest.mark.parametrize(
    ("who", "seen", "user_id"),
    [("owner", WORLD, 1), ("user:2", WORLD, 2), ("owner", UNOWNED, None), ("user:9", WORLD, None)],
)
def test_cam2_a_task_is_made_for_somebody(
    kind: str, who: str, seen: World, user_id: int | None
) -> None:
    move = _due(step(kind, title="Call {{contact.name}}", note="Soon", who=who), seen)
    assert move.effects == (MakeTask(kind, "Call Anna Kowalska", "Soon", user_id),)


@pytest.mark.parametrize(("kind", "made"), [("call", 0), ("voicemail", 0), ("task", 1)])
def test_cam9_who_wants_no_calls_is_not_called(kind: str, made: int) -> None:
    move = _due(step(kind, title="Call"), world(do_not_disturb=frozenset({"call"})))
    assert len(move.effects) == made
    assert move.to == "end"


def test_cam2_a_webhook_tells_the_contact_the_owner_and_the_appointment() -> None:
    seen = replace(world(tags=frozenset({"b", "a"}), custom={"size": 12}), meeting=MEETING)
    (call,) = _due(step("webhook", url="https://hook.example/x"), seen).effects
    assert isinstance(call, Call)
    assert call.url == "https://hook.example/x"
    assert call.body["enrolment_id"] == 42
    assert call.body["contact"]["email"] == "anna@example.org"
    assert call.body["contact"]["tags"] == ["a", "b"]
    assert call.body["contact"]["custom"] == {"size": 12}
    assert call.body["owner"] == {"id": 1, "name": "Kate Test", "email": "kate@team.example"}
    assert call.body["appointment"]["starts_at"] == "2026-11-26T10:00:00+00:00"
    (bare,) = _due(step("webhook", url="https://hook.example/x"), UNOWNED).effects
    assert isinstance(bare, Call)
    assert (bare.body["owner"], bare.body["appointment"]) == (None, None)


def test_cam2_a_move_ends_here_and_begins_there() -> None:
    made = plan(step("move", campaign_id=8), END, next_campaign_id=4)
    move = rules.due(made, standing(), WORLD, NOW)
    assert (move.outcome, move.ends) == (StepOutcome.DONE, EnrolmentState.FINISHED)
    assert move.effects == (MoveTo(8),), "and not in the next campaign besides"


@pytest.mark.parametrize(
    "row", [step("add_tag"), step("remove_tag"), step("webhook"), step("move")]
)
def test_cam2_a_step_without_its_setting_asks_for_a_person(row: dict[str, Any]) -> None:
    move = _due(row)
    assert (move.reason, move.ends, move.effects) == ("bad_step", EnrolmentState.ATTENTION, ())
