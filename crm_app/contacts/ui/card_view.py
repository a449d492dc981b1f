"""The contact's card in the side sheet: who it is, whose it is, details, timeline, appointments."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui import beside
from crm_app.contacts.ui.card_acts import CardActs
from crm_app.contacts.ui.card_form_view import details_form
from crm_app.contacts.ui.card_history import appointments_panel, timeline_panel
from crm_app.contacts.ui.card_owner import owner_panel
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.merge_view import card_notices
from crm_app.contacts.ui.parts import contact_mark
from crm_app.ui.components import (
    button,
    confirm,
    icon_button,
    menu,
    menu_item,
    notice,
    side_sheet,
    tabs,
)
from crm_app.ui.words import tr


def card_sheet() -> rx.Component:
    """The sheet; the address opens it."""
    return rx.fragment(
        side_sheet(
            _deleted(),
            _who(),
            card_notices(),
            rx.cond(ContactCard.top.contains("owner"), owner_panel()),
            tabs(
                ("details", tr("Details")),
                ("timeline", tr("Timeline")),
                ("appointments", tr("Appointments")),
                *((panel.key, tr(panel.label)) for panel in beside.panels()),
                value=ContactCard.tab,
                on_change=ContactCard.set_tab,
                panels="card",
            ),
            # All panels stay in the page, so that what is typed in one survives a look at another.
            _panel("details", details_form()),
            _panel("timeline", timeline_panel()),
            _panel("appointments", appointments_panel()),
            *(_panel(panel.key, panel.build()) for panel in beside.panels()),
            title=ContactCard.head.name,
            hint=rx.cond(
                ContactCard.head.company,
                ContactCard.head.kind_name + " · " + ContactCard.head.company,
                ContactCard.head.kind_name,
            ),
            open=ContactCard.opened,
            on_close=ContactCard.close,
        ),
        confirm(
            title=tr("Discard what you typed?"),
            text=tr("Your changes to {name} are not saved yet.", name=ContactCard.head.name),
            open=ContactCard.asking,
            on_close=ContactCard.keep_editing,
            action=button(tr("Discard"), kind="danger", on_click=ContactCard.leave),
        ),
    )


def _panel(name: str, content: rx.Component) -> rx.Component:
    return rx.el.div(
        content,
        id=f"card-{name}",
        role="tabpanel",
        hidden=ContactCard.tab != name,
        class_name="card-panel",
    )


def _deleted() -> rx.Component:
    return rx.cond(
        ContactCard.head.deleted,
        notice(
            rx.el.p(tr("It can be brought back for 30 days.")),
            button(tr("Bring back"), icon="undo-2", small=True, on_click=CardActs.restore),
            tone="warn",
            title=tr("Deleted: {when}", when=ContactCard.head.deleted),
        ),
    )


def _who() -> rx.Component:
    head = ContactCard.head
    return rx.el.div(
        contact_mark(head.kind, head.initials, large=True),
        rx.el.div(
            rx.cond(
                ContactCard.top.contains("tags"),
                rx.fragment(rx.foreach(head.tags, _tag), rx.cond(head.may_change, _tag_form())),
            ),
            class_name="card-tags",
        ),
        rx.el.div(
            rx.cond(head.email, _reach("mail", tr("Write an e-mail"), "mailto:" + head.email)),
            rx.cond(head.phone, _reach("phone", tr("Call"), "tel:" + head.phone)),
            rx.cond(
                head.may_change,
                menu(
                    icon_button("ellipsis", tr("More")),
                    menu_item(tr("Delete contact"), CardActs.delete, icon="trash-2", danger=True),
                ),
            ),
            class_name="card-reach",
        ),
        class_name="card-who",
    )


def _reach(icon: str, label: Any, href: Any) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=18, aria_hidden="true"),
        href=href,
        aria_label=label,
        title=label,
        class_name="button button-quiet button-icon",
    )


def _tag(name: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        name,
        rx.cond(
            ContactCard.head.may_change,
            rx.el.button(
                rx.icon("x", size=12, aria_hidden="true"),
                type="button",
                aria_label=tr("Remove the tag {name}", name=name),
                on_click=CardActs.remove_tag(name),
            ),
        ),
        class_name="badge tag",
    )


def _tag_form() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="tag",
            id="card-tag",
            list="known-tags",
            class_name="tag-input",
            placeholder=tr("Add tag"),
            aria_label=tr("Add tag"),
            auto_complete="off",
            max_length=60,
        ),
        rx.el.datalist(
            rx.foreach(ContactCard.known_tags, lambda name: rx.el.option(value=name)),
            id="known-tags",
        ),
        on_submit=CardActs.add_tag,
        reset_on_submit=True,
    )
