"""A real CalDAV and CardDAV server on loopback.

Use the fixture ``radicale_server`` (import it in a conftest). One server serves the whole run; each
test makes users of its own.
"""

import base64
import contextlib
import http.client
import itertools
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PASSWORD = "app-password"

# Everybody has his own home; "ann-reader" may look into ann's.
_RIGHTS = r"""
[root]
user: .+
collection:
permissions: R
[home]
user: .+
collection: {user}
permissions: RW
[calendars]
user: .+
collection: {user}/[^/]+
permissions: rw
[reader]
user: (.+)-reader
collection: {0}
permissions: R
[read calendars]
user: (.+)-reader
collection: {0}/[^/]+
permissions: r
"""

_CALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"
              xmlns:A="http://apple.com/ns/ical/">
  <D:set><D:prop>
    <D:displayname>{name}</D:displayname>
    <A:calendar-color>{colour}</A:calendar-color>
    <C:supported-calendar-component-set>
      <C:comp name="{component}"/>
    </C:supported-calendar-component-set>
  </D:prop></D:set>
</C:mkcalendar>"""

_BOOK = """<?xml version="1.0" encoding="utf-8"?>
<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">
  <D:set><D:prop>
    <D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>
    <D:displayname>{name}</D:displayname>
  </D:prop></D:set>
</D:mkcol>"""


_RENAME = """<?xml version="1.0" encoding="utf-8"?>
<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>
  <D:displayname>{name}</D:displayname>
</D:prop></D:set></D:propertyupdate>"""


@dataclass(frozen=True)
class Reply:
    """What the server said to a plain request. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class RadicaleUser:
    """An account, and a plain HTTP client that acts as it: the user's other program."""

    name: str
    password: str
    port: int

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Reply:
        """A request with this user's password; ``If_Match="x"`` sends If-Match."""
        token = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(
                method, path, body.encode(), {"Authorization": f"Basic {token}", **sent}
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)

    def path(self, calendar: str, entry: str = "") -> str:
        """The path of a calendar of this user, or of an entry in it."""
        return f"/{self.name}/{calendar}/{entry}"

    def make_calendar(
        self, calendar: str, name: str = "", *, colour: str = "#33aa55", component: str = "VEVENT"
    ) -> str:
        """Make a calendar; its URL."""
        body = _CALENDAR.format(name=name or calendar, colour=colour, component=component)
        reply = self.ask("MKCALENDAR", self.path(calendar), body)
        assert reply.status == 201, reply
        return f"http://127.0.0.1:{self.port}{self.path(calendar)}"

    def make_book(self, book: str, name: str = "") -> str:
        """Make an address book; its URL."""
        reply = self.ask("MKCOL", self.path(book), _BOOK.format(name=name or book))
        assert reply.status == 201, reply
        return f"http://127.0.0.1:{self.port}{self.path(book)}"

    def fill_book(self, book: str, cards: Iterable[str], name: str = "") -> None:
        """Make an address book of many cards at once, as when a file of them is uploaded."""
        path, sort = self.path(book), "text/vcard; charset=utf-8"
        reply = self.ask("PUT", path, "".join(cards), Content_Type=sort)
        assert reply.status == 201, reply
        reply = self.ask("PROPPATCH", path, _RENAME.format(name=name or book))
        assert reply.status == 207, reply

    def put(self, calendar: str, entry: str, text: str) -> str:
        """Write an entry as the user's other program would; its path."""
        path = self.path(calendar, entry)
        kind = "vcard" if "BEGIN:VCARD" in text[:40] else "calendar"
        reply = self.ask("PUT", path, text, Content_Type=f"text/{kind}; charset=utf-8")
        assert reply.status in {201, 204}, reply
        return path

    def get(self, path: str) -> str:
        """The text of an entry."""
        return self.ask("GET", path).text


@dataclass
class RadicaleServer:
    """The running server."""

    port: int
    users_file: Path
    log: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """The address that a person would type."""
        return f"http://127.0.0.1:{self.port}/"

    def make_user(self, name: str | None = None, password: str = PASSWORD) -> RadicaleUser:
        """A new account with an empty home; without a name it gets one of its own."""
        name = name or f"user{next(self._numbers)}"
        with self.users_file.open("a") as users:
            users.write(f"{name}:{password}\n")
        return RadicaleUser(name, password, self.port)

    def lay(self, owner: RadicaleUser, collection: str, entry: str, text: str) -> None:
        """Put a file on the server's disk past all its checks, as when it was spoiled there."""
        home = self.users_file.parent / "data" / "collection-root" / owner.name
        (home / collection / entry).write_text(text, newline="")

    def make_reader(self, owner: RadicaleUser) -> RadicaleUser:
        """An account that may read the calendars of ``owner`` and not write them."""
        return self.make_user(f"{owner.name}-reader")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def radicale_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    """One for the whole run."""
    with serving(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[RadicaleServer]:
    """Radicale with plain htpasswd users, without its delay after a wrong password."""
    server = RadicaleServer(_free_port(), folder / "users")
    server.users_file.touch()
    (folder / "rights").write_text(_RIGHTS)
    config = folder / "config"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{server.port}\nmax_connections = 50\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {server.users_file}\n"
        "htpasswd_encryption = plain\ndelay = 0\n"
        f"[rights]\ntype = from_file\nfile = {folder / 'rights'}\n"
        f"[storage]\nfilesystem_folder = {folder / 'data'}\n"
        "[logging]\nlevel = info\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", str(config)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    ready = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            server.log.append(line)
            if "server ready" in line:
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(30), "Radicale did not start"
        assert process.poll() is None, "".join(server.log)
        yield server
    finally:
        process.terminate()
        process.wait(20)
        reader.join(5)
