"""A step's card says what it does with its real values (CAM-6)."""

from typing import Any

import pytest

from crm_app.campaigns.plans import describe, tree
from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Arm, Delay, Step
from crm_app.core.i18n import LOCALES
from crm_app.core.kinds import StepKind

KNOWN = Known(users={1: "Kate", 2: "Tom"}, campaigns={5: "Ask to book"}, calendars={9: "Team"})


def _said(kind: StepKind, **config: Any) -> str:
    return describe.sentence(Step("s", kind, config=config), KNOWN, "en")


@pytest.mark.parametrize(
    ("kind", "config", "sentence"),
    [
        (
            StepKind.EMAIL,
            {"subject": "Hello {{contact.first_name|there}}"},
            "E-mail: Hello {First name}",
        ),
        (StepKind.SMS, {"body": "Come\n\nsoon"}, "SMS: Come soon"),
        (StepKind.SMS, {"body": "{{contact.custom.size}}"}, "SMS: {size}"),
        (StepKind.MESSENGER, {}, "Messenger: …"),
        (StepKind.CALL, {"title": "Say hello"}, "Call by the owner: Say hello"),
        (StepKind.VOICEMAIL, {"title": "Hello", "who": "user:2"}, "Voicemail by Tom: Hello"),
        (StepKind.TASK, {"title": "Look", "who": "user:9"}, "Task for …: Look"),
        (
            StepKind.NOTIFY,
            {"text": "New lead", "who": ["owner", "admins"]},
            "Tell the owner, the administrators: New lead",
        ),
        (StepKind.WEBHOOK, {"url": "https://a.example"}, "Call https://a.example"),
        (StepKind.WAIT, {"mode": "duration", "amount": 30, "unit": "minutes"}, "Wait 30 minutes"),
        (StepKind.WAIT, {"mode": "duration", "amount": 1, "unit": "weeks"}, "Wait 1 week"),
        (
            StepKind.WAIT,
            {"mode": "appointment", "amount": 24, "unit": "hours"},
            "Wait until 24 hours before the appointment",
        ),
        (
            StepKind.WAIT,
            {"mode": "appointment", "amount": 2, "unit": "days", "side": "after"},
            "Wait until 2 days after the appointment",
        ),
        (StepKind.WAIT, {"mode": "appointment", "amount": 0}, "Wait until the appointment starts"),
        (
            StepKind.WAIT,
            {"mode": "appointment", "amount": 0, "side": "after"},
            "Wait until the appointment ends",
        ),
        (
            StepKind.WAIT,
            {"mode": "reply", "timeout": {"amount": 2, "unit": "days"}},
            "Wait for a reply, at most 2 days",
        ),
        (StepKind.WAIT, {"mode": "booking"}, "Wait for a booking, at most 3 days"),
        (StepKind.WAIT, {"mode": "click"}, "Wait for a click on a link, at most 3 days"),
        (
            StepKind.BRANCH,
            {
                "tests": [
                    {"field": "owner", "op": "is", "value": "1"},
                    {"field": "replied", "op": "yes"},
                ]
            },
            "If Contact owner is Kate and Replied since entry: yes",
        ),
        (StepKind.BRANCH, {}, "If …"),
        (StepKind.GOAL, {"event": "booked"}, "Goal: the contact books"),
        (StepKind.GOAL, {"event": "replied"}, "Goal: the contact replies"),
        (StepKind.GOAL, {"event": "clicked"}, "Goal: the contact opens a link"),
        (StepKind.GOAL, {"event": "clicked", "value": "/cal"}, "Goal: the contact opens “/cal”"),
        (StepKind.GOAL, {"event": "tag", "value": "won"}, "Goal: the contact has the tag “won”"),
        (StepKind.ADD_TAG, {"tag": "VIP"}, "Add the tag “VIP”"),
        (StepKind.REMOVE_TAG, {}, "Remove the tag “…”"),
        (StepKind.ASSIGN, {"mode": "user", "user_id": 1}, "Assign Kate"),
        (StepKind.ASSIGN, {"mode": "round_robin", "user_ids": [1, 2]}, "Assign in turn: Kate, Tom"),
        (
            StepKind.ASSIGN,
            {"mode": "calendar", "calendar_id": 9},
            "Assign as the calendar “Team” draws",
        ),
        (StepKind.MOVE, {"campaign_id": 5}, "Go on in “Ask to book”"),
        (StepKind.MOVE, {"campaign_id": 6}, "Go on in “…”"),
        (StepKind.WAIT, {"mode": "forever"}, "Wait"),
    ],
)
def test_cam6_a_step_in_one_sentence(kind: StepKind, config: dict[str, Any], sentence: str) -> None:
    assert _said(kind, **config) == sentence


