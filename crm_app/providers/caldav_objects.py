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
from crm_app.providers.ical.amending import amend
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.ical.writing import rewrite, write

_GONE = {404, 410}
_NOT_NEW = {409, 412}
_CHANGED = {404, 409, 410, 412}


def create(collection: Collection, event: OutgoingEvent) -> Stored:
    """Write a new event. Raises Rejected when another one is in its place, DavRefused."""
    href = path_of(collection.url + quote(event.uid, safe="@") + ".ics")
    text = write(event)
    try:
        etag = collection.put_new(href, text)
    except DavRefused as refused:
        if refused.status not in _NOT_NEW:
            raise
        return _already_there(collection, href, event, text, refused)
    return _stored(collection, href, etag, text)


def _already_there(
    collection: Collection, href: str, event: OutgoingEvent, sent: str, refused: DavRefused
) -> Stored:
    """The event that an earlier, unanswered attempt left: under our name, or found by its UID."""
    home = path_of(collection.url)
    inside = [path for each in refused.hrefs if (path := path_of(each)).startswith(home)]
    present = (_present(collection, path) for path in dict.fromkeys([href, *inside]))
    for item in present:
        if item is not None and uid_of(item.text) == event.uid:
            return _seen(item, None, sent)
    for item in collection.query(events_with_uid(event.uid)):
        if uid_of(item.text) == event.uid:
            return _seen(item, None, sent)
    raise Rejected(
        N_("The calendar server refused the appointment."), detail=refused.detail
    ) from None


def _present(collection: Collection, href: str) -> Item | None:
    try:
        return collection.get(href)
    except DavRefused as refused:
        if refused.status in {403, *_GONE}:
            return None
        raise


def update(collection: Collection, href: str, etag: str | None, event: OutgoingEvent) -> Stored:
    item = _at(collection, href, etag)
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
    item = _at(collection, href, etag)
    try:
        text = amend(item.text, amendment, recurrence_id=recurrence_id, at=at)
    except LookupError:
        raise PreconditionFailed(detail="no such event or instance") from None
    if text is not None:
        return _replaced(collection, item, etag, text)
    try:
        collection.delete(href, item.etag or etag)
    except DavRefused as refused:
        raise _if_changed(refused) from None
    return None


def _at(collection: Collection, href: str, etag: str | None) -> Item:
    """What is at ``href`` and ``etag``; PreconditionFailed when it is not."""
    item = _present(collection, href)
    if item is None or (etag is not None and item.etag and item.etag != etag):
        raise PreconditionFailed(detail="not at the known etag")
    return item


def _replaced(collection: Collection, item: Item, etag: str | None, text: str) -> Stored:
    """``text`` in place of what was read."""
    try:
        reached = collection.put(item.href, text, item.etag or etag)
    except DavRefused as refused:
        raise _if_changed(refused) from None
    return _stored(collection, item.href, reached, text)


def _if_changed(refused: DavRefused) -> RemoteError:
    """A refusal of a change to something that is not there any more as it was read."""
    if refused.status in _CHANGED:
        return PreconditionFailed(detail=refused.detail)
    return refused


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


def delete(collection: Collection, href: str, etag: str | None) -> None:
    try:
        collection.delete(href, etag)
    except DavRefused as refused:
        if refused.status == 412:
            # Some servers say 412 also for what is gone.
            if _present(collection, href) is None:
                return
            raise PreconditionFailed(detail=refused.detail) from None
        if refused.status not in _GONE:
            raise
