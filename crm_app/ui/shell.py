"""The frame around every page: rail, bottom bar on a phone, the user's menu, colour mode, palette.

The frame knows no room. What stands beside the product's name (the bell) is given to it by the map
of the product.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.style import set_color_mode

from crm_app.core.i18n import N_
from crm_app.models import User
from crm_app.ui import live, navigation, palette
from crm_app.ui.components.buttons import link_button
from crm_app.ui.components.people import avatar, initials
from crm_app.ui.navigation import Entry
from crm_app.ui.public import files
from crm_app.ui.state import PrivateState, handler
from crm_app.ui.words import Words, tr

SIGN_OUT = (
    "fetch('/logout', {method: 'POST', credentials: 'same-origin'})"
    ".finally(() => window.location.assign('/login'))"
)


_FIT = 5


@dataclass(slots=True)
class _Corner:
    content: Callable[[], rx.Component] = rx.fragment
    on_load: list[Any] = field(default_factory=list)
    on_live: dict[str, Any] = field(default_factory=dict)


_corner = _Corner()


def use_corner(
    content: Callable[[], rx.Component], *, on_load: Any, on_live: Mapping[str, Any]
) -> None:
    """Show ``content`` beside the product's name on every page; called by the map of the product.

    ``on_load`` is a handler for each page's opening, ``on_live`` maps topics to handlers, as in
    ``pages.add``. To be called before the first page is added.
    """
    _corner.content, _corner.on_load, _corner.on_live = content, [on_load], dict(on_live)


def corner_events() -> tuple[list[Any], dict[str, Any]]:
    """What every page loads and follows for the frame's sake."""
    return _corner.on_load, _corner.on_live


class Shell(PrivateState):
    """Who is signed in, as the frame shows it."""

    name: str = ""
    email: str = ""
    initials: str = ""
    color: int = 0
    is_admin: bool = False

    @handler
    async def enter(self) -> Any:
        """A page opens: take the user's language, and follow the page's topics."""
        token = self.router.session.client_token
        live.opened(token, self.router.route_id)
        if not self.name:
            await self._take_user()
        return Words.enter

    @handler
    async def refresh(self) -> Any:
        """The user changed name, colour or language."""
        await self._take_user()
        return Words.enter

    async def _take_user(self) -> None:
        user = await self._read(lambda session, actor: session.get_one(User, actor.user_id))
        self.name, self.email, self.color = user.name, user.email, user.color
        self.initials, self.is_admin = initials(user.name), self._is_admin
        self._locale = user.locale


def frame(content: rx.Component, *, width: str = "page") -> rx.Component:
    """The whole page with ``content`` in it."""
    return rx.el.div(
        rx.el.a(
            tr("Skip to content"),
            href="#main",
            class_name="skip",
            on_click=rx.call_script("document.getElementById('main').focus()").prevent_default,
        ),
        _rail(),
        rx.el.main(content, id="main", tab_index=-1, class_name=f"main main-{width}"),
        _bottom_bar(),
        palette.palette(),
        class_name="shell",
    )


def _is_here(route: str) -> Any:
    path = rx.State.router.url.path
    return path == "/" if route == "/" else (path == route) | path.startswith(route + "/")


def _rail() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.link(
                rx.image(src=files.address("mark.svg"), alt="", width="24px", height="24px"),
                rx.el.span("Tandem"),
                href="/",
                underline="none",
                class_name="brand",
            ),
            _corner.content(),
            class_name="rail-top",
        ),
        palette.opener(),
        rx.el.nav(
            *(_rail_link(entry) for entry in navigation.visible(navigation.RAIL)),
            aria_label=tr("Main"),
            class_name="rail-links",
        ),
        rx.el.div(_user_menu(), class_name="rail-foot"),
        class_name="rail",
    )


def _rail_link(entry: Entry) -> rx.Component:
    here = _is_here(entry.route)
    return rx.link(
        rx.icon(entry.icon, size=18, aria_hidden="true"),
        rx.el.span(tr(entry.label)),
        href=entry.route,
        underline="none",
        class_name=rx.cond(here, "rail-link here", "rail-link"),
        custom_attrs={"aria-current": rx.cond(here, "page", "false")},
    )


def _bottom_bar() -> rx.Component:
    entries = navigation.visible(navigation.RAIL)
    # Five fit a thumb's width; where there are more, the fifth opens the others.
    first, others = (entries, ()) if len(entries) <= _FIT else (entries[:4], entries[4:])
    return rx.el.nav(
        *(_rail_link(entry) for entry in first),
        *([_more(others)] if others else []),
        aria_label=tr("Main"),
        class_name="bottom-bar",
    )


def _more(entries: tuple[Entry, ...]) -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=18, aria_hidden="true"),
                rx.el.span(tr("More")),
                type="button",
                class_name="rail-link bottom-more",
            )
        ),
        rx.dropdown_menu.content(
            *(
                rx.dropdown_menu.item(
                    rx.icon(entry.icon, size=16, aria_hidden="true"),
                    tr(entry.label),
                    on_click=rx.redirect(entry.route),
                    class_name="menu-item",
                )
                for entry in entries
            ),
            align="end",
            side="top",
            class_name="menu",
        ),
        modal=False,
    )


def _user_menu() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                avatar(Shell.initials, Shell.color),
                rx.el.span(
                    rx.el.span(Shell.name, class_name="user-name"),
                    rx.el.span(Shell.email, class_name="user-email"),
                    class_name="user-words",
                ),
                rx.icon("chevrons-up-down", size=16, aria_hidden="true"),
                type="button",
                class_name="user-button",
                aria_label=tr("Your menu"),
            )
        ),
        rx.dropdown_menu.content(
            *_profile_item(),
            rx.dropdown_menu.sub(
                rx.dropdown_menu.sub_trigger(
                    rx.icon("sun-moon", size=16, aria_hidden="true"), tr("Appearance")
                ),
                rx.dropdown_menu.sub_content(
                    *(
                        rx.dropdown_menu.item(
                            rx.icon(icon, size=16, aria_hidden="true"),
                            tr(label),
                            on_click=set_color_mode(mode),
                            class_name="menu-item",
                        )
                        for mode, label, icon in _MODES
                    ),
                    class_name="menu",
                ),
            ),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(
                rx.icon("log-out", size=16, aria_hidden="true"),
                tr("Sign out"),
                on_click=rx.call_script(SIGN_OUT),
                class_name="menu-item",
            ),
            align="start",
            side="top",
            class_name="menu user-menu",
        ),
        # Modal would hide the whole page from screen readers while it is open.
        modal=False,
    )


_MODES = (
    ("system", N_("Like the system"), "monitor"),
    ("light", N_("Light"), "sun"),
    ("dark", N_("Dark"), "moon"),
)


def _profile_item() -> list[rx.Component]:
    if "/settings/profile" not in navigation.routes():
        return []
    return [
        rx.dropdown_menu.item(
            rx.icon("user-round", size=16, aria_hidden="true"),
            tr("Profile"),
            on_click=rx.redirect("/settings/profile"),
            class_name="menu-item",
        )
    ]


def not_found() -> rx.Component:
    """What stands under an address that is none."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(rx.icon("map", size=24, aria_hidden="true"), class_name="empty-icon"),
            rx.el.h1(tr("There is no page here")),
            rx.el.p(tr("The address is wrong, or what it showed is gone.")),
            link_button(tr("Go to Home"), "/", kind="primary"),
            class_name="empty",
        ),
        class_name="not-found",
    )