def test_cam6_times_are_written_as_the_language_does() -> None:
    wait = Step("s", StepKind.WAIT, config={"mode": "date", "date": "2026-12-24", "time": "17:30"})
    english, german = (describe.sentence(wait, KNOWN, locale) for locale in ("en", "de"))
    assert "Dec 24, 2026, 5:30" in english
    assert "24.12.2026, 17:30" in german
    week = Step("s", StepKind.WAIT, config={"mode": "time", "time": "08:00", "days": [1, 5]})
    assert describe.sentence(week, KNOWN, "en").endswith("(Mon, Fri)")


def test_cam3_a_step_that_is_off_is_a_silent_wait() -> None:
    off = Step("s", StepKind.MESSENGER, on=False, delay=Delay(30, "minutes"))
    assert describe.sentence(off, KNOWN, "en") == "Silent wait: 30 minutes"
    assert (
        describe.sentence(Step("s", StepKind.SMS, on=False), KNOWN, "en") == "Silent: does nothing"
    )
    google = Step("s", StepKind.GOOGLE_BUSINESS, delay=Delay(1, "hours"), config={"body": "Hi"})
    assert describe.sentence(google, KNOWN, "en") == "Silent wait: 1 hour"


def test_cam2_a_split_shows_its_shares() -> None:
    arms = (Arm("a", weight=3), Arm("b", weight=1))
    split = Step("s", StepKind.SPLIT, arms=arms)
    assert describe.sentence(split, KNOWN, "en") == "Split: A 75 %, B 25 %"
    empty = Step("s", StepKind.SPLIT, arms=(Arm("a"), Arm("b")))
    assert describe.sentence(empty, KNOWN, "en") == "Split: A 0 %, B 0 %"


def test_cam6_a_pause_is_told_apart_from_what_follows() -> None:
    step = Step("s", StepKind.SMS, delay=Delay(2, "hours"))
    assert describe.pause(step, "en") == "After 2 hours"
    assert describe.pause(Step("s", StepKind.SMS), "en") == ""
    assert describe.pause(Step("s", StepKind.WAIT, delay=Delay(2, "hours")), "en") == ""


def test_cam6_a_long_text_is_shortened() -> None:
    sentence = _said(StepKind.SMS, body="word " * 100)
    assert sentence.endswith("…")
    assert len(sentence) < 100


def test_cam2_a_condition_is_read_aloud() -> None:
    made = [
        (Condition("kind", "is", "lead"), "Kind of contact is Lead"),
        (Condition("tag", "has", "VIP"), "Tag has “VIP”"),
        (Condition("custom.Size", "more", "5"), "Size is more than “5”"),
        (Condition("email", "empty"), "E-mail address: is empty"),
        (Condition("shoe size", "is", "4"), "shoe size"),
        (Condition("appointment.calendar", "is", "x"), "Calendar of the appointment is …"),
    ]
    for condition, sentence in made:
        assert describe.condition(condition, KNOWN, "en") == sentence


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", list(StepKind))
def test_cam6_every_kind_has_a_name_and_a_sentence_in_every_language(
    kind: StepKind, locale: str
) -> None:
    assert describe.name(kind, locale)
    assert describe.sentence(tree.new_step(kind, "s"), KNOWN, locale)
