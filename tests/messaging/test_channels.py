"""Messages on every channel: who can be reached, what rests in the outbox, what goes out once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

import crm_app.worker  # noqa: F401 - declares the job that hands facts on
from crm_app.core import clock, db, job_runner
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState, LedgerState, MessageState
from crm_app.messaging import consent, delivery, incoming, reports, service
from crm_app.models import Contact, Message, SendAttempt, TimelineEntry
from tests import factories
from tests.messaging.channel_rig import (
    BASE,
    NUMBER,
    PERSON,
    lead,
    post_form,
    queue,
    set_up_messenger,
    set_up_sms,
)
from tests.servers import twilio
from tests.servers.messenger import MessengerService, messenger_service
from tests.servers.plain_http import Told, plain_server
from tests.servers.twilio import TwilioService, twilio_service

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def sms(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioService]:
    """An SMS service that the workspace uses."""
    with db.unit_of_work() as session:
        factories.workspace(session)
    with twilio_service() as running:
        running.post = post_form
        set_up_sms(monkeypatch, running)
        yield running


@pytest.fixture
def page(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessengerService]:
    """A Facebook page that the workspace uses."""
    with db.unit_of_work() as session:
        factories.workspace(session)
    with messenger_service() as running:
        set_up_messenger(monkeypatch, running)
        yield running


def _queued(channel: str = "sms", **values: object) -> int:
    with db.unit_of_work() as session:
        return queue(session, channel, **values).id or 0


def _message(message_id: int) -> Message:
    with db.reading() as session:
        return session.get_one(Message, message_id)


def _lead(**values: Any) -> int:
    with db.unit_of_work() as session:
        return lead(session, **values).id or 0


def _facts(kind: str) -> list[dict[str, object]]:
    with db.reading() as session:
        rows = session.exec(select(FactRow).where(FactRow.kind == kind).order_by(col(FactRow.id)))
        return [row.data for row in rows]


@pytest.mark.parametrize(
    ("channel", "address", "field"),
    [
        ("email", "lea", "email"),
        ("sms", "0170 1234567", "phone"),
        ("sms", "+0170", "phone"),
        ("sms", "+49170123456789012", "phone"),
        ("messenger", "lea", "messenger"),
        ("messenger", "", "messenger"),
        ("webhook", "ftp://x.example", "url"),
        ("webhook", "https://", "url"),
        ("webhook", "https://a:b@x.example", "url"),
        ("webhook", "https://x.example/a b", "url"),
        ("webhook", "https://x.example:bad/", "url"),
        ("webhook", "javascript:alert(1)", "url"),
    ],
)
def test_q1_who_cannot_be_reached_is_refused(
    session: Session, channel: str, address: str, field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        queue(session, channel, to_address=address)
    assert set(raised.value.fields) == {field}
    assert session.exec(select(Message)).all() == []


@pytest.mark.parametrize("channel", ["email", "sms", "messenger"])
def test_q3_without_an_account_a_message_rests_in_the_outbox(database: str, channel: str) -> None:
    address = {"email": "lea@lead.example", "sms": NUMBER, "messenger": PERSON}[channel]
    message_id = _queued(channel, to_address=address)
    job_runner.drain()
    assert _message(message_id).state is MessageState.OUTBOX


def test_q3_what_rests_goes_out_once_the_channel_is_set_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = _queued()
    with db.unit_of_work() as session:
        admin = factories.actor(factories.admin(session))
        with pytest.raises(Invalid):
            service.send_now(session, admin, session.get_one(Message, message_id))
    with twilio_service() as running:
        set_up_sms(monkeypatch, running)
        with db.unit_of_work() as session:
            assert service.send_waiting(session, admin, now=clock.now()) == 1
        job_runner.drain()
        assert [text.to for text in running.taken] == [NUMBER]
    assert _message(message_id).state is MessageState.SENT


def test_cam2_sms_goes_out_once_with_its_id_on_the_timeline_and_as_a_fact(
    sms: TwilioService,
) -> None:
    contact_id = _lead()
    message_id = _queued(contact_id=contact_id, enrolment_id=7, step_id="s1", campaign_id=3)
    job_runner.drain()
    [text] = sms.taken
    assert (text.to, text.sender, text.body) == (NUMBER, twilio.NUMBER, "Hello Lea")
    assert text.callback.startswith(f"{BASE}/hooks/twilio/status?m=")
    message = _message(message_id)
    assert (message.state, message.external_id) == (MessageState.SENT, text.sid)
    with db.reading() as session:
        [entry] = session.exec(select(TimelineEntry)).all()
    assert (entry.message, entry.params) == ("Text message sent: {text}", {"text": "Hello Lea"})
    [fact] = _facts("MessageSent")
    assert fact == {
        "message_id": message_id,
        "contact_id": contact_id,
        "channel": "sms",
        "enrolment_id": 7,
        "step_id": "s1",
    }


def test_cam8_many_are_queued_at_once_and_each_once(sms: TwilioService) -> None:
    drafts = [
        {
            "key": f"k{n % 30}",
            "kind": "campaign",
            "channel": "sms",
            "to_address": f"+4917012{n % 30:05d}",
            "text": f"Hello {n}",
        }
        for n in range(40)
    ]
    with db.unit_of_work() as session:
        first = service.queue_many(session, drafts[:20])  # type: ignore[arg-type]
        ids = service.queue_many(session, drafts)  # type: ignore[arg-type]
    assert len(ids) == 30
    assert ids.items() >= first.items()
    job_runner.drain()
    assert sorted(text.to for text in sms.taken) == sorted({d["to_address"] for d in drafts})
    assert {text.body for text in sms.taken} == {f"Hello {n}" for n in range(30)}


@pytest.mark.parametrize("fault", [429, 503])
def test_cam2_sms_a_busy_service_is_tried_again(sms: TwilioService, fault: int) -> None:
    sms.faults.append(fault)
    with time_machine.travel(NOW, tick=False) as time:
        message_id = _queued()
        job_runner.drain()
        assert (_message(message_id).state, sms.taken) == (MessageState.QUEUED, [])
        time.shift(timedelta(minutes=2))
        job_runner.drain()
    assert (_message(message_id).state, len(sms.taken)) == (MessageState.SENT, 1)


def test_cam8_sms_a_lost_answer_is_a_question_and_never_a_second_text(sms: TwilioService) -> None:
    sms.faults.append("lost")
    message_id = _queued()
    job_runner.drain()
    job_runner.drain()
    message = _message(message_id)
    assert (message.state, len(sms.taken)) == (MessageState.UNKNOWN, 1)
    assert "SMS service" in message.error


@pytest.mark.parametrize("status", ["queued", "sent", "delivered"])
def test_cam8_sms_a_report_answers_the_question(sms: TwilioService, status: str) -> None:
    sms.faults.append("lost")
    message_id = _queued(contact_id=_lead())
    job_runner.drain()
    [text] = sms.taken
    assert sms.report(text, status) == 204
    assert sms.report(text, status) == 204
    message = _message(message_id)
    assert (message.state, message.external_id) == (MessageState.SENT, text.sid)
    assert bool(message.delivered_at) is (status == "delivered")
    assert len(_facts("MessageSent")) == 1
    with db.reading() as session:
        attempt = session.get_one(SendAttempt, delivery.ledger_key(message_id, 0))
    assert attempt.state is LedgerState.SENT


def test_cam2_sms_reports_of_delivery_and_failure(sms: TwilioService) -> None:
    first, second = _queued(key="a"), _queued(key="b")
    job_runner.drain()
    one, two = sms.taken
    assert sms.report(one, "delivered") == 204
    assert sms.report(one, "failed", code=30003) == 204  # late and wrong: it was delivered
    assert sms.report(two, "undelivered", code=30005) == 204
    delivered, failed = _message(first), _message(second)
    assert delivered.state is MessageState.SENT
    assert delivered.delivered_at is not None
    assert (failed.state, failed.delivered_at) == (MessageState.FAILED, None)
    assert "does not exist" in failed.error


def test_syn13_sms_reports_with_a_wrong_signature_change_nothing(sms: TwilioService) -> None:
    message_id = _queued()
    job_runner.drain()
    [text] = sms.taken
    assert sms.report(text, "delivered", token="guessed") == 403
    assert sms.post(text.callback, {"MessageSid": text.sid}, {}) == 403
    assert _message(message_id).delivered_at is None


def test_cam8_sms_a_late_report_says_nothing_about_the_next_attempt(sms: TwilioService) -> None:
    message_id = _queued()
    job_runner.drain()
    sms.report(sms.taken[0], "undelivered", code=30003)
    with db.unit_of_work() as session:
        admin = factories.actor(factories.admin(session))
        service.send_now(session, admin, session.get_one(Message, message_id))
    sms.faults.append("lost")
    job_runner.drain()
    first, second = sms.taken
    sms.report(first, "delivered")
    assert _message(message_id).state is MessageState.UNKNOWN
    sms.report(second, "delivered")
    message = _message(message_id)
    assert (message.state, message.external_id) == (MessageState.SENT, second.sid)


def test_a_report_about_another_message_of_the_service_is_not_ours(sms: TwilioService) -> None:
    message_id = _queued()
    job_runner.drain()
    assert sms.report(sms.taken[0], "delivered", sid="SM" + "f" * 32) == 204
    assert _message(message_id).delivered_at is None


def test_cam9_who_told_the_service_stop_is_left_alone_from_then_on(sms: TwilioService) -> None:
    sms.unsubscribed.add(NUMBER)
    contact_id = _lead()
    message_id = _queued(contact_id=contact_id)
    job_runner.drain()
    assert _message(message_id).state is MessageState.FAILED
    with db.reading() as session:
        assert session.get_one(Contact, contact_id).do_not_disturb == ["sms"]
    assert len(_facts("ContactUnsubscribed")) == 1


def test_cam9_consent_is_asked_again_before_sending(sms: TwilioService) -> None:
    contact_id = _lead()
    advert = _queued(key="advert", contact_id=contact_id, marketing=True)
    step = _queued(key="step", contact_id=contact_id, campaign_id=1)
    own = _queued(key="own", contact_id=contact_id)
    with db.unit_of_work() as session:
        session.get_one(Contact, contact_id).do_not_disturb = ["sms"]
    job_runner.drain()
    assert [_message(one).state for one in (advert, step, own)] == [
        MessageState.SKIPPED,
        MessageState.SKIPPED,
        MessageState.SENT,
    ]
    assert _message(advert).error == consent.QUIET


def test_cam9_what_is_over_the_limit_waits_for_its_turn(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with twilio_service() as running, time_machine.travel(NOW, tick=False) as time:
        set_up_sms(monkeypatch, running, per_minute=2)
        ids = [
            _queued(key=f"k{n}", to_address=f"+4917012000{n:02d}", campaign_id=1) for n in range(5)
        ]
        taken = []
        for _ in range(5):
            job_runner.drain()
            taken.append(len(running.taken))
            time.shift(timedelta(seconds=30))
        job_runner.drain()
    assert taken == [1, 2, 3, 4, 5]
    assert sorted(text.to[-2:] for text in running.taken) == ["00", "01", "02", "03", "04"]
    assert {_message(one).state for one in ids} == {MessageState.SENT}
    with db.reading() as session:
        assert session.exec(select(Job).where(Job.state != JobState.DONE)).all() == []


def test_cam9_a_confirmation_does_not_stand_behind_a_campaign(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with twilio_service() as running, time_machine.travel(NOW, tick=False):
        set_up_sms(monkeypatch, running, per_minute=1)
        for number in range(3):
            _queued(key=f"k{number}", campaign_id=1)
        own = _queued(key="own")
        job_runner.drain()
    assert _message(own).state is MessageState.SENT
    assert len(running.taken) == 2


def test_cam2_messenger_answers_within_a_day_and_says_why_not_after(
    page: MessengerService,
) -> None:
    early = _queued("messenger", key="never wrote")
    job_runner.drain()
    assert (_message(early).state, _message(early).error) == (
        MessageState.SKIPPED,
        consent.CLOSED,
    )
    with time_machine.travel(NOW, tick=False) as time:
        with db.unit_of_work() as session:
            incoming.take(
                session,
                channel="messenger",
                external_id="m1",
                from_address=PERSON,
                text="Hi",
                at=NOW,
            )
        time.shift(timedelta(hours=23, minutes=59))
        in_time = _queued("messenger", key="in time", text="Grüße")
        job_runner.drain()
        time.shift(timedelta(minutes=1))
        late = _queued("messenger", key="late")
        job_runner.drain()
    assert [(sent.to, sent.text) for sent in page.taken] == [(PERSON, "Grüße")]
    assert _message(in_time).external_id == page.taken[0].mid
    assert _message(late).error == consent.CLOSED


def test_cam2_messenger_metas_own_clock_has_the_last_word(page: MessengerService) -> None:
    with db.unit_of_work() as session:
        incoming.take(
            session,
            channel="messenger",
            external_id="m1",
            from_address=PERSON,
            text="Hi",
            at=clock.now(),
        )
    page.closed.add(PERSON)
    message_id = _queued("messenger")
    job_runner.drain()
    message = _message(message_id)
    assert (message.state, message.error) == (MessageState.FAILED, consent.CLOSED)


def test_cam2_webhook_is_called_signed_and_retried_with_one_id(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")
    factory = iter([503, 200])
    with (
        plain_server(lambda asked: Told(next(factory))) as server,
        time_machine.travel(NOW, tick=False) as time,
    ):
        text = json.dumps({"contact": 1})
        message_id = _queued("webhook", to_address=server.url("/hook"), text=text)
        job_runner.drain()
        time.shift(timedelta(minutes=2))
        job_runner.drain()
        first, second = server.asked
    assert _message(message_id).state is MessageState.SENT
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (first.body, second.body) == (text.encode(), text.encode())


def test_cam2_webhook_into_the_servers_own_network_fails_with_words(database: str) -> None:
    with plain_server(lambda asked: Told(200)) as server:
        message_id = _queued("webhook", to_address=server.url("/hook"), text="{}")
        job_runner.drain()
        assert server.asked == []
    message = _message(message_id)
    assert message.state is MessageState.FAILED
    assert "own network" in message.error


def test_sent_by_hand_tells_the_campaigns_too(session: Session) -> None:
    factories.workspace(session)
    admin = factories.actor(factories.admin(session))
    message = queue(session, contact_id=lead(session).id)
    service.mark_sent_by_hand(session, admin, message)
    with pytest.raises(Conflict):
        service.mark_sent_by_hand(session, admin, message)
    kinds = [row.kind for row in session.exec(select(FactRow))]
    assert kinds.count("MessageSent") == 1


def test_a_report_about_nothing_is_not_ours(session: Session) -> None:
    assert not reports.take(session, reports.Report("", "", "sent"), now=NOW)
    assert not reports.take(session, reports.Report("nothing", "", "sent"), now=NOW)
