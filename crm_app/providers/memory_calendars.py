"""Calendars in memory, for tests and demonstrations, with the manners of real servers.

Etags look odd, listings come in small pages, texts come back refolded, and any call can be made to
fail before or after it took effect. ``MemoryAccount`` is the service with its data; an adapter is
opened on it as on a real one, and several at once see the same calendars.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from crm_app.core.errors import CursorExpired, PreconditionFailed, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import (
    BusyTime,
    CalendarGone,
    Capability,
    OutgoingEvent,
    Page,
    RemoteCalendar,
    RemoteEvent,
    Stored,
)
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import components_of, uid_of
from crm_app.providers.ical.writing import rewrite, write


@dataclass
class Kept:
    """An object as the service holds it; ``raw`` is None once it was removed."""

    raw: str | None
    revision: int


@dataclass
class MemoryCalendar:
    """One calendar: ``oldest`` is the first revision that a cursor may still start from."""

    shown: RemoteCalendar
    objects: dict[str, Kept] = field(default_factory=dict)
    revision: int = 0
    oldest: int = 0

    def store(self, href: str, raw: str | None) -> str:
        """Write or (None) remove an object; its new etag."""
        self.revision += 1
        self.objects[href] = Kept(raw, self.revision)
        return self.etag(href)

    def etag(self, href: str) -> str:
        return f'"C={self.objects[href].revision}@U={len(href)};ö"'

    def raw(self, href: str) -> str | None:
        return self.objects[href].raw if href in self.objects else None


@dataclass
class _Fault:
    error: Exception
    call: str | None
    after: bool
    times: int


class MemoryAccount:
    """A calendar service with one account."""

    def __init__(self, *, page_size: int = 2) -> None:
        self.page_size = page_size
        self.calendars: dict[str, MemoryCalendar] = {}
        self.calls: list[str] = []
        self._faults: list[_Fault] = []

    def add_calendar(self, name: str, *, writable: bool = True, zone: str | None = None) -> str:
        """A new empty calendar; its ref."""
        ref = f"memory:/{len(self.calendars) + 1}/"
        shown = RemoteCalendar(ref, name, colour="#33aa55", writable=writable, zone=zone)
        self.calendars[ref] = MemoryCalendar(shown)
        return ref

    def put(self, ref: str, entry: str, raw: str) -> str:
        """Write an object as the person's own program would; its href."""
        href = f"{ref}{entry}"
        self.calendars[ref].store(href, raw)
        return href

    def remove(self, ref: str, href: str) -> None:
        """Remove an object as the person's own program would."""
        self.calendars[ref].store(href, None)

    def expire_cursors(self, ref: str) -> None:
        """No cursor given out so far is good any more."""
        calendar = self.calendars[ref]
        calendar.revision += 1
        calendar.oldest = calendar.revision

    def fail(
        self, error: Exception, *, call: str | None = None, after: bool = False, times: int = 1
    ) -> None:
        """Make the next ``times`` calls (of that name) end with ``error``, before or after they
        took effect."""
        self._faults.append(_Fault(error, call, after, times))

    def lose_answer(self, call: str | None = None) -> None:
        """The next call takes effect, and its answer is lost."""
        self.fail(RemoteUnavailable(detail="lost answer"), call=call, after=True)

    def at(self, call: str, *, after: bool) -> None:
        """Raise the fault that waits for this moment, if any."""
        if not after:
            self.calls.append(call)
        for fault in list(self._faults):
            if fault.after is after and fault.call in {None, call}:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                raise fault.error


