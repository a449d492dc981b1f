"""Settings > Calendars: the list, the dialog for a new one, and one calendar's whole configuration."""

from typing import Any

import reflex as rx

from crm_app.appointments.ui import calendar_sections as sections
from crm_app.appointments.ui.calendar_fields import choice, typed
from crm_app.appointments.ui.calendars_state import KINDS
from crm_app.appointments.ui.calendars_state import Calendars as State
from crm_app.ui.components import (
    badge,
    button,
    column,
    data_table,
    dialog,
    empty_state,
    link_button,
    page_header,
    save_bar,
    skeleton_rows,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr


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
            typed(tr("Name"), "name", placeholder=tr("Free consultation")),
            typed(tr("Address"), "slug", help_text=tr("The end of its link: /cal/…")),
            choice(tr("Kind"), "kind", KINDS),
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


def _one() -> rx.Component:
    return rx.fragment(
        page_header(
            State.form["name"],
            State.public_url,
            button(tr("All calendars"), icon="arrow-left", on_click=State.close),
            link_button(tr("Open page"), State.public_url, icon="external-link"),
        ),
        rx.el.div(
            sections.basics(),
            sections.times(),
            sections.hours(),
            sections.members(),
            sections.questions(),
            sections.afterwards(),
            sections.mails(),
            sections.rights(),
            class_name="groups",
        ),
        save_bar(
            State.changed,
            text=tr("There are changes that are not saved."),
            discard=button(tr("Discard"), on_click=State.discard),
            save=button(tr("Save"), kind="primary", on_click=State.save),
        ),
    )
