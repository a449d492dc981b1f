"""Settings > Workspace: what the whole team shares. For administrators; the service checks it again."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, service
from crm_app.accounts.ui.profile_state import time_in
from crm_app.accounts.ui.zone_field import resolved
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.ui.state import PrivateState, handler

FIELDS = ("name", "accent", "locale", "time_zone", "privacy_url", "when_unreachable")


class WorkspaceSettings(PrivateState):
    """``form`` holds what stands in the fields, as text; ``url`` is where people reach us."""

    loading: bool = True
    form: dict[str, str] = {}
    changed: bool = False
    there: str = ""
    url: str = ""

    @handler(admin=True)
    async def load(self) -> None:
        """Read what stands; also what "Discard" does."""
        await self._show()

    async def _show(self) -> None:
        self.form = await self._read(overview)
        self.url = get_settings().url
        self.changed, self.errors, self.loading = False, {}, False
        self.there = time_in(self._locale, resolved(self.form["time_zone"]))

    @handler(admin=True)
    def set_field(self, name: str, value: str) -> None:
        """Type into a field."""
        if name in FIELDS:
            self.form[name] = value[:1000]
            self.changed = True
            self.there = time_in(self._locale, resolved(self.form["time_zone"]))

    @handler(admin=True)
    async def save(self) -> Any:
        """Write the settings."""
        form = {name: self.form[name] for name in FIELDS}
        form["time_zone"] = resolved(form["time_zone"])
        await self._write(lambda session, actor: service.update_workspace(session, actor, **form))
        await self._show()
        return rx.toast.success(self._say(N_("Saved.")))


def overview(session: Session, actor: Actor) -> dict[str, str]:
    """The settings as the form holds them."""
    actor.require_admin()
    workspace = queries.get_workspace(session)
    return {name: str(getattr(workspace, name)) for name in FIELDS}
