"""The rows of what an address book holds: made, brought up to date and read back as entries.

A row is the entry as it was last known to be, from a listing, a look at it alone or the answer to a
write. Texts are made for the queue's table once, when the entry changes.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, col, select

from crm_app.contacts.names import cleaned, folded
from crm_app.core import db
from crm_app.core.columns import among
from crm_app.models import AddressBook, CardRule, ConnectedAccount, ExternalCard
from crm_app.providers.address_book_port import CardKind, RemoteCard, as_json, from_json
from crm_app.sync.rules import card_marks
from crm_app.sync.rules.card_marks import Rule

# Longer names are no database's index.
LONGEST_HREF = 1500
_LONGEST_SEARCH = 2000
_NOT_DIGITS = re.compile(r"\D+")
_table: Table = ExternalCard.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def rows_of(session: Session, book_id: int, hrefs: Collection[str]) -> dict[str, ExternalCard]:
    """What is known at these hrefs."""
    if not hrefs:
        return {}
    found = session.exec(
        select(ExternalCard).where(
            ExternalCard.address_book_id == book_id, among(ExternalCard.href, hrefs)
        )
    )
    return {row.href: row for row in found}


def entry_of(row: ExternalCard) -> RemoteCard:
    """The entry that a row stands for."""
    return RemoteCard(
        href=row.href,
        etag=row.etag,
        uid=row.uid,
        card=from_json(row.fields),
        content_hash=row.content_hash,
        trouble=row.trouble,
    )


def rules_of(session: Session, book: AddressBook) -> list[Rule]:
    """The rules by which the cards of a book's user are marked, first match first."""
    rows = session.exec(
        select(CardRule)
        .join(ConnectedAccount, col(ConnectedAccount.user_id) == CardRule.user_id)
        .where(ConnectedAccount.id == book.account_id)
        .order_by(col(CardRule.position), col(CardRule.id))
    )
    return [Rule(row.id or 0, row.field, row.value, row.mark) for row in rows]


def add(
    session: Session,
    book: AddressBook,
    entries: Iterable[RemoteCard],
    rules: Sequence[Rule],
    *,
    now: datetime,
) -> None:
    """Rows for entries that no row stands for, marked by the rules; one statement for all."""
    rows = [
        _values(entry, now) | _marks(entry, rules) | _beginning(book, entry) for entry in entries
    ]
    db.insert_many(session, _table, rows)


def renew(
    session: Session,
    book: AddressBook,
    entries: Iterable[tuple[ExternalCard, RemoteCard]],
    rules: Sequence[Rule],
    *,
    now: datetime,
) -> None:
    """Bring rows up to date. What a person said of a card stays; what a rule said is asked anew."""
    session.flush()
    rows = []
    for row, entry in entries:
        marks: dict[str, Any] = {"mark": row.mark, "rule_id": row.rule_id, "ignored": row.ignored}
        if row.rule_id is not None or (row.mark is None and not row.ignored):
            marks = _marks(entry, rules)
        stands = {"id": row.id, "generation": book.generation, "missing_since": None}
        rows.append(_values(entry, now) | marks | stands)
        session.expire(row)
    db.update_many(session, _table, rows)


def put(session: Session, book: AddressBook, entry: RemoteCard, *, now: datetime) -> None:
    """The row of one entry as it is now, made where there is none."""
    row = rows_of(session, book.id or 0, [entry.href]).get(entry.href)
    if row is None:
        add(session, book, [entry], (), now=now)
        return
    for name, value in _values(entry, now).items():
        setattr(row, name, value)
    row.generation, row.missing_since = book.generation, None
    session.add(row)
    session.flush()


def _values(entry: RemoteCard, now: datetime) -> dict[str, Any]:
    card = entry.card
    name = cleaned(card.name)
    sort_key = folded(name)
    found_by = [sort_key, *(_NOT_DIGITS.sub("", line.number) for line in card.phones)]
    if card.emails or card.organization:
        found_by.append(folded(" ".join((card.organization, *(e.address for e in card.emails)))))
    return {
        "etag": entry.etag,
        "uid": entry.uid,
        "content_hash": entry.content_hash,
        "fields": as_json(card),
        "name": name,
        "sort_key": sort_key,
        "search_text": " ".join(found_by)[:_LONGEST_SEARCH],
        "is_group": card.kind is CardKind.GROUP,
        "trouble": entry.trouble,
        "read_at": now,
    }


def _marks(entry: RemoteCard, rules: Sequence[Rule]) -> dict[str, Any]:
    said = card_marks.verdict(entry.card, rules) if rules else None
    if said is None:
        return {"mark": None, "rule_id": None, "ignored": False}
    return {"mark": said.mark, "rule_id": said.rule_id, "ignored": said.ignored}


def _beginning(book: AddressBook, entry: RemoteCard) -> dict[str, Any]:
    return {
        "address_book_id": book.id,
        "href": entry.href,
        "generation": book.generation,
        "importing": False,
        "missing_since": None,
    }
