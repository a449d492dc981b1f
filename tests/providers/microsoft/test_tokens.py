"""Tokens that end, rotate and are withdrawn (SYN-11, SYN-13)."""

import json
from dataclasses import dataclass, field

import pytest

from crm_app.core.errors import LoginExpired, RateLimited, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import Rotating, Wakeable
from crm_app.providers.microsoft import tokens
from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.microsoft.tokens import APP_REFUSED
from crm_app.providers.safe_http import Answer
from tests.providers.microsoft.conftest import open_calendars
from tests.servers.graph import Graph
from tests.servers.graph.store import Calendar
from tests.servers.plain_http import Told, plain_server


def test_syn11_what_the_adapter_offers(calendars: GraphCalendars) -> None:
    assert isinstance(calendars, Rotating)
    assert isinstance(calendars, Wakeable)


def test_syn11_a_good_token_is_used_as_it_is(graph: Graph, calendars: GraphCalendars) -> None:
    calendars.discover()
    calendars.discover()
    assert graph.signin.refreshes == 0
    assert calendars.secret() is None


def test_syn11_a_refused_token_is_renewed_once_and_the_secret_changes(
    graph: Graph, work: Calendar
) -> None:
    calendars = open_calendars(graph)
    graph.signin.access.clear()
    assert len(calendars.discover()) == 1
    assert graph.signin.refreshes == 1
    secret = calendars.secret()
    assert secret is not None
    assert calendars.secret() == secret
    calendars.close()
    # The old refresh token is used up, the new one is in the new secret.
    graph.signin.access.clear()
    later = open_calendars(graph, secret)
    assert len(later.discover()) == 1
    assert graph.signin.refreshes == 2
    assert later.secret() != secret
    later.close()


def test_syn11_an_ended_token_is_renewed_before_it_is_used(graph: Graph, work: Calendar) -> None:
    secret = json.loads(graph.secret())
    (access,) = secret["AccessToken"].values()
    access["expires_on"] = access["extended_expires_on"] = "1000"
    calendars = open_calendars(graph, json.dumps(secret, indent=4))
    calendars.discover()
    assert graph.signin.refreshes == 1
    assert [path for _, path in graph.asked] == ["/me/calendars?$top=100"]
    calendars.close()


def test_syn11_a_token_that_ends_during_a_long_listing(graph: Graph, work: Calendar) -> None:
    graph.signin.lasts = 60
    calendars = open_calendars(graph)
    graph.signin.access.clear()
    calendars.discover()
    # Tokens that last a minute are renewed for each question.
    calendars.discover()
    assert graph.signin.refreshes >= 2
    calendars.close()


def test_trap_55_a_withdrawn_consent(graph: Graph, work: Calendar) -> None:
    calendars = open_calendars(graph)
    graph.signin.access.clear()
    graph.signin.revoked = True
    before = graph.signin.asked
    for _ in range(2):
        with pytest.raises(LoginExpired) as caught:
            calendars.discover()
        assert "invalid_grant" in caught.value.detail
    assert graph.signin.asked - before <= 3
    # After a new consent the same server is asked again, nothing is remembered.
    graph.signin.revoked = False
    again = open_calendars(graph)
    assert len(again.discover()) == 1
    calendars.close()
    again.close()


def test_syn11_a_token_that_is_refused_again_and_again(graph: Graph, work: Calendar) -> None:
    graph.fail(401, "InvalidAuthenticationToken", times=9)
    calendars = open_calendars(graph)
    with pytest.raises(LoginExpired):
        calendars.discover()
    assert graph.signin.refreshes == 1
    calendars.close()


@pytest.mark.parametrize("secret", ["", "{}", "rubbish", "[1]", '{"Account": 7}'])
def test_syn11_a_secret_that_is_none(graph: Graph, secret: str) -> None:
    calendars = open_calendars(graph, secret)
    with pytest.raises(LoginExpired):
        calendars.discover()
    assert calendars.secret() is None
    calendars.close()


def test_syn11_a_refused_app_registration(graph: Graph, work: Calendar) -> None:
    graph.signin.app_refused = True
    graph.signin.access.clear()
    calendars = open_calendars(graph)
    graph.signin.access.clear()
    with pytest.raises(LoginExpired) as caught:
        calendars.discover()
    assert caught.value.user_message == APP_REFUSED
    calendars.close()


@pytest.mark.parametrize(("status", "error"), [(503, RemoteUnavailable), (429, RateLimited)])
def test_syn11_a_sign_in_server_that_is_away(
    graph: Graph, work: Calendar, status: int, error: type[Exception]
) -> None:
    calendars = open_calendars(graph)
    graph.signin.access.clear()
    graph.signin.away = status
    with pytest.raises(error):
        calendars.discover()
    graph.signin.away = 0
    assert len(calendars.discover()) == 1
    calendars.close()


def test_syn11_the_addresses_of_the_endpoints_are_asked_for_once(
    graph: Graph, work: Calendar
) -> None:
    # An earlier test's server may have had this very port.
    tokens._documents.clear()
    for _ in range(3):
        calendars = open_calendars(graph)
        calendars.discover()
        calendars.close()
    assert graph.signin.asked == 1


def test_syn13_plain_http_leads_to_this_machine_only(graph: Graph) -> None:
    for address in ("http://graph.example/v1.0", "ftp://127.0.0.1/", "graph.microsoft.com"):
        with pytest.raises(Rejected):
            GraphCalendars(graph.secret(), graph.app, graph=address, authority=graph.authority)
        calendars = GraphCalendars(graph.secret(), graph.app, graph=graph.graph, authority=address)
        with pytest.raises(LoginExpired):
            calendars.discover()
        calendars.close()


@dataclass
class Recorder:
    """An HTTP client that only notes where it was sent."""

    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **rest: object) -> Answer:
        self.asked.append(url)
        return Answer(200, {}, b"{}", url)


def test_syn13_only_the_named_host_is_spoken_to_without_tls() -> None:
    recorder = Recorder()
    door = tokens._Door("http://127.0.0.1:5000", recorder)  # type: ignore[arg-type]
    strangers = ["https://127.0.0.1:5001/a", "https://evil.example/https://127.0.0.1:5000/"]
    for address in ("https://127.0.0.1:5000/a", *strangers):
        door.get(address)
        door.post(address, data={"a": "b"})
    named = "http://127.0.0.1:5000/a"
    first, second = strangers
    assert recorder.asked == [named, named, first, first, second, second]
    assert [tokens.entrance("http://127.0.0.1:5000", each) for each in strangers] == strangers
    https = "https://login.example/a"
    assert tokens.entrance("https://login.example", https) == https
    assert tokens.opened_networks("https://a.example", "https://b.example") == ()


def test_syn13_no_redirect_is_followed(graph: Graph, work: Calendar) -> None:
    with plain_server(lambda asked: Told(200, {}, b"{}")) as stranger:
        graph.fail(302, headers={"Location": stranger.url("/")})
        calendars = open_calendars(graph)
        with pytest.raises(Rejected):
            calendars.discover()
        assert stranger.asked == []
        calendars.close()
