"""One trigger: when, if and then as three cards; beside them the check, the try-out and the log."""

from typing import Any

import reflex as rx

from crm_app.campaigns.triggers.ui import action_view, trial_view
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
    select,
    skeleton_rows,
    text_input,
)
from crm_app.ui.words import tr

UNITS = (
    ("minutes", "minutes"),
    ("hours", "hours"),
    ("days", "days"),
    ("weeks", "weeks"),
)


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
                        _when(),
                        _if(),
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


def _when() -> rx.Component:
    return card(
        field(
            tr("What sets it off"),
            rx.el.div(
                rx.el.select(
                    rx.el.option(tr("Choose …"), value="", disabled=True),
                    rx.foreach(
                        State.events, lambda one: rx.el.option(one["label"], value=one["value"])
                    ),
                    id="event",
                    value=State.event,
                    on_change=State.set_event,
                    class_name="input",
                    aria_describedby="event-error",
                ),
                rx.icon("chevron-down", size=16, aria_hidden="true"),
                class_name="select",
            ),
            name="event",
            error=State.option_errors["event"],
        ),
        rx.match(
            State.event,
            ("not_booked", _not_booked()),
            ("appointment_starts_in", _length(tr("How long before"))),
            ("inbound_webhook", _hook()),
            rx.fragment(),
        ),
        title=tr("When"),
        class_name="trigger-part",
    )


def _length(label: Any) -> rx.Component:
    return rx.el.div(
        field(
            label,
            text_input(
                "amount",
                type="number",
                min="1",
                input_mode="numeric",
                value=State.options["amount"],
                on_change=lambda value: State.set_option("amount", value),
                error=State.option_errors["amount"],
            ),
            name="amount",
            error=State.option_errors["amount"],
        ),
        field(
            tr("Unit"),
            select(
                "unit",
                [
                    ("minutes", tr("minutes")),
                    ("hours", tr("hours")),
                    ("days", tr("days")),
                    ("weeks", tr("weeks")),
                ],
                value=State.options["unit"],
                on_change=lambda value: State.set_option("unit", value),
            ),
            name="unit",
        ),
        class_name="fields-two",
    )


def _not_booked() -> rx.Component:
    return rx.fragment(
        _length(tr("No booking within")),
        rx.el.div(
            field(
                tr("After"),
                select(
                    "since",
                    [
                        ("campaign", tr("the contact was added to a campaign")),
                        ("link", tr("a link to book was sent")),
                        ("form", tr("a form was submitted")),
                    ],
                    value=State.options["since"],
                    on_change=lambda value: State.set_option("since", value),
                ),
                name="since",
            ),
            field(
                tr("At most so many times per contact"),
                text_input(
                    "most",
                    type="number",
                    min="1",
                    max="20",
                    value=State.options["most"],
                    on_change=lambda value: State.set_option("most", value),
                ),
                name="most",
                help=tr("A booking ends it and begins the count anew."),
            ),
            class_name="fields-two",
        ),
    )


def _hook() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.hook_url,
            rx.el.div(
                rx.el.span(tr("Send to this address. It is shown only now."), class_name="hint"),
                rx.el.code(State.hook_url),
                icon_button("copy", tr("Copy"), on_click=rx.set_clipboard(State.hook_url)),
                class_name="copy-box",
            ),
            rx.el.p(
                rx.cond(
                    State.has_hook,
                    tr("There is an address. A new one ends it."),
                    tr("Another program calls an address of yours. Make one first."),
                ),
                class_name="help",
            ),
        ),
        button(
            rx.cond(State.has_hook, tr("Make a new address"), tr("Make an address")),
            icon="link",
            small=True,
            on_click=State.new_address,
        ),
        rx.el.p(
            tr("It takes JSON or a form. Where the fields have other names, say which:"),
            class_name="help",
        ),
        rx.el.div(
            *(
                field(
                    label,
                    text_input(
                        f"field-{name}",
                        value=State.options[f"fields.{name}"],
                        on_change=lambda value, name=name: State.set_option(
                            f"fields.{name}", value
                        ),
                        placeholder=name,
                        max_length=200,
                    ),
                    name=f"field-{name}",
                )
                for name, label in (
                    ("email", tr("E-mail address")),
                    ("phone", tr("Phone number")),
                    ("name", tr("Name")),
                    ("first_name", tr("First name")),
                    ("last_name", tr("Last name")),
                )
            ),
            class_name="fields-two",
        ),
        class_name="stack",
    )


def _if() -> rx.Component:
    return card(
        rx.cond(
            State.filters.length() > 0,
            rx.el.ul(rx.foreach(State.filters, _condition), class_name="trigger-conditions"),
            rx.el.p(tr("Always, when it happens."), class_name="hint"),
        ),
        button(
            tr("Add a condition"),
            icon="plus",
            small=True,
            on_click=State.add_filter,
            disabled=State.event == "",
        ),
        title=tr("If"),
        class_name="trigger-part",
    )


def _condition(row: Any, index: Any) -> rx.Component:
    def change(part: str) -> Any:
        return lambda value: State.change_filter(index, part, value)

    return rx.el.li(
        rx.el.div(
            _select(State.fields, row.field, change("field"), tr("What is asked")),
            _select(row.ops, row.op, change("op"), tr("Comparison")),
            rx.cond(
                row.bare,
                rx.fragment(),
                rx.cond(
                    row.listed,
                    _select(row.choices, row.value, change("value"), tr("Value"), empty=True),
                    rx.el.input(
                        default_value=row.value,
                        key=row.field,
                        on_change=lambda value: State.change_filter(index, "value", value).debounce(
                            300
                        ),
                        class_name="input",
                        aria_label=tr("Value"),
                        max_length=300,
                        list=rx.cond(row.field == "changed_tag", "known-tags", ""),
                    ),
                ),
            ),
            icon_button("x", tr("Remove the condition"), on_click=State.remove_filter(index)),
            class_name="trigger-condition",
        ),
        rx.cond(row.error, rx.el.p(row.error, class_name="error", role="alert")),
    )


def _select(
    options: Any, value: Any, on_change: Any, label: Any, *, empty: bool = False
) -> rx.Component:
    first = [rx.el.option(tr("Choose …"), value="")] if empty else []
    return rx.el.div(
        rx.el.select(
            *first,
            rx.foreach(options, lambda one: rx.el.option(one["label"], value=one["value"])),
            value=value,
            on_change=on_change,
            class_name="input",
            aria_label=label,
        ),
        rx.icon("chevron-down", size=16, aria_hidden="true"),
        class_name="select",
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
