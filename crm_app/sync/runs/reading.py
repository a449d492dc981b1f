"""Reading what changed in something that is followed, page by page: one way for calendars and address
books (SYN-10).

Each page is applied with its cursor in one transaction, while the next one is fetched. A listing
may be cut short at any page, by a deadline or a crash, and goes on from there next time. An entry
that cannot be stored is set aside and counted; the others are read.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from crm_app.core.errors import CursorExpired
from crm_app.sync.reaching.lanes import Superseded
from crm_app.sync.runs.ahead import Ahead

log = logging.getLogger(__name__)


class AnyPage(Protocol):
    """What pages of all ports have; see ``calendar_port.Page``."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def changed(self) -> tuple[Any, ...]: ...

    @property
    def removed(self) -> tuple[str, ...]: ...

    @property
    def cursor(self) -> str | None: ...

    @property
    def complete(self) -> bool: ...

    @property
    def full(self) -> bool: ...


Page = TypeVar("Page", bound=AnyPage)


@dataclass(frozen=True, slots=True)
class Pulled(Generic[Page]):
    """How far a pull came: whether to the ``end``, and the ``cursor`` from which the next goes on.

    ``rest``: its only page, which brought nothing else and is still to be applied.
    """

    end: bool
    cursor: str | None
    rest: Page | None = None


@dataclass(frozen=True, slots=True)
class Source(Generic[Page]):
    """What is read, and what becomes of it, each of the latter in a transaction of its own.

    ``called``: in the log. ``list_from``: the pages since a cursor. ``begin``: a listing from
    nothing begins. ``apply``: store a page with its cursor, and behind the last one what turns out
    to be missing. ``set_aside``: keep the name of an entry that cannot be stored.
    """

    called: str
    list_from: Callable[[str | None], Iterator[Page]]
    begin: Callable[[], None]
    apply: Callable[[Page], None]
    set_aside: Callable[[Any], None]


def brings_nothing(page: AnyPage) -> bool:
    """Whether nothing comes of the page but its cursor, and of its listing neither."""
    return page.complete and not page.full and not page.changed and not page.removed


def read(
    source: Source[Page], cursor: str | None, *, deadline: float, leave_rest: bool = False
) -> Pulled[Page]:
    """Read on from the saved ``cursor``; after ``deadline`` (monotonic) no page is begun.

    A cursor that the service no longer knows leads to a listing from nothing. ``leave_rest``: the
    caller applies a page that brings nothing, at the end of the run. Raises RemoteError.
    """
    try:
        return _read(source, cursor, deadline, leave_rest)
    except CursorExpired:
        if cursor is None:
            raise
        log.info("%s is listed anew: its cursor expired", source.called)
        return _read(source, None, deadline, leave_rest)


def _read(
    source: Source[Page], cursor: str | None, deadline: float, leave_rest: bool
) -> Pulled[Page]:
    if cursor is None:
        source.begin()
    with Ahead(source.list_from(cursor)) as listing:
        page = listing.next()
        if page is not None and leave_rest and brings_nothing(page):
            return Pulled(True, page.cursor, page)
        while page is not None:
            more = not page.complete and time.monotonic() < deadline
            if more:
                listing.begin()
            _apply(source, page, cursor)
            cursor = page.cursor
            if page.complete or not more:
                return Pulled(page.complete, cursor)
            page = listing.next()
    return Pulled(True, cursor)


def _apply(source: Source[Page], page: Page, before: str | None) -> None:
    """Apply a page; if that fails, its entries one by one, and those that cannot be are set aside."""
    try:
        source.apply(page)
    except Superseded:
        raise
    except Exception:
        log.exception("a page of %s is applied entry by entry", source.called)
        _apply_singly(source, page, before)


def _apply_singly(source: Source[Page], page: Page, before: str | None) -> None:
    for entry in page.changed:
        single = replace(page, changed=(entry,), removed=(), cursor=before, complete=False)
        try:
            source.apply(single)
        except Superseded:
            raise
        except Exception:
            log.exception("an entry of %s is set aside", source.called)
            source.set_aside(entry)
    source.apply(replace(page, changed=()))
