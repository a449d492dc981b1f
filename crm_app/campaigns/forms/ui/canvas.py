"""The canvas: kinds of fields to add, and the pages with what is on them, to be dragged into place.

Everything that dragging does, a click, the keyboard or the menu of a field does too (WCAG 2.5.7).
"""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms.ui.arranging_state import Arranging
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.looks import LOOKS
from crm_app.ui import sortable
from crm_app.ui.components import badge, button, icon_button, menu, menu_item
from crm_app.ui.words import tr


def canvas() -> rx.Component:
    """Palette and pages in one area, so that one can be dropped onto the other."""
    return sortable.area(
        _palette(),
        rx.el.div(
            rx.foreach(FormBuilder.pages, _page),
            button(tr("Add page"), icon="plus", kind="quiet", on_click=Arranging.add_page),
            class_name="form-pages",
        ),
        on_move=Arranging.drop,
    )


def _palette() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Add a field"), class_name="form-part"),
        rx.el.div(*(_kind(kind.value) for kind in LOOKS), class_name="form-kinds"),
        aria_label=tr("Add a field"),
        class_name="form-palette",
    )


def _kind(kind: str) -> rx.Component:
    look = next(look for known, look in LOOKS.items() if known.value == kind)
    return sortable.draggable(
        rx.el.button(
            rx.icon(look.icon, size=16, aria_hidden="true"),
            rx.el.span(tr(look.label)),
            type="button",
            class_name="form-kind",
            on_click=Arranging.add(kind),
        ),
        drag_id="kind-" + kind,
        payload={"kind": kind},
        label=tr(look.label),
    )


def _page(page: Any) -> rx.Component:
    return rx.el.section(
        _page_head(page),
        rx.foreach(page.fields, _field),
        sortable.drop_slot(
            rx.cond(
                page.count == 0,
                rx.el.p(tr("Drag a field here, or press one above."), class_name="form-hollow"),
                rx.el.span(class_name="form-line"),
            ),
            drop_id="end-" + page.id,
            payload={"page": page.id, "index": page.count},
            label=page.end,
            class_name="form-slot form-slot-end",
        ),
        class_name="form-page",
        aria_label=page.number,
        key=page.id,
    )


def _page_head(page: Any) -> rx.Component:
    chosen = FormBuilder.selected == page.id
    return rx.el.div(
        rx.el.button(
            rx.el.span(page.number, class_name="form-page-number"),
            rx.el.span(page.title, class_name="form-page-title"),
            type="button",
            class_name=rx.cond(chosen, "form-page-name chosen", "form-page-name"),
            aria_pressed=chosen,
            on_click=FormBuilder.select(page.id),
        ),
        _wrong(page.wrong),
        menu(
            _opener(page.number),
            rx.cond(
                page.first,
                rx.fragment(),
                menu_item(tr("Move up"), Arranging.move_page(page.id, -1), icon="arrow-up"),
            ),
            rx.cond(
                page.final,
                rx.fragment(),
                menu_item(tr("Move down"), Arranging.move_page(page.id, 1), icon="arrow-down"),
            ),
            rx.cond(
                page.first & page.final,
                menu_item(tr("Add page"), Arranging.add_page, icon="plus"),
                menu_item(
                    tr("Remove page"), Arranging.remove_page(page.id), icon="trash-2", danger=True
                ),
            ),
        ),
        class_name="form-page-head",
    )


def _opener(name: Any) -> rx.Component:
    # A dictionary of its own each time: Reflex writes into it.
    attributes = {"data-no-drag": "yes"}
    label = tr("Actions for {name}", name=name)
    return icon_button("ellipsis", label, custom_attrs=attributes)


def _field(row: Any) -> rx.Component:
    chosen = FormBuilder.selected == row.id
    return rx.fragment(
        sortable.drop_slot(
            rx.el.span(class_name="form-line"),
            drop_id="before-" + row.id,
            payload={"page": row.page, "index": row.index},
            label=row.place,
            class_name="form-slot",
        ),
        sortable.draggable(
            sortable.handle(),
            rx.el.span(_icon(row.kind), class_name="form-field-icon"),
            rx.el.button(
                rx.el.span(
                    row.label,
                    rx.cond(row.required, rx.el.span(" *", aria_hidden="true")),
                    class_name="form-field-label",
                ),
                rx.el.span(row.hint, class_name="form-field-hint"),
                type="button",
                class_name="form-field-name",
                aria_pressed=chosen,
                on_click=FormBuilder.select(row.id),
            ),
            _wrong(row.wrong),
            _field_menu(row),
            drag_id="field-" + row.id,
            payload={"field": row.id},
            label=row.spoken,
            ghost=row.label,
            class_name=rx.cond(chosen, "form-field chosen", "form-field"),
        ),
        key=row.id,
    )


def _icon(kind: Any) -> rx.Component:
    return rx.match(
        kind,
        *(
            (known.value, rx.icon(look.icon, size=16, aria_hidden="true"))
            for known, look in LOOKS.items()
        ),
        rx.icon("circle", size=16, aria_hidden="true"),
    )


def _wrong(text: Any) -> rx.Component:
    return rx.cond(
        text,
        rx.el.span(
            badge(tr("Look here"), tone="bad", icon="circle-alert"),
            title=text,
        ),
    )


def _field_menu(row: Any) -> rx.Component:
    return menu(
        _opener(row.label),
        menu_item(tr("Move up"), Arranging.step(row.id, -1), icon="arrow-up"),
        menu_item(tr("Move down"), Arranging.step(row.id, 1), icon="arrow-down"),
        menu_item(tr("Duplicate"), Arranging.duplicate(row.id), icon="copy"),
        menu_item(tr("Remove"), Arranging.remove(row.id), icon="trash-2", danger=True),
    )
