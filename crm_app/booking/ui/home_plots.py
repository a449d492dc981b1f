"""Home's two plots: bookings per week, and the turns of each team beside their fair shares.

Bars of the theme's colours; each stands beside its number, and the list reads well without them.
"""

from typing import Any

import reflex as rx

from crm_app.booking.ui.home_state import Home
from crm_app.ui.components import avatar, card
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr


def weeks_plot() -> rx.Component:
    """The bookings that came in, week by week."""
    return card(
        rx.cond(
            Home.weeks.length() > 0,
            rx.el.ol(rx.foreach(Home.weeks, _week), class_name="weeks"),
            rx.el.p(tr("The first booking will show here."), class_name="hint"),
        ),
        title=tr("Bookings per week"),
        hint=tr("By the day on which they came in."),
    )


def _week(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one["count"], class_name="weeks-count tabular", aria_hidden="true"),
        rx.el.span(
            rx.el.span(style={"height": one["percent"] + "%"}, class_name="weeks-bar"),
            class_name="weeks-track",
            aria_hidden="true",
        ),
        rx.el.span(one["label"], class_name="weeks-label"),
        rx.el.span(": ", one["words"], class_name="visually-hidden"),
        class_name=rx.cond(one["now"], "now", ""),
        title=one["words"],
    )


def turns_plot() -> rx.Component:
    """The turns of the last 30 days in each team calendar."""
    return rx.cond(
        Home.teams.length() > 0,
        card(
            rx.el.div(rx.foreach(Home.teams, _team), class_name="stack"),
            rx.cond(
                Shell.is_admin,
                rx.el.div(
                    rx.link(tr("Change weights and turns"), href="/settings/teams"),
                    class_name="home-more",
                ),
            ),
            title=tr("Turns in the team"),
            hint=tr("Bookings of the last 30 days beside the fair share by weight."),
        ),
    )


def _team(one: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(one["name"], class_name="label"),
        rx.el.div(rx.foreach(one["members"].to(list[dict[str, str]]), _member), class_name="turns"),
    )


def _member(one: Any) -> rx.Component:
    return rx.el.div(
        avatar(one["initials"], one["color"].to(int), size=24, name=one["name"]),
        rx.el.div(
            _bar("team-bar-had", one["percent"]),
            _bar("team-bar-fair", one["fair"]),
            class_name="team-bars",
        ),
        rx.el.span(
            tr(
                "{turns} · {percent} % (fair: {fair} %)",
                turns=one["turns"],
                percent=one["percent"],
                fair=one["fair"],
            ),
            class_name="hint tabular",
        ),
        class_name="turns-row",
    )


def _bar(kind: str, percent: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(style={"width": percent + "%"}, class_name=f"team-bar {kind}"),
        class_name="team-track",
        aria_hidden="true",
    )
