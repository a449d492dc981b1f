"""The bell: a button with a number, and the list that it opens."""

from typing import Any

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui.bell_state import Bell
from crm_app.ui.components import button
from crm_app.ui.words import tr

TITLE = N_("Notifications")
# By Notification.kind; anything else shows as a bell.
_ICONS = {
    "reply": "reply",
    "message": "mail",
    "task": "square-check-big",
    "appointment": "calendar-days",
    "owner": "user-round-check",
    "form": "clipboard-list",
    "campaign": "workflow",
    "trigger": "zap",
    "warning": "triangle-alert",
    "sync_mobile": "smartphone",
}


def bell() -> rx.Component:
    """The button, and beneath it the list."""
    return rx.fragment(
        rx.popover.root(
            rx.popover.trigger(_button()),
            rx.popover.content(
                rx.el.div(
                    rx.el.h2(tr(TITLE)),
                    rx.cond(
                        Bell.count,
                        button(tr("Mark all as read"), small=True, on_click=Bell.read_all),
                    ),
                    class_name="bell-head",
                ),
                rx.cond(Bell.rows.length() > 0, _list(), _nothing()),
                align="start",
                side="bottom",
                class_name="bell-panel",
                custom_attrs={"aria-label": tr(TITLE)},
            ),
            open=Bell.opened,
            on_open_change=Bell.set_opened,
        ),
        rx.el.span(
            rx.cond(Bell.count, tr("Unread notifications: {count}", count=Bell.count), ""),
            role="status",
            class_name="visually-hidden",
        ),
    )


def _button() -> rx.Component:
    return rx.el.button(
        rx.icon("bell", size=18, aria_hidden="true"),
        rx.cond(
            Bell.count,
            rx.el.span(Bell.count, class_name="bell-count tabular", aria_hidden="true"),
        ),
        type="button",
        class_name="button button-quiet button-icon bell",
        aria_label=rx.cond(
            Bell.count,
            tr("Notifications, {count} unread", count=Bell.count),
            tr(TITLE),
        ),
    )


def _list() -> rx.Component:
    return rx.el.ul(rx.foreach(Bell.rows, _line), class_name="plain-list bell-list")


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.match(
                    row["kind"],
                    *((kind, rx.icon(icon, size=16)) for kind, icon in _ICONS.items()),
                    rx.icon("bell", size=16),
                ),
                class_name="bell-icon",
                aria_hidden="true",
            ),
            rx.el.span(
                rx.el.span(row["text"], class_name="bell-text breaks"),
                rx.el.span(row["when"], class_name="hint"),
                class_name="grows",
            ),
            rx.cond(
                row["unread"],
                rx.el.span(
                    rx.el.span(tr("unread"), class_name="visually-hidden"), class_name="bell-dot"
                ),
            ),
            type="button",
            class_name=rx.cond(row["unread"], "bell-line unread", "bell-line"),
            on_click=Bell.follow(row["id"]),
        )
    )


def _nothing() -> rx.Component:
    return rx.el.p(tr("Nothing new. Answers, tasks and news appear here."), class_name="bell-empty")
