"""The embedded job engine: idempotent enqueue, exclusive claims, fencing, retries, parking."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from crm_app.core import db, job_runner, jobs
from crm_app.core.errors import RateLimited, Rejected, RemoteUnavailable
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ran: list[Any] = []


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    ran.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@jobs.handles("test.note")
def note(what: str) -> None:
    ran.append(what)


@jobs.handles("test.fails", max_attempts=3)
def fails(kind: str) -> None:
    ran.append(kind)
    raise {
        "away": RemoteUnavailable(),
        "slow": RateLimited(retry_after=500),
        "refused": Rejected(),
        "bug": ValueError("a bug"),
    }[kind]


def _enqueue(kind: str = "test.note", /, **values: Any) -> None:
    with db.unit_of_work() as session:
        jobs.enqueue(session, kind, **values)


def _rows() -> list[Job]:
    with db.reading() as session:
        return list(session.exec(select(Job).order_by(Job.id)))  # type: ignore[arg-type]


def _claim(worker: str, limit: int = 10) -> list[job_runner.Claimed]:
    with db.unit_of_work() as session:
        return job_runner.claim(session, worker=worker, limit=limit, now=datetime.now(UTC))


def test_same_key_is_one_job(database: str) -> None:
    for _ in range(3):
        _enqueue(key="once", what="a")
    _enqueue(what="b")
    _enqueue(what="b")
    assert job_runner.drain() == 3
    assert sorted(ran) == ["a", "b", "b"]
    _enqueue(key="once", what="a")
    assert job_runner.drain() == 0


def test_rolled_back_change_leaves_no_job(database: str) -> None:
    def change() -> None:
        with db.unit_of_work() as session:
            jobs.enqueue(session, "test.note", what="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert job_runner.drain() == 0


def test_not_before_its_time(database: str, clock: time_machine.Traveller) -> None:
    _enqueue(run_at=NOW + timedelta(minutes=5), what="later")
    assert job_runner.drain() == 0
    clock.shift(timedelta(minutes=5))
    assert job_runner.drain() == 1


@jobs.handles("test.ends")
def ends(how: str) -> None:
    """Notes its end in its own transaction, which breaks, or in which a part is undone."""
    ran.append(how)
    with db.unit_of_work() as session:
        jobs.ends_with(session)
        with session.begin_nested():
            jobs.enqueue(session, "test.note", key=how, what=how)
        if how == "breaks":
            raise RuntimeError
    if how == "goes on":
        raise RuntimeError


@pytest.mark.parametrize(
    ("how", "state"),
    [("well", JobState.DONE), ("breaks", JobState.READY), ("goes on", JobState.DONE)],
)
def test_a_job_can_end_with_its_own_last_transaction(
    database: str, clock: time_machine.Traveller, how: str, state: JobState
) -> None:
    _enqueue("test.ends", how=how)
    (mine,) = _claim("one")
    job_runner.run(mine)
    row, *made = _rows()
    assert row.state == state
    assert [each.kind for each in made] == ([] if how == "breaks" else ["test.note"])
    assert (row.finished_at is None) == (how == "breaks")


def test_who_lost_his_claim_ends_nothing(database: str, clock: time_machine.Traveller) -> None:
    _enqueue("test.ends", how="well")
    (frozen,) = _claim("frozen")
    clock.shift(timedelta(minutes=2))
    with db.unit_of_work() as session:
        job_runner.reap(session, now=datetime.now(UTC))
    _claim("awake")
    job_runner.run(frozen)
    assert _rows()[0].state == JobState.RUNNING


def test_two_workers_never_get_the_same_job(database: str) -> None:
    for n in range(6):
        _enqueue(what=str(n))
    first, second = _claim("one", 4), _claim("two", 4)
    assert len(first) == 4
    assert len(second) == 2
    assert {job.id for job in first}.isdisjoint({job.id for job in second})


def test_dead_workers_job_is_given_back_and_fenced(
    database: str, clock: time_machine.Traveller
) -> None:
    _enqueue(what="x")
    (frozen,) = _claim("frozen")
    clock.shift(timedelta(minutes=2))
    with db.unit_of_work() as session:
        assert job_runner.reap(session, now=datetime.now(UTC)) == 1
    (awake,) = _claim("awake")
    assert awake.token == frozen.token + 1
    job_runner.run(frozen)  # wakes up past its lease: it may run, but not finish the job
    assert _rows()[0].state == JobState.RUNNING
    assert _rows()[0].worker == "awake"
    job_runner.run(awake)
    assert _rows()[0].state == JobState.DONE


@pytest.mark.parametrize(("kind", "least"), [("away", 4), ("slow", 500), ("bug", 4)])
def test_what_may_pass_is_tried_again_later(
    database: str, clock: time_machine.Traveller, kind: str, least: int
) -> None:
    _enqueue("test.fails", kind=kind)
    job_runner.drain()
    (row,) = _rows()
    assert row.state == JobState.READY
    assert row.run_at >= NOW + timedelta(seconds=least)
    assert row.last_error
    for _ in range(5):
        clock.shift(timedelta(hours=2))
        job_runner.drain()
    assert len(ran) == 3
    assert _rows()[0].state == JobState.PARKED


def test_what_was_refused_is_parked_at_once(database: str) -> None:
    _enqueue("test.fails", kind="refused")
    job_runner.drain()
    assert len(ran) == 1
    (row,) = _rows()
    assert row.state == JobState.PARKED
    with db.unit_of_work() as session:
        jobs.retry(session, row.id or 0)
    job_runner.drain()
    assert len(ran) == 2


def test_unknown_kind_is_parked_with_a_reason(database: str) -> None:
    _enqueue("test.nobody")
    job_runner.drain()
    assert "no handler" in _rows()[0].last_error


def test_cancel_by_key_prefix(database: str) -> None:
    _enqueue(key="reminder:7:1", what="a")
    _enqueue(key="reminder:70:1", what="b")
    with db.unit_of_work() as session:
        jobs.cancel(session, key_prefix="reminder:7:")
    job_runner.drain()
    assert ran == ["b"]


def test_done_jobs_are_forgotten_after_a_month(
    database: str, clock: time_machine.Traveller
) -> None:
    _enqueue(what="nameless")
    _enqueue(key="named", what="x")
    job_runner.drain()
    clock.shift(timedelta(hours=2))
    with db.unit_of_work() as session:
        job_runner.reap(session, now=datetime.now(UTC))
    assert [row.key for row in _rows()] == ["named"]
    clock.shift(timedelta(days=31))
    with db.unit_of_work() as session:
        job_runner.reap(session, now=datetime.now(UTC))
    assert _rows() == []


def test_back_off_grows_is_bounded_and_honours_the_service() -> None:
    waits = [job_runner.back_off(n, None, jitter=0) for n in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[-1] == 3600
    assert job_runner.back_off(1, 90, jitter=0) == 90
