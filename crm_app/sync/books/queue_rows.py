"""The queue as a table: the cards that wait for somebody to say what they are (SCT-3).

A card waits while it is in an address book that is used, no contact follows it, it is no group and
nobody left it out. A card belongs to whoever connected the address book; nobody else reads it, not
even an administrator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, tuple_, union_all
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm_app.contacts.search_words import words_of
from crm_app.core.access import Actor
from crm_app.core.ids import is_id
from crm_app.core.kinds import AccountPurpose, ContactKind
from crm_app.models import (
    AddressBook,
    ConnectedAccount,
    ExternalCard,
)
from crm_app.providers.address_book_port import CardAddress, CardKind, from_json
from crm_app.sync.books import links
from crm_app.sync.books.likely import Match, likely

LONGEST_PAGE = 200
_PLACE = (col(ExternalCard.sort_key), col(ExternalCard.id))


class Show(StrEnum):
    """Which cards of the queue. ``waiting``: all that are there, marked or not; ``gone``: marked, and
    not in the address book any more."""

    WAITING = "waiting"
    MARKED = "marked"
    GONE = "gone"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A card of the queue. ``by_rule``: a rule marked it. ``trouble`` is a message id."""

    id: int
    account_id: int
    book_id: int
    book_name: str
    name: str
    kind: CardKind
    organization: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    addresses: tuple[str, ...]
    labels: tuple[str, ...]
    mark: ContactKind | None
    by_rule: bool
    importing: bool
    ignored: bool
    gone: bool
    trouble: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows by name. ``next`` is ``after`` of the page behind it; None on the last one."""

    rows: tuple[QueueRow, ...]
    next: int | None


def own_books(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``AddressBook`` for those that ``actor`` connected himself."""
    mine = select(ConnectedAccount.id).where(
        ConnectedAccount.user_id == actor.user_id,
        ConnectedAccount.purpose == AccountPurpose.CONTACTS,
    )
    return col(AddressBook.account_id).in_(mine)


def queued(actor: Actor, *, account_id: int | None = None) -> tuple[ColumnElement[bool], ...]:
    """The conditions on ``ExternalCard`` for what is in the queue of ``actor``, left out or not."""
    books = select(AddressBook.id).where(own_books(actor), col(AddressBook.used).is_(True))
    if account_id is not None:
        books = books.where(AddressBook.account_id == account_id)
    return (col(ExternalCard.address_book_id).in_(books), *_asked_about())


def _asked_about() -> tuple[ColumnElement[bool], ...]:
    """The conditions for cards that are somebody, and whom no contact follows."""
    return (col(ExternalCard.is_group).is_(False), ~links.followed())


def showing(show: Show) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a part of the queue."""
    gone = col(ExternalCard.missing_since).is_not(None)
    if show is Show.IGNORED:
        return (col(ExternalCard.ignored).is_(True), ~gone)
    here = col(ExternalCard.ignored).is_(False)
    if show is Show.GONE:
        return (here, gone)
    if show is Show.MARKED:
        return (here, ~gone, col(ExternalCard.mark).is_not(None))
    return (here, ~gone)


def holding(text: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions for cards in which every word of ``text`` occurs."""
    return tuple(
        col(ExternalCard.search_text).contains(word, autoescape=True) for word in words_of(text)
    )


def page(
    session: Session,
    actor: Actor,
    *,
    account_id: int | None,
    text: str,
    show: Show,
    after: int | None,
    limit: int,
) -> QueuePage:
    """See ``queries.queue``."""
    size = max(1, min(limit, LONGEST_PAGE))
    conditions = [*_asked_about(), *showing(show), *holding(text)]
    edge = session.get(ExternalCard, after) if after is not None and is_id(after) else None
    if edge is not None:
        conditions.append(tuple_(*_PLACE) > (edge.sort_key, edge.id))
    found = _first(session, _books(session, actor, account_id), conditions, size + 1)
    shown = found[:size]
    matches = likely(session, actor, [card for card, _ in shown])
    return QueuePage(
        rows=tuple(_row(card, book, matches.get(card.id or 0, ())) for card, book in shown),
        next=shown[-1][0].id if len(found) > size else None,
    )


def _books(session: Session, actor: Actor, account_id: int | None) -> dict[int, AddressBook]:
    query = select(AddressBook).where(own_books(actor), col(AddressBook.used).is_(True))
    if account_id is not None:
        query = query.where(AddressBook.account_id == account_id)
    return {book.id or 0: book for book in session.exec(query)}


def _first(
    session: Session,
    books: dict[int, AddressBook],
    conditions: Sequence[ColumnElement[bool]],
    most: int,
) -> list[tuple[ExternalCard, AddressBook]]:
    """The first cards by name. Each address book gives its own first ones by its index: sorting all
    that wait would take longer the more there are."""
    if not books:
        return []
    firsts = [
        columns(*_PLACE)
        .where(col(ExternalCard.address_book_id) == book_id, *conditions)
        .order_by(*_PLACE)
        .limit(most)
        .subquery()
        for book_id in books
    ]
    ids = union_all(*(columns(each.c.sort_key, each.c.id) for each in firsts)).subquery()
    query = (
        select(ExternalCard).join(ids, ids.c.id == ExternalCard.id).order_by(*_PLACE).limit(most)
    )
    return [(card, books[card.address_book_id]) for card in session.exec(query)]


def _row(row: ExternalCard, book: AddressBook, matches: tuple[Match, ...]) -> QueueRow:
    card = from_json(row.fields)
    return QueueRow(
        id=row.id or 0,
        account_id=book.account_id,
        book_id=book.id or 0,
        book_name=book.name,
        name=row.name,
        kind=card.kind,
        organization=card.organization if card.kind is CardKind.PERSON else "",
        emails=tuple(each.address for each in card.emails),
        phones=tuple(each.number for each in card.phones),
        addresses=tuple(one_line(each) for each in card.addresses),
        labels=card.labels,
        mark=row.mark,
        by_rule=row.mark is not None and row.rule_id is not None,
        importing=row.importing,
        ignored=row.ignored,
        gone=row.missing_since is not None,
        trouble=row.trouble,
        matches=matches,
    )


def one_line(address: CardAddress) -> str:
    """A postal address in one line."""
    town = f"{address.postal_code} {address.city}".strip()
    street = ", ".join(line.strip() for line in address.street.splitlines() if line.strip())
    return ", ".join(part for part in (street, town, address.region, address.country) if part)


def amount(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a grouped query fulfil all ``conditions``."""
    return func.count().filter(*conditions)
