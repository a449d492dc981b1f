"""Reading somebody's connected address books, his queue, and his flag on a contact.

Ids enter this part of the room only through ``get_*``; missing and forbidden look the same. An
account is its user's own. Administrators see and manage how accounts are, but no card and no secret
of anybody else leaves this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.contacts import queries as contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose, CardLinkState
from crm_app.models import AddressBook, CardLink, ConnectedAccount, ExternalCard
from crm_app.sync import queries as connections
from crm_app.sync.books import account_rows, links, queue_rows
from crm_app.sync.books.account_rows import BookAccount, BookLine, Unwritten
from crm_app.sync.books.likely import Likeness, Match
from crm_app.sync.books.queue_rows import QueuePage, QueueRow, Show

__all__ = [
    "BookAccount",
    "BookLine",
    "Counts",
    "Flag",
    "Likeness",
    "Match",
    "QueuePage",
    "QueueRow",
    "Show",
    "Unwritten",
    "accounts_of",
    "all_accounts",
    "counts",
    "flag",
    "get_account",
    "get_book",
    "get_card",
    "get_own_account",
    "main_book",
    "queue",
]

NO_BOOK = N_("Connect an address book under Settings > External accounts first.")
_ASK_ONE = N_(
    "The entry of {name} is removed from your address book “{books}”. The contact stays here, and "
    "nobody else's address book is touched."
)
_ASK_MORE = N_(
    "{count} entries of {name} are removed from your address books: {books}. The contact stays "
    "here, and nobody else's address book is touched."
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cards are in which part of the queue; ``waiting`` includes ``marked``."""

    waiting: int = 0
    marked: int = 0
    gone: int = 0
    ignored: int = 0
    importing: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """ "Sync mobile" of a user and a contact (SCT-5).

    ``writable``: he can switch it; else ``why_not`` says what is missing. ``entries``: how many
    entries follow the contact, in the address books called ``where``. ``on_its_way``: not all of
    it is written or removed yet. ``error``: a message id. ``question`` (a message id, filled by
    ``params``) is asked before it goes off.
    """

    on: bool
    writable: bool
    entries: int = 0
    where: tuple[str, ...] = ()
    on_its_way: bool = False
    error: str = ""
    question: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    why_not: str = ""


def get_account(session: Session, actor: Actor, account_id: int) -> ConnectedAccount:
    """An own account that was connected for contacts, or anybody's for administrators; NotFound."""
    return connections.get_account(session, actor, account_id, AccountPurpose.CONTACTS)


def get_own_account(session: Session, actor: Actor, account_id: int) -> ConnectedAccount:
    """An account of ``actor`` himself: what is in it is read by nobody else. NotFound."""
    account = get_account(session, actor, account_id)
    if account.user_id != actor.user_id:
        raise NotFound
    return account


def get_book(session: Session, actor: Actor, book_id: int) -> tuple[AddressBook, ConnectedAccount]:
    """An address book of an account that ``actor`` may manage, with its account; NotFound."""
    book = accounts.by_id(session, AddressBook, book_id)
    if book is None:
        raise NotFound
    return book, get_account(session, actor, book.account_id)


def get_card(session: Session, actor: Actor, card_id: int) -> tuple[ExternalCard, AddressBook]:
    """A card of an own address book, with the book; NotFound."""
    card = accounts.by_id(session, ExternalCard, card_id)
    if card is None:
        raise NotFound
    book = session.get_one(AddressBook, card.address_book_id)
    get_own_account(session, actor, book.account_id)
    return card, book


def accounts_of(
    session: Session, actor: Actor, *, now: datetime, user_id: int | None = None
) -> list[BookAccount]:
    """The accounts that ``user_id`` (he himself without one) connected for contacts."""
    whose = user_id if user_id is not None else actor.require_user()
    accounts.get_user_to_manage(session, actor, whose)
    return account_rows.connected(session, now, ConnectedAccount.user_id == whose)


