"""Branches, splits and goals (CAM-2)."""

from collections import Counter
from typing import Any

import pytest

from crm_app.campaigns.plans.plan import Arm
from crm_app.campaigns.running import rules
from crm_app.campaigns.running.choosing import drawn
from crm_app.campaigns.running.moves import Tag
from crm_app.core.kinds import EnrolmentState, StepOutcome
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

VIP = {"field": "tag", "op": "has", "value": "VIP"}
REPLIED = {"field": "replied", "op": "yes"}
ARMS = [
    {"key": "yes", "steps": [step("sms", "y", body="Yes")]},
    {"key": "no", "steps": []},
]


def _branch(*tests: dict[str, Any], every: bool = True) -> dict[str, Any]:
    return step("branch", all=every, tests=list(tests), arms=ARMS)


@pytest.mark.parametrize(
    ("branch", "tags", "replied", "to"),
    [
        (_branch(VIP), {"vip"}, False, "y"),
        (_branch(VIP), set(), False, "end"),
        (_branch(VIP, REPLIED), {"vip"}, False, "end"),
        (_branch(VIP, REPLIED), {"vip"}, True, "y"),
        (_branch(VIP, REPLIED, every=False), {"vip"}, False, "y"),
        (_branch(VIP, REPLIED, every=False), set(), False, "end"),
        (_branch(), set(), False, "y"),
        (_branch(every=False), set(), False, "y"),
        (_branch({"field": "unheard of", "op": "is", "value": "x"}), set(), False, "end"),
    ],
)
def test_cam2_a_branch_follows_its_conditions(
    branch: dict[str, Any], tags: set[str], replied: bool, to: str
) -> None:
    stands = standing(heard=(heard("replied"),) if replied else ())
    made = plan(branch, END, stop_on_reply=False)
    move = rules.due(made, stands, world(tags=frozenset(tags)), NOW)
    assert (move.outcome, move.to) == (StepOutcome.DONE, to)
    assert move.reason.startswith("condition_")
    assert move.detail == {"arm": "yes" if to == "y" else "no"}


def test_cam2_who_comes_out_of_a_branch_goes_on_behind_it() -> None:
    move = rules.due(plan(_branch(VIP), END), standing("y"), WORLD, NOW)
    assert move.to == "end"


def test_cam2_what_happened_before_the_entry_is_no_reply_since() -> None:
    old = heard("replied", at=standing().entered_at.replace(year=2025))
    made = plan(_branch(REPLIED), END, stop_on_reply=False)
    assert rules.due(made, standing(heard=(old,)), WORLD, NOW).to == "end"


SPLIT = (Arm("a", weight=3), Arm("b", weight=1), Arm("c", weight=0))


def test_cam2_a_split_is_shared_by_weight_and_stays_the_same() -> None:
    shares = Counter(arm.key for n in range(8000) if (arm := drawn(SPLIT, n, "s")))
    assert 0.73 < shares["a"] / 8000 < 0.77
    assert set(shares) == {"a", "b"}
    assert {drawn(SPLIT, 5, "s") for _ in range(20)} == {drawn(SPLIT, 5, "s")}


def test_cam2_two_splits_are_drawn_apart() -> None:
    both = Counter((drawn(SPLIT, n, "one"), drawn(SPLIT, n, "two")) for n in range(4000))
    assert len(both) == 4, "who is in a of one is not always in a of the other"


def test_cam2_a_split_leads_into_its_arm() -> None:
    arms = [{"key": "a", "weight": 1, "steps": [step("sms", "in", body="Hi")]}, {"key": "b"}]
    move = rules.due(plan(step("split", arms=arms), END), standing(), WORLD, NOW)
    assert (move.to, move.reason, move.detail) == ("in", "drawn", {"arm": "A"})


def test_cam2_a_split_without_shares_is_passed_by() -> None:
    assert drawn((Arm("a"), Arm("b", weight=-2)), 1, "s") is None
    arms = [{"key": "a", "steps": [step("sms", "in", body="Hi")]}, {"key": "b"}]
    assert rules.due(plan(step("split", arms=arms), END), standing(), WORLD, NOW).to == "end"


def _goal(event: str, unmet: str = "continue", value: str = "", step_id: str = "goal") -> Any:
    return step("goal", step_id, event=event, unmet=unmet, value=value)


