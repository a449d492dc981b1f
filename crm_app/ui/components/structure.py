"""How a page is laid out: its header, cards, sections and tabs."""

from typing import Any, TypeAlias

import reflex as rx

Text: TypeAlias = rx.Var[str] | str


def page_header(title: Text, hint: Text = "", *actions: rx.Component) -> rx.Component:
    """The page's title, one line of what it is for, and its actions (the primary one last)."""
    return rx.el.header(
        rx.el.div(
            rx.el.h1(title),
            rx.el.p(hint, class_name="hint") if isinstance(hint, rx.Var) or hint else rx.fragment(),
            class_name="page-header-text",
        ),
        rx.el.div(*actions, class_name="page-header-actions") if actions else rx.fragment(),
        class_name="page-header",
    )


def card(*content: Any, title: Text = "", hint: Text = "", **props: Any) -> rx.Component:
    """A surface that holds one thing."""
    names = f"card {props.pop('class_name', '')}".strip()
    head = (
        [
            rx.el.div(
                rx.el.h2(title),
                *([rx.el.p(hint, class_name="hint")] if isinstance(hint, rx.Var) or hint else []),
                class_name="card-head",
            )
        ]
        if isinstance(title, rx.Var) or title
        else []
    )
    return rx.el.section(*head, *content, class_name=names, **props)


def section(title: Text, hint: Text, *content: Any) -> rx.Component:
    """A group of settings: what it is about at the left, its controls at the right."""
    return rx.el.section(
        rx.el.div(rx.el.h2(title), rx.el.p(hint, class_name="hint"), class_name="section-about"),
        rx.el.div(*content, class_name="section-body card"),
        class_name="section",
    )


def tabs(
    *choices: tuple[str, Text | rx.Component], value: rx.Var[str], on_change: Any, panels: str = ""
) -> rx.Component:
    """Views of one list. ``choices`` are (value, label); ``on_change`` gets the value.

    ``panels``: what the ids of the panels begin with, which the page makes itself ("card" for
    "card-details"); without it one list shows all views.
    """

    def controls(key: str) -> dict[str, Any]:
        # Radix would name panels of its own, which are not in the page.
        return {"aria-controls": f"{panels}-{key}" if panels else rx.Var("undefined")}

    return rx.tabs.root(
        rx.tabs.list(
            *(
                rx.tabs.trigger(label, value=key, custom_attrs=controls(key))
                for key, label in choices
            )
        ),
        value=value,
        on_change=on_change,
        class_name="tabs",
    )
