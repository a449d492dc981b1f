"""What floats above the page: dialogs, the side sheet, menus, and the question before a loss.

Built on Radix, which keeps the focus inside, closes on Escape and gives the focus back.
"""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.ui.components.buttons import icon_button
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


# A click on a toast (its "Undo") is no click beside the dialog.
_STAYS = rx.Var(
    _js_expr="(e) => {"
    " if (e.detail.originalEvent.target.closest?.('[data-sonner-toaster]')) e.preventDefault(); }"
)


# Radix gives the focus back to its own trigger only; ours are opened by a var, so the element that
# had the focus before is remembered here, one for each dialog that is open above another.
_OPENED = rx.Var(_js_expr="() => { (window.tandemFocus ??= []).push(document.activeElement); }")
_CLOSED = rx.Var(
    _js_expr="(e) => { const before = window.tandemFocus?.pop();"
    " if (before?.isConnected && before !== document.body) { e.preventDefault(); before.focus(); } }"
)


def dialog(
    *content: Any,
    title: Text,
    hint: Text = "",
    open: Any,
    on_close: Any,
    actions: tuple[rx.Component, ...] = (),
    width: str = "480px",
) -> rx.Component:
    """A dialog that a var opens. ``on_close`` is called by Escape, the cross and outside clicks."""
    return rx.dialog.root(
        rx.dialog.content(
            _head(title, hint, rx.dialog, on_close),
            rx.el.div(*content, class_name="floating-body"),
            rx.el.div(*actions, class_name="floating-actions") if actions else rx.fragment(),
            class_name="dialog",
            max_width=width,
            custom_attrs={
                "onInteractOutside": _STAYS,
                "onOpenAutoFocus": _OPENED,
                "onCloseAutoFocus": _CLOSED,
            },
        ),
        open=open,
        on_open_change=lambda _opened: on_close,
    )


def side_sheet(
    *content: Any,
    title: Text,
    hint: Text = "",
    open: Any,
    on_close: Any,
    actions: tuple[rx.Component, ...] = (),
) -> rx.Component:
    """A record beside its list, which stays in view; fills the screen on a phone."""
    return rx.dialog.root(
        rx.dialog.content(
            _head(title, hint, rx.dialog, on_close),
            rx.el.div(*content, class_name="floating-body"),
            rx.el.div(*actions, class_name="floating-actions") if actions else rx.fragment(),
            class_name="sheet",
            custom_attrs={"onInteractOutside": _STAYS},
        ),
        open=open,
        on_open_change=lambda _opened: on_close,
    )


def _head(title: Text, hint: Text, parts: Any, on_close: Any) -> rx.Component:
    given = isinstance(hint, rx.Var) or hint
    return rx.el.div(
        rx.el.div(
            parts.title(title, class_name="floating-title"),
            parts.description(hint, class_name="hint") if given else rx.fragment(),
        ),
        icon_button("x", tr("Close"), on_click=on_close),
        class_name="floating-head",
    )


def confirm(
    *,
    title: Text,
    text: Text,
    open: Any,
    on_close: Any,
    action: rx.Component,
) -> rx.Component:
    """The question before something that cannot be undone; prefer an undo toast where one can."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, class_name="floating-title"),
            rx.alert_dialog.description(text),
            rx.el.div(
                rx.el.button(
                    tr("Cancel"),
                    type="button",
                    class_name="button button-normal",
                    on_click=on_close,
                ),
                action,
                class_name="floating-actions",
            ),
            class_name="dialog",
            max_width="420px",
        ),
        open=open,
        on_open_change=lambda _opened: on_close,
    )


def menu(trigger: rx.Component, *items: rx.Component, align: str = "end") -> rx.Component:
    """A menu under its button."""
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(trigger),
        rx.dropdown_menu.content(*items, align=align, class_name="menu"),
        modal=False,
    )


def menu_item(label: Text, on_click: Any, *, icon: str = "", danger: bool = False) -> rx.Component:
    """A line of a menu."""
    return rx.dropdown_menu.item(
        *([rx.icon(icon, size=16, aria_hidden="true")] if icon else []),
        label,
        on_click=on_click,
        class_name="menu-item menu-danger" if danger else "menu-item",
    )
