"""Google and Microsoft on loopback with our app entered here, and a browser that goes there and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.accounts import service as people
from crm_app.accounts import sessions
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount, ExternalCalendar, PushChannel, User, Workspace
from crm_app.sync import http
from tests import factories
from tests.servers import google as google_fake
from tests.servers.google import GoogleService, google_server
from tests.servers.graph import hooks as graph_hooks
from tests.servers.graph import server as graph_fake
from tests.servers.graph.server import Graph, graph_server

HOME = "https://crm.example"


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Settings of this test from the environment."""
    for name, value in values.items():
        monkeypatch.setenv(f"CRM_{name.upper()}", value)
    get_settings.cache_clear()


def enter_app(provider: str, client_id: str, client_secret: str, **values: Any) -> None:
    """What an administrator enters under Settings > Integrations."""
    with db.unit_of_work() as session:
        people.set_sign_in_provider(
            session,
            system("test"),
            provider=provider,
            client_id=client_id,
            client_secret=client_secret,
            **{"for_calendars": True, **values},
        )


@contextmanager
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    """Google with one account and its calendar, and our app for it."""
    with google_server() as running:
        running.add_calendar("Work", id="me@example.org", primary=True)
        configure(
            monkeypatch,
            google_calendar_api=running.api,
            google_people_api=running.people_api,
            google_authorize_url=running.authorize_url,
            google_token_url=running.token_url,
            google_revoke_url=running.revoke_url,
        )
        enter_app("google", google_fake.CLIENT_ID, google_fake.CLIENT_SECRET)
        yield running


@contextmanager
def microsoft(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    """Microsoft with one mailbox, and our app for it."""
    # Graph's calls lead to our address, wherever that is said to be.
    monkeypatch.setattr(graph_hooks, "_post", lambda address, body: _called(address, body))
    monkeypatch.setattr(graph_hooks, "_shake_hands", _shaken)
    with graph_server() as running:
        running.mailbox.add_calendar("Calendar")
        configure(monkeypatch, microsoft_graph=running.graph, microsoft_authority=running.authority)
        enter_app("microsoft", graph_fake.CLIENT_ID, graph_fake.CLIENT_SECRET)
        yield running


def hooks() -> TestClient:
    """A service that calls us: no cookies, no Origin."""
    return TestClient(Starlette(routes=http.routes), base_url=HOME, follow_redirects=False)


def deliver(running: GoogleService, *, times: int = 1, backwards: bool = False) -> list[int]:
    """Make the calls that wait at Google, each several times; the statuses."""
    waiting = [push for push in running.pushes.waiting for _ in range(times)]
    running.pushes.waiting.clear()
    return [
        hooks().post(push.address.removeprefix(HOME), headers=push.headers).status_code
        for push in (reversed(waiting) if backwards else waiting)
    ]


def _called(address: str, body: Any) -> int:
    assert address.startswith(HOME)
    return int(hooks().post(address.removeprefix(HOME), json=body).status_code)


def _shaken(address: str) -> None:
    word = "Validation: b7b6 <b>&+/ü"
    answer = hooks().post(address.removeprefix(HOME), params={"validationToken": word})
    plain = answer.headers["content-type"].startswith("text/plain")
    if answer.status_code != 200 or answer.text != word or not plain:
        raise graph_hooks.Refused(400, "ValidationError", "the validation token did not come back")


def somebody(**values: Any) -> User:
    """A user of the workspace."""
    with db.unit_of_work() as session:
        if session.get(Workspace, 1) is None:
            factories.workspace(session)
        return factories.user(session, **values)


class Browser:
    """A browser that is signed in, and what it gets to see."""

    def __init__(self, user: User | None) -> None:
        self.client = TestClient(
            Starlette(routes=http.routes), base_url=HOME, follow_redirects=False
        )
        if user is not None:
            with db.unit_of_work() as session:
                cookie = sessions.create(session, user, now=clock.now())
            self.client.cookies.set(sessions.COOKIE, cookie)

    def begin(self, provider: str, query: str = "", **headers: str) -> str:
        """Where the browser is sent."""
        answer = self.client.get(f"/connect/{provider}{query}", headers=headers)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def back(self, provider: str, brought: dict[str, str]) -> tuple[str, dict[str, str]]:
        """The page of ours that it ends on, and what its address says."""
        answer = self.client.get(f"/connect/{provider}/back", params=brought)
        assert answer.status_code == 303, answer.text
        assert answer.headers["cache-control"] == "no-store"
        parts = urlsplit(answer.headers["location"])
        assert not parts.netloc
        return parts.path, dict(parse_qsl(parts.query))


def accounts() -> list[ConnectedAccount]:
    """All connected accounts."""
    with db.reading() as session:
        return list(session.exec(select(ConnectedAccount).order_by(ConnectedAccount.id)))  # type: ignore[arg-type]


def calendars() -> list[ExternalCalendar]:
    """All external calendars."""
    with db.reading() as session:
        return list(session.exec(select(ExternalCalendar).order_by(ExternalCalendar.id)))  # type: ignore[arg-type]


def channels() -> list[PushChannel]:
    """All push channels."""
    with db.reading() as session:
        return list(session.exec(select(PushChannel).order_by(PushChannel.id)))  # type: ignore[arg-type]
