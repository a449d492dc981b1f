"""The appointment dialog's looks; every field works by keyboard, so nothing needs a drag."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.appointments.ui.appointment_state import AppointmentDialog as State
from crm_app.appointments.ui.clash_view import clash_notice
from crm_app.ui.components import (
    badge,
    button,
    dialog,
    field,
    notice,
    select,
    text_area,
    text_input,
)
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def appointment_dialog() -> rx.Component:
    """The dialog; ``State.mode`` opens it."""
    return dialog(
        rx.cond(State.clash["message"], clash_notice()),
        rx.cond(State.mode == "edit", _about()),
        rx.cond(State.mode == "new", _who()),
        rx.cond(
            State.editable,
            rx.cond(State.facts["fixed"], rx.el.div(_note(), class_name="fields"), _fields()),
            rx.fragment(),
        ),
        rx.cond(
            State.conflict,
            notice(
                State.conflict,
                button(tr("Book all the same"), small=True, on_click=State.save_anyway),
                tone="warn",
            ),
        ),
        rx.cond(State.cancelling, _cancelling()),
        rx.cond(State.mode == "edit", _outcome()),
        title=rx.cond(State.mode == "new", tr("New appointment"), State.form["title"]),
        open=State.mode != "",
        on_close=State.close,
        actions=(
            button(tr("Close"), on_click=State.close),
            rx.cond(
                State.editable,
                button(tr("Save"), kind="primary", on_click=State.save),
                rx.fragment(),
            ),
        ),
        width="600px",
    )


def _typed(name: str, **props: Any) -> dict[str, Any]:
    return {
        "id": f"appointment-{name}",
        "value": State.form[name],
        "on_change": lambda value: State.set_field(name, value),
        "error": State.errors[name],
        **props,
    }


def _field(label: Text, name: str, *, optional: Text = "", **props: Any) -> rx.Component:
    return field(
        label,
        text_input(name, **_typed(name, **props)),
        name=f"appointment-{name}",
        error=State.errors[name],
        optional=optional,
    )


def _who() -> rx.Component:
    return rx.el.div(
        field(
            tr("Calendar"),
            select(
                "appointment-calendar",
                State.calendars,
                value=State.form["calendar_id"],
                on_change=State.choose_calendar,
            ),
            name="appointment-calendar",
        ),
        rx.el.div(
            field(
                tr("Contact"),
                text_input(
                    "contact_name",
                    id="appointment-contact",
                    value=State.form["contact_name"],
                    on_change=State.suggest.debounce(200),
                    placeholder=tr("Name or e-mail"),
                    auto_complete="off",
                    error=State.errors["contact_name"],
                ),
                name="appointment-contact",
                error=State.errors["contact_name"],
            ),
            rx.cond(
                State.suggestions.length() > 0,
                rx.el.div(
                    rx.foreach(State.suggestions, _suggestion),
                    class_name="suggestions",
                    role="group",
                    aria_label=tr("Known contacts"),
                ),
            ),
            class_name="suggesting",
        ),
        rx.cond(
            State.form["contact_id"] == "",
            _field(tr("E-mail"), "contact_email", optional=tr("optional"), type="email"),
        ),
        class_name="fields",
    )


def _suggestion(one: Any) -> rx.Component:
    return rx.el.button(
        rx.el.strong(one["name"]),
        rx.el.span(one["email"], class_name="hint"),
        type="button",
        on_click=State.choose_contact(one["id"]),
        class_name="suggestion",
    )


def _fields() -> rx.Component:
    return rx.el.div(
        _field(
            tr("Title"),
            "title",
            placeholder=rx.cond(State.mode == "new", tr("The contact's name"), ""),
        ),
        rx.cond(
            State.facts["whole_days"],
            rx.fragment(),
            rx.el.div(
                _field(tr("Day"), "date", type="date"),
                _field(tr("Start"), "start", type="time"),
                _field(tr("End"), "end", type="time"),
                class_name="fields-three",
            ),
        ),
        rx.cond(
            State.facts["fixed_member"],
            rx.fragment(),
            field(
                tr("With"),
                select(
                    "appointment-member",
                    State.members,
                    value=State.form["member_id"],
                    on_change=lambda value: State.set_field("member_id", value),
                    error=State.errors["member"],
                ),
                name="appointment-member",
                error=State.errors["member"],
            ),
        ),
        _field(tr("Place"), "location", optional=tr("optional")),
        _note(),
        class_name="fields",
    )


def _note() -> rx.Component:
    return field(
        tr("Note"),
        text_area(
            "note",
            id="appointment-note",
            value=State.form["note"],
            on_change=lambda value: State.set_field("note", value),
            rows="3",
        ),
        name="appointment-note",
        optional=tr("for the team only"),
    )


def _about() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            badge(State.facts["status_word"], tone=State.facts["tone"]),
            rx.el.span(State.facts["calendar"], class_name="hint"),
            rx.cond(
                State.facts["contact"],
                rx.link(State.facts["contact"], href="/contacts/" + State.facts["contact_id"]),
            ),
            rx.cond(
                State.facts["origin"],
                rx.el.span(
                    rx.icon("link", size=14, aria_hidden="true"),
                    State.facts["origin"],
                    class_name="origin hint",
                ),
            ),
            class_name="row",
        ),
        rx.cond(
            State.facts["whole_days"].bool() | State.facts["fixed"].bool(),
            rx.el.p(
                rx.icon("calendar", size=16, aria_hidden="true"),
                rx.el.span(State.facts["when"], class_name="tabular"),
                rx.cond(
                    State.facts["fixed"].bool() & State.form["location"].bool(),
                    rx.el.span(State.form["location"], class_name="hint breaks"),
                ),
                class_name="connection-state",
            ),
        ),
        rx.cond(State.facts["fixed"], notice(State.facts["fixed"], tone="accent")),
        rx.cond(State.facts["guests"], rx.el.p(tr("Guests"), ": ", State.facts["guests"])),
        rx.cond(State.facts["answers"], rx.el.p(State.facts["answers"], class_name="answers")),
        rx.cond(State.why.length() > 0, _why()),
        class_name="stack",
    )


def _why() -> rx.Component:
    return rx.el.details(
        rx.el.summary(tr("Why this member?")),
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(tr("Member"), scope="col"),
                    rx.el.th(tr("Turns owed"), scope="col", class_name="numeric"),
                    rx.el.th(tr("Weight"), scope="col", class_name="numeric"),
                    rx.el.th(tr("Decided by"), scope="col"),
                )
            ),
            rx.el.tbody(
                rx.foreach(
                    State.why,
                    lambda row: rx.el.tr(
                        rx.el.td(
                            row["name"],
                            rx.cond(row["drawn"], badge(tr("drawn"), tone="accent")),
                        ),
                        rx.el.td(row["credit"], class_name="numeric"),
                        rx.el.td(row["weight"], class_name="numeric"),
                        rx.el.td(row["rule"]),
                    ),
                )
            ),
            class_name="team-rules",
        ),
        class_name="why",
    )


def _outcome() -> rx.Component:
    return rx.cond(
        State.facts["may"],
        rx.el.div(
            rx.cond(
                State.facts["status"] == "new",
                button(
                    tr("Confirm"), icon="check", small=True, on_click=State.set_status("confirmed")
                ),
            ),
            rx.cond(
                State.facts["past"] != "",
                rx.fragment(
                    button(
                        tr("Showed"),
                        icon="user-check",
                        small=True,
                        on_click=State.set_status("showed"),
                    ),
                    button(
                        tr("Did not show"),
                        icon="user-x",
                        small=True,
                        on_click=State.set_status("no_show"),
                    ),
                ),
            ),
            rx.cond(
                State.editable & ~State.facts["fixed"].bool(),
                button(
                    tr("Cancel appointment"),
                    icon="calendar-x",
                    kind="danger",
                    small=True,
                    on_click=State.ask_cancel(True),
                ),
            ),
            class_name="row outcome",
        ),
    )


def _cancelling() -> rx.Component:
    return rx.el.div(
        field(
            tr("Why? Everybody who takes part reads this."),
            text_input("reason", **_typed("reason")),
            name="appointment-reason",
        ),
        rx.el.div(
            button(tr("Keep it"), small=True, on_click=State.ask_cancel(False)),
            button(
                tr("Cancel and tell everybody"), kind="danger", small=True, on_click=State.cancel
            ),
            class_name="row",
        ),
        class_name="stack cancelling",
        role="alertdialog",
        aria_label=tr("Cancel appointment"),
    )
