"""The views of the list as tabs, what is done with a saved one, and the dialog for its name."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.contacts_state import ALL, DELETED, Contacts
from crm_app.contacts.ui.views_state import NEW, RENAME, ListViews, ViewTab
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import (
    button,
    checkbox,
    dialog,
    field,
    icon_button,
    menu,
    menu_item,
    text_input,
)
from crm_app.ui.words import tr

VIEWS = (
    (ALL, N_("Everybody")),
    (ContactKind.LEAD.value, N_("Leads")),
    (ContactKind.CONTACT.value, N_("Contacts")),
    (ContactKind.COMPANY.value, N_("Companies")),
)
# Radix would name panels of its own, which are not in the page.
_NO_PANEL = {"aria-controls": rx.Var("undefined")}


def views_bar() -> rx.Component:
    """The tabs, and beside them what to do with what is shown."""
    return rx.el.div(
        rx.tabs.root(
            rx.tabs.list(
                *(_fixed(value, tr(label)) for value, label in VIEWS),
                rx.foreach(ListViews.views, _saved),
                _fixed(DELETED, tr("Deleted")),
            ),
            value=Contacts.view,
            on_change=ListViews.set_view,
            class_name="tabs",
        ),
        rx.el.div(_saving(), _more(), class_name="views-acts"),
        class_name="views-bar",
    )


def _fixed(value: str, label: Any) -> rx.Component:
    return rx.tabs.trigger(label, value=value, custom_attrs=_NO_PANEL)


def _saved(view: rx.Var[ViewTab]) -> rx.Component:
    return rx.tabs.trigger(
        rx.cond(
            view.shared,
            rx.icon("users", size=13, aria_hidden="true"),
            rx.icon("bookmark", size=13, aria_hidden="true"),
        ),
        rx.el.span(view.name, class_name="view-name"),
        value=view.key,
        title=rx.cond(view.maker, tr("Shared by {name}", name=view.maker), view.name),
        custom_attrs=_NO_PANEL,
    )


def _saving() -> rx.Component:
    open_view = ListViews.open_view
    return rx.cond(
        Contacts.differs,
        rx.cond(
            open_view.key,
            rx.fragment(
                button(tr("Reset"), small=True, kind="quiet", on_click=ListViews.go_back),
                rx.cond(
                    open_view.may_change,
                    button(
                        tr("Save changes"), small=True, icon="save", on_click=ListViews.save_changes
                    ),
                    button(
                        tr("Save as new view"),
                        small=True,
                        icon="bookmark-plus",
                        on_click=ListViews.ask_name(NEW),
                    ),
                ),
            ),
            button(
                tr("Save view"),
                small=True,
                icon="bookmark-plus",
                on_click=ListViews.ask_name(NEW),
            ),
        ),
    )


def _more() -> rx.Component:
    return rx.cond(
        ListViews.open_view.key,
        menu(
            icon_button("ellipsis", tr("More about this view")),
            rx.cond(
                ListViews.open_view.may_change,
                menu_item(tr("Rename or share"), ListViews.ask_name(RENAME), icon="pencil"),
            ),
            menu_item(tr("Save as new view"), ListViews.ask_name(NEW), icon="copy-plus"),
            rx.cond(
                ListViews.open_view.may_change,
                menu_item(
                    tr("Remove the view"), ListViews.remove_view, icon="trash-2", danger=True
                ),
            ),
        ),
    )


def view_dialog() -> rx.Component:
    """The dialog for the name."""
    renaming = ListViews.naming == RENAME
    error = ListViews.errors["view_name"]
    return dialog(
        rx.el.form(
            rx.el.div(
                field(
                    tr("Name"),
                    text_input(
                        "view_name",
                        default_value=ListViews.name,
                        error=error,
                        max_length=60,
                        auto_complete="off",
                        auto_focus=True,
                        placeholder=tr("Such as: Leads to call this week"),
                    ),
                    name="view_name",
                    error=error,
                ),
                checkbox(
                    "view_shared",
                    tr("Show it to the whole team"),
                    default_checked=rx.cond(renaming, ListViews.open_view.shared, False),
                ),
                class_name="fields",
            ),
            id="view-form",
            on_submit=ListViews.save_name,
            no_validate=True,
        ),
        title=rx.cond(renaming, tr("This view"), tr("Save view")),
        hint=tr(
            "A view remembers search, filters and order. Everybody sees in it what he may see."
        ),
        open=ListViews.naming != "",
        on_close=ListViews.ask_name(""),
        actions=(
            button(tr("Cancel"), on_click=ListViews.ask_name("")),
            button(tr("Save"), kind="primary", type="submit", form="view-form"),
        ),
    )
