"""What triggers do by themselves: look at facts, look again when a time is over, tidy their log.

Each look is a transaction of its own, so one trigger that fails does not hold back the others; a job
that is run twice finds the looks of before under their keys.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from crm_app.accounts.queries import by_id
from crm_app.campaigns.triggers import backfill, considering, occurrences, queries, timers
from crm_app.campaigns.triggers.catalogue import STOPS
from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.core import clock, db, facts, jobs
from crm_app.core.facts import FactRow
from crm_app.core.kinds import TimerState
from crm_app.models import Trigger, TriggerRun, TriggerTimer

log = logging.getLogger(__name__)
KEPT = timedelta(days=90)
DELETED_FOR = timedelta(days=30)
_AT_ONCE = 500


@jobs.handles("triggers.consider")
def consider(fact_id: int) -> None:
    """Something happened: end the times that it ends, and have the triggers look at it."""
    now = clock.now()
    with db.reading() as session:
        row = by_id(session, FactRow, fact_id)
        fact = facts.load(session, fact_id)
    if type(fact).__name__ in STOPS:
        with db.unit_of_work() as session:
            timers.stop_by(session, fact)
    with db.reading() as session:
        found = occurrences.occurrences_of(
            session, fact, fact_id=fact_id, at=row.at if row else now
        )
        looks = queries.looks(session, found)
    _each(looks, now)


def _each(looks: list[tuple[Rule, Occurrence]], now: datetime) -> None:
    """Look, each in a transaction; what failed unexpectedly is tried again by the job."""
    failure: Exception | None = None
    for rule, occurrence in looks:
        try:
            with db.unit_of_work() as session:
                # As it is now: it may have been switched off or deleted since it was listed.
                trigger = by_id(session, Trigger, rule.id)
                if trigger is not None:
                    considering.look(session, queries.rule(trigger), occurrence, now=now)
        except Exception as error:
            log.exception("trigger %s could not look at %s", rule.id, occurrence.key)
            failure = failure or error
    if failure is not None:
        raise failure


@jobs.handles("triggers.time")
def look_again(timer_id: int) -> None:
    """A time is over: decide and act. Somebody else's look, or a cancelled time, is left alone."""
    with db.unit_of_work() as session:
        timer = by_id(session, TriggerTimer, timer_id)
        # The contact is held first, as wherever triggers act: two orders could wait for each other.
        if timer is None or considering.held(session, timer.contact_id) is None:
            return
        trigger = by_id(session, Trigger, timer.trigger_id)
        if trigger is None or not timers.take(session, timer_id):
            return
        occurrence = timers.occurrence(session, timer, trigger.event)
        considering.look(session, queries.rule(trigger), occurrence, now=clock.now())


@jobs.handles("triggers.hook")
def called(trigger_id: int, contact_id: int, text: str, call: str, at: str) -> None:
    """An inbound webhook was called and its contact found."""
    with db.unit_of_work() as session:
        trigger = by_id(session, Trigger, trigger_id)
        if trigger is not None and trigger.deleted_at is None:
            occurrence = Occurrence(
                event="inbound_webhook",
                contact_id=contact_id,
                at=datetime.fromisoformat(at),
                key=f"hook:{call}",
                values={"text": text},
            )
            considering.look(session, queries.rule(trigger), occurrence, now=clock.now())


@jobs.handles("triggers.backfill")
def fill_back(trigger_id: int) -> None:
    """A "starts in" trigger was switched on: it waits for the appointments that are there already."""
    now = clock.now()
    with db.reading() as session:
        trigger = by_id(session, Trigger, trigger_id)
        rule = queries.rule(trigger) if trigger and trigger.enabled else None
        mark = trigger.changed_at.isoformat() if trigger else ""
        looks = backfill.occurrences(session, rule, mark=mark, now=now) if rule else []
    if rule is not None:
        _each([(rule, occurrence) for occurrence in looks], now)


@jobs.handles("triggers.tidy")
def tidy() -> None:
    """Forget looks and times of long ago, and triggers that were deleted 30 days ago."""
    now = clock.now()
    with db.unit_of_work() as session:
        session.execute(delete(TriggerRun).where(col(TriggerRun.at) < now - KEPT))
        session.execute(
            delete(TriggerTimer).where(
                col(TriggerTimer.state) != TimerState.WAITING,
                col(TriggerTimer.due_at) < now - KEPT,
            )
        )
        session.execute(delete(Trigger).where(col(Trigger.deleted_at) < now - DELETED_FOR))


def tick(session: Session, *, now: Callable[[], datetime] = clock.now) -> int:
    """Have the times looked at that are over; how many. Any number of processes may tick at once."""
    due = timers.due(session, now=now(), limit=_AT_ONCE)
    for timer_id in due:
        jobs.enqueue(session, "triggers.time", key=_job_key(session, timer_id), timer_id=timer_id)
    return len(due)


def any_due() -> bool:
    """Whether a time is over, asked without taking the right to write."""
    with db.reading() as session:
        return bool(timers.due(session, now=clock.now(), limit=1))


def _job_key(session: Session, timer_id: int) -> str:
    # A time that was cancelled and begins again may be due a second time.
    due_at = session.exec(select(TriggerTimer.due_at).where(TriggerTimer.id == timer_id)).one()
    return f"trigger.time:{timer_id}:{due_at.isoformat()}"
