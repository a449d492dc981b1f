"""The dialogs of the connections page: rename, new password, disconnect, what blocks time."""

import reflex as rx

from crm_app.sync.reaching import presets
from crm_app.sync.ui.connections_state import Connections
from crm_app.ui.components import button, confirm, dialog, field, notice, switch_row, text_input
from crm_app.ui.words import tr


def dialogs() -> tuple[rx.Component, ...]:
    """All of them."""
    return _rename(), _reconnect(), _disconnect(), _policy()


def _form(name: str, *content: rx.Component, save: rx.Component, on_submit: object) -> rx.Component:
    return rx.el.form(
        *content,
        rx.el.div(
            button(tr("Cancel"), on_click=Connections.close), save, class_name="floating-actions"
        ),
        id=name,
        on_submit=on_submit,
        no_validate=True,
        class_name="stack",
    )


def _rename() -> rx.Component:
    return dialog(
        _form(
            "rename-form",
            field(
                tr("Name"),
                text_input(
                    "label",
                    default_value=Connections.chosen_name,
                    auto_focus=True,
                    max_length=100,
                    error=Connections.errors["label"],
                ),
                name="label",
                error=Connections.errors["label"],
            ),
            save=button(tr("Save"), kind="primary", type="submit"),
            on_submit=Connections.rename,
        ),
        title=tr("Rename the connection"),
        open=Connections.asking == "rename",
        on_close=Connections.close,
    )


def _reconnect() -> rx.Component:
    is_feed = Connections.chosen_kind == presets.FEED.key
    return dialog(
        _form(
            "reconnect-form",
            rx.cond(
                Connections.errors["server_url"],
                notice(Connections.errors["server_url"], tone="bad"),
            ),
            field(
                rx.cond(is_feed, tr("Address of the calendar"), tr("App password")),
                text_input(
                    "password",
                    type="password",
                    auto_complete="off",
                    auto_focus=True,
                    error=Connections.errors["password"],
                ),
                name="password",
                help=rx.cond(
                    is_feed,
                    tr("Copy the calendar's secret address in the other service anew."),
                    tr("Make a new app password in the other service and enter it here."),
                ),
                error=Connections.errors["password"],
            ),
            save=button(
                tr("Connect again"),
                kind="primary",
                type="submit",
                icon="plug",
                busy=Connections.busy,
            ),
            on_submit=Connections.reconnect,
        ),
        title=tr("Reconnect {name}", name=Connections.chosen_name),
        hint=tr("Nothing that was read is lost. What waits is written once it works again."),
        open=Connections.asking == "reconnect",
        on_close=Connections.close,
    )


def _disconnect() -> rx.Component:
    return confirm(
        title=tr("Disconnect {name}?", name=Connections.chosen_name),
        text=tr(
            "Its events block no time here any more, and new appointments are not written there. "
            "What was written there already stays in that calendar. The password is forgotten."
        ),
        open=Connections.asking == "disconnect",
        on_close=Connections.close,
        action=button(tr("Disconnect"), kind="danger", on_click=Connections.disconnect),
    )


def _policy() -> rx.Component:
    return dialog(
        switch_row(
            "tentative",
            tr("Tentative events block time"),
            tr("Off: they are shown, and the time stays open."),
            checked=Connections.tentative,
            on_change=lambda on: Connections.set_policy("tentative", on),
        ),
        switch_row(
            "out_of_office",
            tr("Out-of-office events block time"),
            tr("Off: they are shown, and the time stays open."),
            checked=Connections.out_of_office,
            on_change=lambda on: Connections.set_policy("out_of_office", on),
        ),
        rx.el.p(
            tr(
                "Busy events always block. Events marked as free, declined or cancelled never do, "
                "and neither do birthdays and working locations."
            ),
            class_name="help",
        ),
        title=tr("What blocks time in {name}", name=Connections.chosen_name),
        open=Connections.asking == "policy",
        on_close=Connections.close,
        actions=(button(tr("Done"), kind="primary", on_click=Connections.close),),
    )
