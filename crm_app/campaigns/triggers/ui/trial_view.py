"""The card that tries a trigger on a contact and tells what would be done."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui.trial_state import TriggerTrial as State
from crm_app.ui.components import badge, button, card, field, text_input
from crm_app.ui.words import tr


def trial() -> rx.Component:
    """Choose a contact, read what would happen."""
    return card(
        rx.el.div(
            field(
                tr("Contact"),
                text_input(
                    "trial-contact",
                    value=State.typed,
                    on_change=State.suggest.debounce(200),
                    placeholder=tr("Name or e-mail"),
                    auto_complete="off",
                ),
                name="trial-contact",
            ),
            rx.cond(
                State.found.length() > 0,
                rx.el.div(
                    rx.foreach(State.found, _suggestion),
                    class_name="suggestions",
                    role="group",
                    aria_label=tr("Known contacts"),
                ),
            ),
            class_name="suggesting",
        ),
        rx.cond(State.words, _answer()),
        title=tr("Try it"),
        hint=tr("What would this do for a contact now? Nothing is sent or written."),
    )


def _suggestion(one: Any) -> rx.Component:
    return rx.el.button(
        rx.el.strong(one["name"]),
        rx.el.span(one["email"], class_name="hint"),
        type="button",
        on_click=State.choose(one["id"]),
        class_name="suggestion",
    )


def _answer() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            badge(State.words, tone=State.tone),
            rx.el.span(State.why, class_name="hint breaks"),
            class_name="trigger-outcome",
        ),
        rx.el.ol(rx.foreach(State.steps, _step), class_name="trigger-tried"),
        button(tr("Try again"), icon="rotate-ccw", small=True, on_click=State.again),
        class_name="stack trigger-answer",
        role="status",
    )


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.cond(
                step["problem"],
                rx.icon("circle-alert", size=16, aria_hidden="true", class_name="tone-bad"),
                rx.icon("circle-check", size=16, aria_hidden="true", class_name="tone-good"),
            ),
            rx.el.span(step["words"], class_name="breaks"),
            class_name="trigger-tried-line",
        ),
        rx.cond(step["problem"], rx.el.p(step["problem"], class_name="error")),
        rx.cond(step["text"], rx.el.pre(step["text"], class_name="letter")),
    )
