"""One calendar or address book on a DAV server: follow it, fetch from it, write to it.

Changes come in pages. Each page carries a cursor with which an interrupted run goes on after that
page; nothing is ever reported as removed because an answer was short.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.dav.changes import (
    ETAG,
    GONE,
    Changes,
    member_of,
    read_changes,
    read_members,
    read_state,
)
from crm_app.providers.dav.client import Body, DavClient, DavRefused, strong
from crm_app.providers.dav.cursor import Cursor, load
from crm_app.providers.dav.hrefs import at, path_of
from crm_app.providers.dav.multistatus import MultiStatus
from crm_app.providers.dav.xml import (
    CALDAV,
    CARDDAV,
    DAV,
    Element,
    NotWellFormed,
    element,
    name,
    prop,
)
from crm_app.providers.safe_http import AnswerTooLarge

_BATCH = 50


@dataclass(frozen=True, slots=True)
class Flavour:
    """What differs between calendars and address books."""

    multiget: str
    data: str
    media: str


CALENDAR = Flavour(
    name(CALDAV, "calendar-multiget"), name(CALDAV, "calendar-data"), "text/calendar; charset=utf-8"
)
ADDRESS_BOOK = Flavour(
    name(CARDDAV, "addressbook-multiget"),
    name(CARDDAV, "address-data"),
    "text/vcard; charset=utf-8",
)


@dataclass(frozen=True, slots=True)
class Item:
    """A member: its path, its etag (empty when the server gives none) and its text."""

    href: str
    etag: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A part of the changes; the fields are those of ``calendar_port.Page``."""

    changed: tuple[Item, ...]
    removed: tuple[str, ...]
    cursor: Cursor
    complete: bool
    full: bool


