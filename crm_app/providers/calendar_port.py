"""The port to somebody's calendars: what Tandem needs of Google, Microsoft, CalDAV and feeds.

An adapter talks to one account. It is used by one thread at a time, within one job, and closed.
All errors are ``crm_app.core.errors.RemoteError``. Instants are UTC-aware. ``calendar_ref``, hrefs,
etags and cursors are opaque to the caller, who stores them and hands them back.

Pushes are no part of this port: an adapter that can be woken says so in ``capabilities`` and
offers its own methods. Polling with ``pull`` is always complete.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.providers.occurrence import EventStatus


class CalendarGone(Rejected):
    """The calendar itself is not there any more. This says nothing about its events."""

    default_message = N_("This calendar does not exist any more in the other service.")


class AccessLost(Rejected):
    """The account may no longer see or change this calendar. Its events are not deleted."""

    default_message = N_("The other service no longer grants access to this calendar.")


class Capability(StrEnum):
    """What only some services can do."""

    INCREMENTAL = "incremental"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar of the account. ``zone`` is an IANA name where the service tells it, ``colour``
    is ``#rrggbb`` or empty."""

    ref: str
    name: str
    colour: str = ""
    writable: bool = True
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """One stored object: an event, or a series with its exceptions.

    ``raw`` is the text as the service has it (iCalendar). ``content_hash`` covers what Tandem reads
    of it and stays the same when a server only rewrites the text.
    """

    href: str
    etag: str | None
    uid: str
    raw: str
    content_hash: str
    components: tuple[str, ...] = ("VEVENT",)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what changed.

    ``cursor`` may be saved with the page's rows: a pull that starts from it goes on after them.
    ``complete`` marks the last page. ``full`` means that the listing which this page belongs to
    started from nothing, so that after its last page whatever never came is not there. It stays so
    when an interrupted full listing is resumed.
    """

    changed: tuple[RemoteEvent, ...]
    removed: tuple[str, ...]
    cursor: str | None
    complete: bool
    full: bool


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An appointment as it shall stand in the linked calendar.

    ``tandem_id`` is the appointment's public id, by which a copy of ours is known wherever it turns
    up. ``attendees`` are (e-mail, name) pairs; they are written only together with ``organizer``
    (e-mail, name), which must be an address of the account, and in a way that asks the server not
    to send mail. ``sequence`` never falls. ``last_modified`` is the caller's clock.
    """

    uid: str
    tandem_id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    last_modified: datetime
    description: str = ""
    location: str = ""
    status: EventStatus = EventStatus.CONFIRMED
    attendees: tuple[tuple[str, str], ...] = ()
    organizer: tuple[str, str] | None = None
    url: str = ""
    private: bool = False
    busy: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an event is now. ``etag`` is None when the server's copy is not known to be ours alone;
    then the next pull brings it once more. ``content_hash`` is that of what was stored."""

    href: str
    etag: str | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class BusyTime:
    """A stretch of time that is taken. ``tandem_id`` names the appointment if it is one of ours."""

    starts_at: datetime
    ends_at: datetime
    uid: str
    recurrence_id: str | None = None
    tentative: bool = False
    out_of_office: bool = False
    all_day: bool = False
    tandem_id: str | None = None


class CalendarProvider(Protocol):
    """One account's calendars."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this service can do beyond the port."""
        ...

    def discover(self) -> list[RemoteCalendar]:
        """All calendars that hold events. Raises LoginExpired, Rejected, RemoteUnavailable."""
        ...

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        """What changed since ``cursor`` (None: everything), page by page; at least one page.

        Raises CursorExpired when everything has to be listed anew, CalendarGone, AccessLost.
        """
        ...

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        """Write a new event. Calling it again after a lost answer leads to the same single event.

        Raises Rejected when something else is in its place.
        """
        ...

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        """Change an event, keeping what Tandem does not know about.

        Raises PreconditionFailed when it is gone, or is not at ``etag`` any more. Without an etag
        whatever is there now is changed.
        """
        ...

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        """Remove an event; one that is gone already is fine. Raises PreconditionFailed."""
        ...

    def free_busy(
        self,
        calendar_ref: str,
        since: datetime,
        until: datetime,
        *,
        calendar_zone: str,
        own_addresses: Collection[str] = (),
        time_limit: float = 4.0,
    ) -> list[BusyTime]:
        """What is taken right now between two instants, asked of the server itself.

        For the moment before a booking commits, so the whole call ends within ``time_limit``
        seconds, by RemoteUnavailable if need be. Tentative and out-of-office times are among them,
        marked; the caller applies its setting.
        """
        ...

    def close(self) -> None:
        """Let go of connections. May be called twice."""
        ...
