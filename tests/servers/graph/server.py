"""Graph and the sign-in server on one loopback port, with faults and a check of all that is said.

Use ``graph_server`` in a test, ``python -m tests.servers.graph`` beside one.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from crm_app.providers.oauth_port import OAuthApp
from tests.servers.graph.api import Api, problem
from tests.servers.graph.contact_api import ContactApi
from tests.servers.graph.contact_store import ContactStore
from tests.servers.graph.hooks import Hooks, Refused
from tests.servers.graph.schema import faults
from tests.servers.graph.signin import (
    CALENDARS,
    CLIENT_ID,
    CLIENT_SECRET,
    OBJECT_ID,
    TENANT,
    SignIn,
)
from tests.servers.graph.store import Mailbox
from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

OWNER = "me@example.org"
_VERSION = "/v1.0"


@dataclass
class Fault:
    """What goes wrong with the next ``times`` questions whose method and path fit.

    ``after``: it happens when the question has taken effect. Status 0: no answer comes, the
    connection breaks. ``hangs``: seconds for which nothing comes.
    """

    status: int
    code: str = "Fault"
    headers: dict[str, str] = field(default_factory=dict)
    method: str = ""
    path: str = ""
    after: bool = False
    times: int = 1
    skip: int = 0
    hangs: float = 0.0


class Graph:
    """The running service. ``violations`` gathers what contradicts Graph's own description."""

    def __init__(self, *, checked: bool = True) -> None:
        self.checked = checked
        self.mailbox, self.hooks = Mailbox(OWNER), Hooks()
        self.contacts = ContactStore()
        self.api = Api(self.mailbox, self.hooks, ContactApi(self.contacts))
        self.mailbox.on_change = self.hooks.note
        self.signin = SignIn("", OWNER)
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        self.url = ""
        self._lock = threading.RLock()
        self._closing = threading.Event()

    @property
    def graph(self) -> str:
        """What stands in CRM_MICROSOFT_GRAPH."""
        return f"{self.url}{_VERSION}"

    @property
    def authority(self) -> str:
        """What stands in CRM_MICROSOFT_AUTHORITY."""
        return self.url

    @property
    def app(self) -> OAuthApp:
        """The app registration."""
        return OAuthApp(CLIENT_ID, CLIENT_SECRET)

    def start(self, server: PlainServer) -> None:
        self.url = server.url("").rstrip("/")
        self.api.base = self.api.contacts.base = self.graph
        self.signin.authority = self.url

    def stop(self) -> None:
        self._closing.set()

    def secret(self, scopes: str = CALENDARS) -> str:
        """What an adapter is opened with, as after a consent: msal's token cache."""
        host, client = "127.0.0.1", CLIENT_ID
        tokens = self.signin.tokens(scopes)
        home = f"{OBJECT_ID}.{TENANT}"
        target = f"{tokens['scope']} {scopes}"
        shared = {"home_account_id": home, "environment": host}
        far = "4102444800"
        return json.dumps(
            {
                "AccessToken": {
                    f"{home}-{host}-accesstoken-{client}-common-{target}".lower(): {
                        **shared,
                        "credential_type": "AccessToken",
                        "secret": tokens["access_token"],
                        "client_id": client,
                        "target": target,
                        "realm": "common",
                        "token_type": "Bearer",
                        "cached_at": "1772352000",
                        "expires_on": far,
                        "extended_expires_on": far,
                    }
                },
                "Account": {
                    f"{home}-{host}-common".lower(): {
                        **shared,
                        "realm": "common",
                        "local_account_id": OBJECT_ID,
                        "username": self.mailbox.owner,
                        "authority_type": "MSSTS",
                    }
                },
                "RefreshToken": {
                    f"{home}-{host}-refreshtoken-{client}--{target}".lower(): {
                        **shared,
                        "credential_type": "RefreshToken",
                        "secret": tokens["refresh_token"],
                        "client_id": client,
                        "target": target,
                        "last_modification_time": "1772352000",
                    }
                },
                "AppMetadata": {
                    f"appmetadata-{host}-{client}": {"client_id": client, "environment": host}
                },
            },
            indent=4,
        )

    def fail(self, status: int, code: str = "Fault", **what: Any) -> None:
        """Let something go wrong; see ``Fault``."""
        self.faults.append(Fault(status, code, **what))

    def lose_answer(self, method: str) -> None:
        """The next such question takes effect, and its answer is lost."""
        self.fail(0, method=method, after=True)

    # --- answering -------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Told:
        """One question."""
        if not asked.path.startswith(_VERSION + "/"):
            with self._lock:
                return self.signin.answer(asked)
        target = asked.path.removeprefix(_VERSION)
        if (told := self._fault(asked.method, target, after=False)) is not None:
            return told
        with self._lock:
            told = self._answer(asked, target)
        return self._fault(asked.method, target, after=True) or told

    def _answer(self, asked: Asked, target: str) -> Told:
        self.asked.append((asked.method, target))
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.signin.access:
            return _told(401, problem(Refused(401, "InvalidAuthenticationToken")))
        if not self.signin.allows(token, target):
            return _told(403, problem(Refused(403, "ErrorAccessDenied")))
        body = json.loads(asked.body) if asked.body else None
        self._check(asked.method, target, asked.headers, body, sent=True)
        try:
            status, told = self.api.answer(asked.method, target, asked.headers, body)
        except Refused as refused:
            return _told(refused.status, problem(refused))
        if target == "/$batch":
            self._check_batch(body, told)
        else:
            self._check(asked.method, target, asked.headers, told, sent=False)
        return _told(status, told)

    def _fault(self, method: str, target: str, *, after: bool) -> Told | None:
        for fault in list(self.faults):
            if fault.after is not after or fault.method not in {"", method}:
                continue
            if fault.path not in target:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self.faults.remove(fault)
            if fault.hangs:
                self._closing.wait(fault.hangs)
            if fault.status == 0:
                return Told(200, {}, b"lost", before=_break)
            return _told(fault.status, problem(Refused(fault.status, fault.code)), fault.headers)
        return None

    def _check(
        self, method: str, target: str, headers: dict[str, str], body: Any, *, sent: bool
    ) -> None:
        if not self.checked:
            return
        path = target.partition("?")[0]
        if sent and 'IdType="ImmutableId"' not in headers.get("prefer", ""):
            self.violations.append(f"{method} {path}: ids would not be immutable")
        if body is None or path == "/$batch":
            return
        kind = _kind(path, one=sent or method == "POST")
        value = body.get("value") if kind.startswith("Collection") else body
        found = faults(kind, value)
        self.violations += [f"{method} {'asked' if sent else 'told'} {one}" for one in found]

    def _check_batch(self, asked: Any, told: Any) -> None:
        answers = {each["id"]: each for each in told["responses"]}
        for each in asked["requests"]:
            headers = {name.lower(): value for name, value in each["headers"].items()}
            self._check(each["method"], each["url"], headers, None, sent=True)
            if answers[each["id"]]["status"] == 200:
                body = answers[each["id"]]["body"]
                self._check(each["method"], each["url"], headers, body, sent=False)


