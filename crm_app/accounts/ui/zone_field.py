"""The field for a time zone: one types a part of a place's name and chooses.

The browser's own list does the searching, so it works with any keyboard and screen reader. What
was typed need not be the zone's exact name: ``resolved`` understands "new york" too.
"""

import functools
from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts import time_zones
from crm_app.ui.components import field, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
# Typing replaces what stands there, so that the list shows all matches at once.
_SELECT_ALL = "(e) => e.target.select()"


def resolved(typed: str) -> str:
    """The IANA name that ``typed`` means; ``typed`` itself when it means none or several."""
    return _by_words().get(_plain(typed), typed.strip())


def _names() -> list[str]:
    return [name for name, _ in time_zones.choices()]


@functools.cache
def _by_words() -> dict[str, str]:
    names = _names()
    places: dict[str, list[str]] = {}
    for name in names:
        places.setdefault(_plain(name.rpartition("/")[2]), []).append(name)
    alone = {place: found[0] for place, found in places.items() if len(found) == 1}
    return alone | {_plain(name): name for name in names}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


def zone_field(name: str, *, label: Text, value: Any, on_change: Any, error: Any, help: Any) -> Any:
    """The field. ``help`` says what the zone means, such as the time that it is there."""
    return field(
        label,
        rx.fragment(
            text_input(
                name,
                value=value,
                on_change=on_change,
                error=error,
                auto_complete="off",
                spell_check=False,
                placeholder=tr("Type a city"),
                custom_attrs={
                    "list": f"{name}-choices",
                    "onFocus": rx.Var(_js_expr=_SELECT_ALL),
                },
            ),
            rx.el.datalist(
                rx.foreach(rx.Var.create(_names()), lambda zone: rx.el.option(value=zone)),
                id=f"{name}-choices",
            ),
        ),
        name=name,
        help=help,
        error=error,
    )
