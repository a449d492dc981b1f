"""The inspector: what is selected on the canvas, a field or a page; else the settings of the form."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms.layout import WITH_CHOICES, FieldKind
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.form_settings import PAUSE, form_settings
from crm_app.campaigns.forms.ui.typing_state import Typing
from crm_app.ui.components import (
    checkbox,
    field,
    icon_button,
    select,
    text_area,
    text_input,
)
from crm_app.ui.words import tr

_HERE = FormBuilder.inspected


def inspector() -> rx.Component:
    """The column beside the canvas."""
    return rx.el.aside(
        _mistakes(),
        rx.match(FormBuilder.part, ("field", _field()), ("page", _page()), form_settings()),
        class_name=rx.cond(
            FormBuilder.part == "form",
            "form-inspector card",
            "form-inspector form-inspector-open card",
        ),
        aria_label=tr("Settings"),
    )


def _mistakes() -> rx.Component:
    return rx.cond(
        FormBuilder.mistakes.length() > 0,
        rx.el.div(
            rx.el.h2(tr("Before it is published"), class_name="form-part"),
            rx.foreach(
                FormBuilder.mistakes,
                lambda one: rx.el.button(
                    rx.cond(
                        one["severity"] == "error",
                        rx.icon("circle-alert", size=16, aria_hidden="true"),
                        rx.icon("triangle-alert", size=16, aria_hidden="true"),
                    ),
                    rx.el.span(rx.cond(one["name"], rx.el.strong(one["name"], ": ")), one["text"]),
                    type="button",
                    class_name="form-mistake form-mistake-" + one["severity"].to(str),
                    on_click=FormBuilder.select(one["about"]),
                ),
            ),
            class_name="form-mistakes",
        ),
    )


def _head(title: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title),
        icon_button("x", tr("Back to the whole form"), on_click=FormBuilder.select("")),
        class_name="spread",
    )


def _is(*kinds: FieldKind) -> Any:
    found: Any = _HERE["kind"] == kinds[0].value
    for kind in kinds[1:]:
        found = found | (_HERE["kind"] == kind.value)
    return found


def _typed(name: str, label: Any, *, area: bool = False, help: Any = "", **props: Any) -> Any:
    made = text_area if area else text_input
    return field(
        label,
        made(
            f"field-{name}",
            value=_HERE[name],
            on_change=lambda value: [
                Typing.type_field(FormBuilder.selected, name, value),
                FormBuilder.keep.debounce(PAUSE),
            ],
            on_blur=FormBuilder.keep,
            key=f"{name}-" + FormBuilder.selected,
            **props,
        ),
        name=f"field-{name}",
        help=help,
    )


def _chosen(name: str, label: Any, options: Any, *, help: Any = "") -> rx.Component:
    return field(
        label,
        select(
            f"field-{name}",
            options,
            value=_HERE[name],
            on_change=lambda value: Typing.choose_field(FormBuilder.selected, name, value),
        ),
        name=f"field-{name}",
        help=help,
    )


def _field() -> rx.Component:
    hidden, heading = _is(FieldKind.HIDDEN), _is(FieldKind.HEADING)
    return rx.el.div(
        _head(tr("Field")),
        rx.cond(
            _is(FieldKind.CONSENT),
            _typed("label", tr("What is agreed to"), area=True, rows="3"),
            _typed("label", tr("Label")),
        ),
        rx.cond(hidden, rx.fragment(), _typed("help", tr("Help below it"))),
        rx.cond(
            _is(*WITH_CHOICES),
            _typed("choices", tr("Answers"), area=True, help=tr("One a line."), rows="5"),
        ),
        rx.cond(
            hidden,
            rx.fragment(
                _typed(
                    "parameter",
                    tr("Parameter of the address"),
                    help=tr("Such as utm_source: the link then ends with ?utm_source=fair"),
                    placeholder="utm_source",
                ),
                _typed("value", tr("Without it")),
            ),
        ),
        rx.cond(
            hidden | heading,
            rx.fragment(),
            checkbox(
                "field-required",
                tr("Has to be answered"),
                checked=_HERE["required"] == "yes",
                on_change=lambda on: Typing.tick_field(FormBuilder.selected, "required", on),
            ),
        ),
        rx.cond(heading, rx.fragment(), _target()),
        rx.cond(FormBuilder.deciders.length() > 1, _condition()),
        class_name="fields",
        key="field-" + FormBuilder.selected,
    )


def _target() -> rx.Component:
    return rx.fragment(
        _chosen(
            "maps_to",
            tr("Fills of the contact"),
            FormBuilder.targets,
            help=rx.cond(
                _HERE["maps_to"] == "tag",
                tr("The chosen answers become tags."),
                tr("Only where the contact has nothing yet."),
            ),
        ),
        rx.cond(_HERE["maps_to"] == "custom", _typed("custom", tr("Name of our own field"))),
    )


def _condition() -> rx.Component:
    compares = (_HERE["operator"] == "is") | (_HERE["operator"] == "is_not")
    return rx.el.fieldset(
        rx.el.legend(tr("When it is asked"), class_name="form-part"),
        _chosen("depends", tr("It depends on"), FormBuilder.deciders),
        rx.cond(
            _HERE["depends"],
            rx.fragment(
                _chosen("operator", tr("Whose answer"), FormBuilder.operators),
                rx.cond(
                    compares & (_HERE["compared"] != "yes") | (FormBuilder.comparable.length() > 0),
                    rx.cond(
                        FormBuilder.comparable.length() > 0,
                        rx.cond(
                            compares, _chosen("compared", tr("Answer"), FormBuilder.comparable)
                        ),
                        _typed("compared", tr("Answer")),
                    ),
                ),
            ),
        ),
        class_name="form-condition",
    )


def _page() -> rx.Component:
    return rx.el.div(
        _head(tr("Page")),
        field(
            tr("Title"),
            text_input(
                "page-title",
                value=_HERE["label"],
                on_change=lambda value: [
                    Typing.type_page(FormBuilder.selected, value),
                    FormBuilder.keep.debounce(PAUSE),
                ],
                on_blur=FormBuilder.keep,
                key="title-" + FormBuilder.selected,
            ),
            name="page-title",
            help=tr("Stands above the fields of this page."),
        ),
        class_name="fields",
        key="page-" + FormBuilder.selected,
    )
