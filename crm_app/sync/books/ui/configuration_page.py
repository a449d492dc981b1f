"""Settings > Configuration: what an administrator enables for the team, as "Office 365 – Contacts" (SCT-1)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.sync.books.ui.connecting_view import ICONS
from crm_app.sync.reaching import apps
from crm_app.ui.components import card, link_button, page_header, skeleton_rows, switch_row
from crm_app.ui.settings_frame import settings
from crm_app.ui.state import PrivateState, handler
from crm_app.ui.words import tr

TITLE = N_("Configuration")
PROVIDERS = ("microsoft", "google")
_NAME = N_("{service} – Contacts")


class Configuration(PrivateState):
    """``rows``: what can be switched; ``entered`` is empty while the service's app is missing."""

    loading: bool = True
    rows: dict[str, dict[str, str]] = {each: {} for each in PROVIDERS}

    @handler(admin=True)
    async def load(self) -> None:
        """The page opens."""
        self.rows = await self._read(switches)
        self.loading = False

    @handler(admin=True)
    async def allow(self, provider: str, on: bool) -> Any:
        """Let people connect their contacts there, or nobody anew."""
        await self._write(lambda session, actor: apps.allow_contacts(session, actor, provider, on))
        self.rows = await self._read(switches)
        said = N_("People can connect it now.") if on else N_("Nobody can connect it anew.")
        return rx.toast.success(self._say(said))


def switches(session: Session, actor: Actor) -> dict[str, dict[str, str]]:
    """What is there to enable, in the reader's language."""
    return {
        each.provider: {
            "name": translate(actor.locale, _NAME, service=each.name),
            "entered": "yes" if each.entered else "",
            "on": "yes" if each.on else "",
        }
        for each in apps.switches(session, actor)
    }


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("What your team can use, beyond what is always there.")),
        rx.cond(
            Configuration.loading,
            skeleton_rows(2),
            card(
                rx.el.ul(*(_row(each) for each in PROVIDERS), class_name="allowed-list"),
                title=tr("Contacts"),
                hint=tr(
                    "Whose contacts people can connect under External accounts. iCloud and "
                    "CardDAV servers can be connected always."
                ),
            ),
        ),
    )


def _row(provider: str) -> rx.Component:
    row = Configuration.rows[provider]
    return rx.el.li(
        rx.el.span(
            rx.icon(ICONS[provider], size=20, aria_hidden="true"),
            class_name="tile-icon",
        ),
        rx.el.div(
            switch_row(
                f"allow-{provider}",
                row["name"],
                rx.cond(
                    row["on"],
                    tr("Everybody can connect his own contacts there."),
                    rx.cond(
                        row["entered"],
                        tr("Nobody connects anew; what is connected goes on."),
                        tr("It needs an app of your own there, entered once in five minutes."),
                    ),
                ),
                checked=row["on"] != "",
                on_change=lambda on: Configuration.allow(provider, on),
                disabled=row["entered"] == "",
            ),
            rx.cond(
                row["entered"],
                rx.fragment(),
                link_button(tr("Enter the app"), "/settings/integrations#apps", icon="plug"),
            ),
            class_name="grows allowed",
        ),
    )
