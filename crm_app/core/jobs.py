"""The job port: work that is done after the commit, by whichever process is free.

A job is enqueued in the same transaction as the change that needs it. Its ``key`` makes that
idempotent: a second job with the key of an earlier one is not made. Arguments are ids and plain
values; a handler must be safe to run twice, since a crashed worker's job is run again. Nothing
above this module may know which engine runs the jobs.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, delete
from sqlmodel import Field, Session, SQLModel, col, select

from crm_app.core import clock, db
from crm_app.core.columns import enum_type
from crm_app.core.kinds import JobState


class Job(SQLModel, table=True):
    """A piece of work. ``token`` fences: only the claim that holds it may finish the job."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "state", "run_at", "id"),
        Index("ix_job_lease", "state", "lease_until"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    args: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    key: str | None = Field(default=None, unique=True)
    state: JobState = Field(default=JobState.READY, sa_type=enum_type(JobState))
    run_at: datetime
    attempts: int = 0
    token: int = 0
    lease_until: datetime | None = None
    worker: str = ""
    last_error: str = ""
    created_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs a kind of job: ``lease`` in seconds, renewed while it runs; None: that of the settings."""

    run: Callable[..., None]
    max_attempts: int
    lease: float | None


_handlers: dict[str, Handler] = {}
_ending: ContextVar[Callable[[Session], None] | None] = ContextVar("ending", default=None)


def handles(
    kind: str, *, max_attempts: int = 8, lease: float | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare the decorated function as the handler of ``kind``; it gets the job's arguments."""

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        _handlers[kind] = Handler(function, max_attempts, lease)
        return function

    return declare


def handlers() -> Mapping[str, Handler]:
    """All declared handlers by kind."""
    return _handlers


def ends_with(session: Session) -> None:
    """The job that this thread runs is done when ``session`` commits: nothing of it is left to do.

    That saves a transaction of its own to note the end. Where it is not a job that runs, nothing
    happens, so that handlers can be called like any function.
    """
    note = _ending.get()
    if note is not None:
        note(session)


@contextlib.contextmanager
def ending_by(note: Callable[[Session], None]) -> Iterator[None]:
    """For engines: what ``ends_with`` calls while the block runs a job in this thread."""
    token = _ending.set(note)
    try:
        yield
    finally:
        _ending.reset(token)


def enqueue(
    session: Session,
    kind: str,
    /,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    **args: Any,
) -> None:
    """Have ``kind`` run with ``args`` after this transaction commits, not before ``run_at`` (UTC).

    A job whose ``key`` is known already, whatever its state, is not made again.
    """
    _insert(session, kind, [(key, args)], run_at)


def enqueue_all(
    session: Session, kind: str, wanted: Sequence[tuple[str | None, Mapping[str, Any]]]
) -> None:
    """The same for many jobs of one kind, keys and arguments, in one statement."""
    if wanted:
        _insert(session, kind, wanted, None)


def _insert(
    session: Session,
    kind: str,
    wanted: Sequence[tuple[str | None, Mapping[str, Any]]],
    run_at: datetime | None,
) -> None:
    now = clock.now()
    lines = [
        {
            "kind": kind,
            "args": dict(args),
            "key": key,
            "state": JobState.READY,
            "run_at": run_at or now,
            "attempts": 0,
            "token": 0,
            "worker": "",
            "last_error": "",
            "created_at": now,
        }
        for key, args in wanted
    ]
    table: Table = Job.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    db.insert_many(session, table, lines, unless="key")
    session.info["jobs_enqueued"] = True


def is_waiting(session: Session, *, key_prefix: str) -> bool:
    """Whether a job whose key begins with ``key_prefix`` has not begun yet."""
    return (
        session.exec(
            select(Job.id)
            .where(
                col(Job.key).startswith(key_prefix, autoescape=True), Job.state == JobState.READY
            )
            .limit(1)
        ).first()
        is not None
    )


def cancel(session: Session, *, key_prefix: str) -> None:
    """Remove the jobs that have not begun and whose key begins with ``key_prefix``."""
    session.execute(
        delete(Job).where(
            col(Job.key).startswith(key_prefix, autoescape=True),
            col(Job.state).in_([JobState.READY, JobState.PARKED]),
        )
    )


def retry(session: Session, job_id: int) -> None:
    """Make a parked job ready again, with all its attempts."""
    job = session.get(Job, job_id)
    if job is not None and job.state == JobState.PARKED:
        job.state, job.attempts, job.run_at = JobState.READY, 0, clock.now()
        session.add(job)
