"""How fields look in the studio: an icon for each."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui import beside
from crm_app.contacts.ui.layout_rows import OWN_ICON

ICONS: dict[str, str] = {
    "name": "building-2",
    "first_name": "user-round",
    "last_name": "user-round",
    "company": "building-2",
    "kind": "shapes",
    "emails": "mail",
    "phones": "phone",
    "addresses": "map-pin",
    "locale": "languages",
    "time_zone": "globe",
    "do_not_disturb": "bell-off",
    "custom": "list-plus",
    "note": "sticky-note",
    "created": "calendar-plus",
    "tags": "tag",
    "owner": "user-round-check",
    OWN_ICON: "text-cursor-input",
}


def field_icon(key: Any) -> rx.Component:
    """The icon of the field that ``key``, a var, names."""
    icons = ICONS | {each.key: each.icon for each in beside.fields()}
    drawn = ((name, rx.icon(icon, size=16, aria_hidden="true")) for name, icon in icons.items())
    shape = rx.match(key, *drawn, rx.icon("square", size=16, aria_hidden="true"))
    return rx.el.span(shape, class_name="layout-icon")