def _kind(path: str, *, one: bool) -> str:
    last = path.rstrip("/").rpartition("/")[2]
    if path.startswith("/me/contactFolders"):
        return _kind_of_contacts(path.split("/")[3:], one=one)
    if path.startswith("/subscriptions"):
        return "subscription"
    if path == "/me":
        return "user"
    if path == "/me/calendars":
        return "Collection(calendar)"
    if last in {"delta", "instances", "calendarView"} or (last == "events" and not one):
        return "Collection(event)"
    return "calendar" if path.count("/") == 3 else "event"


def _kind_of_contacts(path: list[str], *, one: bool) -> str:
    if not path or path[1:] == ["childFolders"]:
        return "Collection(contactFolder)"
    if len(path) == 1:
        return "contactFolder"
    return "contact" if one or path[2:] not in ([], ["delta"]) else "Collection(contact)"


def _break() -> None:
    raise ConnectionResetError


def _told(status: int, body: Any, headers: dict[str, str] | None = None) -> Told:
    content = b"" if body is None else json.dumps(body).encode()
    return Told(status, {"Content-Type": "application/json", **(headers or {})}, content)


@contextmanager
def graph_server(*, checked: bool = True) -> Iterator[Graph]:
    """Serve until the block ends; then nothing that was said may contradict the description."""
    running = Graph(checked=checked)
    with plain_server(running.answer) as server:
        running.start(server)
        try:
            yield running
        finally:
            running.stop()
    assert not running.violations, running.violations[:5]
