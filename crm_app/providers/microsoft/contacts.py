"""The contacts of one Microsoft account; implements ``AddressBookProvider``, ``Rotating``.

An address book's ref and an entry's href are Graph's ids, immutable ones. Graph tells an entry whole
when it changed, and never which properties did. It does not tell the key that we made an entry with:
where few entries changed they are read once more with it, so that one whose making was never answered
is known again at once; in a long listing the key stays open until the entry is made again.

Page: https://learn.microsoft.com/graph/api/contact-delta
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crm_app.core.kinds import AccountPurpose
from crm_app.providers.address_book_port import BookPage, RemoteBook, RemoteCard, Wanted
from crm_app.providers.microsoft import contact_entries, contact_folders
from crm_app.providers.microsoft.account import GraphAccount
from crm_app.providers.microsoft.contact_reading import remote_card
from crm_app.providers.microsoft.errors import meant_for_book
from crm_app.providers.microsoft.following import Kind, follow, newest

_CONTACTS = Kind("contactFolders", "contacts", version=1)
# A listing that leaves these out tells only part of its entries.
_TOLD = {"displayName", "emailAddresses"}
# So many questions about one mailbox may be asked at once, and so in one batch without being told
# to wait (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits).
_FEW = 4


class GraphContacts(GraphAccount):
    """See ``GraphAccount`` for what it is opened with."""

    purpose = AccountPurpose.CONTACTS

    @property
    def stale_seconds(self) -> int:
        """A minute: Exchange answers from several copies of a mailbox."""
        return 60

    @property
    def relist_seconds(self) -> int:
        """Never: Graph says when its links have ended."""
        return 0

    def discover(self) -> list[RemoteBook]:
        return contact_folders.books(self._client, self._listed)

    def pull(self, book_ref: str, cursor: str | None) -> Iterator[BookPage]:
        with meant_for_book():
            for told in follow(self._client, _CONTACTS, book_ref, cursor, self._page_size):
                changed, removed = self._read(book_ref, told.rows)
                yield BookPage(changed, removed, told.cursor, told.complete, told.full)

    def fetch(self, book_ref: str, href: str) -> RemoteCard | None:
        with meant_for_book():
            return contact_entries.fetch(self._client, book_ref, href)

    def create(self, book_ref: str, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        with meant_for_book():
            return contact_entries.create(self._client, book_ref, wanted, key, raw)

    def update(self, book_ref: str, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        with meant_for_book():
            return contact_entries.update(self._client, book_ref, href, etag, wanted)

    def delete(self, book_ref: str, href: str, etag: str | None) -> None:
        with meant_for_book():
            contact_entries.delete(self._client, book_ref, href, etag)

    def _read(
        self, ref: str, rows: list[Mapping[str, Any]]
    ) -> tuple[tuple[RemoteCard, ...], tuple[str, ...]]:
        """Changed and removed."""
        found = newest(rows)
        removed = tuple(href for href, row in found.items() if "@removed" in row)
        told = {href: row for href, row in found.items() if "@removed" not in row}
        few = len(told) <= _FEW
        partly = [href for href, row in told.items() if few or not row.keys() >= _TOLD]
        urls = [contact_entries.address(self._client, ref, href) for href in partly]
        for href, whole in zip(partly, self._client.read_many(urls), strict=True):
            if whole is None:
                # It is gone by now, and comes as removed on this page or a later one.
                del told[href]
            else:
                told[href] = whole
        return tuple(remote_card(row) for row in told.values()), removed
