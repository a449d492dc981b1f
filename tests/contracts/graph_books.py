"""Microsoft's contacts as a world of the address books' contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from crm_app.providers.address_book_port import AddressBookProvider, Card, CardAddress, CardKind
from crm_app.providers.microsoft.contact_reading import card_of
from crm_app.providers.microsoft.contacts import GraphContacts
from tests.contracts.address_books import BookWorld, Limits
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.contact_store import Contact, Folder
from tests.servers.graph.signin import CONTACTS

_REST = {
    "birthday": "1980-05-05T11:59:00Z",
    "businessHomePage": "https://lee.example",
    "children": ["Bo"],
    "imAddresses": ["sip:ann@lee.example"],
    "jobTitle": "Head",
    "middleName": "Q.",
    "personalNotes": "Likes tea",
    "yomiSurname": "りー",
}


@dataclass
class GraphBookWorld:
    """One folder of a mailbox. Outlook has as many places for numbers in all as there are numbers in
    the contract: what finds no room at its label goes to another."""

    graph: Graph
    folder: Folder
    limits = Limits(emails=3, phones=5, addresses=3)
    labelled = False

    @property
    def ref(self) -> str:
        return self.folder.id

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def absent_ref(self) -> str:
        return "AAMkgone=="

    def open(self) -> AddressBookProvider:
        return self._open(self.graph.secret(CONTACTS))

    def open_with_wrong_password(self) -> AddressBookProvider:
        secret = self.graph.secret(CONTACTS)
        self.graph.signin.access.clear()
        self.graph.signin.revoked = True
        return self._open(secret)

    def open_as_reader(self) -> AddressBookProvider:
        self.folder.can_edit = False
        return self.open()

    def _open(self, secret: str) -> AddressBookProvider:
        return GraphContacts(
            secret,
            self.graph.app,
            graph=self.graph.graph,
            authority=self.graph.authority,
            page_size=50,
        )

    def put_outside(self, entry: str, card: Card) -> str:
        made = self.graph.contacts.add(self.folder, contact_of(card) | _REST)
        return str(made["id"])

    def change_outside(self, href: str, card: Card) -> None:
        self.graph.contacts.set(self.folder, self.folder.contacts[href], contact_of(card))

    def remove_outside(self, href: str) -> None:
        self.graph.contacts.remove(href)

    def card_of(self, href: str) -> Card:
        return card_of(self.folder.contacts[href])

    def rest_of(self, href: str) -> object:
        contact = self.folder.contacts[href]
        return {name: contact[name] for name in _REST}

    def settle(self) -> None:
        """Listings are up to date at once."""

    def spoil(self, cursor: str) -> str:
        self.graph.contacts.revision += 1
        self.folder.oldest = self.graph.contacts.revision
        return cursor


def contact_of(card: Card) -> Contact:
    """A card as somebody enters it in Outlook, without looking at how the adapter does."""
    numbers: dict[str, list[str]] = {"mobile": [], "work": [], "home": []}
    for phone in card.phones:
        numbers[phone.label].append(phone.number)
    company = card.kind is CardKind.COMPANY
    return {
        "displayName": card.name,
        "givenName": None if company else card.first_name,
        "surname": None if company else card.last_name,
        "companyName": card.name if company else card.organization,
        "emailAddresses": [{"name": each.address, "address": each.address} for each in card.emails],
        "mobilePhone": next(iter(numbers["mobile"]), None),
        "businessPhones": numbers["work"],
        "homePhones": numbers["home"],
        "businessAddress": _address(card, "work"),
        "homeAddress": _address(card, "home"),
        "otherAddress": _address(card, "other"),
    }


def _address(card: Card, label: str) -> dict[str, Any]:
    found = next((each for each in card.addresses if each.label == label), CardAddress())
    return {
        "street": found.street.replace("\n", "\r\n"),
        "postalCode": found.postal_code,
        "city": found.city,
        "state": found.region,
        "countryOrRegion": found.country,
    }


@contextmanager
def graph(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    """A mailbox with an empty folder for contacts."""
    with graph_server() as running:
        yield GraphBookWorld(running, running.contacts.main)
