"""What a page of a remote listing changes here, and when deletions need a yes. Pure.

Versions are compared by etag and content hash, never by a clock. What always holds: an object that
a page brings is not missing, whatever else the page says of it; and nothing is deleted because a
listing came back empty or short (SYN-10).
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from crm_app.providers.calendar_port import Page, RemoteEvent

# Up to so many deletions, or this share of what was known, happen in one run without a yes.
FEW = 10
SHARE = 0.2
# The name of what a service was asked about while the first listing is not through: no object.
FREE_BUSY = "free-busy:"


@dataclass(frozen=True, slots=True)
class Known:
    """An object as it was stored last."""

    href: str
    etag: str | None
    content_hash: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done. ``restamped``: only the version or the spelling differs. ``same``: seen
    again, nothing differs. An object stands in exactly one of the first four."""

    new: tuple[RemoteEvent, ...]
    changed: tuple[RemoteEvent, ...]
    restamped: tuple[RemoteEvent, ...]
    same: tuple[str, ...]
    missing: tuple[str, ...]


def compare(page: Page, known: Mapping[str, Known]) -> Changes:
    """How ``page`` differs from what is known of the objects that it names."""
    brought = {event.href: event for event in page.changed}
    sorted_out: dict[str, list[RemoteEvent]] = {"new": [], "changed": [], "restamped": []}
    same: list[str] = []
    for event in brought.values():
        kind = _kind(event, known.get(event.href))
        if kind == "same":
            same.append(event.href)
        else:
            sorted_out[kind].append(event)
    return Changes(
        new=tuple(sorted_out["new"]),
        changed=tuple(sorted_out["changed"]),
        restamped=tuple(sorted_out["restamped"]),
        same=tuple(same),
        missing=tuple(_unique(href for href in page.removed if href not in brought)),
    )


def _kind(event: RemoteEvent, known: Known | None) -> str:
    if known is None:
        return "new"
    if known.content_hash != event.content_hash or known.missing:
        return "changed"
    return "same" if event.etag is not None and known.etag == event.etag else "restamped"


def _unique(hrefs: Iterable[str]) -> Collection[str]:
    return dict.fromkeys(hrefs)


def may_delete(*, missing: int, known: int, listed: int | None) -> bool:
    """Whether ``missing`` of ``known`` objects may be deleted without asking.

    ``listed`` is how many a full listing brought, None when the service named what is gone.
    """
    if missing == 0:
        return True
    if listed == 0:
        return False
    return missing <= max(FEW, math.floor(known * SHARE))
