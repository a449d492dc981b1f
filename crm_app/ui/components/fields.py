"""Form controls: label above, help below, the error beside the field in words that say what to do."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import reflex as rx

from crm_app.ui.components.typed import typed_area, typed_input

Text: TypeAlias = rx.Var[str] | str


def _given(text: Text) -> bool:
    return isinstance(text, rx.Var) or bool(text)


def field(
    label: Text,
    control: rx.Component,
    *,
    name: str,
    help: Text = "",
    error: rx.Var[str] | str = "",
    optional: Text = "",
) -> rx.Component:
    """A labelled control. ``name`` is the control's id (the inputs below take the same)."""
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(optional, class_name="optional") if _given(optional) else rx.fragment(),
            html_for=name,
            class_name="label",
        ),
        control,
        rx.el.p(help, id=f"{name}-help", class_name="help") if _given(help) else rx.fragment(),
        rx.cond(
            error,
            rx.el.p(
                rx.icon("circle-alert", size=14, aria_hidden="true"),
                error,
                id=f"{name}-error",
                class_name="error",
                role="alert",
            ),
        )
        if _given(error)
        else rx.fragment(),
        class_name="field",
    )


def _described(name: str, props: dict[str, Any]) -> dict[str, Any]:
    error = props.pop("error", "")
    props.setdefault("id", name)
    props.setdefault("name", name)
    props["aria_describedby"] = f"{props['id']}-help {props['id']}-error"
    if _given(error):
        props["aria_invalid"] = rx.cond(error, "true", "false")
    return props


def text_input(name: str, **props: Any) -> rx.Component:
    """One line of text. ``error=`` marks it; all else goes to the input element."""
    names = f"input {props.pop('class_name', '')}".strip()
    kept = typed_input if "value" in props else rx.el.input
    return kept(class_name=names, **_described(name, props))


def text_area(name: str, **props: Any) -> rx.Component:
    """Several lines of text."""
    props.setdefault("rows", "4")
    kept = typed_area if "value" in props else rx.el.textarea
    return kept(class_name="input", **_described(name, props))


def select(
    name: str,
    options: rx.Var[list[dict[str, str]]] | Sequence[tuple[str, Text]],
    **props: Any,
) -> rx.Component:
    """The browser's own list. ``options``: (value, label) pairs, or a var of rows with both keys."""
    shown: list[Any]
    if isinstance(options, rx.Var):
        shown = [rx.foreach(options, lambda o: rx.el.option(o["label"], value=o["value"]))]
    else:
        shown = [rx.el.option(label, value=value) for value, label in options]
    return rx.el.div(
        rx.el.select(*shown, class_name="input", **_described(name, props)),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select",
    )


def checkbox(name: str, label: Text, **props: Any) -> rx.Component:
    """A box with its words beside it."""
    return rx.el.label(
        rx.el.input(type="checkbox", id=name, name=name, class_name="checkbox", **props),
        rx.el.span(label),
        class_name="check-row",
    )


def switch_row(
    name: str, label: Text, hint: Text, *, checked: Any, on_change: Any, **props: Any
) -> rx.Component:
    """A switch with a sentence about its effect."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=name, id=f"{name}-label", class_name="label"),
            rx.el.p(hint, id=f"{name}-help", class_name="help"),
        ),
        rx.switch(
            id=name,
            checked=checked,
            on_change=on_change,
            # The switch is a button, whose label not every reader follows.
            custom_attrs={"aria-labelledby": f"{name}-label", "aria-describedby": f"{name}-help"},
            **props,
        ),
        class_name="switch-row",
    )


def save_bar(
    shown: Any, *, text: Text, save: rx.Component, discard: rx.Component | None = None
) -> rx.Component:
    """Appears when something was changed; ``shown`` is a var. The browser asks before leaving."""
    return rx.cond(
        shown,
        rx.el.div(
            rx.el.span(text, class_name="save-bar-text"),
            discard or rx.fragment(),
            save,
            rx.el.span(class_name="unsaved", hidden=True),
            class_name="save-bar",
            # What is dragged cannot be dropped on what lies under the bar.
            custom_attrs={"data-no-drop": "yes"},
            role="region",
            aria_label=text,
        ),
    )