def all_accounts(session: Session, actor: Actor, *, now: datetime) -> list[BookAccount]:
    """Everybody's, for administrators."""
    actor.require_admin()
    return account_rows.connected(session, now)


def queue(
    session: Session,
    actor: Actor,
    *,
    account_id: int | None = None,
    text: str = "",
    show: Show | str = Show.WAITING,
    after: int | None = None,
    limit: int = 50,
) -> QueuePage:
    """Cards of the own queue by name, of all own accounts or of one, each with its likely matches.

    ``after`` is ``next`` of the page before. Invalid values of ``show`` raise NotFound.
    """
    actor.require_user()
    if account_id is not None:
        get_own_account(session, actor, account_id)
    if show not in list(Show):
        raise NotFound
    return queue_rows.page(
        session,
        actor,
        account_id=account_id,
        text=text,
        show=Show(show),
        after=after,
        limit=limit,
    )


def counts(
    session: Session, actor: Actor, *, account_id: int | None = None, text: str = ""
) -> Counts:
    """How many cards there are in each part of the own queue."""
    actor.require_user()
    if account_id is not None:
        get_own_account(session, actor, account_id)
    found = session.execute(
        columns(
            queue_rows.amount(*queue_rows.showing(Show.WAITING)),
            queue_rows.amount(*queue_rows.showing(Show.MARKED)),
            queue_rows.amount(*queue_rows.showing(Show.GONE)),
            queue_rows.amount(*queue_rows.showing(Show.IGNORED)),
            queue_rows.amount(col(ExternalCard.importing).is_(True)),
        ).where(*queue_rows.queued(actor, account_id=account_id), *queue_rows.holding(text))
    ).one()
    return Counts(*found)


def main_book(session: Session, user_id: int) -> AddressBook | None:
    """Where what a user ticks is written to; None while there is no such address book."""
    return session.exec(
        select(AddressBook)
        .join(ConnectedAccount, col(ConnectedAccount.id) == AddressBook.account_id)
        .where(
            ConnectedAccount.user_id == user_id,
            ConnectedAccount.purpose == AccountPurpose.CONTACTS,
            col(AddressBook.main).is_(True),
            col(AddressBook.used).is_(True),
            col(AddressBook.writable).is_(True),
            col(AddressBook.gone_at).is_(None),
        )
    ).first()


def flag(session: Session, actor: Actor, contact_id: int) -> Flag:
    """The flag of ``actor`` himself on a contact that he may see; NotFound."""
    user_id = actor.require_user()
    contact = contacts.get_contact(session, actor, contact_id, deleted=None)
    alive = links.alive(session, contact_id, user_id)
    ticked = [link for link in alive if link.state is not CardLinkState.REMOVING]
    names = _books_of(session, ticked)
    possible = bool(ticked) or main_book(session, user_id) is not None
    return Flag(
        on=bool(ticked),
        writable=possible and contact.deleted_at is None,
        entries=len(ticked),
        where=names,
        on_its_way=any(link.state is not CardLinkState.IN_STEP for link in alive),
        error=next((link.last_error for link in alive if link.last_error), ""),
        question="" if not ticked else _ASK_ONE if len(ticked) == 1 else _ASK_MORE,
        params={"name": contact.name, "books": ", ".join(names), "count": len(ticked)},
        why_not="" if possible else NO_BOOK,
    )


def _books_of(session: Session, alive: Sequence[CardLink]) -> tuple[str, ...]:
    rows = session.exec(
        select(AddressBook.name, ConnectedAccount.label)
        .join(ConnectedAccount, col(ConnectedAccount.id) == AddressBook.account_id)
        .where(col(AddressBook.id).in_([link.address_book_id for link in alive]))
        .order_by(ConnectedAccount.label, AddressBook.name)
    )
    return tuple(f"{label}: {name}" if label else name for name, label in rows)
