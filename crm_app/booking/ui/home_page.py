"""Home: today's agenda and new leads at the left, what asks for somebody and two plots at the right."""

from typing import Any

import reflex as rx

from crm_app.booking.ui.home_plots import turns_plot, weeks_plot
from crm_app.booking.ui.home_state import Home
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    avatar,
    badge,
    card,
    link_button,
    page_header,
    skeleton,
    skeleton_rows,
)
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr

TITLE = N_("Home")
_ICONS = {
    "calendar": "calendar-sync",
    "appointment": "calendar-clock",
    "guests": "user-plus",
    "mail": "mail-warning",
    "work": "list-checks",
}
_STEP_ICONS = {
    "calendar": "calendar-plus",
    "connect": "calendar-sync",
    "hours": "clock",
    "share": "link",
}


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            rx.cond(Shell.name, tr("Hello {name}", name=Shell.name), tr("Hello")),
            Home.today,
            link_button(tr("Open the calendar"), "/calendar", icon="calendar-days"),
        ),
        rx.cond(
            Home.loading,
            _skeleton(),
            rx.el.div(
                rx.cond(Home.steps.length() > 0, _steps()),
                rx.el.div(_today(), _leads(), class_name="home-main"),
                rx.el.div(_attention(), weeks_plot(), turns_plot(), class_name="home-side"),
                class_name="home",
            ),
        ),
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.div(card(skeleton("30%"), skeleton_rows(4)), class_name="home-main"),
        rx.el.div(card(skeleton("40%"), skeleton_rows(2)), class_name="home-side"),
        class_name="home",
    )


def _steps() -> rx.Component:
    return card(
        rx.el.ol(rx.foreach(Home.steps, _step), class_name="home-steps"),
        title=tr("First steps"),
        hint=tr("Then people can book you."),
        class_name="home-wide",
    )


def _step(step: Any) -> rx.Component:
    words = rx.el.div(
        rx.el.strong(step["title"]), rx.el.div(step["text"], class_name="hint"), class_name="grows"
    )
    return rx.el.li(
        rx.cond(
            step["done"],
            rx.el.span(
                rx.icon("check", size=16, aria_hidden="true"),
                rx.el.span(tr("Done"), class_name="visually-hidden"),
                class_name="home-tick done",
            ),
            rx.el.span(_icon(step["key"], _STEP_ICONS, "circle"), class_name="home-tick"),
        ),
        words,
        rx.cond(
            (step["done"] == "") & (step["page"] != ""),
            rx.cond(
                step["next"],
                link_button(tr("Go"), step["page"], icon="arrow-right", kind="primary"),
                link_button(tr("Go"), step["page"], icon="arrow-right"),
            ),
        ),
        class_name=rx.cond(step["done"], "home-step done", "home-step"),
    )


def _icon(key: Any, icons: dict[str, str], fallback: str) -> rx.Component:
    return rx.match(
        key,
        *((name, rx.icon(icon, size=18, aria_hidden="true")) for name, icon in icons.items()),
        rx.icon(fallback, size=18, aria_hidden="true"),
    )


def _today() -> rx.Component:
    return card(
        rx.cond(
            Home.agenda.length() > 0,
            rx.el.ol(rx.foreach(Home.agenda, _appointment), class_name="agenda"),
            rx.el.p(tr("Nothing is planned for today."), class_name="hint"),
        ),
        rx.cond(
            Home.next_one.length() > 0,
            rx.el.div(
                rx.el.span(tr("Next:"), class_name="hint"),
                rx.link(
                    Home.next_one["day"],
                    ", ",
                    Home.next_one["start"],
                    " · ",
                    Home.next_one["title"],
                    href="/calendar?appointment=" + Home.next_one["id"],
                ),
                class_name="agenda-next",
            ),
        ),
        title=tr("Today"),
        class_name="home-1",
    )


def _appointment(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.time(one["start"]),
            rx.el.time(one["end"], class_name="hint"),
            class_name="agenda-time tabular",
        ),
        rx.el.span(class_name="agenda-line member-" + one["color"], aria_hidden="true"),
        rx.el.div(
            rx.link(
                one["title"], href="/calendar?appointment=" + one["id"], class_name="agenda-title"
            ),
            rx.el.div(
                rx.cond(one["with"], rx.el.span(one["with"])),
                rx.el.span(one["calendar"]),
                rx.cond(
                    one["link"],
                    rx.el.a(tr("Join"), href=one["link"], target="_blank", rel="noopener"),
                    rx.cond(one["place"], rx.el.span(one["place"])),
                ),
                class_name="hint dotted",
            ),
            class_name="grows",
        ),
        rx.cond(one["state"] == "now", badge(tr("Now"), tone="accent", icon="clock")),
        rx.cond(one["unconfirmed"], badge(tr("Not confirmed"), tone="warn")),
        class_name=rx.cond(one["state"] == "over", "over", ""),
    )


def _leads() -> rx.Component:
    return card(
        rx.cond(
            Home.leads.length() > 0,
            rx.el.div(rx.foreach(Home.leads, _lead), class_name="people-list"),
            rx.el.div(
                rx.el.p(tr("Nobody new in the last seven days."), class_name="hint"),
                rx.el.div(
                    link_button(tr("Share your link"), "/settings/profile", icon="link"),
                    class_name="row",
                ),
                class_name="stack",
            ),
        ),
        title=tr("New leads"),
        hint=tr("{count} in the last seven days", count=Home.lead_count),
    )


def _lead(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(one["initials"], class_name="mark", aria_hidden="true"),
        rx.el.div(
            rx.link(one["name"], href="/contacts/" + one["id"], class_name="agenda-title"),
            rx.el.div(
                rx.cond(one["email"], rx.el.span(one["email"])),
                rx.el.span(one["came"]),
                class_name="hint dotted breaks",
            ),
            class_name="grows",
        ),
        rx.cond(
            one["owner"],
            avatar(one["owner_initials"], one["owner_color"].to(int), name=one["owner"], size=24),
            rx.el.div(badge(tr("No owner"))),
        ),
        class_name="people-row",
    )


def _attention() -> rx.Component:
    return card(
        rx.cond(
            Home.attention.length() > 0,
            rx.el.ul(rx.foreach(Home.attention, _asks), class_name="asks"),
            rx.el.p(
                rx.icon("circle-check", size=18, aria_hidden="true"),
                tr("All is well."),
                class_name="asks-none",
            ),
        ),
        title=tr("Needs attention"),
        class_name="home-2",
    )


def _asks(one: Any) -> rx.Component:
    return rx.el.li(
        rx.link(
            rx.el.span(
                _icon(one["icon"], _ICONS, "circle-alert"), class_name="asks-icon " + one["tone"]
            ),
            rx.el.span(
                rx.el.strong(one["title"]),
                rx.cond(one["text"], rx.el.span(one["text"], class_name="hint")),
                class_name="tile-words",
            ),
            rx.icon("chevron-right", size=16, aria_hidden="true"),
            href=one["page"],
            underline="none",
            class_name="asks-row",
        )
    )
