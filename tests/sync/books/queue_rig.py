"""People with connected address books, and cards in them as they were read."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

import crm_app.worker  # noqa: F401 - declares all handlers and what they listen to
from crm_app import models
from crm_app.contacts.names import folded
from crm_app.contacts.search_words import document
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.addresses import is_email
from crm_app.core.kinds import AccountPurpose
from crm_app.providers.address_book_port import (
    Card,
    CardEmail,
    CardKind,
    CardPhone,
    as_json,
    content_hash_of,
)
from tests import factories


@dataclass
class Reader:
    """A user, and his one address book."""

    user: models.User
    account_id: int
    book_id: int

    @property
    def actor(self) -> Actor:
        return factories.actor(self.user)


def connected(session: Session, **values: Any) -> Reader:
    """A user who connected an account with one address book, his main one."""
    if session.get(models.Workspace, 1) is None:
        factories.workspace(session)
    user = factories.user(session, **values)
    account = models.ConnectedAccount(
        user_id=user.id or 0,
        purpose=AccountPurpose.CONTACTS,
        provider="memory",
        label="Phone",
        server_url=f"memory://{user.slug}",
        username=user.email,
        secret="open sesame",
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    return Reader(user, account.id or 0, book(session, account.id or 0, main=True))


def book(session: Session, account_id: int, **values: Any) -> int:
    """One more address book of an account."""
    defaults: dict[str, Any] = {"name": "Contacts", "complete": True}
    row = models.AddressBook(account_id=account_id, **{"ref": "1", **defaults, **values})
    session.add(row)
    session.flush()
    return row.id or 0


def person(name: str, *reached: str, **values: Any) -> Card:
    """A card of somebody with addresses and numbers."""
    first, _, last = name.partition(" ")
    return Card(
        name=name,
        first_name=first,
        last_name=last,
        emails=tuple(CardEmail(each) for each in reached if "@" in each),
        phones=tuple(CardPhone(each) for each in reached if "@" not in each),
        **values,
    )


def company(name: str, **values: Any) -> Card:
    """A company's card."""
    return Card(name=name, kind=CardKind.COMPANY, **values)


def put(session: Session, book_id: int, card: Card, **values: Any) -> int:
    """A card as a run stores it; its id."""
    number = len(session.exec(select(models.ExternalCard.id)).all()) + 1
    row = models.ExternalCard(
        **{
            "address_book_id": book_id,
            "href": f"{number}.vcf",
            "etag": f'"{number}"',
            "uid": f"uid-{number}",
            "content_hash": content_hash_of(card),
            "fields": as_json(card),
            "name": card.name,
            "sort_key": folded(card.name),
            "search_text": document(
                names=(card.name, card.organization),
                emails=[each.address for each in card.emails if is_email(each.address)],
                phones=[(each.number, "") for each in card.phones],
                company="",
            ),
            "is_group": card.kind is CardKind.GROUP,
            "read_at": clock.now(),
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row.id or 0


def cards() -> dict[str, models.ExternalCard]:
    """All cards by name, as they are now."""
    with db.reading() as session:
        return {row.name: row for row in session.exec(select(models.ExternalCard))}


def card_links() -> list[models.CardLink]:
    """All links in order of age."""
    with db.reading() as session:
        return list(session.exec(select(models.CardLink).order_by(col(models.CardLink.id))))


def people() -> dict[str, models.Contact]:
    """All contacts by name."""
    with db.reading() as session:
        return {row.name: row for row in session.exec(select(models.Contact))}
