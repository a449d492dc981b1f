"""Following a calendar with ``events.list`` and its tokens.

Series come as they are, not expanded: a rule without an end stays one event. Deleted events are named
only to whoever has a sync token. Every page's cursor is good to go on from.
https://developers.google.com/workspace/calendar/api/guides/sync
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crm_app.core.errors import CursorExpired, RemoteError, RemoteUnavailable
from crm_app.providers.calendar_port import Page, RemoteEvent
from crm_app.providers.google.api import Api, Json
from crm_app.providers.google.cursor import Cursor, load
from crm_app.providers.google.errors import GoogleRefused, at_calendar
from crm_app.providers.google.reading import is_gone, remote_event, series_of, uid_of


def pull(
    api: Api, calendar_id: str, cursor: str | None, *, page_size: int, owner: str
) -> Iterator[Page]:
    """See ``CalendarProvider.pull``; ``owner`` is the account's address."""
    here = Cursor(page_size) if cursor is None else load(cursor)
    rows = _Rows(api, calendar_id, owner)
    while True:
        answer = _list(api, calendar_id, here)
        following = str(answer.get("nextPageToken") or "")
        if following and following == here.page:
            raise RemoteUnavailable(detail="the same page again")
        reached = _after(here, following, answer)
        changed, removed = rows.read(answer.get("items") or [])
        yield Page(changed, removed, reached, complete=not following, full=here.full)
        if not following:
            return
        here = replace(here, page=following)


def _after(here: Cursor, following: str, answer: Json) -> str | None:
    """The cursor behind a page. A calendar that gives no sync token is listed anew each time."""
    if following:
        return replace(here, page=following).dump()
    token = str(answer.get("nextSyncToken") or "")
    return Cursor(here.size, sync=token).dump() if token else None


def _list(api: Api, calendar_id: str, here: Cursor) -> Json:
    asked: dict[str, Any] = {"singleEvents": False, "maxResults": here.size}
    if here.sync:
        asked["syncToken"] = here.sync
    if here.page:
        asked["pageToken"] = here.page
    try:
        return api.run(api.events.list(calendarId=calendar_id, **asked))
    except GoogleRefused as refused:
        if not here.fresh and refused.status in {400, 410}:
            # 410 is what is documented; a token that Google cannot even read is answered with 400.
            raised: RemoteError = CursorExpired(detail=refused.detail)
        else:
            raised = at_calendar(refused)
    raise raised


class _Rows:
    """Turns the rows of one pull into events. What instances must know of their series (its UID, and
    whether it is still there) is taken from its own row or asked for once."""

    def __init__(self, api: Api, calendar_id: str, owner: str) -> None:
        self._api, self._calendar_id, self._owner = api, calendar_id, owner
        self._series: dict[str, Json | None] = {}

    def read(self, items: list[Json]) -> tuple[tuple[RemoteEvent, ...], tuple[str, ...]]:
        """What changed and what is gone."""
        for item in items:
            if not series_of(item) and (item.get("recurrence") or is_gone(item)):
                self._series[str(item["id"])] = _brief(item)
        changed: list[RemoteEvent] = []
        removed: list[str] = []
        for item in items:
            uid = self._uid(item)
            if uid is None:
                removed.append(str(item["id"]))
            else:
                changed.append(remote_event(item, owner=self._owner, uid=uid))
        return tuple(changed), tuple(removed)

    def _uid(self, item: Json) -> str | None:
        """The UID under which a row is kept; None when it is gone, by itself or with its series."""
        if is_gone(item):
            return None
        own = uid_of(item) or str(item["id"])
        series = series_of(item)
        if not series:
            return own
        if series not in self._series and not uid_of(item):
            self._series[series] = self._ask(series)
        if series in self._series:
            master = self._series[series]
            return None if master is None else uid_of(master) or own
        return own

    def _ask(self, series: str) -> Json | None:
        try:
            found = self._api.run(
                self._api.events.get(calendarId=self._calendar_id, eventId=series)
            )
        except GoogleRefused as refused:
            if refused.status in {404, 410}:
                return None
            raised = at_calendar(refused)
        else:
            return _brief(found)
        raise raised


def _brief(item: Json) -> Json | None:
    """What is remembered of a series; None when it was deleted."""
    if is_gone(item):
        return None
    return {name: item[name] for name in ("id", "iCalUID", "extendedProperties") if name in item}
