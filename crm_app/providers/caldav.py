"""Calendars on a CalDAV server (RFC 4791): iCloud, Nextcloud, Radicale and the rest.

A calendar's ref is its URL, an event's href its path.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Unpack

from crm_app.core import clock
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
from crm_app.providers.dav.account import DavAccount, Purpose, Reach
from crm_app.providers.dav.collection import CALENDAR, Item, ItemPage
from crm_app.providers.dav.discovery import CALENDARS
from crm_app.providers.dav.writing import delete
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import components_of, uid_of

_CALENDARS = Purpose(
    service=CALENDARS,
    flavour=CALENDAR,
    gone=CalendarGone,
    closed=AccessLost,
    elsewhere=N_("This calendar is on another server than its account."),
)


class CalDavCalendars:
    """The calendars of one account; implements ``CalendarProvider``."""

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL})

    def __init__(
        self, server_url: str, username: str, password: str, **reach: Unpack[Reach]
    ) -> None:
        self._account = DavAccount(_CALENDARS, server_url, username, password, **reach)

    def __repr__(self) -> str:
        return "CalDavCalendars(...)"

    def close(self) -> None:
        self._account.close()

    def discover(self) -> list[RemoteCalendar]:
        found: dict[str, RemoteCalendar] = {}
        for listing in self._account.listings(LISTED):
            found |= {calendar.ref: calendar for calendar in calendars_in(listing)}
        return list(found.values())

    def addresses(self) -> list[str]:
        """The account's own mail addresses, as far as the server tells them (RFC 6638 §2.4.1)."""
        return [
            address[len("mailto:") :].lower()
            for address in self._account.home().addresses
            if address.lower().startswith("mailto:")
        ]

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        for page in self._account.pull(calendar_ref, cursor):
            yield _page(page)

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        return self._account.at(calendar_ref, lambda collection: objects.create(collection, event))

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        return self._account.at(
            calendar_ref, lambda collection: objects.update(collection, href, etag, event)
        )

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        return self._account.at(calendar_ref, lambda collection: delete(collection, href, etag))

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
        return self._account.at(
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
        with self._account.limited(time_limit):
            items = self._account.at(
                calendar_ref, lambda collection: collection.query(events_between(since, until))
            )
        return busy_times(
            (item.text for item in items),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )


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
