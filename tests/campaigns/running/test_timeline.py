"""A rehearsal shows what the engine would do, and nothing leaves (CAM-7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_app.campaigns.plans.drafts import with_ids
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.plans.templates import TEMPLATES, Choices
from crm_app.campaigns.running import rules
from crm_app.campaigns.running.moves import MakeTask, Notify, Send
from crm_app.campaigns.running.standing import Standing, World
from crm_app.campaigns.running.timeline import Happening, Line, rehearse
from crm_app.core.kinds import EnrolmentState, StepOutcome
from tests.campaigns.running.stage import (
    END,
    KATE,
    LINK,
    MEETING,
    NOW,
    TOM,
    WORLD,
    minutes,
    plan,
    step,
    world,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNOWNED = replace(world(owner_id=None), owner=None)
BOOKED = replace(MEETING, id=71)


def _template(key: str) -> dict[int, Plan]:
    draft = TEMPLATES[key].build(Choices(user_ids=(1, 2)))
    ids = {each.ref: number for number, each in enumerate(draft.campaigns, 11)}
    return {ids[each.ref]: parse(with_ids(each.plan, ids)) for each in draft.campaigns}


def _told(lines: list[Line]) -> list[tuple[str, str]]:
    """Which step did what: the outcome, or that it waits."""
    return [(line.step_id, line.outcome.value if line.outcome else "waits") for line in lines]


def _sent(lines: list[Line]) -> list[Send]:
    return [effect for line in lines for effect in line.effects if isinstance(effect, Send)]


def test_cam7_the_seeds_workaround_on_a_pretend_lead() -> None:
    plans = _template("ask_to_book")
    lines = rehearse(plans[11], UNOWNED, NOW, plans=plans, campaign_id=11)
    assert [(line.campaign_id, line.step_id, line.reason) for line in lines] == [
        (11, "", "entered"),
        (11, "wait", "step_off"),
        (12, "", "entered"),
        (12, "sms", ""),
        (12, "email", ""),
    ]
    assert [line.at - NOW for line in lines] == [timedelta(0)] + [timedelta(minutes=30)] * 4
    assert lines[1].owner is None, "nobody owns the lead while he waits"
    assert lines[2].drawn == ("Kate Test", "Tom Test")
    sms, mail = _sent(lines)
    assert LINK in sms.body
    assert LINK in mail.body
    assert sms.sender == mail.sender == 1
    assert lines[-1].ends is EnrolmentState.FINISHED


def test_cam7_who_books_during_the_wait_is_not_asked() -> None:
    plans = _template("ask_to_book")
    booked = Happening(timedelta(minutes=20), "booked", meeting=BOOKED)
    lines = rehearse(plans[11], UNOWNED, NOW, [booked], plans=plans, campaign_id=11)
    assert _sent(lines) == []
    last = lines[-1]
    assert (last.at, last.reason, last.ends) == (
        NOW + timedelta(minutes=20),
        "booked",
        EnrolmentState.LEFT,
    )
    assert last.heard is not None
    assert last.heard.about == "71"


def test_cam7_reminders_follow_an_appointment_that_is_moved() -> None:
    made = _template("reminders")[11]
    seen = replace(WORLD, meeting=MEETING)
    lines = rehearse(made, seen, NOW, campaign_id=11, appointment_id=70)
    sent = [line.at for line in lines if line.outcome is StepOutcome.SENT]
    assert sent == [MEETING.starts_at - DAY, MEETING.starts_at - HOUR]

    later = replace(MEETING, starts_at=MEETING.starts_at + DAY, ends_at=MEETING.ends_at + DAY)
    moved = Happening(HOUR, "rescheduled", meeting=later)
    lines = rehearse(made, seen, NOW, [moved], campaign_id=11, appointment_id=70)
    assert ("day", "waits") in _told(lines)
    sent = [line.at for line in lines if line.outcome is StepOutcome.SENT]
    assert sent == [later.starts_at - DAY, later.starts_at - HOUR]


@pytest.mark.parametrize("what", ["cancelled", "no_show"])
def test_cam7_nobody_is_reminded_of_what_is_off(what: Any) -> None:
    made = _template("reminders")[11]
    seen = replace(WORLD, meeting=MEETING)
    lines = rehearse(made, seen, NOW, [Happening(HOUR, what)], appointment_id=70)
    assert _sent(lines) == []
    assert (lines[-1].reason, lines[-1].ends) == (f"appointment_{what}", EnrolmentState.LEFT)


def test_cam7_a_reminder_that_would_come_too_late_is_left_out() -> None:
    made = _template("reminders")[11]
    soon = replace(MEETING, starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR)
    lines = rehearse(made, replace(WORLD, meeting=soon), NOW, appointment_id=70)
    assert [sent.channel for sent in _sent(lines)] == ["sms"]
    assert lines[1].reason == "late_skip"


def test_cam7_a_reply_is_heard_and_ends_the_campaign() -> None:
    made = plan(step("sms", "a", body="Hi"), step("wait", "w", **minutes(600)), END)
    lines = rehearse(made, WORLD, NOW, [Happening(HOUR, "replied", "sms")])
    assert _told(lines) == [("", "done"), ("a", "sent"), ("w", "skipped")]
    assert (lines[-1].at, lines[-1].reason) == (NOW + HOUR, "replied")


def test_cam7_what_changes_nothing_is_noted() -> None:
    made = plan(step("wait", "w", **minutes(600)), END, stop_on_reply=False)
    lines = rehearse(made, WORLD, NOW, [Happening(HOUR, "replied", "sms")])
    noted = lines[1]
    assert noted.heard is not None
    assert (noted.outcome, noted.reason, noted.due_at) == (None, "", NOW + timedelta(minutes=600))
    assert lines[-1].step_id == "end"


def test_cam7_after_unsubscribing_the_sms_still_goes() -> None:
    made = plan(
        step("wait", "w", **minutes(60)),
        step("email", "e", subject="Hi", body="Hi"),
        step("sms", "s", body="Hi"),
    )
    lines = rehearse(made, WORLD, NOW, [Happening(timedelta(minutes=1), "unsubscribed")])
    assert [line.reason for line in lines if line.step_id == "e"] == ["do_not_disturb"]
    assert [sent.channel for sent in _sent(lines)] == ["sms"]


def test_cam7_messenger_opens_with_a_message_of_the_contact() -> None:
    made = plan(step("wait", mode="reply"), step("messenger", "m", body="Hi"), stop_on_reply=False)
    seen = world(messenger="psid-1")
    silent = rehearse(made, seen, NOW)
    assert silent[-1].reason == "messenger_closed"
    answered = rehearse(made, seen, NOW, [Happening(HOUR, "replied", "messenger")])
    assert [sent.to for sent in _sent(answered)] == ["psid-1"]


def test_cam7_night_and_weekend_are_on_the_time_line() -> None:
    office = {"days": [1, 2, 3, 4, 5], "starts": 540, "ends": 1020}
    friday = datetime(2026, 3, 27, 18, 0, tzinfo=UTC)
    lines = rehearse(plan(step("sms", body="Hi"), window=office), WORLD, friday)
    assert _told(lines) == [("", "done"), ("s", "waits"), ("s", "sent")]
    assert lines[1].reason == "window"
    # The clocks go forward on Sunday: nine in the morning is an hour earlier than it was.
    assert lines[2].at == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)


def test_cam7_what_a_step_does_the_next_one_sees() -> None:
    arms = [{"key": "yes", "steps": [step("sms", "y", body="Hi {{user.name}}")]}, {"key": "no"}]
    made = plan(
        step("add_tag", "t", tag="VIP"),
        step("assign", "o", mode="user", user_id=2),
        step("branch", "b", tests=[{"field": "tag", "op": "has", "value": "vip"}], arms=arms),
        step("task", "k", title="Call {{contact.name}}"),
        step("remove_tag", "r", tag="vip"),
        step("branch", "c", tests=[{"field": "tag", "op": "empty"}], arms=[]),
    )
    lines = rehearse(made, UNOWNED, NOW)
    assert [sent.body for sent in _sent(lines)] == ["Hi Tom Test"]
    (task,) = [e for line in lines for e in line.effects if isinstance(e, MakeTask)]
    assert task.user_id == 2
    assert lines[-1].reason == "condition_yes"


def test_cam7_a_tag_that_a_step_puts_on_reaches_its_goal() -> None:
    made = plan(
        step("add_tag", "t", tag="Won"),
        step("wait", "w", **minutes(600)),
        step("goal", "g", event="tag", value="won"),
        END,
    )
    lines = rehearse(made, WORLD, NOW)
    assert [(line.step_id, line.reason) for line in lines[1:]] == [
        ("t", ""),
        ("w", "goal_jump"),
        ("g", "goal_reached"),
        ("end", ""),
    ]
    assert {line.at for line in lines} == {NOW}


def test_cam7_a_calendar_draws_among_its_members() -> None:
    made = plan(step("sms", body="{{user.name}}"), assign={"mode": "calendar", "calendar_id": 9})
    lines = rehearse(made, UNOWNED, NOW, members={9: [2, 1, 99]})
    assert lines[0].drawn == ("Tom Test", "Kate Test")
    assert [sent.body for sent in _sent(lines)] == ["Tom Test"]
    nobody = rehearse(made, UNOWNED, NOW)
    assert nobody[-1].reason == "unfilled"


def test_cam7_an_empty_merge_field_ends_the_rehearsal_where_a_person_is_asked() -> None:
    lines = rehearse(plan(step("sms", body="{{contact.company}}"), END), WORLD, NOW)
    assert (lines[-1].ends, lines[-1].detail) == (
        EnrolmentState.ATTENTION,
        {"fields": "contact.company"},
    )


def test_cam7_the_links_of_the_next_campaign_are_its_own() -> None:
    made = plan(END, next_campaign_id=5)
    following = plan(step("sms", body="{{user.calendar_link}}"))

    def dress(seen: World, campaign_id: int) -> World:
        kate = replace(KATE, calendar_link=f"https://crm.example/{campaign_id}")
        return replace(seen, users={1: kate, 2: TOM})

    lines = rehearse(made, WORLD, NOW, plans={5: following}, campaign_id=3, dress=dress)
    assert [sent.body for sent in _sent(lines)] == ["https://crm.example/5"]


@pytest.mark.parametrize(
    ("following", "reason"),
    [({}, "no_campaign"), ({3: plan(END, next_campaign_id=3, reentry=False)}, "no_reentry")],
)
def test_cam7_a_campaign_that_lets_nobody_in_ends_it(
    following: dict[int, Plan], reason: str
) -> None:
    made = following.get(3, plan(END, next_campaign_id=9))
    lines = rehearse(made, WORLD, NOW, plans=following, campaign_id=3)
    assert (lines[-1].reason, lines[-1].outcome) == (reason, None)


def test_cam7_circles_end() -> None:
    made = plan(END, next_campaign_id=3)
    lines = rehearse(made, WORLD, NOW, campaign_id=3, limit=20)
    assert len(lines) == 21
    assert lines[-1].reason == "limit"
    assert all(isinstance(line.effects[0], Notify) for line in lines if line.step_id == "end")


def test_cam7_a_goal_that_is_waited_for_shows_what_is_missing() -> None:
    goal = step("goal", "g", event="booked", unmet="wait")
    made = plan(goal, END)
    silent = rehearse(made, WORLD, NOW)
    assert (silent[-1].reason, silent[-1].due_at) == ("waits_for_goal", None)
    met = rehearse(made, WORLD, NOW, [Happening(DAY, "booked", meeting=BOOKED)])
    assert (met[-1].step_id, met[-1].at) == ("end", NOW + DAY)


def test_cam7_happenings_come_in_their_order_whatever_order_they_are_given_in() -> None:
    made = plan(
        step("wait", "w1", mode="click"), step("wait", "w2", mode="reply"), stop_on_reply=False
    )
    later, sooner = Happening(2 * HOUR, "replied"), Happening(HOUR, "clicked")
    lines = rehearse(made, WORLD, NOW, [later, sooner])
    assert [(line.step_id, line.at - NOW) for line in lines[1:]] == [
        ("w1", HOUR),
        ("w2", 2 * HOUR),
    ]


def test_cam7_an_answer_in_the_last_moment_counts() -> None:
    made = plan(step("wait", mode="reply", timeout=minutes(60)), END, stop_on_reply=False)
    lines = rehearse(made, WORLD, NOW, [Happening(HOUR, "replied")])
    assert lines[1].reason == "replied_meanwhile"


def test_cam7_it_shows_the_very_moves_of_the_engine() -> None:
    made = plan(step("sms", body="Hi {{contact.first_name}}"), END)
    lines = rehearse(made, WORLD, NOW)
    move = rules.due(made, Standing("s", 1, NOW, NOW, NOW), WORLD, NOW)
    shown = lines[1]
    assert (shown.outcome, shown.effects, shown.to, shown.due_at) == (
        move.outcome,
        move.effects,
        move.to,
        move.due_at,
    )


def test_cam7_a_long_campaign_is_rehearsed_at_once() -> None:
    steps = [step("sms", f"s{n}", body="Hi {{contact.first_name}}") for n in range(300)]
    lines = rehearse(plan(*steps), WORLD, NOW, limit=1000)
    assert len(_sent(lines)) == 300
