"""A calendar's own questions as the controls that fit them (CAL-6)."""

from collections.abc import Mapping

import htpy as h

from crm_app.booking import entered
from crm_app.booking.entered import Question
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms

# Choices up to this number stand open, more fold into a list.
_FEW = 5


def question_control(
    locale: str, question: Question, values: Mapping[str, str], errors: Mapping[str, str]
) -> h.Element:
    """A calendar's own question as the control that fits its kind."""
    name, label = question.name, question.label
    value, error = values.get(name, ""), errors.get(name, "")
    if question.kind == "checkbox":
        return forms.checkbox(
            name, label, checked=value == "yes", required=question.required, error=error
        )
    if question.kind == "choice":
        return _choice(locale, question, value, error)
    if question.kind == "long_text":
        return forms.textarea(
            locale, name, label, value=value, required=question.required, error=error
        )
    phone = question.kind == "phone"
    return forms.field(
        locale,
        name,
        label,
        kind="tel" if phone else "text",
        value=value,
        required=question.required,
        error=error,
        max_length=entered.LONGEST_PHONE if phone else entered.LONGEST_LINE,
        autocomplete="tel" if phone else None,
    )


def _choice(locale: str, question: Question, value: str, error: str) -> h.Element:
    options = [(choice, choice) for choice in question.choices]
    if len(options) <= _FEW:
        return forms.radios(
            locale,
            question.name,
            question.label,
            options,
            value=value,
            required=question.required,
            error=error,
        )
    nothing = ("", translate(locale, N_("Please choose")))
    return forms.select(
        locale,
        question.name,
        question.label,
        [nothing, *options],
        value=value,
        required=question.required,
        error=error,
    )
