"""The edges of running campaigns: the tick that does what is due, and the jobs that hear what happened.

Each piece is a transaction of its own. On SQLite somebody who wants to write gets his turn between
two batches.
"""

import contextlib
import gc
import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from crm_app.campaigns.running import engine, hearing
from crm_app.core import clock, db, facts, jobs

log = logging.getLogger(__name__)
HEAR = "campaigns.hear"
RELEASE = "campaigns.release"
# After each batch, for other writers of SQLite, which has no queue of its own.
_BREATH = 0.005
_ticking = threading.Lock()


def tick() -> datetime | None:
    """Do all that is due now; when the next step is due. In one thread of a process at a time."""
    if not _ticking.acquire(blocking=False):
        return None
    try:
        while (due_at := _next_due()) is not None and due_at <= clock.now():
            if not drain():
                # Others hold what is due.
                return None
        return due_at
    finally:
        _ticking.release()


def drain() -> int:
    """One batch of what is due; how many enrolments were handled."""
    try:
        with _uncollected(), db.unit_of_work() as session:
            done = engine.tick(session, now=clock.now())
    except OperationalError:
        # The database is away, or two transactions waited for each other: nothing happened.
        log.warning("due steps could not be taken now", exc_info=True)
        return 0
    except Exception:
        log.exception("a batch of due steps failed; they are taken one by one")
        done = _singly()
    time.sleep(_BREATH)
    return done


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that a batch makes is garbage before its end; to go through it all again and again on
    the way costs a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _next_due() -> datetime | None:
    with db.reading() as session:
        return engine.next_due(session)


def _singly() -> int:
    with db.reading() as session:
        due = engine.due_ids(session, now=clock.now(), limit=engine.BATCH)
    for enrolment_id in due:
        try:
            with db.unit_of_work() as session:
                engine.tick(session, now=clock.now(), only=enrolment_id)
        except OperationalError:
            log.warning("enrolment %s could not be taken now", enrolment_id, exc_info=True)
        except Exception as error:
            log.exception("enrolment %s is set aside", enrolment_id)
            with db.unit_of_work() as session:
                engine.set_aside(session, enrolment_id, error)
    return len(due)


@jobs.handles(HEAR)
def hear(fact_id: int) -> None:
    """Let the campaigns of the contacts know."""
    with db.unit_of_work() as session:
        fact, at = _told(session, fact_id)
        hearing.hear(session, fact, fact_id=fact_id, at=at, now=clock.now())


@jobs.handles(RELEASE)
def release(fact_id: int) -> None:
    """A campaign may run again: what fell due in its pause is due now."""
    with db.unit_of_work() as session:
        fact, _ = _told(session, fact_id)
        if isinstance(fact, facts.CampaignChanged):
            engine.release(session, fact.campaign_id, now=clock.now())


def _told(session: Session, fact_id: int) -> tuple[facts.Fact, datetime]:
    row = session.get_one(facts.FactRow, fact_id)
    return facts.load(session, fact_id), row.at
