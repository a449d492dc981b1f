"""The palette: what can be added, by group; dragged to a place, or pressed for the chosen place."""

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.looks import GROUPS, LOOKS, Look
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.core.kinds import StepKind
from crm_app.ui import sortable
from crm_app.ui.components import icon_button
from crm_app.ui.words import tr


def palette() -> rx.Component:
    """The palette; on a phone it rises from below when a step is to be added."""
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(tr("Steps")),
            icon_button(
                "x", tr("Close"), on_click=Builder.close_palette, class_name="only-on-phone"
            ),
            class_name="palette-title",
        ),
        rx.el.p(
            rx.cond(
                Builder.aimed != "",
                tr("Choose what comes {place}.", place=Builder.aimed_label),
                tr("Drag a step to its place, or press it to add it at the end."),
            ),
            class_name=rx.cond(Builder.aimed != "", "palette-aim aimed", "palette-aim"),
            role="status",
        ),
        rx.el.div(
            *(_group(group, label) for group, label in GROUPS.items()),
            id="palette-steps",
            class_name="palette-steps",
        ),
        aria_label=tr("Steps that can be added"),
        class_name=rx.cond(Builder.palette_open, "steps-palette open", "steps-palette"),
    )


def _group(group: str, label: str) -> rx.Component:
    kinds = [(kind, look) for kind, look in LOOKS.items() if look.group == group]
    return rx.el.section(
        rx.el.h3(tr(label), class_name="palette-group"),
        rx.el.ul(*(rx.el.li(_item(kind, look)) for kind, look in kinds), class_name="palette-list"),
    )


def _item(kind: StepKind, look: Look) -> rx.Component:
    return sortable.draggable(
        rx.el.button(
            rx.el.span(
                rx.icon(look.icon, size=15, aria_hidden="true"),
                class_name="step-icon step-icon-small",
            ),
            rx.el.span(
                rx.el.span(tr(look.label), class_name="palette-name"),
                rx.el.span(tr(look.hint), class_name="palette-hint-line"),
                class_name="palette-words",
            ),
            type="button",
            class_name="palette-step",
            on_click=Steps.add(kind.value),
        ),
        drag_id=f"new:{kind.value}",
        payload={"palette": kind.value},
        label=tr(look.label),
        class_name="palette-drag",
        custom_attrs={"data-group": look.group},
    )
