"""The list of merge fields above a text: searched, and put where one writes (CAM-5)."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.ui.words import tr


def merge_picker(name: str) -> rx.Component:
    """A button above the text field ``name``, and the list that it opens."""
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.icon("braces", size=14, aria_hidden="true"),
                tr("Insert field"),
                type="button",
                class_name="button button-quiet button-small merge-opener",
            )
        ),
        rx.popover.content(
            rx.el.input(
                placeholder=tr("Search fields"),
                aria_label=tr("Search fields"),
                on_change=Inspector.look_up.debounce(150),
                auto_complete="off",
                class_name="input",
            ),
            rx.el.ul(rx.foreach(Inspector.merge_rows, _row), class_name="merge-list"),
            class_name="merge-menu",
            align="end",
            custom_attrs={"aria-label": tr("Merge fields"), "onCloseAutoFocus": _STAY},
        ),
        open=Inspector.merging == name,
        on_open_change=lambda opened: rx.cond(
            opened, Inspector.begin_merge(name), Inspector.end_merge()
        ),
    )


# The focus goes to the text in which the field was put, not back to the button.
_STAY = rx.Var(
    _js_expr="(e) => { if (document.activeElement?.tagName !== 'BODY') e.preventDefault(); }"
)


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(row["label"], class_name="merge-label"),
            rx.el.span(row["group"], class_name="hint"),
            type="button",
            class_name="merge-row",
            on_click=Inspector.insert_field(row["name"]),
        ),
        # Without it the rows would change their meaning under the pointer while one searches.
        key=row["name"],
    )
