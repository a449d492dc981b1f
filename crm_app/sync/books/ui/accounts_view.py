"""The tab "Accounts" of External accounts: a card per account with its address books and its health."""

from typing import Any

import reflex as rx

from crm_app.core.kinds import AccountPurpose
from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.books.ui.connecting_view import ICONS
from crm_app.sync.books.ui.shown_accounts import AccountRow, BookRow
from crm_app.sync.reaching import presets
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import (
    badge,
    button,
    card,
    checkbox,
    dialog,
    empty_state,
    field,
    icon_button,
    menu,
    menu_item,
    notice,
    text_input,
)
from crm_app.ui.words import tr

_OTHER = presets.general(AccountPurpose.CONTACTS).key


def accounts_tab() -> rx.Component:
    """The tab."""
    return rx.el.div(
        rx.cond(
            (ExternalAccounts.queued > 0) & (ExternalAccounts.whose == ""),
            _waiting(),
        ),
        rx.cond(
            ExternalAccounts.rows.length() > 0,
            rx.foreach(ExternalAccounts.rows, _account),
            card(
                empty_state(
                    "book-user",
                    tr("No address book is connected yet"),
                    tr(
                        "Connect Google, iCloud, Office 365 or any CardDAV server. What is there "
                        "waits in the queue until you say what it is, and contacts that you tick "
                        "stay in step with your phone."
                    ),
                    button(
                        tr("New sync account"),
                        icon="plus",
                        kind="primary",
                        on_click=NewAccount.begin,
                    ),
                )
            ),
        ),
        rx.cond(ExternalAccounts.everyone.length() > 0, _everyone()),
        class_name="groups",
    )


def _waiting() -> rx.Component:
    """The next step after a download."""
    return rx.el.div(
        rx.icon("inbox", size=20, aria_hidden="true"),
        rx.el.span(ExternalAccounts.waiting, class_name="grows"),
        button(
            tr("Open the queue"), icon="arrow-right", on_click=ExternalAccounts.set_tab("queue")
        ),
        class_name="queue-callout",
    )


def _light(light: Any) -> rx.Component:
    return rx.el.span(class_name="lamp lamp-" + light.to(str), aria_hidden="true")


def _account(row: rx.Var[AccountRow]) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.match(
                    row.kind,
                    *((key, rx.icon(name, size=20)) for key, name in ICONS.items()),
                    rx.icon(ICONS[_OTHER], size=20),
                ),
                class_name="tile-icon",
                aria_hidden="true",
            ),
            rx.el.div(
                rx.el.h2(row.label, class_name="breaks"),
                rx.el.div(
                    rx.cond(row.username, rx.el.span(row.username, class_name="breaks")),
                    rx.cond(row.service != row.label, rx.el.span(row.service, class_name="breaks")),
                    class_name="hint dotted",
                ),
                class_name="grows",
            ),
            icon_button(
                "refresh-cw",
                tr("Sync {name} now", name=row.label),
                on_click=ExternalAccounts.sync_now(row.id),
                disabled=row.paused | row.locked,
            ),
            _menu(row),
            class_name="connection-head",
        ),
        rx.el.p(
            _light(row.light), rx.el.span(row.words), class_name="connection-state", role="status"
        ),
        rx.cond(row.advice, rx.el.p(row.advice, class_name="hint")),
        rx.cond(row.locked, _locked(row)),
        rx.cond(
            row.paused,
            rx.el.div(
                button(
                    tr("Go on"),
                    icon="play",
                    small=True,
                    on_click=ExternalAccounts.resume(row.id),
                ),
                class_name="row",
            ),
        ),
        rx.cond(row.unwritten.length() > 0, _unwritten(row)),
        rx.cond(
            row.on_its_way,
            rx.el.p(
                rx.icon("send", size=16, aria_hidden="true"),
                rx.el.span(row.on_its_way),
                class_name="connection-state hint",
            ),
        ),
        rx.cond(
            row.books.length() > 0,
            rx.el.div(
                rx.el.div(
                    rx.el.span(tr("Address books"), class_name="label"),
                    rx.el.span(tr("Ticked ones are read and kept in step."), class_name="help"),
                    class_name="book-caption",
                ),
                rx.el.ul(
                    rx.foreach(row.books, _book),
                    class_name="book-list",
                    aria_label=tr("Address books of {name}", name=row.label),
                ),
            ),
        ),
        class_name="card connection",
        aria_label=row.label,
    )


