"""Beside the canvas: what is hidden, and own fields that have no place of their own yet."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.layout_arranging import LayoutArranging
from crm_app.contacts.ui.layout_canvas import no_drag
from crm_app.contacts.ui.layout_looks import field_icon
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.ui import sortable
from crm_app.ui.components import button, field, icon_button, text_input
from crm_app.ui.words import tr


def tray() -> rx.Component:
    """Fields to drag onto the card, and where to drop those that shall leave it."""
    return rx.el.div(_hidden(), _rest(), class_name="layout-tray")


def _hidden() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Hidden"), class_name="layout-part"),
        sortable.drop_slot(
            rx.foreach(LayoutStudio.hidden, _row),
            rx.cond(
                LayoutStudio.hidden.length() == 0,
                rx.el.p(tr("Drag a field here to hide it."), class_name="layout-hollow"),
            ),
            drop_id="hidden",
            payload={"to": "hidden"},
            label=tr("among the hidden fields"),
            closed_to=LayoutStudio.group_drags,
            class_name="layout-bay",
        ),
        rx.el.p(tr("A hidden field keeps its value and its effect."), class_name="help"),
        class_name="layout-group",
        aria_label=tr("Hidden"),
    )


def _rest() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Own fields"), class_name="layout-part"),
        rx.el.p(
            tr("They stand together on the card. Drag one onto it to give it a place."),
            class_name="help",
        ),
        sortable.drop_slot(
            rx.foreach(LayoutStudio.rest, _row),
            rx.cond(
                LayoutStudio.rest.length() == 0,
                rx.el.p(tr("Every own field has a place."), class_name="layout-hollow"),
            ),
            drop_id="rest",
            payload={"to": "rest"},
            label=tr("among the own fields without a place"),
            closed_to=LayoutStudio.not_own_drags,
            class_name="layout-bay",
        ),
        _add_own(),
        class_name="layout-group",
        aria_label=tr("Own fields"),
    )


def _row(row: Any) -> rx.Component:
    return sortable.draggable(
        sortable.handle(),
        field_icon(row.icon),
        rx.el.span(
            rx.el.span(row.label, class_name="layout-label"),
            rx.cond(row.hint, rx.el.span(row.hint, class_name="layout-hint")),
            class_name="layout-words",
        ),
        icon_button(
            "arrow-left-to-line",
            tr("Put {field} on the card", field=row.label),
            custom_attrs=no_drag(),
            on_click=LayoutArranging.show(row.id),
        ),
        drag_id="field-" + row.id,
        payload={"field": row.id},
        label=row.spoken,
        ghost=row.label,
        class_name="layout-field",
        key=row.id,
    )


def _add_own() -> rx.Component:
    error = LayoutStudio.errors["own-name"]
    return rx.el.form(
        field(
            tr("New own field"),
            rx.el.div(
                text_input(
                    "own-name",
                    placeholder=tr("Its name"),
                    error=error,
                    max_length=100,
                    auto_complete="off",
                ),
                button(tr("Add"), type="submit"),
                class_name="layout-add",
            ),
            name="own-name",
            error=error,
        ),
        on_submit=LayoutArranging.add_own,
        no_validate=True,
        key="own-" + LayoutStudio.added.to_string(),
    )
