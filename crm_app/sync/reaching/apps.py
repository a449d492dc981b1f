"""The app registrations that calendars are connected with, and what can be connected at all (Q-3).

One registration per vendor serves for signing in and for calendars; an administrator enters it
under Settings > Integrations. Switched off for calendars, nobody connects anew with it, and what
is connected goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from crm_app.core.errors import NotFound, Rejected
from crm_app.core.i18n import N_
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
# Tenants of Microsoft's that are none: all organisations, all accounts, private ones.
_EVERYBODY = ("common", "organizations", "consumers")


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as people see it. ``why`` is a message id: what is missing; empty when nothing is."""

    preset: Preset
    why: str = ""


def app_of(session: Session, provider: str) -> OAuthApp | None:
    """The app registration of a vendor; None when there is none."""
    row = session.get(SignInProvider, provider) if provider in MISSING else None
    if row is None:
        return None
    tenant = _tenant(row.issuer) if provider == "microsoft" else ""
    return OAuthApp(row.client_id, row.client_secret, tenant)


def app_to_connect(session: Session, provider: str) -> OAuthApp:
    """The registration that somebody connects with now; Rejected while that is switched off.

    NotFound for anything that people do not sign in to.
    """
    if provider not in MISSING:
        raise NotFound
    row = session.get(SignInProvider, provider)
    app = app_of(session, provider)
    if row is None or app is None or not row.for_calendars:
        raise Rejected(MISSING[provider])
    return app


def offered(session: Session) -> list[Offer]:
    """All services in their order, each with what is missing before it can be connected."""
    return [Offer(each, _why(session, each.key)) for each in presets.ALL]


def _why(session: Session, key: str) -> str:
    if key not in MISSING:
        return ""
    row = session.get(SignInProvider, key)
    return "" if row is not None and row.for_calendars else MISSING[key]


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
