"""What the service no longer has, and the guard that keeps an empty or short listing from emptying
the CRM (SYN-10).

Objects are marked missing page by page and deleted at the end of a run, all or none. Too many of
them wait until somebody says yes; meanwhile they block time as before, and those that come back are
simply there again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, update
from sqlmodel import Session, col, select

from crm_app.core import facts
from crm_app.core.kinds import LinkNews, LinkOrigin, LinkState
from crm_app.models import BusyTime, ConnectedAccount, EventLink, ExternalCalendar, ExternalObject
from crm_app.sync.incoming import intake
from crm_app.sync.records import busy_rows
from crm_app.sync.runs import guard

_CHUNK = 500


def sweep(
    session: Session, calendar: ExternalCalendar, *, listed: int | None, now: datetime
) -> None:
    """Delete what is missing, or have it wait for a yes. ``listed``: see ``plan.may_delete``."""
    missing, known = _counts(session, calendar)
    if guard.lets_go(session, calendar, missing=missing, known=known, listed=listed):
        carry_out(session, calendar, now=now)


def any_missing() -> ColumnElement[bool]:
    """Whether a sweep would find anything, as part of a query about external calendars."""
    return exists().where(
        col(ExternalObject.external_calendar_id) == ExternalCalendar.id,
        col(ExternalObject.missing_since).is_not(None),
    )


def carry_out(session: Session, calendar: ExternalCalendar, *, now: datetime) -> int:
    """Delete all that is missing; how many. Copies of appointments become news to settle."""
    rows = session.exec(
        select(
            ExternalObject.id,
            ExternalObject.href,
            ExternalObject.appointment_id,
            ExternalObject.series,
        ).where(
            ExternalObject.external_calendar_id == calendar.id,
            col(ExternalObject.missing_since).is_not(None),
        )
    ).all()
    had_busy_time = False
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        ids = [row_id for row_id, _, _, _ in chunk]
        had_busy_time = had_busy_time or _any_busy(session, ids)
        session.execute(delete(ExternalObject).where(col(ExternalObject.id).in_(ids)))
        _tell_links(session, calendar, [href for _, href, own, _ in chunk if own is not None], now)
        names = {series or href for _, href, own, series in chunk if own is None}
        had_busy_time = _end_or_go_on(session, calendar, names, now) or had_busy_time
    if had_busy_time:
        user_id = session.get_one(ConnectedAccount, calendar.account_id).user_id
        facts.record(session, facts.BusyTimeChanged(user_id))
    return len(rows)


def _end_or_go_on(
    session: Session, calendar: ExternalCalendar, names: Collection[str], now: datetime
) -> bool:
    """Appointments end with their event; a series that lost a part of it is laid out anew."""
    left = session.exec(
        select(ExternalObject).where(
            ExternalObject.external_calendar_id == calendar.id,
            col(ExternalObject.series).in_(names),
        )
    ).all()
    intake.end(session, calendar, set(names) - {row.series for row in left}, now=now)
    if not left:
        return False
    where = busy_rows.whose(session, calendar)
    changed = busy_rows.lay(session, where, left)
    intake.take_in(session, calendar, where, left, now=now)
    return changed


def _counts(session: Session, calendar: ExternalCalendar) -> tuple[int, int]:
    """How many events are missing, and how many are known, missing ones included; a series is one,
    however many objects it is kept in."""
    name = func.coalesce(func.nullif(ExternalObject.series, ""), ExternalObject.href)
    mine = select(func.count(name.distinct())).where(
        col(ExternalObject.external_calendar_id) == calendar.id
    )
    missing = session.exec(mine.where(col(ExternalObject.missing_since).is_not(None))).one()
    return (missing, session.exec(mine).one()) if missing else (0, 0)


def _any_busy(session: Session, object_ids: Sequence[int | None]) -> bool:
    query = select(BusyTime.id).where(col(BusyTime.external_object_id).in_(object_ids)).limit(1)
    return session.exec(query).first() is not None


def _tell_links(
    session: Session, calendar: ExternalCalendar, hrefs: list[str], now: datetime
) -> None:
    if hrefs:
        session.execute(
            update(EventLink)
            .where(
                col(EventLink.external_calendar_id) == calendar.id,
                col(EventLink.href).in_(hrefs),
                col(EventLink.origin) == LinkOrigin.HERE,
                col(EventLink.state).in_([LinkState.WRITTEN, LinkState.WANTED]),
            )
            .values(news=LinkNews.MISSING, news_since=now)
        )
