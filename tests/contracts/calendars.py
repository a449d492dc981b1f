"""The worlds in which the calendar port is tried: each has a calendar, and a person's other program
that writes into it behind our back.

What is put outside is iCalendar with one UID: an event, or a series with its exceptions. A world whose
service has another form, or keeps a series in several objects, turns it into that.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from crm_app.core.errors import LoginExpired
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import CalendarProvider
from crm_app.providers.ical.feeds import entries
from crm_app.providers.ics_feed import IcsFeed
from crm_app.providers.memory_calendars import MemoryAccount, MemoryCalendars, WakingCalendars
from tests.providers.ical.texts import calendar
from tests.servers.icloud import ICloud
from tests.servers.plain_http import Asked, PlainServer, Told
from tests.servers.radicale import RadicaleServer, RadicaleUser

LOOPBACK = ("127.0.0.0/8",)


class ReadableWorld(Protocol):
    """What the contract needs of any service besides the port.

    ``ref`` is its calendar and ``absent_ref`` one like it that is not there. Objects that are put
    outside have a name of the test's (``entry``) and an href of the service's: of a series kept in
    several objects, that of the one with the rule.
    """

    ref: str
    name: str
    writable: bool

    @property
    def absent_ref(self) -> str: ...
    def open(self) -> CalendarProvider: ...
    def open_with_wrong_password(self) -> CalendarProvider: ...
    def put_outside(self, entry: str, raw: str) -> str: ...
    def remove_outside(self, href: str) -> None: ...
    def spoil(self, cursor: str) -> str: ...


class CalendarWorld(ReadableWorld, Protocol):
    """A calendar that can be written. ``replace_outside`` changes what is at ``href`` as its owner
    would; ``text_of`` is all of it as iCalendar. Whoever is opened as a reader may not write."""

    def replace_outside(self, href: str, raw: str) -> None: ...
    def text_of(self, href: str) -> str: ...
    def open_as_reader(self) -> CalendarProvider: ...


@dataclass(frozen=True)
class Heard:
    """A call of the service at our address, the greeting of a new channel left out."""

    channel_id: str
    secret: str


class WakingWorld(CalendarWorld, Protocol):
    """A service that calls ``address`` when the calendar changes; ``heard`` waits for what is on
    its way and gives each call once."""

    address: str

    def heard(self) -> list[Heard]: ...


@dataclass
class MemoryWorld:
    account: MemoryAccount
    ref: str
    name: str = "Work"

    @classmethod
    def make(cls, *, split_series: bool = False) -> Self:
        account = MemoryAccount(page_size=3, split_series=split_series)
        return cls(account, account.add_calendar("Work"))

    writable = True

    @property
    def absent_ref(self) -> str:
        return "memory:/9/"

    def open(self) -> CalendarProvider:
        return MemoryCalendars(self.account)

    def open_with_wrong_password(self) -> CalendarProvider:
        self.account.fail(LoginExpired())
        return self.open()

    def put_outside(self, entry: str, raw: str) -> str:
        return self.account.put(self.ref, entry, raw)

    def replace_outside(self, href: str, raw: str) -> None:
        self.account.put(self.ref, href.removeprefix(self.ref), raw)

    def remove_outside(self, href: str) -> None:
        self.account.remove(self.ref, href)

    def text_of(self, href: str) -> str:
        return self.account.calendars[self.ref].text(href)

    def open_as_reader(self) -> CalendarProvider:
        self.account.make_read_only(self.ref)
        return self.open()

    def spoil(self, cursor: str) -> str:
        self.account.expire_cursors(self.ref)
        return cursor


@dataclass
class WakingMemoryWorld(MemoryWorld):
    """The same as a service that calls us."""

    address: str = "https://crm.example/hooks/memory"

    def open(self) -> CalendarProvider:
        return WakingCalendars(self.account)

    def heard(self) -> list[Heard]:
        rung = [ring for ring in self.account.rings if ring.address == self.address]
        self.account.rings.clear()
        return [Heard(ring.channel_id, ring.secret) for ring in rung]


@dataclass
class DavWorld:
    """Radicale, with its sync tokens or as if it had none."""

    server: RadicaleServer
    user: RadicaleUser
    ref: str
    sync_tokens: bool
    name: str = "Work"

    @classmethod
    def make(cls, server: RadicaleServer, *, sync_tokens: bool) -> "DavWorld":
        user = server.make_user()
        return cls(server, user, user.make_calendar("work", "Work"), sync_tokens)

    writable = True

    @property
    def absent_ref(self) -> str:
        return self.ref.replace("work", "gone")

    def open(self) -> CalendarProvider:
        return self._open(self.user)

    def open_with_wrong_password(self) -> CalendarProvider:
        return self._open(replace(self.user, password="wrong"))

    def open_as_reader(self) -> CalendarProvider:
        return self._open(self.server.make_reader(self.user))

    def _open(self, user: RadicaleUser) -> CalendarProvider:
        return CalDavCalendars(
            self.server.url,
            user.name,
            user.password,
            allow=LOOPBACK,
            sync_tokens=self.sync_tokens,
        )

    def put_outside(self, entry: str, raw: str) -> str:
        return self.user.put("work", entry, raw)

    def replace_outside(self, href: str, raw: str) -> None:
        self.user.put("work", href.rpartition("/")[2], raw)

    def remove_outside(self, href: str) -> None:
        assert self.user.ask("DELETE", href).status == 200

    def text_of(self, href: str) -> str:
        return self.user.get(href)

    def spoil(self, cursor: str) -> str:
        if not self.sync_tokens:
            # Etags do not expire; only a cursor of another version has to be thrown away.
            return json.dumps(json.loads(cursor) | {"v": 0})
        return json.dumps(json.loads(cursor) | {"value": "http://radicale.org/ns/sync/" + "0" * 64})


@dataclass
class ICloudWorld:
    """Radicale behind a proxy with iCloud's manners."""

    icloud: ICloud
    server: RadicaleServer
    ref: str
    name: str = "Work"

    @classmethod
    def make(cls, icloud: ICloud, server: RadicaleServer) -> "ICloudWorld":
        icloud.user.make_calendar("work", "Work")
        return cls(icloud, server, f"https://p42-caldav.icloud.com{icloud.outer('work')}")

    writable = True

    @property
    def absent_ref(self) -> str:
        return self.ref.replace("work", "gone")

    def open(self) -> CalendarProvider:
        return self._open(self.icloud.user)

    def open_with_wrong_password(self) -> CalendarProvider:
        return self._open(replace(self.icloud.user, password="wrong"))

    def open_as_reader(self) -> CalendarProvider:
        return self._open(self.server.make_reader(self.icloud.user))

    def _open(self, user: RadicaleUser) -> CalendarProvider:
        return CalDavCalendars(
            "https://caldav.icloud.com/",
            user.name,
            user.password,
            allow=LOOPBACK,
            network=self.icloud.network,
        )

    def put_outside(self, entry: str, raw: str) -> str:
        self.icloud.user.put("work", entry, raw)
        return self.icloud.outer("work", entry)

    def replace_outside(self, href: str, raw: str) -> None:
        self.icloud.user.put("work", href.rpartition("/")[2], raw)

    def remove_outside(self, href: str) -> None:
        assert self.icloud.user.ask("DELETE", self.icloud.inner(href)).status == 200

    def text_of(self, href: str) -> str:
        return self.icloud.user.get(self.icloud.inner(href))

    def spoil(self, cursor: str) -> str:
        return json.dumps(json.loads(cursor) | {"value": "http://radicale.org/ns/sync/" + "0" * 64})


