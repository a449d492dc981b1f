"""Settings > Background work: the heaps as tabs, each piece with its reason and what to do."""

from typing import Any

import reflex as rx

from crm_app.accounts.ui.jobs_state import Background as State
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    button,
    column,
    data_table,
    empty_state,
    page_header,
    skeleton_rows,
    tabs,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

TITLE = N_("Background work")
HEAPS = (
    ("parked", N_("Needs a look")),
    ("again", N_("Tried again")),
    ("running", N_("Running")),
    ("waiting", N_("Waiting")),
)


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("Mails, reminders and calendars in step: what is done by itself."),
            rx.cond(
                State.counts["parked"] != "",
                button(tr("Try all again"), icon="rotate-cw", on_click=State.retry_all),
            ),
            button(tr("Look again"), icon="refresh-cw", kind="quiet", on_click=State.load),
        ),
        tabs(
            *((heap, _tab(heap, label)) for heap, label in HEAPS),
            value=State.heap,
            on_change=State.set_heap,
        ),
        rx.cond(
            State.loading,
            rx.el.div(skeleton_rows(), class_name="table-frame"),
            rx.cond(State.rows.length() > 0, _list(), _nothing()),
        ),
    )


def _tab(heap: str, label: str) -> Any:
    count = State.counts[heap]
    return rx.fragment(tr(label), rx.cond(count, rx.el.span(count, class_name="tab-count tabular")))


def _list() -> rx.Component:
    return data_table(
        [
            column(tr("Work"), _work),
            column(tr("When"), _when, width="190px", phone=False),
            column(rx.el.span(tr("Actions"), class_name="visually-hidden"), _actions, width="1%"),
        ],
        State.rows,
        label=tr(TITLE),
    )


def _work(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row["page"],
            rx.link(row["what"], href=row["page"], weight="medium"),
            rx.el.strong(row["what"]),
        ),
        rx.cond(row["reason"], rx.el.div(row["reason"], class_name="hint breaks")),
    )


def _when(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row["next"],
            rx.el.div(tr("Next: {when}", when=row["next"])),
            rx.el.div(tr("Since: {when}", when=row["since"])),
        ),
        rx.cond(
            row["attempts"] != "0",
            rx.el.div(tr("Attempts: {count}", count=row["attempts"]), class_name="hint"),
        ),
        class_name="tabular",
    )


def _actions(row: Any) -> rx.Component:
    return rx.cond(
        State.heap == "parked",
        rx.el.div(
            button(tr("Try again"), small=True, on_click=State.retry(row["id"])),
            button(tr("Give up"), small=True, kind="quiet", on_click=State.dismiss(row["id"])),
            class_name="row one-line not-wrapped",
        ),
    )


def _nothing() -> rx.Component:
    return rx.match(
        State.heap,
        (
            "parked",
            empty_state(
                "circle-check",
                tr("Nothing needs a look"),
                tr("Whatever failed for good would stand here, with the reason."),
            ),
        ),
        empty_state("list-checks", tr("Nothing here"), tr("No work is in this state.")),
    )
