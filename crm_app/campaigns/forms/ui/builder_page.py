"""The builder of one form: canvas, inspector and the living page beside each other; and what was sent."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.canvas import canvas
from crm_app.campaigns.forms.ui.inspector import inspector
from crm_app.campaigns.forms.ui.looks import STATUS_WORDS
from crm_app.campaigns.forms.ui.naming_state import Naming
from crm_app.campaigns.forms.ui.sent_view import sent_view
from crm_app.campaigns.forms.ui.sharing import sharing
from crm_app.core.i18n import N_
from crm_app.ui.address import is_at
from crm_app.ui.components import (
    badge,
    button,
    dialog,
    field,
    icon_button,
    menu,
    menu_item,
    skeleton_rows,
    tabs,
    text_input,
)
from crm_app.ui.words import tr

TITLE = N_("Form")

# Undo and redo by the keys that everybody knows, except while typing, where they belong to the text.
_KEYS = """(e) => {
  if (!(e.ctrlKey || e.metaKey) || e.target.closest('input, textarea, select')) return;
  const key = e.key.toLowerCase(), back = key === 'z' && !e.shiftKey;
  const button = document.getElementById(back ? 'form-undo' : 'form-redo');
  if (back || key === 'y' || key === 'z') { e.preventDefault(); button?.click(); }
}"""


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        rx.cond(
            FormBuilder.loading | ~is_at("/forms/" + FormBuilder.form_id.to_string()),
            rx.el.div(skeleton_rows(6), class_name="card"),
            rx.el.div(
                _head(),
                rx.cond(FormBuilder.may_edit, _tabs()),
                rx.cond(FormBuilder.tab == "build", _build(), sent_view()),
                custom_attrs={"onKeyDown": rx.Var(_js_expr=_KEYS)},
            ),
        ),
        sharing(),
        _naming(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.link(
                rx.icon("arrow-left", size=16, aria_hidden="true"),
                tr("Forms"),
                href="/forms",
                underline="none",
                class_name="form-back",
            ),
            rx.el.div(
                rx.el.h1(FormBuilder.name),
                _status(),
                rx.el.span(
                    rx.cond(FormBuilder.unsaved, tr("Saving …"), ""),
                    role="status",
                    class_name="hint form-saving",
                ),
                class_name="row",
            ),
            class_name="page-header-text",
        ),
        rx.cond(FormBuilder.may_edit, _acts()),
        class_name="page-header form-header",
    )


def _status() -> rx.Component:
    tones = {"draft": "plain", "live": "good", "changed": "warn"}
    return rx.match(
        FormBuilder.status,
        *((key, badge(tr(words), tone=tones[key])) for key, words in STATUS_WORDS.items()),
        rx.fragment(),
    )


def _acts() -> rx.Component:
    return rx.el.div(
        icon_button(
            "undo-2",
            tr("Undo"),
            id="form-undo",
            disabled=~FormBuilder.can_undo,
            on_click=FormBuilder.undo,
        ),
        icon_button(
            "redo-2",
            tr("Redo"),
            id="form-redo",
            disabled=~FormBuilder.can_redo,
            on_click=FormBuilder.redo,
        ),
        menu(
            icon_button("ellipsis", tr("More")),
            menu_item(tr("Name and address"), Naming.begin, icon="pencil"),
            rx.cond(
                FormBuilder.status == "draft",
                rx.fragment(),
                menu_item(tr("Switch off"), FormBuilder.unpublish, icon="power"),
            ),
        ),
        rx.match(
            FormBuilder.status,
            ("live", _share(kind="primary")),
            ("changed", rx.fragment(_share(), _publish(tr("Publish changes")))),
            rx.fragment(_share(), _publish(tr("Publish"))),
        ),
        class_name="page-header-actions",
    )


def _share(**props: Any) -> rx.Component:
    return button(tr("Share"), icon="share-2", on_click=FormBuilder.share, **props)


def _publish(label: Any) -> rx.Component:
    return button(label, icon="globe", kind="primary", on_click=FormBuilder.publish)


def _tabs() -> rx.Component:
    count = rx.cond(
        FormBuilder.sent > 0,
        rx.el.span(FormBuilder.sent.to_string(), class_name="tab-count tabular"),
    )
    return tabs(
        ("build", tr("Build")),
        ("sent", rx.fragment(tr("Sent"), count)),
        value=FormBuilder.tab,
        on_change=FormBuilder.set_tab,
    )


def _build() -> rx.Component:
    return rx.el.div(
        rx.el.div(canvas(), class_name="form-canvas"),
        inspector(),
        _preview(),
        rx.cond(FormBuilder.unsaved, rx.el.span(class_name="unsaved", hidden=True)),
        class_name="form-builder",
    )


def _preview() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("As visitors see it"), class_name="form-part"),
            rx.el.a(
                rx.icon("external-link", size=16, aria_hidden="true"),
                rx.el.span(tr("Try it out in a tab of its own"), class_name="visually-hidden"),
                href=FormBuilder.preview,
                target="_blank",
                class_name="button button-quiet button-icon button-small",
            ),
            class_name="spread",
        ),
        rx.el.iframe(src=FormBuilder.preview, title=tr("As visitors see it")),
        class_name="form-preview",
    )


def _naming() -> rx.Component:
    errors = Naming.errors
    return dialog(
        rx.el.form(
            field(
                tr("Name"),
                text_input("name", default_value=Naming.name, error=errors["name"], max_length=120),
                name="name",
                help=tr("Only we see it."),
                error=errors["name"],
            ),
            field(
                tr("Address"),
                text_input("slug", default_value=Naming.slug, error=errors["slug"], max_length=60),
                name="slug",
                help=tr("The end of its link: /f/… Links that were shared before stop working."),
                error=errors["slug"],
            ),
            id="name-form",
            on_submit=Naming.save,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Name and address"),
        open=Naming.opened,
        on_close=Naming.close,
        actions=(
            button(tr("Cancel"), on_click=Naming.close),
            button(tr("Save"), kind="primary", type="submit", form="name-form"),
        ),
    )
