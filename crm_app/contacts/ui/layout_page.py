"""Settings > Layout studio: canvas and preview of the contact's card beside each other (CON-4)."""

from typing import Any

import reflex as rx

from crm_app.contacts.ui.layout_arranging import LayoutArranging
from crm_app.contacts.ui.layout_bench import KINDS
from crm_app.contacts.ui.layout_canvas import canvas
from crm_app.contacts.ui.layout_preview import preview
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.contacts.ui.layout_tray import tray
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui import sortable
from crm_app.ui.components import (
    button,
    icon_button,
    menu,
    menu_item,
    save_bar,
    skeleton_rows,
    tabs,
)
from crm_app.ui.words import tr

TITLE = N_("Layout studio")
# Undo and redo by the keys that everybody knows, except while typing, where they belong to the text.
_KEYS = """(e) => {
  if (!(e.ctrlKey || e.metaKey) || e.target.closest('input, textarea, select')) return;
  const key = e.key.toLowerCase(), back = key === 'z' && !e.shiftKey;
  const button = document.getElementById(back ? 'layout-undo' : 'layout-redo');
  if (back || key === 'y' || key === 'z') { e.preventDefault(); button?.click(); }
}"""


def page() -> rx.Component:
    """The page."""
    return rx.el.div(
        _head(),
        rx.cond(
            LayoutStudio.loading,
            rx.el.div(skeleton_rows(6), class_name="card"),
            rx.fragment(_kinds(), _panes(), _studio(), _saving()),
        ),
        custom_attrs={"onKeyDown": rx.Var(_js_expr=_KEYS)},
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.link(
                rx.icon("arrow-left", size=16, aria_hidden="true"),
                tr("Settings"),
                href="/settings",
                underline="none",
                class_name="form-back",
            ),
            rx.el.h1(tr(TITLE)),
            rx.el.p(
                tr(
                    "Which fields a contact card shows, and where. Each kind has a card of its own."
                ),
                class_name="hint",
            ),
            class_name="page-header-text",
        ),
        rx.cond(LayoutStudio.loading, rx.fragment(), _acts()),
        class_name="page-header layout-header",
    )


def _acts() -> rx.Component:
    return rx.el.div(
        icon_button(
            "undo-2",
            tr("Undo"),
            id="layout-undo",
            disabled=~LayoutStudio.can_undo,
            on_click=LayoutStudio.undo,
        ),
        icon_button(
            "redo-2",
            tr("Redo"),
            id="layout-redo",
            disabled=~LayoutStudio.can_redo,
            on_click=LayoutStudio.redo,
        ),
        menu(
            icon_button("ellipsis", tr("More")),
            *(_copied(kind) for kind in KINDS),
            rx.cond(
                LayoutStudio.normal,
                rx.fragment(),
                menu_item(
                    tr("Reset to the standard card"), LayoutStudio.begin_anew, icon="rotate-ccw"
                ),
            ),
        ),
        class_name="page-header-actions",
    )


def _copied(kind: ContactKind) -> rx.Component:
    return rx.cond(
        LayoutStudio.kind == kind.value,
        rx.fragment(),
        menu_item(
            tr("Arrange like {kind}", kind=tr(KIND_NAMES[kind])),
            LayoutStudio.copy_from(kind.value),
            icon="copy",
        ),
    )


def _kinds() -> rx.Component:
    return tabs(
        *((kind.value, _kind(kind)) for kind in KINDS),
        value=LayoutStudio.kind,
        on_change=LayoutStudio.set_kind,
    )


def _kind(kind: ContactKind) -> rx.Component:
    return rx.fragment(
        tr(KIND_NAMES[kind]),
        rx.cond(
            LayoutStudio.changed.contains(kind.value),
            rx.el.span(
                rx.el.span(tr("not saved yet"), class_name="visually-hidden"),
                class_name="layout-unsaved",
            ),
        ),
    )


def _panes() -> rx.Component:
    """On a phone one sees the canvas or the preview."""

    def pane(key: str, icon: str, label: Any) -> rx.Component:
        chosen = LayoutStudio.pane == key
        return rx.el.button(
            rx.icon(icon, size=16, aria_hidden="true"),
            rx.el.span(label),
            type="button",
            aria_pressed=chosen,
            on_click=LayoutStudio.set_pane(key),
            class_name="layout-pane",
        )

    return rx.el.div(
        pane("arrange", "layout-panel-left", tr("Arrange")),
        pane("preview", "eye", tr("Preview")),
        class_name="layout-panes",
    )


def _studio() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            sortable.area(canvas(), tray(), on_move=LayoutArranging.drop),
            class_name="layout-desk",
            # Each kind has a canvas of its own: nothing of another one's inputs stays in it.
            key=LayoutStudio.kind,
        ),
        preview(),
        class_name="layout-studio layout-shows-" + LayoutStudio.pane,
    )


def _saving() -> rx.Component:
    return save_bar(
        LayoutStudio.changed.length() > 0,
        text=tr("Not saved yet: nobody else sees it."),
        discard=button(tr("Discard"), on_click=LayoutStudio.discard),
        save=button(tr("Save"), kind="primary", on_click=LayoutStudio.save),
    )
