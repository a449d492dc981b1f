"""What people do with accounts that are connected for contacts: pause, stop, choose, confirm (SCT-2, SCT-8).

His own, and anybody's for administrators, who see no card by it. Pausing and stopping delete
nothing: what was read stays, and it goes on where it was.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from crm_app.core import facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountState, CardLinkState, LinkEnd
from crm_app.models import AddressBook, CardLink, ConnectedAccount, ExternalCard
from crm_app.sync.books import holding, links, queries, sweeping
from crm_app.sync.books.accounts import choose_some_main, note
from crm_app.sync.reaching import lanes
from crm_app.sync.runs import outcome

_RECONNECT = N_("Reconnect the account first.")
_PAUSED = N_("The account is paused. Let it go on first.")
_STILL_REMOVING = N_(
    "Entries that you switched off are still to be removed from this address book. Wait a moment, "
    "or disconnect the account."
)
_READ_ONLY = N_("This address book cannot be written to. Choose another one.")


def pause(session: Session, actor: Actor, account_id: int) -> None:
    """Read and write nothing there until somebody lets it go on."""
    account = queries.get_account(session, actor, account_id)
    for book in holding.hold(session, account.user_id, account_id=account_id):
        _halt(session, book)
    if account.state is AccountState.PAUSED:
        return
    account.state = AccountState.PAUSED
    session.add(account)
    note(session, actor, account, "connection.paused")


def resume(session: Session, actor: Actor, account_id: int) -> None:
    """Let a paused account go on; what waited is done at once."""
    account = queries.get_account(session, actor, account_id)
    if account.state is not AccountState.PAUSED:
        return
    lanes.hold_back(session, account_id)
    outcome.reconnected(session, account)
    note(session, actor, account, "connection.resumed")


def stop(session: Session, actor: Actor, book_id: int, *, now: datetime) -> None:
    """Stop reading an address book; what came so far stays in the queue, and flags still go out."""
    book, account = _held(session, actor, book_id)
    if book.stopped_at is None:
        book.stopped_at = now
        _halt(session, book)
        _tell(session, account)


def go_on(session: Session, actor: Actor, book_id: int) -> None:
    """Go on reading where it was stopped."""
    book, account = _held(session, actor, book_id)
    if book.stopped_at is not None:
        book.stopped_at = None
        _again(session, book)
        _tell(session, account)


def use_book(session: Session, actor: Actor, book_id: int, used: bool, *, now: datetime) -> None:
    """Read an address book and write to it, or no longer.

    Used no longer, its cards leave the queue and its flags go off; the entries there stay. Conflict
    while entries are still to be removed from it.
    """
    book, account = _held(session, actor, book_id)
    if book.used == used:
        return
    if used:
        book.used = True
        _again(session, book)
    else:
        _let_go(session, book, now=now)
    session.flush()
    choose_some_main(session, account.user_id)
    note(session, actor, account, "connection.address_book")


def choose_main(session: Session, actor: Actor, book_id: int) -> None:
    """The one address book into which what the user ticks is written; what is there stays."""
    book, account = queries.get_book(session, actor, book_id)
    mine = holding.hold(session, account.user_id)
    if not book.writable or not book.used or book.gone_at is not None:
        raise Invalid(fields={"main": _READ_ONLY})
    for row in mine:
        row.main = row.id == book.id
        session.add(row)
    note(session, actor, account, "connection.main_book")


def sync_now(session: Session, actor: Actor, account_id: int) -> int:
    """Have all used address books of an account read at once; how many. Conflict when it is paused or
    has to be reconnected first."""
    account = queries.get_account(session, actor, account_id)
    if account.state is AccountState.NEEDS_RECONNECT:
        raise Conflict(_RECONNECT)
    if account.state is AccountState.PAUSED:
        raise Conflict(_PAUSED)
    books = holding.hold(session, account.user_id, account_id=account_id)
    account.next_attempt_at = None
    session.add(account)
    used = [book for book in books if book.used]
    for book in used:
        _again(session, book)
    return len(used)


def list_again(session: Session, actor: Actor, book_id: int) -> None:
    """Read the whole address book anew: what is still there is there again, without doubles."""
    book, account = _held(session, actor, book_id)
    lanes.overtake(book)
    book.cursor = None
    _again(session, book)
    _tell(session, account)


def delete_missing(session: Session, actor: Actor, book_id: int, *, now: datetime) -> int:
    """The yes that many deletions wait for (SCT-8); how many entries are forgotten. The contacts
    stay, their flags go off."""
    book, account = _held(session, actor, book_id)
    deleted = sweeping.carry_out(session, book, now=now)
    note(session, actor, account, "connection.deletions_confirmed")
    jobs.enqueue(session, links.RUN, book_id=book_id)
    return deleted


def _held(session: Session, actor: Actor, book_id: int) -> tuple[AddressBook, ConnectedAccount]:
    """The address book as it is now, held back until this transaction ends."""
    book, account = queries.get_book(session, actor, book_id)
    holding.hold(session, account.user_id, account_id=account.id)
    return book, account


def _halt(session: Session, book: AddressBook) -> None:
    lanes.overtake(book)
    session.add(book)
    session.flush()


def _again(session: Session, book: AddressBook) -> None:
    book.next_attempt_at, book.last_error = None, ""
    session.add(book)
    session.flush()
    jobs.enqueue(session, links.RUN, book_id=book.id)


def _let_go(session: Session, book: AddressBook, *, now: datetime) -> None:
    alive = session.exec(
        select(CardLink)
        .where(CardLink.address_book_id == book.id, CardLink.state != CardLinkState.ENDED)
        .order_by(col(CardLink.id))
    ).all()
    if any(link.state is CardLinkState.REMOVING and link.href for link in alive):
        raise Conflict(_STILL_REMOVING)
    for link in alive:
        links.end(session, link, LinkEnd.LEFT, now=now)
    session.execute(delete(ExternalCard).where(col(ExternalCard.address_book_id) == book.id))
    lanes.overtake(book)
    book.used, book.main, book.complete = False, False, False
    book.cursor, book.stopped_at, book.relist_at = None, None, None
    book.events_seen, book.deletions_waiting, book.failure_count = 0, 0, 0
    book.last_error, book.next_attempt_at, book.last_success_at = "", None, None
    session.add(book)


def _tell(session: Session, account: ConnectedAccount) -> None:
    facts.record(session, facts.AddressBooksChanged(account.user_id))
