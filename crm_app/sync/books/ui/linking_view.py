"""The dialog in which the contact is looked for that a card is (SCT-4)."""

from typing import Any

import reflex as rx

from crm_app.sync.books.ui.queue_state import CardQueue
from crm_app.ui.components import (
    dialog,
)
from crm_app.ui.words import tr


def linking_dialog() -> rx.Component:
    """Whoever is not among the likely ones is looked for."""
    return dialog(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                class_name="input",
                default_value=CardQueue.linking_name,
                aria_label=tr("Search contacts"),
                auto_complete="off",
                on_change=CardQueue.find.debounce(200),
            ),
            class_name="search-box",
        ),
        rx.cond(
            CardQueue.found.length() > 0,
            rx.el.ul(rx.foreach(CardQueue.found, _found), class_name="plain-list"),
            rx.el.p(tr("No contact fits."), class_name="hint"),
        ),
        title=tr("Which contact is {name}?", name=CardQueue.linking_name),
        hint=tr("Both keep what they say, and are in step from then on. No second record is made."),
        open=CardQueue.linking != 0,
        on_close=CardQueue.end_linking,
    )


def _found(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(row["name"], class_name="breaks"),
            rx.el.span(row["facts"], class_name="hint breaks"),
            type="button",
            class_name="pick-row",
            on_click=CardQueue.link(CardQueue.linking, row["id"].to(int)),
        )
    )
