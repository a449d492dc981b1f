"""The dialogs of External accounts: rename, new password, disconnect, and the yes to many deletions."""

from typing import Any

import reflex as rx

from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.ui.components import (
    button,
    checkbox,
    dialog,
    field,
    notice,
    text_input,
)
from crm_app.ui.words import tr


def dialogs() -> tuple[rx.Component, ...]:
    """Rename, new password, disconnect, and the yes to many deletions."""
    return _rename(), _reconnect(), _disconnect(), _missing()


def _form(*content: rx.Component, save: rx.Component, on_submit: Any) -> rx.Component:
    return rx.el.form(
        *content,
        rx.el.div(
            button(tr("Cancel"), on_click=ExternalAccounts.close),
            save,
            class_name="floating-actions",
        ),
        on_submit=on_submit,
        no_validate=True,
        class_name="stack",
    )


def _rename() -> rx.Component:
    error = ExternalAccounts.errors["label"]
    control = text_input(
        "label",
        default_value=ExternalAccounts.chosen_name,
        auto_focus=True,
        max_length=100,
        error=error,
    )
    return dialog(
        _form(
            field(tr("Name"), control, name="label", error=error),
            save=button(tr("Save"), kind="primary", type="submit"),
            on_submit=ExternalAccounts.rename,
        ),
        title=tr("Rename the account"),
        open=ExternalAccounts.asking == "rename",
        on_close=ExternalAccounts.close,
    )


def _reconnect() -> rx.Component:
    error = ExternalAccounts.errors["password"]
    control = text_input(
        "password", type="password", auto_complete="off", auto_focus=True, error=error
    )
    return dialog(
        _form(
            rx.cond(
                ExternalAccounts.errors["server_url"],
                notice(ExternalAccounts.errors["server_url"], tone="bad"),
            ),
            field(
                tr("App password"),
                control,
                name="password",
                help=tr("Make a new app password in the other service and enter it here."),
                error=error,
            ),
            save=button(
                tr("Connect again"),
                kind="primary",
                type="submit",
                icon="plug",
                busy=ExternalAccounts.busy,
            ),
            on_submit=ExternalAccounts.reconnect,
        ),
        title=tr("Reconnect {name}", name=ExternalAccounts.chosen_name),
        hint=tr("Nothing that was read is lost. What waits is written once it works again."),
        open=ExternalAccounts.asking == "reconnect",
        on_close=ExternalAccounts.close,
    )


def _disconnect() -> rx.Component:
    return dialog(
        rx.el.p(
            tr(
                "Your contacts here stay, and “Sync mobile” goes off for those that follow this "
                "account. The queue of this account and the password are forgotten. What you "
                "imported or linked stays in the address book."
            )
        ),
        rx.cond(
            ExternalAccounts.made,
            checkbox(
                "remove-ours",
                ExternalAccounts.made,
                checked=ExternalAccounts.remove_ours,
                on_change=ExternalAccounts.set_remove_ours,
            ),
        ),
        title=tr("Disconnect {name}?", name=ExternalAccounts.chosen_name),
        open=ExternalAccounts.asking == "disconnect",
        on_close=ExternalAccounts.close,
        actions=(
            button(tr("Cancel"), on_click=ExternalAccounts.close),
            button(tr("Disconnect"), kind="danger", on_click=ExternalAccounts.disconnect),
        ),
    )


def _missing() -> rx.Component:
    return dialog(
        rx.el.p(
            tr(
                "The entries are gone in “{name}”. Your contacts here stay; “Sync mobile” goes off "
                "for those of them that followed such an entry.",
                name=ExternalAccounts.chosen_name,
            )
        ),
        title=tr("Forget the missing entries?"),
        open=ExternalAccounts.asking == "missing",
        on_close=ExternalAccounts.close,
        actions=(
            button(tr("Cancel"), on_click=ExternalAccounts.close),
            button(tr("Forget them"), kind="danger", on_click=ExternalAccounts.delete_missing),
        ),
    )
