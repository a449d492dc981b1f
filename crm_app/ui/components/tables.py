"""The table of records: a head that stays, rows that open by click, Enter and arrow keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import reflex as rx

Text: TypeAlias = rx.Var[str] | str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and what it shows of a row."""

    label: Text
    cell: Callable[[Any], Any]
    width: str
    numeric: bool
    phone: bool


def column(
    label: Text,
    cell: Callable[[Any], Any],
    *,
    width: str = "",
    numeric: bool = False,
    phone: bool = True,
) -> Column:
    """A column. ``cell`` gets the row's var; ``phone`` False hides it on small screens."""
    return Column(label, cell, width, numeric, phone)


# Arrow keys walk through the rows; Enter and Space do what a click does.
_KEYS = """(e) => {
  const row = e.target.closest('tr[tabindex]');
  if (!row || e.target !== row) return;
  const to = {ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling,
    Home: row.parentElement.firstElementChild, End: row.parentElement.lastElementChild}[e.key];
  if (to) { e.preventDefault(); to.focus(); }
  else if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); row.click(); }
}"""


def data_table(
    columns: list[Column],
    rows: rx.Var[Any],
    *,
    on_open: Callable[[Any], Any] | None = None,
    label: Text,
    row_class: Callable[[Any], Any] | None = None,
) -> rx.Component:
    """A table of ``rows`` (a var of a list). ``on_open`` makes the event of a click on a row."""

    def line(row: Any) -> rx.Component:
        opened = {"on_click": on_open(row), "tab_index": 0} if on_open else {}
        return rx.el.tr(
            *(rx.el.td(each.cell(row), class_name=_names(each)) for each in columns),
            class_name=row_class(row) if row_class else ("opens" if on_open else ""),
            **opened,
        )

    heads = (
        rx.el.th(
            each.label,
            scope="col",
            class_name=_names(each),
            style={"width": each.width} if each.width else {},
        )
        for each in columns
    )
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(
                rx.foreach(rows, line),
                custom_attrs={"onKeyDown": rx.Var(_js_expr=_KEYS)},
            ),
            class_name="table",
            aria_label=label,
        ),
        class_name="table-frame",
    )


def _names(each: Column) -> str:
    return " ".join(
        name for name, on in (("numeric", each.numeric), ("not-on-phone", not each.phone)) if on
    )
