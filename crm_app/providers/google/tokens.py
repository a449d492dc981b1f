"""The account's secret and the access token that it buys (RFC 6749 §6).

The secret is JSON. Access tokens live about an hour; they are kept with it, so that not every job
asks for a new one. No token is ever in an error, a log or a repr.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from crm_app.core import clock
from crm_app.core.errors import LoginExpired, RateLimited, RemoteError, RemoteUnavailable
from crm_app.providers.dav.client import retry_after
from crm_app.providers.oauth_port import OAuthApp
from crm_app.providers.safe_http import Answer, SafeHttp

# A token that ends within this time is renewed before it is used.
_EARLY = timedelta(minutes=2)
_NEVER = datetime.min.replace(tzinfo=UTC)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """What opens an account. ``expires_at`` is of the access token; ``email`` is the account's."""

    refresh_token: str
    access_token: str = ""
    expires_at: datetime = _NEVER
    email: str = ""
    subject: str = ""

    @classmethod
    def load(cls, text: str) -> Self:
        """What ``dump`` made. Raises LoginExpired when it is something else."""
        try:
            stored = json.loads(text)
            expires_at = datetime.fromtimestamp(float(stored.get("expires_at") or 0), UTC)
            return cls(
                refresh_token=str(stored["refresh_token"]),
                access_token=str(stored.get("access_token") or ""),
                expires_at=expires_at,
                email=str(stored.get("email") or ""),
                subject=str(stored.get("subject") or ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
            pass
        raise LoginExpired(detail="secret not readable")

    def dump(self) -> str:
        """The text to be stored, encrypted."""
        return json.dumps(
            {
                "refresh_token": self.refresh_token,
                "access_token": self.access_token,
                "expires_at": max(self.expires_at.timestamp(), 0.0),
                "email": self.email,
                "subject": self.subject,
            }
        )


class GrantRefused(LoginExpired):
    """The token endpoint said no; ``error`` is its word for why (RFC 6749 §5.2): ``invalid_grant``
    for what was revoked, ``invalid_client`` for an app registration that it does not know."""

    def __init__(self, error: str, *, detail: str) -> None:
        self.error = error
        super().__init__(detail=detail)


class Tokens:
    """The access token of one account, renewed as needed."""

    def __init__(self, http: SafeHttp, app: OAuthApp, token_url: str, secret: str) -> None:
        self._http, self._app, self._url = http, app, token_url
        self._given = Secret.load(secret)
        self._now = self._given

    def __repr__(self) -> str:
        return "Tokens(...)"

    @property
    def email(self) -> str:
        """The account's address as it was when it was connected, in lower case."""
        return self._given.email.strip().lower()

    def changed(self) -> str | None:
        """The secret to store from now on; None while it is the one that was given."""
        return None if self._now == self._given else self._now.dump()

    def bearer(self) -> str:
        """The value of Authorization. Raises LoginExpired, RemoteUnavailable, RateLimited."""
        if not self._now.access_token or clock.now() >= self._now.expires_at - _EARLY:
            self.renew()
        return f"Bearer {self._now.access_token}"

    def renew(self) -> None:
        """Buy a new access token."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._now.refresh_token,
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
        }
        answer = ask(self._http, self._url, form)
        self._now = replace(
            self._now,
            access_token=str(answer["access_token"]),
            refresh_token=str(answer.get("refresh_token") or self._now.refresh_token),
            expires_at=ends(answer, clock.now()),
        )


def ends(answer: dict[str, Any], now: datetime) -> datetime:
    """When the access token of a token answer ends; without a word about it, in an hour."""
    try:
        return now + timedelta(seconds=float(answer.get("expires_in", 3600)))
    except (ValueError, TypeError, OverflowError):
        return now


def ask(http: SafeHttp, url: str, form: dict[str, str]) -> dict[str, Any]:
    """A token answer with an access token. Raises GrantRefused."""
    answer = http.request(
        "POST", url, headers=_FORM, content=urlencode(form).encode(), follow=False
    )
    told = _object(answer)
    if answer.status == 200 and told.get("access_token"):
        return told
    raise _refusal(answer, str(told.get("error", "")))


def _refusal(answer: Answer, error: str) -> RemoteError:
    word = error if error.replace("_", "").isalnum() and len(error) < 60 else ""
    detail = f"token: HTTP {answer.status} {word}".strip()
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return RateLimited(retry_after=retry_after(answer.headers), detail=detail)
    if 400 <= answer.status < 500 and answer.status != 408:
        return GrantRefused(word, detail=detail)
    return RemoteUnavailable(detail=detail)


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.content or b"{}")
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
