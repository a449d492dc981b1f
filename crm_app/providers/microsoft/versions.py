"""Writing what is at a known version of an entry, be it an event or a contact.

Changes go out under the etag that was read. Exchange sometimes says 412 though nothing changed: then
what is there is read again, and the write is repeated once if it says the same.

Page: https://learn.microsoft.com/graph/api/event-update
"""

from collections.abc import Callable
from typing import Any

from crm_app.core.errors import PreconditionFailed
from crm_app.providers.microsoft.errors import GONE, GraphRefused
from crm_app.providers.microsoft.etags import Entry, etag_of
from crm_app.providers.microsoft.http import GraphClient

# Whether two readings of an entry say the same to us.
Same = Callable[[Entry, Entry], bool]


def patch(
    client: GraphClient,
    url: str,
    present: Entry,
    wanted: Callable[[Entry], dict[str, Any]],
    same: Same,
) -> Entry:
    """Write what ``wanted`` makes of what is there; the entry as it is afterwards.

    Nothing is sent where nothing is wanted. Raises PreconditionFailed when it is gone or changed.
    """
    for again in (False, True):
        body = wanted(present)
        if not body:
            return present
        try:
            return client.ask("PATCH", url, body, etag=etag_of(present))
        except PreconditionFailed:
            if again:
                raise
            present = _unchanged(client, url, present, same)
        except GraphRefused as refused:
            raise _gone(refused) from None
    return present


def remove(client: GraphClient, url: str, present: Entry, same: Same) -> None:
    """Remove the entry; one that is gone is fine. Raises PreconditionFailed when it changed."""
    for again in (False, True):
        try:
            client.ask("DELETE", url, etag=etag_of(present))
            return
        except PreconditionFailed:
            if again:
                raise
            present = _unchanged(client, url, present, same)
        except GraphRefused as refused:
            if refused.status not in GONE:
                raise
            return


def _unchanged(client: GraphClient, url: str, known: Entry, same: Same) -> Entry:
    """What is there now, if it says the same as ``known``. Raises PreconditionFailed."""
    try:
        now = client.ask("GET", url)
    except GraphRefused as refused:
        raise _gone(refused) from None
    if not same(now, known):
        raise PreconditionFailed(detail="not at the known etag")
    return now


def _gone(refused: GraphRefused) -> GraphRefused | PreconditionFailed:
    return PreconditionFailed(detail="it is gone") if refused.status in GONE else refused
