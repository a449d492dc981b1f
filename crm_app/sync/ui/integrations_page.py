"""Settings > Integrations: a card per service with what is connected there; apps for administrators (SYN-1)."""

from typing import Any

import reflex as rx

from crm_app.accounts.ui import apps_view
from crm_app.accounts.ui.apps_state import Apps
from crm_app.core.i18n import N_
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Preset, Way
from crm_app.sync.ui import connecting_view
from crm_app.sync.ui.cards_view import light
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connecting_view import ICONS, way_to
from crm_app.sync.ui.connections_dialogs import dialogs
from crm_app.sync.ui.connections_state import Connections
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import (
    button,
    icon_button,
    link_button,
    menu,
    menu_item,
    page_header,
    skeleton_rows,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr

TITLE = N_("Integrations")
ADDRESS = "/settings/integrations"
# One card stands for all CalDAV servers that have an address of their own.
_CARDS = (presets.GOOGLE, presets.MICROSOFT, presets.ICLOUD, presets.OTHER, presets.FEED)
_SAME_CARD = {presets.OTHER.key: (presets.OTHER, presets.FASTMAIL, presets.NEXTCLOUD)}


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("The services that your calendars are in, and the accounts that are connected."),
            link_button(tr("Calendar configuration"), "/settings/connections"),
        ),
        rx.cond(
            Connections.loading,
            skeleton_rows(),
            rx.el.div(
                *(_card(each) for each in _CARDS),
                rx.cond(Shell.is_admin, _apps()),
                class_name="groups",
            ),
        ),
        connecting_view.connect_dialog(ADDRESS),
        *dialogs(),
        *apps_view.dialogs(),
    )


def _card(each: Preset) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.icon(ICONS[each.key], size=20), class_name="tile-icon", aria_hidden="true"
            ),
            rx.el.div(
                rx.el.h2(_name(each)),
                rx.el.p(tr(each.about), class_name="hint"),
                class_name="grows",
            ),
            _connect(each),
            class_name="connection-head",
        ),
        *([_why_not(each)] if each.way is Way.SIGN_IN else []),
        rx.el.ul(
            rx.foreach(Connections.rows, lambda row: rx.cond(_is_of(row, each), _account(row))),
            class_name="plain-list account-list",
        ),
        class_name="card connection",
        aria_label=_name(each),
    )


def _name(each: Preset) -> Any:
    if each is presets.OTHER:
        return tr("Nextcloud, Fastmail and other CalDAV servers")
    return connecting_view.name_of(each)


def _is_of(row: Any, each: Preset) -> Any:
    keys = [one.key for one in _SAME_CARD.get(each.key, (each,))]
    found = row["kind"] == keys[0]
    for key in keys[1:]:
        found = found | (row["kind"] == key)
    return found


def _connect(each: Preset) -> rx.Component:
    if each.way is not Way.SIGN_IN:
        opens = Connecting.begin if each is presets.OTHER else Connecting.begin_with(each.key)
        return button(tr("Connect"), icon="plus", on_click=opens)
    return rx.cond(
        Connecting.missing[each.key] == "",
        rx.el.a(
            rx.icon("plus", size=16, aria_hidden="true"),
            rx.el.span(tr("Connect")),
            href=way_to(each, ADDRESS),
            custom_attrs=PAST_THE_ROUTER,
            class_name="button button-normal",
        ),
        rx.cond(
            Shell.is_admin,
            button(tr("Set up"), icon="settings", on_click=Apps.edit(each.key)),
        ),
    )


def _why_not(each: Preset) -> rx.Component:
    why = Connecting.missing[each.key]
    return rx.cond(
        why != "",
        rx.el.p(
            rx.icon("info", size=16, aria_hidden="true"),
            rx.cond(
                Shell.is_admin,
                rx.el.span(
                    tr("Needs an app of your own there, entered once. It takes about five minutes.")
                ),
                rx.el.span(why),
            ),
            class_name="connection-state hint",
        ),
    )


def _account(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.strong(row["label"], class_name="breaks"),
                rx.cond(row["username"], rx.el.div(row["username"], class_name="hint breaks")),
                rx.el.div(light(row), rx.el.span(row["words"]), class_name="connection-state"),
                class_name="grows",
            ),
            rx.cond(
                row["locked"],
                button(tr("Reconnect"), icon="plug", small=True, on_click=_ask("reconnect", row)),
            ),
            menu(
                icon_button("ellipsis", tr("Actions for {name}", name=row["label"].to(str))),
                menu_item(tr("Rename"), _ask("rename", row), icon="pencil"),
                menu_item(tr("Reconnect"), _ask("reconnect", row), icon="plug"),
                menu_item(tr("Disconnect"), _ask("disconnect", row), icon="unplug", danger=True),
            ),
            class_name="people-row row",
        )
    )


def _ask(what: str, row: Any) -> Any:
    return Connections.ask(what, row["id"], row["label"])


def _apps() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("Apps for signing in and for calendars")),
            rx.el.p(
                tr(
                    "Google and Microsoft want to know this server before they let anybody in. "
                    "Enter one app for each; it serves for both."
                ),
                class_name="hint",
            ),
            class_name="card-head",
        ),
        rx.el.div(*apps_view.registrations(), class_name="groups"),
        id="apps",
    )
