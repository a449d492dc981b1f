"""Whose contact it is, and why: the owner with the history of changes and their undo (CON-5)."""

import reflex as rx

from crm_app.contacts.ui.card_acts import CardActs
from crm_app.contacts.ui.card_history import by_whom
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.shown import OwnerChangeLine
from crm_app.ui.components import avatar, button, select
from crm_app.ui.words import tr


def owner_panel() -> rx.Component:
    head = ContactCard.head
    return rx.el.section(
        rx.el.div(
            rx.cond(
                head.owner,
                avatar(head.owner_initials, head.owner_color, size=32),
                rx.el.span(rx.icon("user-round-x", size=16, aria_hidden="true"), class_name="mark"),
            ),
            rx.el.div(
                rx.el.label(tr("Contact owner"), html_for="card-owner", class_name="caption"),
                rx.cond(
                    head.may_change,
                    select(
                        "card-owner",
                        ContactCard.owner_choices,
                        value=head.owner_id,
                        on_change=CardActs.set_owner,
                    ),
                    rx.el.span(rx.cond(head.owner, head.owner, tr("Nobody"))),
                ),
                class_name="owner-words",
            ),
            class_name="owner-row",
        ),
        rx.cond(
            ContactCard.changes.length() > 0,
            rx.el.details(
                rx.el.summary(
                    rx.icon("history", size=14, aria_hidden="true"),
                    tr("Why this owner?"),
                    rx.icon("chevron-right", size=14, aria_hidden="true", class_name="owner-turn"),
                ),
                rx.el.ol(rx.foreach(ContactCard.changes, _change), class_name="happenings"),
                class_name="owner-history",
            ),
        ),
        class_name="owner-card",
        aria_label=tr("Contact owner"),
    )


def _change(line: rx.Var[OwnerChangeLine]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.icon("user-round-check", size=14, aria_hidden="true"), class_name="dot"),
        rx.el.div(
            rx.el.span(
                line.text,
                class_name=rx.cond(line.undone, "happening-text undone", "happening-text"),
            ),
            rx.el.span(line.reason, class_name="happening-reason"),
            by_whom(line.who, line.at, line.at_full),
            class_name="happening-words",
        ),
        rx.cond(
            line.can_undo,
            button(tr("Undo"), icon="undo-2", small=True, on_click=CardActs.undo_owner(line.id)),
        ),
    )
