"""Address books in memory, for tests and demonstrations, with the manners of real services.

Listings come in small pages, may lag behind what was written, fewer lines are kept than were sent,
and any call can be made to fail before or after it took effect. An adapter is opened on a
``MemoryBookAccount`` as on a real service, and several at once see the same books.
"""

from collections.abc import Iterator
from dataclasses import replace

from crm_app.core import clock
from crm_app.core.errors import PreconditionFailed, Rejected
from crm_app.providers.address_book_port import (
    UNREADABLE,
    BookClosed,
    BookGone,
    BookPage,
    Card,
    CardKind,
    RemoteBook,
    RemoteCard,
    Wanted,
    content_hash_of,
)
from crm_app.providers.memory_book_account import (
    MemoryBook,
    MemoryBookAccount,
    Version,
    card_in,
    dumped,
    rest_of,
)
from crm_app.providers.memory_cursor import MemoryCursor, load

__all__ = ["MemoryBook", "MemoryBookAccount", "MemoryBooks"]


class MemoryBooks:
    """Implements ``AddressBookProvider`` on a ``MemoryBookAccount``."""

    def __init__(self, account: MemoryBookAccount) -> None:
        self._account = account

    @property
    def stale_seconds(self) -> int:
        return self._account.stale

    @property
    def relist_seconds(self) -> int:
        return self._account.relist

    def close(self) -> None:
        pass

    def discover(self) -> list[RemoteBook]:
        self._account.at("discover", after=False)
        return [book.shown for book in self._account.books.values()]

    def pull(self, book_ref: str, cursor: str | None) -> Iterator[BookPage]:
        self._account.at("pull", after=False)
        book = self._book(book_ref)
        book.catch_up(clock.now())
        begun = load(cursor, oldest=book.oldest)
        upto = begun.upto or book.revision
        listed = {
            href: version
            for href, entry in sorted(book.entries.items())
            if entry.listed > begun.since
            and href > begun.after
            and (version := book.listed(href)) is not None
            and not (begun.full and version.raw is None)
        }
        hrefs, size = list(listed), self._account.page_size
        for start in range(0, max(len(hrefs), 1), size):
            if start:
                self._account.at("page", after=False)
            batch = hrefs[start : start + size]
            last = start + size >= len(hrefs)
            reached = MemoryCursor(upto)
            if not last:
                reached = MemoryCursor(begun.since, batch[-1], upto, begun.full)
            yield BookPage(
                changed=tuple(
                    _remote(book, href, listed[href], raw)
                    for href in batch
                    if (raw := listed[href].raw) is not None
                ),
                removed=tuple(href for href in batch if listed[href].raw is None),
                cursor=reached.dump(),
                complete=last,
                full=begun.full,
            )

    def fetch(self, book_ref: str, href: str) -> RemoteCard | None:
        self._account.at("fetch", after=False)
        return _there(self._book(book_ref), href)

    def create(self, book_ref: str, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        self._account.at("create", after=False)
        book = self._book(book_ref)
        href = _made_with(book, key)
        if href is None:
            href = f"{book_ref}{key}"
            made = amended(card_in(raw) or Card(name=""), wanted)
            self._store(book, href, dumped(self._account.kept(made), rest_of(raw)), key=key)
            self._account.at("create", after=True)
        return _present(book, href, None)

    def update(self, book_ref: str, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        self._account.at("update", after=False)
        book = self._book(book_ref)
        present = _present(book, href, etag)
        if present.trouble:
            raise Rejected(UNREADABLE)
        made = self._account.kept(amended(present.card, wanted))
        self._store(book, href, dumped(made, rest_of(present.raw)))
        self._account.at("update", after=True)
        return _present(book, href, None)

    def delete(self, book_ref: str, href: str, etag: str | None) -> None:
        self._account.at("delete", after=False)
        book = self._book(book_ref)
        if book.now(href) is None:
            return
        _present(book, href, etag)
        self._store(book, href, None)
        self._account.at("delete", after=True)

    def _book(self, ref: str) -> MemoryBook:
        if ref not in self._account.books:
            raise BookGone
        if self._account.books[ref].closed:
            raise BookClosed
        return self._account.books[ref]

    def _store(self, book: MemoryBook, href: str, raw: str | None, *, key: str = "") -> None:
        if not book.shown.writable:
            raise BookClosed(detail="read only")
        book.write(href, raw, self._account.shown_after_write(), key=key)


def amended(card: Card, wanted: Wanted) -> Card:
    """``card`` with what is wanted of it."""
    if wanted.names is not None:
        names = wanted.names
        company = names.kind is CardKind.COMPANY
        card = replace(
            card,
            name=names.name,
            kind=names.kind,
            first_name="" if company else names.first_name,
            last_name="" if company else names.last_name,
            organization=names.name if company else names.organization,
        )
    return replace(
        card,
        emails=card.emails if wanted.emails is None else wanted.emails,
        phones=card.phones if wanted.phones is None else wanted.phones,
        addresses=card.addresses if wanted.addresses is None else wanted.addresses,
    )


def _made_with(book: MemoryBook, key: str) -> str | None:
    """Where the entry is that was made with ``key``."""
    made = (href for href, entry in book.entries.items() if entry.key == key and book.now(href))
    return next(made, None)


def _present(book: MemoryBook, href: str, etag: str | None) -> RemoteCard:
    """The entry at ``href``. Raises PreconditionFailed when it is gone or at another etag."""
    found = _there(book, href)
    if found is None or (etag is not None and etag != found.etag):
        raise PreconditionFailed(detail="not at the known etag")
    return found


def _there(book: MemoryBook, href: str) -> RemoteCard | None:
    version = book.now(href)
    if version is None or version.raw is None:
        return None
    return _remote(book, href, version, version.raw)


def _remote(book: MemoryBook, href: str, version: Version, raw: str) -> RemoteCard:
    entry = book.entries[href]
    uid = href.removeprefix(book.shown.ref)
    card = card_in(raw)
    shown = card or Card(name=uid)
    return RemoteCard(
        href=href,
        etag=version.etag,
        uid=uid,
        card=shown,
        content_hash=content_hash_of(shown),
        raw=raw,
        trouble="" if card else UNREADABLE,
        key=entry.key,
        former=entry.former,
    )
