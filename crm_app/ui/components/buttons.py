"""Buttons: one primary per page, quiet ones for the rest, red only for what destroys."""

from typing import Any, Literal

import reflex as rx

Kind = Literal["primary", "normal", "quiet", "danger"]


def button(
    label: rx.Var[str] | str,
    *,
    icon: str = "",
    kind: Kind = "normal",
    small: bool = False,
    busy: rx.Var[bool] | bool = False,
    **props: Any,
) -> rx.Component:
    """A button with words. ``busy`` disables it and says so to screen readers."""
    props.setdefault("type", "button")
    props["disabled"] = rx.Var.create(props.pop("disabled", False)) | busy
    return rx.el.button(
        *([rx.icon(icon, size=16, aria_hidden="true")] if icon else []),
        rx.el.span(label),
        class_name=f"button button-{kind}{' button-small' if small else ''}",
        aria_busy=busy,
        **props,
    )


def icon_button(icon: str, label: rx.Var[str] | str, **props: Any) -> rx.Component:
    """A button with an icon only; ``label`` is its name and its tooltip."""
    props.setdefault("type", "button")
    kind = props.pop("kind", "quiet")
    return rx.el.button(
        rx.icon(icon, size=18, aria_hidden="true"),
        class_name=f"button button-{kind} button-icon {props.pop('class_name', '')}".strip(),
        aria_label=label,
        title=label,
        **props,
    )


def link_button(
    label: rx.Var[str] | str, href: rx.Var[str] | str, *, icon: str = "", kind: Kind = "normal"
) -> rx.Component:
    """A link that looks like a button."""
    return rx.link(
        *([rx.icon(icon, size=16, aria_hidden="true")] if icon else []),
        rx.el.span(label),
        href=href,
        underline="none",
        class_name=f"button button-{kind}",
    )
