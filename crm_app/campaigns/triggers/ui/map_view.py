"""The map of what feeds what: a picture whose boxes are links, and the same as a table (TRG-5)."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui.triggers_state import Triggers
from crm_app.ui.components import badge, column, data_table, empty_state, notice
from crm_app.ui.words import tr


def the_map() -> rx.Component:
    """Circles and broken references first, then the picture, then the table."""
    drawn = Triggers.drawn
    return rx.cond(
        drawn.boxes.length() > 0,
        rx.el.div(
            rx.foreach(drawn.broken, lambda text: notice(text, tone="bad")),
            rx.foreach(
                drawn.circles,
                lambda path: notice(path, tone="warn", title=tr("This runs in a circle")),
            ),
            _key(),
            rx.el.div(
                rx.el.div(
                    _lines(),
                    rx.foreach(drawn.boxes, _box),
                    class_name="map-ground",
                    style={"width": drawn.width + "px", "height": drawn.height + "px"},
                ),
                class_name="map-frame",
                role="group",
                aria_label=tr("What feeds what, as a picture. The same is in the table below."),
                tab_index=0,
            ),
            rx.el.details(
                rx.el.summary(tr("The same as a table")),
                data_table(
                    [
                        column(tr("From"), lambda row: _link(row.source, row.source_href)),
                        column(tr("How"), lambda row: row.how),
                        column(tr("To"), lambda row: _link(row.target, row.target_href)),
                    ],
                    drawn.lines,
                    label=tr("What feeds what"),
                ),
                class_name="map-table",
            ),
            class_name="groups",
        ),
        empty_state(
            "workflow",
            tr("Nothing feeds anything yet"),
            tr("Forms, campaigns, triggers and calendars that set each other off appear here."),
        ),
    )


def _key() -> rx.Component:
    return rx.el.div(
        rx.el.span(rx.icon("clipboard-list", size=14, aria_hidden="true"), tr("Form")),
        rx.el.span(rx.icon("megaphone", size=14, aria_hidden="true"), tr("Campaign")),
        rx.el.span(rx.icon("zap", size=14, aria_hidden="true"), tr("Trigger")),
        rx.el.span(rx.icon("calendar-days", size=14, aria_hidden="true"), tr("Calendar")),
        rx.el.span(rx.el.span(class_name="map-sample"), tr("part of a circle")),
        class_name="map-key hint",
    )


def _lines() -> rx.Component:
    drawn = Triggers.drawn
    return rx.el.svg(
        rx.el.defs(
            rx.el.svg.marker(
                rx.el.svg.path(d="M0,0 L8,4 L0,8 z", class_name="map-arrow"),
                id="map-end",
                view_box="0 0 8 8",
                ref_x="7",
                ref_y="4",
                marker_width="9",
                marker_height="9",
                # Else an arrow would grow with its line.
                custom_attrs={"markerUnits": "userSpaceOnUse"},
                orient="auto-start-reverse",
            )
        ),
        rx.foreach(
            drawn.lines,
            lambda line: rx.el.svg.path(
                rx.el.title(line.source + " " + line.how + " " + line.target),
                d=line.path,
                class_name=line.look,
                custom_attrs={"markerEnd": "url(#map-end)"},
            ),
        ),
        width=drawn.width,
        height=drawn.height,
        class_name="map-lines",
        custom_attrs={"aria-hidden": "true"},
    )


def _box(box: Any) -> rx.Component:
    words = (
        rx.el.span(
            rx.match(
                box.icon,
                ("clipboard-list", rx.icon("clipboard-list", size=18, aria_hidden="true")),
                ("megaphone", rx.icon("megaphone", size=18, aria_hidden="true")),
                ("calendar-days", rx.icon("calendar-days", size=18, aria_hidden="true")),
                rx.icon("zap", size=18, aria_hidden="true"),
            ),
            class_name="map-icon",
        ),
        rx.el.span(
            rx.el.span(box.word, class_name="map-word"),
            rx.el.span(box.name, class_name="map-name", title=box.name),
            class_name="map-words",
        ),
        rx.cond(box.state, badge(box.state)),
    )
    return rx.cond(
        box.href,
        rx.link(*words, href=box.href, underline="none", class_name=box.kind, style=box.style),
        rx.el.div(*words, class_name=box.kind, style=box.style),
    )


def _link(name: Any, href: Any) -> rx.Component:
    return rx.cond(href, rx.link(name, href=href), rx.el.span(name))
