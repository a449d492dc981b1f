"""The embedded job engine: claims due rows of the ``job`` table and runs their handlers in threads.

Any number of processes may run it on the same database. A claim is one UPDATE that raises the
row's token (the fencing token); a finished job is written only while the token is still ours, so a
worker that was frozen past its lease cannot overwrite what another did meanwhile. The clock that
wakes the engine only enqueues and claims; it never decides.
"""

import functools
import logging
import os
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, event, or_, select, update
from sqlmodel import Session, col

from crm_app.core import clock, db, jobs
from crm_app.core.errors import CrmError, RateLimited, RemoteUnavailable
from crm_app.core.jobs import Job, handlers
from crm_app.core.kinds import JobState
from crm_app.core.settings import get_settings

log = logging.getLogger(__name__)

KEEP_DONE = timedelta(days=30)
KEEP_NAMELESS = timedelta(hours=1)
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this worker may run until its lease ends."""

    id: int
    kind: str
    args: dict[str, Any]
    token: int
    attempts: int


def claim(session: Session, *, worker: str, limit: int, now: datetime) -> list[Claimed]:
    """Take up to ``limit`` due jobs. Two workers never get the same claim."""
    due = (
        select(Job.id)  # type: ignore[call-overload]  # columns of a table
        .where(Job.state == JobState.READY, Job.run_at <= now)
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(Job)
        .where(col(Job.id).in_(due.scalar_subquery() if not db.is_sqlite(session) else due))
        .values(
            state=JobState.RUNNING,
            token=Job.token + 1,
            attempts=Job.attempts + 1,
            worker=worker,
            lease_until=now + timedelta(seconds=get_settings().job_lease_seconds),
        )
        .returning(Job.id, Job.kind, Job.args, Job.token, Job.attempts)  # type: ignore[call-overload]  # columns of a table
        .execution_options(synchronize_session=False)
    )
    return [Claimed(*row) for row in taken]


def run(job: Claimed) -> None:
    """Run one claimed job to its end and record how it ended."""
    handler = handlers().get(job.kind)
    if handler is None:
        _park(job, f"no handler for {job.kind}")
        return
    end = _End(job)
    try:
        with (
            _lease_kept(job, handler.lease or get_settings().job_lease_seconds),
            jobs.ending_by(end.note),
        ):
            handler.run(**job.args)
    except (RateLimited, RemoteUnavailable) as error:
        _later(job, handler.max_attempts, str(error), getattr(error, "retry_after", None))
    except CrmError as error:
        # What was understood and refused will be refused again: a person has to look.
        _park(job, str(error))
    except Exception as error:
        log.exception("job %s (%s) failed", job.id, job.kind)
        _later(job, handler.max_attempts, f"{type(error).__name__}: {error}", None)
    else:
        if not end.is_noted:
            _finish(job, **_done())


class _End:
    """The end of a job, noted in the handler's last transaction if it wants so."""

    def __init__(self, job: Claimed) -> None:
        self.job, self.is_noted = job, False

    def note(self, session: Session) -> None:
        """Done, if ``session`` commits."""
        _write_end(session, self.job, **_done())
        event.listen(session, "after_commit", self._committed)

    def _committed(self, session: Session) -> None:
        # The end of a savepoint is told too, and is none.
        self.is_noted = not session.in_nested_transaction()


def _done() -> dict[str, Any]:
    return {"state": JobState.DONE, "finished_at": clock.now(), "last_error": ""}


def back_off(attempt: int, retry_after: float | None, *, jitter: float) -> float:
    """Seconds to wait before attempt ``attempt + 1``; never less than the service asked for."""
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0**attempt) * (1 + jitter)
    return max(wait, retry_after or 0.0)


def _later(job: Claimed, max_attempts: int, error: str, retry_after: float | None) -> None:
    if job.attempts >= max_attempts:
        _park(job, error)
        return
    wait = back_off(job.attempts, retry_after, jitter=random.random() / 4)  # noqa: S311 - jitter
    _finish(
        job, state=JobState.READY, run_at=clock.now() + timedelta(seconds=wait), last_error=error
    )


def _park(job: Claimed, error: str) -> None:
    log.warning("job %s (%s) parked: %s", job.id, job.kind, error)
    _finish(job, state=JobState.PARKED, last_error=error)


