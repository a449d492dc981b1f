"""Applying a page of a remote listing: rows, busy time, facts and the cursor in one transaction.

A run that dies leaves whole pages behind and the cursor that goes on after them (SYN-10). What the
service no longer has is only marked here; ``deletions`` decides at the end of the run.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from crm_app.core import facts
from crm_app.core.columns import among
from crm_app.core.kinds import LinkNews, LinkOrigin, LinkState
from crm_app.models import EventLink, ExternalCalendar, ExternalObject
from crm_app.providers.calendar_port import Page, RemoteEvent
from crm_app.providers.occurrence import Trouble
from crm_app.sync.incoming import intake
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.records import busy_rows, recognising, storing
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.rules.plan import FREE_BUSY, Changes, Known, compare
from crm_app.sync.runs import arriving

log = logging.getLogger(__name__)


def begin_listing(session: Session, lane: Lane, *, now: datetime) -> None:
    """A full listing starts from nothing; what it does not bring by its end is missing."""
    calendar = lanes.keep(session, lane, now=now)
    calendar.generation += 1
    calendar.cursor, calendar.events_seen = None, 0
    session.add(calendar)


def apply(session: Session, lane: Lane, page: Page, *, now: datetime) -> ExternalCalendar:
    """Make the rows what ``page`` says and save its cursor; Superseded when the lane was lost."""
    calendar = lanes.keep(session, lane, now=now)
    # Said first, so that it is written together with the lease.
    calendar.cursor = page.cursor
    calendar.events_seen += len(page.changed) if page.full else 0
    if page.changed or page.removed:
        _take_over(session, calendar, page, now=now)
    if page.full and page.complete:
        _end_listing(session, calendar, now=now)
    if not calendar.complete or page.full:
        facts.record(session, facts.ConnectionChanged(calendar.account_id, state="progress"))
    if page.complete:
        calendar.complete = True
    session.add(calendar)
    return calendar


def _take_over(session: Session, calendar: ExternalCalendar, page: Page, *, now: datetime) -> None:
    where = busy_rows.whose_now(session, calendar)
    rows = storing.rows_of(session, calendar, [*(e.href for e in page.changed), *page.removed])
    changes = compare(page, {href: _known(row) for href, row in rows.items()})
    came_back = {href: at for href, row in rows.items() if (at := row.missing_since) is not None}
    read_anew = (*changes.new, *changes.changed, *changes.restamped)
    first_seen = frozenset(event.href for event in changes.new)
    said = {event.href for event in changes.changed if _says_otherwise(event, rows)} | first_seen
    own = recognising.recognise(session, calendar, where, read_anew, now=now)
    # Whatever is there when a calendar is read for the first time is not news.
    history = page.full and not calendar.complete
    alone = arriving.alone(session, calendar, changes.new)
    arrived = arriving.arrive(session, calendar, where, alone, own, history=history)
    apart = {event.href for event in alone}
    others = [event for event in read_anew if event.href not in apart]
    stored = storing.store(session, calendar, rows, others, own, history=history)
    _touch(session, calendar, changes)
    _mark_missing(session, calendar, rows, changes.missing, now=now)
    session.flush()
    _with_their_rule(session, calendar, stored, came_back)
    # A change of spelling cannot change the busy time, but whose copy it is may have been learnt.
    changed = busy_rows.lay(session, where, stored) if stored else False
    concerning = intake.concerning(session, calendar, where, alone, history=history)
    news = [row for row in stored if row.href in said]
    news += storing.rows_of(session, calendar, concerning).values()
    if news:
        _take_in(session, calendar, where, news, first_seen, now=now)
    if changed or arrived:
        facts.record(session, facts.BusyTimeChanged(where.user_id))


def _take_in(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    news: Collection[ExternalObject],
    first_seen: frozenset[str],
    *,
    now: datetime,
) -> None:
    """Make of the page what the calendar's option says. A page that cannot be is applied object by
    object; then one that cannot be still blocks its time."""
    try:
        with session.begin_nested():
            intake.take_in(session, calendar, where, news, now=now, first_seen=first_seen)
    except Exception:
        if len(news) > 1:
            raise
        log.exception("an object of calendar %s could not be taken in", calendar.id)


def _end_listing(session: Session, calendar: ExternalCalendar, *, now: datetime) -> None:
    """What a whole listing did not bring is missing."""
    session.execute(
        delete(ExternalObject).where(
            col(ExternalObject.external_calendar_id) == calendar.id,
            col(ExternalObject.href) == FREE_BUSY,
        )
    )
    session.execute(
        update(ExternalObject)
        .where(
            col(ExternalObject.external_calendar_id) == calendar.id,
            col(ExternalObject.generation) < calendar.generation,
            col(ExternalObject.missing_since).is_(None),
        )
        .values(missing_since=now)
    )
    _without_their_rule(session, calendar, now=now)


def _without_their_rule(session: Session, calendar: ExternalCalendar, *, now: datetime) -> None:
    """Where the object with the rule is gone since ``now``, so are the others of its series."""
    gone = select(ExternalObject.href).where(
        ExternalObject.external_calendar_id == calendar.id,
        ExternalObject.missing_since == now,
    )
    session.execute(
        update(ExternalObject)
        .where(
            col(ExternalObject.external_calendar_id) == calendar.id,
            col(ExternalObject.series).in_(gone),
            col(ExternalObject.series) != col(ExternalObject.href),
            col(ExternalObject.missing_since).is_(None),
        )
        .values(missing_since=now)
        .execution_options(synchronize_session="fetch")
    )


def _with_their_rule(
    session: Session,
    calendar: ExternalCalendar,
    stored: Collection[ExternalObject],
    came_back: Mapping[str, datetime],
) -> None:
    """When the object with the rule is back, so is what went with it."""
    for row in stored:
        if row.href == row.series and row.href in came_back:
            session.execute(
                update(ExternalObject)
                .where(
                    col(ExternalObject.external_calendar_id) == calendar.id,
                    col(ExternalObject.series) == row.series,
                    col(ExternalObject.missing_since) == came_back[row.href],
                )
                .values(missing_since=None)
            )


def _says_otherwise(event: RemoteEvent, rows: Mapping[str, ExternalObject]) -> bool:
    """Whether it changed, and is not only back."""
    return rows[event.href].content_hash != event.content_hash


def _known(row: ExternalObject) -> Known:
    return Known(row.href, row.etag, row.content_hash, missing=row.missing_since is not None)


def set_aside(session: Session, lane: Lane, event: RemoteEvent, *, now: datetime) -> None:
    """Keep no more than the name of an object that cannot be stored; it is counted as trouble."""
    calendar = lanes.keep(session, lane, now=now)
    found = storing.rows_of(session, calendar, [event.href])
    if not found and len(event.href) <= storing.LONGEST_NAME:
        bare = replace(event, raw="", uid="")
        (row,) = storing.store(session, calendar, {}, [bare], {}, history=False)
        row.trouble = Trouble.BROKEN.value


def _touch(session: Session, calendar: ExternalCalendar, changes: Changes) -> None:
    if changes.same:
        session.execute(
            update(ExternalObject)
            .where(
                col(ExternalObject.external_calendar_id) == calendar.id,
                among(ExternalObject.href, changes.same),
            )
            .values(generation=calendar.generation)
        )


def _mark_missing(
    session: Session,
    calendar: ExternalCalendar,
    rows: Mapping[str, ExternalObject],
    hrefs: Collection[str],
    *,
    now: datetime,
) -> None:
    for href in hrefs:
        row = rows.get(href)
        if row is not None and row.missing_since is None:
            row.missing_since = now
            session.add(row)
    if any(href in rows for href in hrefs):
        session.flush()
        _without_their_rule(session, calendar, now=now)
    unseen = [href for href in hrefs if href not in rows]
    if not unseen:
        return
    # Written by us and deleted there before any listing brought it.
    session.execute(
        update(EventLink)
        .where(
            col(EventLink.external_calendar_id) == calendar.id,
            among(EventLink.href, unseen),
            col(EventLink.origin) == LinkOrigin.HERE,
            col(EventLink.state).in_([LinkState.WRITTEN, LinkState.WANTED]),
        )
        .values(news=LinkNews.MISSING, news_since=now)
    )
