"""The notice on an appointment that was changed here and in the calendar: both versions side by side."""

import reflex as rx

from crm_app.appointments.ui.appointment_state import AppointmentDialog as State
from crm_app.ui.components import button
from crm_app.ui.words import tr


def clash_notice() -> rx.Component:
    """What happened, when and where, what each side says, and the decision."""
    return rx.el.section(
        rx.el.div(
            rx.icon("git-compare-arrows", size=18, aria_hidden="true"),
            rx.el.div(
                rx.el.strong(State.clash["message"]),
                rx.el.p(State.clash["when"], class_name="hint"),
            ),
            class_name="clash-head",
        ),
        rx.cond(
            State.clash["theirs"],
            rx.el.div(
                _version("ours", tr("Here")),
                _version("theirs", tr("In the calendar")),
                class_name="clash-versions",
            ),
        ),
        rx.cond(State.facts["may"], _decide()),
        class_name="clash",
        aria_label=tr("Changed on both sides"),
    )


def _version(side: str, label: rx.Var[str]) -> rx.Component:
    def line(name: str) -> rx.Component:
        key = f"{side}_{name}"
        return rx.cond(
            State.clash[key],
            rx.el.span(
                State.clash[key],
                class_name=rx.cond(State.clash[f"{key}_differs"], "differs", "hint"),
            ),
        )

    return rx.el.div(
        rx.el.span(label, class_name="label"),
        line("title"),
        line("time"),
        line("place"),
        class_name="clash-version",
    )


def _decide() -> rx.Component:
    return rx.el.div(
        button(
            rx.cond(State.clash["theirs"], tr("Keep ours"), tr("Understood")),
            icon="check",
            small=True,
            on_click=State.keep_ours,
        ),
        rx.cond(
            State.clash["theirs"].bool() & State.editable,
            button(
                tr("Take the calendar's"),
                icon="calendar-sync",
                small=True,
                on_click=State.take_theirs,
            ),
        ),
        class_name="row",
    )
