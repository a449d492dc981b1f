"""A plan as data: what is stored is what is read (CAM-1)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from crm_app.campaigns.plans.plan import (
    Arm,
    Assign,
    Delay,
    Plan,
    Settings,
    Step,
    Window,
    as_json,
    delay,
    parse,
)
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind
from tests.campaigns.plans.drawn import plans

MODEST = settings(max_examples=60, derandomize=True, database=None)


@MODEST
@given(plans())
def test_cam1_a_plan_survives_being_stored(plan: Plan) -> None:
    assert parse(as_json(plan)) == plan


def test_cam1_all_settings_survive_being_stored() -> None:
    made = Settings(
        assign=Assign("round_robin", user_ids=(3, 1), only_unassigned=True),
        next_campaign_id=4,
        window=Window((1, 6), 600, 700, "contact"),
        reentry=False,
        stop_on_reply=False,
        stop_on_booking=True,
        sender="user:3",
        tags=("lead", "VIP"),
        calendar_id=9,
        track_links=False,
    )
    assert parse(as_json(Plan(made))).settings == made


def test_cam1_a_draft_may_lack_nearly_everything() -> None:
    assert parse({}) == Plan()
    assert parse({"steps": [{"id": "a", "kind": "sms"}]}).steps == (Step("a", StepKind.SMS),)


@pytest.mark.parametrize(
    "data",
    [
        {"steps": [{"id": "a", "kind": "carrier_pigeon"}]},
        {"steps": [{"kind": "sms"}]},
        {"steps": ["sms"]},
        {"steps": [{"id": "a", "kind": "sms", "delay": {"amount": -1}}]},
        {"steps": [{"id": "a", "kind": "sms", "delay": {"amount": 1, "unit": "moons"}}]},
        {"steps": [{"id": "a", "kind": "sms", "delay": {"amount": 200, "unit": "weeks"}}]},
        {"settings": {"window": {"days": ["monday"]}}},
    ],
)
def test_cam2_what_an_engine_would_not_know_is_no_plan(data: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        parse(data)


def test_cam3_a_delay_is_time_that_passes() -> None:
    assert delay({"amount": 30, "unit": "minutes"}).length == timedelta(minutes=30)
    assert Delay(2, "weeks").length == timedelta(days=14)


def test_cam2_what_follows_a_branch_follows_its_arms() -> None:
    branch = Step(
        "b",
        StepKind.BRANCH,
        arms=(Arm("yes", (Step("y1", StepKind.SMS), Step("y2", StepKind.SMS))), Arm("no")),
    )
    plan = Plan(steps=(Step("a", StepKind.SMS), branch, Step("z", StepKind.SMS)))
    assert [step.id for step in plan.walk()] == ["a", "b", "y1", "y2", "z"]
    assert (plan.after("a"), plan.after("y1"), plan.after("y2"), plan.after("z")) == (
        "b",
        "y2",
        "z",
        None,
    )
    assert plan.into("b", "yes") == "y1"
    assert plan.into("b", "no") == "z", "an empty arm leads straight on"
