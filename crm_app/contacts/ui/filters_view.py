"""The bar above the list: search, the filters as chips with their choices beneath, and the order."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from crm_app.contacts.queries import Sort
from crm_app.contacts.ui import filter_form
from crm_app.contacts.ui.contacts_state import SEARCH, Contacts
from crm_app.contacts.ui.filter_form import FIELDS, RANGE, Field
from crm_app.contacts.ui.filters_state import ListFilters
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import button, menu_item, select, text_input, typed_input
from crm_app.ui.words import tr

ORDERS = (
    (Sort.NAME.value, N_("A to Z")),
    (Sort.NAME_DOWN.value, N_("Z to A")),
    (Sort.CHANGED_DOWN.value, N_("Changed last")),
    (Sort.CHANGED.value, N_("Changed first")),
    (Sort.CREATED_DOWN.value, N_("Newest")),
    (Sort.CREATED.value, N_("Oldest")),
)
# The arrow leads from the search into the list.
_SEARCH_KEYS = """(e) => {
  if (e.key === 'ArrowDown') {
    const row = document.querySelector('.contacts-list tr[tabindex]');
    if (row) { e.preventDefault(); row.focus(); }
  }
}"""
# The menu of filters would give the focus back to its button, away from the choices that have just opened.
_NO_FOCUS = rx.Var(_js_expr="(e) => e.preventDefault()")
# Narrows a long list of choices in the browser.
_NARROW = """(e) => {
  const wanted = e.target.value.toLocaleLowerCase();
  for (const row of e.target.closest('.filter-pop').querySelectorAll('.check-row')) {
    row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  }
}"""


def filter_bar() -> rx.Component:
    """Search, chips, "Filter", order."""
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                id=SEARCH,
                class_name="input",
                default_value=Contacts.text,
                placeholder=tr("Name, e-mail, phone or company"),
                aria_label=tr("Search contacts"),
                aria_keyshortcuts="/",
                auto_complete="off",
                on_change=Contacts.look.debounce(120),
                custom_attrs={"onKeyDown": rx.Var(_js_expr=_SEARCH_KEYS)},
            ),
            rx.el.kbd("/", class_name="key-hint", aria_hidden="true"),
            class_name="search-box",
        ),
        *(_chip(each) for each in FIELDS),
        _adding(),
        rx.cond(
            Contacts.filtered,
            button(tr("Clear"), small=True, kind="quiet", on_click=Contacts.clear),
        ),
        rx.el.div(
            rx.icon("arrow-up-down", size=14, aria_hidden="true"),
            select(
                "contacts-sort",
                [(value, tr(label)) for value, label in ORDERS],
                value=Contacts.sort,
                on_change=Contacts.set_sort,
                aria_label=tr("Order"),
            ),
            class_name="order-box",
        ),
        class_name="list-bar",
        role="search",
    )


def _adding() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                rx.icon("list-filter", size=15, aria_hidden="true"),
                rx.el.span(tr("Filter")),
                type="button",
                class_name="filter-add",
            )
        ),
        rx.dropdown_menu.content(
            *(
                rx.cond(
                    _is_open(each),
                    rx.fragment(),
                    menu_item(
                        tr(each.label), ListFilters.open_filter(each.key, True), icon=each.icon
                    ),
                )
                for each in FIELDS
            ),
            align="start",
            class_name="menu",
            custom_attrs={"onCloseAutoFocus": _NO_FOCUS},
        ),
        modal=False,
    )


def _is_open(each: Field) -> Any:
    return Contacts.said.contains(each.key) | (ListFilters.added == each.key)


def _chip(each: Field) -> rx.Component:
    label = tr(each.label)
    return rx.cond(
        _is_open(each),
        rx.el.div(
            rx.popover.root(
                rx.popover.trigger(
                    rx.el.button(
                        rx.icon(each.icon, size=14, aria_hidden="true"),
                        rx.el.span(label, class_name="chip-label"),
                        rx.cond(
                            Contacts.said.contains(each.key),
                            rx.el.span(Contacts.said[each.key], class_name="chip-value"),
                        ),
                        type="button",
                        class_name="chip-open",
                    )
                ),
                rx.popover.content(
                    _EDITORS.get(each.key, _options)(each),
                    align="start",
                    class_name="filter-pop",
                    # The menu that opened it closes a moment later, which is no look elsewhere.
                    custom_attrs={"aria-label": label, "onFocusOutside": _NO_FOCUS},
                ),
                open=ListFilters.editing == each.key,
                on_open_change=lambda opened: ListFilters.open_filter(each.key, opened),
            ),
            rx.el.button(
                rx.icon("x", size=14, aria_hidden="true"),
                type="button",
                aria_label=tr("Remove the filter {name}", name=label),
                title=tr("Remove"),
                on_click=ListFilters.remove(each.key),
                class_name="chip-away",
            ),
            class_name="list-chip",
        ),
    )


def _options(each: Field) -> rx.Component:
    fixed: dict[str, list[tuple[str, Any]]] = {
        "kinds": [(kind.value, tr(KIND_NAMES[kind])) for kind in ContactKind],
        "sources": [(key, tr(label)) for key, label in filter_form.SOURCES.items()],
        "locales": list(LOCALE_NAMES.items()),
        "quiet": [(key, tr(label)) for key, label in filter_form.CHANNELS.items()],
    }
    if each.key in fixed:
        return _choices(*(_choice(each.key, value, label) for value, label in fixed[each.key]))
    listed = ListFilters.options[each.key]
    return rx.fragment(
        rx.cond(listed.length() > 8, _narrowing()),
        rx.cond(
            listed.length() > 0,
            _choices(rx.foreach(listed, lambda row: _choice(each.key, row["value"], row["label"]))),
            rx.el.p(tr("There are none yet."), class_name="hint"),
        ),
    )


def _tags(each: Field) -> rx.Component:
    how = rx.cond(Contacts.given["tags_how"], Contacts.given["tags_how"], "any")
    return rx.fragment(
        select(
            "tags-how",
            [(key, tr(label)) for key, label in filter_form.TAGS_HOW.items()],
            value=how,
            on_change=lambda value: ListFilters.give("tags_how", value),
            aria_label=tr("How tags are compared"),
        ),
        _options(each),
    )


def _narrowing() -> rx.Component:
    return rx.el.input(
        type="search",
        class_name="input",
        placeholder=tr("Find"),
        aria_label=tr("Find in the list"),
        auto_complete="off",
        custom_attrs={"onInput": rx.Var(_js_expr=_NARROW)},
    )


def _choices(*lines: Any) -> rx.Component:
    return rx.el.div(*lines, class_name="pop-choices")


def _choice(name: str, value: Any, label: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=Contacts.picked[name].contains(value),
            on_change=lambda _checked: ListFilters.pick(name, value),
        ),
        rx.el.span(label),
        class_name="check-row",
    )


def _single(name: str, choices: dict[str, str]) -> rx.Component:
    return _choices(
        *(
            rx.el.label(
                rx.el.input(
                    type="radio",
                    name=f"filter-{name}",
                    class_name="checkbox",
                    checked=Contacts.given[name] == value,
                    on_change=lambda _checked, value=value: ListFilters.give(name, value),
                ),
                rx.el.span(tr(label)),
                class_name="check-row",
            )
            for value, label in choices.items()
        )
    )


def _with_or_without(each: Field) -> rx.Component:
    return _single(each.key, {"yes": N_("Given"), "no": N_("Missing")})


def _still(each: Field) -> rx.Component:
    return _single(each.key, filter_form.STILL)


def _days(each: Field) -> rx.Component:
    def end(name: str, label: Any) -> rx.Component:
        return rx.el.label(
            rx.el.span(label, class_name="caption"),
            typed_input(
                type="date",
                class_name="input",
                value=Contacts.given[name],
                on_change=lambda value: ListFilters.give(name, value),
            ),
            class_name="pop-day",
        )

    return rx.fragment(
        _single(each.key, filter_form.DAYS | {RANGE: N_("Between two days")}),
        rx.cond(
            Contacts.given[each.key] == RANGE,
            rx.el.div(
                end(f"{each.key}_from", tr("From")),
                end(f"{each.key}_to", tr("To")),
                class_name="pop-days",
            ),
        ),
    )


def _company(_each: Field) -> rx.Component:
    def line(row: Any) -> rx.Component:
        return rx.el.button(
            rx.icon("building-2", size=15, aria_hidden="true"),
            row["label"],
            type="button",
            class_name="pop-line",
            on_click=ListFilters.set_company(row["value"], row["label"]),
        )

    return rx.fragment(
        rx.el.input(
            type="search",
            class_name="input",
            placeholder=tr("Find a company"),
            aria_label=tr("Find a company"),
            auto_complete="off",
            on_change=ListFilters.look_for_company.debounce(150),
            on_focus=lambda: ListFilters.look_for_company(""),
        ),
        rx.el.div(rx.foreach(ListFilters.companies, line), class_name="pop-choices"),
    )


def _custom(_each: Field) -> rx.Component:
    given = Contacts.given
    how = rx.cond(given["custom_how"], given["custom_how"], "")
    return rx.el.div(
        rx.el.div(
            rx.el.select(
                rx.el.option(tr("Choose a field"), value=""),
                rx.foreach(
                    ListFilters.own_fields,
                    lambda row: rx.el.option(row["label"], value=row["value"]),
                ),
                class_name="input",
                value=rx.cond(given["custom_key"], given["custom_key"], ""),
                on_change=lambda value: ListFilters.give("custom_key", value),
                aria_label=tr("Own field"),
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        select(
            "custom-how",
            [("", tr("Choose how")), *((key, tr(text)) for key, text in filter_form.HOW.items())],
            value=how,
            on_change=lambda value: ListFilters.give("custom_how", value),
            aria_label=tr("How it is compared"),
        ),
        rx.cond(
            (how == "is") | (how == "has"),
            text_input(
                "custom-value",
                value=given["custom_value"],
                on_change=lambda value: ListFilters.give("custom_value", value),
                aria_label=tr("Value"),
                auto_complete="off",
            ),
        ),
        class_name="stack",
    )


_EDITORS: dict[str, Callable[[Field], rx.Component]] = {
    "tags": _tags,
    "company": _company,
    "email": _with_or_without,
    "phone": _with_or_without,
    "created": _days,
    "changed": _days,
    "still": _still,
    "custom": _custom,
}
