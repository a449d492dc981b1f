"""One run for one external calendar: write what waits, read what is new, settle what it means.

A run holds the calendar's lane from its first to its last step, so writing and reading never
overtake each other. The network is only used between transactions. Whatever ends a run early is
noted, and nothing that was done is lost.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from crm_app.core import clock, db, jobs
from crm_app.models import ExternalCalendar
from crm_app.providers.calendar_port import Page
from crm_app.sync.outgoing import pushing, settling
from crm_app.sync.outgoing.pushing import Refused
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.lanes import Lane, Superseded
from crm_app.sync.records import links
from crm_app.sync.runs import errands, framing, pages, pulling, window_move
from crm_app.sync.runs.errands import Errand
from crm_app.sync.runs.framing import Ended, Frame
from crm_app.sync.runs.reading import Pulled

__all__ = ["SLICE", "Ended", "refresh", "run"]

log = logging.getLogger(__name__)
# A long listing lets others into the lane after so many seconds, and goes on in another run.
SLICE = 20.0
# After writing and reading once, what came of it is written; more than that is another run.
_ROUNDS = 2


def run(calendar_id: int, *, seconds: float = SLICE) -> Ended:
    """Bring a calendar and the CRM in step. Safe to repeat; one at a time per calendar.

    A listing that takes longer than ``seconds`` goes on in another run.
    """
    errand = _begin(calendar_id, follow_up=True)
    if errand is None:
        return Ended.HELD
    return _framed(errand, lambda: _in_step(errand, seconds))


def refresh(calendar_id: int, *, timeout: float) -> Ended:
    """Only read what is new, within about ``timeout`` seconds."""
    errand = _begin(calendar_id, follow_up=False)
    if errand is None:
        return Ended.HELD
    until = time.monotonic() + timeout
    return _framed(errand, lambda: _read_only(errand, until, timeout))


def _begin(calendar_id: int, *, follow_up: bool) -> Errand | None:
    with db.unit_of_work() as session:
        return errands.begin(session, calendar_id, now=clock.now(), follow_up=follow_up)


def _framed(errand: Errand, work: Callable[[], Pulled[Page]]) -> Ended:
    """Move the window if it has to be, and do ``work`` if the service may be asked."""

    def all_of_it() -> Pulled[Page]:
        if errand.moves:
            window_move.move(errand.lane)
        return work() if errand.reachable else Pulled(False, errand.cursor)

    frame: Frame[ExternalCalendar, Page] = Frame(
        called=f"calendar {errand.lane.id}",
        lane=errand.lane,
        apply_rest=_apply_rest,
        again=lambda session: jobs.enqueue(session, links.RUN, calendar_id=errand.lane.id),
        reachable=errand.reachable,
    )
    return framing.carry_out(frame, errand.cursor, all_of_it)


def _apply_rest(session: Session, lane: Lane, page: Page, now: datetime) -> ExternalCalendar:
    return pages.apply(session, lane, page, now=now)


def _in_step(errand: Errand, seconds: float) -> Pulled[Page]:
    """Write, read and settle until nothing is left that this run can do, or it is only a slice."""
    lane, ref = errand.lane, errand.ref
    came: Pulled[Page] = Pulled(True, errand.cursor)
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


def _read_only(errand: Errand, until: float, timeout: float) -> Pulled[Page]:
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
        news = settling.with_news(session, lane.id)
    for link_id in news:
        try:
            with db.unit_of_work() as session:
                settling.settle(session, lane, link_id, now=clock.now())
        except Superseded:
            raise
        except Exception:
            log.exception("the news about copy %s could not be settled", link_id)
    return bool(news)
