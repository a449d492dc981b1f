"""One action of a trigger, with the controls that its kind needs."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.actions import ACTIONS
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor as State
from crm_app.ui.components import icon_button, typed_area, typed_input
from crm_app.ui.words import tr


def action(row: Any, index: Any) -> rx.Component:
    """The action at a place of the list."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(_icon(row), class_name="tile-icon"),
            rx.el.strong(row.label, class_name="grows"),
            icon_button(
                "chevron-up",
                tr("Do it earlier"),
                on_click=State.move_action(index, -1),
                disabled=row.first,
            ),
            icon_button(
                "chevron-down",
                tr("Do it later"),
                on_click=State.move_action(index, 1),
                disabled=row.last,
            ),
            icon_button("x", tr("Remove the action"), on_click=State.remove_action(index)),
            class_name="trigger-action-head",
        ),
        rx.el.div(
            rx.match(
                row.kind,
                ("add_to_campaign", _add_to_campaign(row, index)),
                ("remove_from_campaign", _remove_from_campaign(row, index)),
                ("assign", _assign(row, index)),
                ("add_tag", _tag(row, index)),
                ("remove_tag", _tag(row, index)),
                ("notify", _notify(row, index)),
                ("email", _email(row, index)),
                ("sms", _text(row, index, "body", tr("Text"), rows="3")),
                ("task", _task(row, index)),
                ("webhook", _line(row, index, "url", tr("Address"), placeholder="https://")),
                ("set_status", _status(row, index)),
                rx.fragment(),
            ),
            class_name="fields",
        ),
        class_name="trigger-action",
    )


def _icon(row: Any) -> rx.Component:
    return rx.match(
        row.kind,
        *((kind, rx.icon(one.icon, size=18, aria_hidden="true")) for kind, one in ACTIONS.items()),
        rx.icon("zap", size=18, aria_hidden="true"),
    )


def _labelled(row: Any, name: str, label: Any, control: rx.Component) -> rx.Component:
    """A control inside its label, so that no ids are needed in a list."""
    return rx.el.div(
        rx.el.label(rx.el.span(label, class_name="label"), control, class_name="field"),
        rx.cond(
            row.errors[name],
            rx.el.p(
                rx.icon("circle-alert", size=14, aria_hidden="true"),
                row.errors[name],
                class_name="error",
                role="alert",
            ),
        ),
        class_name="stack-tight",
    )


def _change(index: Any, name: str) -> Any:
    return lambda value: State.change_action(index, name, value)


def _line(row: Any, index: Any, name: str, label: Any, **props: Any) -> rx.Component:
    control = typed_input(
        value=row.texts[name], on_change=_change(index, name), class_name="input", **props
    )
    return _labelled(row, name, label, control)


def _text(row: Any, index: Any, name: str, label: Any, *, rows: str = "4") -> rx.Component:
    control = typed_area(
        value=row.texts[name], on_change=_change(index, name), class_name="input", rows=rows
    )
    return rx.fragment(
        _labelled(row, name, label, control),
        rx.el.p(
            tr(
                "Merge fields like {example} are filled for each contact.",
                example="{{contact.first_name|there}}",
            ),
            class_name="help",
        ),
    )


def _choice(row: Any, index: Any, name: str, label: Any, options: Any, first: Any) -> rx.Component:
    control = rx.el.div(
        rx.el.select(
            rx.el.option(first, value=""),
            rx.foreach(options, lambda one: rx.el.option(one["label"], value=one["value"])),
            value=row.texts[name],
            on_change=_change(index, name),
            class_name="input",
        ),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select",
    )
    return _labelled(row, name, label, control)


def _box(row: Any, index: Any, name: str, label: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=row.texts[name] == "true",
            on_change=lambda on: State.flag_action(index, name, on),
            class_name="checkbox",
        ),
        rx.el.span(label),
        class_name="check-row",
    )


def _people(row: Any, index: Any, name: str, label: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(label, class_name="label"),
        rx.foreach(
            row.people,
            lambda person: rx.el.label(
                rx.el.input(
                    type="checkbox",
                    checked=person.on,
                    on_change=lambda on: State.toggle(index, name, person.value, on),
                    class_name="checkbox",
                ),
                rx.el.span(person.label),
                class_name="check-row",
            ),
        ),
        rx.cond(row.errors[name], rx.el.p(row.errors[name], class_name="error", role="alert")),
        class_name="plain-fieldset",
    )


def _add_to_campaign(row: Any, index: Any) -> rx.Component:
    return rx.fragment(
        _choice(row, index, "campaign_id", tr("Campaign"), State.campaigns, tr("Choose …")),
        _box(row, index, "restart", tr("Start over when the contact is inside already")),
    )


def _remove_from_campaign(row: Any, index: Any) -> rx.Component:
    return _choice(row, index, "campaign_id", tr("Campaign"), State.campaigns, tr("All campaigns"))


def _assign(row: Any, index: Any) -> rx.Component:
    modes = rx.el.div(
        rx.el.select(
            rx.el.option(tr("One user"), value="user"),
            rx.el.option(tr("Users in turn"), value="round_robin"),
            rx.el.option(tr("Nobody"), value="none"),
            value=row.texts["mode"],
            on_change=_change(index, "mode"),
            class_name="input",
        ),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select",
    )
    return rx.fragment(
        _labelled(row, "mode", tr("Who gets the contact"), modes),
        rx.match(
            row.texts["mode"],
            ("user", _choice(row, index, "user_id", tr("User"), State.users, tr("Choose …"))),
            ("round_robin", _people(row, index, "user_ids", tr("Users who take turns"))),
            rx.fragment(),
        ),
        _box(row, index, "only_unassigned", tr("Only contacts that nobody owns yet")),
    )


def _tag(row: Any, index: Any) -> rx.Component:
    return _line(row, index, "tag", tr("Tag"), list="known-tags", max_length=60)


def _notify(row: Any, index: Any) -> rx.Component:
    return rx.fragment(
        _people(row, index, "who", tr("Who is told")),
        _text(row, index, "text", tr("Text"), rows="3"),
        _box(row, index, "mail", tr("By e-mail too")),
    )


def _email(row: Any, index: Any) -> rx.Component:
    return rx.fragment(
        _line(row, index, "subject", tr("Subject")),
        _text(row, index, "body", tr("Text"), rows="6"),
        _box(row, index, "marketing", tr("This is advertising: add a way to unsubscribe")),
    )


def _task(row: Any, index: Any) -> rx.Component:
    return rx.fragment(
        _line(row, index, "title", tr("What is to be done")),
        _text(row, index, "note", tr("Note"), rows="2"),
        _people(row, index, "who", tr("For whom (the first that is found)")),
    )


def _status(row: Any, index: Any) -> rx.Component:
    return _choice(row, index, "status", tr("Status"), State.statuses, tr("Choose …"))
