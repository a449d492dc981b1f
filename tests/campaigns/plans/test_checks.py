"""Every mistake that can be seen while a campaign is edited (CAM-5, CAM-6)."""

from datetime import date
from typing import Any

import pytest

from crm_app.campaigns.plans import tree
from crm_app.campaigns.plans.checks import Known, Mistake, check, errors
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.core.kinds import StepKind

KNOWN = Known(
    users={1: "Kate", 2: "Tom"},
    campaigns={5: "Ask to book", 6: "Later"},
    calendars={9: "Team"},
    tags=frozenset({"VIP"}),
    campaign_id=5,
    today=date(2026, 11, 22),
)
FINE = {"body": "Hello", "subject": "Hello"}


def _plan(*steps: dict[str, Any], **settings: Any) -> Plan:
    return parse({"settings": settings, "steps": list(steps)})


def _step(kind: str, step_id: str = "s", **values: Any) -> dict[str, Any]:
    return {"id": step_id, "kind": kind, "config": values}


def _wait(**config: Any) -> dict[str, Any]:
    return _step("wait", "w", **config)


def _found(plan: Plan, known: Known = KNOWN) -> set[tuple[str, str, str]]:
    return {(m.step_id, m.field, m.severity) for m in check(plan, known)}


SMS = _step("sms", "ok", body="Hello")
OWNED = {"assign": {"mode": "user", "user_id": 1}}


def test_cam6_a_campaign_without_mistakes_has_none() -> None:
    body = "Hello {{contact.first_name|there}}: {{user.calendar_link}}"
    plan = _plan(
        _step("email", "e", subject="Hello", body=body),
        _wait(mode="duration", amount=2, unit="days"),
        _step("sms", "s", body=body),
        **OWNED,
    )
    assert check(plan, KNOWN) == []


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (_step("email", body="Hello"), "subject"),
        (_step("email", subject="Hello", body="  "), "body"),
        (_step("sms"), "body"),
        (_step("messenger"), "body"),
        (_step("sms", body="a" * 1700), "body"),
        (_step("sms", body="Hello {{contact.nickname}}"), "body"),
        (_step("sms", body="Hello {{contact.name}"), "body"),
        (_step("email", subject="{{nobody.knows}}", body="Hello"), "subject"),
        (_step("call"), "title"),
        (_step("voicemail", title="Call {{x.y}}"), "title"),
        (_step("task", title="Look", who="user:3"), "who"),
        (_step("task", title="Look", note="{{x.y}}"), "note"),
        (_step("notify", who=["owner"]), "text"),
        (_step("notify", text="New", who=[]), "who"),
        (_step("notify", text="New", who=["user:3"]), "who"),
        (_step("webhook"), "url"),
        (_step("webhook", url="ftp://example.org"), "url"),
        (_step("webhook", url="https://"), "url"),
        (_step("wait", mode="duration", amount=0), "amount"),
        (_step("wait", mode="date"), "date"),
        (_step("wait", mode="time", days=[]), "days"),
        (_step("wait", mode="click", timeout={"amount": 0}), "timeout"),
        (_step("wait", mode="forever"), "mode"),
        (_step("branch"), "tests"),
        (_step("branch", tests=[{"field": "shoe size", "op": "is", "value": "4"}]), "tests.0"),
        (_step("branch", tests=[{"field": "owner", "op": "is", "value": "3"}]), "tests.0"),
        (
            _step("branch", tests=[{"field": "appointment.calendar", "op": "is", "value": "x"}]),
            "tests.0",
        ),
        (_step("goal", event="tag"), "value"),
        (_step("goal", event="replied"), "event"),
        (_step("add_tag"), "tag"),
        (_step("remove_tag"), "tag"),
        (_step("assign", mode="none"), "mode"),
        (_step("assign", mode="user"), "user_id"),
        (_step("assign", mode="user", user_id=3), "user_id"),
        (_step("assign", mode="round_robin"), "user_ids"),
        (_step("assign", mode="round_robin", user_ids=[1, 3]), "user_ids"),
        (_step("assign", mode="calendar", calendar_id=8), "calendar_id"),
        (_step("move"), "campaign_id"),
        (_step("move", campaign_id=7), "campaign_id"),
    ],
)
def test_cam6_a_step_that_cannot_work_is_an_error(step: dict[str, Any], field: str) -> None:
    plan = _plan(SMS, _wait(mode="duration", amount=1, unit="days"), step)
    assert ("s", field) in {(m.step_id, m.field) for m in errors(check(plan, KNOWN))}


@pytest.mark.parametrize("kind", [k for k in StepKind if k is not StepKind.WAIT])
def test_cam3_what_a_step_that_is_off_would_do_is_not_looked_at(kind: StepKind) -> None:
    step = tree.new_step(kind, "s")
    row = {"id": "s", "kind": kind.value, "on": False, "delay": {"amount": 30, "unit": "minutes"}}
    plan = _plan({**row, "config": dict(step.config)})
    assert errors(check(plan, KNOWN)) == []
    assert _found(_plan({**row, "delay": {}})) >= (
        {("s", "delay", "warning")} if kind is not StepKind.GOOGLE_BUSINESS else set()
    )


@pytest.mark.parametrize("weights", [(0, 1), (1,), (-1, 2)])
def test_cam2_a_split_needs_shares_above_nothing(weights: tuple[int, ...]) -> None:
    arms = [{"key": key, "weight": weight} for key, weight in zip("ab", weights, strict=False)]
    assert ("s", "weights", "error") in _found(_plan({**_step("split"), "arms": arms}))


