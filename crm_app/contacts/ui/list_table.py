"""The table of contacts: rows to tick and to open, heads that sort, and all of it by keyboard.

Arrows walk, Enter opens, X ticks, Shift and an arrow tick on the way, Ctrl+A ticks all that are shown,
Escape ticks none. A click with Shift ticks all between.
"""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.contacts_state import DELETED, Contacts
from crm_app.contacts.ui.parts import contact_mark
from crm_app.contacts.ui.shown import ListLine
from crm_app.ui.components import avatar, badge
from crm_app.ui.words import tr

_KEYS = """(e) => {
  const row = e.target.closest('tr[tabindex]');
  if (!row || e.target !== row) return;
  const tick = (tr) => tr?.querySelector('input[type=checkbox]')?.click();
  const to = {ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling,
    Home: row.parentElement.firstElementChild, End: row.parentElement.lastElementChild}[e.key];
  const all = e.key.toLowerCase() === 'a' && (e.ctrlKey || e.metaKey);
  if (to) {
    e.preventDefault();
    if (e.shiftKey && e.key.startsWith('Arrow')) {
      const ticked = (tr) => tr.querySelector('input[type=checkbox]')?.checked;
      if (!ticked(row)) tick(row);
      if (!ticked(to)) tick(to);
    }
    to.focus();
  } else if (all) {
    e.preventDefault();
    const head = row.closest('table').querySelector('thead input[type=checkbox]');
    if (!head.checked) head.click();
  } else if (e.key === 'x' || e.key === 'X') {
    e.preventDefault(); tick(row);
  } else if (e.key === 'Enter' || e.key === ' ') {
    e.preventDefault(); row.click();
  } else if (e.key === 'Escape') {
    document.querySelector('[data-choose-none]')?.click();
  }
}"""


def contacts_table() -> rx.Component:
    """The table in its frame."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*_heads())),
            rx.el.tbody(
                rx.foreach(Contacts.rows, _line),
                custom_attrs={"onKeyDown": rx.Var(_js_expr=_KEYS)},
            ),
            class_name="table",
            aria_label=tr("Contacts"),
        ),
        class_name="table-frame",
    )


def _heads() -> list[rx.Component]:
    deleted = Contacts.view == DELETED
    return [
        rx.el.th(_tick_all(), scope="col", class_name="col-tick"),
        _sorting("name", tr("Name"), "col-name"),
        rx.el.th(tr("E-mail"), scope="col", class_name="not-on-phone"),
        rx.el.th(tr("Phone"), scope="col", class_name="col-phone not-on-phone"),
        rx.el.th(tr("Tags"), scope="col", class_name="col-tags not-on-phone"),
        rx.el.th(tr("Owner"), scope="col", class_name="col-owner"),
        _sorting(
            "changed", rx.cond(deleted, tr("Deleted"), tr("Changed")), "col-when not-on-phone"
        ),
    ]


def _tick_all() -> rx.Component:
    every = (Contacts.rows.length() > 0) & (Contacts.chosen.length() >= Contacts.rows.length())
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=every,
            aria_label=tr("Choose all that are shown"),
            on_change=lambda _checked: Contacts.choose_shown,
        ),
        class_name="tick",
    )


def _sorting(column: str, label: Any, names: str) -> rx.Component:
    up, down = Contacts.sort == column, Contacts.sort == f"-{column}"
    return rx.el.th(
        rx.el.button(
            label,
            rx.match(
                Contacts.sort,
                (column, rx.icon("arrow-up", size=13, aria_hidden="true")),
                (f"-{column}", rx.icon("arrow-down", size=13, aria_hidden="true")),
                rx.icon("chevrons-up-down", size=13, aria_hidden="true", class_name="quiet-icon"),
            ),
            type="button",
            on_click=Contacts.turn(column),
            class_name=rx.cond(up | down, "sorts sorts-now", "sorts"),
        ),
        scope="col",
        aria_sort=rx.cond(up, "ascending", rx.cond(down, "descending", "none")),
        class_name=names,
    )


def _line(row: rx.Var[ListLine]) -> rx.Component:
    chosen = Contacts.chosen.contains(row.id)
    return rx.el.tr(
        rx.el.td(_tick(row, chosen), class_name="col-tick", on_click=rx.stop_propagation),
        rx.el.td(_name(row), class_name="col-name"),
        rx.el.td(_text(row.email), class_name="not-on-phone"),
        rx.el.td(_text(row.phone), class_name="col-phone not-on-phone"),
        rx.el.td(_tags(row), class_name="col-tags not-on-phone"),
        rx.el.td(_owner(row), class_name="col-owner"),
        rx.el.td(
            rx.el.time(row.changed, title=row.changed_full), class_name="col-when not-on-phone"
        ),
        class_name=rx.cond(chosen, "opens chosen", "opens"),
        aria_selected=chosen,
        tab_index=0,
        on_click=rx.redirect("/contacts/" + row.id.to_string()),
    )


def _tick(row: rx.Var[ListLine], chosen: rx.Var[bool]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=chosen,
            read_only=True,
            tab_index=-1,
            aria_label=tr("Choose {name}", name=row.name),
            on_click=lambda click: Contacts.choose(row.id, click.shift_key),
        ),
        class_name="tick",
    )


def _name(row: rx.Var[ListLine]) -> rx.Component:
    return rx.el.div(
        contact_mark(row.kind, row.initials),
        rx.el.div(
            rx.el.span(row.name, class_name="name-main"),
            rx.cond(
                row.company,
                rx.el.span(row.company, class_name="name-sub"),
                rx.el.span(row.kind_name, class_name="name-sub"),
            ),
            class_name="name-words",
        ),
        class_name="name-cell",
    )


def _text(text: Any) -> rx.Component:
    return rx.cond(
        text,
        rx.el.span(text, class_name="cell-text", title=text),
        rx.el.span("–", class_name="cell-none", aria_hidden="true"),
    )


def _tags(row: rx.Var[ListLine]) -> rx.Component:
    return rx.el.div(
        rx.foreach(row.tags, lambda name: badge(name)),
        rx.cond(row.more_tags, rx.el.span(row.more_tags, class_name="hint")),
        class_name="tag-cell",
    )


def _owner(row: rx.Var[ListLine]) -> rx.Component:
    return rx.cond(
        row.owner,
        rx.el.div(
            avatar(row.owner_initials, row.owner_color, size=22),
            rx.el.span(row.owner, class_name="cell-text not-on-phone"),
            class_name="owner-cell",
            title=row.owner,
        ),
        rx.el.span(tr("Nobody"), class_name="cell-none not-on-phone"),
    )
