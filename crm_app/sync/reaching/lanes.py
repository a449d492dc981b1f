"""One lane per external calendar: what writes to it or reads it anew does so one after the other.

A run takes the lane with a lease and a token that rises each time (the fencing token). Every
transaction of the run asks for the lane again, so a run that was frozen past its lease can write
nothing any more. Whoever finds the lane taken leaves a note, and one more run follows (SYN-10).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, or_, update
from sqlmodel import Session, col, select

from crm_app.models import ExternalCalendar

# Longer than any single answer of a server may take; renewed with every transaction.
LEASE = timedelta(seconds=120)
_table: Table = ExternalCalendar.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
# Whoever comes second waits here for the first, and then finds the lane taken.
_TAKE = (
    update(_table)
    .where(
        _table.c.id == bindparam("lane"),
        or_(_table.c.lease_until.is_(None), _table.c.lease_until <= bindparam("now")),
    )
    .values(
        lease_token=_table.c.lease_token + 1, lease_until=bindparam("until"), wanted_again=False
    )
    .returning(_table.c.lease_token)
)
# Each transaction of a run asks this, and making it takes longer than asking it.
_LOCKED = (
    select(ExternalCalendar)
    .where(col(ExternalCalendar.id) == bindparam("calendar_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


class Superseded(Exception):
    """Another run holds the lane by now; this one has to end without another word."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The right to write for one external calendar, while ``token`` is its newest."""

    calendar_id: int
    token: int


def take(session: Session, calendar_id: int, *, now: datetime, follow_up: bool) -> Lane | None:
    """The lane, or None while somebody else holds it or when the calendar does not exist.

    ``follow_up`` asks the holder for one more run after its own.
    """
    free = {"lane": calendar_id, "now": now, "until": now + LEASE}
    while (token := session.execute(_TAKE, free).scalar()) is None:
        calendar = _locked(session, calendar_id)
        if calendar is None:
            return None
        if calendar.lease_until is not None and calendar.lease_until > now:
            calendar.wanted_again = calendar.wanted_again or follow_up
            session.add(calendar)
            return None
        # It was left between the two, and being locked nobody else gets it now.
    return Lane(calendar_id, token)


def keep(session: Session, lane: Lane, *, now: datetime) -> ExternalCalendar:
    """The calendar, locked until the transaction ends, with the lease renewed; Superseded."""
    calendar = _locked(session, lane.calendar_id)
    if calendar is None or calendar.lease_token != lane.token:
        raise Superseded
    calendar.lease_until = now + LEASE
    session.add(calendar)
    return calendar


def leave(calendar: ExternalCalendar) -> bool:
    """Give back the lane of a calendar that ``keep`` gave in this transaction; whether one more run
    is wanted."""
    wanted, calendar.wanted_again = calendar.wanted_again, False
    calendar.lease_until = None
    return wanted


def hold_back(session: Session, account_id: int) -> None:
    """Make the runs of an account's calendars wait until this transaction ends.

    Called before anything about the account is changed: a run holds its lane when it writes there,
    so taken in the other order the two would wait for each other.
    """
    session.exec(
        select(ExternalCalendar.id)
        .where(ExternalCalendar.account_id == account_id)
        .order_by(col(ExternalCalendar.id))
        .with_for_update()
    ).all()


def _locked(session: Session, calendar_id: int) -> ExternalCalendar | None:
    return session.exec(_LOCKED, params={"calendar_id": calendar_id}).first()
