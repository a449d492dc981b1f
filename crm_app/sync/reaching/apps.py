"""The app registrations that accounts are connected with, and what can be connected at all (Q-3).

One registration per vendor serves for signing in, for calendars and for contacts; an administrator
enters it under Settings > Integrations, and allows its use for contacts under Settings > Configuration
(SCT-1). Switched off, nobody connects anew with it, and what is connected goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, NotFound, Rejected
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose
from crm_app.models import SignInProvider
from crm_app.providers.oauth_port import OAuthApp, OAuthService
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Preset

MISSING = {
    "google": N_(
        "An administrator has to enter the app for Google under Settings > Integrations first."
    ),
    "microsoft": N_(
        "An administrator has to enter the app for Microsoft 365 under Settings > Integrations "
        "first."
    ),
}
# For contacts it takes an administrator's yes besides.
NOT_ALLOWED = {
    "google": N_(
        "An administrator has to enable “Google – Contacts” under Settings > Configuration first."
    ),
    "microsoft": N_(
        "An administrator has to enable “Office 365 – Contacts” under Settings > Configuration first."
    ),
}
# Tenants of Microsoft's that are none: all organisations, all accounts, private ones.
_EVERYBODY = ("common", "organizations", "consumers")


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as people see it. ``why`` is a message id: what is missing; empty when nothing is."""

    preset: Preset
    why: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """The use of a vendor's app for contacts. ``entered``: there is an app that could be allowed."""

    provider: str
    name: str
    entered: bool
    on: bool


def app_of(session: Session, provider: str) -> OAuthApp | None:
    """The app registration of a vendor; None when there is none."""
    row = session.get(SignInProvider, provider) if provider in MISSING else None
    if row is None:
        return None
    tenant = _tenant(row.issuer) if provider == "microsoft" else ""
    return OAuthApp(row.client_id, row.client_secret, tenant)


def app_to_connect(
    session: Session, provider: str, purpose: AccountPurpose = AccountPurpose.CALENDARS
) -> OAuthApp:
    """The registration that somebody connects with now; Rejected while that is switched off.

    NotFound for anything that people do not sign in to.
    """
    if provider not in MISSING:
        raise NotFound
    app = app_of(session, provider)
    if missing := _why(session, provider, purpose):
        raise Rejected(missing)
    if app is None:
        raise Rejected(MISSING[provider])
    return app


def offered(session: Session, purpose: AccountPurpose = AccountPurpose.CALENDARS) -> list[Offer]:
    """All services in their order, each with what is missing before it can be connected."""
    return [Offer(each, _why(session, each.key, purpose)) for each in presets.all_for(purpose)]


def _why(session: Session, key: str, purpose: AccountPurpose) -> str:
    if key not in MISSING:
        return ""
    row = session.get(SignInProvider, key)
    if purpose is AccountPurpose.CONTACTS:
        return "" if row is not None and row.for_contacts else NOT_ALLOWED[key]
    return "" if row is not None and row.for_calendars else MISSING[key]


def switches(session: Session, actor: Actor) -> list[Switch]:
    """What an administrator allows for contacts, for Settings > Configuration."""
    actor.require_admin()
    rows = {key: session.get(SignInProvider, key) for key in MISSING}
    return [
        Switch(key, presets.preset(key, AccountPurpose.CONTACTS).name, row is not None, _on(row))
        for key, row in rows.items()
    ]


def _on(row: SignInProvider | None) -> bool:
    return row is not None and row.for_contacts


def allow_contacts(session: Session, actor: Actor, provider: str, on: bool) -> None:
    """Let users connect the contacts of their accounts there, or nobody anew (SCT-1).

    For administrators. Conflict while no app is entered, NotFound for any other service.
    """
    actor.require_admin()
    if provider not in MISSING:
        raise NotFound
    row = session.get(SignInProvider, provider)
    if row is None:
        raise Conflict(MISSING[provider])
    if row.for_contacts == on:
        return
    row.for_contacts = on
    session.add(row)
    session.flush()
    audit.record(session, actor, "sign_in_provider.changed", provider=provider, for_contacts=on)
    facts.record(session, facts.AppChanged(provider))


def service_of(provider: str) -> OAuthService:
    """The module that signs people in at a vendor."""
    return _services[provider]()


def offer(provider: str, service: OAuthService) -> None:
    """Have people sign in at ``provider`` by another service."""
    _services[provider] = lambda: service


def _google() -> OAuthService:
    from crm_app.providers.google import oauth

    return oauth


def _microsoft() -> OAuthService:
    from crm_app.providers.microsoft import oauth

    return oauth


_services: dict[str, Callable[[], OAuthService]] = {"google": _google, "microsoft": _microsoft}


def _tenant(issuer: str) -> str:
    """The one organisation that an issuer names: https://login.microsoftonline.com/<tenant>/v2.0."""
    tenant = urlsplit(issuer).path.strip("/").partition("/")[0]
    return "" if tenant in _EVERYBODY else tenant
