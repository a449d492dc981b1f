"""The controls of a calendar's configuration, each bound to its place in the form."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.appointments.ui.calendars_state import Calendars as State
from crm_app.ui.components import field, select, switch_row, text_area, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def typed(
    label: Text, name: str, *, help_text: Text = "", optional: Text = "", **props: Any
) -> rx.Component:
    return field(
        label,
        text_input(
            name,
            id=f"calendar-{name}",
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
            error=State.errors[name],
            **props,
        ),
        name=f"calendar-{name}",
        help=help_text,
        optional=optional,
        error=State.errors[name],
    )


def minutes(label: Text, name: str, help_text: Text = "") -> rx.Component:
    return typed(label, name, help_text=help_text, input_mode="numeric", class_name="tabular")


def long_text(label: Text, name: str, help_text: Text = "") -> rx.Component:
    return field(
        label,
        text_area(
            name,
            id=f"calendar-{name}",
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
            rows="3",
        ),
        name=f"calendar-{name}",
        help=help_text,
        optional=tr("optional"),
        error=State.errors[name],
    )


def choice(label: Text, name: str, options: tuple[tuple[str, str], ...]) -> rx.Component:
    return field(
        label,
        select(
            f"calendar-{name}",
            [(value, tr(words)) for value, words in options],
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
        ),
        name=f"calendar-{name}",
        error=State.errors[name],
    )


def switch(name: str, label: Text, hint: Text) -> rx.Component:
    return switch_row(
        f"calendar-{name}",
        label,
        hint,
        checked=State.form[name] != "",
        on_change=lambda on: State.set_flag(name, on),
    )
