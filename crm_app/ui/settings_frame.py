"""The settings: a side navigation by group, and the chosen section beside it.

A settings page's function returns ``settings(content...)``; the navigation lists what exists.
"""

from typing import Any

import reflex as rx

from crm_app.ui import navigation
from crm_app.ui.components.structure import page_header
from crm_app.ui.navigation import Entry
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr


def settings(*content: Any) -> rx.Component:
    """``content`` beside the settings' navigation."""
    return rx.el.div(
        rx.el.nav(
            *(_group(label, entries) for label, entries in navigation.SETTINGS),
            class_name="settings-nav",
            aria_label=tr("Settings"),
        ),
        rx.el.div(*content, class_name="settings-content"),
        class_name="settings",
    )


def overview() -> rx.Component:
    """All sections as tiles: the page behind "Settings" in the rail."""
    return rx.fragment(
        page_header(tr("Settings"), tr("You, your team and the workspace.")),
        *(_tiles(label, entries) for label, entries in navigation.SETTINGS),
    )


def _group(label: str, entries: tuple[Entry, ...]) -> rx.Component:
    shown = navigation.visible(entries)
    if not shown:
        return rx.fragment()
    body = rx.el.div(
        rx.el.h2(tr(label)), *(_link(entry) for entry in shown), class_name="settings-group"
    )
    return rx.cond(Shell.is_admin, body) if all(entry.admin for entry in shown) else body


def _link(entry: Entry) -> rx.Component:
    path = rx.State.router.url.path
    # A page that is opened by its address comes with a slash at the end.
    here = (path == entry.route) | (path == entry.route + "/")
    link = rx.link(
        rx.icon(entry.icon, size=16, aria_hidden="true"),
        rx.el.span(tr(entry.label)),
        href=entry.route,
        underline="none",
        class_name=rx.cond(here, "rail-link here", "rail-link"),
        custom_attrs={"aria-current": rx.cond(here, "page", "false")},
    )
    return rx.cond(Shell.is_admin, link) if entry.admin else link


def _tiles(label: str, entries: tuple[Entry, ...]) -> rx.Component:
    shown = navigation.visible(entries)
    if not shown:
        return rx.fragment()
    body = rx.el.section(
        rx.el.h2(tr(label), class_name="group-title"),
        rx.el.div(*(_tile(entry) for entry in shown), class_name="tiles"),
    )
    return rx.cond(Shell.is_admin, body) if all(entry.admin for entry in shown) else body


def _tile(entry: Entry) -> rx.Component:
    tile = rx.link(
        rx.el.span(rx.icon(entry.icon, size=20, aria_hidden="true"), class_name="tile-icon"),
        rx.el.span(
            rx.el.strong(tr(entry.label)),
            rx.el.span(tr(entry.hint), class_name="hint"),
            class_name="tile-words",
        ),
        rx.icon("chevron-right", size=18, aria_hidden="true"),
        href=entry.route,
        underline="none",
        class_name="tile card",
    )
    return rx.cond(Shell.is_admin, tile) if entry.admin else tile
