"""Moving the window for which external events are laid out, and laying all out anew when the rules
of reading changed (SYN-8).

Done in small transactions inside the calendar's lane. The new window is noted only after the last
of them, so a move that was cut short is simply done again.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.core import clock, db, facts
from crm_app.core.kinds import Intake
from crm_app.models import BusyTime, Calendar, ExternalCalendar, ExternalObject
from crm_app.sync.incoming import intake
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.records import busy_rows
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.rules import windows

log = logging.getLogger(__name__)
# A page's worth a transaction, so that others get their turn.
_CHUNK = 200


def farthest() -> SelectOfScalar[int]:
    """How many days ahead people can book at the most, as a query."""
    return select(func.coalesce(func.max(Calendar.horizon_days), 0)).where(
        col(Calendar.active).is_(True)
    )


def is_due(
    session: Session, calendar: ExternalCalendar, *, horizon_days: int, now: datetime
) -> bool:
    """Whether the window has to move or its rows to be laid out anew. Sets a first window.

    ``horizon_days``: what ``farthest`` gives."""
    where = _wanted(session, calendar, horizon_days, now)
    reached = calendar.window_from, calendar.window_until
    return _laid_otherwise(calendar, where) or reached != (where.since, where.until)


def _laid_otherwise(calendar: ExternalCalendar, where: Whose) -> bool:
    return calendar.laid_as != busy_rows.laid_as(where)


def move(lane: Lane) -> None:
    """Bring the calendar's busy time up to today's window; no network."""
    with db.unit_of_work() as session:
        calendar = lanes.keep(session, lane, now=clock.now())
        horizon = session.exec(farthest()).one()
        where = _wanted(session, calendar, horizon, clock.now())
        anew = _laid_otherwise(calendar, where)
    after: int | None = 0
    while after is not None:
        with db.unit_of_work() as session:
            calendar = lanes.keep(session, lane, now=clock.now())
            after = _lay_some(session, calendar, where, after, anew=anew)
    with db.unit_of_work() as session:
        _finish(session, lanes.keep(session, lane, now=clock.now()), where)


def _wanted(
    session: Session, calendar: ExternalCalendar, horizon_days: int, now: datetime
) -> Whose:
    since, until = windows.window(now, horizon_days=horizon_days)
    if calendar.window_from is None or calendar.window_until is None:
        # The first window has nothing to lay out yet.
        calendar.window_from, calendar.window_until = since, until
        session.add(calendar)
    return replace(busy_rows.whose(session, calendar), since=since, until=until)


def _lay_some(
    session: Session, calendar: ExternalCalendar, where: Whose, after: int, *, anew: bool
) -> int | None:
    """Lay out the next chunk; the last id of it, None when there was none."""
    query = (
        select(ExternalObject)
        .where(
            ExternalObject.external_calendar_id == where.calendar_id,
            col(ExternalObject.id) > after,
            ExternalObject.raw != "",
        )
        .order_by(col(ExternalObject.id))
        .limit(_CHUNK)
    )
    if not anew:
        query = query.where(col(ExternalObject.continues).is_(True))
    rows = session.exec(query).all()
    if rows and busy_rows.lay(session, where, rows):
        facts.record(session, facts.BusyTimeChanged(where.user_id))
    _take_in(session, calendar, where, rows, silent=anew)
    return rows[-1].id if rows else None


def _take_in(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    rows: Sequence[ExternalObject],
    *,
    silent: bool,
) -> None:
    """What comes into the window is new; what was in it was judged when it arrived. ``silent``:
    nobody changed anything, it is only read by other rules. A mistake here must not stop the window.
    """
    eligible = [row for row in rows if row.intake == Intake.TAKEN or not row.history]
    now, since = clock.now(), calendar.window_until
    try:
        with session.begin_nested():
            intake.take_in(session, calendar, where, eligible, now=now, since=since, silent=silent)
    except Exception:
        log.exception("what comes into the window of calendar %s is not taken in", calendar.id)


def _finish(session: Session, calendar: ExternalCalendar, where: Whose) -> None:
    session.execute(
        delete(BusyTime).where(
            col(BusyTime.external_calendar_id) == calendar.id, col(BusyTime.ends_at) < where.since
        )
    )
    calendar.window_from, calendar.window_until = where.since, where.until
    calendar.laid_as = busy_rows.laid_as(where)
    session.add(calendar)
