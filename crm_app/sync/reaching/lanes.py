"""One lane per calendar and address book outside: what writes to it or reads it anew does so one
after the other.

A run takes the lane with a lease and a token that rises each time (the fencing token). Every
transaction of the run asks for the lane again, so a run that was frozen past its lease can write
nothing any more. Whoever finds the lane taken leaves a note, and one more run follows (SYN-10).
"""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Table, bindparam, or_, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.models import AddressBook, ExternalCalendar

# Longer than any single answer of a server may take; renewed with every transaction.
LEASE = timedelta(seconds=120)
# A collection that is followed; both tables have an id and an account.
Collection = TypeVar("Collection", ExternalCalendar, AddressBook)


class Superseded(Exception):
    """Another run holds the lane by now; this one has to end without another word."""


@dataclass(frozen=True, slots=True)
class LaneOf(Generic[Collection]):
    """The right to write for one external calendar or address book, while ``token`` is its newest."""

    of: type[Collection]
    id: int
    token: int


Lane = LaneOf[ExternalCalendar]
BookLane = LaneOf[AddressBook]


def take(
    session: Session, of: type[Collection], row_id: int, *, now: datetime, follow_up: bool
) -> LaneOf[Collection] | None:
    """The lane, or None while somebody else holds it or when there is no such row.

    ``follow_up`` asks the holder for one more run after its own.
    """
    free = {"lane": row_id, "now": now, "until": now + LEASE}
    while (token := session.execute(_taking(of), free).scalar()) is None:
        row = _locked(session, of, row_id)
        if row is None:
            return None
        if row.lease_until is not None and row.lease_until > now:
            row.wanted_again = row.wanted_again or follow_up
            session.add(row)
            return None
        # It was left between the two, and being locked nobody else gets it now.
    return LaneOf(of, row_id, token)


def keep(session: Session, lane: LaneOf[Collection], *, now: datetime) -> Collection:
    """What the lane is of, locked until the transaction ends, with the lease renewed; Superseded."""
    row = _locked(session, lane.of, lane.id)
    if row is None or row.lease_token != lane.token:
        raise Superseded
    row.lease_until = now + LEASE
    session.add(row)
    return row


def leave(row: ExternalCalendar | AddressBook) -> bool:
    """Give back the lane of a row that ``keep`` gave in this transaction; whether one more run is
    wanted."""
    wanted, row.wanted_again = row.wanted_again, False
    row.lease_until = None
    return wanted


def overtake(row: ExternalCalendar | AddressBook) -> None:
    """End whatever run is under way at its next transaction: it writes nothing any more."""
    row.lease_token += 1
    row.lease_until, row.wanted_again = None, False


def hold_back(session: Session, account_id: int) -> None:
    """Make the runs of an account's calendars and address books wait until this transaction ends.

    Called before anything about the account is changed: a run holds its lane when it writes there,
    so taken in the other order the two would wait for each other.
    """
    for of in (ExternalCalendar, AddressBook):
        session.exec(
            select(of.id).where(of.account_id == account_id).order_by(col(of.id)).with_for_update()
        ).all()


def _locked(session: Session, of: type[Collection], row_id: int) -> Collection | None:
    return session.exec(_locking(of), params={"row_id": row_id}).first()


@functools.cache
def _taking(of: type[ExternalCalendar] | type[AddressBook]) -> ReturningUpdate[tuple[int]]:
    """Whoever comes second waits here for the first, and then finds the lane taken."""
    table: Table = of.__table__  # type: ignore[union-attr]  # SQLModel does not declare it
    return (
        update(table)
        .where(
            table.c.id == bindparam("lane"),
            or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("now")),
        )
        .values(
            lease_token=table.c.lease_token + 1, lease_until=bindparam("until"), wanted_again=False
        )
        .returning(table.c.lease_token)
    )


@functools.cache
def _locking(of: type[Collection]) -> SelectOfScalar[Collection]:
    """Each transaction of a run asks this, and making it takes longer than asking it."""
    return (
        select(of)
        .where(col(of.id) == bindparam("row_id"))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
