"""The tab "Accounts" of External accounts: a card per account with its address books and its health."""

from typing import Any

import reflex as rx

from crm_app.core.kinds import AccountPurpose
from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.book_view import book
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.books.ui.connecting_view import ICONS
from crm_app.sync.books.ui.shown_accounts import AccountRow
from crm_app.sync.reaching import presets
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import (
    button,
    card,
    empty_state,
    icon_button,
    menu,
    menu_item,
    notice,
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
                    rx.foreach(row.books, book),
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
