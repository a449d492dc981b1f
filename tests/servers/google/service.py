"""The API over HTTP: who may, what is asked, what is answered, and what goes wrong on request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crm_app.providers.google.tokens import Secret
from tests.servers.google import listing, people_service
from tests.servers.google.account import Account, told
from tests.servers.google.listing import Manners
from tests.servers.google.people_store import GooglePeople
from tests.servers.google.push import Pushes
from tests.servers.google.schema import CALENDAR, PEOPLE
from tests.servers.google.store import GoogleCalendar, Refused
from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

Json = dict[str, Any]
PATH = "/calendar/v3/"
_WRITES = {"insert", "patch", "update", "delete", "import", "move", "quickAdd"}


@dataclass
class Fault:
    """What goes wrong at the next ``times`` calls of the method ``call`` (empty: any), after
    ``skip`` good ones: an answer, or with ``drop`` a broken connection; ``after`` it took effect, or
    before. ``hold`` lets the caller wait."""

    call: str = ""
    status: int = 500
    reason: str = "backendError"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    after: bool = False
    drop: bool = False
    hold: threading.Event | None = None


@dataclass
class GoogleService(Manners):
    """The service with one account, its calendars and contacts (``book``). ``checks``: every request and answer against Google's own
    description; what did not fit is in ``problems``."""

    server: PlainServer
    account: Account = field(default_factory=Account)
    calendars: dict[str, GoogleCalendar] = field(default_factory=dict)
    book: GooglePeople = field(default_factory=GooglePeople)
    pushes: Pushes = field(default_factory=Pushes)
    faults: list[Fault] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    checks: bool = True
    lock: Any = field(default_factory=threading.RLock)

    @property
    def api(self) -> str:
        return self.server.url(PATH)

    @property
    def people_api(self) -> str:
        return self.server.url("/")

    @property
    def token_url(self) -> str:
        return self.server.url("/token")

    @property
    def authorize_url(self) -> str:
        return self.server.url("/authorize")

    @property
    def revoke_url(self) -> str:
        return self.server.url("/revoke")

    def add_calendar(self, summary: str = "Work", **more: Any) -> GoogleCalendar:
        """A new empty calendar."""
        calendar_id = more.pop(
            "id", f"{summary.lower()}{len(self.calendars)}@group.calendar.google.com"
        )
        made = GoogleCalendar(calendar_id, summary, owner=self.account.email, **more)
        made.watchers.append(self.pushes.changed)
        self.calendars[calendar_id] = made
        return made

    def secret(self) -> str:
        """A secret of the account, as a connection would have got it."""
        return Secret(
            refresh_token=self.account.grant(),
            email=self.account.email,
            subject=self.account.subject,
        ).dump()

    def fail(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.faults.append(replace(fault))

    def answer(self, asked: Asked) -> Told:
        """One request."""
        path = urlsplit(asked.path).path
        if path == "/token":
            self.calls.append("token")
            return self.account.token(asked)
        if path == "/revoke":
            self.calls.append("revoke")
            return self.account.revoked(asked)
        if path.startswith(people_service.PATH):
            return self._people_called(asked)
        if not path.startswith(PATH):
            return Told(404)
        try:
            return self._called(asked)
        except Refused as refused:
            return _error(refused)

    def _called(self, asked: Asked) -> Told:
        path, method, query, body = _parts(asked)
        found = CALENDAR.find(method, path.removeprefix(PATH))
        if found is None:
            raise Refused(404, "notFound")
        called, named = found
        name = called["id"].removeprefix("calendar.")
        self.calls.append(name)
        self._fault(name, after=False)
        if not self.account.lets_in(asked):
            raise Refused(401, "authError")
        self._check(CALENDAR.problems_of_request(called, query, body))
        if query.get("sendUpdates", ["none"]) != ["none"]:
            self.mails.append(name)
        with self.lock:
            value = self._do(name, named, query, body or {}, asked.headers.get("if-match"))
        if self.checks:
            self._check(CALENDAR.problems_of_answer(called, value))
        self._fault(name, after=True)
        return Told(204) if value is None else told(value)

    def _people_called(self, asked: Asked) -> Told:
        path, method, query, body = _parts(asked)
        found = PEOPLE.find(method, path.removeprefix("/"))
        if found is None:
            return Told(404)
        called, named = found
        name = called["id"].removeprefix("people.")
        self.calls.append(name)
        try:
            self._fault(name, after=False)
            if not self.account.lets_in(asked):
                raise Refused(401, "UNAUTHENTICATED")
            people_service.check_right(self.book, name, self.account.granted(asked))
            self._check(PEOPLE.problems_of_request(called, query, body))
            with self.lock:
                value = people_service.people(
                    self.book, name, named, query, body or {}, self.longest_page
                )
            if self.checks:
                self._check(PEOPLE.problems_of_answer(called, value))
            self._fault(name, after=True)
        except Refused as refused:
            return people_service.refusal(refused)
        return told(value)

    def _do(
        self,
        name: str,
        named: dict[str, str],
        query: dict[str, list[str]],
        body: Json,
        etag: str | None,
    ) -> Json | None:
        if name == "calendarList.list":
            return listing.calendar_list(self, self.calendars.values(), query)
        if name == "channels.stop":
            self.pushes.stop(body)
            return None
        calendar = self.calendars.get(named["calendarId"])
        if calendar is None or calendar.role == "none":
            raise Refused(404, "notFound")
        verb = name.removeprefix("events.")
        if verb in _WRITES and calendar.role not in {"owner", "writer"}:
            raise Refused(403, "requiredAccessLevel")
        event_id = named.get("eventId", "")
        if verb == "list":
            return listing.events(self, calendar, query)
        if verb == "get":
            return calendar.get(event_id)
        if verb == "insert":
            return calendar.insert(body)
        if verb in {"patch", "update"}:
            return calendar.change(event_id, body, etag, whole=verb == "update")
        if verb == "delete":
            calendar.delete(event_id, etag)
            return None
        if verb == "watch":
            return self.pushes.open(calendar, body)
        raise Refused(501, "notImplemented")

    def _check(self, problems: list[str]) -> None:
        if self.checks and problems:
            self.problems += problems
            raise Refused(400, "invalid")

    def _fault(self, name: str, *, after: bool) -> None:
        for fault in self.faults:
            if fault.after is not after or fault.call not in {"", name}:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self.faults.remove(fault)
            if fault.hold is not None:
                fault.hold.wait(30)
                continue
            if fault.drop:
                raise ConnectionResetError
            raise Refused(fault.status, fault.reason, fault.headers)


def _parts(asked: Asked) -> tuple[str, str, dict[str, list[str]], Json | None]:
    """Path, method, query and body of a request."""
    parts = urlsplit(asked.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    if "x-http-method-override" in asked.headers:
        # How the client asks what is too long for an address.
        override = asked.headers["x-http-method-override"]
        return parts.path, override, query | parse_qs(asked.body.decode()), None
    body = json.loads(asked.body) if asked.body else None
    return parts.path, asked.method, query, body


def _error(refused: Refused) -> Told:
    domain = "usageLimits" if "imit" in refused.reason else "calendar"
    error = {
        "errors": [{"domain": domain, "reason": refused.reason, "message": "A message."}],
        "code": refused.status,
        "message": "A message.",
    }
    return told({"error": error}, refused.status, refused.headers)


@contextmanager
def google_server(*, port: int = 0) -> Iterator[GoogleService]:
    """Serve until the block ends. What did not fit Google's description fails the test."""
    with plain_server(lambda asked: Told(500), port=port) as server:
        running = GoogleService(server)
        server.answer = running.answer
        yield running
    assert running.problems == []