def _menu(row: rx.Var[AccountRow]) -> rx.Component:
    def ask(what: str) -> Any:
        return ExternalAccounts.ask(what, row.id, row.label)

    return menu(
        icon_button("ellipsis", tr("Actions for {name}", name=row.label)),
        menu_item(tr("Rename"), ask("rename"), icon="pencil"),
        rx.cond(
            row.paused,
            menu_item(tr("Go on"), ExternalAccounts.resume(row.id), icon="play"),
            menu_item(tr("Pause"), ExternalAccounts.pause(row.id), icon="pause"),
        ),
        rx.cond(
            row.sign_in == "",
            menu_item(tr("Enter a new password"), ask("reconnect"), icon="plug"),
        ),
        menu_item(tr("Disconnect"), ask("disconnect"), icon="unplug", danger=True),
    )


def _locked(row: rx.Var[AccountRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row.sign_in,
            rx.el.a(
                rx.icon("plug", size=16, aria_hidden="true"),
                rx.el.span(tr("Connect again")),
                href=row.sign_in,
                custom_attrs=PAST_THE_ROUTER,
                class_name="button button-primary",
            ),
            button(
                tr("Connect again"),
                icon="plug",
                kind="primary",
                on_click=ExternalAccounts.ask("reconnect", row.id, row.label),
            ),
        ),
        class_name="row",
    )


def _unwritten(row: rx.Var[AccountRow]) -> rx.Component:
    return notice(
        rx.el.ul(
            rx.foreach(
                row.unwritten,
                lambda each: rx.el.li(
                    rx.link(each["name"], href=each["path"], weight="medium"), ": ", each["error"]
                ),
            ),
            class_name="plain-list",
        ),
        tone="warn",
        title=tr("Could not be written yet"),
    )


def _book(row: rx.Var[BookRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    class_name="checkbox",
                    checked=row.used,
                    on_change=lambda on: ExternalAccounts.use(row.id, on),
                ),
                rx.el.span(row.name, class_name="breaks"),
                class_name="check-row book-name",
            ),
            rx.el.div(
                rx.cond(
                    row.main, badge(tr("New entries go here"), tone="accent", icon="smartphone")
                ),
                rx.cond(~row.writable, badge(tr("Read only"), icon="lock")),
                rx.el.span(row.note, class_name="hint tabular"),
                class_name="book-facts",
            ),
            rx.cond(
                row.listing,
                button(
                    tr("Stop"), icon="square", small=True, on_click=ExternalAccounts.stop(row.id)
                ),
            ),
            rx.cond(
                row.stopped,
                button(
                    tr("Go on"), icon="play", small=True, on_click=ExternalAccounts.go_on(row.id)
                ),
            ),
            rx.cond(row.used, _book_menu(row), rx.el.span(class_name="calendar-gap")),
            class_name="book-line",
        ),
        rx.cond(row.listing, rx.el.div(class_name="running-bar", aria_hidden="true")),
        rx.cond(row.trouble, rx.el.p(row.trouble, " ", row.advice, class_name="hint book-trouble")),
        rx.cond(row.odd, rx.el.p(row.odd, class_name="hint book-odd")),
        rx.cond(row.waiting, _missing_there(row)),
        class_name="book-row",
    )


def _missing_there(row: rx.Var[BookRow]) -> rx.Component:
    return notice(
        rx.el.p(row.waiting),
        rx.el.div(
            button(
                tr("Forget them"),
                kind="danger",
                small=True,
                on_click=ExternalAccounts.ask("missing", row.id, row.name),
            ),
            button(
                tr("Read it anew"),
                small=True,
                on_click=ExternalAccounts.list_again(row.id),
            ),
            class_name="row",
        ),
        tone="warn",
    )


def _book_menu(row: rx.Var[BookRow]) -> rx.Component:
    return menu(
        icon_button("ellipsis", tr("Actions for {name}", name=row.name)),
        rx.cond(
            row.writable & ~row.main,
            menu_item(
                tr("Write new entries here"),
                ExternalAccounts.choose_main(row.id),
                icon="smartphone",
            ),
        ),
        menu_item(tr("Read it anew"), ExternalAccounts.list_again(row.id), icon="refresh-cw"),
    )


def _everyone() -> rx.Component:
    return card(
        rx.el.ul(
            rx.foreach(
                ExternalAccounts.everyone,
                lambda each: rx.el.li(
                    _light(each["light"]),
                    rx.link(
                        each["user"], href="/settings/accounts?user=" + each["user_id"].to(str)
                    ),
                    rx.el.span(each["label"], class_name="breaks"),
                    rx.el.span(each["words"], class_name="hint"),
                    class_name="row",
                ),
            ),
            class_name="plain-list",
        ),
        title=tr("Everybody's accounts"),
        hint=tr("You see how they are. What is in them is seen by their owners alone."),
    )


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
