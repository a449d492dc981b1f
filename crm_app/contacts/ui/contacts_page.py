"""Contacts: the list with search, filters and order; a contact opens beside it."""

from typing import Any

import reflex as rx

from crm_app.contacts.queries import Sort
from crm_app.contacts.ui.card_view import card_sheet
from crm_app.contacts.ui.contacts_state import ALL, DELETED, Contacts
from crm_app.contacts.ui.making_state import NewContact
from crm_app.contacts.ui.making_view import new_contact_dialog
from crm_app.contacts.ui.parts import contact_mark
from crm_app.contacts.ui.shown import ListLine
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import (
    avatar,
    badge,
    button,
    column,
    data_table,
    empty_state,
    page_header,
    select,
    skeleton_rows,
    tabs,
)
from crm_app.ui.words import tr

TITLE = N_("Contacts")
VIEWS = (
    (ALL, N_("Everybody")),
    (ContactKind.LEAD.value, N_("Leads")),
    (ContactKind.CONTACT.value, N_("Contacts")),
    (ContactKind.COMPANY.value, N_("Companies")),
    (DELETED, N_("Deleted")),
)
ORDERS = (
    (Sort.NAME.value, N_("A to Z")),
    (Sort.NAME_DOWN.value, N_("Z to A")),
    (Sort.CHANGED_DOWN.value, N_("Changed last")),
    (Sort.CREATED_DOWN.value, N_("Newest")),
    (Sort.CREATED.value, N_("Oldest")),
)
# The arrow leads from the search into the list, Escape empties the search.
_SEARCH_KEYS = """(e) => {
  if (e.key === 'ArrowDown') {
    const row = document.querySelector('.contacts-list tr[tabindex]');
    if (row) { e.preventDefault(); row.focus(); }
  }
}"""


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("Everybody who booked or was added, with all that happened."),
            button(tr("New contact"), icon="plus", kind="primary", on_click=NewContact.begin),
        ),
        tabs(
            *((value, tr(label)) for value, label in VIEWS),
            value=Contacts.view,
            on_change=Contacts.set_view,
        ),
        _toolbar(),
        rx.cond(
            Contacts.loading,
            rx.el.div(skeleton_rows(8), class_name="table-frame"),
            rx.cond(Contacts.rows.length() > 0, _list(), _nothing()),
        ),
        card_sheet(),
        new_contact_dialog(),
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                id="contacts-search",
                class_name="input",
                default_value=Contacts.text,
                placeholder=tr("Name, e-mail, phone or company"),
                aria_label=tr("Search contacts"),
                auto_complete="off",
                on_change=Contacts.look.debounce(200),
                custom_attrs={"onKeyDown": rx.Var(_js_expr=_SEARCH_KEYS)},
            ),
            class_name="search-box",
        ),
        _choice("contacts-owner", tr("Owner"), Contacts.owners, Contacts.owner, Contacts.set_owner),
        _choice("contacts-tag", tr("Tag"), Contacts.tags, Contacts.tag, Contacts.set_tag),
        _choice(
            "contacts-sort",
            tr("Order"),
            [(value, tr(label)) for value, label in ORDERS],
            Contacts.sort,
            Contacts.set_sort,
        ),
        class_name="toolbar",
        role="search",
    )


def _choice(name: str, label: Any, options: Any, value: Any, on_change: Any) -> rx.Component:
    return select(name, options, value=value, on_change=on_change, aria_label=label)


def _list() -> rx.Component:
    columns = [
        column(tr("Name"), _name),
        column(tr("E-mail"), lambda row: _quiet(row.email), phone=False),
        column(tr("Phone"), lambda row: _quiet(row.phone), phone=False, width="150px"),
        column(tr("Tags"), _tags, phone=False),
        column(tr("Owner"), _owner, width="150px"),
        column(
            rx.cond(Contacts.view == DELETED, tr("Deleted"), tr("Changed")),
            lambda row: rx.el.time(row.changed, title=row.changed_full),
            phone=False,
            width="118px",
            numeric=True,
        ),
    ]
    return rx.el.div(
        data_table(
            columns,
            Contacts.rows,
            on_open=lambda row: rx.redirect("/contacts/" + row.id.to_string()),
            label=tr("Contacts"),
        ),
        rx.el.div(
            rx.el.span(
                tr(
                    "{shown} of {total}",
                    shown=Contacts.rows.length().to_string(),
                    total=Contacts.total.to_string(),
                ),
                class_name="hint tabular",
                role="status",
            ),
            rx.cond(
                Contacts.more,
                button(tr("Load more"), small=True, on_click=Contacts.load_more),
            ),
            class_name="list-foot",
        ),
        class_name="contacts-list",
    )


def _name(row: rx.Var[ListLine]) -> rx.Component:
    return rx.el.div(
        contact_mark(row.kind, row.initials),
        rx.el.div(
            rx.el.span(row.name, class_name="name-main"),
            rx.cond(
                row.company,
                rx.el.span(row.company, class_name="name-sub"),
                rx.el.span(row.kind_name, class_name="name-sub"),
            ),
            class_name="name-words",
        ),
        class_name="name-cell",
    )


def _quiet(text: Any) -> rx.Component:
    return rx.el.span(text, class_name="cell-text", title=text)


def _tags(row: rx.Var[ListLine]) -> rx.Component:
    return rx.el.div(
        rx.foreach(row.tags, lambda name: badge(name)),
        rx.cond(row.more_tags, rx.el.span(row.more_tags, class_name="hint")),
        class_name="tag-cell",
    )


def _owner(row: rx.Var[ListLine]) -> rx.Component:
    return rx.cond(
        row.owner,
        rx.el.div(
            avatar(row.owner_initials, row.owner_color, size=22),
            rx.el.span(row.owner, class_name="cell-text not-on-phone"),
            class_name="owner-cell",
            title=row.owner,
        ),
        rx.el.span(tr("Nobody"), class_name="hint not-on-phone"),
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Contacts.filtered,
            empty_state(
                "search-x",
                tr("Nothing found"),
                tr("No contact fits this search and these filters."),
                button(tr("Clear search and filters"), on_click=Contacts.clear),
            ),
            rx.cond(
                Contacts.view == DELETED,
                empty_state(
                    "trash-2",
                    tr("Nothing was deleted"),
                    tr("Deleted contacts can be brought back here for 30 days."),
                ),
                empty_state(
                    "users",
                    tr("No contacts yet"),
                    tr("Everybody who books an appointment appears here by himself."),
                    button(tr("New contact"), icon="plus", on_click=NewContact.begin),
                ),
            ),
        ),
        class_name="table-frame",
    )
