"""Tokens: bought when needed, kept when changed, never shown (SYN-11, SYN-13, trap 55)."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm_app.core.errors import LoginExpired, RateLimited, RemoteError, RemoteUnavailable
from crm_app.providers.calendar_port import Rotating, Wakeable
from crm_app.providers.google.calendars import GoogleCalendars
from crm_app.providers.google.tokens import Secret
from crm_app.providers.oauth_port import OAuthApp
from tests.contracts.google import APP, connected
from tests.servers.google import CLIENT_ID, Fault, GoogleCalendar, GoogleService
from tests.servers.google.account import told
from tests.servers.plain_http import Told


def kept(google: GoogleCalendars) -> Secret:
    """The secret that the adapter wants to be stored."""
    text = google.secret()
    assert text is not None
    return Secret.load(text)


def test_syn1_the_adapter_says_what_it_can(google: GoogleCalendars) -> None:
    assert isinstance(google, Wakeable)
    assert isinstance(google, Rotating)


def test_syn13_an_access_token_is_bought_once_and_kept(
    service: GoogleService, google: GoogleCalendars
) -> None:
    assert google.secret() is None
    google.discover()
    google.discover()
    assert service.calls.count("token") == 1
    secret = kept(google)
    assert secret.email == "me@example.org"
    # The next job begins where this one ended.
    later = connected(service, secret.dump())
    later.discover()
    assert service.calls.count("token") == 1
    assert later.secret() is None
    later.close()


def test_syn13_a_token_that_is_about_to_end_is_renewed_before(service: GoogleService) -> None:
    first = connected(service)
    first.discover()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=59), tick=False):
        later = connected(service, kept(first).dump())
        later.discover()
        assert service.calls.count("token") == 2
        assert kept(later).access_token != kept(first).access_token
        later.close()
    first.close()


def test_syn13_a_token_that_is_refused_is_renewed_once(
    service: GoogleService, google: GoogleCalendars
) -> None:
    google.discover()
    service.account.expire_access()
    google.discover()
    assert service.calls.count("token") == 2
    service.fail(Fault("calendarList.list", 401, "authError", times=2))
    with pytest.raises(LoginExpired):
        google.discover()
    assert service.calls.count("token") == 3


def test_syn13_a_new_refresh_token_replaces_the_old_one(
    service: GoogleService, google: GoogleCalendars
) -> None:
    service.account.rotates = True
    google.discover()
    service.account.expire_access()
    google.discover()
    later = connected(service, kept(google).dump())
    service.account.expire_access()
    assert len(later.discover()) == 1
    later.close()


def test_syn11_access_that_was_withdrawn(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    google.discover()
    service.account.revoke_all()
    service.calls.clear()
    for act in (
        google.discover,
        lambda: list(google.pull(calendar.id, None)),
        lambda: google.delete(calendar.id, "x", None),
    ):
        with pytest.raises(LoginExpired):
            act()
    # One refused call and one refused renewal each, and no storm.
    assert service.calls.count("token") == 3
    assert len(service.calls) == 6


@pytest.mark.parametrize(
    ("refusal", "error", "wait"),
    [
        (told({"error": "invalid_grant"}, 400), LoginExpired, None),
        (told({"error": "invalid_client"}, 401), LoginExpired, None),
        (told({"error": "admin_policy_enforced"}, 403), LoginExpired, None),
        (told({"error": "rate"}, 429, {"Retry-After": "9"}), RateLimited, 9),
        (told({}, 503, {"Retry-After": "9"}), RateLimited, 9),
        (Told(500, {}, b"<html>"), RemoteUnavailable, None),
        (Told(200, {}, b"<html>"), RemoteUnavailable, None),
        (Told(200, {}, b"[]"), RemoteUnavailable, None),
        (Told(302, {"Location": "https://evil.example/"}), RemoteUnavailable, None),
    ],
)
def test_syn11_a_refused_renewal(
    service: GoogleService,
    google: GoogleCalendars,
    refusal: Told,
    error: type[Exception],
    wait: float | None,
) -> None:
    service.account.refusal = refusal
    with pytest.raises(error) as caught:
        google.discover()
    assert type(caught.value) is error or isinstance(caught.value, LoginExpired)
    assert getattr(caught.value, "retry_after", None) == wait


def test_syn11_scopes_that_were_not_granted_need_a_person(
    service: GoogleService, google: GoogleCalendars
) -> None:
    service.fail(Fault(status=403, reason="insufficientPermissions"))
    with pytest.raises(LoginExpired):
        google.discover()


@pytest.mark.parametrize(
    "text", ["", "rubbish", "[]", "{}", '"x"', '{"refresh_token": 1, "expires_at": "x"}']
)
def test_syn11_a_secret_of_another_kind_needs_a_person(service: GoogleService, text: str) -> None:
    with pytest.raises(LoginExpired):
        connected(service, text or " ")


def test_syn13_secrets_are_never_shown(
    service: GoogleService,
    google: GoogleCalendars,
    calendar: GoogleCalendar,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    google.discover()
    shown = [
        repr(google),
        repr(google._api),
        repr(google._api.tokens),
        repr(kept(google)),
        repr(APP),
    ]
    service.fail(Fault(status=400, reason="a reason with spaces " + "x" * 80))
    errors: list[RemoteError] = []
    for refusal in (told({"error": "invalid_grant"}, 400), Told(500)):
        service.account.refusal = refusal
        service.account.expire_access()
        with pytest.raises(RemoteError) as caught:
            list(google.pull(calendar.id, None))
        errors.append(caught.value)
    for error in errors:
        trail: BaseException | None = error
        while trail is not None:
            shown += [repr(trail), str(trail), str(vars(trail))]
            trail = trail.__cause__ or (None if trail.__suppress_context__ else trail.__context__)
    text = "\n".join([*shown, caplog.text])
    secret = json.loads(google.secret() or "{}")
    for hidden in (secret["refresh_token"], secret["access_token"], APP.client_secret, "ya29."):
        assert hidden not in text


@pytest.mark.parametrize(
    "body", [b"<html>Somebody's dinner</html>", b'{"error": "dinner"}', b"[7]"]
)
def test_syn13_answers_are_not_logged(
    service: GoogleService,
    google: GoogleCalendars,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    google.discover()
    service.server.answer = lambda asked: Told(403, {}, body)
    with pytest.raises(RemoteError):
        google.discover()
    assert "dinner" not in caplog.text


def test_syn13_tokens_do_not_follow_a_redirect(
    service: GoogleService, google: GoogleCalendars
) -> None:
    google.discover()
    answer = service.server.answer
    service.server.answer = lambda asked: Told(307, {"Location": service.server.url("/elsewhere")})
    service.server.asked.clear()
    with pytest.raises(RemoteError):
        google.discover()
    assert [each.path.partition("?")[0] for each in service.server.asked] == [
        "/calendar/v3/users/me/calendarList"
    ]
    service.server.answer = answer


def test_syn11_a_registration_that_google_does_not_know(service: GoogleService) -> None:
    google = GoogleCalendars(
        service.secret(),
        OAuthApp(CLIENT_ID, "another"),
        api=service.api,
        token_url=service.token_url,
    )
    with pytest.raises(LoginExpired):
        google.discover()
    google.close()
