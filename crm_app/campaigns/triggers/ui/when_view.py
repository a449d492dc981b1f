"""What sets a trigger off: the event, and what it asks for (a time, an address)."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor as State
from crm_app.ui.components import button, card, field, icon_button, select, text_input
from crm_app.ui.words import tr


def when() -> rx.Component:
    """The card "When"."""
    return card(
        field(
            tr("What sets it off"),
            rx.el.div(
                rx.el.select(
                    rx.el.option(tr("Choose …"), value="", disabled=True),
                    rx.foreach(
                        State.events, lambda one: rx.el.option(one["label"], value=one["value"])
                    ),
                    id="event",
                    value=State.event,
                    on_change=State.set_event,
                    class_name="input",
                    aria_describedby="event-error",
                ),
                rx.icon("chevron-down", size=16, aria_hidden="true"),
                class_name="select",
            ),
            name="event",
            error=State.option_errors["event"],
        ),
        rx.match(
            State.event,
            ("not_booked", _not_booked()),
            ("appointment_starts_in", _length(tr("How long before"))),
            ("inbound_webhook", _hook()),
            rx.fragment(),
        ),
        title=tr("When"),
        class_name="trigger-part",
    )


def _length(label: Any) -> rx.Component:
    return rx.el.div(
        field(
            label,
            text_input(
                "amount",
                type="number",
                min="1",
                input_mode="numeric",
                value=State.options["amount"],
                on_change=lambda value: State.set_option("amount", value),
                error=State.option_errors["amount"],
            ),
            name="amount",
            error=State.option_errors["amount"],
        ),
        field(
            tr("Unit"),
            select(
                "unit",
                [
                    ("minutes", tr("minutes")),
                    ("hours", tr("hours")),
                    ("days", tr("days")),
                    ("weeks", tr("weeks")),
                ],
                value=State.options["unit"],
                on_change=lambda value: State.set_option("unit", value),
            ),
            name="unit",
        ),
        class_name="fields-two",
    )


def _not_booked() -> rx.Component:
    return rx.fragment(
        _length(tr("No booking within")),
        rx.el.div(
            field(
                tr("After"),
                select(
                    "since",
                    [
                        ("campaign", tr("the contact was added to a campaign")),
                        ("link", tr("a link to book was sent")),
                        ("form", tr("a form was submitted")),
                    ],
                    value=State.options["since"],
                    on_change=lambda value: State.set_option("since", value),
                ),
                name="since",
            ),
            field(
                tr("At most so many times per contact"),
                text_input(
                    "most",
                    type="number",
                    min="1",
                    max="20",
                    value=State.options["most"],
                    on_change=lambda value: State.set_option("most", value),
                ),
                name="most",
                help=tr("A booking ends it and begins the count anew."),
            ),
            class_name="fields-two",
        ),
    )


def _hook() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.hook_url,
            rx.el.div(
                rx.el.span(tr("Send to this address. It is shown only now."), class_name="hint"),
                rx.el.code(State.hook_url),
                icon_button("copy", tr("Copy"), on_click=rx.set_clipboard(State.hook_url)),
                class_name="copy-box",
            ),
            rx.el.p(
                rx.cond(
                    State.has_hook,
                    tr("There is an address. A new one ends it."),
                    tr("Another program calls an address of yours. Make one first."),
                ),
                class_name="help",
            ),
        ),
        button(
            rx.cond(State.has_hook, tr("Make a new address"), tr("Make an address")),
            icon="link",
            small=True,
            on_click=State.new_address,
        ),
        rx.el.p(
            tr("It takes JSON or a form. Where the fields have other names, say which:"),
            class_name="help",
        ),
        rx.el.div(
            *(
                field(
                    label,
                    text_input(
                        f"field-{name}",
                        value=State.options[f"fields.{name}"],
                        on_change=lambda value, name=name: State.set_option(
                            f"fields.{name}", value
                        ),
                        placeholder=name,
                        max_length=200,
                    ),
                    name=f"field-{name}",
                )
                for name, label in (
                    ("email", tr("E-mail address")),
                    ("phone", tr("Phone number")),
                    ("name", tr("Name")),
                    ("first_name", tr("First name")),
                    ("last_name", tr("Last name")),
                )
            ),
            class_name="fields-two",
        ),
        class_name="stack",
    )
