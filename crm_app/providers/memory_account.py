"""A calendar service in memory: its calendars, their revisions, its channels and its faults.

``MemoryAccount`` is the service with its data, for tests and demonstrations; the adapters of
``memory_calendars`` are opened on it. Tests write into it as the person's own program would, and
make any call of an adapter fail before or after it took effect.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.providers.ical.objects import parted
from crm_app.providers.memory_faults import Faults


@dataclass
class Kept:
    """An object as the service holds it; ``raw`` is None once it was removed. ``series`` is the href
    of the object with the rule, for an exception that is kept apart from it."""

    raw: str | None
    revision: int
    series: str = ""


@dataclass
class MemoryCalendar:
    """One calendar: ``oldest`` is the first revision that a cursor may still start from."""

    shown: RemoteCalendar
    objects: dict[str, Kept] = field(default_factory=dict)
    revision: int = 0
    oldest: int = 0

    def store(self, href: str, raw: str | None, *, series: str = "") -> str:
        """Write or (None) remove an object; its new etag."""
        self.revision += 1
        self.objects[href] = Kept(raw, self.revision, series)
        return self.etag(href)

    def etag(self, href: str) -> str:
        return f'"C={self.objects[href].revision}@U={len(href)};ö"'

    def raw(self, href: str) -> str | None:
        return self.objects[href].raw if href in self.objects else None

    def exceptions(self, href: str) -> dict[str, Kept]:
        """The objects of the series at ``href`` that are kept apart from it."""
        return {name: kept for name, kept in self.objects.items() if kept.series == href}

    def text(self, href: str) -> str:
        """All of the event or series at ``href``; empty when it is gone."""
        kept = [self.raw(href), *(each.raw for each in self.exceptions(href).values())]
        return "".join(raw for raw in kept if raw is not None)

    def texts(self) -> Iterator[str]:
        """All events and series, each whole."""
        for href, kept in self.objects.items():
            if not kept.series:
                yield self.text(href)


@dataclass(frozen=True, slots=True)
class Ring:
    """A call of the service at the address of a channel."""

    address: str
    channel_id: str
    resource_id: str
    secret: str


@dataclass
class Channel:
    """Whom to call when the calendar ``ref`` changes."""

    ref: str
    ring: Ring


class MemoryAccount(Faults):
    """A calendar service with one account.

    ``split_series``: exceptions of a series are objects of their own, as with Google and Microsoft.
    ``channels`` are those that are open; each change of their calendar adds to ``rings``. ``renews``:
    a channel can be prolonged, as with Microsoft.
    """

    def __init__(
        self, *, page_size: int = 2, split_series: bool = False, renews: bool = False
    ) -> None:
        super().__init__()
        self.page_size = page_size
        self.renews = renews
        self.split_series = split_series
        self.calendars: dict[str, MemoryCalendar] = {}
        self.channels: dict[str, Channel] = {}
        self.rings: list[Ring] = []

    def add_calendar(self, name: str, *, writable: bool = True, zone: str | None = None) -> str:
        """A new empty calendar; its ref."""
        ref = f"memory:/{len(self.calendars) + 1}/"
        shown = RemoteCalendar(ref, name, colour="#33aa55", writable=writable, zone=zone)
        self.calendars[ref] = MemoryCalendar(shown)
        return ref

    def make_read_only(self, ref: str) -> None:
        """Take the right to write away."""
        calendar = self.calendars[ref]
        calendar.shown = replace(calendar.shown, writable=False)

    def put(self, ref: str, entry: str, raw: str) -> str:
        """Write an event or a whole series as the person's own program would; its href."""
        href = f"{ref}{entry}"
        if self.split_series:
            whole, exceptions = parted(raw)
            self._put_apart(ref, href, whole, exceptions)
        else:
            self.calendars[ref].store(href, raw)
        self.ring(ref)
        return href

    def put_instance(self, ref: str, href: str, raw: str) -> str:
        """Write one exception of the series at ``href`` as an object of its own; its href."""
        ((name, text),) = parted(raw)[1].items()
        self.calendars[ref].store(f"{href}_{name}", text, series=href)
        self.ring(ref)
        return f"{href}_{name}"

    def remove(self, ref: str, href: str) -> None:
        """Remove an object as the person's own program would, a series with all that belongs to it.

        Of its exceptions nobody is told, as the services do.
        """
        calendar = self.calendars[ref]
        for name in calendar.exceptions(href):
            del calendar.objects[name]
        calendar.store(href, None)
        self.ring(ref)

    def expire_cursors(self, ref: str) -> None:
        """No cursor given out so far is good any more."""
        calendar = self.calendars[ref]
        calendar.revision += 1
        calendar.oldest = calendar.revision

    def ring(self, ref: str) -> None:
        """Call everybody who watches a calendar. Calls may come twice, and for nothing."""
        self.rings += [channel.ring for channel in self.channels.values() if channel.ref == ref]

    def _put_apart(self, ref: str, href: str, whole: str, exceptions: dict[str, str]) -> None:
        calendar = self.calendars[ref]
        if calendar.raw(href) != whole:
            calendar.store(href, whole)
        wanted = {f"{href}_{name}": text for name, text in exceptions.items()}
        for name, kept in calendar.exceptions(href).items():
            if name not in wanted and kept.raw is not None:
                calendar.store(name, None, series=href)
        for name, text in wanted.items():
            if calendar.raw(name) != text:
                calendar.store(name, text, series=href)
