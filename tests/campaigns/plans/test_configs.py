"""What steps are set to: defaults for what a draft lacks, sentences for what makes no sense (CAM-2)."""

from datetime import date, time
from typing import Any

import pytest

from crm_app.campaigns.plans import configs, tree
from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.plans.plan import Assign, Delay, Step
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind


def _read(kind: StepKind, **config: Any) -> configs.Config:
    return configs.read(Step("s", kind, config=config))


@pytest.mark.parametrize("kind", list(StepKind))
def test_cam2_every_kind_can_be_read_empty_and_as_it_comes_from_the_palette(kind: StepKind) -> None:
    assert type(_read(kind)) is type(configs.read(tree.new_step(kind, "s")))


@pytest.mark.parametrize(
    ("kind", "config", "read"),
    [
        (
            StepKind.EMAIL,
            {"subject": "Hi", "body": "Text", "marketing": False, "urgent": True},
            configs.Email("Hi", "Text", marketing=False, urgent=True),
        ),
        (StepKind.SMS, {"body": "Text"}, configs.Text("Text")),
        (StepKind.CALL, {"title": "Call", "who": "user:7"}, configs.Todo("Call", who="user:7")),
        (
            StepKind.NOTIFY,
            {"text": "New", "who": ["admins", "user:7", "admins"], "mail": True},
            configs.Tell("New", ("admins", "user:7"), mail=True),
        ),
        (StepKind.NOTIFY, {"text": "New", "who": "owner"}, configs.Tell("New", ("owner",))),
        (StepKind.WEBHOOK, {"url": " https://a.example "}, configs.Hook("https://a.example")),
        (
            StepKind.WAIT,
            {"mode": "duration", "amount": 30, "unit": "minutes"},
            configs.Wait(length=Delay(30, "minutes")),
        ),
        (
            StepKind.WAIT,
            {"mode": "date", "date": "2026-12-24", "time": "10:15"},
            configs.Wait("date", day=date(2026, 12, 24), at=time(10, 15)),
        ),
        (
            StepKind.WAIT,
            {"mode": "time", "time": "08:00", "days": [5, 1, 1]},
            configs.Wait("time", at=time(8), days=(1, 5)),
        ),
        (
            StepKind.WAIT,
            {"mode": "appointment", "side": "after", "amount": 1, "unit": "hours", "late": "skip"},
            configs.Wait("appointment", Delay(1, "hours"), side="after", late="skip"),
        ),
        (
            StepKind.WAIT,
            {"mode": "reply", "timeout": {"amount": 2, "unit": "days"}},
            configs.Wait("reply", timeout=Delay(2, "days")),
        ),
        (
            StepKind.BRANCH,
            {"all": False, "tests": [{"field": "tag", "op": "has", "value": "VIP"}]},
            configs.Branch(all=False, tests=(Condition("tag", "has", "VIP"),)),
        ),
        (
            StepKind.GOAL,
            {"event": "tag", "value": "won", "unmet": "end"},
            configs.Goal("tag", "won", "end"),
        ),
        (StepKind.ADD_TAG, {"tag": " VIP "}, configs.TagStep("VIP")),
        (
            StepKind.ASSIGN,
            {"mode": "round_robin", "user_ids": [2, "3"], "only_unassigned": True},
            Assign("round_robin", user_ids=(2, 3), only_unassigned=True),
        ),
        (StepKind.MOVE, {"campaign_id": "12"}, configs.MoveStep(12)),
        (StepKind.MOVE, {"campaign_id": ""}, configs.MoveStep(None)),
    ],
)
def test_cam2_what_is_set_is_read(
    kind: StepKind, config: dict[str, Any], read: configs.Config
) -> None:
    assert _read(kind, **config) == read


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        (StepKind.WAIT, {"mode": "forever"}, "mode"),
        (StepKind.WAIT, {"amount": "many", "unit": "days"}, "amount"),
        (StepKind.WAIT, {"amount": 3, "unit": "years"}, "amount"),
        (StepKind.WAIT, {"mode": "date", "date": "2026-02-30"}, "date"),
        (StepKind.WAIT, {"mode": "time", "time": "25:00"}, "time"),
        (StepKind.WAIT, {"mode": "time", "days": [0]}, "days"),
        (StepKind.WAIT, {"mode": "time", "days": "monday"}, "days"),
        (StepKind.WAIT, {"mode": "reply", "timeout": {"amount": -1}}, "timeout"),
        (StepKind.WAIT, {"mode": "reply", "timeout": "soon"}, "timeout"),
        (StepKind.WAIT, {"side": "beside"}, "side"),
        (StepKind.CALL, {"who": "user:kate"}, "who"),
        (StepKind.NOTIFY, {"who": ["everybody"]}, "who"),
        (StepKind.BRANCH, {"tests": [{"op": "is"}]}, "tests"),
        (StepKind.BRANCH, {"tests": [{"field": "tag", "op": "smells"}]}, "tests"),
        (StepKind.GOAL, {"event": "married"}, "event"),
        (StepKind.GOAL, {"unmet": "cry"}, "unmet"),
        (StepKind.ASSIGN, {"mode": "lottery"}, "mode"),
        (StepKind.ASSIGN, {"user_ids": ["kate"]}, "user_ids"),
        (StepKind.MOVE, {"campaign_id": "there"}, "campaign_id"),
    ],
)
def test_q1_what_makes_no_sense_is_said_beside_its_field(
    kind: StepKind, config: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _read(kind, **config)
    assert list(refused.value.fields) == [field]


def test_q1_all_mistakes_of_a_step_are_said_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        _read(StepKind.WAIT, mode="forever", time="25:00", side="beside")
    assert set(refused.value.fields) == {"mode", "time", "side"}


def test_cam2_who_is_a_user_by_number() -> None:
    assert configs.user_of("user:12") == 12
    assert [configs.user_of(who) for who in ("owner", "admins", "user:", "user:x", "12")] == [
        None
    ] * 5
