"""The second step: each column of a table with samples and the field that it is, and beside them the
contact that a row becomes."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.import_columns_shown import ColumnLine, PreviewLine
from crm_app.contacts.ui.import_state import Imports
from crm_app.contacts.ui.parts import contact_mark
from crm_app.ui.components import button, field, icon_button, notice, select
from crm_app.ui.words import tr


def columns_step() -> rx.Component:
    """The step."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                Imports.errors["columns"],
                notice(Imports.errors["columns"], tone="bad"),
            ),
            rx.el.section(
                _reading(),
                rx.el.ul(rx.foreach(Imports.columns, _column), class_name="import-columns"),
                class_name="card import-columns-card",
            ),
            class_name="import-main",
        ),
        _preview(),
        rx.el.div(
            rx.el.p(
                tr("Nothing is written yet. Next you see what would happen to every row."),
                class_name="hint",
            ),
            button(tr("Check the rows"), kind="primary", on_click=Imports.check_columns),
            class_name="import-foot",
        ),
        class_name="import-two",
    )


def _reading() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span(
                rx.el.h2(tr("Which column is what?"), class_name="import-part"),
                rx.el.span(
                    tr("Guessed from the headings. Correct what is wrong."), class_name="help"
                ),
                class_name="import-summary-words",
            ),
            rx.el.span(
                rx.icon("settings-2", size=16, aria_hidden="true"),
                rx.el.span(tr("How the file is read")),
                class_name="button button-normal button-small",
            ),
        ),
        rx.el.div(
            field(
                tr("Columns are separated by"),
                select(
                    "delimiter",
                    Imports.delimiters,
                    value=Imports.delimiter,
                    on_change=lambda value: Imports.read_as("delimiter", value),
                ),
                name="delimiter",
            ),
            field(
                tr("Alphabet"),
                select(
                    "encoding",
                    Imports.encodings,
                    value=Imports.encoding,
                    on_change=lambda value: Imports.read_as("encoding", value),
                ),
                name="encoding",
                help=tr("Another one, if letters with accents look wrong."),
            ),
            field(
                tr("First row"),
                select(
                    "header",
                    [("yes", tr("Names of the columns")), ("no", tr("A contact already"))],
                    value=rx.cond(Imports.header, "yes", "no"),
                    on_change=lambda value: Imports.read_as("header", value),
                ),
                name="header",
            ),
            class_name="import-reading",
        ),
        class_name="import-reading-box",
    )


def _column(row: rx.Var[ColumnLine]) -> rx.Component:
    key = "column-" + row.place.to(str)
    return rx.el.li(
        rx.el.span(row.letter, class_name="import-letter", aria_hidden="true"),
        rx.el.div(
            rx.el.span(
                rx.cond(row.heading, row.heading, tr("Column {letter}", letter=row.letter)),
                class_name="import-heading",
                id=key + "-name",
            ),
            rx.cond(
                row.samples.length() > 0,
                rx.el.span(
                    rx.foreach(row.samples, lambda cell: rx.el.span(cell)),
                    class_name="import-samples",
                ),
                rx.el.span(tr("empty"), class_name="import-samples import-empty"),
            ),
            class_name="import-column-words",
        ),
        rx.icon("arrow-right", size=16, aria_hidden="true", class_name="import-arrow"),
        rx.el.div(_target(row, key), _told(row, key), class_name="import-target"),
        class_name="import-column import-" + row.mark,
    )


def _target(row: rx.Var[ColumnLine], key: Any) -> rx.Component:
    """The fields to choose from, and one of the column's own name."""
    return rx.el.div(
        rx.match(
            row.mark,
            ("known", rx.icon("circle-check", size=16, aria_hidden="true")),
            ("own", rx.icon("tag", size=16, aria_hidden="true")),
            rx.icon("circle-minus", size=16, aria_hidden="true"),
        ),
        rx.el.select(
            rx.foreach(Imports.targets, lambda one: rx.el.option(one["label"], value=one["value"])),
            rx.el.option(tr("Field of its own: {name}", name=row.own.split("/")[1]), value=row.own),
            value=row.target,
            on_change=lambda value: Imports.set_target(row.place, value),
            class_name="input",
            id=key,
            custom_attrs={
                "aria-labelledby": key + "-name",
                "aria-invalid": rx.cond(row.error, "true", "false"),
                "aria-describedby": key + "-error",
            },
        ),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select import-select",
    )


def _told(row: rx.Var[ColumnLine], key: Any) -> rx.Component:
    return rx.cond(
        row.error,
        rx.el.p(
            rx.icon("circle-alert", size=14, aria_hidden="true"),
            row.error,
            class_name="error",
            id=key + "-error",
        ),
    )


def _preview() -> rx.Component:
    preview = Imports.preview
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(tr("What becomes of it"), class_name="import-part"),
            rx.el.div(
                icon_button(
                    "chevron-left",
                    tr("Row before"),
                    on_click=Imports.turn_preview(-1),
                    disabled=Imports.preview_place <= 0,
                ),
                rx.el.span(
                    tr("Row {number}", number=preview.number.to(str)),
                    class_name="hint tabular",
                    role="status",
                ),
                icon_button(
                    "chevron-right",
                    tr("Next row"),
                    on_click=Imports.turn_preview(1),
                    disabled=Imports.preview_place >= Imports.preview_count - 1,
                ),
                class_name="import-turn",
            ),
            class_name="spread",
        ),
        rx.el.div(
            contact_mark(preview.kind, preview.initials, large=True),
            rx.el.div(
                rx.el.strong(preview.title, class_name="import-preview-name"),
                rx.cond(preview.kind_name, rx.el.span(preview.kind_name, class_name="caption")),
                class_name="name-words",
            ),
            class_name="name-cell",
        ),
        rx.cond(
            preview.trouble,
            notice(preview.trouble, tone="warn", title=tr("This row would be refused")),
            rx.el.dl(rx.foreach(preview.lines, _preview_line), class_name="facts import-facts"),
        ),
        class_name="card import-preview",
    )


def _preview_line(line: rx.Var[PreviewLine]) -> rx.Component:
    return rx.fragment(rx.el.dt(line.label), rx.el.dd(line.value, class_name="breaks"))
