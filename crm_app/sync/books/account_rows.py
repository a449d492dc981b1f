"""How the accounts are that people connected for contacts: address books, progress, what waits (SCT-2).

Numbers and states only, so that an administrator may read them: no card and no secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm_app.core.kinds import AccountPurpose, AccountState, CardLinkState, LinkOrigin
from crm_app.models import AddressBook, CardLink, ConnectedAccount, Contact, ExternalCard, User
from crm_app.sync.books.queue_rows import amount
from crm_app.sync.rules import health
from crm_app.sync.rules.health import Condition, Signs


@dataclass(frozen=True, slots=True)
class BookLine:
    """An address book of an account. ``error`` is a message id.

    ``seen`` counts what the listing under way has brought, ``cards`` what is known, ``linked`` the
    entries that contacts follow. ``fresh``: it was never read to its end.
    """

    id: int
    name: str
    writable: bool
    used: bool
    main: bool
    condition: Condition
    error: str
    fresh: bool
    seen: int
    cards: int
    linked: int
    troubles: int
    deletions_waiting: int
    last_success_at: datetime | None
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A contact whose entry could not be written yet, and why."""

    contact_id: int
    name: str
    error: str


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account that was connected for contacts, with its address books. Holds no secret.

    ``waiting``: entries that are still to be written or removed. ``importing``: cards of the import
    under way. ``made``: entries that we made and could remove when it is disconnected.
    """

    id: int
    user_id: int
    user_name: str
    provider: str
    label: str
    username: str
    server_url: str
    condition: Condition
    error: str
    paused: bool
    last_success_at: datetime | None
    books: tuple[BookLine, ...]
    waiting: int
    unwritten: tuple[Unwritten, ...]
    importing: int
    made: int


def connected(
    session: Session, now: datetime, *conditions: ColumnElement[bool] | bool
) -> list[BookAccount]:
    """The accounts for contacts that fit the conditions, by user and name; rights are asked before."""
    query = (
        select(ConnectedAccount, User)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .where(ConnectedAccount.purpose == AccountPurpose.CONTACTS, *conditions)
        .order_by(User.name, ConnectedAccount.label, col(ConnectedAccount.id))
    )
    return [_account(session, account, user, now) for account, user in session.exec(query).all()]


def _account(session: Session, account: ConnectedAccount, user: User, now: datetime) -> BookAccount:
    rows = session.exec(
        select(AddressBook)
        .where(AddressBook.account_id == account.id)
        .order_by(col(AddressBook.main).desc(), func.lower(AddressBook.name), col(AddressBook.id))
    ).all()
    ids = [row.id or 0 for row in rows]
    cards, linked = _cards(session, ids), _linked(session, ids)
    lines = [_line(row, account, cards, linked, now) for row in rows]
    return BookAccount(
        id=account.id or 0,
        user_id=account.user_id,
        user_name=user.name,
        provider=account.provider,
        label=account.label,
        username=account.username,
        server_url=account.server_url,
        condition=_condition(account, lines),
        error=account.last_error,
        paused=account.state is AccountState.PAUSED,
        last_success_at=account.last_success_at,
        books=tuple(lines),
        waiting=sum(each.on_its_way for each in linked.values()),
        unwritten=_unwritten(session, ids),
        importing=sum(each.importing for each in cards.values()),
        made=sum(each.made for each in linked.values()),
    )


def _condition(account: ConnectedAccount, lines: Sequence[BookLine]) -> Condition:
    if account.state is AccountState.NEEDS_RECONNECT:
        return Condition.LOCKED_OUT
    if account.state is AccountState.PAUSED:
        return Condition.PAUSED
    return health.worst([line.condition for line in lines])


def _line(
    row: AddressBook,
    account: ConnectedAccount,
    cards: dict[int, "_Cards"],
    linked: dict[int, "_Linked"],
    now: datetime,
) -> BookLine:
    signs = Signs(
        used=row.used,
        account=account.state,
        complete=row.complete,
        error=row.last_error,
        gone=row.gone_at is not None,
        deletions_waiting=row.deletions_waiting,
        last_success_at=row.last_success_at,
        stopped=row.stopped_at is not None,
    )
    mine, follows = cards.get(row.id or 0, _Cards()), linked.get(row.id or 0, _Linked())
    return BookLine(
        id=row.id or 0,
        name=row.name,
        writable=row.writable,
        used=row.used,
        main=row.main,
        condition=health.condition(signs, now=now),
        error=row.last_error,
        fresh=row.last_success_at is None,
        seen=row.events_seen,
        cards=mine.all,
        linked=follows.alive,
        troubles=mine.troubles,
        deletions_waiting=row.deletions_waiting,
        last_success_at=row.last_success_at,
        next_attempt_at=row.next_attempt_at,
    )


@dataclass(frozen=True, slots=True)
class _Cards:
    all: int = 0
    troubles: int = 0
    importing: int = 0


@dataclass(frozen=True, slots=True)
class _Linked:
    alive: int = 0
    on_its_way: int = 0
    made: int = 0


def _cards(session: Session, book_ids: Sequence[int]) -> dict[int, _Cards]:
    rows = session.execute(
        columns(
            col(ExternalCard.address_book_id),
            func.count(),
            amount(col(ExternalCard.trouble) != ""),
            amount(col(ExternalCard.importing).is_(True)),
        )
        .where(col(ExternalCard.address_book_id).in_(book_ids))
        .group_by(col(ExternalCard.address_book_id))
    )
    return {book_id: _Cards(*numbers) for book_id, *numbers in rows}


def _linked(session: Session, book_ids: Sequence[int]) -> dict[int, _Linked]:
    rows = session.execute(
        columns(
            col(CardLink.address_book_id),
            amount(col(CardLink.state) != CardLinkState.REMOVING),
            amount(col(CardLink.state) != CardLinkState.IN_STEP),
            amount(col(CardLink.origin) == LinkOrigin.HERE),
        )
        .where(
            col(CardLink.address_book_id).in_(book_ids),
            col(CardLink.state) != CardLinkState.ENDED,
        )
        .group_by(col(CardLink.address_book_id))
    )
    return {book_id: _Linked(*numbers) for book_id, *numbers in rows}


def _unwritten(session: Session, book_ids: Sequence[int]) -> tuple[Unwritten, ...]:
    rows = session.exec(
        select(Contact.id, Contact.name, CardLink.last_error)
        .join(CardLink, col(CardLink.contact_id) == Contact.id)
        .where(
            col(CardLink.address_book_id).in_(book_ids),
            col(CardLink.state) != CardLinkState.ENDED,
            CardLink.last_error != "",
        )
        .order_by(Contact.sort_key, col(Contact.id))
        .limit(5)
    )
    return tuple(Unwritten(contact_id or 0, name, error) for contact_id, name, error in rows)
