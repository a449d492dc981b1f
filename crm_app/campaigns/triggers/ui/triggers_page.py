"""The page of triggers: the list, the log, the map; and one trigger, opened by its address."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui import editor_view, map_view
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor
from crm_app.campaigns.triggers.ui.triggers_state import Triggers
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    column,
    data_table,
    empty_state,
    link_button,
    page_header,
    select,
    skeleton_rows,
    tabs,
)
from crm_app.ui.words import tr

TITLE = N_("Triggers")
OUTCOMES = (
    ("", N_("Everything")),
    ("acted", N_("Acted")),
    ("refused", N_("Did nothing")),
    ("waits", N_("Waits")),
    ("stopped", N_("Stopped")),
    ("failed", N_("Failed")),
)


def page() -> rx.Component:
    """The page."""
    return rx.cond(TriggerEditor.opened, editor_view.editor(), _overview())


def _overview() -> rx.Component:
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("When something happens, if it fits, then something is done."),
            rx.cond(
                Triggers.may_change,
                rx.fragment(
                    link_button(tr("Templates"), "/campaigns", icon="layout-template"),
                    button(tr("New trigger"), icon="plus", kind="primary", on_click=Triggers.add),
                ),
            ),
        ),
        tabs(
            ("triggers", tr("Triggers")),
            ("log", tr("Log")),
            ("map", tr("Map")),
            ("deleted", tr("Deleted")),
            value=Triggers.view,
            on_change=Triggers.set_view,
            panels="triggers",
        ),
        rx.el.div(
            rx.cond(
                Triggers.loading,
                rx.el.div(skeleton_rows(5), class_name="table-frame"),
                rx.match(
                    Triggers.view,
                    ("log", _log()),
                    ("map", map_view.the_map()),
                    ("deleted", _deleted()),
                    _triggers(),
                ),
            ),
            id="triggers-" + Triggers.view,
            role="tabpanel",
            aria_label=tr(TITLE),
        ),
    )


def _triggers() -> rx.Component:
    return rx.cond(
        Triggers.rows.length() > 0,
        rx.el.ul(rx.foreach(Triggers.rows, _line), class_name="trigger-list"),
        empty_state(
            "zap",
            tr("No trigger yet"),
            tr(
                "A trigger does what you would do by hand each time: tell the owner of a new lead,"
                " or ask again when nobody booked."
            ),
            rx.cond(
                Triggers.may_change,
                button(tr("Make the first one"), icon="plus", on_click=Triggers.add),
            ),
        ),
    )


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.icon("zap", size=18, aria_hidden="true"), class_name="tile-icon"),
        rx.el.div(
            rx.link(row["name"], href="/triggers/" + row["id"], class_name="trigger-name"),
            rx.el.p(row["words"], class_name="hint breaks"),
            rx.el.p(row["acted"], class_name="hint tabular trigger-acted"),
            class_name="grows",
        ),
        rx.cond(row["problem"], badge(row["problem"], tone="warn", icon="triangle-alert")),
        rx.switch(
            checked=row["on"] != "",
            on_change=lambda on: Triggers.turn(row["id"], on),
            disabled=~Triggers.may_change,
            custom_attrs={"aria-label": tr("{name} is on", name=row["name"])},
        ),
        class_name="trigger-line",
    )


def _deleted() -> rx.Component:
    return rx.cond(
        Triggers.rows.length() > 0,
        rx.el.ul(
            rx.foreach(
                Triggers.rows,
                lambda row: rx.el.li(
                    rx.el.div(
                        rx.el.strong(row["name"]),
                        rx.el.p(row["words"], class_name="hint breaks"),
                        class_name="grows",
                    ),
                    rx.cond(
                        Triggers.may_change,
                        button(
                            tr("Bring back"),
                            icon="undo-2",
                            small=True,
                            on_click=Triggers.restore(row["id"]),
                        ),
                    ),
                    class_name="trigger-line",
                ),
            ),
            class_name="trigger-list",
        ),
        empty_state(
            "trash-2",
            tr("Nothing was deleted"),
            tr("What you delete can be brought back from here for 30 days."),
        ),
    )


def _log() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.label(tr("Show"), html_for="outcome", class_name="label"),
            select(
                "outcome",
                [(value, tr(label)) for value, label in OUTCOMES],
                value=Triggers.outcome,
                on_change=Triggers.set_outcome,
            ),
            rx.cond(
                Triggers.contact,
                button(
                    tr("Only {name}", name=Triggers.contact),
                    icon="x",
                    small=True,
                    on_click=Triggers.everybody,
                ),
            ),
            class_name="log-filter",
        ),
        rx.cond(
            Triggers.runs.length() > 0,
            _runs(),
            empty_state(
                "scroll-text",
                tr("Nothing was looked at yet"),
                tr("Each look of a trigger is kept here for 90 days, with its reason."),
            ),
        ),
    )


def _runs() -> rx.Component:
    return rx.fragment(
        data_table(
            [
                column(
                    tr("When"),
                    lambda row: rx.el.span(row["when"], class_name="hint"),
                    width="150px",
                ),
                column(
                    tr("Trigger"),
                    lambda row: rx.link(row["trigger"], href="/triggers/" + row["trigger_id"]),
                    width="22%",
                ),
                column(tr("Contact"), editor_view.contact_link, width="18%"),
                column(tr("What came of it"), editor_view.outcome),
            ],
            Triggers.runs,
            label=tr("Looks of triggers"),
        ),
        rx.cond(
            Triggers.more,
            rx.el.div(button(tr("Show more"), on_click=Triggers.load_more), class_name="more"),
        ),
    )
