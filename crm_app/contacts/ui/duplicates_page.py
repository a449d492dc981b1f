"""The page of duplicates: who may be one contact and why, to be merged or kept apart."""

import reflex as rx

from crm_app.contacts.ui.duplicates_state import Duplicates, Group
from crm_app.contacts.ui.merge_state import Merging
from crm_app.contacts.ui.merge_view import merge_dialog
from crm_app.contacts.ui.parts import contact_mark
from crm_app.contacts.ui.shown import ListLine
from crm_app.core.i18n import N_
from crm_app.ui.components import avatar, button, empty_state, page_header, skeleton_rows
from crm_app.ui.words import tr

TITLE = N_("Duplicates")


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        rx.el.div(
            rx.link(
                rx.icon("arrow-left", size=15, aria_hidden="true"),
                tr("Contacts"),
                href="/contacts",
                underline="none",
                class_name="back-link",
            )
        ),
        page_header(
            tr(TITLE),
            tr("Contacts with the same address, number or name. You decide which of them are one."),
        ),
        rx.cond(
            Duplicates.looking,
            rx.el.div(skeleton_rows(6), class_name="table-frame"),
            rx.cond(
                Duplicates.groups.length() > 0,
                rx.el.div(
                    rx.foreach(Duplicates.groups, _group),
                    rx.cond(
                        Duplicates.more,
                        rx.el.p(tr("More appear when these are decided."), class_name="hint"),
                    ),
                    class_name="alike-groups",
                ),
                rx.el.div(
                    empty_state(
                        "circle-check",
                        tr("No duplicates"),
                        tr("No two contacts share an address, a number or a full name."),
                    ),
                    class_name="table-frame",
                ),
            ),
        ),
        merge_dialog(),
    )


def _group(group: rx.Var[Group]) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.match(
                group.icon,
                ("at-sign", rx.icon("at-sign", size=15, aria_hidden="true")),
                ("phone", rx.icon("phone", size=15, aria_hidden="true")),
                rx.icon("user-round", size=15, aria_hidden="true"),
            ),
            rx.el.span(group.reason, class_name="alike-reason"),
            rx.el.span(group.shared, class_name="alike-shared"),
            class_name="alike-head",
        ),
        rx.el.ul(rx.foreach(group.rows, _row), class_name="alike-rows"),
        rx.el.div(
            button(
                tr("They are different"),
                small=True,
                kind="quiet",
                on_click=Duplicates.keep_apart(group.ids),
            ),
            button(
                tr("Compare and merge"),
                small=True,
                icon="merge",
                on_click=Merging.begin(group.ids),
            ),
            class_name="alike-acts",
        ),
        class_name="card alike",
        aria_label=group.reason + ": " + group.shared,
    )


def _row(row: rx.Var[ListLine]) -> rx.Component:
    return rx.el.li(
        rx.link(
            contact_mark(row.kind, row.initials),
            rx.el.span(
                rx.el.span(row.name, class_name="name-main"),
                rx.el.span(rx.cond(row.company, row.company, row.kind_name), class_name="name-sub"),
                class_name="name-words",
            ),
            href="/contacts/" + row.id.to_string(),
            underline="none",
            class_name="name-cell alike-name",
        ),
        rx.el.span(row.email, class_name="cell-text not-on-phone"),
        rx.el.span(row.phone, class_name="cell-text not-on-phone"),
        rx.cond(
            row.owner,
            avatar(row.owner_initials, row.owner_color, name=row.owner, size=22),
            rx.el.span(),
        ),
        rx.el.time(row.changed, title=row.changed_full),
    )
