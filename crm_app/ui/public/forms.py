"""Form controls of the public pages.

One shape everywhere: label above, help below it, the control, and the error in words beside it,
tied together for screen readers. What was typed always comes back as ``value``. Texts arrive in
the reader's language; ``locale`` is there for the few words that the controls bring themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from htpy import (
    Element,
    Node,
    VoidElement,
    a,
    button,
    div,
    fieldset,
    h2,
    legend,
    li,
    option,
    p,
    span,
    ul,
)
from htpy import (
    input as input_element,
)
from htpy import (
    label as label_element,
)
from htpy import (
    select as select_element,
)
from htpy import (
    textarea as textarea_element,
)

from crm_app.core.i18n import N_, translate


def control_id(name: str) -> str:
    """The id of the control called ``name``; error summaries link to it."""
    return f"field-{name}"


def field(
    locale: str,
    name: str,
    label: str,
    *,
    value: str = "",
    kind: str = "text",
    required: bool = False,
    help: str = "",
    error: str = "",
    max_length: int = 200,
    **attributes: Any,
) -> Element:
    """A one-line input. ``kind`` is its HTML type; ``attributes`` go to the input as they are."""
    control = input_element(
        id=control_id(name),
        name=name,
        type=kind,
        value=value,
        required=required,
        maxlength=max_length,
        **_state(name, help, error),
        **attributes,
    )
    return _labelled(locale, name, label, control, required=required, help=help, error=error)


def textarea(
    locale: str,
    name: str,
    label: str,
    *,
    value: str = "",
    required: bool = False,
    help: str = "",
    error: str = "",
    max_length: int = 4000,
    rows: int = 3,
    **attributes: Any,
) -> Element:
    """An input of several lines."""
    control = textarea_element(
        id=control_id(name),
        name=name,
        required=required,
        maxlength=max_length,
        rows=rows,
        **_state(name, help, error),
        **attributes,
    )[
        # The parser drops one newline after the tag; this one may go.
        "\n" + value
    ]
    return _labelled(locale, name, label, control, required=required, help=help, error=error)


def select(
    locale: str,
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    value: str = "",
    required: bool = False,
    help: str = "",
    error: str = "",
    **attributes: Any,
) -> Element:
    """A choice from a list of (value, text)."""
    control = select_element(
        id=control_id(name),
        name=name,
        required=required,
        **_state(name, help, error),
        **attributes,
    )[[option(value=each, selected=each == value)[text] for each, text in options]]
    return _labelled(locale, name, label, control, required=required, help=help, error=error)


def radios(
    locale: str,
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    value: str = "",
    required: bool = False,
    help: str = "",
    error: str = "",
) -> Element:
    """A choice from a few (value, text), all in view."""
    return fieldset(
        ".field", id=control_id(name), aria_describedby=_described(name, help, error), tabindex="-1"
    )[
        legend[label, _optional(locale, required)],
        _help(name, help),
        [
            label_element(".choice")[
                input_element(
                    type="radio", name=name, value=each, checked=each == value, required=required
                ),
                span[text],
            ]
            for each, text in options
        ],
        _error(name, error),
    ]


def checkbox(
    name: str,
    label: Node,
    *,
    checked: bool = False,
    required: bool = False,
    help: str = "",
    error: str = "",
) -> Element:
    """A single box that is ticked or not."""
    return div(".field")[
        label_element(".choice")[
            input_element(
                id=control_id(name),
                type="checkbox",
                name=name,
                value="yes",
                checked=checked,
                required=required,
                **_state(name, help, error),
            ),
            span[label],
        ],
        _help(name, help),
        _error(name, error),
    ]


def hidden(name: str, value: str) -> VoidElement:
    """A value that travels with the form."""
    return input_element(type="hidden", name=name, value=value)


def submit(label: str, *, look: str = "primary", **attributes: Any) -> Element:
    """The button that sends the form; ``look`` is primary, quiet or danger."""
    return button(class_=f"button {look}", type="submit", **attributes)[label]


def error_summary(
    locale: str, errors: Mapping[str, str], *, labels: Mapping[str, str] | None = None
) -> Element | None:
    """What is wrong, on top of the form, each line leading to its field; None when all is well.

    ``errors`` maps a field's name to its text; the name "" is for what concerns no single field.
    """
    if not errors:
        return None
    names = labels or {}
    return div(".notice.bad", id="errors", role="alert", tabindex="-1")[
        h2[translate(locale, N_("Please check what you entered"))],
        ul[
            [
                li[
                    a(href=f"#{control_id(name)}")[
                        f"{names[name]}: {text}" if name in names else text
                    ]
                    if name
                    else text
                ]
                for name, text in errors.items()
            ]
        ],
    ]


def _labelled(
    locale: str, name: str, label: str, control: Node, *, required: bool, help: str, error: str
) -> Element:
    return div(".field")[
        label_element(for_=control_id(name))[label, _optional(locale, required)],
        _help(name, help),
        control,
        _error(name, error),
    ]


def _optional(locale: str, required: bool) -> Node:
    return None if required else span(".optional")[" ", translate(locale, N_("optional"))]


def _help(name: str, text: str) -> Node:
    return p(".help", id=f"{name}-help")[text] if text else None


def _error(name: str, text: str) -> Node:
    return p(".error", id=f"{name}-error")[text] if text else None


def _described(name: str, help: str, error: str) -> str | None:
    ids = [f"{name}-{part}" for part, text in (("help", help), ("error", error)) if text]
    return " ".join(ids) or None


def _state(name: str, help: str, error: str) -> dict[str, Any]:
    return {
        "aria_describedby": _described(name, help, error),
        "aria_invalid": "true" if error else None,
    }
