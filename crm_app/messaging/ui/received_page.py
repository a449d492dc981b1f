"""Received messages: who wrote, what, and a way to say whose it is."""

from typing import Any

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui.outbox_page import channel_icon
from crm_app.messaging.ui.received_state import Received
from crm_app.ui.components import (
    badge,
    button,
    dialog,
    empty_state,
    field,
    link_button,
    page_header,
    skeleton_rows,
    text_input,
)
from crm_app.ui.words import tr

TITLE = N_("Received messages")


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("What people wrote by SMS and Messenger. Their contacts show it too."),
            link_button(tr("Outbox"), "/outbox", icon="send"),
        ),
        rx.cond(
            Received.loading,
            rx.el.div(skeleton_rows(8), class_name="table-frame"),
            rx.cond(Received.rows.length() > 0, _list(), _nothing()),
        ),
        _dialog(),
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.el.ul(rx.foreach(Received.rows, _line), class_name="plain-list card received"),
        rx.cond(
            Received.more,
            rx.el.div(button(tr("Show more"), on_click=Received.load_more), class_name="more"),
        ),
    )


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        channel_icon(row["channel"], row["channel_name"]),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    row["contact"],
                    rx.link(row["from"], href=row["contact"]),
                    rx.fragment(
                        rx.el.strong(row["address"], class_name="breaks"),
                        badge(tr("unknown"), tone="warn"),
                    ),
                ),
                rx.el.span(row["when"], class_name="hint"),
                class_name="row",
            ),
            rx.el.p(row["text"], class_name="received-text breaks"),
            class_name="grows",
        ),
        rx.cond(
            row["contact"],
            rx.fragment(),
            button(
                tr("Link to a contact"),
                icon="link",
                small=True,
                on_click=Received.begin(row["id"]),
            ),
        ),
        class_name="received-line",
    )


def _nothing() -> rx.Component:
    return empty_state(
        "inbox",
        tr("Nothing received yet"),
        tr("Answers to text messages and to your Facebook page appear here."),
        link_button(tr("Open the contacts"), "/contacts"),
    )


def _dialog() -> rx.Component:
    return dialog(
        field(
            tr("Contact"),
            text_input(
                "received-contact",
                type="search",
                auto_complete="off",
                placeholder=tr("Name, e-mail or number"),
                on_change=Received.look.debounce(250),
            ),
            name="received-contact",
            help=tr("The number is added to the contact, and further messages are known."),
        ),
        rx.el.ul(
            rx.foreach(
                Received.found,
                lambda one: rx.el.li(
                    rx.el.button(
                        rx.el.strong(one["name"]),
                        rx.el.span(one["hint"], class_name="hint breaks"),
                        type="button",
                        class_name="pick-line",
                        on_click=Received.link(one["id"]),
                    )
                ),
            ),
            class_name="plain-list",
            custom_attrs={"aria-live": "polite"},
        ),
        title=tr("Whose message is it?"),
        open=Received.linking != "",
        on_close=Received.begin(""),
        actions=(button(tr("Cancel"), on_click=Received.begin("")),),
    )
