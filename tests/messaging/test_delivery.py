"""The send ledger (CAM-8): each message goes out once, or a person is asked. Both databases."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

import crm_app.worker  # noqa: F401 - declares the job that hands facts on
from crm_app.core import clock, db, job_runner
from crm_app.core.errors import Rejected, RemoteUnavailable
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState, LedgerState, MessageState
from crm_app.messaging import delivery, jobs, ledger, service
from crm_app.models import Message, SendAttempt, TimelineEntry
from crm_app.providers import memory_mail
from crm_app.providers.mail_port import DeliveryUnknown, SetupNeeded
from crm_app.providers.memory_mail import MemoryMail
from tests import factories

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def box(database: str) -> Iterator[MemoryMail]:
    """A mail server in memory that the workspace uses."""
    with db.unit_of_work() as session:
        factories.workspace(session, smtp_url="memory://test")
    yield memory_mail.box("test")
    memory_mail.forget("test")


def _queue(session: Session, key: str = "k", **values: object) -> Message:
    defaults: dict[str, object] = {
        "kind": "booked",
        "to_name": "Lea",
        "to_address": "lea@lead.example",
        "subject": "Hello",
        "text": "Text",
    }
    return service.queue(session, key=key, **{**defaults, **values})  # type: ignore[arg-type]


def _queued(**values: object) -> int:
    with db.unit_of_work() as session:
        return _queue(session, **values).id or 0  # type: ignore[arg-type]


def _message(message_id: int) -> Message:
    with db.reading() as session:
        return session.get_one(Message, message_id)


def _attempt(message_id: int, attempt: int = 0) -> SendAttempt | None:
    with db.reading() as session:
        return session.get(SendAttempt, delivery.ledger_key(message_id, attempt))


def _begin(message_id: int) -> delivery.Going | None:
    with db.unit_of_work() as session:
        return delivery.begin(session, message_id, now=clock.now())


def _end(going: delivery.Going, failure: Exception | None = None) -> bool:
    with db.unit_of_work() as session:
        return delivery.ended(session, going, failure, answer="ok", now=clock.now())  # type: ignore[arg-type]


def test_a_queued_message_is_sent_once_and_says_so(box: MemoryMail) -> None:
    message_id = _queued()
    job_runner.drain()
    jobs.send(message_id)
    assert [mail.recipient for mail in box.sent] == ["lea@lead.example"]
    message, attempt = _message(message_id), _attempt(message_id)
    assert (message.state, message.error) == (MessageState.SENT, "")
    assert message.sent_at is not None
    assert attempt is not None
    assert (attempt.state, attempt.detail) == (LedgerState.SENT, "kept")


def test_a_key_makes_one_message(box: MemoryMail) -> None:
    first, second = _queued(key="same", subject="One"), _queued(key="same", subject="Two")
    assert first == second
    job_runner.drain()
    assert len(box.sent) == 1
    assert b"Subject: One\r\n" in box.sent[0].content


def test_a_message_of_a_transaction_that_failed_is_not_sent(box: MemoryMail) -> None:
    def fails() -> None:
        with db.unit_of_work() as session:
            _queue(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    job_runner.drain()
    assert box.sent == []


def test_q3_without_a_mail_server_it_rests_in_the_outbox(database: str) -> None:
    message_id = _queued()
    job_runner.drain()
    assert _message(message_id).state is MessageState.OUTBOX
    assert _attempt(message_id) is None


def test_q3_a_mail_server_that_was_removed_meanwhile_leaves_it_in_the_outbox(
    box: MemoryMail,
) -> None:
    message_id = _queued()
    with db.unit_of_work() as session:
        session.exec(select(factories.models.Workspace)).one().smtp_url = None
    job_runner.drain()
    assert (_message(message_id).state, box.sent) == (MessageState.OUTBOX, [])


def test_cam8_a_claim_found_again_is_unknown_and_never_sent(box: MemoryMail) -> None:
    message_id = _queued()
    assert _begin(message_id) is not None  # and then the process dies
    jobs.send(message_id)
    job_runner.drain()
    message, attempt = _message(message_id), _attempt(message_id)
    assert (message.state, message.error) == (MessageState.UNKNOWN, delivery.INTERRUPTED)
    assert attempt is not None
    assert attempt.state is LedgerState.UNKNOWN
    assert box.sent == []


def test_cam8_of_two_workers_one_sends(box: MemoryMail) -> None:
    message_id = _queued()
    assert _begin(message_id) is not None
    assert _begin(message_id) is None


def test_cam8_a_frozen_worker_that_wakes_up_and_had_sent_is_believed(box: MemoryMail) -> None:
    message_id = _queued()
    going = _begin(message_id)
    assert going is not None
    jobs.send(message_id)
    assert _message(message_id).state is MessageState.UNKNOWN
    assert _end(going) is False
    message, attempt = _message(message_id), _attempt(message_id)
    assert message.state is MessageState.SENT
    assert attempt is not None
    assert attempt.state is LedgerState.SENT


def test_cam8_a_frozen_worker_that_had_not_sent_leads_to_another_attempt(box: MemoryMail) -> None:
    message_id = _queued()
    going = _begin(message_id)
    assert going is not None
    jobs.send(message_id)
    assert _end(going, RemoteUnavailable()) is False
    assert _message(message_id).state is MessageState.QUEUED
    job_runner.drain()
    assert (_message(message_id).state, len(box.sent)) == (MessageState.SENT, 1)


def test_cam8_a_lost_answer_is_unknown_and_not_tried_again(box: MemoryMail) -> None:
    box.faults.append(DeliveryUnknown(detail="connection reset"))
    message_id = _queued()
    job_runner.drain()
    jobs.send(message_id)
    message = _message(message_id)
    assert (message.state, message.error_detail) == (MessageState.UNKNOWN, "connection reset")
    assert len(box.sent) == 1


def test_a_server_that_is_away_is_tried_again(box: MemoryMail) -> None:
    box.faults.append(RemoteUnavailable(detail="refused"))
    with time_machine.travel(NOW, tick=False) as clock_of_the_test:
        message_id = _queued()
        job_runner.drain()
        message = _message(message_id)
        assert (message.state, message.error_detail) == (MessageState.QUEUED, "refused")
        assert _attempt(message_id) is None
        clock_of_the_test.shift(timedelta(minutes=1))
        job_runner.drain()
    message = _message(message_id)
    assert (message.state, message.error, len(box.sent)) == (MessageState.SENT, "", 1)


def test_a_server_that_stays_away_is_given_up_after_two_days(box: MemoryMail) -> None:
    with time_machine.travel(NOW, tick=False) as clock_of_the_test:
        message_id = _queued()
        tries = 0
        while _message(message_id).state is MessageState.QUEUED:
            box.faults.append(RemoteUnavailable())
            job_runner.drain()
            clock_of_the_test.shift(timedelta(hours=1, minutes=30))
            tries += 1
        passed = clock.now() - NOW
    assert _message(message_id).error == delivery.GAVE_UP
    assert timedelta(hours=48) < passed < timedelta(hours=53)
    assert tries > 30
    assert _jobs_left() == []


def _jobs_left() -> list[Job]:
    with db.reading() as session:
        return list(session.exec(select(Job).where(Job.state != JobState.DONE)))


def test_a_bounce_fails_for_good(box: MemoryMail) -> None:
    box.faults.append(Rejected(detail="550 no such user"))
    message_id = _queued()
    job_runner.drain()
    message = _message(message_id)
    assert (message.state, message.error_detail) == (MessageState.FAILED, "550 no such user")
    assert _jobs_left() == []


def test_wrong_settings_send_it_back_to_the_outbox(box: MemoryMail) -> None:
    box.faults.append(SetupNeeded("The password is wrong."))
    message_id = _queued()
    job_runner.drain()
    message = _message(message_id)
    assert (message.state, message.error) == (MessageState.OUTBOX, "The password is wrong.")
    assert _attempt(message_id) is None
    assert _jobs_left() == []


def test_what_nobody_needs_any_more_is_skipped(box: MemoryMail) -> None:
    with time_machine.travel(NOW, tick=False):
        message_id = _queued(expires_at=NOW)
        job_runner.drain()
    message = _message(message_id)
    assert (message.state, message.error) == (MessageState.SKIPPED, delivery.TOO_LATE)
    assert box.sent == []


def test_a_database_that_is_away_for_a_moment_does_not_lose_the_end_of_a_send(
    lite: str,
) -> None:
    calls: list[int] = []

    def note(session: Session) -> str:
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("UPDATE", {}, Exception("the database is away"))
        return "noted"

    assert jobs.written_down(note) == "noted"
    assert len(calls) == 3


def test_the_timeline_tells_of_a_sent_mail(box: MemoryMail) -> None:
    with db.unit_of_work() as session:
        contact_id = factories.contact(session).id
        _queue(session, contact_id=contact_id)
    job_runner.drain()
    with db.reading() as session:
        [entry] = session.exec(
            select(TimelineEntry).where(TimelineEntry.contact_id == contact_id)
        ).all()
    assert (entry.kind, entry.params) == ("message", {"subject": "Hello"})


@pytest.mark.parametrize(
    ("settle", "expected"),
    [
        (ledger.sent, LedgerState.SENT),
        (ledger.unknown, LedgerState.UNKNOWN),
        (ledger.skipped, LedgerState.SKIPPED),
    ],
)
def test_cam8_a_settled_attempt_is_not_claimed_again(
    session: Session, settle: Callable[..., None], expected: LedgerState
) -> None:
    assert ledger.claim(session, "x", channel="sms", now=NOW) is None
    settle(session, "x", now=NOW)
    assert ledger.claim(session, "x", channel="sms", now=NOW) is expected


def test_cam8_an_attempt_given_back_can_be_claimed(session: Session) -> None:
    assert ledger.claim(session, "x", channel="sms", now=NOW) is None
    ledger.give_back(session, "x")
    assert ledger.claim(session, "x", channel="sms", now=NOW) is None


def test_cam8_what_was_sent_is_never_given_back(session: Session) -> None:
    ledger.claim(session, "x", channel="sms", now=NOW)
    ledger.sent(session, "x", now=NOW)
    ledger.give_back(session, "x")
    assert ledger.claim(session, "x", channel="sms", now=NOW) is LedgerState.SENT
