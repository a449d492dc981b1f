"""Sign-in with Google or Microsoft: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

The identity token's signature, issuer, audience, expiry and nonce are verified (Authlib and
joserfc); an algorithm that needs no private key is never accepted. Microsoft's ``common`` address
serves every tenant: its issuer is built from the token's ``tid``, and since any tenant's
administrator can write any address into his users' profiles, an address from there counts as
confirmed only with ``xms_edov`` (domain owner verified). Talks to the network: call it outside of
any unit of work.

Pages: https://developers.google.com/identity/openid-connect/openid-connect,
https://learn.microsoft.com/entra/identity-platform/id-tokens,
https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from crm_app.core.errors import Rejected, RemoteError, RemoteUnavailable
from crm_app.core.i18n import N_

NAMES = {"google": "Google", "microsoft": "Microsoft"}
ISSUERS = {
    "google": "https://accounts.google.com",
    "microsoft": "https://login.microsoftonline.com/common/v2.0",
}

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_TENANT = "{tenantid}"
# The tenant of all personal accounts: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
_PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LARGEST = 1_000_000
# Seconds that the two clocks may differ.
_LEEWAY = 60
_UNVERIFIED = N_("The answer of {provider} could not be verified. Please try again.")


@dataclass(frozen=True, slots=True)
class App:
    """Our registration at a provider. ``issuer`` is where its discovery document lies."""

    provider: str
    client_id: str
    client_secret: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for. ``identity`` is issuer and subject, which never change hands."""

    identity: str
    email: str
    email_confirmed: bool
    name: str


def is_safe(address: str) -> bool:
    """Whether secrets may travel to ``address``: https, or http on this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def authorization_url(
    app: App, *, redirect_uri: str, state: str, nonce: str, verifier: str, locale: str
) -> str:
    """Where to send the browser. ``verifier`` stays here (PKCE); ``state`` comes back with it."""
    with _client() as client:
        metadata = _metadata(client, app)
    url: str = prepare_grant_uri(
        _endpoint(app, metadata, "authorization_endpoint"),
        app.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope="openid email profile",
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        prompt="select_account",
        ui_locales=locale,
    )
    return url


def identify(
    app: App, *, redirect_uri: str, code: str, verifier: str, nonce: str, now: datetime
) -> Person:
    """Who signed in, from the code that the browser brought back.

    Raises Rejected when the provider or our checks refuse, RemoteUnavailable when it is away.
    """
    with _client() as client:
        metadata = _metadata(client, app)
        tokens = _exchange(client, app, metadata, redirect_uri, code, verifier)
        keys = _json(client, "GET", _endpoint(app, metadata, "jwks_uri"), app)
    claims = _verified(app, metadata, keys, tokens, nonce, now)
    return Person(
        identity=f"{claims['iss']}#{claims['sub']}",
        email=str(claims.get("email") or ""),
        email_confirmed=bool(claims.get("email")) and _confirms_email(app, metadata, claims),
        name=str(claims.get("name") or ""),
    )


def refusal_of(app: App, *, redirect_uri: str, code: str) -> str:
    """The error code with which the provider refuses a ``code`` that it never gave (RFC 6749 §5.2).

    Raises RemoteUnavailable.
    """
    try:
        with _client() as client:
            _exchange(client, app, _metadata(client, app), redirect_uri, code, "x" * 43)
    except Rejected as error:
        return error.detail.rpartition(": ")[2]
    return ""


def _client() -> httpx.Client:
    return httpx.Client(timeout=10, follow_redirects=False)


def _metadata(client: httpx.Client, app: App) -> dict[str, Any]:
    """The discovery document; its issuer must be the one asked (Discovery 1.0 §4.3)."""
    if not is_safe(app.issuer):
        raise _refused(app, "the issuer's address is not https")
    address = app.issuer.rstrip("/")
    found = _json(client, "GET", f"{address}/.well-known/openid-configuration", app)
    issuer = str(found.get("issuer", ""))
    if issuer.rstrip("/") != address and not _is_microsofts(app, issuer):
        raise _refused(app, "the discovery document names another issuer")
    return found


def _is_microsofts(app: App, issuer: str) -> bool:
    """Whether the issuer is a tenant of the same server: Microsoft answers at aliases of them."""
    asked, named = urlsplit(app.issuer), urlsplit(issuer)
    same_server = (asked.scheme, asked.netloc) == (named.scheme, named.netloc)
    return app.provider == "microsoft" and same_server


def _endpoint(app: App, metadata: Mapping[str, Any], name: str) -> str:
    address = str(metadata.get(name, ""))
    if not is_safe(address):
        raise _refused(app, f"no safe {name}")
    return address


def _exchange(
    client: httpx.Client,
    app: App,
    metadata: Mapping[str, Any],
    redirect_uri: str,
    code: str,
    verifier: str,
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code_verifier": verifier,
    }
    return _json(client, "POST", _endpoint(app, metadata, "token_endpoint"), app, form=form)


def _json(
    client: httpx.Client, method: str, url: str, app: App, *, form: dict[str, str] | None = None
) -> dict[str, Any]:
    try:
        with client.stream(
            method, url, data=form, headers={"Accept": "application/json"}
        ) as answer:
            body = _limited(answer, app)
    except httpx.HTTPError as error:
        raise RemoteUnavailable(
            detail=f"{type(error).__name__} at {urlsplit(url).netloc}"
        ) from error
    if answer.status_code >= 500:
        raise RemoteUnavailable(detail=f"status {answer.status_code}")
    parsed = _object(app, body)
    if answer.status_code != 200:
        # RFC 6749 §5.2: invalid_grant, invalid_client, ...
        raise _refused(app, f"status {answer.status_code}: {str(parsed.get('error', ''))[:80]}")
    return parsed


def _limited(answer: httpx.Response, app: App) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _LARGEST:
            raise _refused(app, "the answer is too long")
    return body


def _object(app: App, body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise _refused(app, "the answer is no JSON object")
    return parsed


def _verified(
    app: App,
    metadata: Mapping[str, Any],
    keys: Mapping[str, Any],
    tokens: Mapping[str, Any],
    nonce: str,
    now: datetime,
) -> dict[str, Any]:
    """The identity token's claims after every check of Core 1.0 §3.1.3.7."""
    try:
        token = jwt.decode(
            str(tokens.get("id_token", "")),
            KeySet.import_key_set(dict(keys)),  # type: ignore[arg-type]  # any mapping will do
            registry=JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False),
        )
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "values": _issuers(metadata, token.claims)},
                "aud": {"essential": True, "value": app.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            {
                "nonce": nonce,
                "client_id": app.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused(app, f"identity token: {type(error).__name__} {error}"[:200]) from error
    return dict(claims)


def _issuers(metadata: Mapping[str, Any], claims: Mapping[str, Any]) -> list[str]:
    issuer = str(metadata["issuer"])
    if _TENANT not in issuer:
        return [issuer]
    tenant = str(claims.get("tid", ""))
    if not _GUID.fullmatch(tenant):
        raise ValueError("no tenant")
    return [issuer.replace(_TENANT, tenant)]


def _confirms_email(app: App, metadata: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    if app.provider != "microsoft":
        return claims.get("email_verified") in (True, "true")
    if _TENANT in str(metadata["issuer"]) or claims.get("tid") == _PERSONAL_TENANT:
        return claims.get("xms_edov") in (True, 1, "1", "true")
    # One tenant, entered by our administrator: its directory is the team's own.
    return True


def _refused(app: App, detail: str) -> RemoteError:
    return Rejected(_UNVERIFIED, detail=detail, provider=NAMES[app.provider])
