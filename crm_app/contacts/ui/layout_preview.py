"""The studio's preview: the card as its own views draw it, for a contact that does not exist."""

import reflex as rx

from crm_app.contacts.ui import beside
from crm_app.contacts.ui.card_fields import Outside
from crm_app.contacts.ui.card_form_view import arranged
from crm_app.contacts.ui.card_source import Source
from crm_app.contacts.ui.layout_looks import field_icon
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.contacts.ui.parts import contact_mark
from crm_app.ui.components import avatar
from crm_app.ui.words import tr

_head = LayoutStudio.head


def preview() -> rx.Component:
    """The card; nothing in it can be used."""
    return rx.el.section(
        rx.el.h2(tr("Preview"), class_name="layout-part"),
        rx.el.div(
            rx.el.div(
                _title(),
                _tags(),
                rx.cond(LayoutStudio.head_shows.contains("owner"), _owner()),
                arranged(
                    Source(LayoutStudio),
                    tuple(Outside(each.key, _stand_in(each)) for each in beside.fields()),
                ),
                custom_attrs={"inert": True},
                # Inputs keep what they began with: each kind has its own.
                key=LayoutStudio.kind,
                class_name="layout-sheet",
            ),
            # What scrolls can be reached by keyboard.
            tab_index=0,
            role="region",
            aria_label=tr("Preview of the card"),
            class_name="layout-screen",
        ),
        class_name="layout-preview",
    )


def _title() -> rx.Component:
    kind = _head.kind_name
    return rx.el.div(
        rx.el.strong(_head.name, class_name="layout-name"),
        rx.el.span(rx.cond(_head.company, kind + " · " + _head.company, kind), class_name="hint"),
        class_name="layout-who",
    )


def _tags() -> rx.Component:
    return rx.el.div(
        contact_mark(_head.kind, _head.initials, large=True),
        rx.cond(
            LayoutStudio.head_shows.contains("tags"),
            rx.el.div(
                rx.foreach(_head.tags, lambda name: rx.el.span(name, class_name="badge tag")),
                rx.el.span(tr("Add tag"), class_name="tag-input layout-tag"),
                class_name="card-tags",
            ),
        ),
        class_name="card-who",
    )


def _owner() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            avatar(_head.owner_initials, _head.owner_color, size=32),
            rx.el.div(
                rx.el.span(tr("Contact owner"), class_name="caption"),
                rx.el.span(_head.owner),
                class_name="owner-words",
            ),
            class_name="owner-row",
        ),
        class_name="owner-card",
    )


def _stand_in(given: beside.Field) -> rx.Component:
    """A field of a room above needs a contact that exists: its name stands for it."""
    return rx.el.div(
        field_icon(rx.Var.create(given.key)),
        rx.el.span(tr(given.label), class_name="layout-label"),
        class_name="layout-field layout-fixed",
    )
