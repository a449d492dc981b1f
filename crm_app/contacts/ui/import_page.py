"""Import and export: a file on its way to contacts in four steps, what was imported before, and files
to take along. Nothing is written before somebody has seen what would happen."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui import (
    import_check_view,
    import_columns_view,
    import_file_view,
    import_result_view,
)
from crm_app.contacts.ui.import_state import CHECK, COLUMNS, FILE, PATH, RESULT, RUNNING, Imports
from crm_app.core.i18n import N_
from crm_app.ui import address
from crm_app.ui.components import button, link_button, page_header, skeleton
from crm_app.ui.words import tr

TITLE = N_("Import and export")
_STEPS = (
    (FILE, N_("File")),
    (COLUMNS, N_("Columns")),
    (CHECK, N_("Check")),
    (RUNNING, N_("Import")),
)
_ORDER = {FILE: 0, COLUMNS: 1, CHECK: 2, RUNNING: 3, RESULT: 4}


def page() -> rx.Component:
    """The page."""
    # Until the server has answered, what is shown may be of another import.
    here = address.is_at(PATH + rx.cond(Imports.import_id, "/" + Imports.import_id.to(str), ""))
    return rx.el.div(
        rx.cond(Imports.import_id, _file_header(), _header()),
        rx.cond(Imports.import_id, _steps()),
        rx.cond(
            Imports.loading | ~here,
            _skeleton(),
            rx.match(
                Imports.step,
                (COLUMNS, import_columns_view.columns_step()),
                (CHECK, import_check_view.check_step()),
                (RUNNING, import_result_view.running_step()),
                (RESULT, import_result_view.result_step()),
                import_file_view.file_step(),
            ),
        ),
        class_name="import",
    )


def _header() -> rx.Component:
    return rx.el.div(
        _back(tr("Contacts"), "/contacts"),
        page_header(
            tr(TITLE),
            tr("Bring contacts from a table or an address book, or take yours along."),
        ),
    )


def _file_header() -> rx.Component:
    return rx.el.div(
        _back(tr(TITLE), PATH),
        page_header(
            Imports.file_name,
            rx.el.span(
                rx.el.span(Imports.file_kind),
                rx.el.span(Imports.file_rows, class_name="tabular"),
                class_name="dotted import-file-words",
            ),
            rx.cond(
                (Imports.step == COLUMNS) | (Imports.step == CHECK),
                button(tr("Put away"), icon="trash-2", kind="quiet", on_click=Imports.discard),
            ),
            rx.cond(
                Imports.step == RESULT,
                link_button(tr("Another file"), PATH, icon="plus"),
            ),
        ),
    )


def _back(label: Any, href: str) -> rx.Component:
    return rx.link(
        rx.icon("arrow-left", size=14, aria_hidden="true"),
        label,
        href=href,
        underline="none",
        class_name="form-back",
    )


def _steps() -> rx.Component:
    """Where one is. An address book has no columns to look at."""
    now = rx.match(Imports.step, *((step, place) for step, place in _ORDER.items()), 0).to(int)
    marks = []
    for place, (step, label) in enumerate(_STEPS):
        mark = _step(place, tr(label), now)
        marks.append(rx.cond(Imports.is_table, mark) if step == COLUMNS else mark)
    return rx.el.ol(*marks, class_name="import-steps", aria_label=tr("Steps"))


def _step(place: int, label: Any, now: Any) -> rx.Component:
    over = now > place
    return rx.el.li(
        rx.el.span(
            rx.cond(
                over,
                rx.icon("check", size=14, aria_label=tr("done")),
                rx.el.span(class_name="import-step-dot"),
            ),
            class_name="import-step-mark",
        ),
        rx.el.span(label),
        class_name=rx.cond(
            over, "import-step over", rx.cond(now == place, "import-step now", "import-step")
        ),
        custom_attrs={"aria-current": rx.cond(now == place, "step", "false")},
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        skeleton("40%", "20px"),
        skeleton("100%", "120px"),
        skeleton("100%", "48px"),
        class_name="stack card",
        aria_hidden="true",
    )
