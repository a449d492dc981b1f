"""The worlds in which the address book port is tried: each has an address book, and a person's phone
that writes into it behind our back.

What is put outside is a card. Each world adds what Tandem does not read (a birthday, a web page, a
property that nobody knows) in its service's own form, and gives it back as ``rest_of``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest

from crm_app.core.errors import LoginExpired
from crm_app.providers.address_book_port import AddressBookProvider, Card
from crm_app.providers.memory_books import MemoryBookAccount, MemoryBooks


@dataclass(frozen=True)
class Limits:
    """How many lines of an entry the service keeps; None: any number. Phones: of those labelled
    home, which is the smallest number that a service has for one label."""

    emails: int | None = None
    phones: int | None = None
    addresses: int | None = None


class BookWorld(Protocol):
    """What the contract needs of any service besides the port.

    ``ref`` is its address book and ``absent_ref`` one like it that is not there. ``labelled``: each
    line keeps the label it was given. Whoever is opened as a reader may not write.
    """

    ref: str
    name: str
    limits: Limits
    labelled: bool

    @property
    def absent_ref(self) -> str: ...
    def open(self) -> AddressBookProvider: ...
    def open_with_wrong_password(self) -> AddressBookProvider: ...
    def open_as_reader(self) -> AddressBookProvider: ...

    def put_outside(self, entry: str, card: Card) -> str:
        """Write a new entry named ``entry`` by the test; its href."""
        ...

    def change_outside(self, href: str, card: Card) -> None:
        """Have the entry say ``card``, the rest as it was."""
        ...

    def remove_outside(self, href: str) -> None: ...

    def card_of(self, href: str) -> Card:
        """The entry as the phone shows it. Raises LookupError when it is gone."""
        ...

    def rest_of(self, href: str) -> object:
        """All that Tandem does not read of the entry, as something to compare."""
        ...

    def settle(self) -> None:
        """Let listings show what was written, for services that are slow to."""
        ...

    def spoil(self, cursor: str) -> str:
        """A cursor like this one that the service does not take any more."""
        ...


@dataclass
class MemoryBookWorld:
    """The service in memory. ``stale``: how many seconds its listings lag behind."""

    account: MemoryBookAccount
    ref: str
    name: str = "Contacts"
    limits: Limits = Limits()
    labelled: bool = True

    @classmethod
    def make(cls, *, stale: int = 0, limits: Limits = Limits()) -> "MemoryBookWorld":
        account = MemoryBookAccount(
            page_size=50,
            stale=stale,
            most_emails=limits.emails,
            most_phones=limits.phones,
            most_addresses=limits.addresses,
        )
        return cls(account, account.add_book("Contacts"), limits=limits)

    @property
    def absent_ref(self) -> str:
        return "memory:/9/"

    def open(self) -> AddressBookProvider:
        return MemoryBooks(self.account)

    def open_with_wrong_password(self) -> AddressBookProvider:
        self.account.fail(LoginExpired())
        return self.open()

    def open_as_reader(self) -> AddressBookProvider:
        self.account.make_read_only(self.ref)
        return self.open()

    def put_outside(self, entry: str, card: Card) -> str:
        rest = {"birthday": "1980-05-05", "x-unknown": f"of {entry}"}
        return self.account.put(self.ref, entry, card, rest=rest)

    def change_outside(self, href: str, card: Card) -> None:
        self.account.put(self.ref, href.removeprefix(self.ref), card)

    def remove_outside(self, href: str) -> None:
        self.account.remove(self.ref, href)

    def card_of(self, href: str) -> Card:
        return self.account.card(self.ref, href)

    def rest_of(self, href: str) -> object:
        return self.account.rest(self.ref, href)

    def settle(self) -> None:
        self.account.catch_up()

    def spoil(self, cursor: str) -> str:
        self.account.expire_cursors(self.ref)
        return cursor


@contextmanager
def memory(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    yield MemoryBookWorld.make()


@contextmanager
def memory_that_lags(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    yield MemoryBookWorld.make(stale=600)


@contextmanager
def memory_with_little_room(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    yield MemoryBookWorld.make(limits=Limits(emails=3, phones=2, addresses=3))
