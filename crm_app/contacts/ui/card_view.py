"""The contact's card in the side sheet: who it is, whose it is, details, timeline, appointments."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.card_form_view import details_form
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.parts import contact_mark
from crm_app.contacts.ui.shown import Happening, Meeting, OwnerChangeLine
from crm_app.ui.components import (
    avatar,
    badge,
    button,
    confirm,
    empty_state,
    icon_button,
    menu,
    menu_item,
    notice,
    select,
    side_sheet,
    tabs,
    text_area,
)
from crm_app.ui.words import tr

# Icons of the timeline's kinds.
_ICONS = {
    "created": "sparkles",
    "changed": "pencil",
    "owner": "user-round-check",
    "appointment": "calendar-days",
    "message": "mail",
    "note": "sticky-note",
    "tag": "tag",
    "typed": "message-square-quote",
    "deleted": "trash-2",
    "restored": "undo-2",
}


def card_sheet() -> rx.Component:
    """The sheet; the address opens it."""
    return rx.fragment(
        side_sheet(
            _deleted(),
            _who(),
            _owner(),
            tabs(
                ("details", tr("Details")),
                ("timeline", tr("Timeline")),
                ("appointments", tr("Appointments")),
                value=ContactCard.tab,
                on_change=ContactCard.set_tab,
                panels="card",
            ),
            # All panels stay in the page, so that what is typed in one survives a look at another.
            _panel("details", details_form()),
            _panel("timeline", _timeline()),
            _panel("appointments", _appointments()),
            title=ContactCard.head.name,
            hint=rx.cond(
                ContactCard.head.company,
                ContactCard.head.kind_name + " · " + ContactCard.head.company,
                ContactCard.head.kind_name,
            ),
            open=ContactCard.opened,
            on_close=ContactCard.close,
        ),
        confirm(
            title=tr("Discard what you typed?"),
            text=tr("Your changes to {name} are not saved yet.", name=ContactCard.head.name),
            open=ContactCard.asking,
            on_close=ContactCard.keep_editing,
            action=button(tr("Discard"), kind="danger", on_click=ContactCard.leave),
        ),
    )


def _panel(name: str, content: rx.Component) -> rx.Component:
    return rx.el.div(
        content,
        id=f"card-{name}",
        role="tabpanel",
        hidden=ContactCard.tab != name,
        class_name="card-panel",
    )


def _deleted() -> rx.Component:
    return rx.cond(
        ContactCard.head.deleted,
        notice(
            rx.el.p(tr("It can be brought back for 30 days.")),
            button(tr("Bring back"), icon="undo-2", small=True, on_click=ContactCard.restore),
            tone="warn",
            title=tr("Deleted: {when}", when=ContactCard.head.deleted),
        ),
    )


def _who() -> rx.Component:
    head = ContactCard.head
    return rx.el.div(
        contact_mark(head.kind, head.initials, large=True),
        rx.el.div(
            rx.foreach(head.tags, _tag),
            rx.cond(head.may_change, _tag_form()),
            class_name="card-tags",
        ),
        rx.el.div(
            rx.cond(head.email, _reach("mail", tr("Write an e-mail"), "mailto:" + head.email)),
            rx.cond(head.phone, _reach("phone", tr("Call"), "tel:" + head.phone)),
            rx.cond(
                head.may_change,
                menu(
                    icon_button("ellipsis", tr("More")),
                    menu_item(
                        tr("Delete contact"), ContactCard.delete, icon="trash-2", danger=True
                    ),
                ),
            ),
            class_name="card-reach",
        ),
        class_name="card-who",
    )


def _reach(icon: str, label: Any, href: Any) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=18, aria_hidden="true"),
        href=href,
        aria_label=label,
        title=label,
        class_name="button button-quiet button-icon",
    )


def _tag(name: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        name,
        rx.cond(
            ContactCard.head.may_change,
            rx.el.button(
                rx.icon("x", size=12, aria_hidden="true"),
                type="button",
                aria_label=tr("Remove the tag {name}", name=name),
                on_click=ContactCard.remove_tag(name),
            ),
        ),
        class_name="badge tag",
    )


def _tag_form() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="tag",
            id="card-tag",
            list="known-tags",
            class_name="tag-input",
            placeholder=tr("Add tag"),
            aria_label=tr("Add tag"),
            auto_complete="off",
            max_length=60,
        ),
        rx.el.datalist(
            rx.foreach(ContactCard.known_tags, lambda name: rx.el.option(value=name)),
            id="known-tags",
        ),
        on_submit=ContactCard.add_tag,
        reset_on_submit=True,
    )


def _owner() -> rx.Component:
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
                        on_change=ContactCard.set_owner,
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
                    rx.icon("chevron-right", size=14, aria_hidden="true", class_name="turns"),
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
            _by(line.who, line.at, line.at_full),
            class_name="happening-words",
        ),
        rx.cond(
            line.can_undo,
            button(tr("Undo"), icon="undo-2", small=True, on_click=ContactCard.undo_owner(line.id)),
        ),
    )


def _by(who: Any, at: Any, at_full: Any) -> rx.Component:
    return rx.el.span(
        rx.cond(who, rx.fragment(who, " · "), rx.fragment()),
        rx.el.time(at, title=at_full),
        class_name="happening-by",
    )


def _timeline() -> rx.Component:
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
                on_submit=ContactCard.add_note,
                key="note-" + ContactCard.note_version.to_string(),
                class_name="note-form",
            ),
        ),
        rx.el.ol(rx.foreach(ContactCard.happenings, _happening), class_name="happenings"),
        rx.cond(
            ContactCard.earlier > 0,
            button(tr("Show earlier"), small=True, on_click=ContactCard.show_earlier),
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
            _by(line.who, line.at, line.at_full),
            class_name="happening-words",
        ),
    )


def _appointments() -> rx.Component:
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
