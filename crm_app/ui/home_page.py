"""Home: where a day begins. Rooms add their own cards; without them it says what to do first."""

from dataclasses import dataclass

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.ui import navigation
from crm_app.ui.components import page_header
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr


@dataclass(frozen=True, slots=True)
class _Step:
    route: str
    icon: str
    title: str
    text: str


_STEPS = (
    _Step(
        "/settings/calendar",
        "calendar-sync",
        N_("Connect your calendar"),
        N_("What is in it keeps your slots honest, and bookings appear in it."),
    ),
    _Step(
        "/settings/hours",
        "clock",
        N_("Set your working hours"),
        N_("People can book you only when you work."),
    ),
    _Step(
        "/calendar",
        "calendar-days",
        N_("Look at your week"),
        N_("All appointments of the team, and what you may move."),
    ),
    _Step(
        "/contacts",
        "users",
        N_("See your contacts"),
        N_("Everybody who booked, with all that happened."),
    ),
)


def page() -> rx.Component:
    """The page."""
    steps = [step for step in _STEPS if step.route in navigation.routes()]
    return rx.fragment(
        page_header(
            rx.cond(Shell.name, tr("Hello {name}", name=Shell.name), tr("Hello")),
            tr("Your day at a glance."),
        ),
        rx.el.div(*(_tile(step) for step in steps), class_name="tiles"),
    )


def _tile(step: _Step) -> rx.Component:
    return rx.link(
        rx.el.span(rx.icon(step.icon, size=20, aria_hidden="true"), class_name="tile-icon"),
        rx.el.span(
            rx.el.strong(tr(step.title)),
            rx.el.span(tr(step.text), class_name="hint"),
            class_name="tile-words",
        ),
        rx.icon("chevron-right", size=18, aria_hidden="true"),
        href=step.route,
        underline="none",
        class_name="tile card",
    )
