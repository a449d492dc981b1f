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
from typing import Protocol, runtime_checkable

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.providers.occurrence import EventStatus


class CalendarGone(Rejected):
    """The calendar itself is not there any more. This says nothing about its events."""

    default_message = N_("This calendar does not exist any more in the other service.")


class AccessLost(Rejected):
    """The account may no longer see or change this calendar. Its events are not deleted."""

    default_message = N_("The other service no longer grants access to this calendar.")


class WholeSeries(Rejected):
    """The time of a series as a whole is its owner's; we move only single dates of it."""

    default_message = N_("A whole series cannot be moved from here, only its single dates.")


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

    ``raw`` is iCalendar: the text as the service has it, or what the adapter made of the service's
    own form. ``content_hash`` covers what Tandem reads of it and stays the same when a server only
    rewrites the text. A service that keeps a series in several objects (the rule in one, each changed
    or cancelled instance in its own, with a RECURRENCE-ID) gives them all one ``series`` name, the
    href of the one with the rule, and one UID; they are read together.
    """

    href: str
    etag: str | None
    uid: str
    raw: str
    content_hash: str
    components: tuple[str, ...] = ("VEVENT",)
    series: str = ""

    @property
    def belongs_to(self) -> str:
        """The name under which all objects of its series are found."""
        return self.series or self.href


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
class Amendment:
    """What is to be different in an external event that was not made by us; None: left alone.

    ``starts_at`` and ``ends_at`` (UTC) come together; they make a whole-day event a timed one.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    summary: str | None = None
    location: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """A channel by which the service wakes us until ``expires_at`` (UTC)."""

    channel_id: str
    resource_id: str
    expires_at: datetime


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

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        """Change an event that somebody made outside, or one instance of a series, and nothing else
        of it. ``href`` is the series' name (``RemoteEvent.belongs_to``), ``etag`` of the object with
        that href, ``recurrence_id`` as in ``Occurrence``. Nobody gets mail of it from the service
        where the service lets us choose.

        ``cancelled`` removes the event, or that instance. Without a ``recurrence_id`` the texts of a
        whole series can be changed, or all of it removed. Gives where the changed object is now,
        None when it was removed or the service keeps the instance in another object. Raises
        PreconditionFailed when it is gone or not at ``etag`` any more, AccessLost when the account
        may not change it, WholeSeries for a time given to a whole series.
        """
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


@runtime_checkable
class Wakeable(Protocol):
    """What an adapter with ``Capability.PUSH`` offers besides (SYN-10). A push only wakes: what
    changed is always pulled."""

    def watch(
        self, calendar_ref: str, *, channel_id: str, address: str, secret: str, now: datetime
    ) -> Watch:
        """Ask to be called at ``address`` (https) with ``secret`` when the calendar changes.

        ``channel_id`` is a proposal of ours; the service may give another one.
        """
        ...

    def renew(self, calendar_ref: str, watch: Watch, *, now: datetime) -> Watch | None:
        """The same channel for longer; None where the service only knows new channels."""
        ...

    def unwatch(self, watch: Watch) -> None:
        """End a channel; one that is gone already is fine."""
        ...


@runtime_checkable
class Rotating(Protocol):
    """An adapter whose secret changes while it is used (refreshed tokens)."""

    def secret(self) -> str | None:
        """The account's secret as it is to be stored from now on; None when it did not change."""
        ...
