"""Following what changes in a collection of Graph, page by page, whatever the collection holds.

The cursor is Graph's own link with our version before it, saved with each page, so that a listing
goes on where it stopped. A link is followed only below the Graph that it came from.

Page: https://learn.microsoft.com/graph/delta-query-overview
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.microsoft.errors import GraphRefused
from crm_app.providers.microsoft.http import PREFER, GraphClient


@dataclass(frozen=True, slots=True)
class Rows:
    """What one page told, and the cursor behind it; ``complete`` and ``full`` as in the ports."""

    rows: list[Mapping[str, Any]]
    cursor: str
    complete: bool
    full: bool


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The link to go on from. ``full``: inside a listing that started from nothing."""

    version: int
    ref: str
    link: str
    full: bool

    def dump(self) -> str:
        return json.dumps(
            {"v": self.version, "ref": self.ref, "link": self.link, "full": self.full}
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """What is followed: the ``items`` (events, contacts) of a collection, which stands among Graph's
    ``home`` (calendars, contactFolders). The ``version`` is raised when they are read in another
    way, so that all is listed anew."""

    home: str
    items: str
    version: int


def follow(
    client: GraphClient, kind: Kind, ref: str, cursor: str | None, page_size: int
) -> Iterator[Rows]:
    """What changed in the collection ``ref``.

    Raises CursorExpired; GraphRefused where the collection itself is the cause.
    """
    begun = _load(cursor, kind.version) if cursor is not None else None
    if begun is not None and begun.ref != ref:
        # Of another collection: if there is no such one, that is the answer.
        client.ask("GET", client.url(kind.home, ref))
        raise CursorExpired(detail="a cursor of another collection")
    if begun is not None and not client.owns(begun.link):
        raise CursorExpired(detail="a cursor of another server")
    full = begun.full if begun else True
    link = begun.link if begun else client.url(kind.home, ref, kind.items, "delta")
    while True:
        told = _ask(client, link, f"{PREFER}, odata.maxpagesize={page_size}")
        last = told.get("@odata.deltaLink")
        link = str(last or told.get("@odata.nextLink") or "")
        if not client.owns(link):
            raise RemoteUnavailable(detail="a listing without a link to go on from")
        reached = _Cursor(kind.version, ref, link, full and not last)
        yield Rows(told.get("value") or [], reached.dump(), complete=bool(last), full=full)
        if last:
            return


def newest(rows: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The rows by id: what comes several times counts as it came last."""
    return {str(row.get("id")): row for row in rows if row.get("id")}


def _ask(client: GraphClient, link: str, prefer: str) -> dict[str, Any]:
    try:
        return client.ask("GET", link, prefer=prefer)
    except GraphRefused as refused:
        if refused.status == 410:
            raise CursorExpired(detail=refused.detail) from None
        raise


def _load(cursor: str, version: int) -> _Cursor:
    try:
        found = json.loads(cursor)
        if found["v"] == version:
            return _Cursor(version, str(found["ref"]), str(found["link"]), bool(found["full"]))
    except (ValueError, TypeError, KeyError):
        pass
    raise CursorExpired(detail="cursor not readable")
