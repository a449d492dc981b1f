"""Settings > Audit log: search, two filters, and the entries newest first."""

from typing import Any

import reflex as rx

from crm_app.accounts.ui.audit_state import AuditLog as State
from crm_app.accounts.ui.audit_words import GROUPS
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    button,
    column,
    data_table,
    empty_state,
    page_header,
    select,
    skeleton_rows,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

TITLE = N_("Audit log")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("Who did what, and when. Entries cannot be changed.")),
        _toolbar(),
        rx.cond(
            State.loading,
            rx.el.div(skeleton_rows(), class_name="table-frame"),
            rx.cond(
                State.rows.length() > 0,
                _list(),
                empty_state(
                    "search-x", tr("Nothing found"), tr("Try another word or a part of it.")
                ),
            ),
        ),
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                id="audit-search",
                class_name="input",
                default_value=State.text,
                placeholder=tr("Name or action, such as “role”"),
                aria_label=tr("Search the audit log"),
                auto_complete="off",
                on_change=State.look.debounce(250),
            ),
            class_name="search-box",
        ),
        select(
            "audit-group",
            [(value, tr(label)) for value, label in GROUPS],
            value=State.group,
            on_change=State.set_group,
            aria_label=tr("What"),
        ),
        select(
            "audit-user",
            State.users,
            value=State.user,
            on_change=State.set_user,
            aria_label=tr("Who"),
        ),
        class_name="toolbar toolbar-three",
        role="search",
    )


def _list() -> rx.Component:
    return rx.fragment(
        data_table(
            [
                column(tr("When"), _when, width="1%"),
                column(tr("Who"), lambda row: row["who"], width="150px", phone=False),
                column(tr("What"), _what),
            ],
            State.rows,
            label=tr(TITLE),
        ),
        rx.cond(
            State.more,
            rx.el.div(button(tr("Show more"), on_click=State.load_more), class_name="more"),
        ),
    )


def _when(row: Any) -> rx.Component:
    return rx.el.span(row["when"], title=row["exact"], class_name="hint tabular not-wrapped")


def _what(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row["page"],
            rx.link(row["what"], href=row["page"], weight="medium", title=row["action"]),
            rx.el.strong(row["what"], title=row["action"]),
        ),
        rx.el.div(
            rx.el.span(row["who"], class_name="only-on-phone"),
            rx.cond(row["about"], rx.el.span(row["about"])),
            rx.cond(row["detail"], rx.el.span(row["detail"])),
            class_name="hint dotted breaks",
        ),
    )
