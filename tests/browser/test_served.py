"""The served app from outside: one build on any address, and what a raw socket client can do."""

import contextlib
import queue
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest
import socketio
from sqlmodel import col, delete

from crm_app.models import User, UserSession
from tests import factories
from tests.browser.conftest import ROOT, OpenPage, Served, serve

STATE = "reflex___state____state"
SHELL = f"{STATE}.crm_app___ui___state____private_state.crm_app___ui___shell____shell"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ada(served: Served) -> User:
    return served.user(name="Ada Lovelace", slug="ada")


class Client:
    """A hostile client: speaks Socket.IO by hand."""

    def __init__(self, served: Served, *, cookie: str = "", origin: str | None = None) -> None:
        self.url, self.got = served.url, queue.Queue[Any]()
        self.headers = {"Cookie": f"crm_session={cookie}"} if cookie else {}
        self.headers |= {"Origin": origin if origin is not None else served.url}
        self.socket = socketio.Client(
            reconnection=False, websocket_extra_options={"suppress_origin": True}
        )
        self.socket.on("event", self.got.put, namespace="/_event")

    def __enter__(self) -> "Client":
        self.socket.connect(
            f"{self.url}?token={uuid.uuid4()}",
            headers=self.headers,
            socketio_path="/_event",
            namespaces=["/_event"],
            transports=["websocket"],
            wait_timeout=5,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.disconnect()

    def call(self, name: str, payload: dict[str, Any] | None = None) -> str:
        """All that the server answers to an event until it has been quiet for half a second."""
        event = {"name": name, "payload": payload or {}, "router_data": {"pathname": "/"}}
        self.socket.emit("event", event, namespace="/_event")
        answers, patience = [], 5.0
        with contextlib.suppress(queue.Empty):
            while True:
                answers.append(self.got.get(timeout=patience))
                patience = 0.5
        return str(answers)


def test_a_socket_without_session_or_from_elsewhere_is_refused(served: Served, ada: User) -> None:
    cookie = served.cookie(ada)
    for attempt in (
        Client(served),
        Client(served, cookie="guessed"),
        Client(served, cookie=cookie, origin="http://evil.example"),
        Client(served, cookie=cookie, origin="null"),
    ):
        with pytest.raises(socketio.exceptions.ConnectionError), attempt:
            pass


def test_a_socket_with_a_session_sees_its_own_user_until_it_is_revoked(
    served: Served, ada: User
) -> None:
    with Client(served, cookie=served.cookie(ada)) as client:
        assert "Ada Lovelace" in client.call(f"{SHELL}.enter")
        with served.unit_of_work() as session:
            session.exec(delete(UserSession).where(col(UserSession.user_id) == ada.id))
        answer = client.call(f"{SHELL}.refresh")
        assert "Ada Lovelace" not in answer
        assert "/login" in answer


def test_usr2_signing_out_elsewhere_sends_open_tabs_to_the_sign_in(
    served: Served, open_page: OpenPage, ada: User
) -> None:
    page = open_page("/", user=ada)
    page.get_by_role("heading", name="Ada Lovelace").wait_for()
    with served.unit_of_work() as session:
        session.exec(delete(UserSession).where(col(UserSession.user_id) == ada.id))
    page.locator("input[type=password]").wait_for()
    assert "Ada Lovelace" not in page.content()


def _status(url: str, method: str = "GET", **headers: str) -> int:
    request = urllib.request.Request(
        url, method=method, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_uploads_and_foreign_preflights_are_refused(served: Served, ada: User) -> None:
    cookie = f"crm_session={served.cookie(ada)}"
    assert _status(f"{served.url}/_upload", "POST", cookie=cookie, origin=served.url) == 403
    foreign = {"origin": "http://evil.example", "access_control_request_method": "POST"}
    assert _status(f"{served.url}/_upload", "OPTIONS", **foreign) in (400, 403)
    assert _status(f"{served.url}/login", "OPTIONS", **foreign) in (400, 403, 405)


def test_one_build_serves_any_port_and_host(
    served: Served, ada: User, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/", user=ada)
    page.get_by_role("heading", name="Ada Lovelace").wait_for()
    other = serve(tmp_path)
    try:
        with other.unit_of_work() as session:
            factories.workspace(session)
        bob = other.user(name="Bob Ross", slug="bob")
        port = other.url.rsplit(":", 1)[1]
        for host in ("127.0.0.1", "localhost"):
            page.context.add_cookies(
                [
                    {
                        "name": "crm_session",
                        "value": other.cookie(bob),
                        "url": f"http://{host}:{port}",
                    }
                ]
            )
            page.goto(f"http://{host}:{port}/")
            page.get_by_role("heading", name="Bob Ross").wait_for()
    finally:
        assert other.stop() == 0


def test_nothing_built_names_a_registry_or_an_address_of_the_build() -> None:
    lock = (ROOT / "reflex.lock/package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_no_data_is_in_the_built_files(served: Served) -> None:
    for script in (ROOT / ".web/build/client/assets").glob("*.js"):
        assert "team.example" not in script.read_text()


def test_the_pages_run_under_their_security_policy(open_page: OpenPage, ada: User) -> None:
    page = open_page("/login")
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.close()
    page = open_page("/", user=ada)
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.reload()
    page.get_by_role("heading", name="Ada Lovelace").wait_for()
    assert problems == []
    policy = page.request.get("/").headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
