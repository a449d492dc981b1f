"""The account's door: consent, codes, tokens (RFC 6749, RFC 7636), as Google's addresses answer."""

import base64
import hashlib
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.servers.plain_http import Asked, Told

Json = dict[str, Any]
CLIENT_ID, CLIENT_SECRET = "crm-client", "crm-client-secret"


@dataclass
class Account:
    """One person at Google. ``refresh`` and ``access`` are the tokens that are good now."""

    email: str = "me@example.org"
    subject: str = "1234567890"
    lasting: int = 3600
    rotates: bool = False
    claims: Json = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Json] = field(default_factory=dict)
    refusal: Told | None = None
    made: Any = field(default_factory=lambda: itertools.count(1))

    def grant(self, scope: str = "") -> str:
        """A new refresh token."""
        token = f"1//refresh-{next(self.made)}"
        self.refresh[token] = scope
        return token

    def revoke_all(self) -> None:
        """The person withdraws the access in the account's settings."""
        self.refresh.clear()
        self.access.clear()

    def expire_access(self) -> None:
        """Access tokens are good no more, refresh tokens are."""
        self.access.clear()

    def lets_in(self, asked: Asked) -> bool:
        """Whether the request bears a good access token."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return self.access.get(token, 0.0) > time.time()

    def granted(self, asked: Asked) -> str:
        """The scopes of the request's access token; empty for all."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return self.scopes.get(token, "")

    def consent(self, address: str, *, without: str = "") -> dict[str, str]:
        """The person agrees at ``address`` (to all scopes but ``without``): what comes back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT_ID
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
        granted = [scope for scope in asked["scope"].split() if scope != without]
        code = f"4/code-{next(self.made)}"
        self.codes[code] = {**asked, "scope": " ".join(granted)}
        return {"code": code, "state": asked["state"], "scope": " ".join(granted)}

    def token(self, asked: Asked) -> Told:
        """The token endpoint."""
        if self.refusal is not None:
            return self.refusal
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return told({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form)
        return self._exchanged(form)

    def revoked(self, asked: Asked) -> Told:
        """The revocation endpoint: with one token goes all that the person granted the app."""
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        known = self.refresh.pop(form.get("token", ""), None)
        known = self.access.pop(form.get("token", ""), None) if known is None else known
        if known is not None:
            self.revoke_all()
        return told({}) if known is not None else told({"error": "invalid_token"}, 400)

    def _refreshed(self, form: dict[str, str]) -> Told:
        token = form.get("refresh_token", "")
        if token not in self.refresh:
            gone = "Token has been expired or revoked."
            return told({"error": "invalid_grant", "error_description": gone}, 400)
        answer = self._bearer(self.refresh[token])
        if self.rotates:
            answer["refresh_token"] = self.grant(self.refresh.pop(token))
        return told(answer)

    def _exchanged(self, form: dict[str, str]) -> Told:
        request = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            request is None
            or request["code_challenge"] != challenge
            or request["redirect_uri"] != form.get("redirect_uri")
        ):
            return told({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
        return told(
            {
                **self._bearer(request["scope"]),
                "refresh_token": self.grant(request["scope"]),
                "id_token": self._id_token(request),
            }
        )

    def _bearer(self, scope: str) -> Json:
        token = f"ya29.access-{next(self.made)}"
        self.access[token] = time.time() + self.lasting
        self.scopes[token] = scope
        return {
            "access_token": token,
            "expires_in": self.lasting,
            "scope": scope,
            "token_type": "Bearer",
        }

    def _id_token(self, request: Json) -> str:
        claims = {
            "iss": "https://accounts.google.com",
            "aud": CLIENT_ID,
            "sub": self.subject,
            "email": self.email,
            "email_verified": True,
            "nonce": request.get("nonce", ""),
            "exp": int(time.time()) + 3600,
            "iat": int(time.time()),
            **self.claims,
        }
        return ".".join([_part({"alg": "RS256"}), _part(claims), "not-checked-on-this-way"])


def _part(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def told(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> Told:
    """An answer in JSON."""
    kinds = {"Content-Type": "application/json; charset=UTF-8"}
    return Told(status, {**kinds, **(headers or {})}, json.dumps(value).encode())
