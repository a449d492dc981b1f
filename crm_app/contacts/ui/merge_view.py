"""The merge dialog: the records side by side, one choice per field, and all that is kept anyway."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.merge_shown import Kept, Line, Side, Value
from crm_app.contacts.ui.merge_state import Merging
from crm_app.contacts.ui.parts import contact_mark
from crm_app.ui.components import button, dialog, notice
from crm_app.ui.words import tr


def merge_dialog() -> rx.Component:
    """The dialog; ``Merging.begin`` opens it."""
    return dialog(
        rx.el.section(
            rx.el.h3(tr("Which record stays?"), class_name="merge-title"),
            rx.el.div(
                rx.foreach(Merging.sides, _side), class_name="merge-sides", role="radiogroup"
            ),
        ),
        rx.cond(
            Merging.lines.length() > 0,
            rx.el.section(
                rx.el.h3(tr("Where they differ"), class_name="merge-title"),
                rx.el.div(rx.foreach(Merging.lines, _line), class_name="merge-lines"),
            ),
        ),
        rx.cond(
            Merging.joined.length() > 0,
            rx.el.section(
                rx.el.h3(tr("Kept from all of them"), class_name="merge-title"),
                rx.el.dl(rx.foreach(Merging.joined, _kept), class_name="merge-kept"),
            ),
        ),
        rx.el.p(
            rx.icon("history", size=15, aria_hidden="true"),
            tr(
                "Appointments, messages, campaigns and notes of all of them come together on one"
                " timeline. You can undo this for 30 days."
            ),
            class_name="merge-note",
        ),
        title=tr("Merge contacts"),
        hint=tr("They become one contact, and nothing is lost."),
        open=Merging.merging,
        on_close=Merging.close,
        actions=(
            button(tr("Cancel"), on_click=Merging.close),
            button(tr("Merge"), kind="primary", icon="merge", on_click=Merging.merge),
        ),
        width="720px",
    )


def _side(side: rx.Var[Side]) -> rx.Component:
    kept = Merging.kept == side.id
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="merge-kept",
            class_name="visually-hidden",
            checked=kept,
            on_change=lambda _checked: Merging.keep(side.id),
        ),
        rx.el.div(
            contact_mark(side.kind, side.initials),
            rx.el.div(
                rx.el.span(side.name, class_name="name-main"),
                rx.el.span(side.about, class_name="name-sub"),
                class_name="name-words",
            ),
            class_name="name-cell",
        ),
        rx.el.span(rx.el.span(side.made), rx.el.span(side.happened), class_name="caption"),
        rx.cond(
            kept,
            rx.icon("circle-check", size=18, aria_hidden="true", class_name="merge-check"),
            rx.icon("circle", size=18, aria_hidden="true", class_name="merge-check"),
        ),
        class_name=rx.cond(kept, "merge-side merge-on", "merge-side"),
    )


def _line(line: rx.Var[Line]) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(line.label),
        rx.el.div(
            rx.foreach(line.offers, lambda value: _value(line, value)), class_name="merge-values"
        ),
        class_name="merge-line",
    )


def _value(line: rx.Var[Line], value: rx.Var[Value]) -> rx.Component:
    chosen = line.chosen == value.id
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="merge-" + line.key,
            class_name="checkbox",
            checked=chosen,
            on_change=lambda _checked: Merging.choose(line.key, value.id),
        ),
        rx.el.span(
            rx.el.span(value.text, class_name="merge-text"),
            rx.cond(value.whose, rx.el.span(value.whose, class_name="caption")),
        ),
        class_name=rx.cond(chosen, "merge-value merge-on", "merge-value"),
    )


def _kept(kept: rx.Var[Kept]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(kept.label),
        rx.el.dd(rx.foreach(kept.texts, lambda text: rx.el.span(text, class_name="merge-item"))),
    )


def card_notices() -> rx.Component:
    """On a contact's card: who may be the same, and what was merged into it."""
    return rx.fragment(
        rx.foreach(Merging.alike, _alike),
        rx.foreach(Merging.undoable, _undoable),
    )


def _alike(row: Any) -> rx.Component:
    return notice(
        rx.el.p(rx.cond(row["about"], row["name"] + " · " + row["about"], row["name"])),
        button(
            tr("Compare and merge"),
            icon="merge",
            small=True,
            on_click=Merging.begin_with(row["id"]),
        ),
        tone="accent",
        title=tr("This may be the same contact"),
    )


def _undoable(row: Any) -> rx.Component:
    return rx.el.p(
        rx.icon("merge", size=15, aria_hidden="true"),
        rx.el.span(tr("Merged with {name}, {when}", name=row["name"], when=row["when"])),
        rx.el.button(
            tr("Undo"),
            type="button",
            class_name="link-button",
            aria_label=tr("Undo the merge with {name}", name=row["name"]),
            on_click=Merging.undo_one(row["id"]),
        ),
        class_name="merged-line",
    )
