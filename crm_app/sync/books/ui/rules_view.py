"""The dialog with the rules that mark cards by themselves (SCT-3)."""

import reflex as rx

from crm_app.sync.books.ui.queue_row_view import MARKS
from crm_app.sync.books.ui.rules_state import CardRules
from crm_app.sync.books.ui.shown_queue import LEAVE_OUT, RuleLine
from crm_app.ui.components import (
    badge,
    button,
    dialog,
    field,
    icon_button,
    select,
    text_input,
)
from crm_app.ui.words import tr


def rules_dialog() -> rx.Component:
    """The dialog."""
    return dialog(
        rx.cond(
            CardRules.rules.length() > 0,
            rx.el.ol(
                rx.foreach(CardRules.rules, _rule),
                class_name="plain-list rule-list",
                aria_label=tr("Rules"),
            ),
            rx.el.p(tr("No rules yet. You mark each card by hand."), class_name="hint"),
        ),
        rx.el.form(
            rx.el.h3(tr("New rule")),
            rx.el.div(
                field(
                    tr("If"),
                    select(
                        "rule-field",
                        CardRules.fields,
                        value=CardRules.field,
                        on_change=CardRules.set_field,
                    ),
                    name="rule-field",
                    error=CardRules.errors["field"],
                ),
                rx.cond(CardRules.asks, _value()),
                field(
                    tr("Then"),
                    select(
                        "rule-mark",
                        [*((kind, tr(label)) for kind, label, _ in MARKS), ("", tr(LEAVE_OUT))],
                        value=CardRules.mark,
                        on_change=CardRules.set_mark,
                    ),
                    name="rule-mark",
                ),
                class_name="fields-three",
            ),
            rx.cond(CardRules.fits, rx.el.p(CardRules.fits, class_name="hint", role="status")),
            rx.el.div(
                button(tr("Add rule"), icon="plus", kind="primary", type="submit"), class_name="row"
            ),
            on_submit=lambda _form: CardRules.add(),
            no_validate=True,
            class_name="fields rule-form",
        ),
        title=tr("Rules for the queue"),
        hint=tr(
            "The first that fits marks a card. What you marked by hand stays, and nothing is imported by a rule."
        ),
        open=CardRules.opened,
        on_close=CardRules.close,
        width="640px",
    )


def _value() -> rx.Component:
    return field(
        tr("Is"),
        rx.cond(
            CardRules.choices.length() > 0,
            select(
                "value",
                CardRules.choices,
                value=CardRules.value,
                on_change=CardRules.set_value,
                error=CardRules.errors["value"],
            ),
            text_input(
                "value",
                value=CardRules.value,
                on_change=CardRules.set_value.debounce(250),
                placeholder=CardRules.example,
                auto_complete="off",
                error=CardRules.errors["value"],
            ),
        ),
        name="value",
        error=CardRules.errors["value"],
    )


def _rule(rule: rx.Var[RuleLine], place: rx.Var[int]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rule.when, class_name="breaks grows"),
        rx.icon("arrow-right", size=14, aria_hidden="true"),
        badge(rule.then, tone="accent"),
        rx.el.span(rule.marked, class_name="hint tabular", title=tr("Cards that wait and fit")),
        icon_button(
            "arrow-up",
            tr("Sooner"),
            disabled=rule.first,
            on_click=CardRules.move(rule.id, place - 1),
        ),
        icon_button(
            "arrow-down",
            tr("Later"),
            disabled=rule.last,
            on_click=CardRules.move(rule.id, place + 1),
        ),
        icon_button("trash-2", tr("Remove the rule"), on_click=CardRules.remove(rule.id)),
        class_name="rule-row",
    )
