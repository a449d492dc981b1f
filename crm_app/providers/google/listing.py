"""Following a calendar with ``events.list`` and its tokens.

Series come as they are, not expanded: a rule without an end stays one event. Deleted events are named
only to whoever has a sync token.
https://developers.google.com/workspace/calendar/api/guides/sync
"""

from collections.abc import Iterator

from crm_app.providers.calendar_port import Page, RemoteEvent
from crm_app.providers.google.api import Api, Json
from crm_app.providers.google.cursor import Cursor
from crm_app.providers.google.errors import GoogleRefused, at_calendar
from crm_app.providers.google.paging import expired, sheets, tokens
from crm_app.providers.google.reading import is_gone, remote_event, series_of, uid_of


def pull(
    api: Api, calendar_id: str, cursor: str | None, *, page_size: int, owner: str
) -> Iterator[Page]:
    """See ``CalendarProvider.pull``; ``owner`` is the account's address."""
    rows = _Rows(api, calendar_id, owner)
    for sheet in sheets(lambda here: _list(api, calendar_id, here), cursor, page_size=page_size):
        changed, removed = rows.read(sheet.answer.get("items") or [])
        yield Page(changed, removed, sheet.cursor, complete=sheet.complete, full=sheet.full)


def _list(api: Api, calendar_id: str, here: Cursor) -> Json:
    request = api.events.list(
        calendarId=calendar_id, singleEvents=False, maxResults=here.size, **tokens(here)
    )
    try:
        return api.run(request)
    except GoogleRefused as refused:
        raised = expired(here, refused) or at_calendar(refused)
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
