"""The list of campaigns, and the dialog for a new one."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.campaigns_state import Campaigns
from crm_app.campaigns.plans.templates import TEMPLATES
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    column,
    data_table,
    dialog,
    empty_state,
    icon_button,
    menu,
    menu_item,
    page_header,
    skeleton_rows,
    tabs,
)
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr

TITLE = N_("Campaigns")
_HINT = N_("Messages, waits and tasks that follow up by themselves.")
_ICONS = {
    "ask_to_book": "calendar-heart",
    "reminders": "bell-ring",
    "no_show": "user-round-x",
    "new_lead": "sparkles",
}


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr(_HINT),
            rx.cond(
                Shell.is_admin,
                button(tr("New campaign"), icon="plus", kind="primary", on_click=Campaigns.begin),
            ),
        ),
        tabs(
            ("used", tr("In use")),
            ("archived", tr("Archived")),
            value=rx.cond(Campaigns.archived, "archived", "used"),
            on_change=Campaigns.set_view,
        ),
        rx.cond(
            Campaigns.loading,
            rx.el.div(skeleton_rows(6), class_name="table-frame"),
            rx.cond(Campaigns.rows.length() > 0, _list(), _nothing()),
        ),
        _new(),
    )


def _list() -> rx.Component:
    return rx.el.div(
        data_table(
            [
                column(tr("Campaign"), _name),
                column(tr("State"), _state, width="190px", phone=False),
                column(tr("Inside"), _inside, numeric=True, width="150px"),
                column(
                    tr("Sent"), lambda row: row["sent"], numeric=True, phone=False, width="90px"
                ),
                column(
                    tr("Next step due"),
                    lambda row: rx.el.span(
                        rx.cond(row["next"], row["next"], "–"), class_name="hint"
                    ),
                    phone=False,
                    width="170px",
                ),
                column(rx.el.span(tr("More"), class_name="visually-hidden"), _menu, width="56px"),
            ],
            Campaigns.rows,
            label=tr(TITLE),
        ),
        class_name="campaigns-list",
    )


def _name(row: Any) -> rx.Component:
    return rx.el.div(
        rx.link(row["name"], href=row["href"], underline="none", class_name="campaign-name"),
        rx.el.span(
            row["steps"],
            rx.el.span(" · "),
            tr("edited {when}", when=row["edited"]),
            class_name="hint",
        ),
        rx.el.div(_state(row), class_name="only-on-phone campaign-state"),
        class_name="name-words",
    )


def _state(row: Any) -> rx.Component:
    return rx.el.div(
        badge(row["label"], tone=row["tone"]),
        rx.cond(row["changed"], rx.el.div(row["changed"], class_name="hint campaign-note")),
    )


def _inside(row: Any) -> rx.Component:
    return rx.el.div(
        row["inside"],
        rx.cond(row["attention"], rx.el.div(row["attention"], class_name="campaign-warning")),
    )


def _menu(row: Any) -> rx.Component:
    return rx.cond(
        Shell.is_admin,
        menu(
            icon_button("ellipsis", tr("More about {name}", name=row["name"])),
            rx.cond(
                Campaigns.archived,
                menu_item(
                    tr("Take out of the archive"),
                    Campaigns.bring_back(row["id"], ""),
                    icon="archive-restore",
                ),
                rx.fragment(
                    menu_item(tr("Duplicate"), Campaigns.duplicate(row["id"]), icon="copy"),
                    menu_item(tr("Archive"), Campaigns.archive(row["id"]), icon="archive"),
                ),
            ),
        ),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        Campaigns.archived,
        empty_state("archive", tr("Nothing is archived"), tr("Archived campaigns wait here.")),
        empty_state(
            "workflow",
            tr("No campaign yet"),
            tr("Begin with a template: it comes complete, and you change what you like."),
            rx.cond(
                Shell.is_admin,
                button(tr("New campaign"), icon="plus", kind="primary", on_click=Campaigns.begin),
            ),
        ),
    )


def _new() -> rx.Component:
    return dialog(
        rx.el.div(
            _choice("", "plus", tr("From nothing"), tr("An empty campaign.")),
            *(
                _choice(
                    key, _ICONS.get(key, "workflow"), tr(template.name), tr(template.description)
                )
                for key, template in TEMPLATES.items()
            ),
            class_name="template-cards",
        ),
        title=tr("New campaign"),
        hint=tr("Everything is made as a draft. Nothing is sent before you publish it."),
        open=Campaigns.choosing,
        on_close=Campaigns.cancel,
        width="760px",
    )


def _choice(key: str, icon: str, name: Any, text: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(rx.icon(icon, size=20, aria_hidden="true"), class_name="template-icon"),
        rx.el.span(rx.el.strong(name), rx.el.span(text, class_name="hint")),
        type="button",
        class_name="template-card template-blank" if not key else "template-card",
        on_click=Campaigns.create(key),
    )
