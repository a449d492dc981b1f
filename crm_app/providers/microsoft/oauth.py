"""Connecting a Microsoft account: the code flow with PKCE, by msal (implements ``oauth_port``).

The answer comes back in the query of a GET, so that the browser sends our own cookie along; a form
post from another site would come without it (SameSite). Tandem asks for the calendars or for the
contacts, whichever the person connects, and for the person's own addresses, nothing else. The identity token comes straight from the sign-in server over
TLS, which is why its signature need not be checked (OpenID Connect Core 1.0 §3.1.3.7).

Pages: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow,
https://learn.microsoft.com/graph/permissions-reference#calendarsreadwrite
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import msal

from crm_app.core.errors import LoginExpired, Rejected, RemoteError, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose
from crm_app.core.settings import get_settings
from crm_app.providers.microsoft.http import GraphClient
from crm_app.providers.microsoft.people import FIELDS, addresses_of
from crm_app.providers.microsoft.tokens import (
    SCOPES,
    Tokens,
    application,
    denied,
    entrance,
    opened_networks,
)
from crm_app.providers.oauth_port import Begun, Granted, OAuthApp
from crm_app.providers.safe_http import SafeHttp

_TIMEOUT = 15.0
_SAID_NO = {
    AccountPurpose.CALENDARS: N_(
        "Microsoft was not allowed to connect the calendar. Nothing was changed."
    ),
    AccountPurpose.CONTACTS: N_(
        "Microsoft was not allowed to connect the contacts. Nothing was changed."
    ),
}
_NOT_OURS = N_("The answer of Microsoft does not fit. Please begin again.")
_NEEDS_ADMIN = N_(
    "Your organisation does not allow this connection. Its administrator has to approve it first."
)
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ADMIN_ONLY = ("AADSTS65001", "AADSTS90094", "AADSTS900941")


def begin(
    app: OAuthApp,
    *,
    redirect_uri: str,
    state: str,
    login_hint: str = "",
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Begun:
    """Begin to connect. Raises LoginExpired when the app registration is refused."""
    authority = get_settings().microsoft_authority
    with _http() as http, warnings.catch_warnings():
        # msal would rather have the answer posted.
        warnings.simplefilter("ignore")
        flow: dict[str, Any] = application(
            app, authority, http, msal.SerializableTokenCache()
        ).initiate_auth_code_flow(
            SCOPES[purpose],
            redirect_uri=redirect_uri,
            state=state,
            login_hint=login_hint or None,
            prompt=None if login_hint else "select_account",
        )
    return Begun(entrance(authority, str(flow.pop("auth_uri"))), flow)


def finish(
    app: OAuthApp,
    *,
    redirect_uri: str,
    keep: Mapping[str, Any],
    answer: Mapping[str, str],
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Granted:
    """Turn the browser's answer into an account."""
    settings = get_settings()
    cache = msal.SerializableTokenCache()
    with _http() as http:
        found = _redeemed(
            application(app, settings.microsoft_authority, http, cache),
            {**keep, "redirect_uri": redirect_uri},
            answer,
            _SAID_NO[purpose],
        )
        claims = found["id_token_claims"]
        secret = str(cache.serialize())
        tokens = Tokens(secret, app, settings.microsoft_authority, http, SCOPES[purpose])
        person = _person(GraphClient(settings.microsoft_graph, tokens, http))
    addresses = addresses_of(person, str(claims.get("preferred_username") or ""))
    return Granted(
        # Asking for the profile may have used the refresh token up.
        secret=tokens.secret() or secret,
        subject=f"{claims['tid']}.{claims['oid']}",
        email=addresses[0] if addresses else "",
        addresses=tuple(addresses),
        missing=tuple(_missing(str(found.get("scope") or ""), SCOPES[purpose])),
    )


def revoke(app: OAuthApp, secret: str) -> None:
    """Does nothing: Microsoft has no way for an app to give back one person's consent.

    What exists (``revokeSignInSessions``) signs the person out of everything, Outlook and Teams
    included. The tokens are forgotten with the account here, and the person can take the consent
    back at https://myapps.microsoft.com or https://account.live.com/consent/Manage.
    """


def _http() -> SafeHttp:
    settings = get_settings()
    allow = opened_networks(settings.microsoft_authority, settings.microsoft_graph)
    return SafeHttp(allow=allow, timeout=_TIMEOUT)


def _redeemed(
    client: msal.ConfidentialClientApplication,
    keep: Mapping[str, Any],
    answer: Mapping[str, str],
    said_no: str,
) -> dict[str, Any]:
    try:
        found: dict[str, Any] = client.acquire_token_by_auth_code_flow(dict(keep), dict(answer))
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        # Another state, another nonce, or an answer without a code.
        raise Rejected(_NOT_OURS, detail=type(error).__name__) from None
    claims = found.get("id_token_claims") or {}
    if "access_token" not in found:
        raise _refused(found, said_no)
    if not claims.get("tid") or not claims.get("oid"):
        raise Rejected(_NOT_OURS, detail="an identity token without a subject")
    return found


def _refused(found: Mapping[str, Any], said_no: str) -> RemoteError:
    error, told = str(found.get("error")), str(found.get("error_description") or "")
    if told.startswith(_ADMIN_ONLY) or error == "consent_required":
        return Rejected(_NEEDS_ADMIN, detail=error[:60])
    if error in {"access_denied", "interaction_required", "login_required"}:
        return Rejected(said_no, detail=error[:60])
    meant = denied(found)
    if isinstance(meant, RemoteUnavailable) or error in {"invalid_client", "unauthorized_client"}:
        return meant
    return Rejected(_NOT_OURS, detail=error[:60])


def _person(client: GraphClient) -> dict[str, Any]:
    """The account's profile; where it may not be read, what the identity token says has to do."""
    try:
        return client.ask("GET", client.url(select=FIELDS))
    except (Rejected, LoginExpired):
        return {}


def _missing(granted: str, wanted: Sequence[str]) -> list[str]:
    """Scopes that were asked for and not granted; they may come with their resource before them."""
    given = {scope.rpartition("/")[2].lower() for scope in granted.split()}
    return [scope for scope in wanted if scope.lower() not in given]
