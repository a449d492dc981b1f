"""The controls of the inspector's forms: each is bound to a field of the open step."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.merge_view import merge_picker
from crm_app.core.i18n import N_
from crm_app.ui.components import field, select, switch_row, text_area, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
PAUSE = 350
UNITS = (
    ("minutes", N_("minutes")),
    ("hours", N_("hours")),
    ("days", N_("days")),
    ("weeks", N_("weeks")),
)
DAYS = (
    ("1", N_("Mon")),
    ("2", N_("Tue")),
    ("3", N_("Wed")),
    ("4", N_("Thu")),
    ("5", N_("Fri")),
    ("6", N_("Sat")),
    ("7", N_("Sun")),
)


def unless(kind: str, content: rx.Component) -> rx.Component:
    """``content`` for every kind but one."""
    return rx.cond(Inspector.kind == kind, rx.fragment(), content)


def error_of(name: str, key: str = "") -> rx.Var[str]:
    """What is wrong with a field: what was typed, else what the check says."""
    return rx.cond(Inspector.errors[name], Inspector.errors[name], Inspector.wrong[key or name])


def typed(name: str) -> dict[str, Any]:
    """What binds a text control to a field of the step."""
    return {
        "id": f"step-{name}",
        "value": Inspector.form[name],
        "on_change": Inspector.set_field(name).debounce(PAUSE),
        "on_blur": Inspector.set_field(name),
        "error": error_of(name),
    }


def line(name: str, label: Text, *, help: Text = "", **props: Any) -> rx.Component:
    """One line of text."""
    return field(
        label,
        text_input(name, **typed(name), **props),
        name=f"step-{name}",
        help=help,
        error=error_of(name),
    )


def writing(name: str, label: Text, *, rows: str = "6", one_line: bool = False) -> rx.Component:
    """A text with merge fields."""
    control = text_input if one_line else text_area
    more = {} if one_line else {"rows": rows}
    return rx.el.div(
        merge_picker(name),
        field(
            label,
            control(name, **typed(name), **more),
            name=f"step-{name}",
            error=error_of(name),
        ),
        class_name="writing",
    )


def choice(name: str, label: Text, options: Any, *, help: Text = "") -> rx.Component:
    """A list of choices."""
    return field(
        label,
        select(
            name,
            options,
            id=f"step-{name}",
            value=Inspector.form[name],
            on_change=Inspector.set_field(name),
            error=error_of(name),
        ),
        name=f"step-{name}",
        help=help,
        error=error_of(name),
    )


def switch(name: str, label: Text, hint: Text) -> rx.Component:
    """A switch of the step."""
    return switch_row(
        f"step-{name}",
        label,
        hint,
        checked=Inspector.flags[name],
        on_change=Inspector.set_flag(name),
    )


def amount_field(name: str, label: Text, help: Text = "") -> rx.Component:
    """A length of time: a number and its unit."""
    amount = f"{name}_amount" if name else "amount"
    unit = f"{name}_unit" if name else "unit"
    key = name or "amount"
    return field(
        label,
        rx.el.div(
            text_input(
                amount, **{**typed(amount), "error": error_of(amount, key)}, input_mode="numeric"
            ),
            select(
                unit,
                [(value, tr(words)) for value, words in UNITS],
                id=f"step-{unit}",
                value=Inspector.form[unit],
                on_change=Inspector.set_field(unit),
                aria_label=tr("Unit of time"),
            ),
            class_name="amount",
        ),
        name=f"step-{amount}",
        help=help,
        error=error_of(amount, key),
    )


def ticks(name: str, options: Any, *, legend: Text) -> rx.Component:
    """Several of a list of users."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        options,
        rx.cond(error_of(name), rx.el.p(error_of(name), class_name="error", role="alert")),
        class_name="plain-fieldset",
    )


def tick(name: str, value: Any, label: Any) -> rx.Component:
    """A box of such a list."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=Inspector.ticked.contains(value),
            on_change=lambda on: Inspector.tick(name, value, on),
        ),
        rx.el.span(label),
        class_name="check-row",
    )


def named(name: str, label: Text, options: Any) -> rx.Component:
    """A list of users, calendars or campaigns, with nothing chosen to begin with."""
    return field(
        label,
        rx.el.div(
            rx.el.select(
                rx.el.option(tr("Choose …"), value=""),
                rx.foreach(options, lambda o: rx.el.option(o["label"], value=o["value"])),
                id=f"step-{name}",
                value=Inspector.form[name],
                on_change=Inspector.set_field(name),
                class_name="input",
                custom_attrs={"aria-invalid": rx.cond(error_of(name), "true", "false")},
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        name=f"step-{name}",
        error=error_of(name),
    )


def who_options() -> list[rx.Component]:
    """Owner first, then everybody by name."""
    return [
        rx.el.option(tr("The contact's owner"), value="owner"),
        rx.foreach(
            Builder.users,
            lambda user: rx.el.option(user["label"], value="user:" + user["value"]),
        ),
    ]
