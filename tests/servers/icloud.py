"""iCloud's hosts for calendars and contacts as far as their manners are known, in front of a real
Radicale.

One entry host that sends each account to a host of its own, TLS, absolute home URLs with a port, no
etag after a write, 400 for whole URLs in a multiget and for a depth of 1 on a principal, 403 for an
event without an end, and accounts that move to another host.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore

from crm_app.providers.pinned_transport import Network
from tests.servers.plain_http import Asked, PlainServer, Told, certificate, plain_server
from tests.servers.radicale import RadicaleUser


@dataclass(frozen=True)
class Service:
    """One of iCloud's services: where it begins, and how its resources are named."""

    entry: str
    well_known: str
    principal: str
    home: str
    home_set: str
    multiget: bytes

    @property
    def hosts(self) -> tuple[str, ...]:
        """The entry, and the hosts between which accounts move."""
        return self.entry, f"p42-{self.entry}", f"p77-{self.entry}"


CALENDARS = Service(
    "caldav.icloud.com",
    "/.well-known/caldav",
    "/123/principal/",
    "/123/calendars/",
    '<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"><href>{}</href>'
    "</C:calendar-home-set>",
    b"calendar-multiget",
)
CONTACTS = Service(
    "contacts.icloud.com",
    "/.well-known/carddav",
    "/123/carddavprincipal/",
    "/123/carddavhome/",
    '<C:addressbook-home-set xmlns:C="urn:ietf:params:xml:ns:carddav"><href>{}</href>'
    "</C:addressbook-home-set>",
    b"addressbook-multiget",
)
ENTRY = CALENDARS.entry

_MULTISTATUS = """<?xml version="1.0" encoding="UTF-8"?>
<multistatus xmlns="DAV:"><response><href>{href}</href><propstat><prop>{prop}</prop>
<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"""


class _ToPort(httpcore.SyncBackend):
    """Sockets that end at the test's server whatever port is asked for."""

    def __init__(self, port: int) -> None:
        self._port = port

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        assert port == 443
        return super().connect_tcp(host, self._port, timeout, local_address, socket_options)


@dataclass
class ICloud:
    """The running service. ``host`` is where the account lives at present."""

    user: RadicaleUser
    service: Service
    host: str
    seen_hosts: set[str] = field(default_factory=set)
    network: Network = field(default_factory=Network)
    server: PlainServer | None = None

    @property
    def entry_url(self) -> str:
        """The address that a person connects."""
        return f"https://{self.service.entry}/"

    def outer(self, collection: str, entry: str = "") -> str:
        """A path as iCloud's clients see it."""
        return f"{self.service.home}{collection}/{entry}"

    def inner(self, path: str) -> str:
        """The same path in Radicale."""
        return path.replace(self.service.home, f"/{self.user.name}/")

    def answer(self, asked: Asked) -> Told:
        host = asked.headers["host"].partition(":")[0]
        self.seen_hosts.add(host)
        if not asked.headers.get("authorization"):
            return Told(401)
        if host != self.service.entry:
            return self._members(asked) if host == self.host else Told(421)
        if asked.path == self.service.well_known:
            return Told(301, {"Location": self.entry_url})
        if self._proxied("PROPFIND", f"/{self.user.name}/", b"", asked, Depth="0").status == 401:
            return Told(401)
        if asked.path == "/":
            principal = f"<href>{self.service.principal}</href>"
            return _many("/", f"<current-user-principal>{principal}</current-user-principal>")
        if asked.path == self.service.principal and asked.headers.get("depth") == "0":
            home = f"https://{self.host}:443{self.service.home}"
            return _many(asked.path, self.service.home_set.format(home))
        return Told(400)

    def _members(self, asked: Asked) -> Told:
        if self.service.multiget in asked.body and re.search(rb"href>\s*https?:", asked.body):
            return Told(400)
        is_event = b"BEGIN:VEVENT" in asked.body
        if asked.method == "PUT" and is_event and b"DTEND" not in asked.body:
            return Told(403)
        kept = {
            name.title(): asked.headers[name]
            for name in ("depth", "content-type", "if-match", "if-none-match")
            if name in asked.headers
        }
        body = self.inner(asked.body.decode()).encode()
        told = self._proxied(asked.method, self.inner(asked.path), body, asked, **kept)
        text = told.body.decode().replace(f"/{self.user.name}/", self.service.home)
        headers = {} if asked.method == "PUT" else told.headers
        return Told(told.status, headers, text.encode())

    def _proxied(self, method: str, path: str, body: bytes, asked: Asked, **headers: str) -> Told:
        sent = {**headers, "Authorization": asked.headers["authorization"]}
        reply = self.user.ask(method, path, body.decode(), **sent)
        told = {
            name: reply.headers[name] for name in ("etag", "content-type") if name in reply.headers
        }
        return Told(reply.status, told, reply.text.encode())


def _many(href: str, prop: str) -> Told:
    return Told(
        207, {"Content-Type": "text/xml"}, _MULTISTATUS.format(href=href, prop=prop).encode()
    )


@contextmanager
def icloud(user: RadicaleUser, folder: Path, *, service: Service = CALENDARS) -> Iterator[ICloud]:
    """Run it for ``user`` of a Radicale server."""
    server_tls, client_tls = certificate(folder, *service.hosts)
    running = ICloud(user, service, service.hosts[1])
    with plain_server(running.answer, tls=server_tls) as server:
        running.server = server
        running.network = Network(
            resolve=lambda host, port: ["127.0.0.1"] if host in service.hosts else [],
            ssl_context=client_tls,
            sockets=_ToPort(server.port),
        )
        yield running
