"""Settings > You > Calendar configuration: calendars, sync option, guests, review and health (SYN-1).

One part at a time is in the page; its name stands in the address (``?part=review``), so that a
notice can lead to it.
"""

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.sync.ui import (
    cards_view,
    connecting_view,
    guests_view,
    health_view,
    option_dialog,
    option_view,
    review_view,
)
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_dialogs import dialogs
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.review_state import Review
from crm_app.ui.components import badge, button, notice, page_header, skeleton_rows, tabs
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

TITLE = N_("Calendar configuration")
# The times on the page grow old by themselves; the button that is pressed ends with the page.
_PULSE = """
const beat = setInterval(() => {
  const button = document.getElementById('connections-pulse');
  if (!button) clearInterval(beat);
  else if (document.visibilityState === 'visible') button.click();
}, 10000)
"""


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("What is read from your calendars, what is written there, and what is made of it."),
            button(
                tr("Connect a calendar"), icon="plus", kind="primary", on_click=Connecting.begin
            ),
        ),
        rx.cond(
            Connections.whose,
            notice(
                tr("You are looking at the connections of {name}.", name=Connections.whose),
                tone="accent",
            ),
        ),
        rx.cond(Connections.loading, skeleton_rows(), rx.fragment(_tabs(), _part())),
        connecting_view.connect_dialog(),
        option_dialog.dry_run(),
        *dialogs(),
        rx.el.button(
            id="connections-pulse",
            type="button",
            hidden=True,
            on_click=Connections.reread,
            on_mount=rx.call_script(_PULSE),
        ),
    )


def _tabs() -> rx.Component:
    waiting = rx.cond(Review.count > 0, badge(Review.count.to(str), tone="accent"))
    return tabs(
        ("calendars", tr("Calendars")),
        ("option", tr("Sync option")),
        ("guests", tr("Guests")),
        ("review", rx.el.span(tr("Review"), waiting, class_name="counted")),
        ("health", tr("Health")),
        value=Connections.part,
        on_change=Connections.show,
        panels="part",
    )


def _part() -> rx.Component:
    parts = {
        "option": option_view.option_part,
        "guests": guests_view.guests_part,
        "review": review_view.review_part,
        "health": health_view.health_part,
        "calendars": cards_view.calendars,
    }
    return rx.match(
        Connections.part,
        *((name, _panel(name, content())) for name, content in parts.items()),
        rx.fragment(),
    )


def _panel(name: str, content: rx.Component) -> rx.Component:
    return rx.el.div(content, id=f"part-{name}", role="tabpanel", class_name="part")
