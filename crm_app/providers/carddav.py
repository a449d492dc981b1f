"""Address books on a CardDAV server (RFC 6352): iCloud, Nextcloud, Radicale and the rest.

A book's ref is its URL, an entry's href its path. What a server tells of an entry is a vCard, read
and changed by ``vcard``.
"""

from collections.abc import Iterator
from typing import Unpack

from crm_app.core import clock
from crm_app.core.i18n import N_
from crm_app.providers import carddav_objects as objects
from crm_app.providers.address_book_port import (
    BookClosed,
    BookGone,
    BookPage,
    RemoteBook,
    RemoteCard,
    Wanted,
)
from crm_app.providers.carddav_listing import LISTED, books_in
from crm_app.providers.dav.account import DavAccount, Purpose, Reach
from crm_app.providers.dav.collection import ADDRESS_BOOK, ItemPage
from crm_app.providers.dav.discovery import ADDRESS_BOOKS
from crm_app.providers.dav.writing import delete

_BOOKS = Purpose(
    service=ADDRESS_BOOKS,
    flavour=ADDRESS_BOOK,
    gone=BookGone,
    closed=BookClosed,
    elsewhere=N_("This address book is on another server than its account."),
)


class CardDavBooks:
    """The address books of one account; implements ``AddressBookProvider``."""

    def __init__(
        self, server_url: str, username: str, password: str, **reach: Unpack[Reach]
    ) -> None:
        self._account = DavAccount(_BOOKS, server_url, username, password, **reach)

    def __repr__(self) -> str:
        return "CardDavBooks(...)"

    @property
    def stale_seconds(self) -> int:
        return 0

    @property
    def relist_seconds(self) -> int:
        return 0

    def close(self) -> None:
        self._account.close()

    def discover(self) -> list[RemoteBook]:
        return books_in(self._account.listings(LISTED))

    def pull(self, book_ref: str, cursor: str | None) -> Iterator[BookPage]:
        for page in self._account.pull(book_ref, cursor):
            yield _page(page)

    def fetch(self, book_ref: str, href: str) -> RemoteCard | None:
        return self._account.at(book_ref, lambda book: objects.fetch(book, href))

    def create(self, book_ref: str, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        at = clock.now()
        return self._account.at(
            book_ref, lambda book: objects.create(book, wanted, key=key, raw=raw, at=at)
        )

    def update(self, book_ref: str, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        at = clock.now()
        return self._account.at(
            book_ref, lambda book: objects.update(book, href, etag, wanted, at=at)
        )

    def delete(self, book_ref: str, href: str, etag: str | None) -> None:
        return self._account.at(book_ref, lambda book: delete(book, href, etag))


def _page(page: ItemPage) -> BookPage:
    return BookPage(
        changed=tuple(objects.remote(item) for item in page.changed),
        removed=page.removed,
        cursor=page.cursor.dump(),
        complete=page.complete,
        full=page.full,
    )
