"""Settings > Sign-in and sessions: where one is signed in, and with what one can sign in."""

import json
from typing import Any

import reflex as rx

from crm_app.accounts.ui.sessions_state import Sessions
from crm_app.core.i18n import N_
from crm_app.ui.components import badge, button, page_header, section, skeleton_rows
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

TITLE = N_("Sign-in and sessions")
ROUTE = "/settings/sessions"


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("Browsers that are signed in as you, and how you get in.")),
        rx.cond(
            Sessions.loading,
            skeleton_rows(),
            rx.el.div(
                _browsers(),
                rx.cond(Sessions.ways.length() > 0, _ways()),
                class_name="groups",
            ),
        ),
    )


def _browsers() -> rx.Component:
    return section(
        tr("Browsers"),
        tr("Sign out what you do not know, and change your password."),
        rx.el.div(rx.foreach(Sessions.rows, _browser), class_name="people-list"),
        rx.cond(
            Sessions.others > 0,
            rx.el.div(
                button(
                    tr("Sign out all others"),
                    icon="log-out",
                    kind="danger",
                    on_click=Sessions.revoke_others,
                ),
                class_name="row",
            ),
        ),
    )


def _browser(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row["kind"] == "phone",
            rx.icon("smartphone", size=20, aria_hidden="true"),
            rx.icon("monitor", size=20, aria_hidden="true"),
        ),
        rx.el.div(
            rx.el.div(row["name"], class_name="label"),
            rx.el.div(
                rx.el.span(tr("Seen {when}", when=row["seen"])),
                rx.el.span(tr("Signed in: {when}", when=row["since"])),
                rx.cond(row["address"], rx.el.span(row["address"], class_name="tabular")),
                class_name="hint dotted",
            ),
            class_name="grows",
        ),
        rx.cond(
            row["current"],
            rx.el.div(badge(tr("This browser"), tone="good", icon="check")),
            button(
                tr("Sign out"),
                small=True,
                on_click=Sessions.revoke(row["id"]),
                aria_label=tr("Sign out {browser}", browser=row["name"]),
            ),
        ),
        class_name="people-row",
    )


def _ways() -> rx.Component:
    return section(
        tr("Sign in with another account"),
        tr("Besides your password."),
        rx.el.div(rx.foreach(Sessions.ways, _way), class_name="people-list"),
    )


def _way(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(row["label"]),
        rx.cond(
            row["identity"],
            rx.el.div(
                badge(tr("Connected"), tone="good", icon="check"),
                button(tr("Disconnect"), small=True, on_click=Sessions.disconnect(row["identity"])),
                class_name="row",
            ),
            button(tr("Connect"), small=True, on_click=rx.call_script(_begin(row["provider"]))),
        ),
        class_name="people-row",
    )


def _begin(provider: Any) -> Any:
    """Connecting begins with a post, which no form inside Reflex can send by itself."""
    head = "const form = document.createElement('form'); form.method = 'post'; form.action = '/auth/' + "
    tail = (
        " + '/link'; const next = document.createElement('input'); next.name = 'next'; "
        f"next.value = {json.dumps(ROUTE)}; form.append(next); document.body.append(form); "
        "form.submit();"
    )
    return rx.Var(
        _js_expr=f"{json.dumps(head)} + JSON.stringify({provider!s}) + {json.dumps(tail)}",
        _var_type=str,
        _var_data=provider._get_all_var_data(),
    )
