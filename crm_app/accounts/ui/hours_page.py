"""Settings > Working hours: the week, dates with other hours, limits, and time off."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.hours_state import WorkHours
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    dialog,
    field,
    icon_button,
    notice,
    page_header,
    save_bar,
    section,
    skeleton_rows,
    text_input,
    typed_input,
)
from crm_app.ui.hours_form import hours_editor
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Working hours")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("When you can be booked. Each calendar may narrow it further.")),
        rx.cond(
            WorkHours.whose,
            notice(
                tr("You are changing the hours of {name}.", name=WorkHours.whose), tone="accent"
            ),
        ),
        rx.cond(
            WorkHours.loading,
            skeleton_rows(),
            rx.el.div(_week(), _dates(), _limits(), _time_off(), class_name="groups"),
        ),
        save_bar(
            WorkHours.changed,
            text=tr("There are changes that are not saved."),
            discard=button(tr("Discard"), on_click=WorkHours.load),
            save=button(tr("Save"), kind="primary", on_click=WorkHours.save),
        ),
        _time_off_dialog(),
    )


def _week() -> rx.Component:
    return section(
        tr("Every week"),
        tr("In the time zone {zone}.", zone=WorkHours.zone),
        hours_editor(
            WorkHours.rows,
            on_switch=WorkHours.switch_day,
            on_add=WorkHours.add_range,
            on_remove=WorkHours.remove_range,
            on_put=WorkHours.put_time,
            on_copy=WorkHours.copy_day,
            error=WorkHours.errors["hours"],
        ),
    )


def _dates() -> rx.Component:
    return section(
        tr("Other hours on a date"),
        tr("A date in this list replaces its weekday: closed, or open at other times."),
        rx.cond(
            WorkHours.dates.length() > 0,
            rx.el.div(rx.foreach(WorkHours.dates, _date), class_name="hours"),
        ),
        rx.cond(
            WorkHours.errors["overrides"],
            rx.el.p(WorkHours.errors["overrides"], class_name="error", role="alert"),
        ),
        rx.el.form(
            field(
                tr("Day"),
                text_input(
                    "new_date",
                    type="date",
                    min=WorkHours.today,
                    error=WorkHours.errors["new_date"],
                    class_name="short",
                ),
                name="new_date",
                error=WorkHours.errors["new_date"],
            ),
            button(tr("Add the day"), icon="plus", type="submit"),
            on_submit=WorkHours.add_date,
            no_validate=True,
            class_name="row at-end",
        ),
    )


def _date(row: Any, place: Any) -> rx.Component:
    def step(name: str, position: Any = 0, which: str = "", value: Any = "") -> Any:
        return WorkHours.date_step(name, place, position, which, value)

    def one_range(one: Any, position: Any) -> rx.Component:
        return rx.el.div(
            _time(one["start"], tr("Start"), lambda value: step("put", position, "start", value)),
            rx.el.span("–", aria_hidden="true"),
            _time(one["end"], tr("End"), lambda value: step("put", position, "end", value)),
            icon_button("x", tr("Remove"), on_click=step("remove", position)),
            class_name="hours-range",
        )

    return rx.el.div(
        rx.el.label(
            rx.switch(
                checked=row["on"] != "",
                on_change=lambda on: step("switch", value=rx.cond(on, "on", "off")),
                custom_attrs={"aria-label": row["label"]},
            ),
            rx.el.span(row["label"]),
            class_name="hours-day",
        ),
        rx.cond(
            row["on"],
            rx.el.div(
                rx.foreach(row["ranges"].to(list[dict[str, str]]), one_range),
                class_name="hours-ranges",
            ),
            rx.el.span(tr("Closed"), class_name="hint"),
        ),
        rx.el.div(
            icon_button("plus", tr("Add a range"), on_click=step("add")),
            icon_button(
                "trash-2",
                tr("Remove {day}", day=row["label"]),
                on_click=WorkHours.remove_date(place),
            ),
            class_name="hours-actions",
        ),
        class_name="hours-row",
    )


def _time(value: Any, label: Text, on_change: Any) -> rx.Component:
    return typed_input(
        type="time",
        value=value,
        on_change=on_change,
        aria_label=label,
        class_name="input hours-time",
    )


def _limits() -> rx.Component:
    def cap(label: Text, name: str, value: Any) -> rx.Component:
        return field(
            label,
            text_input(
                name,
                value=value,
                on_change=lambda typed: WorkHours.set_cap(name, typed),
                input_mode="numeric",
                error=WorkHours.errors[name],
                class_name="short tabular",
            ),
            name=name,
            error=WorkHours.errors[name],
        )

    return section(
        tr("Limits"),
        tr("Over all calendars together. Empty: no limit."),
        rx.el.div(
            cap(tr("Most appointments a day"), "day_cap", WorkHours.day_cap),
            cap(tr("Most appointments a week"), "week_cap", WorkHours.week_cap),
            class_name="fields-two",
        ),
    )


def _time_off() -> rx.Component:
    return section(
        tr("Time off"),
        tr("Nothing is offered in that time. Others see only that you are away."),
        rx.cond(
            WorkHours.away.length() > 0,
            rx.el.div(rx.foreach(WorkHours.away, _absence), class_name="people-list"),
            rx.el.p(tr("No time off is noted."), class_name="hint"),
        ),
        rx.el.div(
            button(tr("Add time off"), icon="plus", on_click=WorkHours.set_adding(True)),
            class_name="row",
        ),
    )


def _absence(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(one["when"], class_name="tabular label"),
            rx.cond(one["reason"], rx.el.div(one["reason"], class_name="hint")),
            class_name="grows",
        ),
        rx.match(
            one["state"],
            ("now", rx.el.div(badge(tr("Away now"), tone="warn", icon="plane"))),
            ("past", rx.el.div(badge(tr("Over")))),
            rx.fragment(),
        ),
        icon_button(
            "trash-2",
            tr("Remove {day}", day=one["when"]),
            on_click=WorkHours.remove_time_off(one["id"]),
        ),
        class_name="people-row",
    )


def _time_off_dialog() -> rx.Component:
    def typed(label: Text, name: str, kind: str, optional: Text = "") -> rx.Component:
        return field(
            label,
            text_input(name, type=kind, error=WorkHours.errors[name]),
            name=name,
            optional=optional,
            error=WorkHours.errors[name],
        )

    return dialog(
        rx.el.form(
            rx.el.div(
                typed(tr("First day"), "first", "date"),
                typed(tr("From"), "begin", "time", tr("all day")),
                typed(tr("Last day"), "last", "date", tr("if longer")),
                typed(tr("Until"), "end", "time", tr("all day")),
                class_name="fields-pairs",
            ),
            field(
                tr("Reason"),
                text_input("reason", error=WorkHours.errors["reason"], auto_complete="off"),
                name="reason",
                help=tr("For you and administrators only."),
                optional=tr("optional"),
                error=WorkHours.errors["reason"],
            ),
            rx.cond(
                WorkHours.errors["ends_at"],
                rx.el.p(WorkHours.errors["ends_at"], class_name="error", role="alert"),
            ),
            id="time-off",
            on_submit=WorkHours.add_time_off,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Add time off"),
        hint=tr("Appointments that stand already stay as they are."),
        open=WorkHours.adding,
        on_close=WorkHours.set_adding(False),
        actions=(
            button(tr("Cancel"), on_click=WorkHours.set_adding(False)),
            button(tr("Add time off"), kind="primary", type="submit", form="time-off"),
        ),
    )
