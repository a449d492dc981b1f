"""Message steps: what is sent, and the many reasons why not (CAM-2, CAM-5, CAM-9)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_app.campaigns.running import rules
from crm_app.campaigns.running.moves import Move, Send
from crm_app.campaigns.running.standing import World
from crm_app.core.kinds import EnrolmentState, StepOutcome
from tests.campaigns.running.stage import (
    ANNA,
    END,
    KATE,
    LINK,
    MEETING,
    NOW,
    TOM,
    WORLD,
    heard,
    plan,
    standing,
    step,
    world,
)

MAIL = step("email", subject="Hello {{contact.first_name}}", body="Book: {{user.calendar_link}}")
SMS = step("sms", body="Hi {{contact.first_name|there}}")
MESSENGER = step("messenger", body="Hi")
REACHABLE = {"messenger": "psid-1", "messenger_until": NOW + timedelta(hours=1)}
# Berlin's evening: closed since an hour.
CLOSED = {"days": [1, 2, 3, 4, 5], "starts": 9 * 60, "ends": 10 * 60}


def _due(row: dict[str, Any], seen: World = WORLD, **settings: Any) -> Move:
    return rules.due(plan(row, END, **settings), standing(), seen, NOW)


def _sent(move: Move) -> Send:
    (effect,) = move.effects
    assert isinstance(effect, Send)
    assert (move.outcome, move.to) == (StepOutcome.SENT, "end")
    return effect


def test_cam2_a_mail_is_rendered_and_sent_in_the_owners_name() -> None:
    assert _sent(_due(MAIL)) == Send(
        channel="email",
        to="anna@example.org",
        subject="Hello Anna",
        body=f"Book: {LINK}",
        marketing=True,
        sender=1,
        track_links=True,
    )


def test_cam2_an_sms_goes_to_the_number() -> None:
    sent = _sent(_due(SMS, track_links=False))
    assert (sent.channel, sent.to, sent.body) == ("sms", ANNA.phone, "Hi Anna")
    assert not sent.track_links


def test_cam2_messenger_answers_within_its_time() -> None:
    sent = _sent(_due(MESSENGER, world(**REACHABLE)))
    assert (sent.channel, sent.to) == ("messenger", "psid-1")


def test_cam9_a_mail_may_be_none_of_marketing() -> None:
    assert not _sent(_due({**MAIL, "config": {**MAIL["config"], "marketing": False}})).marketing


@pytest.mark.parametrize(
    ("row", "seen", "reason"),
    [
        (MAIL, world(email=""), "no_email"),
        (MAIL, world(email="", bounced=True), "bounced"),
        (MAIL, world(do_not_disturb=frozenset({"email"})), "do_not_disturb"),
        (SMS, world(phone=""), "no_phone"),
        (SMS, world(do_not_disturb=frozenset({"sms"})), "do_not_disturb"),
        (MESSENGER, WORLD, "no_messenger"),
        (MESSENGER, world(messenger="psid-1"), "messenger_closed"),
        (
            MESSENGER,
            world(messenger="psid-1", messenger_until=NOW - timedelta(seconds=1)),
            "messenger_closed",
        ),
        (
            MESSENGER,
            world(do_not_disturb=frozenset({"messenger"}), **REACHABLE),
            "do_not_disturb",
        ),
    ],
)
def test_cam9_who_cannot_or_will_not_be_reached_is_passed_over(
    row: dict[str, Any], seen: World, reason: str
) -> None:
    move = _due(row, seen)
    assert (move.outcome, move.reason, move.effects) == (StepOutcome.SKIPPED, reason, ())
    assert move.to == "end", "and goes on"


def test_cam9_do_not_disturb_is_of_one_channel() -> None:
    assert _sent(_due(SMS, world(do_not_disturb=frozenset({"email", "call"}))))


@pytest.mark.parametrize(("marketing", "sent"), [(True, False), (False, True)])
def test_cam9_who_unsubscribed_gets_no_marketing(marketing: bool, sent: bool) -> None:
    row = {**MAIL, "config": {**MAIL["config"], "marketing": marketing}}
    stands = standing(heard=(heard("unsubscribed", "email"),))
    move = rules.due(plan(row, END), stands, WORLD, NOW)
    assert (move.outcome is StepOutcome.SENT) is sent
    assert move.reason == ("" if sent else "unsubscribed")


def test_cam9_unsubscribing_from_mail_leaves_the_sms() -> None:
    stands = standing(heard=(heard("unsubscribed", "email"),))
    assert _sent(rules.due(plan(SMS, END), stands, WORLD, NOW))


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("{{contact.company}}", "contact.company"),
        ("{{appointment.time}}", "appointment.time"),
        ("{{user.calendar_link}} {{calendar.link}}", "calendar.link"),
        ("{{contact.custom.size}}", "contact.custom.size"),
        ("Hello {{contact.first_name", "{{"),
    ],
)
def test_cam5_an_unfilled_field_waits_for_a_person_and_nothing_is_sent(
    body: str, missing: str
) -> None:
    move = _due(step("sms", body=body))
    assert (move.outcome, move.effects) == (StepOutcome.ATTENTION, ())
    assert (move.ends, move.to) == (EnrolmentState.ATTENTION, "s"), "he keeps his place"
    assert (move.reason, move.detail) == ("unfilled", {"fields": missing})


def test_cam5_a_subject_has_to_be_filled_too() -> None:
    row = step("email", subject="{{contact.company}}", body="{{contact.company}} {{user.slug}}")
    assert _due(row).detail == {"fields": "contact.company"}
    assert _due(step("email", subject="{{contact.company}}", body="Hi")).reason == "unfilled"


def test_cam5_without_an_owner_there_is_no_link_to_send() -> None:
    assert _due(MAIL, replace(WORLD, owner=None)).reason == "unfilled"
    assert _due(MAIL, replace(WORLD, owner=replace(KATE, calendar_link=""))).reason == "unfilled"


def test_cam5_all_that_a_text_can_name() -> None:
    seen = replace(
        world(custom={"size": 12, "likes": ["tea", "cake"], "none": None}, company="Acme"),
        meeting=replace(MEETING, reschedule_link="https://r", cancel_link="https://c"),
        calendar_link="https://crm.example/cal/team",
    )
    body = (
        "{{contact.custom.size}} {{contact.custom.likes}} {{contact.company}} {{user.first_name}} "
        "{{user.signature}} {{appointment.title}} {{appointment.user}} {{calendar.link}} "
        "{{workspace.name}} {{appointment.reschedule_link}} {{appointment.cancel_link}} "
        "{{contact.custom.none|nothing}}"
    )
    assert _sent(_due(step("sms", body=body), seen)).body == (
        "12 tea, cake Acme Kate Best, Kate First talk Kate Test https://crm.example/cal/team "
        "Tandem Team https://r https://c nothing"
    )


def test_cam5_times_are_the_contacts_own() -> None:
    body = "{{appointment.date}} | {{appointment.time}} | {{appointment.starts}}"
    seen = replace(world(time_zone="America/New_York"), meeting=MEETING)
    text = _sent(_due(step("sms", body=body), seen)).body
    assert text.replace("\u202f", " ") == (
        "Thursday, November 26, 2026 | 5:00 AM | Thu, Nov 26, 2026, 5:00 AM"
    )
    german = replace(world(time_zone="", locale="de"), meeting=MEETING)
    assert "26. November 2026 | 11:00 |" in _sent(_due(step("sms", body=body), german)).body


def test_cam5_a_subject_is_one_line() -> None:
    row = step("email", subject="Hello\n{{contact.name}}", body="x")
    seen = world(name="Anna\r\nBcc: all@example.org")
    assert _sent(_due(row, seen)).subject == "Hello Anna Bcc: all@example.org"


@pytest.mark.parametrize(
    ("sender", "seen", "user_id"),
    [
        ("owner", WORLD, 1),
        ("workspace", WORLD, None),
        ("user:2", WORLD, 2),
        ("user:3", WORLD, None),
        ("owner", replace(WORLD, owner=None), None),
        ("owner", replace(WORLD, owner=replace(KATE, active=False)), None),
        ("user:2", replace(WORLD, users={2: replace(TOM, active=False)}), None),
    ],
)
def test_cam1_in_whose_name_it_is_sent(sender: str, seen: World, user_id: int | None) -> None:
    assert _sent(_due(SMS, seen, sender=sender)).sender == user_id


@pytest.mark.parametrize("row", [MAIL, SMS])
def test_cam1_outside_the_window_a_message_waits_for_the_next_opening(row: dict[str, Any]) -> None:
    move = _due(row, window=CLOSED)
    assert (move.outcome, move.to, move.reason) == (None, "s", "window")
    assert move.due_at is not None
    assert move.due_at.isoformat() == "2026-11-24T08:00:00+00:00"
    assert move.detail == {"until": "2026-11-24T08:00:00+00:00"}
    later = rules.due(
        plan(row, END, window=CLOSED), standing(due_at=move.due_at), WORLD, move.due_at
    )
    assert later.outcome is StepOutcome.SENT


def test_cam1_the_window_may_be_the_contacts_own() -> None:
    office = {"days": [1, 2, 3, 4, 5], "starts": 540, "ends": 1020}
    seen = world(time_zone="America/New_York")
    assert _sent(_due(SMS, seen, window={**office, "zone": "workspace"}))
    asleep = _due(SMS, seen, window={**office, "zone": "contact"})
    assert asleep.due_at is not None
    assert asleep.due_at.isoformat() == "2026-11-23T14:00:00+00:00"
    nowhere = _due(SMS, world(time_zone=""), window={**office, "zone": "contact"})
    assert _sent(nowhere), "without a zone of his own the workspace's counts"


def test_cam1_what_is_urgent_leaves_at_once() -> None:
    assert _sent(_due(step("sms", body="Now", urgent=True), window=CLOSED))
    assert _sent(_due(step("email", subject="a", body="b", urgent=True), window=CLOSED))


def test_cam1_the_window_holds_no_skip_up() -> None:
    assert _due(MAIL, world(email=""), window=CLOSED).reason == "no_email"


def test_cam1_a_window_that_never_opens_asks_for_a_person() -> None:
    move = _due(SMS, window={"days": [], "starts": 540, "ends": 600})
    assert (move.reason, move.ends) == ("window_never_opens", EnrolmentState.ATTENTION)
