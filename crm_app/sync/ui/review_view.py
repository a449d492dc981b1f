"""The part "Review": an event per card, its guests with what would happen, and the decision."""

from typing import Any

import reflex as rx

from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.review_state import Review
from crm_app.ui.components import badge, button, card, empty_state, menu, menu_item
from crm_app.ui.words import tr


def review_part() -> rx.Component:
    """The part."""
    return rx.cond(
        Review.count > 0,
        rx.el.div(
            rx.el.p(
                tr(
                    "These events have guests who are not in the CRM. Until you decide they only "
                    "block your time."
                ),
                class_name="hint",
            ),
            rx.el.ul(rx.foreach(Review.rows, _row), class_name="review-list"),
            class_name="stack",
        ),
        card(
            rx.cond(
                Review.reviewing,
                empty_state(
                    "inbox",
                    tr("Nobody is waiting"),
                    tr(
                        "New guests of events in your linked calendar appear here for your decision."
                    ),
                ),
                empty_state(
                    "inbox",
                    tr("Nobody is waiting, and nobody would"),
                    tr(
                        "With “Let me look at new guests first” guests wait here before they become "
                        "contacts. It is offered with the options that make contacts."
                    ),
                    button(
                        tr("Go to the sync option"),
                        icon="sliders-horizontal",
                        on_click=Connections.show("option"),
                    ),
                ),
            )
        ),
    )


def _row(row: Any) -> rx.Component:
    people = row["people"].to(list[dict[str, str]])
    known = row["known"].to(list[dict[str, str]])
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row["title"], class_name="breaks"),
                rx.el.div(
                    rx.el.span(row["when"], class_name="tabular"),
                    rx.cond(row["recurring"], rx.el.span(tr("repeats"))),
                    rx.el.span(row["calendar"], class_name="breaks"),
                    class_name="hint dotted",
                ),
                class_name="grows stack-tight",
            ),
            rx.cond(
                row["fires"],
                badge(tr("Accepting triggers"), tone="accent", icon="zap"),
                badge(tr("Triggers nothing"), icon="zap-off"),
            ),
            class_name="review-head",
        ),
        rx.el.ul(
            rx.foreach(people, lambda one: _asked(row, one)),
            rx.foreach(known, _known),
            class_name="review-people",
            aria_label=tr("Guests"),
        ),
        rx.el.div(
            button(
                rx.cond(
                    row["ticks"] == "1",
                    tr("Make 1 contact and the appointment"),
                    tr("Make {count} contacts and the appointment", count=row["ticks"].to(str)),
                ),
                icon="user-plus",
                small=True,
                disabled=row["ticks"] == "0",
                on_click=Review.accept(row["id"]),
            ),
            button(
                tr("Not this time"),
                icon="x",
                kind="quiet",
                small=True,
                on_click=Review.decline(row["id"], ""),
            ),
            _never(row),
            class_name="row review-actions",
        ),
        class_name="card review-row",
    )


def _asked(row: Any, one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                class_name="checkbox",
                checked=one["ticked"] != "",
                on_change=lambda on: Review.tick(row["id"], one["email"], on),
            ),
            rx.el.span(
                rx.el.strong(one["name"], class_name="breaks"),
                rx.cond(
                    one["shown_email"],
                    rx.el.span(one["shown_email"], class_name="hint breaks"),
                ),
                class_name="review-who",
            ),
            class_name="check-row grows",
        ),
        rx.cond(
            one["ticked"],
            badge(tr("becomes a contact"), tone="good", icon="user-plus"),
            badge(tr("is left out"), icon="minus"),
        ),
    )


def _known(one: Any) -> rx.Component:
    return rx.el.li(
        rx.icon("user-check", size=16, aria_hidden="true"),
        rx.el.span(
            rx.link(one["name"], href="/contacts/" + one["contact_id"], weight="medium"),
            rx.cond(one["shown_email"], rx.el.span(one["shown_email"], class_name="hint breaks")),
            class_name="review-who grows",
        ),
        badge(tr("known, is linked"), icon="link"),
    )


def _never(row: Any) -> rx.Component:
    """For good: these addresses, or all from their domains."""
    return menu(
        button(tr("Never …"), icon="ban", kind="quiet", small=True),
        menu_item(
            tr("Never {addresses}", addresses=row["addresses"].to(str)),
            Review.decline(row["id"], "address"),
            icon="user-x",
        ),
        menu_item(
            tr("Never anybody at {domains}", domains=row["domains"].to(str)),
            Review.decline(row["id"], "domain"),
            icon="at-sign",
        ),
        align="start",
    )
