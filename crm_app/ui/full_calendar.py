"""FullCalendar 7.1.4 for Reflex: month, week, day and agenda; drag to move, stretch and make (CAL-9).

Give it rows ``{"id", "title", "start", "end", "allDay", "class", "color", "editable", "rev"}`` (any
further keys reach the browser too, and come back in ``extendedProps``; ``hint`` says in words what
an entry is). Looks are chosen by class names, see ``styles/calendar.css``: ``external``, ``free``,
``unconfirmed``, ``recurring``, ``private``, ``cancelled``, ``synced``, ``elsewhere``; so the key of
colours can show the very same samples.

A server that refuses a drop must raise the row's ``rev``: FullCalendar compares deeply, and an
equal list would leave the event where it was dropped. Times sent back are ISO 8601 with the offset
of ``time_zone``; all-day values are dates. There is no keyboard way to move an event, so a page
offers the same in its edit dialog; events themselves are focusable and open with Enter.
"""

from typing import Any

import reflex as rx
from reflex.components.component import NoSSRComponent
from reflex.utils.imports import ImportVar

from crm_app.ui.words import Words

_LIBRARY = "@fullcalendar/react"
_THEME = f"{_LIBRARY}/themes/monarch"
_PLUGINS = {
    "daygrid": "dayGridPlugin",
    "timegrid": "timeGridPlugin",
    "list": "listPlugin",
    "interaction": "interactionPlugin",
    "themes/monarch": "fcTheme",
}

Row = dict[str, Any]


def _object(code: str) -> rx.Var[Row]:
    return rx.Var(_js_expr=f"({code})", _var_type=Row)


def _event_spec(info: rx.Var[Row]) -> tuple[rx.Var[Row]]:
    """An event that was clicked, dropped or stretched: id, start, end, allDay, kind."""
    e = f"{info}.event"
    return (
        _object(
            f"{{id: {e}.id, start: {e}.startStr, end: {e}.endStr || {e}.startStr,"
            f" allDay: {e}.allDay, kind: {e}.extendedProps.kind ?? ''}}"
        ),
    )


def _range_spec(info: rx.Var[Row]) -> tuple[rx.Var[Row]]:
    """A span that was drawn: start, end, allDay."""
    return (_object(f"{{start: {info}.startStr, end: {info}.endStr, allDay: {info}.allDay}}"),)


def _dates_spec(info: rx.Var[Row]) -> tuple[rx.Var[Row]]:
    """What is on show: start, end (exclusive), view."""
    return (_object(f"{{start: {info}.startStr, end: {info}.endStr, view: {info}.view.type}}"),)


