"""Parts that the dry run and the result share: a bar of shares, four figures, and rows."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.import_shown import OUTCOME_WORDS, RowLine
from crm_app.core.kinds import RowOutcome
from crm_app.ui.components import badge
from crm_app.ui.words import tr

_ICONS = {
    RowOutcome.MADE: "user-round-plus",
    RowOutcome.UPDATED: "user-round-pen",
    RowOutcome.SKIPPED: "circle-minus",
    RowOutcome.REFUSED: "circle-alert",
}


def shares(numbers: Any) -> rx.Component:
    """How the rows divide, as one bar."""
    return rx.el.div(
        *(
            rx.el.span(
                style={"width": numbers[f"{outcome.value}_share"].to(str) + "%"},
                class_name=f"import-share import-{outcome.value}",
            )
            for outcome in RowOutcome
        ),
        class_name="import-shares",
        aria_hidden="true",
    )


def tally(numbers: Any) -> rx.Component:
    """How many rows there are of each outcome."""
    return rx.el.dl(
        *(
            rx.el.div(
                rx.el.dt(
                    rx.icon(_ICONS[outcome], size=16, aria_hidden="true"),
                    tr(OUTCOME_WORDS[outcome][0]),
                ),
                rx.el.dd(numbers[outcome.value], class_name="tabular"),
                class_name=f"import-{outcome.value}",
            )
            for outcome in RowOutcome
        ),
        class_name="import-tally",
    )


def outcome_tabs(value: rx.Var[str], on_change: Any) -> rx.Component:
    """Rows of one outcome, or some of all."""
    choices: list[tuple[str, Any]] = [("", tr("Some of all"))]
    choices += [(outcome.value, tr(OUTCOME_WORDS[outcome][0])) for outcome in RowOutcome]
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                on_click=lambda key=key: on_change(key),
                class_name=rx.cond(value == key, "import-chip chosen", "import-chip"),
                custom_attrs={"aria-pressed": rx.cond(value == key, "true", "false")},
            )
            for key, label in choices
        ),
        class_name="import-chips",
        role="group",
        aria_label=tr("Rows"),
    )


def rows_table(rows: Any, *, only: Any = "", words: bool = True) -> rx.Component:
    """Rows with what becomes of them; ``only`` one outcome unless empty."""

    def line(row: rx.Var[RowLine]) -> rx.Component:
        shown = _row(row, words)
        if isinstance(only, str):
            return shown
        return rx.cond((only == "") | (row.outcome == only), shown)

    listed = rx.el.ul(rx.foreach(rows, line), class_name="import-rows")
    if isinstance(only, str):
        return listed
    # A long list scrolls by itself, and keys have to reach it.
    return rx.el.div(
        listed, class_name="import-scroll", tab_index=0, role="region", aria_label=tr("Rows")
    )


def _row(row: rx.Var[RowLine], words: bool) -> rx.Component:
    name = rx.el.span(row.title, class_name="name-main")
    return rx.el.li(
        rx.el.span(row.number, class_name="import-number tabular"),
        rx.el.div(
            rx.cond(
                row.contact_id,
                rx.link(
                    row.title,
                    href="/contacts/" + row.contact_id.to(str),
                    underline="hover",
                    class_name="name-main",
                ),
                name,
            ),
            rx.cond(row.detail, rx.el.span(row.detail, class_name="name-sub")),
            rx.cond(row.note, rx.el.span(row.note, class_name="import-note")),
            class_name="import-row-words",
        ),
        badge(row.word, tone=row.tone) if words else rx.fragment(),
        class_name="import-row",
    )
