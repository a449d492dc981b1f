"""Address books on real CardDAV servers, tried by the contract."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from crm_app.providers.address_book_port import AddressBookProvider, Card, Wanted, WantedNames
from crm_app.providers.carddav import CardDavBooks
from crm_app.providers.vcard.amending import amend
from crm_app.providers.vcard.lines import card_lines
from crm_app.providers.vcard.reading import read
from crm_app.providers.vcard.writing import write
from tests.contracts.address_books import BookWorld, Limits
from tests.factories.outgoing import START
from tests.servers.icloud import CONTACTS, ICloud, icloud
from tests.servers.radicale import RadicaleServer, RadicaleUser

LOOPBACK = ("127.0.0.0/8",)
# What Tandem reads or makes of a card; all the rest is the person's own.
_READ = {
    *("VERSION", "PRODID", "UID", "REV", "FN", "N", "ORG", "EMAIL", "TEL", "ADR"),
    *("X-ABLABEL", "X-ABSHOWAS", "X-TANDEM-KEY"),
}


@dataclass
class CardDavWorld:
    """Radicale, with its sync tokens or as if it had none."""

    server: RadicaleServer
    user: RadicaleUser
    ref: str
    sync_tokens: bool = True
    name: str = "Contacts"
    limits: Limits = field(default_factory=Limits)
    labelled: bool = True

    @classmethod
    def make(cls, server: RadicaleServer, *, sync_tokens: bool) -> "CardDavWorld":
        user = server.make_user()
        return cls(server, user, user.make_book("contacts", "Contacts"), sync_tokens)

    @property
    def absent_ref(self) -> str:
        return self.ref.replace("contacts/", "gone/")

    def open(self) -> AddressBookProvider:
        return self.opened(self.user)

    def open_with_wrong_password(self) -> AddressBookProvider:
        return self.opened(replace(self.user, password="wrong"))

    def open_as_reader(self) -> AddressBookProvider:
        return self.opened(self.server.make_reader(self.user))

    def opened(self, user: RadicaleUser) -> CardDavBooks:
        return CardDavBooks(
            self.server.url,
            user.name,
            user.password,
            allow=LOOPBACK,
            sync_tokens=self.sync_tokens,
        )

    def put_outside(self, entry: str, card: Card) -> str:
        unknown = (
            f"UID:of-{quote(entry)}",
            "BDAY:1980-05-05",
            "item9.URL:https://lee.example",
            "item9.X-ABDATE:2011-07-09",
            'X-UNKNOWN;X-ODD="a;b":one\\;two',
        )
        text = write(card).replace("END:VCARD", "\r\n".join((*unknown, "END:VCARD")))
        return self.outer(self.user.put("contacts", f"{quote(entry, safe='@')}.vcf", text))

    def change_outside(self, href: str, card: Card) -> None:
        names = WantedNames(
            card.name, card.kind, card.first_name, card.last_name, card.organization
        )
        wanted = Wanted(names, card.emails, card.phones, card.addresses)
        text = amend(self.text_of(href), wanted, at=START)
        self.user.put("contacts", href.rpartition("/")[2], text)

    def remove_outside(self, href: str) -> None:
        assert self.user.ask("DELETE", self.inner(href)).status == 200

    def card_of(self, href: str) -> Card:
        return read(self.text_of(href)).card

    def rest_of(self, href: str) -> object:
        lines = card_lines(self.text_of(href)).lines
        return sorted(line.text for line in lines if line.name not in _READ)

    def settle(self) -> None:
        pass

    def spoil(self, cursor: str) -> str:
        if not self.sync_tokens:
            # Etags do not expire; only a cursor of another version has to be thrown away.
            return json.dumps(json.loads(cursor) | {"v": 0})
        return json.dumps(json.loads(cursor) | {"value": "http://radicale.org/ns/sync/" + "0" * 64})

    def text_of(self, href: str) -> str:
        """The entry as a plain HTTP client gets it. Raises LookupError when it is gone."""
        reply = self.user.ask("GET", self.inner(href))
        if reply.status != 200:
            raise LookupError(href)
        return reply.text

    def outer(self, path: str) -> str:
        """A path of Radicale's as the adapter sees it."""
        return path

    def inner(self, path: str) -> str:
        """A path that the adapter sees as Radicale has it."""
        return path


@dataclass
class ICloudContacts(CardDavWorld):
    """Radicale behind a proxy with iCloud's manners."""

    icloud: ICloud | None = None

    @classmethod
    def behind(cls, icloud: ICloud, server: RadicaleServer) -> "ICloudContacts":
        icloud.user.make_book("contacts", "Contacts")
        ref = f"https://{icloud.host}{icloud.outer('contacts')}"
        return cls(server, icloud.user, ref, icloud=icloud)

    def opened(self, user: RadicaleUser) -> CardDavBooks:
        assert self.icloud is not None
        return CardDavBooks(
            self.icloud.entry_url,
            user.name,
            user.password,
            allow=LOOPBACK,
            network=self.icloud.network,
        )

    def outer(self, path: str) -> str:
        assert self.icloud is not None
        return self.icloud.outer("contacts", path.rpartition("/")[2])

    def inner(self, path: str) -> str:
        assert self.icloud is not None
        return self.icloud.inner(path)


@contextmanager
def by_sync_token(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    yield CardDavWorld.make(request.getfixturevalue("radicale_server"), sync_tokens=True)


@contextmanager
def by_etags(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    yield CardDavWorld.make(request.getfixturevalue("radicale_server"), sync_tokens=False)


@contextmanager
def icloud_contacts(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    server: RadicaleServer = request.getfixturevalue("radicale_server")
    folder: Path = request.getfixturevalue("tmp_path")
    with icloud(server.make_user(), folder, service=CONTACTS) as service:
        yield ICloudContacts.behind(service, server)
