"""Settings > Integrations: the apps at Google and Microsoft for signing in and for calendars (USR-2, Q-3).

A client secret goes in and never comes out again: the page learns only whether one is set.
"""

import asyncio
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, redirects, service
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.models import SignInProvider
from crm_app.providers import app_check, oidc
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class Apps(PrivateState):
    """``google`` and ``microsoft`` are what is entered; ``editing`` is whose form is open."""

    loading: bool = True
    google: Row = {}
    microsoft: Row = {}
    editing: str = ""
    removing: str = ""
    checking: bool = False

    @handler
    async def load(self) -> None:
        """Read what is entered; members have nothing to see here."""
        if self._is_admin:
            await self._show()
        self.loading = False

    async def _show(self) -> None:
        found = await self._read(apps)
        self.google, self.microsoft = found["google"], found["microsoft"]

    @handler(admin=True)
    def edit(self, provider: str) -> None:
        """Open the form of a provider, or close it ("")."""
        self.errors, self.editing = {}, provider if provider in oidc.NAMES else ""

    @handler(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Write an app; an empty secret keeps the one that is set."""
        provider = self.editing
        typed = {name: str(form.get(name, "")) for name in ("client_id", "client_secret", "issuer")}
        await self._write(lambda session, actor: write(session, actor, provider, typed))
        self.editing = ""
        await self._show()
        done = N_("The app for {provider} is entered.")
        return rx.toast.success(self._say(done, provider=oidc.NAMES[provider]))

    @handler(admin=True)
    async def set_enabled(self, provider: str, on: bool) -> None:
        """Offer a provider on the sign-in page, or not."""
        await self._write(lambda session, actor: switch(session, actor, provider, enabled=on))
        await self._show()

    @handler(admin=True)
    async def set_for_calendars(self, provider: str, on: bool) -> None:
        """Let people connect their calendars with it, or not."""
        await self._write(lambda session, actor: switch(session, actor, provider, for_calendars=on))
        await self._show()

    @handler(admin=True, background=True)
    async def check(self) -> Any:
        """Ask Google whether it knows the client ID and the secret."""
        async with self:
            self.checking = True
        try:
            app = await self._read(entered_at_google)
            address = redirects.calendars(app.provider)
            await asyncio.to_thread(app_check.check, app, redirect_uri=address)
        finally:
            async with self:
                self.checking = False
        done = N_("{provider} accepts the client ID and the client secret.")
        return rx.toast.success(self._say(done, provider=oidc.NAMES[app.provider]))

    @handler(admin=True)
    def ask_to_remove(self, provider: str) -> None:
        """The question before an app is forgotten, or its end ("")."""
        self.removing = provider if provider in oidc.NAMES else ""

    @handler(admin=True)
    async def remove(self) -> Any:
        """Forget an app and its secret."""
        provider, self.removing = self.removing, ""
        await self._write(
            lambda session, actor: service.remove_sign_in_provider(session, actor, provider)
        )
        await self._show()
        return rx.toast.success(self._say(N_("Removed.")))


def apps(session: Session, actor: Actor) -> dict[str, Row]:
    """What is entered for each provider, and the addresses that it has to send people back to."""
    entered = {row.provider: row for row in queries.list_sign_in_providers(session, actor)}
    return {
        name: {
            "client_id": entered[name].client_id if name in entered else "",
            "issuer": entered[name].issuer if name in entered else "",
            "set": "yes" if name in entered else "",
            "enabled": "yes" if name in entered and entered[name].enabled else "",
            "for_calendars": "yes" if name in entered and entered[name].for_calendars else "",
            "callback": redirects.sign_in(name),
            "back": redirects.calendars(name),
            "scopes": " ".join(scopes(name)),
        }
        for name in oidc.NAMES
    }


def scopes(provider: str) -> tuple[str, ...]:
    """What the app asks people for: to sign in, for their calendars and for their contacts."""
    sign_in = ("openid", "email", "profile")
    if provider == "google":
        from crm_app.providers.google import oauth

        return (*sign_in, oauth.EVENTS, oauth.CALENDARS, oauth.CONTACTS)
    from crm_app.providers.microsoft import tokens

    asked = (scope for some in tokens.SCOPES.values() for scope in some)
    return (*sign_in, "offline_access", *dict.fromkeys(asked))


def entered_at_google(session: Session, actor: Actor) -> oidc.App:
    """The app for Google that is entered, on or off."""
    row = _entered(session, actor, "google")
    if row is None:
        raise NotFound
    issuer = row.issuer or oidc.ISSUERS["google"]
    return oidc.App("google", row.client_id, row.client_secret, issuer)


def write(session: Session, actor: Actor, provider: str, typed: Row) -> None:
    """Write an app as typed; a new one is on for both uses, and what was switched off stays so."""
    row = _entered(session, actor, provider)
    service.set_sign_in_provider(
        session,
        actor,
        provider=provider,
        client_id=typed["client_id"],
        client_secret=typed["client_secret"],
        issuer=typed["issuer"],
        enabled=row.enabled if row else True,
        for_calendars=row.for_calendars if row else True,
    )


def switch(
    session: Session,
    actor: Actor,
    provider: str,
    *,
    enabled: bool | None = None,
    for_calendars: bool | None = None,
) -> None:
    """Switch a use of an app that is entered on or off; None leaves it as it is."""
    row = _entered(session, actor, provider)
    if row is None:
        raise NotFound
    service.set_sign_in_provider(
        session,
        actor,
        provider=provider,
        client_id=row.client_id,
        issuer=row.issuer,
        enabled=row.enabled if enabled is None else enabled,
        for_calendars=for_calendars,
    )


def _entered(session: Session, actor: Actor, provider: str) -> SignInProvider | None:
    rows = queries.list_sign_in_providers(session, actor)
    return next((row for row in rows if row.provider == provider), None)
