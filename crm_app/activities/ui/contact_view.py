"""The panel "Tasks" of a contact's card."""

from typing import Any

import reflex as rx

from crm_app.activities.ui.contact_state import ContactTasks
from crm_app.contacts.ui.beside import Panel
from crm_app.core.i18n import N_
from crm_app.ui.components import button, empty_state, field, text_input
from crm_app.ui.words import tr


def panel() -> rx.Component:
    """What stands under the tab."""
    return rx.el.div(
        rx.cond(
            ContactTasks.rows.length() > 0,
            rx.el.ul(rx.foreach(ContactTasks.rows, _task), class_name="task-list"),
            empty_state(
                "circle-check",
                tr("Nothing to do"),
                tr("Calls and tasks with this contact appear here."),
            ),
        ),
        rx.cond(ContactTasks.may_add, _adding()),
        class_name="stack",
    )


PANEL = Panel("tasks", N_("Tasks"), panel)


def _adding() -> rx.Component:
    errors = ContactTasks.errors
    return rx.el.form(
        field(
            tr("What is to be done"),
            text_input("task-title", error=errors["title"], max_length=200),
            name="task-title",
            error=errors["title"],
        ),
        field(
            tr("By when"),
            text_input("task-due", type="datetime-local", error=errors["task-due"]),
            name="task-due",
            error=errors["task-due"],
            optional=tr("optional"),
        ),
        rx.el.div(button(tr("Add task"), type="submit"), class_name="note-actions"),
        on_submit=ContactTasks.add,
        no_validate=True,
        key="task-" + ContactTasks.version.to_string(),
        class_name="fields",
    )


def _task(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.button(
                rx.icon("check", size=13, aria_hidden="true"),
                type="button",
                class_name="task-tick",
                aria_label=tr("Done: {title}", title=row["title"]),
                on_click=ContactTasks.tick(row["id"]),
            ),
            rx.el.div(
                rx.el.div(row["title"], class_name="task-title"),
                rx.cond(row["note"], rx.el.p(row["note"], class_name="task-note")),
                rx.el.div(
                    rx.el.span(row["kind"]),
                    rx.cond(
                        row["when"],
                        rx.el.span(
                            row["when"],
                            class_name=rx.cond(row["late"], "task-late tabular", "tabular"),
                        ),
                    ),
                    rx.cond(row["who"], rx.el.span(row["who"])),
                    class_name="task-more",
                ),
                class_name="grows",
            ),
            class_name="task-line",
        ),
        class_name="task",
    )
