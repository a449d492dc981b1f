"""Contacts: the list with views, search and filters; what is chosen is worked on together, and a
contact opens beside the list."""

import reflex as rx

from crm_app.contacts import exporting
from crm_app.contacts.ui.bulk_state import Bulk
from crm_app.contacts.ui.bulk_view import bulk_bar, bulk_dialog, run_card
from crm_app.contacts.ui.card_view import card_sheet
from crm_app.contacts.ui.contacts_state import DELETED, Contacts
from crm_app.contacts.ui.filters_view import filter_bar
from crm_app.contacts.ui.list_table import contacts_table
from crm_app.contacts.ui.making_state import NewContact
from crm_app.contacts.ui.making_view import new_contact_dialog
from crm_app.contacts.ui.merge_view import merge_dialog
from crm_app.contacts.ui.views_view import view_dialog, views_bar
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    button,
    empty_state,
    icon_button,
    menu,
    menu_item,
    page_header,
    skeleton_rows,
)
from crm_app.ui.words import tr

TITLE = N_("Contacts")
# "/" leads to the search from anywhere on the page where nobody types.
_SLASH = """(() => {
  if (window.tandemSlash) return;
  window.tandemSlash = true;
  document.addEventListener('keydown', (e) => {
    const field = document.getElementById('contacts-search');
    if (e.key !== '/' || !field || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.closest?.('input, textarea, select, [contenteditable], [role=dialog]')) return;
    e.preventDefault(); field.focus(); field.select();
  });
})()"""


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("Everybody who booked or was added, with all that happened."),
            _more(),
            button(tr("New contact"), icon="plus", kind="primary", on_click=NewContact.begin),
        ),
        views_bar(),
        filter_bar(),
        rx.cond(
            Contacts.loading,
            rx.el.div(skeleton_rows(8), class_name="table-frame"),
            rx.cond(Contacts.rows.length() > 0, _list(), _nothing()),
        ),
        rx.el.div(run_card(), bulk_bar(), class_name="bulk-place"),
        card_sheet(),
        new_contact_dialog(),
        view_dialog(),
        bulk_dialog(),
        merge_dialog(),
        rx.el.span(on_mount=rx.call_script(_SLASH), hidden=True),
    )


def _more() -> rx.Component:
    return rx.fragment(
        rx.link(
            rx.icon("upload", size=16, aria_hidden="true"),
            rx.el.span(tr("Import")),
            href="/import",
            underline="none",
            class_name="button button-normal only-wide",
        ),
        menu(
            icon_button("ellipsis", tr("More"), kind="normal"),
            rx.dropdown_menu.item(
                rx.icon("upload", size=16, aria_hidden="true"),
                tr("Import"),
                on_click=rx.redirect("/import"),
                class_name="menu-item only-phone",
            ),
            menu_item(tr("Find duplicates"), rx.redirect("/duplicates"), icon="merge"),
            rx.dropdown_menu.separator(),
            menu_item(tr("Export this list as CSV"), Bulk.export(exporting.CSV), icon="download"),
            menu_item(
                tr("Export this list as vCard"), Bulk.export(exporting.VCARD), icon="contact"
            ),
        ),
    )


def _list() -> rx.Component:
    return rx.el.div(
        contacts_table(),
        rx.el.div(
            rx.el.span(
                tr(
                    "{shown} of {total}",
                    shown=Contacts.rows.length().to_string(),
                    total=Contacts.counted,
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