class MemoryCalendars:
    """Implements ``CalendarProvider`` on a ``MemoryAccount``."""

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL})

    def __init__(self, account: MemoryAccount) -> None:
        self._account = account

    def close(self) -> None:
        pass

    def discover(self) -> list[RemoteCalendar]:
        self._account.at("discover", after=False)
        return [calendar.shown for calendar in self._account.calendars.values()]

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        self._account.at("pull", after=False)
        calendar = self._calendar(calendar_ref)
        begun = _load(cursor, calendar)
        upto = begun.upto or calendar.revision
        changed = sorted(
            href
            for href, kept in calendar.objects.items()
            if kept.revision > begun.since
            and href > begun.after
            and (kept.raw is not None or not begun.full)
        )
        size = self._account.page_size
        for start in range(0, max(len(changed), 1), size):
            if start:
                self._account.at("page", after=False)
            hrefs = changed[start : start + size]
            last = start + size >= len(changed)
            reached = _Cursor(upto) if last else _Cursor(begun.since, hrefs[-1], upto, begun.full)
            yield Page(
                changed=tuple(event for href in hrefs if (event := _event(calendar, href))),
                removed=tuple(href for href in hrefs if calendar.raw(href) is None),
                cursor=reached.dump(),
                complete=last,
                full=begun.full,
            )

    def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
        self._account.at("create", after=False)
        calendar = self._calendar(calendar_ref)
        raw = write(event)
        for href, kept in calendar.objects.items():
            if kept.raw is not None and uid_of(kept.raw) == event.uid:
                same = fingerprint(kept.raw) == fingerprint(raw)
                return Stored(href, calendar.etag(href) if same else None, fingerprint(raw))
        href = f"{calendar_ref}{event.uid}.ics"
        etag = self._store(calendar, href, raw)
        self._account.at("create", after=True)
        return Stored(href, etag, fingerprint(raw))

    def update(
        self, calendar_ref: str, href: str, etag: str | None, event: OutgoingEvent
    ) -> Stored:
        self._account.at("update", after=False)
        calendar = self._calendar(calendar_ref)
        present = calendar.raw(href)
        if present is None or (etag is not None and etag != calendar.etag(href)):
            raise PreconditionFailed(detail="not at the known etag")
        try:
            raw = rewrite(present, event)
        except ValueError:
            raise PreconditionFailed(detail="another event in its place") from None
        reached = self._store(calendar, href, raw)
        self._account.at("update", after=True)
        return Stored(href, reached, fingerprint(raw))

    def delete(self, calendar_ref: str, href: str, etag: str | None) -> None:
        self._account.at("delete", after=False)
        calendar = self._calendar(calendar_ref)
        if calendar.raw(href) is None:
            return
        if etag is not None and etag != calendar.etag(href):
            raise PreconditionFailed(detail="not at the known etag")
        self._store(calendar, href, None)
        self._account.at("delete", after=True)

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
        self._account.at("free_busy", after=False)
        kept = self._calendar(calendar_ref).objects.values()
        return busy_times(
            (each.raw for each in kept if each.raw is not None),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )

    def _calendar(self, ref: str) -> MemoryCalendar:
        if ref not in self._account.calendars:
            raise CalendarGone
        return self._account.calendars[ref]

    def _store(self, calendar: MemoryCalendar, href: str, raw: str | None) -> str:
        if not calendar.shown.writable:
            raise Rejected(detail="read only")
        # As servers do: the same meaning, another text.
        kept = raw.replace("BEGIN:VEVENT", "X-SERVER:memory\r\nBEGIN:VEVENT", 1) if raw else raw
        return calendar.store(href, kept)


def _event(calendar: MemoryCalendar, href: str) -> RemoteEvent | None:
    raw = calendar.raw(href)
    if raw is None or "VEVENT" not in components_of(raw):
        return None
    return RemoteEvent(
        href, calendar.etag(href), uid_of(raw), raw, fingerprint(raw), components_of(raw)
    )


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a pull stands: everything up to revision ``since`` is known; inside a listing that ends
    at revision ``upto`` everything up to the href ``after``."""

    since: int = 0
    after: str = ""
    upto: int = 0
    full: bool = False

    def dump(self) -> str:
        return json.dumps([self.since, self.after, self.upto, self.full])


def _load(cursor: str | None, calendar: MemoryCalendar) -> _Cursor:
    if cursor is None:
        return _Cursor(full=True)
    try:
        found = _Cursor(*json.loads(cursor))
    except (ValueError, TypeError):
        raise CursorExpired(detail="cursor not readable") from None
    if (found.upto or found.since) < calendar.oldest:
        raise CursorExpired(detail="cursor too old")
    return found
