"""Lists as Google gives them: pages, and tokens by which only what changed comes.
https://developers.google.com/workspace/calendar/api/guides/sync"""

import base64
import bisect
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.servers.google.store import GoogleCalendar, Refused

Json = dict[str, Any]
Query = dict[str, list[str]]
_NOT_WITH_TOKEN = {
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "showDeleted",
    "timeMin",
    "timeMax",
    "updatedMin",
}
_TOKENS = {"syncToken", "pageToken"}


@dataclass(kw_only=True)
class Manners:
    """What a test may have Google do in lists: name cancelled events only by their ids, begin with an
    empty page, give no sync token, find only later what was written, make short pages."""

    bare_cancelled: bool = False
    empty_pages: bool = False
    sync_tokens: bool = True
    search_lags: bool = False
    longest_page: int = 2500


def calendar_list(manners: Manners, calendars: Iterable[GoogleCalendar], query: Query) -> Json:
    """A page of the calendars of the account."""
    entries = [
        {
            "kind": "calendar#calendarListEntry",
            "etag": f'"{number}"',
            "id": one.id,
            "summary": one.summary,
            "timeZone": one.zone,
            "backgroundColor": one.colour,
            "foregroundColor": "#000000",
            "accessRole": one.role,
            "selected": True,
            **({"primary": True} if one.primary else {}),
        }
        for number, one in enumerate(calendars)
        if one.role != "none"
    ]
    about = {"kind": "calendar#calendarList", "etag": '"list"'}
    return {**about, **_slice(entries, query, _size(manners, query, 100))}


def events(manners: Manners, calendar: GoogleCalendar, query: Query) -> Json:
    """A page of events: of what changed, or with ``singleEvents`` of what takes place."""
    about: Json = {
        "kind": "calendar#events",
        "etag": f'"{calendar.revision}"',
        "summary": calendar.summary,
        "timeZone": calendar.zone,
        "accessRole": calendar.role,
        "updated": "2026-01-01T00:00:00.000Z",
        "defaultReminders": [],
    }
    size = _size(manners, query, 250)
    if _first(query, "singleEvents") == "true" and "syncToken" not in query:
        since, until = (datetime.fromisoformat(query[name][0]) for name in ("timeMin", "timeMax"))
        return {**about, **_slice(calendar.expanded(since, until), query, size)}
    return {**about, **_changes(manners, calendar, query, size)}


def _changes(manners: Manners, calendar: GoogleCalendar, query: Query, size: int) -> Json:
    if "syncToken" in query and _NOT_WITH_TOKEN & set(query):
        raise Refused(400, "invalid")
    same = {name: values for name, values in query.items() if name not in _TOKENS}
    since, upto, after = 0, calendar.revision, ""
    if "syncToken" in query:
        (since,) = unpack(_first(query, "syncToken"), "s", same)
    if "pageToken" in query:
        since, upto, after = unpack(_first(query, "pageToken"), "p", same)
    if min(since or upto, upto) < calendar.expired:
        raise Refused(410, "fullSyncRequired")
    if manners.empty_pages and "pageToken" not in query:
        return {"items": [], "nextPageToken": pack("p", same, since, upto, "")}
    noted = [tuple(pair.split("=", 1)) for pair in query.get("privateExtendedProperty", ())]
    rows: list[str] = []
    ids = calendar.ids()
    for event_id in ids[bisect.bisect_right(ids, after) :] if after else ids:
        if calendar.revisions[event_id] <= since or not _listed(calendar, event_id, since):
            continue
        if noted and (manners.search_lags or not _noted(calendar.events[event_id], noted)):
            continue
        if len(rows) == size:
            token = {"nextPageToken": pack("p", same, since, upto, rows[-1])}
            break
        rows.append(event_id)
    else:
        keeps = manners.sync_tokens and not noted
        token = {"nextSyncToken": pack("s", same, upto)} if keeps else {}
    return {"items": [_row(manners, calendar.events[one]) for one in rows], **token}


def _listed(calendar: GoogleCalendar, event_id: str, since: int) -> bool:
    """Deleted events come only to those who have a token; cancelled instances always."""
    event = calendar.events[event_id]
    if since or event["status"] != "cancelled":
        return True
    series = calendar.events.get(event.get("recurringEventId", ""))
    return series is not None and series["status"] != "cancelled"


def _noted(event: Json, wanted: list[Any]) -> bool:
    noted = event.get("extendedProperties", {}).get("private", {})
    return any(noted.get(name) == value for name, value in wanted)


def _row(manners: Manners, event: Json) -> Json:
    """An event in a list: of a cancelled one only what Google promises."""
    if event["status"] != "cancelled":
        return event
    kept = {"kind", "etag", "id", "status"}
    if not manners.bare_cancelled:
        kept |= {"recurringEventId", "originalStartTime"}
    return {name: event[name] for name in event if name in kept}


def _slice(items: list[Json], query: Query, size: int) -> Json:
    start = int(_first(query, "pageToken") or "0")
    more = {"nextPageToken": str(start + size)} if start + size < len(items) else {}
    return {"items": items[start : start + size], **more}


def _size(manners: Manners, query: Query, usual: int) -> int:
    return min(int(_first(query, "maxResults") or usual), manners.longest_page)


def _first(query: Query, name: str) -> str:
    return query.get(name, [""])[0]


def pack(kind: str, asked: Query, *values: object) -> str:
    """A token, which is good only together with the parameters that it was given for."""
    return base64.urlsafe_b64encode(json.dumps([kind, asked, *values]).encode()).decode()


def unpack(token: str, kind: str, asked: Query) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise Refused(400, "invalid") from None
    if not isinstance(found, list) or found[:2] != [kind, asked]:
        raise Refused(400, "invalid")
    return found[2:]
