"""Form controls of the public pages.

One shape everywhere: label above, help below it, the control, and the error in words beside it,
tied together for screen readers. What was typed always comes back as ``value``. Texts arrive in
the reader's language; ``locale`` is there for the few words that the controls bring themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h

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
) -> h.Element:
    """A one-line input. ``kind`` is its HTML type; ``attributes`` go to the input as they are."""
    control = h.input(
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
) -> h.Element:
    """An input of several lines."""
    control = h.textarea(
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
) -> h.Element:
    """A choice from a list of (value, text)."""
    control = h.select(
        id=control_id(name),
        name=name,
        required=required,
        **_state(name, help, error),
        **attributes,
    )[[h.option(value=each, selected=each == value)[text] for each, text in options]]
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
) -> h.Element:
    """A choice from a few (value, text), all in view."""
    return h.fieldset(
        ".field", id=control_id(name), aria_describedby=_described(name, help, error), tabindex="-1"
    )[
        h.legend[label, _optional(locale, required)],
        _help(name, help),
        [
            h.label(".choice")[
                h.input(
                    type="radio", name=name, value=each, checked=each == value, required=required
                ),
                h.span[text],
            ]
            for each, text in options
        ],
        _error(name, error),
    ]


def checkbox(
    name: str,
    label: h.Node,
    *,
    checked: bool = False,
    required: bool = False,
    help: str = "",
    error: str = "",
) -> h.Element:
    """A single box that is ticked or not."""
    return h.div(".field")[
        h.label(".choice")[
            h.input(
                id=control_id(name),
                type="checkbox",
                name=name,
                value="yes",
                checked=checked,
                required=required,
                **_state(name, help, error),
            ),
            h.span[label],
        ],
        _help(name, help),
        _error(name, error),
    ]


def hidden(name: str, value: str) -> h.VoidElement:
    """A value that travels with the form."""
    return h.input(type="hidden", name=name, value=value)


def submit(label: str, *, look: str = "primary", **attributes: Any) -> h.Element:
    """The button that sends the form; ``look`` is primary, quiet or danger."""
    return h.button(class_=f"button {look}", type="submit", **attributes)[label]


def error_summary(
    locale: str, errors: Mapping[str, str], *, labels: Mapping[str, str] | None = None
) -> h.Element | None:
    """What is wrong, on top of the form, each line leading to its field; None when all is well.

    ``errors`` maps a field's name to its text; the name "" is for what concerns no single field.
    """
    if not errors:
        return None
    names = labels or {}
    return h.div(".notice.bad", id="errors", role="alert", tabindex="-1")[
        h.h2[translate(locale, N_("Please check what you entered"))],
        h.ul[
            [
                h.li[
                    h.a(href=f"#{control_id(name)}")[
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
    locale: str, name: str, label: str, control: h.Node, *, required: bool, help: str, error: str
) -> h.Element:
    return h.div(".field")[
        h.label(for_=control_id(name))[label, _optional(locale, required)],
        _help(name, help),
        control,
        _error(name, error),
    ]


def _optional(locale: str, required: bool) -> h.Node:
    return None if required else h.span(".optional")[" ", translate(locale, N_("optional"))]


def _help(name: str, text: str) -> h.Node:
    return h.p(".help", id=f"{name}-help")[text] if text else None


def _error(name: str, text: str) -> h.Node:
    return h.p(".error", id=f"{name}-error")[text] if text else None


def _described(name: str, help: str, error: str) -> str | None:
    ids = [f"{name}-{part}" for part, text in (("help", help), ("error", error)) if text]
    return " ".join(ids) or None


def _state(name: str, help: str, error: str) -> dict[str, Any]:
    return {
        "aria_describedby": _described(name, help, error),
        "aria_invalid": "true" if error else None,
    }
