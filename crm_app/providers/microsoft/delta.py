"""What changed in a calendar of Graph, page by page.

Graph's listing knows single events, series and their changed instances, but not which instances were
deleted, and it may leave out all but a few properties. So whatever is incomplete, and every series
of which anything changed, is read whole. Exchange keeps a series with all its exceptions in one
item: when an instance goes, the series comes along as changed, and what its tombstone says needs no
guess.

Page: https://learn.microsoft.com/graph/api/event-delta
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crm_app.providers.calendar_port import Page, RemoteEvent
from crm_app.providers.microsoft.following import Kind, follow, newest
from crm_app.providers.microsoft.http import GraphClient
from crm_app.providers.microsoft.reading import remote_event

_EVENTS = Kind("calendars", "events", version=1)
_SERIES = {"seriesmaster", "exception", "occurrence"}
# Graph tells these only when they are named (https://learn.microsoft.com/graph/api/event-get).
_SELECTED = (
    "id,iCalUId,transactionId,type,seriesMasterId,subject,body,bodyPreview,start,end,isAllDay,"
    "originalStart,originalStartTimeZone,recurrence,location,showAs,sensitivity,isCancelled,"
    "isOrganizer,organizer,attendees,responseStatus,isOnlineMeeting"
)


def pull(client: GraphClient, ref: str, cursor: str | None, page_size: int) -> Iterator[Page]:
    """See ``CalendarProvider.pull``. Raises GraphRefused where the calendar is the cause."""
    series = _Series(client, ref)
    for told in follow(client, _EVENTS, ref, cursor, page_size):
        changed, removed = series.read(told.rows)
        yield Page(changed, removed, told.cursor, complete=told.complete, full=told.full)


def read_whole(client: GraphClient, ref: str, href: str) -> dict[str, Any]:
    """An event; of a series all that belongs to it. Raises GraphRefused."""
    told = client.ask("GET", client.url("calendars", ref, "events", href))
    return client.ask("GET", _series_url(client, ref, href)) if told.get("recurrence") else told


def whole_event(told: Mapping[str, Any], owner: str) -> RemoteEvent:
    """What ``read_whole`` gave as one object."""
    return remote_event(
        told,
        owner,
        exceptions=told.get("exceptionOccurrences") or (),
        cancelled=told.get("cancelledOccurrences") or (),
    )


class _Series:
    """Reads the rows of a listing; a series that was read whole is not read again for its parts."""

    def __init__(self, client: GraphClient, ref: str) -> None:
        self._client, self._ref = client, ref
        self._seen: set[tuple[str, str]] = set()

    def read(
        self, rows: list[Mapping[str, Any]]
    ) -> tuple[tuple[RemoteEvent, ...], tuple[str, ...]]:
        """Changed and removed; what comes several times counts as it came last."""
        found = newest(rows)
        removed = [href for href, row in found.items() if "@removed" in row]
        changed: dict[str, RemoteEvent] = {}
        unread: dict[str, str] = {}
        for href, row in found.items():
            if "@removed" in row:
                continue
            if str(row.get("type") or "").lower() in _SERIES:
                if (href, str(row.get("@odata.etag"))) not in self._seen:
                    master = str(row.get("seriesMasterId") or href)
                    unread[master] = _series_url(self._client, self._ref, master)
            elif "subject" not in row:
                unread[href] = self._client.url("calendars", self._ref, "events", href)
            else:
                changed[href] = remote_event(row, self._client.owner)
        for href, told in self._whole(unread).items():
            changed[href] = whole_event(told, self._client.owner)
        return (
            tuple(changed.values()),
            tuple(href for href in removed if href not in changed),
        )

    def _whole(self, urls: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for href, told in zip(urls, self._client.read_many(list(urls.values())), strict=True):
            # What is gone by now comes as removed, on this page or a later one.
            if told is not None:
                found[href] = told
                parts = [told, *(told.get("exceptionOccurrences") or [])]
                self._seen |= {(str(one.get("id")), str(one.get("@odata.etag"))) for one in parts}
        return found


def _series_url(client: GraphClient, ref: str, href: str) -> str:
    return client.url(
        "calendars",
        ref,
        "events",
        href,
        select=f"{_SELECTED},cancelledOccurrences,exceptionOccurrences",
        expand="exceptionOccurrences",
    )
