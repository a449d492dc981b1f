"""Writing events on a CalDAV server, so that a retry never makes a second one.

An event's name is made of its UID, so a second attempt meets the first. Changes are read, altered
and written back under the etag that was read.
"""

from datetime import datetime
from urllib.parse import quote

from crm_app.core.errors import PreconditionFailed, Rejected, RemoteError
from crm_app.core.i18n import N_
from crm_app.providers.caldav_queries import events_with_uid
from crm_app.providers.calendar_port import Amendment, OutgoingEvent, Stored
from crm_app.providers.dav.client import DavRefused
from crm_app.providers.dav.collection import Collection, Item
from crm_app.providers.dav.hrefs import path_of
from crm_app.providers.dav.writing import NOT_NEW, already_there, at_etag, if_changed, replace
from crm_app.providers.ical.amending import amend
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.ical.writing import rewrite, write


def create(collection: Collection, event: OutgoingEvent) -> Stored:
    """Write a new event. Raises Rejected when another one is in its place, DavRefused."""
    href = path_of(collection.url + quote(event.uid, safe="@") + ".ics")
    text = write(event)
    try:
        etag = collection.put_new(href, text)
    except DavRefused as refused:
        if refused.status not in NOT_NEW:
            raise
        return _already_there(collection, href, event, text, refused)
    return _stored(collection, href, etag, text)


def _already_there(
    collection: Collection, href: str, event: OutgoingEvent, sent: str, refused: DavRefused
) -> Stored:
    item = already_there(
        collection,
        href,
        refused,
        is_ours=lambda item: uid_of(item.text) == event.uid,
        search=events_with_uid(event.uid),
    )
    if item is None:
        raise Rejected(
            N_("The calendar server refused the appointment."), detail=refused.detail
        ) from None
    return _seen(item, None, sent)


def update(collection: Collection, href: str, etag: str | None, event: OutgoingEvent) -> Stored:
    item = at_etag(collection, href, etag)
    try:
        text = rewrite(item.text, event)
    except ValueError:
        raise PreconditionFailed(detail="another event in its place") from None
    return _replaced(collection, item, etag, text)


def amended(
    collection: Collection,
    href: str,
    etag: str | None,
    amendment: Amendment,
    *,
    recurrence_id: str | None,
    at: datetime,
) -> Stored | None:
    """See ``CalendarProvider.amend``."""
    item = at_etag(collection, href, etag)
    try:
        text = amend(item.text, amendment, recurrence_id=recurrence_id, at=at)
    except LookupError:
        raise PreconditionFailed(detail="no such event or instance") from None
    if text is not None:
        return _replaced(collection, item, etag, text)
    try:
        collection.delete(href, item.etag or etag)
    except DavRefused as refused:
        raise if_changed(refused) from None
    return None


def _replaced(collection: Collection, item: Item, etag: str | None, text: str) -> Stored:
    """``text`` in place of what was read."""
    return _stored(collection, item.href, replace(collection, item, etag, text), text)


def _stored(collection: Collection, href: str, etag: str | None, sent: str) -> Stored:
    """What is there now. Servers rewrite what they are given and some tell no etag, so it is read
    once more; if it means something else by now, its etag is not taken for ours."""
    try:
        item = collection.get(href)
    except RemoteError:
        # It was written; the next pull will show how.
        return Stored(href, etag, fingerprint(sent))
    return _seen(item, etag, sent)


def _seen(item: Item, etag: str | None, sent: str) -> Stored:
    """``item`` as stored by us: its etag counts only if it is our text, by etag or by meaning."""
    found = fingerprint(item.text)
    if found == fingerprint(sent) or (etag is not None and item.etag == etag):
        return Stored(item.href, item.etag or etag, found)
    return Stored(item.href, None, fingerprint(sent))
