"""What a page says of itself: badges, notices, empty lists with their next step, loading shapes."""

from typing import Literal

import reflex as rx

Tone = Literal["plain", "accent", "good", "warn", "bad"]
_ICONS = {
    "plain": "info",
    "accent": "info",
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-alert",
}


def badge(
    label: rx.Var[str] | str, *, tone: rx.Var[str] | Tone = "plain", icon: str = ""
) -> rx.Component:
    """A small word about a row. ``tone`` may be a var with one of the tones."""
    shade = f"badge-{tone}" if isinstance(tone, str) else "badge-" + tone
    return rx.el.span(
        *([rx.icon(icon, size=12, aria_hidden="true")] if icon else []),
        label,
        class_name=rx.cond(True, "badge " + shade, "badge")
        if isinstance(tone, rx.Var)
        else f"badge {shade}",
    )


def notice(
    *content: rx.Component | rx.Var[str] | str, tone: Tone = "plain", title: rx.Var[str] | str = ""
) -> rx.Component:
    """A paragraph that stands out, with an icon of its tone."""
    heading = [rx.el.strong(title)] if isinstance(title, rx.Var) or title else []
    return rx.el.div(
        rx.icon(_ICONS[tone], size=18, aria_hidden="true"),
        rx.el.div(*heading, *content, class_name="notice-text"),
        class_name=f"notice notice-{tone}",
        role="status" if tone in ("plain", "accent", "good") else "alert",
    )


def empty_state(
    icon: str,
    title: rx.Var[str] | str,
    text: rx.Var[str] | str,
    *actions: rx.Component,
) -> rx.Component:
    """What an empty list shows: what belongs here, and the next step as a button."""
    return rx.el.div(
        rx.el.div(rx.icon(icon, size=24, aria_hidden="true"), class_name="empty-icon"),
        rx.el.h2(title),
        rx.el.p(text),
        rx.el.div(*actions, class_name="row") if actions else rx.fragment(),
        class_name="empty",
    )


def skeleton(width: str = "100%", height: str = "14px") -> rx.Component:
    """A grey line in the place of a text that is on its way."""
    return rx.el.span(
        class_name="skeleton", style={"width": width, "height": height}, aria_hidden="true"
    )


def skeleton_rows(count: int = 6) -> rx.Component:
    """The shape of a table that is on its way."""
    return rx.el.div(
        *(
            rx.el.div(
                skeleton("28px", "28px"),
                skeleton(f"{30 - i % 3 * 6}%"),
                skeleton(f"{22 + i % 2 * 8}%"),
                class_name="skeleton-row",
            )
            for i in range(count)
        ),
        class_name="skeleton-rows",
        aria_hidden="true",
    )
