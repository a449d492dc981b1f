"""The studio's canvas: the card's head, and its groups with their fields, to be dragged into place.

Everything that dragging does, the keyboard on a handle or the menu beside it does too (WCAG 2.5.7).
"""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.layout_arranging import LayoutArranging
from crm_app.contacts.ui.layout_looks import field_icon
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.ui import sortable
from crm_app.ui.components import button, icon_button, menu, menu_item
from crm_app.ui.components.typed import typed_input
from crm_app.ui.words import tr


def canvas() -> rx.Component:
    """What the card shows, from top to bottom."""
    return rx.el.div(
        _top(),
        rx.foreach(LayoutStudio.groups, _group),
        sortable.drop_slot(
            _line(),
            drop_id="group-end",
            payload={"to": "order", "index": LayoutStudio.groups.length()},
            label=tr("below all groups"),
            closed_to=LayoutStudio.field_drags,
            class_name="layout-slot",
        ),
        button(
            tr("Add group"),
            icon="plus",
            kind="quiet",
            disabled=LayoutStudio.full,
            on_click=LayoutArranging.add_group,
        ),
        class_name="layout-canvas",
    )


def no_drag() -> dict[str, str]:
    """What a control inside of something to drag carries; a new one each time, Reflex writes into it."""
    return {"data-no-drag": "yes"}


def _line() -> rx.Component:
    return rx.el.span(class_name="layout-line")


def _top() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Top of the card"), class_name="layout-part"),
        rx.foreach(LayoutStudio.top, _top_row),
        class_name="layout-group layout-top",
        aria_label=tr("Top of the card"),
    )


def _top_row(row: Any) -> rx.Component:
    return rx.el.div(
        field_icon(row.icon),
        rx.el.span(row.label, class_name="layout-label"),
        rx.switch(
            checked=row.on,
            on_change=lambda _on: rx.cond(
                row.on, LayoutArranging.hide(row.id), LayoutArranging.show(row.id)
            ),
            custom_attrs={"aria-label": tr("Show {field}", field=row.label)},
        ),
        class_name=rx.cond(row.on, "layout-field layout-fixed", "layout-field layout-fixed off"),
        key=row.id,
    )


def _group(group: Any) -> rx.Component:
    return rx.fragment(
        sortable.drop_slot(
            _line(),
            drop_id="group-before-" + group.id,
            payload={"to": "order", "index": group.index},
            label=group.place,
            closed_to=LayoutStudio.field_drags,
            class_name="layout-slot",
        ),
        rx.el.section(
            _group_head(group),
            rx.foreach(group.fields, _field),
            sortable.drop_slot(
                rx.cond(
                    group.count == 0,
                    rx.el.p(tr("Drag a field here."), class_name="layout-hollow"),
                    _line(),
                ),
                drop_id="end-" + group.id,
                payload={"to": "group", "group": group.id, "index": group.count},
                label=group.end,
                closed_to=LayoutStudio.group_drags,
                class_name="layout-slot layout-slot-end",
            ),
            class_name="layout-group",
            aria_label=group.spoken,
        ),
        key=group.id,
    )


def _group_head(group: Any) -> rx.Component:
    return sortable.draggable(
        sortable.handle(),
        typed_input(
            value=group.title,
            on_change=LayoutArranging.name_group(group.id).debounce(200),
            placeholder=tr("Without a heading"),
            aria_label=tr("Heading of {group}", group=group.name),
            auto_complete="off",
            max_length=60,
            class_name="layout-title",
        ),
        rx.cond(
            group.folded,
            rx.el.span(
                rx.icon("chevrons-down-up", size=14, aria_hidden="true"),
                rx.el.span(tr("Folded")),
                class_name="layout-folded",
            ),
        ),
        menu(
            icon_button(
                "ellipsis",
                tr("Actions for {name}", name=group.name),
                custom_attrs=no_drag(),
            ),
            rx.cond(
                group.first,
                rx.fragment(),
                menu_item(tr("Move up"), LayoutArranging.step_group(group.id, -1), icon="arrow-up"),
            ),
            rx.cond(
                group.final,
                rx.fragment(),
                menu_item(
                    tr("Move down"), LayoutArranging.step_group(group.id, 1), icon="arrow-down"
                ),
            ),
            rx.cond(
                group.folded,
                menu_item(
                    tr("Begin open"),
                    LayoutArranging.fold_group(group.id, False),
                    icon="chevrons-up-down",
                ),
                menu_item(
                    tr("Begin folded"),
                    LayoutArranging.fold_group(group.id, True),
                    icon="chevrons-down-up",
                ),
            ),
            rx.cond(
                group.lone,
                rx.fragment(),
                menu_item(
                    tr("Remove the group, keep its fields"),
                    LayoutArranging.remove_group(group.id),
                    icon="trash-2",
                    danger=True,
                ),
            ),
        ),
        drag_id="group-" + group.id,
        payload={"group": group.id},
        label=group.spoken,
        ghost=group.name,
        class_name="layout-group-head",
    )


