"""Settings > Workspace: name, the defaults of new people, privacy, and calendars that are away."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.workspace_state import WorkspaceSettings as State
from crm_app.accounts.ui.zone_field import zone_field
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.ui import theme
from crm_app.ui.components import (
    button,
    field,
    page_header,
    save_bar,
    section,
    select,
    skeleton_rows,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Workspace")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("What the whole team shares.")),
        rx.cond(
            State.loading,
            skeleton_rows(),
            rx.el.div(_name(), _defaults(), _unreachable(), class_name="groups"),
        ),
        save_bar(
            State.changed,
            text=tr("There are changes that are not saved."),
            discard=button(tr("Discard"), on_click=State.load),
            save=button(tr("Save"), kind="primary", on_click=State.save),
        ),
    )


def _text(label: Text, name: str, help: Text = "", optional: Text = "", **props: Any) -> Any:
    return field(
        label,
        text_input(
            name,
            value=State.form[name],
            on_change=lambda value: State.set_field(name, value),
            error=State.errors[name],
            **props,
        ),
        name=name,
        help=help,
        optional=optional,
        error=State.errors[name],
    )


def _name() -> rx.Component:
    return section(
        tr("Your team"),
        tr("Stands on booking pages and in the mails that people get."),
        _text(tr("Name"), "name", auto_complete="organization"),
        _text(
            tr("Privacy policy"),
            "privacy_url",
            help=tr("Linked where people enter their data."),
            optional=tr("optional"),
            input_mode="url",
            placeholder="https://",
        ),
        _accent(),
        rx.el.p(
            tr("People reach this workspace at {url}.", url=State.url), class_name="help breaks"
        ),
    )


def _accent() -> rx.Component:
    shown = rx.cond(State.form["accent"], State.form["accent"], theme.LIGHT["accent"])
    return field(
        tr("Colour of the booking pages"),
        rx.el.div(
            rx.el.input(
                type="color",
                id="accent",
                name="accent",
                value=shown,
                on_change=lambda value: State.set_field("accent", value),
                class_name="colour-input",
                custom_attrs={"aria-describedby": "accent-help accent-error"},
            ),
            rx.el.code(shown),
            rx.cond(
                State.form["accent"],
                button(
                    tr("Use the standard colour"),
                    small=True,
                    kind="quiet",
                    on_click=State.set_field("accent", ""),
                ),
            ),
            class_name="row",
        ),
        name="accent",
        help=tr(
            "Buttons and the chosen day have it; its shade is fitted so that text stays legible."
        ),
        error=State.errors["accent"],
    )


def _defaults() -> rx.Component:
    return section(
        tr("Language and time"),
        tr("For new users, and for visitors whose browser names no language that we speak."),
        rx.el.div(
            field(
                tr("Language"),
                select(
                    "locale",
                    list(LOCALE_NAMES.items()),
                    value=State.form["locale"],
                    on_change=lambda value: State.set_field("locale", value),
                ),
                name="locale",
                error=State.errors["locale"],
            ),
            zone_field(
                "time_zone",
                label=tr("Time zone"),
                value=State.form["time_zone"],
                on_change=lambda value: State.set_field("time_zone", value),
                error=State.errors["time_zone"],
                help=rx.cond(State.there, tr("It is {time} there.", time=State.there), ""),
            ),
            class_name="fields-two",
        ),
    )


_CHOICES = (
    (
        "keep",
        N_("Keep offering times"),
        N_(
            "Slots use what we knew last. Nobody is turned away; what was added there since may collide."
        ),
    ),
    (
        "block",
        N_("Offer nothing"),
        N_("Whoever's calendar is away cannot be booked until it answers again."),
    ),
)


def _unreachable() -> rx.Component:
    return section(
        tr("When a connected calendar cannot be reached"),
        tr("Its owner and the administrators are told in any case."),
        rx.el.div(
            *(_choice(*choice) for choice in _CHOICES),
            class_name="choice-cards",
            role="radiogroup",
            aria_label=tr("When a connected calendar cannot be reached"),
        ),
    )


def _choice(value: str, label: str, text: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="when_unreachable",
            value=value,
            checked=State.form["when_unreachable"] == value,
            on_change=lambda _value: State.set_field("when_unreachable", value),
        ),
        rx.el.span(rx.el.strong(tr(label)), rx.el.span(tr(text), class_name="help")),
        class_name="choice-card",
    )
