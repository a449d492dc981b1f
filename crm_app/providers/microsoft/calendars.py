"""The calendars of one Microsoft account; implements ``CalendarProvider``, ``Wakeable``, ``Rotating``.

A calendar's ref and an event's href are Graph's ids, immutable ones.
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

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
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.microsoft import delta, objects, push
from crm_app.providers.microsoft.account import GraphAccount
from crm_app.providers.microsoft.errors import meant_for_calendar
from crm_app.providers.microsoft.reading import remote_event

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
# Outlook's own colours, where the person chose none by number.
_COLOURS = {
    "lightblue": "#5ca9e5",
    "lightgreen": "#7fba42",
    "lightorange": "#f7894a",
    "lightgray": "#8c98a3",
    "lightyellow": "#e4bc07",
    "lightteal": "#4dbfb1",
    "lightpink": "#e667b4",
    "lightbrown": "#a5866b",
    "lightred": "#e5687a",
}


class GraphCalendars(GraphAccount):
    """See ``GraphAccount`` for what it is opened with."""

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL, Capability.PUSH})

    def discover(self) -> list[RemoteCalendar]:
        return [_calendar(each) for each in self._listed(self._client.url("calendars", top="100"))]

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        with meant_for_calendar():
            yield from delta.pull(self._client, calendar_ref, cursor, self._page_size)

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        with meant_for_calendar():
            return objects.create(self._client, calendar_ref, event)

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        with meant_for_calendar():
            return objects.update(self._client, calendar_ref, href, etag, event)

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        with meant_for_calendar():
            objects.delete(self._client, calendar_ref, href, etag)

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        with meant_for_calendar():
            return objects.amend(self._client, calendar_ref, href, etag, amendment, recurrence_id)

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
        link = self._client.url(
            "calendars",
            calendar_ref,
            "calendarView",
            startDateTime=_instant(since),
            endDateTime=_instant(until),
        )
        with meant_for_calendar(), self._client.limited(time_limit):
            found = [remote_event(each, self._client.owner) for each in self._listed(link)]
        return busy_times(
            (event.raw for event in found),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )

    def watch(
        self, calendar_ref: str, *, channel_id: str, address: str, secret: str, now: datetime
    ) -> Watch:
        with meant_for_calendar():
            return push.watch(self._client, calendar_ref, address=address, secret=secret, now=now)

    def renew(self, calendar_ref: str, watch: Watch, *, now: datetime) -> Watch | None:
        return push.renew(self._client, watch, now=now)

    def unwatch(self, watch: Watch) -> None:
        push.unwatch(self._client, watch)


def _calendar(told: dict[str, Any]) -> RemoteCalendar:
    named = str(told.get("hexColor") or "")
    return RemoteCalendar(
        ref=str(told["id"]),
        name=str(told.get("name") or ""),
        colour=named.lower()
        if _HEX.fullmatch(named)
        else _COLOURS.get(str(told.get("color") or "").lower(), ""),
        writable=bool(told.get("canEdit", True)),
    )


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
