"""The settings of the whole form: its words, what follows, and what becomes of the contact."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.typing_state import Typing
from crm_app.core.i18n import LOCALE_NAMES, LOCALES, N_
from crm_app.ui.components import checkbox, field, notice, select, text_area, text_input
from crm_app.ui.words import tr

_HERE = FormBuilder.settings
# Milliseconds without a letter, after which what was typed is saved.
PAUSE = 1200
ENDINGS = (
    ("message", N_("A thank-you text")),
    ("redirect", N_("A page on another site")),
    ("booking", N_("A booking page")),
    ("form", N_("Another form or survey")),
)
ASSIGNINGS = (
    ("none", N_("Nobody")),
    ("user", N_("One person")),
    ("round_robin", N_("Several, in turns")),
)


def form_settings() -> rx.Component:
    """What is shown while nothing is selected."""
    return rx.el.div(
        rx.el.h2(tr("The whole form")),
        _typed("title", tr("Title"), max_length=500),
        _typed("intro", tr("Introduction"), area=True, rows="3", max_length=4000),
        _typed("button", tr("Button"), placeholder=tr("Send"), max_length=60),
        _chosen(
            "language",
            tr("Language"),
            (("", tr("The visitor's")), *((each, LOCALE_NAMES[each]) for each in LOCALES)),
            help=tr("In which language buttons and hints speak."),
        ),
        _part(tr("After sending"), _after()),
        _part(tr("The contact"), _contact()),
        class_name="fields",
        key="whole-form",
    )


def _after() -> rx.Component:
    return rx.fragment(
        _chosen("after", tr("What follows"), [(key, tr(label)) for key, label in ENDINGS]),
        rx.match(
            _HERE["after"],
            (
                "redirect",
                _typed("after_url", tr("Its address"), placeholder="https://", input_mode="url"),
            ),
            ("booking", _listed("after_calendar", tr("Calendar"), FormBuilder.calendars)),
            ("form", _listed("after_form", tr("Form"), FormBuilder.forms)),
            _typed("after_text", tr("Text"), area=True, rows="3", max_length=4000),
        ),
    )


def _contact() -> rx.Component:
    return rx.fragment(
        _listed(
            "campaign",
            tr("Goes into the campaign"),
            FormBuilder.campaigns,
            nothing=tr("None"),
        ),
        _typed("tags", tr("Gets the tags"), help=tr("Separate them with commas.")),
        _chosen(
            "assign", tr("Becomes the contact of"), [(key, tr(label)) for key, label in ASSIGNINGS]
        ),
        rx.match(
            _HERE["assign"],
            ("user", _listed("assign_user", tr("Person"), FormBuilder.users)),
            ("round_robin", _turns()),
            rx.el.p(
                tr("A campaign can choose the owner later, so that a booking does not change him."),
                class_name="help",
            ),
        ),
        rx.cond(
            _HERE["assign"] != "none",
            rx.fragment(
                checkbox(
                    "setting-only_unassigned",
                    tr("Leave contacts alone that somebody owns"),
                    checked=_HERE["only_unassigned"] == "yes",
                    on_change=lambda on: Typing.tick_setting("only_unassigned", on),
                ),
                notice(
                    tr(
                        "Who books over a team's calendar afterwards may get somebody else. To keep "
                        "one person, assign in a campaign and send the link of that person's calendar."
                    ),
                    tone="accent",
                ),
            ),
        ),
    )


def _turns() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("Among whom"), class_name="label"),
        rx.foreach(
            FormBuilder.users,
            lambda user: rx.el.label(
                rx.el.input(
                    type="checkbox",
                    class_name="checkbox",
                    checked=FormBuilder.turns.contains(user["value"]),
                    on_change=lambda _on: Typing.toggle_turn(user["value"]),
                ),
                rx.el.span(user["label"]),
                class_name="check-row",
            ),
        ),
        class_name="form-turns",
    )


def _part(title: Any, content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h3(title, class_name="form-part"), content, class_name="fields form-settings-part"
    )


def _typed(name: str, label: Any, *, area: bool = False, help: Any = "", **props: Any) -> Any:
    made = text_area if area else text_input
    return field(
        label,
        made(
            f"setting-{name}",
            value=_HERE[name],
            on_change=lambda value: [
                Typing.type_setting(name, value),
                FormBuilder.keep.debounce(PAUSE),
            ],
            on_blur=FormBuilder.keep,
            **props,
        ),
        name=f"setting-{name}",
        help=help,
    )


def _chosen(
    name: str, label: Any, options: Sequence[tuple[str, Any]], *, help: Any = ""
) -> rx.Component:
    return field(
        label,
        select(
            f"setting-{name}",
            options,
            value=_HERE[name],
            on_change=lambda value: Typing.choose_setting(name, value),
        ),
        name=f"setting-{name}",
        help=help,
    )


def _listed(name: str, label: Any, options: Any, *, nothing: Any = "") -> rx.Component:
    """A choice from rows, with a first line for none."""
    shown = [
        rx.el.option(nothing if isinstance(nothing, rx.Var) else tr("Please choose"), value=""),
        rx.foreach(options, lambda one: rx.el.option(one["label"], value=one["value"])),
    ]
    return field(
        label,
        rx.el.div(
            rx.el.select(
                *shown,
                id=f"setting-{name}",
                name=f"setting-{name}",
                class_name="input",
                value=_HERE[name],
                on_change=lambda value: Typing.choose_setting(name, value),
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        name=f"setting-{name}",
    )
