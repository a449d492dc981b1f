"""How a page joins the dashboard: one line in the map of the product.

A page is a function that returns its content; the frame around it, its title in the user's
language, the events at its opening and its live topics are added here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import reflex as rx
from reflex.app import default_error_boundary

from crm_app.ui import live, navigation, overlay, shell
from crm_app.ui.public import files
from crm_app.ui.words import WAIT_FOR_WORDS, tr

# Around every page: what catches errors of the browser's side, and our own word on a lost connection.
WRAPS: dict[tuple[int, str], Callable[[bool], rx.Component | None]] = {
    (55, "ErrorBoundary"): lambda _stateful: default_error_boundary(),
    (5, "Overlay"): lambda stateful: overlay.connection_lost() if stateful else None,
}


def toaster() -> rx.Component:
    """Where short messages appear: away from the save bar and the primary action."""
    return rx.toast.provider(position="top-center", rich_colors=False, close_button=False)


def head() -> list[rx.Component]:
    """What every page's head holds."""
    return [
        rx.el.link(rel="icon", href=files.address("mark.svg"), type="image/svg+xml"),
        rx.el.meta(name="robots", content="noindex"),
        rx.el.script(custom_attrs={"dangerouslySetInnerHTML": {"__html": WAIT_FOR_WORDS}}),
    ]


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
    # "/contacts/[[id]]" is the list under "/contacts", with one of its rows open or none.
    navigation.register(route.partition("/[[")[0])
    frame_loads, frame_follows = shell.corner_events()
    live.register(route, {**(on_live or {}), **frame_follows})
    loads = on_load if isinstance(on_load, Sequence) else [on_load] if on_load else []

    def page() -> rx.Component:
        return shell.frame(content(), width=width)

    # Reflex puts a page's code into a file named for this: each page loads its own and not all.
    page.__module__ = content.__module__

    app.add_page(
        page,
        route=route,
        title=tr(title) + " · Tandem",
        on_load=[shell.Shell.enter, *loads, *frame_loads],
        meta=[{"name": "theme-color", "content": "#f6f7f9"}],
    )


def add_not_found(app: rx.App) -> None:
    """The page for every address that is none."""
    app.add_page(lambda: shell.not_found(), route="404", title="Tandem")
