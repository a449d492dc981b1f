"""Settings > Calendars: the list, the dialog for a new one, and one calendar's whole configuration."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.appointments.ui.calendars_state import KINDS
from crm_app.appointments.ui.calendars_state import Calendars as State
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    avatar,
    badge,
    button,
    column,
    data_table,
    dialog,
    empty_state,
    field,
    icon_button,
    link_button,
    page_header,
    save_bar,
    section,
    select,
    skeleton_rows,
    switch_row,
    text_area,
    text_input,
    typed_area,
    typed_input,
)
from crm_app.ui.hours_form import hours_editor
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def page() -> rx.Component:
    """The page."""
    return settings(
        rx.cond(State.loading, skeleton_rows(), rx.cond(State.mode == "edit", _one(), _list())),
        _new(),
    )


def _list() -> rx.Component:
    begin = button(tr("New calendar"), icon="plus", kind="primary", on_click=State.begin)
    return rx.fragment(
        page_header(tr("Calendars"), tr("What people can book, and with whom."), begin),
        rx.cond(
            State.rows.length() > 0,
            data_table(
                [
                    column(tr("Name"), _named),
                    column(tr("Kind"), lambda row: row["kind"], phone=False),
                    column(tr("Members"), lambda row: row["members"], phone=False),
                    column(
                        tr("Length"),
                        lambda row: tr("{minutes} min", minutes=row["duration"]),
                        numeric=True,
                    ),
                ],
                State.rows,
                on_open=lambda row: State.open(row["id"]),
                label=tr("Calendars"),
            ),
            empty_state(
                "calendar-plus",
                tr("No calendar yet"),
                tr("A calendar is a page on which people book a time with you or your team."),
                button(tr("New calendar"), icon="plus", kind="primary", on_click=State.begin),
            ),
        ),
    )


def _named(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.strong(row["name"]),
        rx.cond(row["active"], rx.fragment(), badge(tr("Switched off"))),
        rx.el.div("/cal/", row["slug"], class_name="hint"),
    )


def _new() -> rx.Component:
    return dialog(
        rx.el.div(
            _field(tr("Name"), "name", placeholder=tr("Free consultation")),
            _field(tr("Address"), "slug", help_text=tr("The end of its link: /cal/…")),
            _select(tr("Kind"), "kind", KINDS),
            class_name="fields",
        ),
        title=tr("New calendar"),
        open=State.mode == "new",
        on_close=State.close,
        actions=(
            button(tr("Cancel"), on_click=State.close),
            button(tr("Create"), kind="primary", on_click=State.create),
        ),
    )


def _field(
    label: Text, name: str, *, help_text: Text = "", optional: Text = "", **props: Any
) -> rx.Component:
    return field(
        label,
        text_input(
            name,
            id=f"calendar-{name}",
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
            error=State.errors[name],
            **props,
        ),
        name=f"calendar-{name}",
        help=help_text,
        optional=optional,
        error=State.errors[name],
    )


def _minutes(label: Text, name: str, help_text: Text = "") -> rx.Component:
    return _field(label, name, help_text=help_text, input_mode="numeric", class_name="tabular")


def _area(label: Text, name: str, help_text: Text = "") -> rx.Component:
    return field(
        label,
        text_area(
            name,
            id=f"calendar-{name}",
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
            rows="3",
        ),
        name=f"calendar-{name}",
        help=help_text,
        optional=tr("optional"),
        error=State.errors[name],
    )


def _select(label: Text, name: str, options: tuple[tuple[str, str], ...]) -> rx.Component:
    return field(
        label,
        select(
            f"calendar-{name}",
            [(value, tr(words)) for value, words in options],
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
        ),
        name=f"calendar-{name}",
        error=State.errors[name],
    )


def _switch(name: str, label: Text, hint: Text) -> rx.Component:
    return switch_row(
        f"calendar-{name}",
        label,
        hint,
        checked=State.form[name] != "",
        on_change=lambda on: State.set_flag(name, on),
    )


def _one() -> rx.Component:
    return rx.fragment(
        page_header(
            State.form["name"],
            State.public_url,
            button(tr("All calendars"), icon="arrow-left", on_click=State.close),
            link_button(tr("Open page"), State.public_url, icon="external-link"),
        ),
        rx.el.div(
            _basics(),
            _times(),
            _hours(),
            _members(),
            _questions(),
            _afterwards(),
            _rights(),
            class_name="groups",
        ),
        save_bar(
            State.changed,
            text=tr("There are changes that are not saved."),
            discard=button(tr("Discard"), on_click=State.discard),
            save=button(tr("Save"), kind="primary", on_click=State.save),
        ),
    )


def _basics() -> rx.Component:
    return section(
        tr("The page"),
        tr("What people read when they open the link."),
        rx.el.div(
            _field(tr("Name"), "name"),
            _field(tr("Address"), "slug", help_text=tr("The end of its link: /cal/…")),
            _select(tr("Kind"), "kind", KINDS),
            _field(tr("Place"), "location", optional=tr("optional"), placeholder=tr("Video call")),
            class_name="fields fields-two",
        ),
        _area(tr("Description"), "description"),
        _switch("active", tr("Open for bookings"), tr("Switched off, its page says so.")),
    )


def _times() -> rx.Component:
    return section(
        tr("Times"),
        tr("How long, how often, how far ahead. Lengths are in minutes."),
        rx.el.div(
            _minutes(tr("Length"), "duration"),
            _minutes(tr("A start every"), "interval"),
            _minutes(tr("Free before"), "buffer_before", tr("Buffers that meet count once.")),
            _minutes(tr("Free after"), "buffer_after"),
            _minutes(tr("Notice"), "minimum_notice", tr("No sooner than this from now.")),
            _minutes(tr("Days ahead"), "horizon_days"),
            _minutes(tr("Most per day"), "per_day_cap", tr("Empty: no limit.")),
            _minutes(tr("Most at one time"), "per_slot_cap", tr("Empty: as many as are free.")),
            class_name="fields fields-two",
        ),
        rx.cond(State.form["kind"] == "class", _minutes(tr("Seats"), "seats")),
    )


def _hours() -> rx.Component:
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


def _members() -> rx.Component:
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
        _select(
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


def _questions() -> rx.Component:
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
        _area(tr("Consent"), "consent_text", tr("A sentence with a box that must be ticked.")),
        _switch("allow_guests", tr("Guests"), tr("People may bring others along.")),
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


def _afterwards() -> rx.Component:
    return section(
        tr("After the booking"),
        tr("Reminders, changes and confirmation."),
        rx.el.div(
            _field(
                tr("Reminders"),
                "reminders",
                help_text=tr("Minutes before the start, such as 1440, 60."),
            ),
            _minutes(
                tr("Changes until"),
                "change_cutoff",
                tr("Minutes before the start; then people call."),
            ),
            class_name="fields fields-two",
        ),
        _switch(
            "needs_confirmation",
            tr("Ask for a yes"),
            tr("Bookings stay unconfirmed until a member says yes."),
        ),
        _switch(
            "reschedule_keeps_member",
            tr("Keep the member when somebody reschedules"),
            tr("Off: a new time draws anew."),
        ),
    )


def _rights() -> rx.Component:
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
