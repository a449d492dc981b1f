"""The conditions of a trigger, each a line of what is asked, how, and with what."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor as State
from crm_app.ui.components import button, card, icon_button
from crm_app.ui.words import tr


def conditions() -> rx.Component:
    """The card "If"."""
    return card(
        rx.cond(
            State.filters.length() > 0,
            rx.el.ul(rx.foreach(State.filters, _condition), class_name="trigger-conditions"),
            rx.el.p(tr("Always, when it happens."), class_name="hint"),
        ),
        button(
            tr("Add a condition"),
            icon="plus",
            small=True,
            on_click=State.add_filter,
            disabled=State.event == "",
        ),
        title=tr("If"),
        class_name="trigger-part",
    )


def _condition(row: Any, index: Any) -> rx.Component:
    def change(part: str) -> Any:
        return lambda value: State.change_filter(index, part, value)

    return rx.el.li(
        rx.el.div(
            _select(State.fields, row.field, change("field"), tr("What is asked")),
            _select(row.ops, row.op, change("op"), tr("Comparison")),
            rx.cond(
                row.bare,
                rx.fragment(),
                rx.cond(
                    row.listed,
                    _select(row.choices, row.value, change("value"), tr("Value"), empty=True),
                    rx.el.input(
                        default_value=row.value,
                        key=row.field,
                        on_change=lambda value: State.change_filter(index, "value", value).debounce(
                            300
                        ),
                        class_name="input",
                        aria_label=tr("Value"),
                        max_length=300,
                        list=rx.cond(row.field == "changed_tag", "known-tags", ""),
                    ),
                ),
            ),
            icon_button("x", tr("Remove the condition"), on_click=State.remove_filter(index)),
            class_name="trigger-condition",
        ),
        rx.cond(row.error, rx.el.p(row.error, class_name="error", role="alert")),
    )


def _select(
    options: Any, value: Any, on_change: Any, label: Any, *, empty: bool = False
) -> rx.Component:
    first = [rx.el.option(tr("Choose …"), value="")] if empty else []
    return rx.el.div(
        rx.el.select(
            *first,
            rx.foreach(options, lambda one: rx.el.option(one["label"], value=one["value"])),
            value=value,
            on_change=on_change,
            class_name="input",
            aria_label=label,
        ),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select",
    )
