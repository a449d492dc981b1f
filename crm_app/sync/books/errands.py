"""How a run of an address book begins: with the lane, and with all that it needs to know, read at once.

Most runs find nothing to do, and cost one request between two transactions (as ``runs.errands``).
"""

import functools
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session, col

from crm_app.models import AddressBook, ConnectedAccount, SignInProvider, User
from crm_app.sync.books import outbox, sweeping
from crm_app.sync.reaching import connecting, lanes
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.reaching.lanes import BookLane
from crm_app.sync.runs.errands import reachable


@dataclass(frozen=True, slots=True)
class Errand:
    """What a run needs to know. ``reads`` is off while somebody stopped the download; ``writes``:
    entries wait to be brought in step; ``sweeps``: missing cards wait."""

    lane: BookLane
    login: Login
    ref: str
    cursor: str | None
    reachable: bool
    reads: bool
    writes: bool
    sweeps: bool


def begin(session: Session, book_id: int, *, now: datetime) -> Errand | None:
    """Take the lane, or leave a note for its holder and give None."""
    lane = lanes.take(session, AddressBook, book_id, now=now, follow_up=True)
    if lane is None:
        return None
    # Asked behind the lane: a statement that waits for it would see the rest as it was before.
    found = session.execute(_all_else(), {"book_id": book_id, "now": now}).one()
    book, account, user, _, writes, missing = found
    aged = book.relist_at is not None and book.relist_at <= now
    return Errand(
        lane=lane,
        login=connecting.login_of(session, account),
        ref=book.ref,
        cursor=None if aged else book.cursor,
        reachable=book.used and reachable(book, account, user, now=now),
        reads=book.stopped_at is None,
        writes=writes,
        sweeps=missing or book.deletions_waiting > 0,
    )


@functools.cache
def _all_else() -> Select[AddressBook, ConnectedAccount, User, SignInProvider, bool, bool]:
    """Made once: making it takes longer than asking it."""
    return (
        select(
            AddressBook,
            ConnectedAccount,
            User,
            SignInProvider,
            outbox.any_pending(now=bindparam("now")),
            sweeping.any_missing(),
        )
        .select_from(AddressBook)
        .join(ConnectedAccount, col(ConnectedAccount.id) == AddressBook.account_id)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .outerjoin(SignInProvider, col(SignInProvider.provider) == ConnectedAccount.provider)
        .where(col(AddressBook.id) == bindparam("book_id"))
    )
