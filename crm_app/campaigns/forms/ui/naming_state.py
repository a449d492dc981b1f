"""Another name or address for a form."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms import queries, service
from crm_app.campaigns.forms.ui import desk
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler


class Naming(PrivateState):
    """The dialog."""

    opened: bool = False
    name: str = ""
    slug: str = ""

    @handler(admin=True)
    async def begin(self) -> None:
        """Open it with what stands."""
        form = await self.get_state(FormBuilder)
        self.name, self.slug, self.opened, self.errors = form.name, form.slug, True, {}

    @handler
    def close(self) -> None:
        """Leave it as it is."""
        self.opened = False

    @handler(admin=True)
    async def save(self, form: dict[str, Any]) -> Any:
        """Write both; what cannot be stands beside its field."""
        builder = await self.get_state(FormBuilder)
        form_id, name, slug = builder.form_id, str(form.get("name")), str(form.get("slug"))
        self.name, self.slug = name, slug

        def write(session: Any, actor: Actor) -> None:
            service.rename(
                session, actor, queries.get_form(session, actor, form_id), name=name, slug=slug
            )

        await self._write(write)
        found = await self._read(lambda s, a: desk.facts_of(s, a, form_id))
        builder.name, builder.slug, builder.url = found.name, found.slug, found.url
        self.opened = False
        return rx.toast.success(self._say(N_("Saved.")))
