"""Living through the sample team's past on a clock that stands where we say.

What people did comes in as deeds with their moments. Between them happens what would have happened:
steps come due, times run out, triggers and campaigns hear of everything, all by the very functions
that do it every day. Only the last mile is missing: a message that would have left is noted as sent,
and nothing is handed to any server.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from crm_app.campaigns.running import engine, hearing
from crm_app.campaigns.triggers import considering, occurrences, queries, timers
from crm_app.campaigns.triggers.catalogue import STOPS
from crm_app.core import clock, facts
from crm_app.core.access import system
from crm_app.core.facts import FactRow
from crm_app.core.kinds import MessageState, TimerState
from crm_app.messaging import service as messages
from crm_app.models import Message, Trigger, TriggerTimer

# What came to rest so late is left in the Outbox, for whoever looks around.
_RESTS = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did at a moment (UTC)."""

    at: datetime
    do: Callable[[Session, datetime], None]


def live(session: Session, deeds: Sequence[Deed], *, since: datetime, until: datetime) -> None:
    """Do the ``deeds`` and all that follows from them, in the order of time, up to ``until``.

    What was written down since ``since`` before this call (bookings, outcomes) is heard of as well.
    """
    before = _known(session, since)
    ahead = sorted([*deeds, *before], key=lambda deed: deed.at)
    last = _last_fact(session)
    moment: datetime | None = since
    while (moment := _next(session, ahead, moment or since)) is not None and moment <= until:
        with clock.held(moment):
            while ahead and ahead[0].at <= moment:
                ahead.pop(0).do(session, moment)
            last = _settle(session, last, moment, sends=moment < until - _RESTS)


def _known(session: Session, since: datetime) -> Iterator[Deed]:
    """Being told of what is on record already."""
    rows = session.exec(select(FactRow).where(col(FactRow.at) >= since).order_by(col(FactRow.id)))
    for row in rows:
        yield Deed(row.at, lambda session, now, row=row: _hear(session, row, now))  # type: ignore[misc]  # row is bound


def _next(session: Session, ahead: Sequence[Deed], now: datetime) -> datetime | None:
    """When there is something to do next; never before ``now``."""
    timer = session.exec(
        select(func.min(TriggerTimer.due_at)).where(TriggerTimer.state == TimerState.WAITING)
    ).one()
    moments = [engine.next_due(session), timer, ahead[0].at if ahead else None]
    known = [moment for moment in moments if moment is not None]
    return max(now, min(known)) if known else None


def _settle(session: Session, last: int, now: datetime, *, sends: bool) -> int:
    """Everything that is due or unheard at this moment; the last fact that was heard."""
    busy = True
    while busy:
        due_at = engine.next_due(session)
        done = engine.tick(session, now=now) if due_at is not None and due_at <= now else 0
        fired = timers.due(session, now=now, limit=50)
        for timer_id in fired:
            _look_again(session, timer_id, now)
        if sends:
            _send(session)
        news = session.exec(
            select(FactRow).where(col(FactRow.id) > last).order_by(col(FactRow.id))
        ).all()
        for row in news:
            _hear(session, row, now)
            last = row.id or last
        busy = bool(done or fired or news)
    return last


def _hear(session: Session, row: FactRow, now: datetime) -> None:
    fact, fact_id = facts.load(session, row.id or 0), row.id or 0
    hearing.hear(session, fact, fact_id=fact_id, at=row.at, now=now)
    if type(fact).__name__ in STOPS:
        timers.stop_by(session, fact)
    found = occurrences.occurrences_of(session, fact, fact_id=fact_id, at=row.at)
    for rule, occurrence in queries.looks(session, found):
        considering.look(session, rule, occurrence, now=now)


def _look_again(session: Session, timer_id: int, now: datetime) -> None:
    timer = session.get_one(TriggerTimer, timer_id)
    trigger = session.get_one(Trigger, timer.trigger_id)
    if timers.take(session, timer_id):
        occurrence = timers.occurrence(session, timer, trigger.event)
        considering.look(session, queries.rule(trigger), occurrence, now=now)


def _send(session: Session) -> None:
    """Note what a campaign wrote as sent, as a person does who sent it by other means."""
    waiting = select(Message).where(
        col(Message.state).in_((MessageState.OUTBOX, MessageState.QUEUED)),
        col(Message.campaign_id).is_not(None),
    )
    for message in session.exec(waiting.order_by(col(Message.id))).all():
        # Where a mail server is set up it would leave by a job, which is taken away in the end.
        message.state = MessageState.OUTBOX
        messages.mark_sent_by_hand(session, system("demo"), message)


def _last_fact(session: Session) -> int:
    return session.exec(select(func.max(FactRow.id))).one() or 0
