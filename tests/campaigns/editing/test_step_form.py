"""A step as a form, and what is refused of what a browser sends."""

from typing import Any

import pytest

from crm_app.campaigns.editing import step_form
from crm_app.campaigns.plans import checks, configs, tree
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Delay, Plan, Step
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind


def new(kind: str) -> Step:
    return tree.new_step(StepKind(kind), "s")


@pytest.mark.parametrize("kind", [each.value for each in StepKind])
def test_cam2_every_kind_of_step_has_a_form(kind: str) -> None:
    step = new(kind)
    shown = step_form.values(step)
    flags = step_form.flags(step)
    assert flags["on"] is True
    for name, value in shown.items():
        assert isinstance(step_form.with_value(step, name, value), Step), name
    for name, on in flags.items():
        step = step_form.with_flag(step, name, not on)
    assert step_form.flags(step) == {name: not on for name, on in flags.items()}
    # Whatever was filled in, the engine's own reader and the checks understand it.
    configs.read(step)
    checks.check(Plan(steps=(step,)), Known())


@pytest.mark.parametrize(
    ("kind", "name", "value", "config"),
    [
        ("email", "subject", "Hello", {"subject": "Hello"}),
        ("wait", "amount", "30", {"amount": 30, "unit": "days"}),
        ("wait", "unit", "minutes", {"amount": 1, "unit": "minutes"}),
        ("wait", "timeout_amount", "2", {"timeout": {"amount": 2, "unit": "days"}}),
        ("assign", "user_id", "7", {"user_id": 7}),
        ("assign", "user_id", "", {"user_id": None}),
        ("move", "campaign_id", "3", {"campaign_id": 3}),
    ],
)
def test_cam6_a_field_is_filled_in(
    kind: str, name: str, value: str, config: dict[str, Any]
) -> None:
    made = step_form.with_value(new(kind), name, value)
    assert {key: made.config[key] for key in config} == config
    assert step_form.values(made)[name] == value


def test_cam3_every_step_but_a_wait_has_a_waiting_time_of_its_own() -> None:
    made = step_form.with_value(new("messenger"), "delay_amount", "30")
    assert made.delay == Delay(30, "minutes")
    assert step_form.with_value(made, "delay_unit", "hours").delay == Delay(30, "hours")
    with pytest.raises(Invalid):
        step_form.with_value(new("wait"), "delay_amount", "30")


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("email", "url", "x"),
        ("sms", "subject", "x"),
        ("wait", "amount", "soon"),
        ("wait", "amount", "-1"),
        ("wait", "unit", "years"),
        ("sms", "delay_amount", "1e9"),
        ("sms", "delay_amount", "9" * 400),
        ("wait", "timeout_amount", "9999999999"),
    ],
)
def test_q1_what_makes_no_sense_is_refused(kind: str, name: str, value: str) -> None:
    with pytest.raises(Invalid):
        step_form.with_value(new(kind), name, value)


def test_cam6_texts_are_cut_to_what_can_be_sent() -> None:
    made = step_form.with_value(new("sms"), "body", "x" * 5000)
    assert len(made.config["body"]) == 1600


def test_cam2_several_are_ticked() -> None:
    step = new("notify")
    step = step_form.with_listed(step, "who", "user:3", True)
    step = step_form.with_listed(step, "who", "owner", False)
    assert step.config["who"] == ["user:3"]
    wait = step_form.with_listed(new("wait"), "days", "7", False)
    assert wait.config["days"] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(Invalid):
        step_form.with_listed(wait, "days", "someday", True)
    with pytest.raises(Invalid):
        step_form.with_listed(new("sms"), "who", "owner", True)


def test_cam3_what_counts_as_written() -> None:
    assert not step_form.has_content(new("messenger"))
    assert not step_form.has_content(step_form.with_value(new("sms"), "body", "  \n"))
    assert step_form.has_content(step_form.with_value(new("email"), "subject", "Hi"))