class FullCalendar(NoSSRComponent):
    """The calendar. Not prerendered: the build would bake in the day of the build."""

    library = f"{_LIBRARY}@7.1.4"
    tag = "FullCalendar"
    is_default = True
    lib_dependencies: list[str] = ["temporal-polyfill@1.0.8"]

    events: rx.Var[list[Row]]
    plugins: rx.Var[Any]
    initial_view: rx.Var[str]
    initial_date: rx.Var[str]
    header_toolbar: rx.Var[Any]
    views: rx.Var[Any]
    button_text: rx.Var[Any]
    locale: rx.Var[Any]
    locales: rx.Var[Any]
    time_zone: rx.Var[str]
    first_day: rx.Var[int]
    height: rx.Var[Any]
    editable: rx.Var[bool]
    selectable: rx.Var[bool]
    select_mirror: rx.Var[bool]
    now_indicator: rx.Var[bool]
    event_interactive: rx.Var[bool]
    long_press_delay: rx.Var[int]
    event_min_height: rx.Var[int]
    day_max_events: rx.Var[Any]
    business_hours: rx.Var[Any]
    slot_min_time: rx.Var[str]
    slot_max_time: rx.Var[str]
    scroll_time: rx.Var[str]
    slot_duration: rx.Var[str]
    snap_duration: rx.Var[str]
    all_day_slot: rx.Var[bool]
    week_numbers: rx.Var[bool]
    slot_event_overlap: rx.Var[bool]
    event_class: rx.Var[Any]
    event_title_class: rx.Var[Any]
    non_business_hours_class: rx.Var[str]
    toolbar_title_class: rx.Var[str]
    button_class: rx.Var[Any]
    button_group_class: rx.Var[Any]
    event_did_mount: rx.Var[Any]
    controller: rx.Var[Any]

    event_click: rx.EventHandler[_event_spec]
    event_drop: rx.EventHandler[_event_spec]
    event_resize: rx.EventHandler[_event_spec]
    # Called when a span was drawn (the browser's word is "select").
    select: rx.EventHandler[_range_spec]
    dates_set: rx.EventHandler[_dates_spec]

    def add_imports(self) -> dict[str, Any]:
        """The plugins, the theme's sheets (its palette is ours) and the languages."""
        plugins = {
            f"{_LIBRARY}/{path}": ImportVar(tag=tag, is_default=True, install=False)
            for path, tag in _PLUGINS.items()
        }
        locales = {
            f"{_LIBRARY}/locales/{code}": ImportVar(
                tag=f"fcLocale_{code}", is_default=True, install=False
            )
            for code in ("de", "pl", "it")
        }
        return {**plugins, **locales, "": [f"{_LIBRARY}/skeleton.css", f"{_THEME}/theme.css"]}

    def add_custom_code(self) -> list[str]:
        """Values that must stay the same objects: a new one at each render sets the dates anew."""
        return [
            f"const fcPlugins = [{', '.join(_PLUGINS.values())}];",
            "const fcLocales = [fcLocale_de, fcLocale_pl, fcLocale_it];",
            "const fcColoured = (info) => {"
            " info.el.style.setProperty('--entry', info.event.color || info.color || '');"
            " const hint = info.event.extendedProps.hint; if (hint) info.el.title = hint; };",
        ]

    def _get_dynamic_imports(self) -> str:
        # Reflex hands on "children" even where there are none, and FullCalendar warns of it.
        return (
            f"const FullCalendar = ClientSide(() => import('{_LIBRARY}').then((mod) => {{"
            " const Loaded = mod.default.default ?? mod.default;"
            " return ({children, ...props}) => jsx(Loaded, props); }), 'FullCalendar')"
        )

    @classmethod
    def create(cls, *children: Any, **props: Any) -> rx.Component:
        """A calendar with our defaults."""
        props.setdefault("plugins", rx.Var("fcPlugins"))
        props.setdefault("locales", rx.Var("fcLocales"))
        for name, value in _DEFAULTS.items():
            props.setdefault(name, value)
        return super().create(*children, **props)


_DEFAULTS: dict[str, Any] = {
    "initial_view": "timeGridWeek",
    "header_toolbar": {
        "left": "prev,next today",
        "center": "title",
        "right": "dayGridMonth,timeGridWeek,timeGridDay,listWeek",
    },
    "now_indicator": True,
    "event_interactive": True,
    "select_mirror": True,
    "long_press_delay": 350,
    "event_min_height": 20,
    "slot_event_overlap": False,
    "day_max_events": True,
    "first_day": 1,
    "locale": Words.locale,
    "class_name": "fc-frame",
    "event_class": "entry",
    "event_title_class": "entry-title",
    "non_business_hours_class": "off-hours",
    "toolbar_title_class": "fc-title",
    "button_class": "fc-button",
    "button_group_class": "fc-group",
    # An unconfirmed event's outline takes the colour of its member.
    "event_did_mount": rx.Var("fcColoured"),
    "scroll_time": "07:30:00",
    "height": "100%",
}


def full_calendar(**props: Any) -> rx.Component:
    """The calendar in its frame, which carries the colour mode that its theme follows."""
    return rx.el.div(
        FullCalendar.create(**props),
        class_name="full-calendar",
        custom_attrs={"data-color-scheme": rx.color_mode_cond("light", "dark")},
    )
