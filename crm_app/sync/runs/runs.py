"""One run for one external calendar: write what waits, read what is new, settle what it means.

A run holds the calendar's lane from its first to its last step, so writing and reading never
overtake each other. The network is only used between transactions. Whatever ends a run early is
noted, and nothing that was done is lost.
"""

import logging
import random
import time
from collections.abc import Callable
from enum import StrEnum

from crm_app.core import clock, db, jobs
from crm_app.core.errors import RemoteError
from crm_app.sync.outgoing import pushing, settling
from crm_app.sync.outgoing.pushing import Refused
from crm_app.sync.reaching import connecting, lanes
from crm_app.sync.reaching.lanes import Lane, Superseded
from crm_app.sync.records import links
from crm_app.sync.runs import errands, outcome, pages, pulling, window_move
from crm_app.sync.runs.errands import Errand
from crm_app.sync.runs.pulling import Pulled

log = logging.getLogger(__name__)
# A long listing lets others into the lane after so many seconds, and goes on in another run.
SLICE = 20.0
# After writing and reading once, what came of it is written; more than that is another run.
_ROUNDS = 2


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
        return errands.begin(session, calendar_id, now=clock.now(), follow_up=follow_up)


def _guarded(errand: Errand, work: Callable[[], Pulled]) -> bool:
    """Do ``work``, note how it ended, and leave the lane; whether it came to its end."""
    came = Pulled(False, errand.cursor)
    error: Exception | None = None
    try:
        if errand.moves:
            window_move.move(errand.lane)
        if errand.reachable:
            came = work()
    except Superseded:
        return _overtaken(errand)
    except RemoteError as failure:
        error = failure
    except Exception as failure:
        log.exception("the run of calendar %s failed", errand.lane.calendar_id)
        error = failure
    try:
        _end(errand, error, came)
    except Superseded:
        return _overtaken(errand)
    return came.end


def _overtaken(errand: Errand) -> bool:
    log.info("another run of calendar %s took over", errand.lane.calendar_id)
    return False


def _end(errand: Errand, error: Exception | None, came: Pulled) -> None:
    """Note how it ended, and in the same transaction what the last page left to say."""
    with db.unit_of_work() as session:
        now = clock.now()
        if came.rest is not None:
            calendar = pages.apply(session, errand.lane, came.rest, now=now)
        else:
            calendar = lanes.keep(session, errand.lane, now=now)
        if error is not None:
            jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
            outcome.went_wrong(session, calendar, error, now=now, jitter=jitter)
        elif came.end:
            outcome.went_well(session, calendar, now=now)
        calendar.polled_at = now
        session.add(calendar)
        wanted = lanes.leave(calendar)
        cut_short = errand.reachable and not came.end and error is None
        if wanted or cut_short:
            jobs.enqueue(session, links.RUN, calendar_id=errand.lane.calendar_id)


def _in_step(errand: Errand, seconds: float) -> Pulled:
    """Write, read and settle until nothing is left that this run can do, or it is only a slice."""
    lane, ref, came = errand.lane, errand.ref, Pulled(True, errand.cursor)
    deadline = time.monotonic() + seconds
    calm = not (errand.writes or errand.settles)
    refused: Refused | None = None if errand.writes else {}
    with connecting.opened(errand.login) as provider:
        for turn in range(_ROUNDS):
            if turn > 0 or errand.writes:
                refused = pushing.push(lane, provider, ref, refused=refused)
            if errand.reads:
                first = calm and turn == 0
                came = pulling.pull(
                    lane, provider, ref, came.cursor, deadline=deadline, leave_rest=first
                )
                if came.rest is not None or not came.end:
                    return came
            if not _settle(lane) and not refused:
                break
        else:
            pushing.push(lane, provider, ref, refused=refused)
            _settle(lane)
    return came


def _read_only(errand: Errand, until: float, timeout: float) -> Pulled:
    with connecting.opened(errand.login, timeout=timeout) as provider:
        came = pulling.pull(
            errand.lane,
            provider,
            errand.ref,
            errand.cursor,
            deadline=until,
            leave_rest=not errand.settles,
        )
    if came.rest is None:
        _settle(errand.lane)
    return came


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
