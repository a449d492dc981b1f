"""The calendar page: everybody's week, chips that filter, the key of colours, and the dialog."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.appointments.ui.appointment_dialog import appointment_dialog
from crm_app.appointments.ui.appointment_state import AppointmentDialog
from crm_app.appointments.ui.calendar_state import CalendarPage
from crm_app.ui.components import avatar, button, dialog, select, skeleton_rows
from crm_app.ui.full_calendar import full_calendar
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def page() -> rx.Component:
    """The page."""
    return rx.el.div(
        _bar(),
        rx.cond(
            CalendarPage.loading,
            skeleton_rows(),
            full_calendar(
                events=CalendarPage.rows,
                time_zone=CalendarPage.zone,
                editable=True,
                selectable=CalendarPage.may_book,
                event_drop=CalendarPage.moved,
                event_resize=CalendarPage.moved,
                event_click=CalendarPage.opened,
                select=CalendarPage.drawn,
                dates_set=CalendarPage.dates,
            ),
        ),
        appointment_dialog(),
        _key(),
        class_name="calendar-page",
    )


def _bar() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1(tr("Calendar")),
            rx.el.p(tr("Times in {zone}", zone=CalendarPage.zone), class_name="hint"),
        ),
        rx.el.div(
            rx.foreach(CalendarPage.people, _person),
            class_name="calendar-people",
            role="group",
            aria_label=tr("Whose time is shown"),
        ),
        rx.el.div(
            select(
                "calendar-filter",
                CalendarPage.calendars,
                value=CalendarPage.calendar_id,
                on_change=CalendarPage.choose_calendar,
                aria_label=tr("Calendar"),
            ),
            rx.el.button(
                "?",
                type="button",
                class_name="key-button",
                on_click=CalendarPage.set_key(True),
                aria_label=tr("What the colours mean"),
                title=tr("What the colours mean"),
            ),
            rx.cond(
                CalendarPage.may_book,
                button(
                    tr("New appointment"),
                    icon="plus",
                    kind="primary",
                    on_click=AppointmentDialog.begin("", "", False, CalendarPage.calendar_id),
                ),
            ),
            class_name="calendar-actions",
        ),
        class_name="calendar-bar",
    )


def _person(one: Any) -> rx.Component:
    return rx.el.button(
        avatar(one["initials"], one["color"].to(int), size=22),
        rx.el.span(one["name"]),
        type="button",
        on_click=CalendarPage.toggle(one["id"]),
        on_double_click=CalendarPage.only(one["id"]),
        aria_pressed=rx.cond(one["shown"], "true", "false"),
        class_name=rx.cond(one["shown"], "chip on", "chip"),
    )


def _key() -> rx.Component:
    return dialog(
        rx.el.section(
            rx.el.h2(tr("Appointments"), class_name="key-title"),
            rx.el.dl(*_appointments_key(), class_name="key-list"),
        ),
        rx.el.section(
            rx.el.h2(tr("In connected calendars only"), class_name="key-title"),
            rx.el.dl(*_outside_key(), class_name="key-list"),
        ),
        title=tr("What the colours mean"),
        hint=tr("Pattern and icon say the same as the colour."),
        open=CalendarPage.key_open,
        on_close=CalendarPage.set_key(False),
        width="600px",
    )


def _appointments_key() -> list[rx.Component]:
    return [
        _look(
            "",
            tr("Appointment"),
            tr("Solid, in its member's colour, with the initials in front."),
        ),
        _look(
            "synced",
            tr("Taken in"),
            tr(
                "Solid, with a chain: made from an event in the linked calendar, and in step with it."
            ),
        ),
        _look(
            "synced elsewhere",
            tr("Invited to"),
            tr("With an envelope too: somebody else invites to it, so it is only moved there."),
        ),
        _look(
            "synced open",
            tr("Taken in, free"),
            tr("Coloured outline: taken in too, but marked as free there. The time stays open."),
        ),
        _look("unconfirmed", tr("Not confirmed"), tr("Dashed: booked, but nobody said yes yet.")),
        _look(
            "cancelled",
            tr("Did not show"),
            tr("Pale and struck through. The time is free again."),
        ),
    ]


def _outside_key() -> list[rx.Component]:
    return [
        _look(
            "external",
            tr("Busy elsewhere"),
            tr("Grey with fine lines: from a connected calendar, or time off. It blocks the time."),
        ),
        _look(
            "external coloured",
            tr("Busy, in colour"),
            tr(
                "Lines on the member's colour: in a linked calendar that takes guests in, but "
                "nobody on it became a contact."
            ),
        ),
        _look(
            "free",
            tr("Free elsewhere"),
            tr("Outline only: in a connected calendar, but marked as free. The time stays open."),
        ),
        _look(
            "external private",
            tr("Private"),
            tr("With a lock: others see only that the time is taken."),
        ),
        _look("external recurring", tr("Series"), tr("With a loop: one of a repeating event.")),
    ]


def _look(classes: str, name: Text, meaning: Text) -> rx.Component:
    return rx.el.div(
        rx.el.dt(rx.el.span(name, class_name=f"sample {classes}".strip())),
        rx.el.dd(meaning),
        class_name="key-row",
    )
