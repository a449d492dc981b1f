"""Google's contacts, tried by the contracts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from crm_app.providers.address_book_port import AddressBookProvider, Card, CardKind
from crm_app.providers.google.contacts import GoogleContacts
from crm_app.providers.google.people.reading import card_of, items
from crm_app.providers.google.people.words import type_of
from crm_app.providers.google.tokens import Secret
from tests.contracts.address_books import BookWorld, Limits
from tests.contracts.google import APP
from tests.servers.google import GooglePeople, GoogleService, google_server
from tests.servers.google.people_owner import edit, expire_tokens, put
from tests.servers.google.people_store import writable
from tests.servers.google.store import Refused

Json = dict[str, Any]
# What Tandem reads of an entry; labels of groups and notes too, but it never writes them.
_READ = {"names", "organizations", "emailAddresses", "phoneNumbers", "addresses", "clientData"}


def contacts(service: GoogleService, secret: str | None = None, **more: float) -> GoogleContacts:
    """An adapter on the service's account."""
    return GoogleContacts(
        secret or service.secret(),
        APP,
        api=service.people_api,
        token_url=service.token_url,
        **{"timeout": 10.0, "page_size": 50, **more},  # type: ignore[arg-type]
    )


@dataclass
class GoogleBookWorld:
    """An account whose lists lag behind what was written by the API, and its owner's phone."""

    service: GoogleService
    ref: str = "people/me"
    name: str = "Google Contacts"
    limits: Limits = field(default_factory=Limits)
    labelled: bool = True

    @property
    def book(self) -> GooglePeople:
        return self.service.book

    @property
    def absent_ref(self) -> str:
        return "people/somebody"

    def open(self) -> AddressBookProvider:
        return contacts(self.service)

    def open_with_wrong_password(self) -> AddressBookProvider:
        return contacts(self.service, Secret(refresh_token="wrong").dump())

    def open_as_reader(self) -> AddressBookProvider:
        self.book.role = "reader"
        return self.open()

    def put_outside(self, entry: str, card: Card) -> str:
        rest = {
            "birthdays": [{"date": {"year": 1980, "month": 5, "day": 5}}],
            "urls": [{"value": f"https://{entry.encode().hex()}.example", "type": "blog"}],
            "userDefined": [{"key": "Unknown", "value": f"of {entry}"}],
        }
        return put(self.book, f"c{int(entry.encode().hex(), 16)}", **fields_of(card), **rest)

    def change_outside(self, href: str, card: Card) -> None:
        edit(self.book, href, **fields_of(card))

    def remove_outside(self, href: str) -> None:
        self.book.delete(href)

    def card_of(self, href: str) -> Card:
        try:
            return card_of(self.book.get(href))
        except Refused:
            raise LookupError(href) from None

    def rest_of(self, href: str) -> object:
        person = self.book.get(href)
        return {
            name: [
                {part: value for part, value in item.items() if part != "metadata"}
                for item in items(person, name)
            ]
            for name in writable() - _READ
        }

    def settle(self) -> None:
        self.book.catch_up()

    def spoil(self, cursor: str) -> str:
        expire_tokens(self.book)
        return cursor


@contextmanager
def google_books(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    with google_server() as service:
        service.book.lags = True
        yield GoogleBookWorld(service)


def fields_of(card: Card) -> Json:
    """A card as its owner's phone writes it."""
    name = {"givenName": card.first_name, "familyName": card.last_name}
    addresses = [
        {
            "streetAddress": each.street,
            "postalCode": each.postal_code,
            "city": each.city,
            "region": each.region,
            "country": each.country,
            "type": type_of(each.label),
        }
        for each in card.addresses
    ]
    return {
        "names": [] if card.kind is CardKind.COMPANY else [name],
        "organizations": [{"name": card.organization}] if card.organization else [],
        "emailAddresses": [
            {"value": each.address, "type": type_of(each.label)} for each in card.emails
        ],
        "phoneNumbers": [
            {"value": each.number, "type": type_of(each.label)} for each in card.phones
        ],
        "addresses": addresses,
    }
