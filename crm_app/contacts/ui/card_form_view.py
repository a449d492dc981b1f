"""The form with the details of a contact, arranged as its kind's layout says (CON-4)."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui import beside
from crm_app.contacts.ui.card_fields import Outside, card_field
from crm_app.contacts.ui.card_source import Source
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.ui.components import button, save_bar
from crm_app.ui.words import tr

_head = ContactCard.head


def details_form() -> rx.Component:
    """The form; what may only be seen is shown disabled."""
    return rx.el.form(
        rx.cond(
            _head.may_change | (_head.deleted != ""),
            rx.fragment(),
            rx.el.p(
                rx.icon("lock", size=14, aria_hidden="true"),
                tr("You may see this contact; its owner and administrators change it."),
                class_name="hint locked",
            ),
        ),
        arranged(
            Source(ContactCard, ContactCard),
            tuple(Outside(each.key, each.build()) for each in beside.fields()),
        ),
        save_bar(
            ContactCard.dirty,
            text=tr("Not saved yet"),
            save=button(tr("Save"), kind="primary", type="submit"),
            discard=button(tr("Discard"), on_click=ContactCard.discard),
        ),
        key="card-" + _head.id.to_string() + "-" + ContactCard.version.to_string(),
        on_submit=ContactCard.save,
        no_validate=True,
    )


def arranged(source: Source, outside: tuple[Outside, ...]) -> rx.Component:
    """The groups of the card with their fields. A folded group opens when something is wrong."""

    def block(each: Any) -> rx.Component:
        return rx.el.details(
            rx.el.summary(
                rx.el.h3(each.title),
                rx.icon("chevron-down", size=16, aria_hidden="true", class_name="card-turn"),
                class_name=rx.cond(each.title, "card-heading", "card-heading card-heading-none"),
            ),
            rx.el.div(
                rx.foreach(each.fields, lambda shown: card_field(source, shown, outside)),
                class_name="card-grid",
            ),
            open=~each.folded | (source.errors.length() > 0),
            class_name="card-group",
            key=each.id,
        )

    return rx.el.div(rx.foreach(source.blocks, block), class_name="card-fields")
