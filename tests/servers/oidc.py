"""A sign-in provider on loopback that speaks real OpenID Connect: discovery, keys, PKCE, tokens.

It signs with a real RSA key. A test sets ``claims`` to what the person's token says, and
``faults`` to what shall be wrong with it.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT_ID, CLIENT_SECRET = "crm-client", "crm-secret"
_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
_STRANGERS_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """The running provider. ``path`` of its issuer is "" or Microsoft's /common/v2.0."""

    server: PlainServer
    path: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """What an administrator enters."""
        return self.server.url(self.path)

    def authorize(self, url: str) -> dict[str, str]:
        """The person agrees at ``url``: the parameters that come back to the redirect URI."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, asked: Asked) -> Told:
        """One request of the CRM's."""
        path = urlsplit(asked.path).path
        if "away" in self.faults:
            return Told(503)
        if path == f"{self.path}/.well-known/openid-configuration":
            return _told(self._metadata())
        if path == "/keys":
            return _told({"keys": [_KEY.as_dict(private=False)]})
        if path == "/token":
            return self._token(asked)
        return Told(404)

    def _metadata(self) -> dict[str, Any]:
        tenant = self.path.split("/")[1] if self.path else ""
        issuer = self.server.url("/{tenantid}/v2.0" if tenant == "common" else self.path)
        if "other issuer" in self.faults:
            issuer = "https://accounts.evil.example"
        token = "http://token.evil.example/" if "plain token" in self.faults else "/token"
        return {
            "issuer": issuer.rstrip("/"),
            "authorization_endpoint": self.server.url("/authorize"),
            "token_endpoint": token if "://" in token else self.server.url(token),
            "jwks_uri": self.server.url("/keys"),
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
        }

    def _token(self, asked: Asked) -> Told:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        request = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return _told({"error": "invalid_client"}, 401)
        if (
            request is None
            or request["code_challenge"] != challenge
            or request["redirect_uri"] != form["redirect_uri"]
        ):
            return _told({"error": "invalid_grant"}, 400)
        if "no json" in self.faults:
            return Told(200, {}, b"<html>")
        if "too long" in self.faults:
            return Told(200, {}, b" " * 2_000_000)
        return _told(
            {"access_token": "at", "token_type": "Bearer", "id_token": self._signed(request)}
        )

    def _signed(self, request: dict[str, str]) -> str:
        now = int(time.time())
        issuer = self._metadata()["issuer"].replace("{tenantid}", TENANT)
        claims = {
            "iss": "https://accounts.evil.example" if "wrong issuer" in self.faults else issuer,
            "aud": "another-client" if "wrong audience" in self.faults else CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now - 3600 if "expired" in self.faults else now + 3600,
            "nonce": "x" if "wrong nonce" in self.faults else request["nonce"],
            **self.claims,
        }
        if "no nonce" in self.faults:
            del claims["nonce"]
        if "no algorithm" in self.faults:
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if "public key as secret" in self.faults:
            return _hashed({"alg": "HS256", "kid": "one"}, claims, _KEY.as_pem(private=False))
        key = _STRANGERS_KEY if "stranger's key" in self.faults else _KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@contextmanager
def provider(path: str = "") -> Iterator[Provider]:
    """Serve a provider until the block ends."""
    with plain_server(lambda asked: Told(500)) as server:
        running = Provider(server, path)
        server.answer = running.answer
        yield running


def _told(value: dict[str, Any], status: int = 200) -> Told:
    return Told(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _hashed(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token that takes the public key for a shared secret, which libraries refuse to make."""
    signed = f"{_part(header)}.{_part(claims)}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
