"""Connecting a Google account: OAuth 2.0 for web servers with PKCE (implements ``oauth_port``).

Only what the purpose needs is asked for: to see which calendars there are and to read and write
events, or to read and write contacts. The identity token comes straight from Google over TLS, so its claims are checked and its signature need
not be (OpenID Connect Core 1.0 §3.1.3.7, 6). Talks to the network: call it outside of any unit of
work. https://developers.google.com/identity/protocols/oauth2/web-server
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from crm_app.core import clock
from crm_app.core.errors import LoginExpired, RateLimited, Rejected, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose
from crm_app.core.settings import get_settings
from crm_app.providers.google.tokens import GrantRefused, Secret, ask, ends
from crm_app.providers.oauth_port import Begun, Granted, OAuthApp
from crm_app.providers.safe_http import SafeHttp

_SCOPE = "https://www.googleapis.com/auth/"
EVENTS = f"{_SCOPE}calendar.events"
CALENDARS = f"{_SCOPE}calendar.calendarlist.readonly"
CONTACTS = f"{_SCOPE}contacts"
_SCOPES = {
    AccountPurpose.CALENDARS: (EVENTS, CALENDARS),
    AccountPurpose.CONTACTS: (CONTACTS,),
}
# What an earlier consent may have granted instead, which covers more.
_COVERS = {
    EVENTS: {f"{_SCOPE}calendar"},
    CALENDARS: {
        f"{_SCOPE}calendar",
        f"{_SCOPE}calendar.readonly",
        f"{_SCOPE}calendar.calendarlist",
    },
    CONTACTS: set(),
}
_ISSUERS = ["https://accounts.google.com", "accounts.google.com"]
_TIMEOUT = 15.0
# Seconds that the two clocks may differ.
_LEEWAY = 60
_REGISTRATION = {"invalid_client", "unauthorized_client", "deleted_client", "redirect_uri_mismatch"}
_SAID_NO = {
    AccountPurpose.CALENDARS: N_(
        "Google was not allowed to connect the calendar. Nothing was changed."
    ),
    AccountPurpose.CONTACTS: N_(
        "Google was not allowed to connect the contacts. Nothing was changed."
    ),
}
_NOT_OURS = N_("The answer of Google does not fit. Please begin again.")
_NOT_LASTING = N_(
    "Google gave no lasting access. Remove this app from the connections of your Google account, then connect again."
)
_UNKNOWN_APP = N_("Google does not accept the app registration. Check its ID and secret.")


def begin(
    app: OAuthApp,
    *,
    redirect_uri: str,
    state: str,
    login_hint: str = "",
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Begun:
    """Begin to connect."""
    verifier, nonce = token_urlsafe(64), token_urlsafe(16)
    address: str = prepare_grant_uri(
        get_settings().google_authorize_url,
        app.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=" ".join(("openid", "email", *_SCOPES[purpose])),
        state=state,
        nonce=nonce,
        access_type="offline",
        prompt="consent",
        include_granted_scopes="true",
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        login_hint=login_hint or None,
    )
    return Begun(address, {"verifier": verifier, "nonce": nonce})


def finish(
    app: OAuthApp,
    *,
    redirect_uri: str,
    keep: Mapping[str, Any],
    answer: Mapping[str, str],
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Granted:
    """Turn the browser's answer into an account."""
    if answer.get("error") or not answer.get("code"):
        said_no = answer.get("error") in {"access_denied", "consent_required"}
        raise Rejected(_SAID_NO[purpose] if said_no else _NOT_OURS, detail="no code came back")
    now = clock.now()
    told = _redeemed(app, redirect_uri, str(keep.get("verifier", "")), answer["code"])
    claims = _claims(app, told, str(keep.get("nonce", "")), now)
    if not told.get("refresh_token"):
        raise Rejected(_NOT_LASTING, detail="no refresh token")
    email = str(claims.get("email") or "").strip().lower()
    secret = Secret(
        refresh_token=str(told["refresh_token"]),
        access_token=str(told["access_token"]),
        expires_at=ends(told, now),
        email=email,
        subject=str(claims["sub"]),
    )
    return Granted(
        secret=secret.dump(),
        subject=secret.subject,
        email=email,
        addresses=(email,) if email else (),
        missing=_missing(str(told.get("scope") or ""), purpose),
    )


def revoke(app: OAuthApp, secret: str) -> None:  # noqa: ARG001 - the port's signature
    """Give the access back. Raises RemoteUnavailable when Google cannot be told."""
    try:
        token = Secret.load(secret).refresh_token
    except LoginExpired:
        return
    url = get_settings().google_revoke_url
    with _http(url) as http:
        answer = http.request(
            "POST",
            url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode({"token": token}).encode(),
            follow=False,
        )
    if answer.status >= 500 or answer.status in {408, 429}:
        raise RemoteUnavailable(detail=f"revoke: HTTP {answer.status}")


def _redeemed(app: OAuthApp, redirect_uri: str, verifier: str, code: str) -> dict[str, Any]:
    url = get_settings().google_token_url
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code_verifier": verifier,
    }
    try:
        with _http(url) as http:
            return ask(http, url, form)
    except GrantRefused as refused:
        unknown, detail = refused.error in _REGISTRATION, refused.detail
    except RateLimited as limited:
        raise RemoteUnavailable(detail=limited.detail) from None
    if unknown:
        raise LoginExpired(_UNKNOWN_APP, detail=detail)
    raise Rejected(_NOT_OURS, detail=detail)


def _claims(app: OAuthApp, told: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
    """Who connected, after the checks of Core 1.0 §3.1.3.7."""
    try:
        _, payload, _ = str(told.get("id_token", "")).split(".")
        claims = CodeIDToken(
            json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))),
            {},
            {
                "iss": {"essential": True, "values": _ISSUERS},
                "aud": {"essential": True, "value": app.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": app.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        return dict(claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        problem = type(error).__name__
    raise Rejected(_NOT_OURS, detail=f"identity token: {problem}")


def _missing(granted: str, purpose: AccountPurpose) -> tuple[str, ...]:
    there = set(granted.split())
    return tuple(scope for scope in _SCOPES[purpose] if not there & {scope, *_COVERS[scope]})


@contextmanager
def _http(url: str) -> Iterator[SafeHttp]:
    # An administrator set the address, so it may be in the own network.
    with SafeHttp(allow=[urlsplit(url).hostname or ""], timeout=_TIMEOUT) as http:
        yield http
