"""Access tokens for one account, kept and renewed by msal.

The account's secret is msal's token cache as text. Refresh tokens change while they are used, so
whoever holds the secret has to store ``secret()`` when the work is done. An app object lives for one
question only: msal remembers a refusal (invalid_grant) and would not ask again after a re-consent.

Page: https://learn.microsoft.com/entra/msal/python/advanced/msal-python-token-cache-serialization
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import msal

from crm_app.core.errors import LoginExpired, RateLimited, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose
from crm_app.providers.microsoft.errors import refusal
from crm_app.providers.oauth_port import OAuthApp
from crm_app.providers.oidc import is_safe
from crm_app.providers.safe_http import SafeHttp

# https://learn.microsoft.com/graph/permissions-reference
SCOPES = {
    AccountPurpose.CALENDARS: ["Calendars.ReadWrite", "User.Read"],
    AccountPurpose.CONTACTS: ["Contacts.ReadWrite", "User.Read"],
}
# Seconds before its end at which a token is not used any more.
_EARLY = 120.0
# The addresses of the endpoints change about never; seconds.
_REMEMBERED = 3600.0
_documents: dict[str, tuple[float, str]] = {}
APP_REFUSED = N_(
    "Microsoft refuses this app registration. An administrator has to check it in the settings."
)
_APP_ERRORS = {"invalid_client", "unauthorized_client"}


class Tokens:
    """The tokens of one account, good for ``scopes``. ``authority`` is the sign-in server's address
    without a tenant."""

    def __init__(
        self, secret: str, app: OAuthApp, authority: str, http: SafeHttp, scopes: Sequence[str]
    ) -> None:
        self._app, self._authority, self._http = app, authority, http
        self._scopes = list(scopes)
        self._given = secret
        self._cache = msal.SerializableTokenCache()
        try:
            self._cache.deserialize(secret)
            self._accounts = list(self._cache.search(msal.TokenCache.CredentialType.ACCOUNT))
        except (ValueError, TypeError, AttributeError, KeyError):
            self._accounts = []
        self._token, self._good_until = "", 0.0

    def __repr__(self) -> str:
        return "Tokens(...)"

    @property
    def owner(self) -> str:
        """The name that the account signs in with: an address of its owner."""
        return str(self._accounts[0].get("username", "")).lower() if self._accounts else ""

    def secret(self) -> str | None:
        """The secret as it is to be stored from now on; None when it did not change."""
        if not self._accounts:
            return None
        text = str(self._cache.serialize())
        return None if text == self._given else text

    def access(self, *, anew: bool = False) -> str:
        """A token for Graph; ``anew``: not the one that was refused just now.

        Raises LoginExpired when a person has to reconnect, RemoteUnavailable, RateLimited.
        """
        if anew or time.monotonic() >= self._good_until:
            self._renew(anew)
        return self._token

    def _renew(self, anew: bool) -> None:
        if not self._accounts:
            raise LoginExpired(detail="no account in the token cache")
        app = application(self._app, self._authority, self._http, self._cache)
        accounts = app.get_accounts()
        found = accounts and app.acquire_token_silent_with_error(
            self._scopes, account=accounts[0], force_refresh=anew
        )
        if not found or "access_token" not in found:
            raise denied(found or {})
        self._token = str(found["access_token"])
        self._good_until = time.monotonic() + float(found.get("expires_in") or 0) - _EARLY


def application(
    app: OAuthApp, authority: str, http: SafeHttp, cache: msal.SerializableTokenCache
) -> msal.ConfidentialClientApplication:
    """A fresh app object. Raises RemoteUnavailable when the sign-in server is away."""
    if not is_safe(authority):
        raise LoginExpired(APP_REFUSED, detail="the sign-in server's address is not https")
    try:
        return msal.ConfidentialClientApplication(
            app.client_id,
            client_credential=app.client_secret,
            authority=f"https://{urlsplit(authority).netloc}/{app.tenant or 'common'}",
            token_cache=cache,
            http_client=_Door(authority, http),
            # The address is an administrator's, so no other server is asked whether it is known.
            instance_discovery=False,
        )
    except (ValueError, KeyError) as error:
        # Raised by msal for an unknown tenant.
        raise LoginExpired(APP_REFUSED, detail=f"authority: {type(error).__name__}") from None


def denied(answer: Mapping[str, Any]) -> LoginExpired | RemoteUnavailable:
    """What msal's error answer means (RFC 6749 §5.2, and Entra's own codes)."""
    error = str(answer.get("error") or "no token")[:60]
    codes = ",".join(str(code) for code in answer.get("error_codes") or [])[:60]
    detail = f"{error} {codes}".strip()
    if error in {"temporarily_unavailable", "server_error"}:
        return RemoteUnavailable(detail=detail)
    return LoginExpired(APP_REFUSED if error in _APP_ERRORS else None, detail=detail)


class _Door:
    """msal's way to the network: our own client, with its limits of time and size.

    msal knows only https. Where the configured authority is plain http, which is accepted on this
    very machine only, its host is spoken to without TLS; every other address stays as it is.
    """

    def __init__(self, authority: str, http: SafeHttp) -> None:
        self._http = http
        parts = urlsplit(authority)
        self._named = f"https://{parts.netloc}/"
        self._real = f"{parts.scheme}://{parts.netloc}/"

    def get(self, url: str, params: Any = None, headers: Any = None, **rest: Any) -> "_Reply":
        asked = f"{url}?{urlencode(params)}" if params else url
        at, text = _documents.get(asked, (0.0, ""))
        if text and time.monotonic() < at + _REMEMBERED:
            return _Reply(200, text, {})
        reply = self._ask("GET", asked, headers, b"")
        if reply.status_code == 200 and asked.endswith("/.well-known/openid-configuration"):
            _documents[asked] = (time.monotonic(), reply.text)
        return reply

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **rest: Any
    ) -> "_Reply":
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        content = data if isinstance(data, str) else urlencode(data or {})
        asked = f"{url}?{urlencode(params)}" if params else url
        return self._ask("POST", asked, {**form, **(headers or {})}, content.encode())

    def close(self) -> None:
        """The client belongs to the adapter."""

    def _ask(self, method: str, url: str, headers: Any, content: bytes) -> "_Reply":
        sent = {str(name): str(value) for name, value in (headers or {}).items()}
        real = self._real + url.removeprefix(self._named) if url.startswith(self._named) else url
        answer = self._http.request(method, real, headers=sent, content=content, follow=False)
        if answer.status == 429 or answer.status >= 500:
            error = refusal(answer.status, dict(answer.headers), None)
            raise (
                error if isinstance(error, RateLimited) else RemoteUnavailable(detail=error.detail)
            )
        return _Reply(answer.status, answer.text, dict(answer.headers))


class _Reply:
    """An answer in the shape that msal expects."""

    def __init__(self, status_code: int, text: str, headers: dict[str, str]) -> None:
        self.status_code, self.text, self.headers = status_code, text, headers

    def raise_for_status(self) -> None:
        """Statuses that raise never get here."""


def entrance(authority: str, address: str) -> str:
    """``address`` (https, as msal makes it) as the browser is to open it."""
    parts = urlsplit(authority)
    named = f"https://{parts.netloc}/"
    if address.startswith(named):
        return f"{parts.scheme}://{parts.netloc}/" + address.removeprefix(named)
    return address


def opened_networks(*addresses: str) -> tuple[str, ...]:
    """What of this machine may be reached: loopback, only where an administrator named it."""
    plain = any(urlsplit(address).scheme == "http" for address in addresses)
    return ("127.0.0.0/8", "::1") if plain else ()
