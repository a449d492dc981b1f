"""The part "Health": how each connection is, in numbers that add up, and everybody's for administrators."""

from typing import Any

import reflex as rx

from crm_app.sync.ui.cards_view import light, nothing_yet
from crm_app.sync.ui.connections_state import Connections
from crm_app.ui.components import badge, button, card, notice
from crm_app.ui.words import tr


def health_part() -> rx.Component:
    """The part."""
    return rx.el.div(
        rx.cond(
            Connections.rows.length() > 0,
            rx.el.div(rx.foreach(Connections.rows, _connection), class_name="groups"),
            nothing_yet(),
        ),
        rx.cond(Connections.everyone.length() > 0, _everyone()),
        class_name="groups",
    )


def _connection(row: Any) -> rx.Component:
    health = row["health"].to(dict[str, Any])
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row["label"], class_name="breaks"),
                rx.el.p(light(row), rx.el.span(row["words"]), class_name="connection-state"),
                class_name="grows stack-tight",
            ),
            rx.cond(
                row["locked"],
                button(
                    tr("Reconnect"),
                    icon="plug",
                    kind="primary",
                    on_click=Connections.ask("reconnect", row["id"], row["label"]),
                ),
                button(tr("Sync now"), icon="refresh-cw", on_click=Connections.sync_now(row["id"])),
            ),
            class_name="connection-head",
        ),
        _errors(row, health),
        rx.foreach(health["listing"].to(list[dict[str, str]]), _listing),
        rx.el.dl(
            _figure(tr("Last success"), health["last"]),
            _figure(tr("May be behind by"), health["lag"]),
            _figure(tr("Entries read"), health["read"]),
            _figure(tr("Appointments written"), health["written"]),
            _figure(tr("On their way"), health["waiting"]),
            rx.cond(health["failing"], _figure(tr("Could not be written yet"), health["failing"])),
            class_name="figures",
        ),
        rx.cond(
            health["fates"].to(list[dict[str, str]]).length() > 0,
            _fates(health["fates"].to(list[dict[str, str]])),
        ),
        class_name="card connection",
        aria_label=row["label"],
    )


def _figure(name: Any, value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value, class_name="tabular"), class_name="figure")


def _listing(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(tr("Reading {name} for the first time", name=one["name"])),
            rx.el.strong(tr("{shown} so far", shown=one["seen"]), class_name="tabular"),
            class_name="spread",
        ),
        rx.el.div(
            rx.el.span(class_name="progress-bar"),
            class_name="progress progress-wide",
            role="progressbar",
            aria_label=tr("Reading {name}", name=one["name"]),
            aria_valuetext=tr("{shown} so far", shown=one["seen"]),
        ),
        rx.el.p(tr("You can leave this page; it goes on in the background."), class_name="help"),
        class_name="listing",
    )


def _errors(row: Any, health: Any) -> rx.Component:
    errors = health["errors"].to(list[dict[str, str]])
    return rx.cond(
        errors.length() > 0,
        notice(
            rx.el.ul(
                rx.foreach(
                    errors,
                    lambda one: rx.el.li(
                        rx.cond(
                            one["where"], rx.el.strong(one["where"] + ": ", class_name="inline")
                        ),
                        one["text"],
                    ),
                ),
                class_name="plain-list",
            ),
            rx.el.p(rx.cond(row["locked"], row["locked"], health["advice"])),
            tone="warn",
            title=tr("What went wrong last, and what to do"),
        ),
    )


def _fates(fates: Any) -> rx.Component:
    """The bar shows the shares; the list beside it says the same in numbers."""
    return rx.el.div(
        rx.el.p(tr("What became of the entries"), class_name="label"),
        rx.el.div(
            rx.foreach(
                fates,
                lambda one: rx.el.span(
                    class_name="share share-" + one["kind"].to(str), style={"width": one["share"]}
                ),
            ),
            class_name="shares",
            aria_hidden="true",
        ),
        rx.el.ul(
            rx.foreach(
                fates,
                lambda one: rx.el.li(
                    rx.el.span(
                        class_name="share-dot share-" + one["kind"].to(str), aria_hidden="true"
                    ),
                    rx.el.span(one["name"]),
                    rx.el.strong(one["count"], class_name="tabular"),
                ),
            ),
            class_name="share-list",
        ),
        class_name="stack",
    )


def _everyone() -> rx.Component:
    return card(
        rx.el.ul(
            rx.foreach(Connections.everyone, _somebody),
            class_name="people-list plain-list",
        ),
        title=tr("Everybody's connections"),
        hint=tr("For administrators: how they are, not what is in them."),
    )


def _somebody(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.link(
                row["user"],
                href="/settings/connections?user=" + row["user_id"] + "&part=health",
                weight="medium",
            ),
            rx.el.div(row["label"], class_name="hint breaks"),
            class_name="grows",
        ),
        rx.el.div(
            rx.el.div(light(row), rx.el.span(row["words"]), class_name="connection-state"),
            rx.cond(row["lag"], badge(row["lag"], icon="timer")),
            class_name="somebody-state",
        ),
        class_name="people-row row",
    )
