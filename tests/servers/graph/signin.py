"""The sign-in server: discovery, consent, codes and refresh tokens that change with every use.

It names itself with https, as msal demands, whatever it is reached by. Identity tokens are not
signed; whoever gets them straight from here need not check that.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.servers.plain_http import Asked, Told

TENANT = "11111111-2222-3333-4444-555555555555"
OBJECT_ID = "66666666-7777-8888-9999-aaaaaaaaaaaa"
CLIENT_ID, CLIENT_SECRET = "graph-client", "graph-client-secret"
CALENDARS, CONTACTS = "Calendars.ReadWrite User.Read", "Contacts.ReadWrite User.Read"
# What a token has to be good for, by the beginning of the path.
_NEEDED = {
    "/me/calendars": "Calendars.ReadWrite",
    "/subscriptions": "Calendars.ReadWrite",
    "/me/contactFolders": "Contacts.ReadWrite",
}


@dataclass
class SignIn:
    """``refuses`` says no to whoever is asked for consent; ``grants`` are the scopes that are given,
    whatever was asked for; ``revoked`` refuses every refresh token, ``away`` every question.

    ``access`` and ``refresh`` are the good tokens, ``good_for`` what each of them may do.
    """

    authority: str
    owner: str
    grants: str = ""
    lasts: int = 3600
    refuses: str = ""
    revoked: bool = False
    app_refused: bool = False
    away: int = 0
    wrong_nonce: bool = False
    refreshes: int = 0
    asked: int = 0
    access: set[str] = field(default_factory=set)
    good_for: dict[str, str] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def consent(self, address: str) -> dict[str, str]:
        """The person agrees at ``address``, or not: what comes back to the redirect URI."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked.get("response_mode", "query") == "query"
        wanted = set(asked["scope"].split())
        # For one purpose at a time.
        assert wanted - {"openid", "profile", "offline_access"} in (
            set(CALENDARS.split()),
            set(CONTACTS.split()),
        )
        assert "offline_access" in wanted
        if self.refuses:
            return {
                "error": self.refuses,
                "error_description": "AADSTS65004: said no",
                "state": asked["state"],
            }
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "session_state": "x"}

    def allows(self, token: str, target: str) -> bool:
        """Whether an access token is good for the path ``target``."""
        needed = [scope for path, scope in _NEEDED.items() if target.startswith(path)]
        return set(needed) <= set(self.good_for[token].split())

    def tokens(self, scopes: str = CALENDARS) -> dict[str, Any]:
        """A fresh pair, as after a consent to ``scopes``."""
        scopes = self.grants or scopes
        access, refresh = f"at-{secrets.token_urlsafe(24)}", f"rt-{secrets.token_urlsafe(24)}"
        self.access.add(access)
        self.refresh.add(refresh)
        self.good_for |= {access: scopes, refresh: scopes}
        return {
            "token_type": "Bearer",
            "scope": " ".join(f"https://graph.microsoft.com/{one}" for one in scopes.split()),
            "expires_in": self.lasts,
            "ext_expires_in": self.lasts,
            "access_token": access,
            "refresh_token": refresh,
            "client_info": _part({"uid": OBJECT_ID, "utid": TENANT}),
        }

    def answer(self, asked: Asked) -> Told:
        """One question of msal's, or of a browser."""
        parts = urlsplit(asked.path)
        _, tenant, *rest = parts.path.split("/")
        self.asked += 1
        if self.away:
            return Told(self.away, {"Retry-After": "7"} if self.away == 429 else {})
        if rest == ["v2.0", ".well-known", "openid-configuration"]:
            return _told(self._metadata(tenant))
        if rest == ["oauth2", "v2.0", "authorize"]:
            query = dict(parse_qsl(parts.query))
            back = f"{query['redirect_uri']}?{urlencode(self.consent(asked.path))}"
            return Told(302, {"Location": back})
        if rest == ["oauth2", "v2.0", "token"]:
            return self._token({k: v[0] for k, v in parse_qs(asked.body.decode()).items()})
        return Told(404)

    def _metadata(self, tenant: str) -> dict[str, Any]:
        base = f"https://{urlsplit(self.authority).netloc}"
        return {
            "issuer": f"{base}/{{tenantid}}/v2.0",
            "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
        }

    def _token(self, form: dict[str, str]) -> Told:
        if self.app_refused or form["client_secret"] != CLIENT_SECRET:
            return _error("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
        if form["grant_type"] == "authorization_code":
            request = self.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if (
                request is None
                or request["code_challenge"] != challenge
                or request["redirect_uri"] != form["redirect_uri"]
            ):
                return _error("invalid_grant", "AADSTS70008: The code is not good.")
            told = self.tokens(_of_graph(request["scope"]))
            return _told(told | {"id_token": self._identity(request)})
        assert form["grant_type"] == "refresh_token"
        if self.revoked or form["refresh_token"] not in self.refresh:
            return _error("invalid_grant", "AADSTS50173: The grant was revoked.")
        wanted, given = _of_graph(form["scope"]), self.good_for[form["refresh_token"]]
        if not set(wanted.split()) <= set(given.split()):
            return _error("invalid_grant", "AADSTS65001: The user has not consented to that.")
        self.refresh.discard(form["refresh_token"])
        self.refreshes += 1
        return _told(self.tokens(wanted))

    def _identity(self, request: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": f"https://{urlsplit(self.authority).netloc}/{TENANT}/v2.0",
            "aud": CLIENT_ID,
            "sub": "pairwise",
            "tid": TENANT,
            "oid": OBJECT_ID,
            "preferred_username": self.owner,
            "name": "Me Myself",
            "iat": now,
            "exp": now + 3600,
            "nonce": "another" if self.wrong_nonce else request["nonce"],
        }
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _of_graph(scopes: str) -> str:
    return " ".join(one for one in scopes.split() if "." in one)


def _told(value: dict[str, Any], status: int = 200) -> Told:
    return Told(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _error(error: str, description: str, status: int = 400) -> Told:
    return _told({"error": error, "error_description": description, "error_codes": [50173]}, status)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
