"""From Graph's contact to a card. Pure.

Outlook has no word for what a contact stands for: one with a company's name and no person's is the
company itself. Lists of contacts are never told by Graph. E-mail addresses have no labels there,
numbers and addresses have that of their place.

Page: https://learn.microsoft.com/graph/api/resources/contact
"""

import json
from collections.abc import Mapping
from typing import Any

from crm_app.providers.address_book_port import (
    UNREADABLE,
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    RemoteCard,
    content_hash_of,
)
from crm_app.providers.microsoft.contact_places import ADDRESSES, PHONES, Place
from crm_app.providers.microsoft.etags import etag_of
from crm_app.providers.microsoft.marks import card_key_of
from crm_app.providers.microsoft.texts import one_line, tidy

Contact = Mapping[str, Any]


def remote_card(contact: Contact, key: str = "") -> RemoteCard:
    """An entry as the port wants it. ``key``: known from elsewhere, where Graph did not tell it."""
    href = str(contact["id"])
    try:
        card, trouble = card_of(contact), ""
    except (TypeError, AttributeError, ValueError):
        card, trouble = Card(name=_spare_name(contact)), UNREADABLE
    return RemoteCard(
        href=href,
        etag=etag_of(contact),
        uid=href,
        card=card,
        content_hash=content_hash_of(card),
        raw=json.dumps(_plain(contact)),
        trouble=trouble,
        key=card_key_of(contact) or key,
    )


def card_of(contact: Contact) -> Card:
    """What Tandem reads of a contact. Raises TypeError, AttributeError when it is of a wrong shape."""
    first, last = said(contact, "givenName"), said(contact, "surname")
    company, shown = said(contact, "companyName"), said(contact, "displayName")
    emails, phones = emails_of(contact), phones_of(contact)
    names_company = company and not (first or last) and shown in ("", company)
    spare = [company, said(contact, "nickName"), said(contact, "fileAs")]
    spare += [*(each.address for each in emails), *(each.number for each in phones)]
    return Card(
        name=next(filter(None, [shown, f"{first} {last}".strip(), *spare]), _spare_name(contact)),
        kind=CardKind.COMPANY if names_company else CardKind.PERSON,
        first_name=first,
        last_name=last,
        organization=company,
        emails=emails,
        phones=phones,
        addresses=tuple(
            address for place in ADDRESSES if (address := address_at(contact, place)) is not None
        ),
        note=tidy(_text(contact.get("personalNotes"))),
        labels=tuple(filter(None, map(_line, contact.get("categories") or []))),
    )


def said(contact: Contact, name: str) -> str:
    """A property that is one line of text; empty when nothing is said."""
    return _line(contact.get(name))


def emails_of(contact: Contact) -> tuple[CardEmail, ...]:
    """Exchange gives back what it cannot take for an address as a name alone."""
    told = (
        _line(each.get("address")) or _line(each.get("name"))
        for each in contact.get("emailAddresses") or []
    )
    return tuple(CardEmail(address) for address in told if address)


def phones_of(contact: Contact) -> tuple[CardPhone, ...]:
    """All numbers, those of one place after the other."""
    return tuple(
        CardPhone(number, place.label) for place in PHONES for number in numbers_at(contact, place)
    )


def numbers_at(contact: Contact, place: Place) -> list[str]:
    """The numbers that a place holds."""
    held = contact.get(place.name) or []
    told = [held] if isinstance(held, str) else held
    return [number for number in map(_line, told) if number]


def address_at(contact: Contact, place: Place) -> CardAddress | None:
    """The address at a place; Graph tells an empty object where there is none."""
    held = contact.get(place.name)
    if not held:
        return None
    found = CardAddress(
        street=tidy(_text(held.get("street"))),
        postal_code=_line(held.get("postalCode")),
        city=_line(held.get("city")),
        region=_line(held.get("state")),
        country=_line(held.get("countryOrRegion")),
        label=place.label,
    )
    return None if found.empty else found


def _line(value: Any) -> str:
    return one_line(_text(value)) if value else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _spare_name(contact: Contact) -> str:
    shown = contact.get("displayName")
    return (one_line(shown) if isinstance(shown, str) else "") or str(contact["id"])


def _plain(contact: Contact) -> dict[str, Any]:
    """Without our mark, and without what Graph says about its answer."""
    return {
        name: value
        for name, value in contact.items()
        if "@" not in name and name != "singleValueExtendedProperties"
    }