@dataclass
class IcsWorld:
    """A feed that is made anew for each request."""

    server: PlainServer
    texts: dict[str, str] = field(default_factory=dict)
    ref: str = "feed"
    name: str = "Work"
    writable = False
    absent_ref = "another feed"

    def answer(self, asked: Asked) -> Told:
        if asked.path != "/right/basic.ics":
            return Told(401)
        stamp = f"DTSTAMP:20260101T{len(self.server.asked):06}Z"
        events = "".join(_components(raw) for raw in self.texts.values())
        events = events.replace("END:VEVENT", f"{stamp}\r\nEND:VEVENT")
        head = "X-WR-CALNAME:Work\nX-APPLE-CALENDAR-COLOR:#33AA55FF\n"
        return Told(200, {"Content-Type": "text/calendar"}, calendar(head, events).encode())

    def open(self) -> CalendarProvider:
        return self._open("right")

    def open_with_wrong_password(self) -> CalendarProvider:
        return self._open("wrong")

    def _open(self, token: str) -> CalendarProvider:
        return IcsFeed(self.server.url(f"/{token}/basic.ics"), allow=LOOPBACK, page_size=50)

    def put_outside(self, entry: str, raw: str) -> str:
        self.texts[entry] = raw
        return _name_in_feed(raw)

    def remove_outside(self, href: str) -> None:
        (gone,) = [entry for entry, raw in self.texts.items() if _name_in_feed(raw) == href]
        del self.texts[gone]

    def spoil(self, cursor: str) -> str:
        return json.dumps(json.loads(cursor) | {"v": 0})


def _components(raw: str) -> str:
    """What stands between the properties of a calendar and its end."""
    return raw[raw.index("BEGIN:V", 1) :].removesuffix("END:VCALENDAR\r\n")


def _name_in_feed(raw: str) -> str:
    (found,) = entries(raw)
    return found.name
