"""A rehearsal on the database: the engine's own rules, real links and names, and nothing written (CAM-7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from crm_app import models
from crm_app.campaigns.editing import known
from crm_app.campaigns.editing import service as editing
from crm_app.campaigns.plans.plan import parse
from crm_app.campaigns.rehearsal import staging, telling
from crm_app.campaigns.rehearsal.staging import Act, Pretend, Question
from crm_app.campaigns.running.moves import Send
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import StepOutcome
from tests import factories

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ZOE = Pretend("Zoë Nowak", email="zoe@example.com", phone="+4930123456", time_zone="Europe/Berlin")


def _sms(body: str, **more: Any) -> dict[str, Any]:
    return {"id": "sms", "kind": "sms", "config": {"body": body}, **more}


def _campaign(
    session: Session,
    actor: Actor,
    *steps: dict[str, Any],
    name: str = "Ask to Book",
    **settings: Any,
) -> int:
    plan = parse({"settings": settings, "steps": list(steps)})
    return editing.create(session, actor, name=name, plan=plan).id or 0


@pytest.fixture
def boss(session: Session) -> Actor:
    """An administrator of a workspace in Berlin."""
    factories.workspace(session, time_zone="Europe/Berlin")
    return factories.actor(factories.admin(session, name="Ada"))


def _sent(play: staging.Play) -> list[Send]:
    return [each for line in play.lines for each in line.effects if isinstance(each, Send)]


def test_cam7_seed_001_is_rehearsed_whole(session: Session, boss: Actor) -> None:
    kate = factories.user(session, name="Kate Miller", slug="kate")
    factories.calendar(session, kate, slug="advice")
    ask = _campaign(
        session,
        boss,
        _sms("Hello {{contact.first_name}}, book here: {{user.calendar_link}}"),
        assign={"mode": "round_robin", "user_ids": [kate.id]},
    )
    silent = {
        "id": "m",
        "kind": "messenger",
        "on": False,
        "delay": {"amount": 30, "unit": "minutes"},
        "config": {"body": ""},
    }
    wait = _campaign(session, boss, silent, name="Wait", next_campaign_id=ask)
    play = staging.play(session, boss, wait, Question(MONDAY, pretend=ZOE), now=MONDAY)
    assert [line.outcome for line in play.lines if line.step_id] == [
        StepOutcome.SILENT,
        StepOutcome.SENT,
    ]
    (sms,) = _sent(play)
    assert sms.body == f"Hello Zoë, book here: {_url()}/cal/advice/kate"
    assert play.lines[-1].at == MONDAY + timedelta(minutes=30)


def _url() -> str:
    from crm_app.core.settings import get_settings

    return get_settings().url


def test_cam7_nothing_is_written(session: Session, boss: Actor) -> None:
    lead = factories.contact(session, name="Ben", email="ben@example.com")
    kate = factories.user(session, name="Kate", slug="kate")
    steps = [
        {"id": "t", "kind": "add_tag", "config": {"tag": "New"}},
        {"id": "e", "kind": "email", "config": {"subject": "Hi", "body": "Hello {{user.name}}"}},
        {"id": "c", "kind": "call", "config": {"title": "Call him"}},
        {"id": "n", "kind": "notify", "config": {"text": "Look", "who": ["owner"]}},
    ]
    campaign = _campaign(session, boss, *steps, assign={"mode": "user", "user_id": kate.id})
    before = _everything(session)
    question = Question(MONDAY, contact_id=lead.id)
    play = staging.play(session, boss, campaign, question, now=MONDAY)
    assert [each.body for each in _sent(play)] == ["Hello Kate"]
    assert not session.new
    assert not session.dirty
    assert _everything(session) == before


def _everything(session: Session) -> dict[str, int]:
    return {
        table.name: len(session.execute(select(table)).all())  # type: ignore[call-overload]  # tables, not models
        for table in SQLModel.metadata.sorted_tables
    }


def test_cam7_what_he_does_ends_or_answers(session: Session, boss: Actor) -> None:
    wait = {"id": "w", "kind": "wait", "config": {"mode": "duration", "amount": 2, "unit": "days"}}
    campaign = _campaign(session, boss, wait, _sms("Still there?"), stop_on_booking=True)
    quiet = staging.play(session, boss, campaign, Question(MONDAY, pretend=ZOE), now=MONDAY)
    assert len(_sent(quiet)) == 1
    books = Question(MONDAY, pretend=ZOE, acts=[Act("booked", timedelta(hours=3))])
    played = staging.play(session, boss, campaign, books, now=MONDAY)
    assert _sent(played) == []
    assert played.lines[-1].at == MONDAY + timedelta(hours=3)


def test_cam7_a_pretended_appointment_times_its_reminder(session: Session, boss: Actor) -> None:
    wait = {
        "id": "w",
        "kind": "wait",
        "config": {"mode": "appointment", "side": "before", "amount": 24, "unit": "hours"},
    }
    factories.calendar(session, factories.user(session), slug="advice", name="First talk")
    campaign = _campaign(session, boss, wait, _sms("See you: {{appointment.calendar}}"))
    starts = MONDAY + timedelta(days=5)
    question = Question(MONDAY, pretend=ZOE, meeting_at=starts)
    play = staging.play(session, boss, campaign, question, now=MONDAY)
    (line,) = [each for each in play.lines if each.step_id == "sms"]
    assert line.at == starts - timedelta(hours=24)
    assert _sent(play)[0].body == "See you: First talk"


def test_usr3_a_member_rehearses_with_contacts_that_he_sees_only(
    session: Session, boss: Actor
) -> None:
    anna, ben = factories.user(session), factories.user(session)
    theirs = factories.contact(session, owner_id=anna.id)
    campaign = _campaign(session, boss, _sms("Hi"))
    question = Question(MONDAY, contact_id=theirs.id)
    staging.play(session, factories.actor(anna), campaign, question, now=MONDAY)
    with pytest.raises(NotFound):
        staging.play(session, factories.actor(ben), campaign, question, now=MONDAY)
    with pytest.raises(NotFound):
        staging.play(session, boss, 999, question, now=MONDAY)


def test_cam7_the_words_name_days_windows_and_reasons(session: Session, boss: Actor) -> None:
    late = datetime(2026, 11, 27, 20, tzinfo=UTC)  # a Friday evening
    window = {"days": [1, 2, 3, 4, 5], "starts": 540, "ends": 1020, "zone": "workspace"}
    campaign = _campaign(
        session, boss, _sms("Hello"), _sms("Bye", id="off", on=False), window=window
    )
    play = staging.play(
        session, boss, campaign, Question(late, pretend=Pretend("Max", phone="")), now=late
    )
    row = session.get_one(models.Campaign, campaign)
    listener = telling.Listener("en", known.load(session, row), late)
    told = telling.tell(play.lines, play.world, play.plans, play.names, listener)
    assert told[0].title == "Enters the campaign"
    assert told[0].closed
    assert "no phone number" in " ".join(each.reason for each in told)
    assert {each.outcome for each in told} >= {"Not sent", "Silent wait"}
    named = [each.day for each in told if each.day]
    assert len(named) == len(set(named))
    sent = staging.play(session, boss, campaign, Question(late, pretend=ZOE), now=late)
    told = telling.tell(sent.lines, sent.world, sent.plans, sent.names, listener)
    message = next(each for each in told if each.channel)
    assert (message.time, message.body, message.closed) == ("09:00", "Hello", False)
    assert "opens" in " ".join(each.reason for each in told)
