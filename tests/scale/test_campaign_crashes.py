"""CAM-8 on real processes: a worker that is killed, one that freezes, three that tick at once."""

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.kinds import EnrolmentState, MessageState, StepOutcome
from crm_app.messaging import queries as messages
from tests.factories import campaigns
from tests.scale import crowd, workers
from tests.servers.smtp import SmtpSink

THREADS = 4  # CRM_JOB_THREADS
WAITING = {MessageState.QUEUED}


def fill(count: int, *, seconds: float = 0) -> None:
    """``count`` contacts at a letter that is due in ``seconds``, and then wait for a day."""
    with db.unit_of_work() as session:
        due_at = clock.now() + timedelta(seconds=seconds)
        crowd.fill(session, count, crowd.letter(), campaigns.wait(1440), due_at=due_at)


def received(sink: SmtpSink) -> Counter[str]:
    return Counter(each.recipient for each in sink.received)


def by_state(*wanted: MessageState) -> set[str]:
    """To whom messages in these states are."""
    with db.reading() as session:
        query = select(models.Message.to_address).where(col(models.Message.state).in_(wanted))
        return set(session.exec(query))


def is_settled(count: int) -> bool:
    states = workers.states()
    return sum(states.values()) == count and not WAITING & set(states)


@pytest.mark.slow
def test_cam8_kill_9_in_the_midst_of_500_sends_loses_nothing_and_sends_nothing_twice(
    database: str, smtp_sink: SmtpSink
) -> None:
    count = 500
    fill(count)
    in_the_midst = threading.Event()
    smtp_sink.on_data = lambda _: in_the_midst.set() if len(smtp_sink.received) > 150 else None
    with workers.worker(database, smtp_url=smtp_sink.url) as first:
        workers.until(in_the_midst.is_set, first)
        first.kill()
        first.wait()
    assert len(smtp_sink.received) < count
    with workers.worker(database, smtp_url=smtp_sink.url) as second:
        workers.until(lambda: is_settled(count), second)
    arrived = received(smtp_sink)
    assert max(arrived.values()) == 1
    sent, unknown = by_state(MessageState.SENT), by_state(MessageState.UNKNOWN)
    assert sent <= set(arrived)
    assert set(arrived) <= sent | unknown
    assert len(sent) + len(unknown) == count
    # Only what the killed worker had in its hands, and a person can see it.
    assert len(unknown) <= THREADS
    with db.reading() as session:
        listed = messages.list_messages(session, system("test"), states=[MessageState.UNKNOWN])
    assert {message.to_address for message in listed} == unknown


@pytest.mark.slow
def test_cam8_a_worker_that_was_frozen_past_its_lease_sends_nothing_twice(
    database: str, smtp_sink: SmtpSink
) -> None:
    count = 60
    fill(count)
    taken, go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        # The server has a mail, and does not answer before its sender is frozen.
        taken.set()
        go_on.wait(30)

    smtp_sink.on_data = hold
    with workers.worker(database, smtp_url=smtp_sink.url) as frozen:
        workers.until(taken.is_set, frozen)
        workers.freeze(frozen)
        go_on.set()
        with workers.worker(database, smtp_url=smtp_sink.url) as other:
            # What the frozen one had claimed is nobody's to send: a person is asked.
            workers.until(lambda: MessageState.UNKNOWN in workers.states(), other)
            workers.until(lambda: is_settled(count), other)
            unknown = by_state(MessageState.UNKNOWN)
            assert 0 < len(unknown) <= THREADS
            workers.wake(frozen)
            workers.until(lambda: not by_state(MessageState.UNKNOWN), frozen, other)
    # It was the frozen one who knew: all went out, each once.
    assert workers.states() == {MessageState.SENT: count}
    arrived = received(smtp_sink)
    assert len(arrived) == count
    assert max(arrived.values()) == 1


def enrolments_past(step_id: str) -> int:
    with db.reading() as session:
        done = select(func.count()).where(models.StepRun.step_id == step_id)
        return session.exec(done).one()


def kill(processes: Sequence[workers.Process]) -> None:
    processes[0].kill()
    processes[0].wait()


@pytest.mark.slow
def test_cam8_three_schedulers_tick_at_once_one_is_killed_and_2000_steps_happen_once(
    database: str,
) -> None:
    count = 2_000
    fill(count, seconds=4)
    with ExitStack() as stack:
        running = [stack.enter_context(workers.worker(database)) for _ in range(3)]
        workers.until(lambda: enrolments_past("letter") > 0, *running)
        kill(running)
        workers.until(lambda: enrolments_past("letter") == count, *running[1:])
    with db.reading() as session:
        runs = session.exec(select(models.StepRun)).all()
        keys = session.exec(select(models.Message.key)).all()
        inside = session.exec(select(models.Enrolment)).all()
    assert {(run.outcome, run.visit) for run in runs} == {(StepOutcome.SENT, 1)}
    assert len({run.enrolment_id for run in runs}) == len(runs) == count
    assert sorted(keys) == sorted(f"enrolment:{row.id}:1" for row in inside)
    assert {(row.state, row.visit) for row in inside} == {(EnrolmentState.ACTIVE, 2)}
    # Without a mail server they rest in the outbox, and are not called sent.
    assert workers.states() == {MessageState.OUTBOX: count}
