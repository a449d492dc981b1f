"""What the dashboard says when its connection to the server is gone."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from crm_app.ui.words import tr


def connection_lost() -> rx.Component:
    """A line above everything while the browser tries to connect again."""
    return rx.cond(
        has_connection_errors,
        rx.el.div(
            rx.icon("wifi-off", size=16, aria_hidden="true"),
            tr("The connection is lost. Trying again …"),
            rx.el.button(
                tr("Reload"),
                type="button",
                class_name="button button-quiet button-small",
                on_click=rx.call_script("window.location.reload()"),
            ),
            class_name="offline",
            role="status",
        ),
    )
