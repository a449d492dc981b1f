"""The sample team's campaigns are the real ones, lived through once, and nothing of it leaves (CAM-4)."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from crm_app.campaigns.editing import known
from crm_app.campaigns.plans import checks
from crm_app.campaigns.plans.plan import parse
from crm_app.core import db
from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.core.kinds import (
    CampaignState,
    EnrolmentState,
    MessageState,
    StepOutcome,
    TimerState,
    TriggerOutcome,
)
from crm_app.core.settings import get_settings
from crm_app.demo import cast, fill
from crm_app.models import (
    Activity,
    Appointment,
    Campaign,
    Contact,
    Enrolment,
    Form,
    FormSubmission,
    IncomingMessage,
    Message,
    Notification,
    SendAttempt,
    StepRun,
    TimelineEntry,
    Trigger,
    TriggerRun,
    TriggerTimer,
)
from tests.demo.conftest import NOW


def _named(session: Session, name: str) -> Contact:
    return session.exec(select(Contact).where(Contact.name == name)).one()


def test_cam4_the_sample_lives_by_the_whole_way_from_form_to_link(filled: Session) -> None:
    campaigns = {row.name: row for row in filled.exec(select(Campaign))}
    assert {row.state for row in campaigns.values()} == {CampaignState.LIVE}
    wait, ask = campaigns["Wait 30 minutes"], campaigns["Ask to Book"]
    (silent,) = parse(wait.draft).steps
    assert not silent.on
    assert parse(wait.draft).settings.next_campaign_id == ask.id
    assert parse(wait.draft).settings.assign.mode == "none"
    form = filled.exec(select(Form)).one()
    assert (form.published or {})["assign"]["mode"] == "none"
    assert all(trigger.enabled for trigger in filled.exec(select(Trigger)))
    # Who booked by his link is served by the one whose contact he is, and is asked no more.
    for name in ("Henry Clark", "Amelie Busse", "Tom Jennings", "Isla Murray"):
        contact = _named(filled, name)
        (booked,) = filled.exec(select(Appointment).where(Appointment.contact_id == contact.id))
        assert booked.user_id == contact.owner_id
        later = filled.exec(
            select(Message.id).where(
                Message.contact_id == contact.id,
                Message.campaign_id == ask.id,
                Message.created_at > booked.created_at,
            )
        ).all()
        assert later == []


def test_cam6_there_is_somebody_at_every_kind_of_place(filled: Session) -> None:
    states = Counter(filled.exec(select(Enrolment.state)))
    assert states.keys() == set(EnrolmentState)
    assert states[EnrolmentState.ATTENTION] == 1
    assert set(filled.exec(select(StepRun.outcome))) == set(StepOutcome)
    looks = set(filled.exec(select(TriggerRun.outcome)))
    assert looks == {
        TriggerOutcome.ACTED,
        TriggerOutcome.REFUSED,
        TriggerOutcome.WAITS,
        TriggerOutcome.STOPPED,
    }
    sent = filled.exec(select(Message).where(col(Message.campaign_id).is_not(None))).all()
    assert any(message.clicked_at for message in sent)
    assert any(message.replied_at for message in sent)
    assert len(filled.exec(select(FormSubmission)).all()) == len(cast.ASKERS)
    assert {row.text for row in filled.exec(select(IncomingMessage))} > {"STOP"}
    tasks = filled.exec(select(Activity)).all()
    assert any(task.done_at for task in tasks)
    assert any(task.due_at and task.due_at < NOW and not task.done_at for task in tasks)
    assert any(task.due_at and task.due_at > NOW for task in tasks)
    read = {row.read_at is not None for row in filled.exec(select(Notification))}
    assert read == {True, False}
    # The clock goes on where the past ends: somebody waits for a step, and a time runs.
    soon = NOW + timedelta(minutes=30)
    waiting = filled.exec(select(Enrolment.due_at).where(col(Enrolment.due_at) <= soon)).all()
    assert waiting
    assert min(due for due in waiting if due) > NOW
    timers = select(TriggerTimer.due_at).where(TriggerTimer.state == TimerState.WAITING)
    assert all(due > NOW for due in filled.exec(timers))


def test_q3_nothing_of_the_sample_was_sent_or_will_be(filled: Session) -> None:
    assert filled.exec(select(SendAttempt)).all() == []
    states = set(filled.exec(select(Message.state)))
    assert states == {MessageState.SENT, MessageState.OUTBOX}
    assert set(filled.exec(select(Job.kind))) == {"appointments.mail"}
    addresses = filled.exec(select(Message.to_address).where(Message.channel == "email")).all()
    assert all(address.endswith(".example") for address in addresses)


def test_api2_what_is_told_of_the_past_bears_its_time(filled: Session) -> None:
    for at in (TimelineEntry.at, TriggerRun.at, StepRun.at, Notification.at, FactRow.at):
        assert max(filled.exec(select(at))) <= NOW
    assert max(filled.exec(select(Message.created_at))) <= NOW


def test_q3_where_a_mail_server_is_set_up_the_past_is_not_mailed_either(
    lite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SMTP_URL", "smtp://127.0.0.1:1")
    get_settings.cache_clear()
    with db.unit_of_work() as session:
        assert fill(session, now=NOW)
        states, kinds = session.exec(select(Message.state)), session.exec(select(Job.kind))
        assert set(states) == {MessageState.SENT, MessageState.OUTBOX}
        assert set(kinds) == {"appointments.mail"}


def test_cam5_its_plans_have_no_mistakes(filled: Session) -> None:
    for campaign in filled.exec(select(Campaign)):
        found = checks.check(parse(campaign.draft), known.load(filled, campaign))
        assert checks.errors(found) == []
