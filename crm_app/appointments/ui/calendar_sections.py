"""The sections of one calendar's configuration, from its page to its rights."""

from typing import Any

import reflex as rx

from crm_app.appointments.mail.occasion import Kind
from crm_app.appointments.ui.calendar_fields import choice, long_text, minutes, switch, typed
from crm_app.appointments.ui.calendars_state import KINDS, mail_flag
from crm_app.appointments.ui.calendars_state import Calendars as State
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    avatar,
    button,
    icon_button,
    section,
    select,
    switch_row,
    typed_area,
    typed_input,
)
from crm_app.ui.hours_form import hours_editor
from crm_app.ui.words import tr


def basics() -> rx.Component:
    """The page itself."""
    return section(
        tr("The page"),
        tr("What people read when they open the link."),
        rx.el.div(
            typed(tr("Name"), "name"),
            typed(tr("Address"), "slug", help_text=tr("The end of its link: /cal/…")),
            choice(tr("Kind"), "kind", KINDS),
            typed(tr("Place"), "location", optional=tr("optional"), placeholder=tr("Video call")),
            class_name="fields fields-two",
        ),
        long_text(tr("Description"), "description"),
        switch("active", tr("Open for bookings"), tr("Switched off, its page says so.")),
    )


def times() -> rx.Component:
    """Lengths, buffers, notice and caps (CAL-2)."""
    return section(
        tr("Times"),
        tr("How long, how often, how far ahead. Lengths are in minutes."),
        rx.el.div(
            minutes(tr("Length"), "duration"),
            minutes(tr("A start every"), "interval"),
            minutes(tr("Free before"), "buffer_before", tr("Buffers that meet count once.")),
            minutes(tr("Free after"), "buffer_after"),
            minutes(tr("Notice"), "minimum_notice", tr("No sooner than this from now.")),
            minutes(tr("Days ahead"), "horizon_days"),
            minutes(tr("Most per day"), "per_day_cap", tr("Empty: no limit.")),
            minutes(tr("Most at one time"), "per_slot_cap", tr("Empty: as many as are free.")),
            class_name="fields fields-two",
        ),
        rx.cond(State.form["kind"] == "class", minutes(tr("Seats"), "seats")),
    )


def hours() -> rx.Component:
    """Hours of the calendar's own."""
    return section(
        tr("Hours"),
        tr("Always inside the members' own working hours, in each member's zone."),
        switch_row(
            "calendar-limited",
            tr("Only at certain hours"),
            tr("Off: whenever a member works."),
            checked=State.limited,
            on_change=State.set_limited,
        ),
        rx.cond(
            State.limited,
            hours_editor(
                State.hours,
                on_switch=State.switch_day,
                on_add=State.add_range,
                on_remove=State.remove_range,
                on_put=State.put_time,
                on_copy=State.copy_day,
                error=State.errors["hours"],
            ),
        ),
    )


def members() -> rx.Component:
    """Who serves it."""
    return section(
        tr("Members"),
        tr("Who serves it. Weights and turns are on the team calendar configuration."),
        rx.el.div(rx.foreach(State.members, _member), class_name="people-list"),
        rx.cond(
            State.errors["members"],
            rx.el.p(State.errors["members"], class_name="error", role="alert"),
        ),
        rx.cond(
            State.others.length() > 0,
            rx.el.div(
                rx.foreach(
                    State.others,
                    lambda one: button(
                        one["name"], icon="plus", small=True, on_click=State.add_member(one["id"])
                    ),
                ),
                class_name="row",
                role="group",
                aria_label=tr("Add a member"),
            ),
        ),
        choice(
            tr("Turns"),
            "draw_mode",
            (
                ("equal", N_("Equal: whoever is owed most")),
                ("availability", N_("By priority first")),
            ),
        ),
    )


def _member(one: Any) -> rx.Component:
    return rx.el.div(
        avatar(one["initials"], one["color"].to(int)),
        rx.el.span(one["name"]),
        icon_button(
            "x", tr("Take {name} off", name=one["name"]), on_click=State.remove_member(one["id"])
        ),
        class_name="people-row",
    )


