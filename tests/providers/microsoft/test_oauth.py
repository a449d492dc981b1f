"""Connecting a Microsoft account, for calendars or for contacts (SYN-1, SYN-13, SCT-1)."""

import http.client
from urllib.parse import parse_qsl, urlsplit

import pytest

from crm_app.core.errors import LoginExpired, Rejected, RemoteUnavailable
from crm_app.core.kinds import AccountPurpose
from crm_app.core.settings import get_settings
from crm_app.providers.microsoft import oauth
from crm_app.providers.oauth_port import Begun, Granted, OAuthApp
from tests.providers.microsoft.conftest import open_calendars, open_contacts
from tests.servers.graph import OWNER, Graph
from tests.servers.graph.signin import CLIENT_ID, CLIENT_SECRET, OBJECT_ID, TENANT
from tests.servers.graph.store import Calendar

BACK = "https://crm.example/connect/microsoft/back"


@pytest.fixture(autouse=True)
def at_the_fake(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MICROSOFT_GRAPH", graph.graph)
    monkeypatch.setenv("CRM_MICROSOFT_AUTHORITY", graph.authority)
    get_settings.cache_clear()


def begun(
    graph: Graph, app: OAuthApp | None = None, purpose: AccountPurpose = AccountPurpose.CALENDARS
) -> Begun:
    return oauth.begin(app or graph.app, redirect_uri=BACK, state="state-1", purpose=purpose)


def connected(graph: Graph, purpose: AccountPurpose = AccountPurpose.CALENDARS) -> Granted:
    start = begun(graph, purpose=purpose)
    answer = graph.signin.consent(start.address)
    return oauth.finish(
        graph.app, redirect_uri=BACK, keep=start.keep, answer=answer, purpose=purpose
    )


def test_syn1_where_the_browser_goes(graph: Graph) -> None:
    start = oauth.begin(graph.app, redirect_uri=BACK, state="state-1", login_hint="a@b.example")
    parts = urlsplit(start.address)
    asked = dict(parse_qsl(parts.query))
    assert start.address.startswith(f"{graph.authority}/common/oauth2/v2.0/authorize?")
    assert (asked["redirect_uri"], asked["state"]) == (BACK, "state-1")
    assert asked["login_hint"] == "a@b.example"
    assert "prompt" not in asked
    # By query, so that our own cookie comes along.
    assert asked.get("response_mode", "query") == "query"
    wanted = {"Calendars.ReadWrite", "User.Read", "offline_access", "openid", "profile"}
    assert set(asked["scope"].split()) == wanted
    assert dict(parse_qsl(urlsplit(begun(graph).address).query))["prompt"] == "select_account"
    # The verifier stays here.
    assert start.keep["code_verifier"] not in start.address
    assert start.keep["code_verifier"] not in repr(start)


def test_sct1_for_contacts_nothing_of_calendars_is_asked_for(graph: Graph) -> None:
    address = begun(graph, purpose=AccountPurpose.CONTACTS).address
    wanted = {"Contacts.ReadWrite", "User.Read", "offline_access", "openid", "profile"}
    assert set(dict(parse_qsl(urlsplit(address).query))["scope"].split()) == wanted


def test_sct1_an_account_is_connected_for_contacts(graph: Graph) -> None:
    granted = connected(graph, AccountPurpose.CONTACTS)
    assert (granted.subject, granted.email) == (f"{TENANT}.{OBJECT_ID}", OWNER)
    assert granted.missing == ()
    contacts = open_contacts(graph, granted.secret)
    assert [each.name for each in contacts.discover()] == ["Contacts"]
    contacts.close()
    # Each purpose has a consent of its own.
    calendars = open_calendars(graph, granted.secret)
    with pytest.raises(LoginExpired):
        calendars.discover()
    calendars.close()


def test_sct1_contacts_that_were_not_granted(graph: Graph) -> None:
    graph.signin.grants = "User.Read"
    assert connected(graph, AccountPurpose.CONTACTS).missing == ("Contacts.ReadWrite",)


def test_sct1_who_says_no_to_contacts_reads_of_contacts(graph: Graph) -> None:
    graph.signin.refuses = "access_denied"
    for purpose, word in [(AccountPurpose.CONTACTS, "contacts"), (AccountPurpose.CALENDARS, "cal")]:
        with pytest.raises(Rejected) as caught:
            connected(graph, purpose)
        assert word in str(caught.value)


def test_syn1_an_organisation_of_its_own(graph: Graph) -> None:
    start = begun(graph, OAuthApp(CLIENT_ID, CLIENT_SECRET, tenant=TENANT))
    assert f"/{TENANT}/oauth2/" in start.address


def test_syn1_an_account_is_connected(graph: Graph, work: Calendar) -> None:
    graph.api.person |= {
        "mail": "Me@Example.org",
        "userPrincipalName": "me_example.org#EXT#@other.example",
        "proxyAddresses": ["SMTP:me@example.org", "smtp:M.Self@example.org", "SIP:me@sip.example"],
        "otherMails": ["me@private.example"],
    }
    granted = connected(graph)
    assert granted.subject == f"{TENANT}.{OBJECT_ID}"
    assert granted.email == "me@example.org"
    assert granted.addresses == ("me@example.org", "m.self@example.org", "me@private.example")
    assert granted.missing == ()
    calendars = open_calendars(graph, granted.secret)
    assert [each.name for each in calendars.discover()] == ["Work"]
    assert calendars.addresses() == list(granted.addresses)
    assert granted.secret not in repr(granted)
    calendars.close()


def test_syn1_by_a_browser(graph: Graph) -> None:
    start = begun(graph)
    parts = urlsplit(start.address)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    assert location.startswith(BACK + "?")
    answer = dict(parse_qsl(urlsplit(location).query))
    granted = oauth.finish(graph.app, redirect_uri=BACK, keep=start.keep, answer=answer)
    assert granted.email == OWNER


def test_syn1_scopes_that_were_not_granted(graph: Graph) -> None:
    graph.signin.grants = "User.Read"
    assert connected(graph).missing == ("Calendars.ReadWrite",)


def test_syn1_a_profile_that_may_not_be_read(graph: Graph) -> None:
    graph.fail(403, "Authorization_RequestDenied", path="/me?", times=2)
    granted = connected(graph)
    assert (granted.email, granted.addresses) == (OWNER, (OWNER,))
    calendars = open_calendars(graph, granted.secret)
    assert calendars.addresses() == [OWNER]
    calendars.close()


@pytest.mark.parametrize("said", ["access_denied", "consent_required", "server_error", "odd"])
def test_syn1_the_person_or_the_server_said_no(graph: Graph, said: str) -> None:
    graph.signin.refuses = said
    expected = RemoteUnavailable if said == "server_error" else Rejected
    with pytest.raises(expected) as caught:
        connected(graph)
    assert str(caught.value) != str(LoginExpired())


def test_syn13_an_answer_that_is_not_for_this_beginning(graph: Graph) -> None:
    start, other = begun(graph), begun(graph)
    answer = graph.signin.consent(start.address)
    wrong = [
        (start.keep, {**answer, "state": "state-2"}),
        (start.keep, {"state": "state-1"}),
        (start.keep, {**answer, "code": "stolen"}),
        (start.keep, {}),
    ]
    for keep, given in wrong:
        with pytest.raises(Rejected):
            oauth.finish(graph.app, redirect_uri=BACK, keep=keep, answer=given)
    # A code of one beginning is worth nothing in another.
    answer = graph.signin.consent(start.address)
    with pytest.raises(Rejected):
        oauth.finish(graph.app, redirect_uri=BACK, keep=other.keep, answer=answer)


def test_syn13_a_token_for_somebody_else(graph: Graph) -> None:
    graph.signin.wrong_nonce = True
    with pytest.raises(Rejected):
        connected(graph)


def test_syn13_a_code_serves_once(graph: Graph) -> None:
    start = begun(graph)
    answer = graph.signin.consent(start.address)
    oauth.finish(graph.app, redirect_uri=BACK, keep=start.keep, answer=answer)
    with pytest.raises(Rejected):
        oauth.finish(graph.app, redirect_uri=BACK, keep=start.keep, answer=answer)


def test_syn11_a_refused_app_registration(graph: Graph) -> None:
    start = begun(graph)
    answer = graph.signin.consent(start.address)
    with pytest.raises(LoginExpired) as caught:
        oauth.finish(
            OAuthApp(CLIENT_ID, "wrong-secret"), redirect_uri=BACK, keep=start.keep, answer=answer
        )
    assert "wrong-secret" not in repr(caught.value) + caught.value.detail


def test_syn11_a_sign_in_server_that_is_away(graph: Graph) -> None:
    graph.signin.away = 503
    with pytest.raises(RemoteUnavailable):
        begun(graph)


def test_syn1_giving_back_asks_nobody(graph: Graph) -> None:
    secret = connected(graph).secret
    before = (graph.signin.asked, len(graph.asked))
    oauth.revoke(graph.app, secret)
    assert (graph.signin.asked, len(graph.asked)) == before
