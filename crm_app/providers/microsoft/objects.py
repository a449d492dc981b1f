"""Writing single events in a calendar of Graph, so that a retry never makes a second one.

An event is made with a transaction id, which Exchange accepts once, and is looked for by our
property before that. Changes are written as the difference to what is there, under the etag that was
read (``versions``).

Pages: https://learn.microsoft.com/graph/api/calendar-post-events,
https://learn.microsoft.com/graph/api/event-update
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm_app.core.errors import PreconditionFailed, Rejected
from crm_app.core.i18n import N_
from crm_app.providers.calendar_port import (
    AccessLost,
    Amendment,
    OutgoingEvent,
    Stored,
    WholeSeries,
)
from crm_app.providers.microsoft.delta import read_whole, whole_event
from crm_app.providers.microsoft.errors import GONE, GraphRefused
from crm_app.providers.microsoft.http import AS_HTML, GraphClient
from crm_app.providers.microsoft.marks import mark_of, search_for
from crm_app.providers.microsoft.reading import (
    name_of_exception,
    name_of_occurrence,
    remote_event,
)
from crm_app.providers.microsoft.texts import around_meeting, has_meeting, text_of
from crm_app.providers.microsoft.versions import patch, remove
from crm_app.providers.microsoft.writing import amended, changes, created

_ATTEMPTS = 5
_USED_UP = {"errorduplicatetransactionid", "errortransactionidalreadyused"}


def create(client: GraphClient, ref: str, event: OutgoingEvent) -> Stored:
    """Make the event, or find the one that an earlier, unanswered attempt made."""
    found = _search(client, ref, event.uid)
    for attempt in range(_ATTEMPTS):
        if found is not None:
            return _found(client, found, event)
        try:
            told = client.ask(
                "POST", client.url("calendars", ref, "events"), created(event, attempt)
            )
        except GraphRefused as refused:
            if refused.status != 409 and refused.code not in _USED_UP:
                raise
            found = _search(client, ref, event.uid)
        else:
            return _found(client, told, event)
    raise Rejected(N_("The calendar server refused the appointment."), detail="transaction ids")


def update(
    client: GraphClient, ref: str, href: str, etag: str | None, event: OutgoingEvent
) -> Stored:
    """Write what differs from ``event``."""
    present = _at(client, ref, href, etag)
    mark = mark_of(present)
    if mark is None or mark.uid != event.uid:
        raise PreconditionFailed(detail="another event in its place")

    def wanted(current: Mapping[str, Any]) -> dict[str, Any]:
        return _keeping_meeting(client, ref, current, changes(current, event))

    return _stored(client, patch(client, _url(client, ref, href), present, wanted, _same))


def delete(client: GraphClient, ref: str, href: str, etag: str | None) -> None:
    """Remove the event; one that is gone is fine."""
    try:
        present = read_whole(client, ref, href)
    except GraphRefused as refused:
        if refused.status in GONE:
            return
        raise
    if etag is not None and whole_event(present, client.owner).etag != etag:
        raise PreconditionFailed(detail="not at the known etag")
    remove(client, _url(client, ref, href), present, _same)


def amend(
    client: GraphClient,
    ref: str,
    href: str,
    etag: str | None,
    amendment: Amendment,
    recurrence_id: str | None,
) -> Stored | None:
    """Change a foreign-made event, or one instance of a series."""
    whole = _at(client, ref, href, etag)
    if whole.get("isOrganizer") is False:
        raise AccessLost(detail="somebody else's meeting")
    if recurrence_id is None and whole.get("recurrence") and amendment.starts_at is not None:
        raise WholeSeries
    target = whole if recurrence_id is None else _instance(client, ref, whole, recurrence_id)
    url = _url(client, ref, str(target["id"]))
    if not amendment.cancelled:
        told = patch(client, url, target, lambda current: amended(current, amendment), _same)
        if recurrence_id is None and not told.get("recurrence"):
            return _stored(client, told)
    else:
        remove(client, url, target, _same)
        if recurrence_id is None:
            return None
    return _stored(client, read_whole(client, ref, href))


def _instance(
    client: GraphClient, ref: str, whole: Mapping[str, Any], recurrence_id: str
) -> Mapping[str, Any]:
    """The instance that the rule put at ``recurrence_id``: a changed one, else an occurrence."""
    if not whole.get("recurrence"):
        raise PreconditionFailed(detail="no series any more")
    days = bool(whole.get("isAllDay"))
    for exception in whole.get("exceptionOccurrences") or []:
        if name_of_exception(exception, whole_days=days) == recurrence_id:
            return dict(exception)
    since = datetime.strptime(recurrence_id[:8], "%Y%m%d") - timedelta(days=2)  # noqa: DTZ007 - a local date
    link = client.url(
        "calendars",
        ref,
        "events",
        str(whole["id"]),
        "instances",
        startDateTime=f"{since:%Y-%m-%dT00:00:00Z}",
        endDateTime=f"{since + timedelta(days=5):%Y-%m-%dT00:00:00Z}",
    )
    while link:
        told = client.ask("GET", link)
        for each in told.get("value") or []:
            plain = str(each.get("type") or "").lower() == "occurrence"
            if plain and name_of_occurrence(each, whole_days=days) == recurrence_id:
                return dict(each)
        link = str(told.get("@odata.nextLink") or "")
    raise PreconditionFailed(detail="no such instance any more")


def _at(client: GraphClient, ref: str, href: str, etag: str | None) -> dict[str, Any]:
    """The event with all that belongs to it, if it is there and still at ``etag``."""
    try:
        present = read_whole(client, ref, href)
    except GraphRefused as refused:
        if refused.status in GONE:
            raise PreconditionFailed(detail="it is gone") from None
        raise
    if etag is not None and whole_event(present, client.owner).etag != etag:
        raise PreconditionFailed(detail="not at the known etag")
    return present


def _same(now: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    return remote_event(now, "").content_hash == remote_event(known, "").content_hash


def _keeping_meeting(
    client: GraphClient, ref: str, present: Mapping[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    """``body`` with the joining information of a meeting in it, as it stands there in HTML."""
    if "body" in body and has_meeting(text_of(present)):
        page = client.ask("GET", _url(client, ref, str(present["id"])), prefer=AS_HTML)
        html = str((page.get("body") or {}).get("content") or "")
        if has_meeting(html):
            text = str(body["body"]["content"])
            body["body"] = {"contentType": "html", "content": around_meeting(html, text)}
    return body


def _search(client: GraphClient, ref: str, uid: str) -> dict[str, Any] | None:
    link = client.url("calendars", ref, "events", filter=search_for(uid), top="1")
    found = client.ask("GET", link).get("value") or []
    return dict(found[0]) if found else None


def _found(client: GraphClient, present: Mapping[str, Any], event: OutgoingEvent) -> Stored:
    """``present`` as stored by us: its etag counts only if it says what ``event`` says."""
    stored = _stored(client, present)
    if changes(present, event):
        ours = remote_event(created(event), client.owner)
        return Stored(stored.href, None, ours.content_hash)
    return stored


def _stored(client: GraphClient, present: Mapping[str, Any]) -> Stored:
    made = whole_event(present, client.owner)
    return Stored(made.href, made.etag, made.content_hash)


def _url(client: GraphClient, ref: str, href: str) -> str:
    return client.url("calendars", ref, "events", href)
