"""Forms: the list, and the dialog in which a new one begins."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms.starts import STARTS, Start
from crm_app.campaigns.forms.ui.forms_state import FormsList
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    column,
    data_table,
    dialog,
    empty_state,
    field,
    icon_button,
    menu,
    menu_item,
    page_header,
    skeleton_rows,
    tabs,
    text_input,
)
from crm_app.ui.words import tr

TITLE = N_("Forms")


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("Forms and surveys that turn visitors into contacts."),
            rx.cond(FormsList.may_edit, _begin()),
        ),
        tabs(
            ("active", tr("In use")),
            ("archived", tr("Archive")),
            value=FormsList.view,
            on_change=FormsList.set_view,
        ),
        rx.cond(
            FormsList.loading,
            rx.el.div(skeleton_rows(5), class_name="table-frame"),
            rx.cond(FormsList.lines.length() > 0, _list(), _nothing()),
        ),
        _new(),
    )


def _begin() -> rx.Component:
    return button(tr("New form"), icon="plus", kind="primary", on_click=FormsList.begin)


def _list() -> rx.Component:
    return data_table(
        [
            column(tr("Name"), _named),
            column(tr("State"), lambda row: badge(row.words, tone=row.tone), width="190px"),
            column(tr("Sent"), lambda row: row.sent, numeric=True, width="90px"),
            column(
                tr("Last sent"),
                lambda row: rx.el.span(row.latest, class_name="hint"),
                phone=False,
                width="180px",
            ),
            column(rx.el.span(tr("Actions"), class_name="visually-hidden"), _acts, width="104px"),
        ],
        FormsList.lines,
        on_open=lambda row: rx.redirect("/forms/" + row.id),
        label=tr(TITLE),
    )


def _named(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.strong(row.name),
        rx.el.div(row.path, class_name="hint breaks"),
        class_name="form-name",
    )


def _acts(row: Any) -> rx.Component:
    # What is pressed here is not a press on the line.
    return rx.el.div(
        rx.cond(
            row.status == "draft",
            rx.fragment(),
            icon_button(
                "link",
                tr("Copy the link of {name}", name=row.name),
                on_click=[rx.set_clipboard(row.url), FormsList.copied],
            ),
        ),
        rx.cond(FormsList.may_edit, _menu(row)),
        class_name="form-acts",
        on_click=rx.stop_propagation,
    )


def _menu(row: Any) -> rx.Component:
    return menu(
        icon_button("ellipsis", tr("Actions for {name}", name=row.name)),
        rx.cond(
            FormsList.view == "archived",
            menu_item(tr("Take back out"), FormsList.restore(row.id), icon="archive-restore"),
            rx.fragment(
                menu_item(tr("Duplicate"), FormsList.duplicate(row.id), icon="copy"),
                rx.cond(
                    row.status == "live",
                    rx.fragment(),
                    menu_item(tr("Publish"), FormsList.switch_on(row.id), icon="globe"),
                ),
                rx.cond(
                    row.status == "draft",
                    rx.fragment(),
                    menu_item(tr("Switch off"), FormsList.switch_off(row.id), icon="power"),
                ),
                menu_item(tr("Archive"), FormsList.archive(row.id), icon="archive"),
            ),
        ),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        FormsList.view == "archived",
        empty_state("archive", tr("Nothing was put away"), tr("Forms that you archive wait here.")),
        empty_state(
            "clipboard-list",
            tr("No form yet"),
            tr(
                "Lay one out, share its link or put it on your site; who sends it becomes a contact."
            ),
            rx.cond(FormsList.may_edit, _begin()),
        ),
    )


def _new() -> rx.Component:
    error = FormsList.errors["name"]
    return dialog(
        rx.el.form(
            field(
                tr("Name"),
                text_input(
                    "name",
                    error=error,
                    placeholder=tr("Ask for an offer"),
                    auto_complete="off",
                    auto_focus=True,
                    max_length=120,
                ),
                name="name",
                error=error,
            ),
            rx.el.fieldset(
                rx.el.legend(tr("Begin with"), class_name="label"),
                *(_start(each) for each in STARTS),
                class_name="form-starts",
            ),
            id="new-form",
            on_submit=FormsList.create,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("New form"),
        open=FormsList.making,
        on_close=FormsList.close,
        width="520px",
        actions=(
            button(tr("Cancel"), on_click=FormsList.close),
            button(tr("Create"), kind="primary", type="submit", form="new-form"),
        ),
    )


def _start(each: Start) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="start",
            value=each.key,
            checked=FormsList.start == each.key,
            on_change=FormsList.choose_start(each.key),
            class_name="checkbox",
        ),
        rx.el.span(rx.icon(each.icon, size=18, aria_hidden="true"), class_name="form-start-icon"),
        rx.el.span(rx.el.strong(tr(each.name)), rx.el.span(tr(each.hint), class_name="hint")),
        class_name="form-start",
    )
