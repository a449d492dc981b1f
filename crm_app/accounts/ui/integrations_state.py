"""Settings > Integrations: the apps at Google and Microsoft with which people sign in (USR-2, Q-3).

A client secret goes in and never comes out again: the page learns only whether one is set.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, service
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.models import SignInProvider
from crm_app.providers import oidc
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class Integrations(PrivateState):
    """``google`` and ``microsoft`` are what is entered; ``editing`` is whose form is open."""

    loading: bool = True
    google: Row = {}
    microsoft: Row = {}
    editing: str = ""
    removing: str = ""

    @handler(admin=True)
    async def load(self) -> None:
        """Read what is entered."""
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
        done = N_("People can now sign in with {provider}.")
        return rx.toast.success(self._say(done, provider=oidc.NAMES[provider]))

    @handler(admin=True)
    async def set_enabled(self, provider: str, on: bool) -> None:
        """Offer a provider on the sign-in page, or not."""
        await self._write(lambda session, actor: switch(session, actor, provider, on))
        await self._show()

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
    """What is entered for each provider, and the address that it has to send people back to."""
    entered = {row.provider: row for row in queries.list_sign_in_providers(session, actor)}
    url = get_settings().url
    return {
        name: {
            "client_id": entered[name].client_id if name in entered else "",
            "issuer": entered[name].issuer if name in entered else "",
            "set": "yes" if name in entered else "",
            "enabled": "yes" if name in entered and entered[name].enabled else "",
            "callback": f"{url}/auth/{name}/callback",
        }
        for name in oidc.NAMES
    }


def write(session: Session, actor: Actor, provider: str, typed: Row) -> None:
    """Write an app as typed; one that was switched off stays so."""
    row = _entered(session, actor, provider)
    service.set_sign_in_provider(
        session,
        actor,
        provider=provider,
        client_id=typed["client_id"],
        client_secret=typed["client_secret"],
        issuer=typed["issuer"],
        enabled=row.enabled if row else True,
    )


def switch(session: Session, actor: Actor, provider: str, on: bool) -> None:
    """Enable or disable an app that is entered."""
    row = _entered(session, actor, provider)
    if row is None:
        raise NotFound
    service.set_sign_in_provider(
        session,
        actor,
        provider=provider,
        client_id=row.client_id,
        issuer=row.issuer,
        enabled=on,
    )


def _entered(session: Session, actor: Actor, provider: str) -> SignInProvider | None:
    rows = queries.list_sign_in_providers(session, actor)
    return next((row for row in rows if row.provider == provider), None)
