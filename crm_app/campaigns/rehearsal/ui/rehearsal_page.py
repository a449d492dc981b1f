"""The rehearsal: at the left who plays and what he does, at the right all that would happen."""

from typing import Any

import reflex as rx

from crm_app.campaigns.rehearsal.ui.rehearsal_state import PRETEND, REAL, Rehearsal
from crm_app.campaigns.rehearsal.ui.time_line_view import time_line
from crm_app.core.i18n import N_
from crm_app.ui import address
from crm_app.ui.components import (
    button,
    card,
    field,
    icon_button,
    link_button,
    page_header,
    select,
    skeleton_rows,
    tabs,
    text_input,
)
from crm_app.ui.words import tr

TITLE = N_("Rehearsal")
_DOES = (
    ("booked", N_("books")),
    ("replied", N_("replies")),
    ("clicked", N_("opens a link")),
    ("cancelled", N_("cancels")),
    ("no_show", N_("does not come")),
    ("unsubscribed", N_("unsubscribes")),
)
_UNITS = (("minutes", N_("minutes")), ("hours", N_("hours")), ("days", N_("days")))


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            rx.cond(
                Rehearsal.campaign, tr("Rehearsal: {name}", name=Rehearsal.campaign), tr(TITLE)
            ),
            tr("What would happen, on a pretend clock. Nothing is sent and nothing is changed."),
            link_button(
                tr("Back to the campaign"),
                "/campaigns/" + Rehearsal.campaign_id.to_string(),
                icon="arrow-left",
            ),
        ),
        rx.el.div(
            rx.el.div(_who(), _does(), class_name="rehearsal-side"),
            rx.cond(
                Rehearsal.loading | ~address.is_at(_path()),
                card(skeleton_rows(8)),
                time_line(),
            ),
            class_name="rehearsal",
        ),
    )


def _path() -> Any:
    return "/campaigns/" + Rehearsal.campaign_id.to_string() + "/rehearsal"


def _who() -> rx.Component:
    return card(
        tabs(
            (PRETEND, tr("Pretend contact")),
            (REAL, tr("A real one")),
            value=Rehearsal.who,
            on_change=Rehearsal.set_who,
        ),
        rx.cond(Rehearsal.who == REAL, _real()),
        rx.el.form(
            rx.el.div(
                rx.cond(Rehearsal.who == PRETEND, _pretend()),
                _moment("starts_at", tr("Enters at"), Rehearsal.starts_at),
                _moment(
                    "meeting_at",
                    tr("With an appointment at"),
                    Rehearsal.meeting_at,
                    optional=tr("optional"),
                ),
                button(tr("Rehearse"), icon="play", kind="primary", type="submit"),
                class_name="fields",
            ),
            on_submit=Rehearsal.rehearse,
            no_validate=True,
        ),
        title=tr("Who, and when"),
    )


def _moment(name: str, label: Any, value: Any, **more: Any) -> rx.Component:
    errors = Rehearsal.errors
    return field(
        label,
        text_input(name, type="datetime-local", default_value=value, error=errors[name]),
        name=name,
        error=errors[name],
        **more,
    )


def _pretend() -> rx.Component:
    return rx.fragment(
        _line("name", tr("Name"), Rehearsal.name),
        _line("email", tr("E-mail"), Rehearsal.email),
        _line("phone", tr("Phone"), Rehearsal.phone),
        _line("time_zone", tr("Time zone"), Rehearsal.time_zone, placeholder="Europe/Berlin"),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                id="writes",
                name="writes",
                class_name="checkbox",
                default_checked=Rehearsal.writes,
            ),
            rx.el.span(tr("He wrote to our Facebook page just before")),
            class_name="check-row",
        ),
    )


def _line(name: str, label: Any, value: Any, **more: Any) -> rx.Component:
    return field(
        label, text_input(name, default_value=value, auto_complete="off", **more), name=name
    )


def _real() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Rehearsal.contact_id > 0,
            rx.el.p(
                rx.icon("user-round", size=16, aria_hidden="true"),
                rx.el.strong(Rehearsal.contact_name),
                class_name="rehearsal-chosen",
            ),
        ),
        field(
            tr("Find a contact"),
            text_input(
                "contact",
                value=Rehearsal.typed,
                on_change=Rehearsal.look_for.debounce(250),
                auto_complete="off",
                error=Rehearsal.errors["contact"],
            ),
            name="contact",
            error=Rehearsal.errors["contact"],
        ),
        rx.cond(
            Rehearsal.found.length() > 0,
            rx.el.ul(rx.foreach(Rehearsal.found, _found), class_name="rehearsal-found"),
        ),
        class_name="fields",
    )


def _found(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(row["name"]),
            rx.el.span(row["email"], class_name="hint"),
            type="button",
            on_click=Rehearsal.choose(row["id"]),
        )
    )


def _does() -> rx.Component:
    return card(
        rx.cond(
            Rehearsal.acts.length() > 0,
            rx.el.ol(rx.foreach(Rehearsal.acts, _act), class_name="rehearsal-acts"),
            rx.el.p(tr("Nothing: no reply, no click, no booking."), class_name="hint"),
        ),
        button(tr("Let him do something"), icon="plus", small=True, on_click=Rehearsal.add_act),
        title=tr("What he does"),
    )


def _act(row: Any, index: Any) -> rx.Component:
    name = "act-" + index.to_string()
    return rx.el.li(
        select(
            "what",
            [(key, tr(label)) for key, label in _DOES],
            value=row["what"],
            on_change=lambda value: Rehearsal.change_act(index, "what", value),
            aria_label=tr("What he does"),
        ),
        rx.el.span(tr("after"), class_name="hint"),
        rx.el.input(
            id=name,
            class_name="input rehearsal-amount",
            default_value=row["amount"],
            input_mode="numeric",
            aria_label=tr("After how long"),
            on_blur=lambda value: Rehearsal.change_act(index, "amount", value),
            custom_attrs={"aria-invalid": rx.cond(Rehearsal.errors[name], "true", "false")},
        ),
        select(
            "unit",
            [(key, tr(label)) for key, label in _UNITS],
            value=row["unit"],
            on_change=lambda value: Rehearsal.change_act(index, "unit", value),
            aria_label=tr("Unit"),
        ),
        icon_button("x", tr("Remove"), on_click=Rehearsal.drop_act(index)),
        rx.cond(
            Rehearsal.errors[name],
            rx.el.p(Rehearsal.errors[name], class_name="field-error", role="alert"),
        ),
    )
