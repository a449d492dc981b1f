"""A calendar behind a secret address (an ICS feed), read only.

The address is the key to everything in the feed, so it stands in no cursor, message, repr or log.
Each reading is the whole calendar; what changed is found by comparing it with the cursor. A server
that knows conditional requests answers in a few bytes while nothing changed (RFC 9110 §13.1).
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from crm_app.core.errors import CursorExpired, Rejected, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.calendar_port import (
    AccessLost,
    Amendment,
    BusyTime,
    CalendarGone,
    Capability,
    OutgoingEvent,
    Page,
    RemoteCalendar,
    RemoteEvent,
    Stored,
)
from crm_app.providers.dav.client import DavRefused, check
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.feeds import Entry, about, entries, is_whole
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ics_cursor import FeedCursor, load
from crm_app.providers.pinned_transport import Network
from crm_app.providers.safe_http import Answer, SafeHttp, parse_url

REF = "feed"
_MAX_BYTES = 20_000_000
_ACCEPT = {"Accept": "text/calendar, text/*;q=0.5, */*;q=0.1"}
_GONE = {404, 410}
_CHARSET = re.compile(r'charset="?([\w-]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class _Feed:
    """The text as it is now, and what to say to the server the next time."""

    text: str
    etag: str
    modified: str


class IcsFeed:
    """The one calendar of a feed; implements ``CalendarProvider``.

    ``url`` may begin with webcal://, which means https. ``allow`` opens private hosts and networks;
    ``timeout`` is in seconds per reading, redirects included.
    """

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL})

    def __init__(
        self,
        url: str,
        *,
        allow: Collection[str] = (),
        timeout: float = 30.0,
        page_size: int = 500,
        network: Network | None = None,
    ) -> None:
        self._page_size = page_size
        self._url = parse_url(_address(url))
        self._http = SafeHttp(allow=allow, timeout=timeout, max_bytes=_MAX_BYTES, network=network)

    def __repr__(self) -> str:
        return "IcsFeed(...)"

    def close(self) -> None:
        self._http.close()

    def discover(self) -> list[RemoteCalendar]:
        """The calendar, by the name that it gives itself, else by its host's."""
        found = about(self._read().text)
        named = found.name or self._url.host
        return [RemoteCalendar(REF, named, found.colour, writable=False, zone=found.zone)]

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        _is_ours(calendar_ref)
        begun = load(cursor) if cursor is not None else FeedCursor(full=True)
        conditions = {"If-None-Match": begun.etag, "If-Modified-Since": begun.modified}
        sent = {name: value for name, value in conditions.items() if value}
        answer = self._ask(sent)
        if sent and answer.status == 304:
            yield Page((), (), begun.dump(), complete=True, full=False)
            return
        feed = _feed(answer)
        if begun.text and begun.text == _digest(feed.text):
            yield Page((), (), _reached(begun, feed).dump(), complete=True, full=False)
            return
        yield from _pages(begun, feed, self._page_size)

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        _refuse(calendar_ref)

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        _refuse(calendar_ref)

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        _refuse(calendar_ref)

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        _refuse(calendar_ref)

    def free_busy(
        self,
        calendar_ref: str,
        since: datetime,
        until: datetime,
        *,
        calendar_zone: str,
        own_addresses: Collection[str] = (),
        time_limit: float = 4.0,
    ) -> list[BusyTime]:
        _is_ours(calendar_ref)
        with self._http.limited(time_limit):
            feed = self._read()
        return busy_times(
            (entry.raw for entry in entries(feed.text) if entry.may_touch(since, until)),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )

    def _read(self) -> _Feed:
        return _feed(self._ask({}))

    def _ask(self, conditions: Mapping[str, str]) -> Answer:
        return self._http.request("GET", str(self._url), headers={**_ACCEPT, **conditions})


def _address(typed: str) -> str:
    scheme, separator, rest = typed.strip().partition("://")
    if not separator:
        return f"https://{scheme}"
    return f"https://{rest}" if scheme.lower() in {"webcal", "webcals"} else f"{scheme}://{rest}"


def _is_ours(calendar_ref: str) -> None:
    if calendar_ref != REF:
        raise CalendarGone


def _refuse(calendar_ref: str) -> NoReturn:
    _is_ours(calendar_ref)
    raise AccessLost(detail="a feed is read only")


def _feed(answer: Answer) -> _Feed:
    _check(answer)
    headers = answer.headers
    return _Feed(_checked(_text(answer)), headers.get("etag", ""), headers.get("last-modified", ""))


def _text(answer: Answer) -> str:
    """UTF-8 (RFC 5545 §3.1.4), unless the server names something else that it is."""
    named = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        return answer.content.decode(named.group(1)) if named else answer.text
    except (LookupError, ValueError):
        return answer.text


def _check(answer: Answer) -> None:
    try:
        check(answer)
    except DavRefused as refused:
        status, detail = refused.status, refused.detail
    else:
        return
    if status in _GONE:
        raise CalendarGone(detail=detail)
    if status == 403:
        raise AccessLost(detail=detail)
    raise Rejected(detail=detail)


def _checked(text: str) -> str:
    """``text`` if it is a calendar. An empty or unfinished one never looks like a calendar from which
    everything was deleted."""
    head = text[:2000].lstrip().lower()
    if is_whole(text):
        return text
    if "begin:vcalendar" in head or not head:
        raise RemoteUnavailable(detail="the feed is cut short" if head else "the feed is empty")
    if "<html" in head or "<!doctype" in head:
        raise Rejected(
            N_(
                "This address leads to a web page and not to a calendar feed. Copy the address that "
                "ends in .ics from the sharing settings of the calendar."
            )
        )
    raise Rejected(N_("There is no calendar feed at this address."))


def _pages(begun: FeedCursor, feed: _Feed, size: int) -> Iterator[Page]:
    present = {entry.name: entry for entry in entries(feed.text)}
    if begun.marks and not present:
        # Nobody said that these are gone. Listed anew, it is an empty listing, and judged as one.
        raise CursorExpired(detail="the feed is empty all of a sudden")
    marks = {name: mark for name, mark in begun.marks.items() if name in present}
    removed = tuple(sorted(set(begun.marks) - set(marks)))
    wanted = sorted(name for name, entry in present.items() if marks.get(name) != entry.mark)
    for start in range(0, max(len(wanted), 1), size):
        batch = wanted[start : start + size]
        marks |= {name: present[name].mark for name in batch}
        last = start + size >= len(wanted)
        so_far = FeedCursor(full=begun.full, marks=dict(marks))
        yield Page(
            changed=tuple(_event(present[name]) for name in batch),
            removed=removed,
            cursor=(_reached(so_far, feed) if last else so_far).dump(),
            complete=last,
            full=begun.full,
        )
        removed = ()


def _reached(cursor: FeedCursor, feed: _Feed) -> FeedCursor:
    return replace(
        cursor,
        etag=feed.etag,
        modified=feed.modified,
        text=_digest(feed.text),
        full=False,
    )


def _event(entry: Entry) -> RemoteEvent:
    raw = entry.raw
    return RemoteEvent(entry.name, f'"{entry.mark}"', entry.uid, raw, fingerprint(raw))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
