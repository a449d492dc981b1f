"""The contacts that a card of the queue may already be (SCT-4).

Only contacts that the reader may see, by the same address, number or name. They are shown; nothing
is ever merged because of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from crm_app.contacts import matching
from crm_app.contacts.names import folded
from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.kinds import CardLinkState, ContactKind
from crm_app.models import CardLink, Contact, ContactEmail, ContactPhone, ExternalCard
from crm_app.providers.address_book_port import Card, from_json

# So many contacts beside a card are a help; more are a riddle.
_MOST_MATCHES = 5


class Likeness(StrEnum):
    """What a card and a contact have in common, strongest first."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """A contact that a card may be. ``taken``: another entry of that address book is it already."""

    contact_id: int
    name: str
    kind: ContactKind
    why: Likeness
    shared: str
    taken: bool = False


def likely(
    session: Session, actor: Actor, rows: Sequence[ExternalCard]
) -> dict[int, tuple[Match, ...]]:
    """The contacts that each card may be: the same address, number or name. A few queries a page."""
    cards = {row.id or 0: from_json(row.fields) for row in rows}
    books = {row.id or 0: row.address_book_id for row in rows}
    found: dict[int, dict[int, Match]] = {card_id: {} for card_id in cards}
    for matched in (_by_email, _by_phone, _by_name):
        for card_id, match in matched(session, actor, cards):
            found[card_id].setdefault(match.contact_id, match)
    taken = _taken(session, {each for one in found.values() for each in one}, books.values())
    return {
        card_id: tuple(
            _known(match, (match.contact_id, books[card_id]) in taken)
            for match in list(one.values())[:_MOST_MATCHES]
        )
        for card_id, one in found.items()
        if one
    }


_Found = Iterable[tuple[int, Match]]


def _by_email(session: Session, actor: Actor, cards: dict[int, Card]) -> _Found:
    wanted: dict[str, list[int]] = {}
    for card_id, card in cards.items():
        for each in card.emails:
            if matching.is_email(each.address):
                wanted.setdefault(matching.email_key(each.address), []).append(card_id)
    rows = session.exec(
        select(ContactEmail.key, ContactEmail.address, Contact)
        .join(Contact, col(Contact.id) == ContactEmail.contact_id)
        .where(col(ContactEmail.key).in_(wanted), *_seen(actor))
        .order_by(col(Contact.created_at), col(Contact.id))
    )
    for key, address, contact in rows:
        for card_id in wanted[key]:
            yield card_id, _match(contact, Likeness.EMAIL, address)


def _by_phone(session: Session, actor: Actor, cards: dict[int, Card]) -> _Found:
    region = matching.region_of(actor.time_zone)
    wanted: dict[str, list[int]] = {}
    for card_id, card in cards.items():
        for each in card.phones:
            if form := matching.e164(each.number, region=region):
                wanted.setdefault(form, []).append(card_id)
    rows = session.exec(
        select(ContactPhone.e164, ContactPhone.number, Contact)
        .join(Contact, col(Contact.id) == ContactPhone.contact_id)
        .where(col(ContactPhone.e164).in_(wanted), *_seen(actor))
        .order_by(col(Contact.created_at), col(Contact.id))
    )
    for form, number, contact in rows:
        for card_id in wanted[form]:
            yield card_id, _match(contact, Likeness.PHONE, number)


def _by_name(session: Session, actor: Actor, cards: dict[int, Card]) -> _Found:
    wanted: dict[str, list[int]] = {}
    for card_id, card in cards.items():
        if (key := folded(card.name)) and not matching.is_email(card.name):
            wanted.setdefault(key, []).append(card_id)
    rows = session.exec(
        select(Contact)
        .where(col(Contact.sort_key).in_(wanted), *_seen(actor))
        .order_by(col(Contact.created_at), col(Contact.id))
    )
    for contact in rows:
        for card_id in wanted[contact.sort_key]:
            yield card_id, _match(contact, Likeness.NAME, contact.name)


def _seen(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (col(Contact.deleted_at).is_(None), seen_contacts(actor))


def _match(contact: Contact, why: Likeness, shared: str) -> Match:
    return Match(contact.id or 0, contact.name, contact.kind, why, shared)


def _known(match: Match, taken: bool) -> Match:
    return Match(match.contact_id, match.name, match.kind, match.why, match.shared, taken)


def _taken(
    session: Session, contact_ids: Iterable[int], book_ids: Iterable[int]
) -> set[tuple[int, int]]:
    rows = session.exec(
        select(CardLink.contact_id, CardLink.address_book_id).where(
            col(CardLink.contact_id).in_(set(contact_ids)),
            col(CardLink.address_book_id).in_(set(book_ids)),
            col(CardLink.state) != CardLinkState.ENDED,
        )
    )
    return set(rows)
