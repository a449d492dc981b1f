"""Writing members of a collection, so that nothing of others is written over.

What changes is read first and written back under the etag that was read; what a retry meets is
found again by its name, by what a refusal names, or by a search.
"""

from collections.abc import Callable

from crm_app.core.errors import PreconditionFailed, RemoteError
from crm_app.providers.dav.changes import GONE
from crm_app.providers.dav.client import DavRefused
from crm_app.providers.dav.collection import Collection, Item
from crm_app.providers.dav.hrefs import path_of
from crm_app.providers.dav.xml import Element

# What a server says of a new member whose name or UID is taken.
NOT_NEW = frozenset({409, 412})
_CHANGED = {404, 409, 410, 412}


def present(collection: Collection, href: str) -> Item | None:
    """What is at ``href``; None when there is nothing, or nothing for us."""
    try:
        return collection.get(href)
    except DavRefused as refused:
        if refused.status in {403, *GONE}:
            return None
        raise


def at_etag(collection: Collection, href: str, etag: str | None) -> Item:
    """What is at ``href`` and ``etag``; PreconditionFailed when it is not."""
    item = present(collection, href)
    if item is None or (etag is not None and item.etag and item.etag != etag):
        raise PreconditionFailed(detail="not at the known etag")
    return item


def already_there(
    collection: Collection,
    href: str,
    refused: DavRefused,
    *,
    is_ours: Callable[[Item], bool],
    search: Element,
) -> Item | None:
    """What an earlier, unanswered attempt left: under our name, as named in the refusal, or found
    by ``search``; None when none of these is ours."""
    home = path_of(collection.url)
    inside = [path for each in refused.hrefs if (path := path_of(each)).startswith(home)]
    for path in dict.fromkeys([href, *inside]):
        item = present(collection, path)
        if item is not None and is_ours(item):
            return item
    return next((item for item in collection.query(search) if is_ours(item)), None)


def replace(collection: Collection, item: Item, etag: str | None, text: str) -> str | None:
    """Put ``text`` in place of what was read; its new etag if the server tells it."""
    try:
        return collection.put(item.href, text, item.etag or etag)
    except DavRefused as refused:
        raise if_changed(refused) from None


def if_changed(refused: DavRefused) -> RemoteError:
    """A refusal of a change to something that is not there any more as it was read."""
    if refused.status in _CHANGED:
        return PreconditionFailed(detail=refused.detail)
    return refused


def delete(collection: Collection, href: str, etag: str | None) -> None:
    """Remove a member; one that is gone already is fine. Raises PreconditionFailed, DavRefused."""
    try:
        collection.delete(href, etag)
    except DavRefused as refused:
        if refused.status == 412:
            # Some servers say 412 also for what is gone.
            if present(collection, href) is None:
                return
            raise PreconditionFailed(detail=refused.detail) from None
        if refused.status not in GONE:
            raise
