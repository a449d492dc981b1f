"""The frame of a run: how it ended is noted, one more follows where it is wanted, and the lane is left.

One for calendars and address books. Whatever ends a run early is noted, and nothing that was done
is lost.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic

from sqlmodel import Session

from crm_app.core import clock, db
from crm_app.core.errors import RemoteError
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Collection, LaneOf, Superseded
from crm_app.sync.runs import outcome
from crm_app.sync.runs.reading import Page, Pulled

log = logging.getLogger(__name__)


class Ended(StrEnum):
    """How a run ended. ``held``: another one is at it."""

    DONE = "done"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Frame(Generic[Collection, Page]):
    """``called``: in the log. ``apply_rest`` stores the page that a pull left. ``again`` has another run
    made. ``reachable``: the service may be asked; otherwise no run follows by itself."""

    called: str
    lane: LaneOf[Collection]
    apply_rest: Callable[[Session, LaneOf[Collection], Page, datetime], Collection]
    again: Callable[[Session], None]
    reachable: bool


def carry_out(
    frame: Frame[Collection, Page], cursor: str | None, work: Callable[[], Pulled[Page]]
) -> Ended:
    """Do ``work`` and note its end; ``done`` when it came to the end of what there is."""
    came: Pulled[Page] = Pulled(False, cursor)
    error: Exception | None = None
    try:
        came = work()
    except Superseded:
        return _overtaken(frame)
    except RemoteError as failure:
        error = failure
    except Exception as failure:
        log.exception("the run of %s failed", frame.called)
        error = failure
    try:
        _end(frame, error, came)
    except Superseded:
        return _overtaken(frame)
    return Ended.DONE if came.end else Ended.FAILED


def _overtaken(frame: Frame[Collection, Page]) -> Ended:
    log.info("another run of %s took over", frame.called)
    return Ended.FAILED


def _end(frame: Frame[Collection, Page], error: Exception | None, came: Pulled[Page]) -> None:
    """Note how it ended, and in the same transaction what the last page left to say."""
    with db.unit_of_work() as session:
        now = clock.now()
        if came.rest is not None:
            row = frame.apply_rest(session, frame.lane, came.rest, now)
        else:
            row = lanes.keep(session, frame.lane, now=now)
        if error is not None:
            jitter = random.random()  # noqa: S311 - spreads retries, protects nothing
            outcome.went_wrong(session, row, error, now=now, jitter=jitter)
        elif came.end:
            outcome.went_well(session, row, now=now)
        row.polled_at = now
        session.add(row)
        wanted = lanes.leave(row)
        cut_short = frame.reachable and not came.end and error is None
        if wanted or cut_short:
            frame.again(session)