class Collection:
    """A collection by its URL. ``sync_tokens`` off means to compare etags even where the server
    has tokens."""

    def __init__(
        self, client: DavClient, url: str, flavour: Flavour, *, sync_tokens: bool = True
    ) -> None:
        self.url = url
        self._client = client
        self._flavour = flavour
        self._sync_tokens = sync_tokens

    def pull(self, cursor: str | None) -> Iterator[ItemPage]:
        """What changed since ``cursor``, page by page. Raises CursorExpired, DavRefused."""
        begun = load(cursor) if cursor is not None else self._first_cursor()
        return self._by_token(begun) if begun.kind == "sync-token" else self._by_etags(begun)

    def look(self) -> None:
        """See that it is there. Raises DavRefused."""
        read_state(self._client, self.url)

    def fetch(self, hrefs: Sequence[str]) -> tuple[list[Item], list[str]]:
        """The members at ``hrefs``, and those of them that are not there any more.

        One that is too large to be held comes without its text.
        """
        items: list[Item] = []
        for start in range(0, len(hrefs), _BATCH):
            items += self._fetched(hrefs[start : start + _BATCH])
        present = {item.href for item in items}
        gone: list[str] = []
        for href in hrefs:
            # Some servers leave members out of a multiget for no reason.
            if href not in present:
                try:
                    items.append(self.get(href))
                except AnswerTooLarge:
                    items.append(Item(href, "", ""))
                except DavRefused as refused:
                    if refused.status not in GONE:
                        raise
                    gone.append(href)
        return items, gone

    def get(self, href: str) -> Item:
        """One member. Raises DavRefused."""
        body: Body = self._client.get(at(self.url, href))
        return Item(path_of(href), body.etag or "", body.text)

    def query(self, report: Element) -> list[Item]:
        """The members that a calendar-query (or its like) selects, with their texts."""
        return self._items(self._client.report(self.url, report, depth=1))

    def put_new(self, href: str, text: str) -> str | None:
        """Write a member that must not be there yet; its etag if told. Raises DavRefused."""
        return self._client.put_new(at(self.url, href), text, self._flavour.media)

    def put(self, href: str, text: str, etag: str | None) -> str | None:
        """Replace the member at ``etag``; its new etag if told. Raises DavRefused."""
        return self._client.put(at(self.url, href), text, self._flavour.media, etag)

    def delete(self, href: str, etag: str | None) -> None:
        """Remove the member at ``etag``. Raises DavRefused."""
        self._client.delete(at(self.url, href), etag)

    def _first_cursor(self) -> Cursor:
        state = read_state(self._client, self.url)
        by_token = state.syncs and self._sync_tokens
        return Cursor("sync-token" if by_token else "ctag", "", full=True)

    def _by_token(self, cursor: Cursor) -> Iterator[ItemPage]:
        while True:
            changes = read_changes(self._client, self.url, cursor.value)
            if changes.truncated and changes.token == cursor.value:
                raise RemoteUnavailable(detail="sync-collection does not advance")
            yield from self._answer_pages(cursor, changes)
            if not changes.truncated:
                return
            cursor = Cursor("sync-token", changes.token, full=cursor.full)

    def _answer_pages(self, cursor: Cursor, changes: Changes) -> Iterator[ItemPage]:
        """One answer in batches.

        A resumed answer is asked for again: what was done is skipped, and the token of the first
        asking is kept, so that what happened in between comes with the next pull. An answer that
        the server cut may be cut elsewhere the next time, and is never resumed in its middle.
        """
        resumable = not changes.truncated
        after = cursor.after if resumable else None
        token = (cursor.next if after is not None else None) or changes.token
        wanted = sorted(path for path in changes.changed if after is None or path > after)
        removed = changes.removed
        for start in range(0, max(len(wanted), 1), _BATCH):
            batch = wanted[start : start + _BATCH]
            items, gone = self.fetch(batch)
            last = start + _BATCH >= len(wanted)
            if last:
                reached = Cursor("sync-token", token, full=cursor.full and changes.truncated)
            elif resumable:
                reached = replace(cursor, after=batch[-1], next=token)
            else:
                reached = replace(cursor, after=None, next=None)
            complete = last and not changes.truncated
            yield ItemPage(tuple(items), (*removed, *gone), reached, complete, cursor.full)
            removed = ()

    def _by_etags(self, cursor: Cursor) -> Iterator[ItemPage]:
        ctag = read_state(self._client, self.url).ctag
        if ctag and ctag == cursor.value:
            yield ItemPage((), (), cursor, complete=True, full=False)
            return
        members = read_members(self._client, self.url)
        known = dict(cursor.etags)
        if known and not members:
            # Nobody said that these are gone. Listed anew, it is an empty listing, and judged as one.
            raise CursorExpired(detail="the listing is empty all of a sudden")
        removed = tuple(sorted(set(known) - set(members)))
        for path in removed:
            del known[path]
        wanted = sorted(
            path for path, etag in members.items() if not etag or known.get(path) != etag
        )
        for start in range(0, max(len(wanted), 1), _BATCH):
            batch = wanted[start : start + _BATCH]
            items, gone = self.fetch(batch)
            known.update({item.href: members[item.href] for item in items})
            last = start + _BATCH >= len(wanted)
            reached = replace(
                cursor,
                value=ctag if last else cursor.value,
                full=cursor.full and not last,
                etags=dict(known),
            )
            yield ItemPage(tuple(items), (*removed, *gone), reached, last, cursor.full)
            removed = ()

    def _fetched(self, hrefs: Sequence[str]) -> list[Item]:
        """The members at ``hrefs``; where they are too much for one answer, or one of them makes the
        answer unreadable, in smaller parts, and one that is left alone not at all."""
        try:
            return self._multiget(hrefs)
        except (AnswerTooLarge, NotWellFormed):
            if len(hrefs) < 2:
                return []
        middle = len(hrefs) // 2
        return [*self._fetched(hrefs[:middle]), *self._fetched(hrefs[middle:])]

    def _multiget(self, hrefs: Sequence[str]) -> list[Item]:
        """Paths and never URLs: iCloud answers 400 to absolute URIs here."""
        if not hrefs:
            return []
        wanted = [element(name(DAV, "href"), text=href) for href in hrefs]
        body = element(self._flavour.multiget, prop([ETAG, self._flavour.data]), *wanted)
        items = self._items(self._client.report(self.url, body, depth=1))
        return [item for item in items if item.href in set(hrefs)]

    def _items(self, found: MultiStatus) -> list[Item]:
        items: list[Item] = []
        for resource in found.resources:
            path = member_of(self.url, resource)
            if path and self._flavour.data in resource.props:
                etag = strong(resource.text(ETAG)) or ""
                items.append(Item(path, etag, resource.text(self._flavour.data)))
        return items
