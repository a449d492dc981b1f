"""One run for one external calendar: write what waits, read what is new, settle what it means.

A run holds the calendar's lane from its first to its last step, so writing and reading never
overtake each other. The network is only used between transactions. Whatever ends a run early is
noted, and nothing that was done is lost.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from crm_app.core import clock, db, jobs
from crm_app.core.errors import RemoteError
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import ConnectedAccount, ExternalCalendar, User
from crm_app.sync import connecting, lanes, links, outcome, pulling, pushing, settling, window_move
from crm_app.sync.connecting import Login
from crm_app.sync.lanes import Lane, Superseded

log = logging.getLogger(__name__)
# A long listing lets others into the lane after so many seconds, and goes on in another run.
SLICE = 20.0
# After writing and reading once, what came of it is written; more than that is another run.
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Errand:
    """What a run needs to know. ``reads`` is off for calendars that are only written to, ``moves``
    says that the window has to move."""

    lane: Lane
    login: Login
    ref: str
    reads: bool
    moves: bool
    reachable: bool


class Ended(StrEnum):
    """How a run ended. ``held``: another one is at it."""

    DONE = "done"
    HELD = "held"
    FAILED = "failed"


def run(calendar_id: int, *, seconds: float = SLICE) -> Ended:
    """Bring a calendar and the CRM in step. Safe to repeat; one at a time per calendar.

    A listing that takes longer than ``seconds`` goes on in another run.
    """
    errand = _begin(calendar_id, follow_up=True)
    if errand is None:
        return Ended.HELD
    done = _guarded(errand, lambda: _in_step(errand, seconds))
    return Ended.DONE if done else Ended.FAILED


def refresh(calendar_id: int, *, timeout: float) -> Ended:
    """Only read what is new, within about ``timeout`` seconds."""
    errand = _begin(calendar_id, follow_up=False)
    if errand is None:
        return Ended.HELD
    until = time.monotonic() + timeout
    done = _guarded(errand, lambda: _read_only(errand, until, timeout))
    return Ended.DONE if done else Ended.FAILED


def _begin(calendar_id: int, *, follow_up: bool) -> Errand | None:
    with db.unit_of_work() as session:
        now = clock.now()
        lane = lanes.take(session, calendar_id, now=now, follow_up=follow_up)
        if lane is None:
            return None
        calendar = session.get_one(ExternalCalendar, calendar_id)
        account = session.get_one(ConnectedAccount, calendar.account_id)
        user = session.get_one(User, account.user_id)
        waits = any(
            at is not None and at > now
            for at in (calendar.next_attempt_at, account.next_attempt_at)
        )
        return Errand(
            lane=lane,
            login=connecting.login_of(session, account),
            ref=calendar.ref,
            reads=calendar.role != CalendarRole.UNUSED,
            moves=window_move.is_due(session, calendar, now=now),
            reachable=account.state in (AccountState.ACTIVE, AccountState.ERROR)
            and user.active
            and not waits,
        )


def _guarded(errand: Errand, work: Callable[[], bool]) -> bool:
    """Do ``work``, note how it ended, and leave the lane; whether it came to its end."""
    done = False
    error: Exception | None = None
    try:
        if errand.moves:
            window_move.move(errand.lane)
        done = errand.reachable and work()
    except Superseded:
        log.info("another run of calendar %s took over", errand.lane.calendar_id)
        return False
    except RemoteError as failure:
        error = failure
    except Exception as failure:
        log.exception("the run of calendar %s failed", errand.lane.calendar_id)
        error = failure
    _end(errand, error, done=done)
    return done


def _end(errand: Errand, error: Exception | None, *, done: bool) -> None:
    with db.unit_of_work() as session:
        now = clock.now()
        try:
            calendar = lanes.keep(session, errand.lane, now=now)
        except Superseded:
            return
        if error is not None:
            jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
            outcome.went_wrong(session, calendar, error, now=now, jitter=jitter)
        elif done:
            outcome.went_well(session, calendar, now=now)
        calendar.polled_at = now
        session.add(calendar)
        wanted = lanes.leave(calendar)
        cut_short = errand.reachable and not done and error is None
        if wanted or cut_short:
            jobs.enqueue(session, links.RUN, calendar_id=errand.lane.calendar_id)


def _in_step(errand: Errand, seconds: float) -> bool:
    """Write, read and settle until nothing is left that this run can do; False for a slice."""
    lane, refused = errand.lane, None
    deadline = time.monotonic() + seconds
    with connecting.opened(errand.login) as provider:
        for _ in range(_ROUNDS):
            refused = pushing.push(lane, provider, errand.ref, refused=refused)
            if errand.reads and not pulling.pull(lane, provider, errand.ref, deadline=deadline):
                return False
            if not _settle(lane) and not refused:
                break
        else:
            pushing.push(lane, provider, errand.ref, refused=refused)
            _settle(lane)
    return True


def _read_only(errand: Errand, until: float, timeout: float) -> bool:
    with connecting.opened(errand.login, timeout=timeout) as provider:
        done = pulling.pull(errand.lane, provider, errand.ref, deadline=until)
    _settle(errand.lane)
    return done


def _settle(lane: Lane) -> bool:
    """Settle the news about our copies; whether there was any."""
    with db.reading() as session:
        news = settling.with_news(session, lane.calendar_id)
    for link_id in news:
        try:
            with db.unit_of_work() as session:
                settling.settle(session, lane, link_id, now=clock.now())
        except Superseded:
            raise
        except Exception:
            log.exception("the news about copy %s could not be settled", link_id)
    return bool(news)
