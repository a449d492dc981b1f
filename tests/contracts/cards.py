"""Cards as the contracts and the tests of adapters use them, and how they are read."""

from collections.abc import Iterable

from crm_app.providers.address_book_port import (
    AddressBookProvider,
    BookPage,
    Card,
    CardAddress,
    CardEmail,
    CardPhone,
    RemoteCard,
)

BONN = CardAddress("Hauptstr. 1", "53111", "Bonn", "NRW", "Germany", "home")


def person(
    first: str = "Ann",
    last: str = "Lee",
    *,
    organization: str = "Lee Ltd",
    emails: Iterable[CardEmail] = (CardEmail("ann@lee.example", "home"),),
    phones: Iterable[CardPhone] = (CardPhone("+49 228 123456", "home"),),
    addresses: Iterable[CardAddress] = (BONN,),
) -> Card:
    """A card that every service can keep."""
    return Card(
        f"{first} {last}",
        first_name=first,
        last_name=last,
        organization=organization,
        emails=tuple(emails),
        phones=tuple(phones),
        addresses=tuple(addresses),
    )


def pulled(books: AddressBookProvider, ref: str, cursor: str | None = None) -> list[BookPage]:
    """All pages; just the last is complete, and each has a cursor."""
    pages = list(books.pull(ref, cursor))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(page.cursor for page in pages)
    return pages


def listed(pages: Iterable[BookPage]) -> dict[str, RemoteCard]:
    """The entries in the pages, by href; the last mention of each."""
    return {each.href: each for page in pages for each in page.changed}


def held(books: AddressBookProvider, ref: str) -> dict[str, RemoteCard]:
    """All that the book holds now."""
    return listed(pulled(books, ref))