def questions() -> rx.Component:
    """What is asked of leads."""
    return section(
        tr("Questions"),
        tr("Asked on the booking page, besides name and e-mail."),
        rx.foreach(State.questions, _question),
        rx.cond(
            State.errors["form_fields"],
            rx.el.p(State.errors["form_fields"], class_name="error", role="alert"),
        ),
        rx.el.div(
            button(tr("Add a question"), icon="plus", small=True, on_click=State.add_question)
        ),
        long_text(tr("Consent"), "consent_text", tr("A sentence with a box that must be ticked.")),
        switch("allow_guests", tr("Guests"), tr("People may bring others along.")),
    )


_QUESTION_KINDS = (
    ("text", N_("One line")),
    ("long_text", N_("Several lines")),
    ("phone", N_("Phone number")),
    ("choice", N_("Choice")),
    ("checkbox", N_("Box to tick")),
)


def _question(one: Any, position: Any) -> rx.Component:
    def put(name: str) -> Any:
        return lambda value: State.set_question(position, name, value)

    return rx.el.div(
        typed_input(
            value=one["label"],
            on_change=put("label"),
            placeholder=tr("The question"),
            aria_label=tr("The question"),
            class_name="input",
        ),
        select(
            "question-kind",
            [(value, tr(words)) for value, words in _QUESTION_KINDS],
            value=one["kind"],
            on_change=put("kind"),
            aria_label=tr("Kind"),
        ),
        rx.el.label(
            rx.switch(
                checked=one["required"] != "",
                on_change=lambda on: State.set_question(
                    position, "required", rx.cond(on, "yes", "")
                ),
            ),
            rx.el.span(tr("Required")),
            class_name="row",
        ),
        icon_button("x", tr("Remove"), on_click=State.remove_question(position)),
        rx.cond(
            one["kind"] == "choice",
            typed_area(
                value=one["choices"],
                on_change=put("choices"),
                placeholder=tr("One answer a line"),
                aria_label=tr("Answers"),
                rows="3",
                class_name="input question-choices",
            ),
        ),
        class_name="question",
    )


def afterwards() -> rx.Component:
    """Reminders, changes, confirmation."""
    return section(
        tr("After the booking"),
        tr("Reminders, changes and confirmation."),
        rx.el.div(
            typed(
                tr("Reminders"),
                "reminders",
                help_text=tr("Minutes before the start, such as 1440, 60."),
            ),
            minutes(
                tr("Changes until"),
                "change_cutoff",
                tr("Minutes before the start; then people call."),
            ),
            class_name="fields fields-two",
        ),
        switch(
            "needs_confirmation",
            tr("Ask for a yes"),
            tr("Bookings stay unconfirmed until a member says yes."),
        ),
        switch(
            "reschedule_keeps_member",
            tr("Keep the member when somebody reschedules"),
            tr("Off: a new time draws anew."),
        ),
    )


_MAILS: dict[Kind, tuple[str, str]] = {
    Kind.RECEIVED: (N_("Request received"), N_("While a booking waits for a yes.")),
    Kind.BOOKED: (N_("Booked"), N_("The confirmation with the invitation for the calendar.")),
    Kind.CONFIRMED: (N_("Confirmed"), N_("When a member said yes.")),
    Kind.REMINDER: (N_("Reminders"), N_("At the minutes given above.")),
    Kind.SHOWED: (N_("Thank you"), N_("After an appointment at which the lead showed.")),
    Kind.NO_SHOW: (N_("We missed you"), N_("After one at which nobody came.")),
    Kind.INVALID: (N_("Not valid"), N_("When a booking is marked as invalid.")),
}


def mails() -> rx.Component:
    """Which mails leads and guests get (CAL-8)."""
    return section(
        tr("Mails"),
        tr("To leads and guests. Whoever was invited always hears of changes and cancellations."),
        *(switch(mail_flag(kind), tr(label), tr(hint)) for kind, (label, hint) in _MAILS.items()),
    )


def rights() -> rx.Component:
    """Who else may see or book (USR-3)."""
    return rx.cond(
        State.rights.length() > 0,
        section(
            tr("Rights"),
            tr("For users who do not serve this calendar. Administrators may do all."),
            rx.foreach(State.rights, _right),
        ),
    )


def _right(one: Any) -> rx.Component:
    return rx.el.div(
        avatar(one["initials"], one["color"].to(int)),
        rx.el.span(one["name"]),
        select(
            "right",
            [("", tr("Nothing")), ("see", tr("May see")), ("book", tr("May see and book"))],
            value=one["right"],
            on_change=lambda value: State.set_right(one["id"], value),
            aria_label=tr("What {name} may do", name=one["name"]),
        ),
        class_name="people-row",
    )
