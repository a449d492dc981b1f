"""Weekly hours as rows of a form: pure steps that any page's handlers call, and the editor's looks.

A row is ``{"day": "0", "on": "yes" | "", "ranges": [{"start": "09:00", "end": "17:00"}]}``; what the
person types stays text until ``to_json`` reads it, so nothing typed is lost by a mistake.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import reflex as rx

from crm_app.core.errors import Invalid
from crm_app.core.hours import DAY, Hours
from crm_app.core.i18n import N_
from crm_app.ui.components import icon_button, typed_input
from crm_app.ui.words import tr

Row: TypeAlias = dict[str, Any]
DAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_TYPICAL = {"start": "09:00", "end": "17:00"}
_MOST = 6


def to_rows(stored: dict[str, Any]) -> list[Row]:
    """The seven days of stored hours, Monday first."""
    weekly = Hours.from_json(stored).weekly
    return [
        {
            "day": str(day),
            "on": "yes" if weekly.get(day) else "",
            "ranges": [
                {"start": clock_text(start), "end": clock_text(end)}
                for start, end in weekly.get(day, ())
            ],
        }
        for day in range(7)
    ]


def to_json(rows: list[Row], overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    """The rows as stored hours; Invalid with field ``hours`` when a range cannot be meant."""
    try:
        weekly = {
            str(row["day"]): [
                [minutes(one["start"]), minutes(one["end"], end=True)] for one in row["ranges"]
            ]
            for row in rows
            if row["on"]
        }
        return Hours.from_json({"weekly": weekly, "overrides": overrides or {}}).to_json()
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(
            fields={
                "hours": N_("Each range needs a start and a later end, such as 09:00 to 17:00.")
            }
        ) from error


def minutes(text: str, *, end: bool = False) -> int:
    """Minutes of the day of ``HH:MM``; as an end, 00:00 is midnight at the day's end."""
    hour, minute = text.split(":")[:2]
    value = int(hour) * 60 + int(minute)
    return DAY if end and value == 0 else value


def clock_text(value: int) -> str:
    """``HH:MM`` of the minutes of a day; its end is 00:00, which a time field can show."""
    return f"{value // 60 % 24:02d}:{value % 60:02d}"


def switch(rows: list[Row], day: int, on: bool) -> list[Row]:
    """Open or close a weekday; an opened one begins with typical hours."""
    row = rows[day]
    row["on"] = "yes" if on else ""
    if on and not row["ranges"]:
        row["ranges"] = [dict(_TYPICAL)]
    return rows


def add(rows: list[Row], day: int) -> list[Row]:
    """One more range on a weekday, after the last one."""
    ranges = rows[day]["ranges"]
    if len(ranges) < _MOST:
        start = ranges[-1]["end"] if ranges else "09:00"
        ranges.append({"start": start, "end": "18:00" if start < "18:00" else "23:00"})
    rows[day]["on"] = "yes"
    return rows


def remove(rows: list[Row], day: int, position: int) -> list[Row]:
    """Take a range away; a day without ranges is closed."""
    ranges = rows[day]["ranges"]
    if 0 <= position < len(ranges):
        ranges.pop(position)
    rows[day]["on"] = "yes" if ranges else ""
    return rows


def put(rows: list[Row], day: int, position: int, name: str, value: str) -> list[Row]:
    """Type a start or an end."""
    if name in ("start", "end") and 0 <= position < len(rows[day]["ranges"]):
        rows[day]["ranges"][position][name] = value[:5]
    return rows


def copy_to_workdays(rows: list[Row], day: int) -> list[Row]:
    """Give Monday to Friday the hours of a weekday."""
    for other in range(5):
        rows[other]["on"] = rows[day]["on"]
        rows[other]["ranges"] = [dict(one) for one in rows[day]["ranges"]]
    return rows


def hours_editor(
    rows: Any,
    *,
    on_switch: Callable[[Any, Any], Any],
    on_add: Callable[[Any], Any],
    on_remove: Callable[[Any, Any], Any],
    on_put: Callable[[Any, Any, str, Any], Any],
    on_copy: Callable[[Any], Any],
    error: Any,
) -> rx.Component:
    """The editor of a var of rows. The callbacks make the page's own events."""

    def one_range(day: Any, one: Any, position: Any) -> rx.Component:
        return rx.el.div(
            _time(one["start"], tr("Start"), lambda value: on_put(day, position, "start", value)),
            rx.el.span("–", aria_hidden="true"),
            _time(one["end"], tr("End"), lambda value: on_put(day, position, "end", value)),
            icon_button("x", tr("Remove"), on_click=on_remove(day, position)),
            class_name="hours-range",
        )

    def one_day(row: Any, day: Any) -> rx.Component:
        name = rx.match(row["day"], *_names(), "")
        return rx.el.div(
            rx.el.label(
                rx.switch(
                    checked=row["on"] != "",
                    on_change=lambda on: on_switch(day, on),
                    custom_attrs={"aria-label": name},
                ),
                rx.el.span(name),
                class_name="hours-day",
            ),
            rx.cond(
                row["on"],
                rx.el.div(
                    rx.foreach(
                        row["ranges"].to(list[dict[str, str]]),
                        lambda one, position: one_range(day, one, position),
                    ),
                    class_name="hours-ranges",
                ),
                rx.el.span(tr("Closed"), class_name="hint"),
            ),
            rx.el.div(
                icon_button("plus", tr("Add a range"), on_click=on_add(day)),
                icon_button("copy", tr("Copy to Monday–Friday"), on_click=on_copy(day)),
                class_name="hours-actions",
            ),
            class_name="hours-row",
        )

    return rx.el.div(
        rx.foreach(rows, one_day),
        rx.cond(error, rx.el.p(error, class_name="error", role="alert")),
        class_name="hours",
    )


def _names() -> list[tuple[str, Any]]:
    return [(str(day), tr(name)) for day, name in enumerate(DAYS)]


def _time(value: Any, label: Any, on_change: Callable[[Any], Any]) -> rx.Component:
    return typed_input(
        type="time",
        value=value,
        on_change=on_change,
        aria_label=label,
        class_name="input hours-time",
    )
