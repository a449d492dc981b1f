"""Connecting a Google account in the browser, for calendars and for contacts (SYN-1, SYN-13, SCT-1)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crm_app.core.errors import LoginExpired, Rejected, RemoteError, RemoteUnavailable
from crm_app.core.kinds import AccountPurpose
from crm_app.core.settings import get_settings
from crm_app.providers.google import oauth
from crm_app.providers.google.tokens import Secret
from crm_app.providers.oauth_port import Begun, Granted, OAuthApp, OAuthService
from tests.contracts.google import APP, connected
from tests.contracts.google_books import contacts
from tests.servers.google import GoogleService
from tests.servers.google.account import told
from tests.servers.plain_http import Told

BACK = "https://crm.example/connect/google/back"
Connect = Callable[..., Granted]


@pytest.fixture(autouse=True)
def addresses(service: GoogleService, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CRM_GOOGLE_AUTHORIZE_URL", service.authorize_url)
    monkeypatch.setenv("CRM_GOOGLE_TOKEN_URL", service.token_url)
    monkeypatch.setenv("CRM_GOOGLE_REVOKE_URL", service.revoke_url)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def begun() -> Begun:
    return oauth.begin(APP, redirect_uri=BACK, state="a-state")


def connect(service: GoogleService, **more: Any) -> Granted:
    start = begun()
    answer = service.account.consent(start.address, **more)
    return oauth.finish(APP, redirect_uri=BACK, keep=start.keep, answer=answer)


def test_syn1_the_module_is_the_port() -> None:
    service: OAuthService = oauth
    assert service is oauth


def test_syn1_what_the_person_is_asked_for() -> None:
    start = oauth.begin(APP, redirect_uri=BACK, state="a-state", login_hint="me@example.org")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(start.address).query).items()}
    assert asked["scope"].split() == [
        "openid",
        "email",
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ]
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert (asked["state"], asked["redirect_uri"]) == ("a-state", BACK)
    assert (asked["login_hint"], asked["include_granted_scopes"]) == ("me@example.org", "true")
    assert asked["code_challenge"] not in start.keep.values()
    assert start.keep["verifier"] not in start.address
    assert APP.client_secret not in start.address
    assert begun().keep != begun().keep
    assert start.keep["verifier"] not in repr(start)


def test_syn1_an_account_is_connected(service: GoogleService) -> None:
    service.account.claims = {"email": "Me@Example.org"}
    granted = connect(service)
    assert (granted.subject, granted.email) == ("1234567890", "me@example.org")
    assert (granted.addresses, granted.missing) == (("me@example.org",), ())
    google = connected(service, granted.secret)
    assert google.discover() == []
    # The access token of the connection was good enough.
    assert service.calls.count("token") == 1
    google.close()
    assert granted.secret not in repr(granted)


@pytest.mark.parametrize("scope", [oauth.EVENTS, oauth.CALENDARS])
def test_syn1_a_box_that_was_not_ticked(service: GoogleService, scope: str) -> None:
    assert connect(service, without=scope).missing == (scope,)


def test_syn1_an_earlier_wider_consent_is_enough(service: GoogleService) -> None:
    start = begun()
    answer = service.account.consent(start.address)
    service.account.codes[answer["code"]]["scope"] = (
        "openid https://www.googleapis.com/auth/calendar"
    )
    granted = oauth.finish(APP, redirect_uri=BACK, keep=start.keep, answer=answer)
    assert granted.missing == ()


@pytest.mark.parametrize(
    "answer",
    [{"error": "access_denied"}, {"error": "server_error"}, {}, {"code": ""}, {"code": "x"}],
)
def test_syn1_the_person_said_no_or_something_else_came_back(answer: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        oauth.finish(APP, redirect_uri=BACK, keep=begun().keep, answer=answer)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.evil.example"},
        {"aud": "another-client"},
        {"exp": 1},
        {"nonce": "another"},
        {"sub": None},
    ],
)
def test_syn13_an_identity_for_somebody_else_is_refused(
    service: GoogleService, claims: dict[str, Any]
) -> None:
    service.account.claims = claims
    with pytest.raises(Rejected):
        connect(service)


def test_syn13_a_code_of_another_beginning_is_refused(service: GoogleService) -> None:
    answer = service.account.consent(begun().address)
    with pytest.raises(Rejected):
        oauth.finish(APP, redirect_uri=BACK, keep=begun().keep, answer=answer)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (told({"error": "invalid_client"}, 401), LoginExpired),
        (told({"error": "redirect_uri_mismatch"}, 400), LoginExpired),
        (told({"error": "invalid_grant"}, 400), Rejected),
        (told({"access_token": "x", "id_token": "a.b.c"}), Rejected),
        (told({"access_token": "x"}), Rejected),
        (told({}, 429), RemoteUnavailable),
        (Told(500), RemoteUnavailable),
    ],
)
def test_syn1_a_refused_exchange(
    service: GoogleService, refusal: Told, error: type[RemoteError]
) -> None:
    start = begun()
    answer = service.account.consent(start.address)
    service.account.refusal = refusal
    with pytest.raises(error) as caught:
        oauth.finish(APP, redirect_uri=BACK, keep=start.keep, answer=answer)
    shown = repr(caught.value) + str(vars(caught.value)) + str(caught.value.__context__)
    assert answer["code"] not in shown
    assert APP.client_secret not in shown


def test_syn1_access_that_does_not_last_is_refused(service: GoogleService) -> None:
    start = begun()
    answer = service.account.consent(start.address)
    exchange = service.account.token

    def without_refresh_token(asked: Any) -> Told:
        found = exchange(asked)
        return replace(found, body=found.body.replace(b"refresh_token", b"nothing"))

    service.account.token = without_refresh_token  # type: ignore[method-assign]
    with pytest.raises(Rejected):
        oauth.finish(APP, redirect_uri=BACK, keep=start.keep, answer=answer)


def test_syn1_disconnecting_gives_the_access_back(service: GoogleService) -> None:
    granted = connect(service)
    oauth.revoke(APP, granted.secret)
    assert service.account.refresh == {}
    # What is gone already, or never was, is fine.
    oauth.revoke(APP, granted.secret)
    oauth.revoke(APP, "rubbish")
    oauth.revoke(OAuthApp("x", "y"), Secret(refresh_token="unknown").dump())


def test_syn1_disconnecting_while_google_is_away(service: GoogleService) -> None:
    granted = connect(service)
    service.server.answer = lambda asked: Told(503)
    with pytest.raises(RemoteUnavailable):
        oauth.revoke(APP, granted.secret)


def contacts_begun() -> Begun:
    return oauth.begin(APP, redirect_uri=BACK, state="a-state", purpose=AccountPurpose.CONTACTS)


def contacts_finished(start: Begun, answer: dict[str, str]) -> Granted:
    return oauth.finish(
        APP, redirect_uri=BACK, keep=start.keep, answer=answer, purpose=AccountPurpose.CONTACTS
    )


def test_sct1_for_contacts_nothing_else_is_asked_for() -> None:
    asked = parse_qs(urlsplit(contacts_begun().address).query)
    assert asked["scope"] == ["openid email https://www.googleapis.com/auth/contacts"]


def test_sct1_an_account_is_connected_for_contacts(service: GoogleService) -> None:
    start = contacts_begun()
    granted = contacts_finished(start, service.account.consent(start.address))
    assert (granted.subject, granted.email, granted.missing) == ("1234567890", "me@example.org", ())
    google = contacts(service, granted.secret)
    assert [found.ref for found in google.discover()] == ["people/me"]
    google.close()


def test_sct1_contacts_that_were_not_ticked_are_missing_and_stay_closed(
    service: GoogleService,
) -> None:
    start = contacts_begun()
    answer = service.account.consent(start.address, without=oauth.CONTACTS)
    granted = contacts_finished(start, answer)
    assert granted.missing == (oauth.CONTACTS,)
    google = contacts(service, granted.secret)
    with pytest.raises(LoginExpired):
        google.discover()
    google.close()


def test_sct1_consent_for_calendars_is_none_for_contacts(service: GoogleService) -> None:
    start = begun()
    granted = contacts_finished(start, service.account.consent(start.address))
    assert granted.missing == (oauth.CONTACTS,)


def test_sct1_whoever_says_no_reads_what_was_not_connected() -> None:
    with pytest.raises(Rejected, match="the contacts"):
        contacts_finished(contacts_begun(), {"error": "access_denied"})
    with pytest.raises(Rejected, match="the calendar"):
        oauth.finish(APP, redirect_uri=BACK, keep=begun().keep, answer={"error": "access_denied"})
