"""One address book of an account: whether it is used, how it is, and what to do about it."""

import reflex as rx

from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.shown_accounts import BookRow
from crm_app.ui.components import (
    badge,
    button,
    icon_button,
    menu,
    menu_item,
    notice,
)
from crm_app.ui.words import tr


def book(row: rx.Var[BookRow]) -> rx.Component:
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
