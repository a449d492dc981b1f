"""Q-2: the background work as an administrator sees it, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from crm_app.core import clock, job_board, jobs
from crm_app.core.job_board import Heap
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState


@pytest.fixture
def work(session: Session) -> Session:
    """One job on each heap, and one that is done."""
    for kind, state, attempts in (
        ("parked", JobState.PARKED, 8),
        ("again", JobState.READY, 2),
        ("running", JobState.RUNNING, 1),
        ("waiting", JobState.READY, 0),
        ("done", JobState.DONE, 1),
    ):
        jobs.enqueue(session, kind, key=kind, number=7)
        row = session.exec(select(Job).where(Job.kind == kind)).one()
        row.state, row.attempts, row.last_error = state, attempts, "why"
        session.add(row)
    session.flush()
    return session


def number(session: Session, kind: str) -> int:
    return session.exec(select(Job.id).where(Job.kind == kind)).one() or 0


def test_every_job_lies_on_one_heap(work: Session) -> None:
    assert job_board.counts(work) == dict.fromkeys(Heap, 1)
    for heap in Heap:
        (piece,) = job_board.listed(work, heap)
        assert (piece.kind, piece.args, piece.heap) == (heap.value, {"number": 7}, heap)
    (parked,) = job_board.listed(work, Heap.PARKED)
    assert (parked.attempts, parked.error) == (8, "why")


def test_what_is_due_first_comes_first(work: Session) -> None:
    jobs.enqueue(work, "sooner", key="sooner", run_at=clock.now() - timedelta(hours=1))
    kinds = [piece.kind for piece in job_board.listed(work, Heap.WAITING)]
    assert kinds == ["sooner", "waiting"]
    assert len(job_board.listed(work, Heap.WAITING, limit=1)) == 1


def test_parked_work_is_tried_again_with_all_its_attempts(work: Session) -> None:
    assert job_board.retry_all(work) == 1
    assert job_board.counts(work)[Heap.PARKED] == 0
    work.expire_all()
    row = work.get_one(Job, number(work, "parked"))
    assert (row.state, row.attempts) == (JobState.READY, 0)
    assert job_board.retry_all(work) == 0


def test_only_parked_work_is_given_up_and_its_key_stays_known(work: Session) -> None:
    assert job_board.dismiss(work, number(work, "parked"))
    for kind in ("parked", "again", "running", "waiting", "done"):
        assert not job_board.dismiss(work, number(work, kind))
    jobs.enqueue(work, "parked", key="parked")
    assert len(work.exec(select(Job).where(Job.key == "parked")).all()) == 1
    assert job_board.counts(work)[Heap.PARKED] == 0