def test_cam6_an_empty_campaign_is_an_error() -> None:
    assert _found(Plan()) == {("", "steps", "error")}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"next_campaign_id": 7}, "next_campaign_id"),
        ({"calendar_id": 8}, "calendar_id"),
        ({"sender": "user:3"}, "sender"),
        ({"assign": {"mode": "user", "user_id": 3}}, "assign"),
        ({"assign": {"mode": "round_robin"}}, "assign"),
        ({"assign": {"mode": "calendar", "calendar_id": 8}}, "assign"),
        ({"window": {"days": [], "starts": 540, "ends": 600}}, "window"),
        ({"window": {"days": [1], "starts": 600, "ends": 540}}, "window"),
    ],
)
def test_cam1_settings_that_cannot_work_are_errors(settings: dict[str, Any], field: str) -> None:
    assert _found(_plan(SMS, **settings)) == {("", field, "error")}


def test_trg4_a_circle_without_a_wait_is_an_error() -> None:
    assert _found(_plan(SMS, next_campaign_id=5)) == {("", "next_campaign_id", "error")}
    assert ("s", "campaign_id", "error") in _found(_plan(SMS, _step("move", campaign_id=5)))
    known = Known(
        campaigns=KNOWN.campaigns, campaign_id=5, plans={6: _plan(SMS, next_campaign_id=5)}
    )
    assert _found(_plan(SMS, next_campaign_id=6), known) == {("", "next_campaign_id", "error")}
    day = _wait(mode="duration", amount=1, unit="days")
    assert _found(_plan(SMS, day, next_campaign_id=5)) == set()
    # Nobody lists a campaign among those that can follow it.
    alone = Known(campaign_id=5)
    assert _found(_plan(SMS, day, _step("move", campaign_id=5)), alone) == set()
    assert _found(_plan(SMS, day, next_campaign_id=5), alone) == set()


@pytest.mark.parametrize(
    ("steps", "settings", "field"),
    [
        ([_step("sms", body="{{user.calendar_link}}")], {}, "body"),
        (
            [
                {**_step("assign", "a", mode="user", user_id=1), "on": False},
                _step("sms", body="{{user.name}}"),
            ],
            {},
            "body",
        ),
        ([_step("sms", body="{{calendar.link}}")], {}, "body"),
        ([_step("sms", body="At {{appointment.time}}")], {}, "body"),
        ([_step("sms", body="a" * 700)], {}, "body"),
        ([_step("messenger", body="Hello")], {}, ""),
        ([_step("google_business", body="Hello")], {}, ""),
        ([_step("remove_tag", tag="unheard of")], {}, "tag"),
        ([_step("wait", mode="reply")], {}, "mode"),
        ([_step("wait", mode="booking")], {"stop_on_booking": True}, "mode"),
        ([_step("wait", mode="appointment", amount=1, unit="days")], {}, "mode"),
        ([_step("wait", mode="date", date="2026-11-21")], {}, "date"),
        ([{**_step("split", "p"), "arms": []}, _step("sms", body="{{user.name}}")], {}, "body"),
        ([_step("branch", tests=[{"field": "tag", "op": "has", "value": "x"}])], {}, "tests.0"),
        ([_step("move", "m", campaign_id=6), _step("sms", body="Hello")], {}, ""),
    ],
)
def test_cam6_what_may_surprise_is_a_warning(
    steps: list[dict[str, Any]], settings: dict[str, Any], field: str
) -> None:
    assert ("s", field, "warning") in _found(_plan(*steps, **settings))


@pytest.mark.parametrize(
    ("plan", "known"),
    [
        (
            _plan(_step("assign", "a", mode="user", user_id=1), _step("sms", body="{{user.name}}")),
            KNOWN,
        ),
        (_plan(_step("sms", body="{{user.name}}"), **OWNED), KNOWN),
        (_plan(_step("sms", body="{{user.name|us}}")), KNOWN),
        (_plan(_step("sms", body="{{calendar.link}}"), calendar_id=9), KNOWN),
        (
            _plan(_step("sms", body="{{appointment.time}}")),
            Known(appointments=True),
        ),
        (
            _plan(_wait(mode="reply"), _step("messenger", body="Hello"), stop_on_reply=False),
            KNOWN,
        ),
    ],
)
def test_cam5_a_text_that_can_be_filled_gives_no_warning(plan: Plan, known: Known) -> None:
    assert check(plan, known) == []


def test_cam5_an_owner_without_a_calendar_has_no_link() -> None:
    plan = _plan(
        _step("sms", body="{{user.calendar_link}}"),
        assign={"mode": "round_robin", "user_ids": [1, 2]},
    )
    known = Known(users=KNOWN.users, linkless=frozenset({2}))
    assert _found(plan, known) == {("s", "body", "warning")}
    assert _found(plan, Known(users=KNOWN.users, linkless=frozenset({3}))) == set()


def test_cam2_a_goal_that_ends_the_campaign_is_never_reached() -> None:
    goal = _step("goal", event="booked")
    assert ("s", "event", "error") in _found(_plan(SMS, goal, stop_on_booking=True))
    assert _found(_plan(SMS, goal)) == set()


def test_cam2_a_channel_that_is_not_set_up_is_a_warning() -> None:
    plan = _plan(_step("sms", body="Hello"))
    assert _found(plan, Known(channels=frozenset({"email"}))) == {("s", "", "warning")}


def test_cam6_the_same_step_twice_is_an_error() -> None:
    assert ("ok", "", "error") in _found(_plan(SMS, SMS))


def test_cam6_what_is_shown_can_be_filled_in() -> None:
    plan = _plan(_step("sms", body="{{x.y}} {{a.b}"), _step("sms", "t", body="a" * 1700))
    for mistake in check(plan, KNOWN):
        assert isinstance(mistake, Mistake)
        assert mistake.message.format(**mistake.params)
