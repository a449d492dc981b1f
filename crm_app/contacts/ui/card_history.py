"""The card's looks back: its timeline and its appointments."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.card_acts import CardActs
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.shown import Happening, Meeting
from crm_app.ui.components import avatar, badge, button, empty_state, text_area
from crm_app.ui.words import tr

# Icons of the timeline's kinds.
_ICONS = {
    "created": "sparkles",
    "changed": "pencil",
    "owner": "user-round-check",
    "appointment": "calendar-days",
    "message": "mail",
    "reply": "reply",
    "note": "sticky-note",
    "tag": "tag",
    "typed": "message-square-quote",
    "form": "clipboard-list",
    "campaign": "workflow",
    "deleted": "trash-2",
    "restored": "undo-2",
    "sync_mobile": "smartphone",
    "merge": "merge",
}


def by_whom(who: Any, at: Any, at_full: Any) -> rx.Component:
    return rx.el.span(
        rx.cond(who, rx.fragment(who, " · "), rx.fragment()),
        rx.el.time(at, title=at_full),
        class_name="happening-by",
    )


def timeline_panel() -> rx.Component:
    return rx.el.div(
        rx.cond(
            ContactCard.head.deleted,
            rx.fragment(),
            rx.el.form(
                text_area(
                    "timeline-note",
                    rows="2",
                    placeholder=tr("Write a note for the team"),
                    aria_label=tr("Note"),
                    error=ContactCard.errors["note"],
                    max_length=5000,
                ),
                rx.el.div(
                    rx.cond(
                        ContactCard.errors["note"],
                        rx.el.p(ContactCard.errors["note"], class_name="error", role="alert"),
                    ),
                    button(tr("Add note"), small=True, type="submit"),
                    class_name="note-actions",
                ),
                on_submit=CardActs.add_note,
                key="note-" + ContactCard.note_version.to_string(),
                class_name="note-form",
            ),
        ),
        rx.el.ol(rx.foreach(ContactCard.happenings, _happening), class_name="happenings"),
        rx.cond(
            ContactCard.earlier > 0,
            button(tr("Show earlier"), small=True, on_click=CardActs.show_earlier),
        ),
        class_name="stack",
    )


def _happening(line: rx.Var[Happening]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(
                line.kind,
                *(
                    (kind, rx.icon(icon, size=14, aria_hidden="true"))
                    for kind, icon in _ICONS.items()
                ),
                rx.icon("circle", size=14, aria_hidden="true"),
            ),
            class_name="dot dot-" + line.kind,
        ),
        rx.el.div(
            rx.el.span(
                line.text,
                class_name=rx.cond(line.kind == "note", "happening-text written", "happening-text"),
            ),
            rx.cond(line.reason, rx.el.span(line.reason, class_name="happening-reason")),
            by_whom(line.who, line.at, line.at_full),
            class_name="happening-words",
        ),
    )


def appointments_panel() -> rx.Component:
    return rx.cond(
        ContactCard.meetings.length() > 0,
        rx.el.ul(rx.foreach(ContactCard.meetings, _meeting), class_name="meetings"),
        empty_state(
            "calendar-days",
            tr("No appointments yet"),
            tr("What this contact books appears here."),
        ),
    )


def _meeting(line: rx.Var[Meeting]) -> rx.Component:
    return rx.el.li(
        avatar(line.member_initials, line.member_color, name=line.member),
        rx.el.div(
            rx.el.span(line.title, class_name="happening-text"),
            rx.el.span(line.day, ", ", line.time, class_name="happening-reason tabular"),
            rx.el.span(line.calendar, " · ", line.member, class_name="happening-by"),
            class_name="happening-words",
        ),
        badge(line.status, tone=line.tone),
        class_name=rx.cond(line.ended, "ended", ""),
    )
