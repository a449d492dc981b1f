"""Which address books are due (as due calendars), and what is forgotten with time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.core import jobs
from crm_app.core.kinds import CardLinkState
from crm_app.models import AddressBook, CardLink, Contact
from crm_app.sync import queries
from crm_app.sync.books import links, outbox

# Entries that could not be written are looked at this often besides the polls.
_RETRY = timedelta(seconds=15)
# So long an entry that was removed can come back with all it held (SCT-5).
KEPT = timedelta(days=30)


def enqueue_due(session: Session, *, now: datetime, every: timedelta) -> int:
    """Have a run made for every used address book that was not read for ``every`` or has entries to
    write; how many. Any number of processes may ask at once."""
    ids = sorted(session.execute(_claim(now, every)).scalars())
    for book_id in ids:
        jobs.enqueue(session, links.RUN, book_id=book_id)
    return len(ids)


def _claim(now: datetime, every: timedelta) -> ReturningUpdate[Any]:
    polled = col(AddressBook.polled_at)
    return (
        update(AddressBook)
        .where(
            col(AddressBook.account_id).in_(queries.open_accounts(now)),
            col(AddressBook.used).is_(True),
            or_(
                col(AddressBook.next_attempt_at).is_(None),
                col(AddressBook.next_attempt_at) <= now,
            ),
            or_(
                and_(
                    col(AddressBook.stopped_at).is_(None),
                    or_(polled.is_(None), polled <= now - every),
                ),
                and_(
                    col(AddressBook.id).in_(_with_entries_to_write(now)),
                    or_(polled.is_(None), polled <= now - _RETRY),
                ),
            ),
        )
        .values(polled_at=now)
        .returning(col(AddressBook.id))
        .execution_options(synchronize_session=False)
    )


def _with_entries_to_write(now: datetime) -> SelectOfScalar[int]:
    return (
        select(CardLink.address_book_id)
        .join(Contact, col(Contact.id) == CardLink.contact_id)
        .where(*outbox.waiting(now))
    )


def forget_entries(session: Session, *, now: datetime) -> None:
    """Forget removed entries whose time is over; the links stay as what once was."""
    session.execute(
        update(CardLink)
        .where(
            col(CardLink.state) == CardLinkState.ENDED,
            col(CardLink.removed) != "",
            col(CardLink.ended_at) < now - KEPT,
        )
        .values(removed="")
    )
