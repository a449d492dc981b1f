"""The forms of the steps that decide where a contact goes on, and when."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.step_controls import (
    DAYS,
    PAUSE,
    amount_field,
    choice,
    error_of,
    line,
    switch,
    tick,
)
from crm_app.campaigns.plans import conditions
from crm_app.ui.components import button, icon_button, select, typed_input
from crm_app.ui.words import tr


def wait() -> rx.Component:
    """A wait of any kind."""
    mode = Inspector.form["mode"]
    return rx.fragment(
        choice(
            "mode",
            tr("Wait"),
            [
                ("duration", tr("For a time")),
                ("date", tr("Until a date")),
                ("time", tr("Until a time of day")),
                ("appointment", tr("Until before or after the appointment")),
                ("reply", tr("For a reply")),
                ("booking", tr("For a booking")),
                ("click", tr("For a click on a link")),
            ],
        ),
        rx.match(
            mode,
            ("duration", amount_field("", tr("How long"))),
            ("date", rx.fragment(line("date", tr("Date"), type="date"), _time())),
            ("time", rx.fragment(_time(), _days())),
            ("appointment", _appointment()),
            amount_field(
                "timeout", tr("At most"), tr("After that the contact goes on all the same.")
            ),
        ),
    )


def _time() -> rx.Component:
    return line("time", tr("Time of day"), type="time")


def _days() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("On these days"), class_name="label"),
        rx.el.div(
            *(tick("days", value, tr(words)) for value, words in DAYS), class_name="day-ticks"
        ),
        class_name="plain-fieldset",
    )


def _appointment() -> rx.Component:
    return rx.fragment(
        amount_field("", tr("How long")),
        choice(
            "side",
            tr("Before or after"),
            [("before", tr("Before it starts")), ("after", tr("After it ends"))],
        ),
        choice(
            "late",
            tr("When that is past already"),
            [
                ("go_on", tr("Go on at once")),
                ("skip", tr("Leave out the steps up to the next wait")),
            ],
        ),
    )


def branch() -> rx.Component:
    """Conditions."""
    return rx.fragment(
        rx.el.fieldset(
            rx.el.legend(tr("Conditions"), class_name="label"),
            rx.foreach(Inspector.tests, _test),
            rx.cond(
                error_of("tests"), rx.el.p(error_of("tests"), class_name="error", role="alert")
            ),
            button(tr("Add condition"), icon="plus", small=True, on_click=Inspector.add_test),
            class_name="plain-fieldset tests",
        ),
        rx.cond(
            Inspector.tests.length() > 1,
            switch("all", tr("All must hold"), tr("Off: one of them is enough.")),
        ),
    )


def _test(test: Any, index: Any) -> rx.Component:
    def part(name: str) -> Any:
        return Inspector.set_test(index, name)

    return rx.el.div(
        select(
            "test-field",
            [(name, tr(each.label)) for name, each in conditions.FIELDS.items()],
            id="test-field-" + index.to_string(),
            value=test.field,
            on_change=part("field"),
            aria_label=tr("Field"),
        ),
        icon_button("x", tr("Remove condition"), on_click=Inspector.remove_test(index)),
        select(
            "test-op",
            test.ops,
            id="test-op-" + index.to_string(),
            value=test.op,
            on_change=part("op"),
            aria_label=tr("Comparison"),
        ),
        rx.cond(
            test.bare,
            rx.fragment(),
            rx.cond(
                (test.choices.length() > 0) & (test.field != "tag"),
                rx.el.div(
                    rx.el.select(
                        rx.el.option("…", value=""),
                        rx.foreach(
                            test.choices, lambda o: rx.el.option(o["label"], value=o["value"])
                        ),
                        value=test.value,
                        on_change=part("value"),
                        aria_label=tr("Value"),
                        class_name="input",
                    ),
                    rx.icon("chevron-down", size=16, aria_hidden="true"),
                    class_name="select",
                ),
                typed_input(
                    value=test.value,
                    on_change=part("value").debounce(PAUSE),
                    on_blur=part("value"),
                    aria_label=tr("Value"),
                    list="known-tags",
                    class_name="input",
                ),
            ),
        ),
        class_name="test",
    )


def split() -> rx.Component:
    """The ways of a split with their weights."""
    return rx.el.fieldset(
        rx.el.legend(tr("Ways and their weights"), class_name="label"),
        rx.foreach(
            Inspector.arms,
            lambda arm: rx.el.div(
                rx.el.span(arm["label"], class_name="grows"),
                typed_input(
                    value=arm["weight"],
                    on_change=Inspector.set_weight(arm["key"]).debounce(PAUSE),
                    on_blur=Inspector.set_weight(arm["key"]),
                    aria_label=tr("Weight of {way}", way=arm["label"]),
                    input_mode="numeric",
                    class_name="input weight",
                ),
                rx.cond(
                    Inspector.arms.length() > 2,
                    icon_button(
                        "x",
                        tr("Remove {way}", way=arm["label"]),
                        on_click=Inspector.remove_arm(arm["key"]),
                    ),
                ),
                class_name="row one-line",
            ),
        ),
        rx.cond(error_of("weights"), rx.el.p(error_of("weights"), class_name="error")),
        rx.cond(
            Inspector.arms.length() < 4,
            button(tr("Add a way"), icon="plus", small=True, on_click=Inspector.add_arm),
        ),
        rx.el.p(
            tr("Each contact is drawn once, and stays on its way when it comes again."),
            class_name="help",
        ),
        class_name="plain-fieldset tests",
    )


def goal() -> rx.Component:
    """What the contact is to be brought to."""
    event = Inspector.form["event"]
    return rx.fragment(
        choice(
            "event",
            tr("Goal"),
            [
                ("booked", tr("The contact books")),
                ("replied", tr("The contact replies")),
                ("clicked", tr("The contact opens a link")),
                ("tag", tr("The contact has a tag")),
            ],
            help=tr("Who reaches it from any earlier step comes here at once."),
        ),
        rx.cond(event == "tag", line("value", tr("Tag"), list="known-tags")),
        rx.cond(
            event == "clicked",
            line("value", tr("Part of the link"), help=tr("Empty: any link counts.")),
        ),
        choice(
            "unmet",
            tr("Who comes here without it"),
            [
                ("continue", tr("Goes on")),
                ("wait", tr("Waits here until it is reached")),
                ("end", tr("Leaves the campaign")),
            ],
        ),
    )