def _field(row: Any) -> rx.Component:
    return rx.fragment(
        sortable.drop_slot(
            _line(),
            drop_id="before-" + row.id,
            payload={"to": "group", "group": row.group, "index": row.index},
            label=row.place,
            closed_to=LayoutStudio.group_drags,
            class_name="layout-slot",
        ),
        sortable.draggable(
            sortable.handle(),
            field_icon(row.icon),
            rx.el.span(
                rx.el.span(row.label, class_name="layout-label"),
                rx.cond(row.hint, rx.el.span(row.hint, class_name="layout-hint")),
                rx.cond(
                    row.wide,
                    rx.fragment(),
                    rx.el.span(tr("Half the width"), class_name="layout-hint only-on-phone"),
                ),
                class_name="layout-words",
            ),
            rx.cond(row.can_be_half, _width(row)),
            icon_button(
                "eye-off",
                tr("Hide {field}", field=row.label),
                custom_attrs=no_drag(),
                on_click=LayoutArranging.hide(row.id),
                class_name="layout-hide",
            ),
            _field_menu(row),
            drag_id="field-" + row.id,
            payload={"field": row.id},
            label=row.spoken,
            ghost=row.label,
            class_name="layout-field",
        ),
        key=row.id,
    )


def _width(row: Any) -> rx.Component:
    def choice(wide: bool, icon: str, label: Any) -> rx.Component:
        return icon_button(
            icon,
            label,
            custom_attrs=no_drag(),
            aria_pressed=row.wide == wide,
            on_click=LayoutArranging.widen(row.id, wide),
        )

    return rx.el.span(
        choice(False, "columns-2", tr("{field}: half the width", field=row.label)),
        choice(True, "rectangle-horizontal", tr("{field}: the whole width", field=row.label)),
        class_name="layout-width",
    )


def _field_menu(row: Any) -> rx.Component:
    return menu(
        icon_button("ellipsis", tr("Actions for {name}", name=row.label), custom_attrs=no_drag()),
        menu_item(tr("Move up"), LayoutArranging.step(row.id, -1), icon="arrow-up"),
        menu_item(tr("Move down"), LayoutArranging.step(row.id, 1), icon="arrow-down"),
        rx.foreach(
            LayoutStudio.groups,
            lambda group: rx.cond(
                group.id != row.group,
                menu_item(
                    tr("To {group}", group=group.name),
                    LayoutArranging.send(row.id, group.id),
                    icon="corner-down-right",
                ),
            ),
        ),
        rx.cond(
            row.can_be_half,
            rx.cond(
                row.wide,
                menu_item(
                    tr("Half the width"), LayoutArranging.widen(row.id, False), icon="columns-2"
                ),
                menu_item(
                    tr("Whole width"),
                    LayoutArranging.widen(row.id, True),
                    icon="rectangle-horizontal",
                ),
            ),
        ),
        rx.cond(
            row.own,
            menu_item(
                tr("Back to the own fields"), LayoutArranging.put_back(row.id), icon="list-plus"
            ),
        ),
        menu_item(tr("Hide"), LayoutArranging.hide(row.id), icon="eye-off"),
    )
