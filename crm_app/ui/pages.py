"""How a page joins the dashboard: one line in the map of the product.

A page is a function that returns its content; the frame around it, its title in the user's
language, the events at its opening and its live topics are added here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import reflex as rx

from crm_app.ui import live, navigation, shell
from crm_app.ui.words import tr


def add(
    app: rx.App,
    route: str,
    content: Callable[[], rx.Component],
    *,
    title: str,
    on_load: Any = None,
    on_live: Mapping[str, Any] | None = None,
    width: str = "page",
) -> None:
    """Add a page. ``title`` is a message id; ``on_load`` one handler or a list.

    ``on_live`` maps topics of facts ("contacts", "appointments", "connections", "messages") to the
    handler that reads the page anew when something of that topic changed, in any process.
    ``width`` is "page" (centred, 1120 px), "wide" (the whole room) or "bleed" (no edge).
    """
    navigation.register(route)
    live.register(route, on_live or {})
    loads = on_load if isinstance(on_load, Sequence) else [on_load] if on_load else []

    def page() -> rx.Component:
        return shell.frame(content(), width=width)

    app.add_page(
        page,
        route=route,
        title=f"{title} · Tandem",
        on_load=[shell.Shell.enter, *loads],
        meta=[{"name": "theme-color", "content": "#f6f7f9"}],
    )


def add_not_found(app: rx.App) -> None:
    """The page for every address that is none."""
    app.add_page(lambda: shell.not_found(), route="404", title="Tandem")


__all__ = ["add", "add_not_found", "tr"]