@pytest.mark.parametrize(
    ("unmet", "ends", "reason"),
    [
        ("continue", None, "goal_unmet"),
        ("end", EnrolmentState.LEFT, "goal_missed"),
        ("wait", None, "waits_for_goal"),
    ],
)
def test_cam2_a_goal_that_is_not_reached(
    unmet: str, ends: EnrolmentState | None, reason: str
) -> None:
    made = plan(_goal("booked", unmet), END, next_campaign_id=4)
    move = rules.due(made, standing("goal"), WORLD, NOW)
    assert (move.ends, move.reason, move.effects) == (ends, reason, ())
    if unmet == "wait":
        assert (move.outcome, move.to, move.due_at) == (None, "goal", None)


@pytest.mark.parametrize(
    ("event", "value", "news"),
    [
        ("booked", "", heard("booked", "70")),
        ("replied", "", heard("replied", "sms")),
        ("clicked", "", heard("clicked", "https://a.example/x")),
        ("clicked", "/CAL/", heard("clicked", "https://crm.example/cal/team/kate")),
        ("tag", "Gewonnen", heard("tagged", "gewonnen")),
    ],
)
def test_cam2_a_goal_that_is_reached_fetches_the_contact_from_any_earlier_step(
    event: str, value: str, news: Any
) -> None:
    made = plan(
        step("wait", mode="duration", **minutes(900)),
        step("sms", "sms", body="Please"),
        _goal(event, value=value),
        END,
        stop_on_reply=False,
    )
    for here in ("s", "sms"):
        stands = standing(here, due_at=None if here == "s" else NOW)
        move = rules.hear(made, stands, news, WORLD, NOW)
        assert move is not None
        assert (move.outcome, move.reason) == (StepOutcome.SKIPPED, "goal_jump")
        assert (move.to, move.due_at) == ("goal", NOW)
    there = standing("goal", heard=(news,))
    seen = world(tags=frozenset({"gewonnen"}))
    assert rules.due(made, there, seen, NOW).reason == "goal_reached"


def test_cam2_a_goal_that_waits_goes_on_when_it_is_reached() -> None:
    made = plan(_goal("booked", "wait"), END)
    move = rules.hear(made, standing("goal", due_at=None), heard("booked"), WORLD, NOW)
    assert move is not None
    assert (move.outcome, move.reason, move.to) == (StepOutcome.DONE, "goal_reached", "end")


@pytest.mark.parametrize(
    ("goal", "news"),
    [
        (_goal("booked"), heard("replied")),
        (_goal("clicked", value="/cal/"), heard("clicked", "https://other.example")),
        (_goal("tag", value="won"), heard("tagged", "lost")),
        ({**_goal("booked"), "on": False}, heard("booked")),
    ],
)
def test_cam2_other_news_is_no_goal(goal: dict[str, Any], news: Any) -> None:
    made = plan(step("wait", mode="duration", **minutes(900)), goal, END, stop_on_reply=False)
    assert rules.hear(made, standing(), news, WORLD, NOW) is None


def test_cam2_a_goal_behind_or_in_another_branch_fetches_nobody() -> None:
    behind = plan(_goal("booked"), step("wait", mode="duration", **minutes(900)), END)
    assert rules.hear(behind, standing(), heard("booked"), WORLD, NOW) is None
    arms = [
        {"key": "yes", "steps": [step("wait", "w", mode="duration", **minutes(900))]},
        {"key": "no", "steps": [_goal("booked")]},
    ]
    aside = plan(step("branch", tests=[VIP], arms=arms), END)
    assert rules.hear(aside, standing("w"), heard("booked"), WORLD, NOW) is None


def test_cam2_a_goal_of_a_tag_that_is_there_already() -> None:
    made = plan(_goal("tag", "end", "VIP"), END)
    move = rules.due(made, standing("goal"), world(tags=frozenset({"vip"})), NOW)
    assert (move.reason, move.to) == ("goal_reached", "end")
    assert rules.due(made, standing("goal"), WORLD, NOW).ends is EnrolmentState.LEFT


def test_cam2_a_tag_is_put_on_once_and_taken_off_once() -> None:
    add, remove = step("add_tag", tag="VIP"), step("remove_tag", tag="VIP")
    tagged = world(tags=frozenset({"vip"}))
    assert rules.due(plan(add, END), standing(), WORLD, NOW).effects == (Tag("VIP"),)
    assert rules.due(plan(add, END), standing(), tagged, NOW).reason == "tag_there"
    assert rules.due(plan(remove, END), standing(), tagged, NOW).effects == (Tag("VIP", True),)
    assert rules.due(plan(remove, END), standing(), WORLD, NOW).reason == "tag_not_there"
