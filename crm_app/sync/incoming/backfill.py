"""Taking in, silently, what was in a calendar before its option was chosen; only when asked (SYN-6).

Done in chunks, each in its own transaction with the calendar's row locked, so that runs go on in
between. How far it came stands in the calendar's row: whoever goes on after a crash, goes on there.
A newly chosen option ends it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.core import clock, db, facts
from crm_app.core.kinds import Intake
from crm_app.models import BusyTime, ExternalCalendar, ExternalObject
from crm_app.sync.incoming import intake
from crm_app.sync.records import busy_rows

_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the calendar's coming events were looked at."""

    done: int
    total: int


def run(calendar_id: int) -> None:
    """Take in all that is left to be taken in; safe to run twice, also at the same time."""
    going_on = True
    while going_on:
        with db.unit_of_work() as session:
            going_on = take_some(session, calendar_id, now=clock.now())


def take_some(session: Session, calendar_id: int, *, now: datetime, most: int = _CHUNK) -> bool:
    """Take in the next chunk; whether there is more."""
    calendar = session.exec(
        select(ExternalCalendar).where(ExternalCalendar.id == calendar_id).with_for_update()
    ).first()
    if calendar is None or calendar.backfilled_to is None or calendar.window_from is None:
        return False
    coming = _coming(calendar, now)
    rows = session.exec(
        select(ExternalObject)
        .where(col(ExternalObject.id).in_(coming), col(ExternalObject.id) > calendar.backfilled_to)
        .order_by(col(ExternalObject.id))
        .limit(most)
    ).all()
    untouched = [row for row in rows if row.intake == Intake.NONE]
    if untouched:
        where = busy_rows.whose(session, calendar)
        intake.take_in(session, calendar, where, untouched, now=now, silent=True)
    calendar.backfilled_to = rows[-1].id if len(rows) == most else None
    session.add(calendar)
    facts.record(session, facts.ConnectionChanged(calendar.account_id, state="progress"))
    return calendar.backfilled_to is not None


def progress(session: Session, calendar: ExternalCalendar, *, now: datetime) -> Progress | None:
    """How far it came; None when nothing is under way. The caller has checked the access."""
    if calendar.backfilled_to is None:
        return None
    total = select(func.count()).where(col(ExternalObject.id).in_(_coming(calendar, now)))
    done = total.where(col(ExternalObject.id) <= calendar.backfilled_to)
    return Progress(session.exec(done).one(), session.exec(total).one())


def _coming(calendar: ExternalCalendar, now: datetime) -> SelectOfScalar[int]:
    """The ids of the objects of which something is not over."""
    return (
        select(BusyTime.external_object_id)
        .where(BusyTime.external_calendar_id == calendar.id, BusyTime.ends_at > now)
        .distinct()
    )
