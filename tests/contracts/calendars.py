"""The worlds in which the calendar port is tried: each has a calendar, and a person's other program
that writes into it behind our back."""

import json
from dataclasses import dataclass
from typing import Protocol

from crm_app.core.errors import LoginExpired
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import CalendarProvider
from crm_app.providers.memory_calendars import MemoryAccount, MemoryCalendars
from tests.servers.icloud import ICloud
from tests.servers.radicale import RadicaleServer, RadicaleUser

LOOPBACK = ("127.0.0.0/8",)


class CalendarWorld(Protocol):
    """What the contract needs of a service besides the port."""

    ref: str
    name: str

    def open(self) -> CalendarProvider: ...
    def open_with_wrong_password(self) -> CalendarProvider: ...
    def put_outside(self, entry: str, raw: str) -> str: ...
    def remove_outside(self, href: str) -> None: ...
    def text_of(self, href: str) -> str: ...
    def spoil(self, cursor: str) -> str: ...


@dataclass
class MemoryWorld:
    account: MemoryAccount
    ref: str
    name: str = "Work"

    @classmethod
    def make(cls) -> "MemoryWorld":
        account = MemoryAccount(page_size=3)
        return cls(account, account.add_calendar("Work"))

    def open(self) -> CalendarProvider:
        return MemoryCalendars(self.account)

    def open_with_wrong_password(self) -> CalendarProvider:
        self.account.fail(LoginExpired())
        return self.open()

    def put_outside(self, entry: str, raw: str) -> str:
        return self.account.put(self.ref, entry, raw)

    def remove_outside(self, href: str) -> None:
        self.account.remove(self.ref, href)

    def text_of(self, href: str) -> str:
        return self.account.calendars[self.ref].raw(href) or ""

    def spoil(self, cursor: str) -> str:
        self.account.expire_cursors(self.ref)
        return cursor


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

    def open(self) -> CalendarProvider:
        return self._open(self.user.password)

    def open_with_wrong_password(self) -> CalendarProvider:
        return self._open("wrong")

    def _open(self, password: str) -> CalendarProvider:
        return CalDavCalendars(
            self.server.url,
            self.user.name,
            password,
            allow=LOOPBACK,
            sync_tokens=self.sync_tokens,
        )

    def put_outside(self, entry: str, raw: str) -> str:
        return self.user.put("work", entry, raw)

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
    ref: str
    name: str = "Work"

    @classmethod
    def make(cls, icloud: ICloud) -> "ICloudWorld":
        icloud.user.make_calendar("work", "Work")
        return cls(icloud, f"https://p42-caldav.icloud.com{icloud.outer('work')}")

    def open(self) -> CalendarProvider:
        return self._open(self.icloud.user.password)

    def open_with_wrong_password(self) -> CalendarProvider:
        return self._open("wrong")

    def _open(self, password: str) -> CalendarProvider:
        return CalDavCalendars(
            "https://caldav.icloud.com/",
            self.icloud.user.name,
            password,
            allow=LOOPBACK,
            network=self.icloud.network,
        )

    def put_outside(self, entry: str, raw: str) -> str:
        self.icloud.user.put("work", entry, raw)
        return self.icloud.outer("work", entry)

    def remove_outside(self, href: str) -> None:
        assert self.icloud.user.ask("DELETE", self.icloud.inner(href)).status == 200

    def text_of(self, href: str) -> str:
        return self.icloud.user.get(self.icloud.inner(href))

    def spoil(self, cursor: str) -> str:
        return json.dumps(json.loads(cursor) | {"value": "http://radicale.org/ns/sync/" + "0" * 64})
