"""Tasks: one's list by day, with a tick at each line."""

from typing import Any

import reflex as rx

from crm_app.activities import service
from crm_app.activities.ui.tasks_state import DONE, EVERYONE, MINE, OPEN, Tasks
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    button,
    dialog,
    empty_state,
    field,
    page_header,
    select,
    skeleton_rows,
    tabs,
    text_area,
    text_input,
)
from crm_app.ui.words import tr

TITLE = N_("Tasks")


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("Calls to make and things to do, yours or the team's."),
            button(tr("New task"), icon="plus", kind="primary", on_click=Tasks.open_form),
        ),
        rx.el.div(
            tabs(
                (OPEN, tr("To do")),
                (DONE, tr("Done")),
                value=Tasks.view,
                on_change=Tasks.set_view,
            ),
            rx.el.div(
                select(
                    "whose",
                    [(MINE, tr("Mine")), (EVERYONE, tr("Everyone's"))],
                    value=Tasks.whose,
                    on_change=Tasks.set_whose,
                    aria_label=tr("Whose"),
                ),
            ),
            class_name="tasks-bar",
        ),
        rx.cond(
            Tasks.loading,
            rx.el.div(skeleton_rows(6), class_name="table-frame"),
            rx.cond(
                Tasks.rows.length() > 0,
                rx.el.ul(rx.foreach(Tasks.rows, _task), class_name="task-list"),
                _nothing(),
            ),
        ),
        _form(),
    )


def _task(row: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(row["head"], rx.el.h2(row["head"], class_name="tasks-head")),
        rx.el.div(
            rx.el.button(
                rx.icon("check", size=13, aria_hidden="true"),
                type="button",
                class_name=rx.cond(Tasks.view == DONE, "task-tick done", "task-tick"),
                aria_label=rx.cond(
                    Tasks.view == DONE,
                    tr("To do again: {title}", title=row["title"]),
                    tr("Done: {title}", title=row["title"]),
                ),
                on_click=Tasks.tick(row["id"]),
            ),
            rx.el.div(
                rx.el.div(row["title"], class_name="task-title"),
                rx.cond(row["note"], rx.el.p(row["note"], class_name="task-note")),
                _more(row),
                class_name="grows",
            ),
            class_name="task-line",
        ),
        class_name="task",
    )


def _more(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(_icon(row["icon"]), row["kind"]),
        rx.cond(
            row["when"],
            rx.el.span(
                rx.icon("clock", size=14, aria_hidden="true"),
                row["when"],
                class_name=rx.cond(row["late"], "task-late tabular", "tabular"),
            ),
        ),
        rx.cond(row["contact"], rx.link(row["contact"], href=row["path"])),
        rx.cond(
            (Tasks.whose == EVERYONE) & (row["who"] != ""),
            rx.el.span(rx.icon("user", size=14, aria_hidden="true"), row["who"]),
        ),
        class_name="task-more",
    )


def _icon(name: Any) -> rx.Component:
    known = ("phone", "voicemail", "users", "mail")
    return rx.match(
        name,
        *((each, rx.icon(each, size=14, aria_hidden="true")) for each in known),
        rx.icon("square-check", size=14, aria_hidden="true"),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        Tasks.view == DONE,
        empty_state("circle-check", tr("Nothing done yet"), tr("What you tick off appears here.")),
        empty_state(
            "circle-check",
            tr("Nothing to do"),
            tr("Campaigns put calls and tasks here; you can add your own."),
            button(tr("New task"), icon="plus", on_click=Tasks.open_form),
        ),
    )


def _form() -> rx.Component:
    errors = Tasks.errors
    kinds = [(key, tr(label)) for key, label in service.KINDS.items()]
    return dialog(
        rx.el.form(
            rx.el.div(
                field(
                    tr("What is to be done"),
                    text_input("title", error=errors["title"], auto_focus=True),
                    name="title",
                    error=errors["title"],
                ),
                rx.el.div(
                    field(tr("Kind"), select("kind", kinds), name="kind", error=errors["kind"]),
                    field(
                        tr("By when"),
                        text_input("due_at", type="datetime-local", error=errors["due_at"]),
                        name="due_at",
                        error=errors["due_at"],
                        optional=tr("optional"),
                    ),
                    class_name="fields-two",
                ),
                field(
                    tr("Who"),
                    select("user_id", Tasks.people, default_value=Tasks.me),
                    name="user_id",
                    error=errors["user_id"],
                ),
                field(
                    tr("Note"), text_area("note", rows="3"), name="note", optional=tr("optional")
                ),
                class_name="fields",
            ),
            id="new-task",
            on_submit=Tasks.add,
            no_validate=True,
        ),
        title=tr("New task"),
        open=Tasks.adding,
        on_close=Tasks.close_form,
        actions=(
            button(tr("Cancel"), on_click=Tasks.close_form),
            button(tr("Add"), kind="primary", type="submit", form="new-task"),
        ),
    )
