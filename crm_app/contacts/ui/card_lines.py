"""Fields of the card that are lists: addresses, numbers, places, own fields with name and value."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.card_source import Source
from crm_app.contacts.ui.shown import Entry, Place
from crm_app.ui.components import button, icon_button
from crm_app.ui.words import tr


def group(label: Any, *content: Any, error: Any = "") -> rx.Component:
    """Controls that belong together, and the error of all of them."""
    return rx.el.fieldset(
        rx.el.legend(label, class_name="label"), *content, _wrong(error), class_name="lines"
    )


def value_lines(source: Source, kind: str, field: str, label: Any, add: Any) -> rx.Component:
    """Lines with a value and what it is for."""

    def line(entry: rx.Var[Entry], index: rx.Var[int]) -> rx.Component:
        error = source.errors[f"{field}." + index.to_string()]
        return rx.el.div(
            rx.el.div(
                _bare(source, f"{kind}-" + entry.key, entry.value, label, error=error),
                _bare(source, f"{kind}-" + entry.key + "-label", entry.label, tr("What for")),
                _remove(source, kind, entry.key),
                class_name="line",
            ),
            _wrong(error),
            key=entry.key,
        )

    lines = rx.foreach(getattr(source, field), line)
    return group(label, lines, _add(source, add, kind), error=source.errors[field])


def address_lines(source: Source, label: Any) -> rx.Component:
    """Postal addresses."""

    def place(each: rx.Var[Place]) -> rx.Component:
        start = "place-" + each.key

        def part(name: str, value: Any, words: Any) -> rx.Component:
            return _bare(source, start + f"-{name}", value, words)

        return rx.el.div(
            rx.el.div(
                part("street", each.street, tr("Street and number")),
                _remove(source, "place", each.key),
                class_name="line",
            ),
            rx.el.div(
                part("postal_code", each.postal_code, tr("Postal code")),
                part("city", each.city, tr("City")),
                class_name="line line-city",
            ),
            rx.el.div(
                part("region", each.region, tr("Region")),
                part("country", each.country, tr("Country")),
                class_name="line line-even",
            ),
            rx.el.input(type="hidden", name=start + "-label", default_value=each.label),
            class_name="place",
            key=each.key,
        )

    added = _add(source, tr("Add address"), "place")
    return group(label, rx.foreach(source.places, place), added, error=source.errors["addresses"])


def own_lines(source: Source, label: Any) -> rx.Component:
    """Own fields without a place of their own: their names can be typed too."""

    def line(entry: rx.Var[Entry], index: rx.Var[int]) -> rx.Component:
        error = source.errors["custom." + index.to_string()]
        name = "custom-" + entry.key
        return rx.el.div(
            rx.el.div(
                _bare(source, name + "-label", entry.label, tr("Field"), error=error),
                _bare(source, name, entry.value, tr("Value")),
                _remove(source, "custom", entry.key),
                class_name="line line-even",
            ),
            _wrong(error),
            key=entry.key,
        )

    added = _add(source, tr("Add field"), "custom")
    return group(label, rx.foreach(source.custom, line), added, error=source.errors["custom"])


def _bare(source: Source, name: Any, value: Any, label: Any, *, error: Any = "") -> rx.Component:
    return rx.el.input(
        name=name,
        default_value=value,
        placeholder=label,
        aria_label=label,
        aria_invalid=rx.cond(error, "true", "false"),
        auto_complete="off",
        class_name="input",
        **source.typed,
    )


def _wrong(error: Any) -> rx.Component:
    return rx.cond(
        error,
        rx.el.p(
            rx.icon("circle-alert", size=14, aria_hidden="true"),
            error,
            class_name="error",
            role="alert",
        ),
    )


def _add(source: Source, label: Any, kind: str) -> rx.Component:
    return rx.cond(
        source.head.may_change,
        button(label, icon="plus", kind="quiet", small=True, **source.adds(kind)),
    )


def _remove(source: Source, kind: str, key: Any) -> rx.Component:
    return rx.cond(
        source.head.may_change,
        icon_button("x", tr("Remove"), **source.removes(kind, key)),
    )
