"""Calendars on a CalDAV server (RFC 4791): iCloud, Nextcloud, Radicale and the rest.

A calendar's ref is its URL, an event's href its path. iCloud puts each account on one of many hosts
and moves accounts between them, so on its hosts a refusal leads to one new discovery before it is
believed.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from itertools import chain
from typing import TypeVar

from crm_app.core import clock
from crm_app.core.errors import AddressRefused, LoginExpired, RemoteError
from crm_app.core.i18n import N_
from crm_app.providers import caldav_objects as objects
from crm_app.providers.caldav_listing import LISTED, calendars_in
from crm_app.providers.caldav_queries import events_between
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
from crm_app.providers.dav.client import DavClient, DavRefused
from crm_app.providers.dav.collection import CALENDAR, Item, ItemPage
from crm_app.providers.dav.collection import Collection as DavCollection
from crm_app.providers.dav.discovery import CALENDARS, Home, find_home
from crm_app.providers.dav.hrefs import origin_of, path_of
from crm_app.providers.dav.xml import DAV, name
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import components_of, uid_of
from crm_app.providers.pinned_transport import Network
from crm_app.providers.safe_http import Credentials, SafeHttp, parse_url

_T = TypeVar("_T")
_ICLOUD = "icloud.com"
_GONE = {404, 410}
_NO_RIGHT = name(DAV, "need-privileges")
_MOVED = {403, 404, 421}


class CalDavCalendars:
    """The calendars of one account; implements ``CalendarProvider``.

    ``allow`` opens private hosts and networks; ``timeout`` is in seconds per request. With
    ``sync_tokens`` off, changes are found by etags even where the server has tokens.
    """

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL})

    def __init__(
        self,
        server_url: str,
        username: str,
        password: str,
        *,
        allow: Collection[str] = (),
        timeout: float = 30.0,
        sync_tokens: bool = True,
        network: Network | None = None,
    ) -> None:
        typed = parse_url(server_url if "://" in server_url else f"https://{server_url.strip()}")
        self._server_url = str(typed)
        self._moves = typed.host == _ICLOUD or typed.host.endswith(f".{_ICLOUD}")
        self._sync_tokens = sync_tokens
        self._hosts: dict[str, str] = {}
        self._http = SafeHttp(
            allow=allow,
            credentials=Credentials(
                self._server_url, username, password, (f"*.{_ICLOUD}",) if self._moves else ()
            ),
            timeout=timeout,
            foreign_redirects=False,
            network=network,
        )
        self._client = DavClient(self._http)

    def __repr__(self) -> str:
        return "CalDavCalendars(...)"

    def close(self) -> None:
        self._http.close()

    def discover(self) -> list[RemoteCalendar]:
        found: dict[str, RemoteCalendar] = {}
        for url in self._home().urls:
            listing = self._client.propfind(url, LISTED, depth=1)
            found |= {calendar.ref: calendar for calendar in calendars_in(listing)}
        return list(found.values())

    def addresses(self) -> list[str]:
        """The account's own mail addresses, as far as the server tells them (RFC 6638 §2.4.1)."""
        return [
            address[len("mailto:") :].lower()
            for address in self._home().addresses
            if address.lower().startswith("mailto:")
        ]

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        def begin(collection: DavCollection) -> Iterator[ItemPage]:
            # The first page is asked for here, so that a moved account shows at once.
            pages = collection.pull(cursor)
            return chain([next(pages)], pages)

        pages = self._at(calendar_ref, begin)
        try:
            for page in pages:
                yield _page(page)
        except DavRefused as refused:
            raise _meant(refused) from None

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        return self._at(calendar_ref, lambda collection: objects.create(collection, event))

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        return self._at(
            calendar_ref, lambda collection: objects.update(collection, href, etag, event)
        )

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        return self._at(calendar_ref, lambda collection: objects.delete(collection, href, etag))

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        at = clock.now()
        return self._at(
            calendar_ref,
            lambda collection: objects.amended(
                collection, href, etag, amendment, recurrence_id=recurrence_id, at=at
            ),
        )

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
        with self._http.limited(time_limit):
            items = self._at(
                calendar_ref, lambda collection: collection.query(events_between(since, until))
            )
        return busy_times(
            (item.text for item in items),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )

    def _home(self) -> Home:
        return find_home(self._client, self._server_url, CALENDARS)

    def _at(self, calendar_ref: str, act: Callable[[DavCollection], _T]) -> _T:
        """``act`` on the calendar, once more where the account lives now if it was moved."""
        try:
            return act(self._collection(calendar_ref))
        except (DavRefused, LoginExpired) as error:
            refused: DavRefused | LoginExpired = error
        if self._moves and (isinstance(refused, LoginExpired) or refused.status in _MOVED):
            old = origin_of(calendar_ref)
            before = self._hosts.get(old, old)
            self._hosts[old] = origin_of(self._home().urls[0])
            if self._hosts[old] != before:
                try:
                    return act(self._collection(calendar_ref))
                except DavRefused as error:
                    refused = error
        raise _meant(refused)

    def _collection(self, calendar_ref: str) -> DavCollection:
        url = str(parse_url(calendar_ref))
        origin = self._hosts.get(origin_of(url), origin_of(url))
        url = origin + path_of(url).rstrip("/") + "/"
        if not self._client.trusts(url):
            raise AddressRefused(N_("This calendar is on another server than its account."))
        return DavCollection(self._client, url, CALENDAR, sync_tokens=self._sync_tokens)


def _meant(error: RemoteError) -> RemoteError:
    """What a refusal means for a calendar."""
    if isinstance(error, DavRefused):
        if error.status in _GONE:
            return CalendarGone(detail=error.detail)
        if error.status == 403 and (not error.conditions or _NO_RIGHT in error.conditions):
            return AccessLost(detail=error.detail)
    return error


def _page(page: ItemPage) -> Page:
    return Page(
        changed=tuple(event for item in page.changed if (event := _event(item))),
        removed=page.removed,
        cursor=page.cursor.dump(),
        complete=page.complete,
        full=page.full,
    )


def _event(item: Item) -> RemoteEvent | None:
    """A stored object that holds events; tasks and journals are none of ours."""
    components = components_of(item.text)
    if "VEVENT" not in components:
        return None
    return RemoteEvent(
        href=item.href,
        etag=item.etag or None,
        uid=uid_of(item.text),
        raw=item.text,
        content_hash=fingerprint(item.text),
        components=components,
    )
