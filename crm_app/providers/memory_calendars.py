"""Calendars in memory, for tests and demonstrations, with the manners of real servers.

Etags look odd, listings come in small pages, texts come back refolded, and any call can be made to
fail before or after it took effect. An adapter is opened on a ``MemoryAccount`` as on a real
service, and several at once see the same calendars.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from crm_app.core import clock
from crm_app.core.errors import PreconditionFailed, Rejected
from crm_app.providers.calendar_port import (
    AccessLost,
    Amendment,
    BusyTime,
    CalendarGone,
    Capability,
    OutgoingEvent,
    Page,
    RemoteCalendar,
    RemoteEvent,
    Stored,
    Watch,
)
from crm_app.providers.ical.amending import amend, override
from crm_app.providers.ical.busy import busy_times
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import components_of, uid_of
from crm_app.providers.ical.writing import rewrite, write
from crm_app.providers.memory_account import Channel, MemoryAccount, MemoryCalendar, Ring
from crm_app.providers.memory_cursor import MemoryCursor, load

__all__ = ["MemoryAccount", "MemoryCalendar", "MemoryCalendars", "WakingCalendars"]

_CHANNEL_LASTS = timedelta(days=7)


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
        begun = load(cursor, oldest=calendar.oldest)
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
            reached = MemoryCursor(upto)
            if not last:
                reached = MemoryCursor(begun.since, hrefs[-1], upto, begun.full)
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
        try:
            raw = rewrite(_present(calendar, href, etag), event)
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
        _present(calendar, href, etag)
        self._remove(calendar, href)
        self._account.at("delete", after=True)

    def amend(
        self,
        calendar_ref: str,
        href: str,
        etag: str | None,
        amendment: Amendment,
        *,
        recurrence_id: str | None = None,
    ) -> Stored | None:
        self._account.at("amend", after=False)
        calendar = self._calendar(calendar_ref)
        present = _present(calendar, href, etag)
        stored: Stored | None = None
        try:
            if recurrence_id is not None and self._account.split_series:
                self._amend_apart(calendar, href, amendment, recurrence_id)
            else:
                raw = amend(present, amendment, recurrence_id=recurrence_id, at=clock.now())
                stored = self._amended(calendar, href, raw)
        except LookupError:
            raise PreconditionFailed(detail="no such event or instance") from None
        self._account.at("amend", after=True)
        return stored

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
        return busy_times(
            self._calendar(calendar_ref).texts(),
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )

    def _calendar(self, ref: str) -> MemoryCalendar:
        if ref not in self._account.calendars:
            raise CalendarGone
        return self._account.calendars[ref]

    def _amended(self, calendar: MemoryCalendar, href: str, raw: str | None) -> Stored | None:
        if raw is None:
            self._remove(calendar, href)
            return None
        return Stored(href, self._store(calendar, href, raw), fingerprint(raw))

    def _amend_apart(
        self, calendar: MemoryCalendar, href: str, amendment: Amendment, recurrence_id: str
    ) -> None:
        """The instance is kept apart from its series, also when it is cancelled."""
        whole = calendar.text(href)
        raw = override(whole, amendment, recurrence_id=recurrence_id, at=clock.now())
        _writable(calendar)
        self._account.put_instance(calendar.shown.ref, href, raw)

    def _remove(self, calendar: MemoryCalendar, href: str) -> None:
        _writable(calendar)
        self._account.remove(calendar.shown.ref, href)

    def _store(self, calendar: MemoryCalendar, href: str, raw: str) -> str:
        _writable(calendar)
        # As servers do: the same meaning, another text.
        kept = raw.replace("BEGIN:VEVENT", "X-SERVER:memory\r\nBEGIN:VEVENT", 1)
        reached = calendar.store(href, kept)
        self._account.ring(calendar.shown.ref)
        return reached


class WakingCalendars(MemoryCalendars):
    """The same with calls when something changes; implements ``Wakeable`` too."""

    capabilities: frozenset[Capability] = frozenset({Capability.INCREMENTAL, Capability.PUSH})

    def watch(
        self, calendar_ref: str, *, channel_id: str, address: str, secret: str, now: datetime
    ) -> Watch:
        self._account.at("watch", after=False)
        self._calendar(calendar_ref)
        ring = Ring(address, channel_id, f"resource of {calendar_ref}", secret)
        self._account.channels[channel_id] = Channel(calendar_ref, ring)
        self._account.at("watch", after=True)
        return Watch(channel_id, ring.resource_id, now + _CHANNEL_LASTS)

    def renew(self, calendar_ref: str, watch: Watch, *, now: datetime) -> Watch | None:
        """As Google: None. With ``MemoryAccount.renews`` as Microsoft."""
        self._account.at("renew", after=False)
        if not self._account.renews:
            return None
        if watch.channel_id not in self._account.channels:
            raise Rejected(detail="no such channel")
        return replace(watch, expires_at=now + _CHANNEL_LASTS)

    def unwatch(self, watch: Watch) -> None:
        self._account.at("unwatch", after=False)
        self._account.channels.pop(watch.channel_id, None)


def _present(calendar: MemoryCalendar, href: str, etag: str | None) -> str:
    """The text at ``href``. Raises PreconditionFailed when it is gone or at another etag."""
    present = calendar.raw(href)
    if present is None or (etag is not None and etag != calendar.etag(href)):
        raise PreconditionFailed(detail="not at the known etag")
    return present


def _writable(calendar: MemoryCalendar) -> None:
    if not calendar.shown.writable:
        raise AccessLost(detail="read only")


def _event(calendar: MemoryCalendar, href: str) -> RemoteEvent | None:
    raw = calendar.raw(href)
    if raw is None or "VEVENT" not in components_of(raw):
        return None
    return RemoteEvent(
        href,
        calendar.etag(href),
        uid_of(raw),
        raw,
        fingerprint(raw),
        components_of(raw),
        calendar.objects[href].series,
    )
