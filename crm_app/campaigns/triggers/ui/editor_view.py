"""One trigger: when, if and then as three cards; beside them the check, the try-out and the log."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui import action_view, if_view, trial_view, when_view
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor as State
from crm_app.ui.components import (
    badge,
    button,
    card,
    field,
    icon_button,
    menu,
    menu_item,
    notice,
    page_header,
    save_bar,
    skeleton_rows,
    text_input,
)
from crm_app.ui.words import tr


def editor() -> rx.Component:
    """The page of an opened trigger."""
    return rx.fragment(
        rx.link(
            rx.icon("arrow-left", size=16, aria_hidden="true"),
            tr("All triggers"),
            href="/triggers",
            class_name="link-out trigger-back",
        ),
        page_header(
            rx.cond(State.name, State.name, tr("Trigger")),
            tr("When something happens, if it fits, then something is done."),
            _actions(),
        ),
        rx.cond(
            State.loading,
            card(skeleton_rows(4)),
            rx.el.div(
                rx.el.div(
                    rx.el.fieldset(
                        _name(),
                        when_view.when(),
                        if_view.conditions(),
                        _then(),
                        disabled=~State.may_change,
                        class_name="plain-fieldset groups trigger-form",
                    ),
                    save_bar(
                        State.unsaved & State.may_change,
                        text=tr("There are changes that are not saved."),
                        discard=button(tr("Discard"), kind="quiet", on_click=State.discard),
                        save=button(tr("Save"), kind="primary", on_click=State.save),
                    ),
                ),
                rx.el.div(_check(), trial_view.trial(), _log(), class_name="groups trigger-side"),
                class_name="trigger-columns",
            ),
        ),
    )


def _actions() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.el.span(rx.cond(State.enabled, tr("On"), tr("Off")), id="trigger-on"),
            rx.switch(
                checked=State.enabled,
                on_change=State.turn,
                disabled=~State.may_change | (~State.enabled & ~State.ready),
                custom_attrs={"aria-labelledby": "trigger-on"},
            ),
            class_name="trigger-switch",
        ),
        rx.cond(
            State.may_change,
            menu(
                icon_button("ellipsis", tr("More")),
                menu_item(tr("Duplicate"), State.duplicate, icon="copy"),
                menu_item(tr("Delete"), State.delete, icon="trash-2", danger=True),
            ),
        ),
        class_name="row",
    )


def _name() -> rx.Component:
    return card(
        field(
            tr("Name"),
            text_input(
                "name",
                value=State.name,
                on_change=State.set_name,
                max_length=120,
                error=State.errors["name"],
            ),
            name="name",
            error=State.errors["name"],
        ),
    )


def _then() -> rx.Component:
    return card(
        rx.cond(
            State.actions.length() > 0,
            rx.el.ol(rx.foreach(State.actions, action_view.action), class_name="trigger-actions"),
            rx.el.p(tr("Choose what is done."), class_name="hint"),
        ),
        menu(
            button(tr("Add an action"), icon="plus", small=True),
            rx.foreach(
                State.kinds,
                lambda kind: rx.dropdown_menu.item(
                    kind["label"], on_click=State.add_action(kind["value"]), class_name="menu-item"
                ),
            ),
            align="start",
        ),
        rx.el.datalist(
            rx.foreach(State.tags, lambda tag: rx.el.option(value=tag["value"])), id="known-tags"
        ),
        title=tr("Then"),
        class_name="trigger-part",
    )


def _check() -> rx.Component:
    return card(
        rx.cond(
            State.ready,
            rx.el.p(
                rx.icon("circle-check", size=16, aria_hidden="true"),
                tr("Nothing is missing."),
                class_name="trigger-fine",
            ),
            rx.el.p(
                rx.icon("circle-alert", size=16, aria_hidden="true"),
                tr("Something is missing. It can be kept while it is off."),
                class_name="trigger-missing",
            ),
        ),
        rx.foreach(
            State.notes,
            lambda one: rx.cond(
                one.tone == "bad", notice(one.text, tone="bad"), notice(one.text, tone="warn")
            ),
        ),
        title=tr("Check"),
        role="status",
    )


def _log() -> rx.Component:
    return card(
        rx.cond(
            State.log.length() > 0,
            rx.el.ul(
                rx.foreach(
                    State.log,
                    lambda row: rx.el.li(
                        rx.el.div(
                            contact_link(row),
                            rx.el.span(row["when"], class_name="hint tabular"),
                            class_name="spread",
                        ),
                        outcome(row),
                    ),
                ),
                class_name="trigger-log",
            ),
            rx.el.p(tr("It has not looked at anything yet."), class_name="hint"),
        ),
        title=tr("Last looks"),
    )


def contact_link(row: Any) -> rx.Component:
    """The contact of a look."""
    return rx.cond(
        row["contact_href"],
        rx.link(row["contact"], href=row["contact_href"]),
        rx.el.span("–", class_name="hint"),
    )


def outcome(row: Any) -> rx.Component:
    """What came of a look, and why."""
    return rx.el.div(
        badge(row["words"], tone=row["tone"]),
        rx.el.span(row["why"], class_name="hint breaks"),
        class_name="trigger-outcome",
    )
