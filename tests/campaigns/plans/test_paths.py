"""Ways through a plan, and circles without a wait (CAM-6, TRG-4)."""

from typing import Any

from crm_app.campaigns.plans.paths import ahead, circle, onward_at_once
from crm_app.campaigns.plans.plan import Plan, parse


def _plan(*steps: dict[str, Any], **settings: Any) -> Plan:
    return parse({"settings": settings, "steps": list(steps)})


def _step(step_id: str, kind: str = "sms", **values: Any) -> dict[str, Any]:
    return {"id": step_id, "kind": kind, **values}


WAIT = _step("w", "wait", config={"mode": "duration", "amount": 1, "unit": "hours"})
MOVE = _step("m", "move", config={"campaign_id": 2})


def test_cam2_a_branch_leads_into_its_arms_only() -> None:
    arms = [{"key": "yes", "steps": [_step("y"), MOVE]}, {"key": "no", "steps": [_step("n")]}]
    plan = _plan(_step("b", "branch", arms=arms), _step("z"))
    assert ahead(plan, "b") == {"b", "y", "m", "n", "z"}
    assert ahead(plan, "y") == {"y", "m"}, "who moves on does not come back"
    assert ahead(plan, "n") == {"n", "z"}


def test_cam3_a_branch_that_is_off_is_passed_by() -> None:
    arms = [{"key": "yes", "steps": [_step("y")]}]
    plan = _plan(_step("b", "branch", on=False, arms=arms), _step("z"))
    assert ahead(plan, "b") == {"b", "z"}


def test_trg4_a_campaign_that_leads_into_itself_is_a_circle() -> None:
    plan = _plan(_step("a"), next_campaign_id=1)
    assert circle(plan, 1, {}) == ""
    assert circle(plan, 5, {}) is None


def test_trg4_a_wait_or_a_delay_breaks_the_circle() -> None:
    assert circle(_plan(_step("a"), WAIT, next_campaign_id=1), 1, {}) is None
    late = _step("a", delay={"amount": 1, "unit": "hours"})
    assert circle(_plan(late, next_campaign_id=1), 1, {}) is None
    pause = {"amount": 1, "unit": "hours"}
    later = _step("m", "move", config={"campaign_id": 1}, delay=pause)
    assert circle(_plan(later), 1, {}) is None
    # A wait for a booking may be over at once.
    booking = _step("w", "wait", config={"mode": "booking"})
    assert circle(_plan(booking, next_campaign_id=1), 1, {}) == ""


def test_trg4_a_circle_over_other_campaigns_is_found() -> None:
    there = _plan(_step("x"), next_campaign_id=3)
    back = _plan(_step("y"), {**MOVE, "config": {"campaign_id": 1}})
    assert circle(_plan(MOVE), 1, {2: there, 3: back}) == "m"
    assert circle(_plan(MOVE), 1, {2: there, 3: _plan(WAIT, MOVE)}) is None
    assert circle(_plan(MOVE), 1, {2: _plan(_step("x"), next_campaign_id=2)}) is None


def test_trg4_one_arm_without_a_wait_is_enough() -> None:
    arms = [{"key": "yes", "steps": [WAIT]}, {"key": "no", "steps": []}]
    plan = _plan(_step("b", "branch", arms=arms), next_campaign_id=1)
    assert circle(plan, 1, {}) == ""


def test_trg4_a_move_that_is_off_leads_nowhere() -> None:
    assert onward_at_once(_plan({**MOVE, "on": False})) == {}
    assert onward_at_once(_plan(MOVE, next_campaign_id=9)) == {2: "m"}
