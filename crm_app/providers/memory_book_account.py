"""An address book service in memory: its books, their revisions and its faults.

``MemoryBookAccount`` is the service with its data, for tests and demonstrations; the adapters of
``memory_books`` are opened on it. Tests write into it as the person's own phone would. An entry's
``raw`` is JSON: the card, and ``rest`` with everything that Tandem does not know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_app.core import clock
from crm_app.providers.address_book_port import Card, RemoteBook, as_json, from_json
from crm_app.providers.memory_faults import Faults


@dataclass(frozen=True, slots=True)
class Version:
    """An entry as it was written; ``raw`` is None for a removal. Listings show it from ``shown_at``
    (UTC) on."""

    raw: str | None
    number: int
    shown_at: datetime

    @property
    def etag(self) -> str:
        return f'"K={self.number};ö"'


_ABSENT = Version(None, 0, datetime.min.replace(tzinfo=UTC))
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass
class MemoryEntry:
    """An entry: the version that listings show first, then those that wait to be shown.

    ``listed`` is the revision at which it last moved in the listing.
    """

    versions: list[Version]
    listed: int = 0
    key: str = ""
    former: tuple[str, ...] = ()

    @property
    def now(self) -> Version:
        """The truth, as reading the entry itself tells it."""
        return self.versions[-1]


@dataclass
class MemoryBook:
    """One address book: ``oldest`` is the first revision that a cursor may still start from."""

    shown: RemoteBook
    entries: dict[str, MemoryEntry] = field(default_factory=dict)
    revision: int = 0
    oldest: int = 0
    closed: bool = False

    def write(self, href: str, raw: str | None, shown_at: datetime, *, key: str = "") -> None:
        """Write or (None) remove an entry, which listings show from ``shown_at`` on.

        Until then they show it as it was, and show it again, as Google does.
        """
        self.revision += 1
        version = Version(raw, self.revision, shown_at)
        entry = self.entries.setdefault(href, MemoryEntry([_ABSENT], key=key))
        waiting = shown_at > clock.now()
        entry.versions = [*entry.versions, version] if waiting else [version]
        entry.listed = self.revision

    def catch_up(self, now: datetime) -> None:
        """Let listings show what is due."""
        due = {
            href: [version for version in entry.versions[1:] if version.shown_at <= now]
            for href, entry in self.entries.items()
            if len(entry.versions) > 1
        }
        for href, versions in due.items():
            if versions:
                entry = self.entries[href]
                entry.versions = entry.versions[entry.versions.index(versions[-1]) :]
                self.revision += 1
                entry.listed = self.revision

    def listed(self, href: str) -> Version | None:
        """The entry as listings show it; None for one that they do not show yet."""
        first = self.entries[href].versions[0]
        return None if first is _ABSENT else first

    def now(self, href: str) -> Version | None:
        """What is there; None when nothing is, or nothing any more."""
        entry = self.entries.get(href)
        return entry.now if entry and entry.now.raw is not None else None


class MemoryBookAccount(Faults):
    """An address book service with one account.

    It keeps no more than ``most_emails``, ``most_phones`` and ``most_addresses`` of an entry (None:
    any number) and forgets the rest. After a write its listings show the former entry for ``stale``
    seconds, although reading the entry itself tells the truth.
    """

    def __init__(
        self,
        *,
        page_size: int = 2,
        most_emails: int | None = None,
        most_phones: int | None = None,
        most_addresses: int | None = None,
        stale: int = 0,
        relist: int = 0,
    ) -> None:
        super().__init__()
        self.page_size = page_size
        self.most_emails = most_emails
        self.most_phones = most_phones
        self.most_addresses = most_addresses
        self.stale = stale
        self.relist = relist
        self.books: dict[str, MemoryBook] = {}

    def add_book(self, name: str, *, writable: bool = True) -> str:
        """A new empty address book; its ref. The first is the service's own default."""
        ref = f"memory:/{len(self.books) + 1}/"
        shown = RemoteBook(ref, name, writable=writable, default=not self.books)
        self.books[ref] = MemoryBook(shown)
        return ref

    def make_read_only(self, ref: str) -> None:
        """Take the right to write away."""
        self.books[ref].shown = replace(self.books[ref].shown, writable=False)

    def close_book(self, ref: str) -> None:
        """Take the right to see the book away."""
        self.books[ref].closed = True

    def drop_book(self, ref: str) -> None:
        """Remove the whole book."""
        del self.books[ref]

    def put(
        self, ref: str, entry: str, said: Card | str, *, rest: Mapping[str, Any] | None = None
    ) -> str:
        """Write an entry as the person's own phone would, shown at once; its href.

        Of an entry that is there already the rest stays, unless ``rest`` says otherwise. A text that
        is no entry's is a broken entry.
        """
        href = f"{ref}{entry}"
        if isinstance(said, Card):
            present = self.books[ref].now(href)
            kept = rest_of(present.raw or "") if present and rest is None else rest
            said = dumped(self.kept(said), kept or {})
        self.books[ref].write(href, said, clock.now())
        return href

    def change(self, ref: str, href: str, **fields: Any) -> None:
        """Change some fields of a card as the person's own phone would."""
        self.put(ref, href.removeprefix(ref), replace(self.card(ref, href), **fields))

    def remove(self, ref: str, href: str) -> None:
        """Remove an entry as the person's own phone would."""
        self.books[ref].write(href, None, clock.now())

    def clear(self, ref: str) -> None:
        """Remove all entries at once."""
        for href in list(self.cards(ref)):
            self.remove(ref, href)

    def rename(self, ref: str, href: str) -> str:
        """Give an entry another href, as Google does when it becomes somebody's profile."""
        book = self.books[ref]
        entry = book.entries.pop(href)
        reached = f"{href}-renamed"
        book.revision += 1
        entry.listed, entry.former = book.revision, (*entry.former, href)
        book.entries[reached] = entry
        return reached

    def expire_cursors(self, ref: str) -> None:
        """No cursor given out so far is good any more."""
        book = self.books[ref]
        book.revision += 1
        book.oldest = book.revision

    def catch_up(self) -> None:
        """Let listings show all that was written, without waiting for it."""
        for book in self.books.values():
            book.catch_up(_LATEST)

    def hrefs(self, ref: str) -> list[str]:
        """The entries that are there, broken ones too."""
        return [href for href in self.books[ref].entries if self.books[ref].now(href)]

    def cards(self, ref: str) -> dict[str, Card]:
        """The entries that are there and can be read, by href."""
        found = {href: card_in(self.raw(ref, href)) for href in self.hrefs(ref)}
        return {href: card for href, card in found.items() if card is not None}

    def card(self, ref: str, href: str) -> Card:
        """One entry. Raises LookupError when it is not there or broken."""
        return self.cards(ref)[href]

    def raw(self, ref: str, href: str) -> str:
        """An entry as the service has it. Raises LookupError when it is not there."""
        version = self.books[ref].now(href)
        if version is None or version.raw is None:
            raise LookupError(href)
        return version.raw

    def rest(self, ref: str, href: str) -> dict[str, Any]:
        """What an entry holds besides its card."""
        return rest_of(self.raw(ref, href))

    def kept(self, card: Card) -> Card:
        """As much of a card as the service stores."""
        return replace(
            card,
            emails=card.emails[: self.most_emails],
            phones=card.phones[: self.most_phones],
            addresses=card.addresses[: self.most_addresses],
        )

    def shown_after_write(self) -> datetime:
        """When listings show what is written now through an adapter."""
        return clock.now() + timedelta(seconds=self.stale)


def dumped(card: Card, rest: Mapping[str, Any]) -> str:
    """The text of an entry."""
    return json.dumps({"card": as_json(card), "rest": dict(rest)}, ensure_ascii=False)


def card_in(raw: str) -> Card | None:
    """The card of an entry's text; None when it is broken."""
    try:
        return from_json(json.loads(raw)["card"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def rest_of(raw: str) -> dict[str, Any]:
    """Everything else of an entry's text; nothing when it is broken."""
    try:
        return dict(json.loads(raw)["rest"])
    except (ValueError, TypeError, KeyError):
        return {}
