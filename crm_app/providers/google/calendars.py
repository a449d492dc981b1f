"""The calendars of one Google account.

A calendar's ref is its id, an event's href the event's id. Whoever is marked as the calendar's own
person bears the account's address in what comes out of here.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_app.core.errors import RemoteError
from crm_app.providers.calendar_port import (
    Amendment,
    BusyTime,
    Capability,
    OutgoingEvent,
    Page,
    RemoteCalendar,
    Stored,
    Watch,
)
from crm_app.providers.google import listing
from crm_app.providers.google.api import Api, Json
from crm_app.providers.google.errors import GoogleRefused, at_calendar
from crm_app.providers.google.objects import Objects
from crm_app.providers.google.reading import to_ical, uid_of
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.zones import iana_name
from crm_app.providers.oauth_port import OAuthApp

_WRITERS = {"owner", "writer"}
_GONE = {404, 410}
# Google's filter takes whole days in the calendar's zone, ours does not.
_MARGIN = timedelta(days=1)
# The longest that Google grants; shorter is its answer, which counts.
_WATCHED = timedelta(days=7)
_MANY = 2500


class GoogleCalendars:
    """Implements ``CalendarProvider``, ``Wakeable`` and ``Rotating``.

    ``secret`` is what ``providers.google.oauth.finish`` gave. ``api`` ends with the service's path
    (``.../calendar/v3/``). ``timeout`` is in seconds per request, ``page_size`` in events.
    """

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL, Capability.PUSH})

    def __init__(
        self,
        secret: str,
        app: OAuthApp,
        *,
        api: str,
        token_url: str,
        timeout: float = 30.0,
        page_size: int = 500,
    ) -> None:
        self._api = Api(secret, app, api=api, token_url=token_url, timeout=timeout)
        self._page_size = page_size
        self._owner = self._api.tokens.email

    def __repr__(self) -> str:
        return "GoogleCalendars(...)"

    def close(self) -> None:
        self._api.close()

    def secret(self) -> str | None:
        return self._api.tokens.changed()

    def discover(self) -> list[RemoteCalendar]:
        return [_calendar(entry) for entry in self._entries()]

    def addresses(self) -> list[str]:
        """The account's own mail addresses, as far as Google tells them: the address it was connected
        with, and that of its main calendar."""
        primary = [str(entry["id"]) for entry in self._entries() if entry.get("primary")]
        found = (address.strip().lower() for address in [self._owner, *primary])
        return list(dict.fromkeys(address for address in found if "@" in address))

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        return listing.pull(
            self._api, calendar_ref, cursor, page_size=self._page_size, owner=self._owner
        )

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        return self._objects(calendar_ref).create(event)

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        return self._objects(calendar_ref).update(href, etag, event)

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        self._objects(calendar_ref).delete(href, etag)

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        return self._objects(calendar_ref).amend(href, etag, amendment, recurrence_id)

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
        asked: Json = {
            "calendarId": calendar_ref,
            "singleEvents": True,
            "timeMin": _text(since - _MARGIN),
            "timeMax": _text(until + _MARGIN),
            "maxResults": _MANY,
        }
        with self._api.limited(time_limit):
            found = list(self._all(self._api.events.list, asked))
        return busy_times(
            (
                to_ical(event, owner=self._owner, uid=uid_of(event) or str(event["id"]))
                for event in found
            ),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=[*own_addresses, self._owner],
        )

    def watch(
        self, calendar_ref: str, *, channel_id: str, address: str, secret: str, now: datetime
    ) -> Watch:
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": secret,
            "expiration": str(int((now + _WATCHED).timestamp() * 1000)),
        }
        try:
            told = self._api.run(self._api.events.watch(calendarId=calendar_ref, body=body))
        except GoogleRefused as refused:
            raised: RemoteError = at_calendar(refused)
        else:
            ends = int(told.get("expiration") or body["expiration"]) / 1000
            return Watch(
                channel_id=str(told.get("id") or channel_id),
                resource_id=str(told.get("resourceId") or ""),
                expires_at=datetime.fromtimestamp(ends, UTC),
            )
        raise raised

    def renew(self, calendar_ref: str, watch: Watch, *, now: datetime) -> Watch | None:
        """Google's channels cannot be made longer: open another one, then end this one."""
        return None

    def unwatch(self, watch: Watch) -> None:
        body = {"id": watch.channel_id, "resourceId": watch.resource_id}
        try:
            self._api.run(self._api.channels.stop(body=body))
        except GoogleRefused as refused:
            if refused.status not in _GONE:
                raise

    def _objects(self, calendar_ref: str) -> Objects:
        return Objects(self._api, calendar_ref, self._owner)

    def _entries(self) -> list[Json]:
        found = self._all(self._api.calendar_list.list, {"maxResults": 250})
        return [entry for entry in found if not entry.get("deleted")]

    def _all(self, method: Any, asked: Json) -> Iterator[Json]:
        """The items of all pages."""
        page: Json = {}
        while True:
            try:
                answer = self._api.run(method(**asked, **page))
            except GoogleRefused as refused:
                raised = at_calendar(refused) if "calendarId" in asked else refused
            else:
                yield from answer.get("items") or []
                if not answer.get("nextPageToken") or page == {
                    "pageToken": answer["nextPageToken"]
                }:
                    return
                page = {"pageToken": answer["nextPageToken"]}
                continue
            raise raised


def _calendar(entry: Json) -> RemoteCalendar:
    colour = str(entry.get("backgroundColor") or "").lower()
    return RemoteCalendar(
        ref=str(entry["id"]),
        name=str(entry.get("summaryOverride") or entry.get("summary") or entry["id"]),
        colour=colour if len(colour) == 7 and colour.startswith("#") else "",
        writable=entry.get("accessRole") in _WRITERS,
        zone=iana_name(str(entry.get("timeZone") or "")),
    )


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