def _finish(job: Claimed, **values: Any) -> None:
    with db.unit_of_work() as session:
        _write_end(session, job, **values)


def _write_end(session: Session, job: Claimed, **values: Any) -> None:
    """Nothing when the claim is no longer ours."""
    session.execute(
        update(Job)
        .where(
            col(Job.id) == job.id,
            col(Job.token) == job.token,
            col(Job.state) == JobState.RUNNING,
        )
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )


class _lease_kept:  # noqa: N801 - reads as a phrase in a with statement
    """Renews the lease every third of its length until the block ends."""

    def __init__(self, job: Claimed, lease: float) -> None:
        self.job, self.lease = job, lease
        self.stop = threading.Event()

    def __enter__(self) -> None:
        self.thread = threading.Thread(target=self._renew, daemon=True)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def _renew(self) -> None:
        while not self.stop.wait(self.lease / 3):
            with db.unit_of_work() as session:
                session.execute(
                    update(Job)
                    .where(col(Job.id) == self.job.id, col(Job.token) == self.job.token)
                    .values(lease_until=clock.now() + timedelta(seconds=self.lease))
                )


def reap(session: Session, *, now: datetime) -> int:
    """Give back the jobs of workers that died, and forget jobs that were done long ago."""
    given_back = session.execute(
        update(Job)
        .where(col(Job.state) == JobState.RUNNING, col(Job.lease_until) < now)
        .values(state=JobState.READY, lease_until=None)
    )
    # A key keeps a job from being made twice, so it is remembered; others only fill the table.
    nameless = and_(col(Job.key).is_(None), col(Job.finished_at) < now - KEEP_NAMELESS)
    session.execute(
        delete(Job).where(
            col(Job.state) == JobState.DONE,
            or_(nameless, col(Job.finished_at) < now - KEEP_DONE),
        )
    )
    return db.rows_changed(given_back)


def drain(*, limit: int = 1000) -> int:
    """Run all jobs that are due now, and those that they make, in this thread; how many ran."""
    ran = 0
    while ran < limit:
        with db.unit_of_work() as session:
            claimed = claim(session, worker="drain", limit=10, now=clock.now())
        if not claimed:
            return ran
        for job in claimed:
            run(job)
            ran += 1
    return ran


class Runner:
    """The threads of one process. ``wake`` makes an idle runner look at once."""

    def __init__(self, *, threads: int, poll_seconds: float = 0.5) -> None:
        self.worker = f"{socket.gethostname()}:{os.getpid()}"
        self._poll = poll_seconds
        self._stop = threading.Event()
        self._due = threading.Event()
        self._slots = threading.Semaphore(threads)
        self._threads: list[threading.Thread] = []
        self._main = threading.Thread(target=self._loop, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to claim and run."""
        self._main.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._due.set()

    def stop(self, timeout: float = 10) -> None:
        """Take no more jobs and wait for those that run, ``timeout`` seconds at most in all."""
        self._stop.set()
        self._due.set()
        self._main.join(timeout)
        for thread in self._threads:
            thread.join(timeout)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self._round()
            except Exception:
                log.exception("the job engine could not look for work")
                busy = False
            if not busy:
                self._due.wait(self._poll)
                self._due.clear()

    def _round(self) -> bool:
        """Claim as many jobs as there are free threads, in one go; whether there was any."""
        free = self._free_slots()
        claimed: list[Claimed] = []
        try:
            if self._is_something_due():
                with db.unit_of_work() as session:
                    claimed = claim(session, worker=self.worker, limit=free, now=clock.now())
        finally:
            for _ in range(free - len(claimed)):
                self._slots.release()
        for job in claimed:
            self._spawn(functools.partial(run, job))
        return bool(claimed)

    def _free_slots(self) -> int:
        """Take all slots that are free, at least one: wait for it."""
        self._slots.acquire()
        free = 1
        while self._slots.acquire(blocking=False):
            free += 1
        return free

    def _is_something_due(self) -> bool:
        with db.reading() as session:
            waiting = session.execute(
                select(Job.id)  # type: ignore[call-overload]  # columns of a table
                .where(Job.state == JobState.READY, Job.run_at <= clock.now())
                .limit(1)
            ).first()
        return waiting is not None

    def _spawn(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except Exception:
                log.exception("a job's end could not be recorded; its lease will run out")
            finally:
                self._slots.release()

        thread = threading.Thread(target=guarded, name="job", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()
