"""Reading what changed in one external calendar, page by page, over the network (SYN-10).

Each page is applied with its cursor in one transaction, while the next one is fetched. A listing
may be cut short at any page, by a deadline or a crash, and goes on from there next time. An object
that cannot be stored is set aside and counted; the others are read.
"""

import logging
import time
from dataclasses import dataclass

from crm_app.core import clock, db
from crm_app.core.errors import CursorExpired
from crm_app.providers.calendar_port import CalendarProvider, Page
from crm_app.sync.reaching.lanes import Lane, Superseded
from crm_app.sync.runs import deletions, pages
from crm_app.sync.runs.ahead import Ahead

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulled:
    """How far a pull came: whether to the ``end``, and the ``cursor`` from which the next goes on.

    ``rest``: its only page, which brought nothing else and is still to be applied.
    """

    end: bool
    cursor: str | None
    rest: Page | None = None


def pull(
    lane: Lane,
    provider: CalendarProvider,
    ref: str,
    cursor: str | None,
    *,
    deadline: float,
    leave_rest: bool = False,
) -> Pulled:
    """Read on from the saved ``cursor``; after ``deadline`` (monotonic) no page is begun.

    A cursor that the service no longer knows leads to a listing from nothing. ``leave_rest``: the
    caller applies a page that brings nothing, at the end of the run. Raises RemoteError.
    """
    try:
        return _read(lane, provider, ref, cursor, deadline, leave_rest)
    except CursorExpired:
        if cursor is None:
            raise
        log.info("calendar %s is listed anew: its cursor expired", lane.calendar_id)
        return _read(lane, provider, ref, None, deadline, leave_rest)


def _read(
    lane: Lane,
    provider: CalendarProvider,
    ref: str,
    cursor: str | None,
    deadline: float,
    leave_rest: bool,
) -> Pulled:
    if cursor is None:
        with db.unit_of_work() as session:
            pages.begin_listing(session, lane, now=clock.now())
    with Ahead(provider.pull(ref, cursor)) as listing:
        page = listing.next()
        if page is not None and leave_rest and pages.brings_nothing(page):
            return Pulled(True, page.cursor, page)
        while page is not None:
            more = not page.complete and time.monotonic() < deadline
            if more:
                listing.begin()
            _apply(lane, page, cursor)
            cursor = page.cursor
            if page.complete or not more:
                return Pulled(page.complete, cursor)
            page = listing.next()
    return Pulled(True, cursor)


def _apply(lane: Lane, page: Page, before: str | None) -> None:
    """Apply a page; if that fails, its objects one by one, and those that cannot be are set aside."""
    try:
        _apply_whole(lane, page)
    except Superseded:
        raise
    except Exception:
        log.exception("a page of calendar %s is applied object by object", lane.calendar_id)
        _apply_singly(lane, page, before)


def _apply_singly(lane: Lane, page: Page, before: str | None) -> None:
    for event in page.changed:
        single = Page((event,), (), cursor=before, complete=False, full=page.full)
        try:
            with db.unit_of_work() as session:
                pages.apply(session, lane, single, now=clock.now())
        except Superseded:
            raise
        except Exception:
            log.exception("an object of calendar %s is set aside", lane.calendar_id)
            with db.unit_of_work() as session:
                pages.set_aside(session, lane, event, now=clock.now())
    rest = Page((), page.removed, cursor=page.cursor, complete=page.complete, full=page.full)
    _apply_whole(lane, rest)


def _apply_whole(lane: Lane, page: Page) -> None:
    """The page, and behind the last one what turns out to be missing."""
    with db.unit_of_work() as session:
        now = clock.now()
        calendar = pages.apply(session, lane, page, now=now)
        if page.complete:
            listed = calendar.events_seen if page.full else None
            deletions.sweep(session, calendar, listed=listed, now=now)
