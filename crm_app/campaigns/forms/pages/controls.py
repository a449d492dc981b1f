"""A form's fields as the controls that fit their kinds.

A field that depends on another one of its page is in the HTML all the same, switched off: the script
brings it in as soon as the answer asks for it, and without a script the next look at the page does.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import htpy as h

from crm_app.booking import when, zones
from crm_app.campaigns.forms import checking
from crm_app.campaigns.forms.answers import answer, controls
from crm_app.campaigns.forms.layout import Field, FieldKind, Layout, Page
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms

# Choices up to this number stand open, more fold into a list.
_FEW = 6
_COMPLETE = {
    "name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "country": "country-name",
}
_TYPES = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel", FieldKind.DATE: "date"}


class Drawn:
    """What a control needs to know of the page around it."""

    def __init__(
        self,
        locale: str,
        values: Mapping[str, str],
        errors: Mapping[str, str],
        *,
        privacy_url: str = "",
        now: datetime,
    ) -> None:
        self.locale, self.values, self.errors = locale, values, errors
        self.privacy_url, self.now = privacy_url, now


def fields_of(layout: Layout, page: Page, shown: frozenset[str], drawn: Drawn) -> list[h.Node]:
    """The page's fields; two that share a line are put side by side."""
    here = {each.id for each in page.fields}
    out: list[h.Node] = []
    for each in page.fields:
        made = control(each, drawn)
        if each.show_if is not None and each.show_if.field in here:
            made = _dependent(layout, each, made, on=each.id in shown)
        elif each.id not in shown:
            continue
        out.append(made)
    return out


def control(each: Field, drawn: Drawn) -> h.Node:
    """One field."""
    if each.kind is FieldKind.HIDDEN:
        return forms.hidden(each.name, drawn.values.get(each.name, ""))
    if each.kind is FieldKind.HEADING:
        return h.div(".block")[h.h2[each.label], h.p(".help")[each.help] if each.help else None]
    if each.kind is FieldKind.CHOICES:
        return _several(each, drawn)
    if each.kind is FieldKind.CHOICE:
        return _one(each, drawn)
    if each.kind in (FieldKind.CHECKBOX, FieldKind.CONSENT):
        return _box(each, drawn)
    return _zone(each, drawn) if each.maps_to == "time_zone" else _line(each, drawn)


def _line(each: Field, drawn: Drawn) -> h.Element:
    common: dict[str, Any] = {
        "value": drawn.values.get(each.name, ""),
        "required": each.required,
        "help": each.help,
        "error": drawn.errors.get(each.name, ""),
        "max_length": checking.longest(each),
    }
    if each.kind is FieldKind.LONG_TEXT:
        return forms.textarea(drawn.locale, each.name, each.label, rows=4, **common)
    return forms.field(
        drawn.locale,
        each.name,
        each.label,
        kind=_TYPES.get(each.kind, "text"),
        autocomplete=_COMPLETE.get(each.maps_to),
        inputmode="decimal" if each.kind is FieldKind.NUMBER else None,
        **common,
    )


def _one(each: Field, drawn: Drawn) -> h.Element:
    options = [(choice, choice) for choice in each.choices]
    value, error = drawn.values.get(each.name, ""), drawn.errors.get(each.name, "")
    if len(options) <= _FEW:
        return forms.radios(
            drawn.locale,
            each.name,
            each.label,
            options,
            value=value,
            required=each.required,
            help=each.help,
            error=error,
        )
    return forms.select(
        drawn.locale,
        each.name,
        each.label,
        [("", translate(drawn.locale, N_("Please choose"))), *options],
        value=value,
        required=each.required,
        help=each.help,
        error=error,
    )


def _several(each: Field, drawn: Drawn) -> h.Element:
    given, error = answer(each, drawn.values), drawn.errors.get(each.name, "")
    described = [
        f"{each.name}-{part}" for part, text in (("help", each.help), ("error", error)) if text
    ]
    optional = translate(drawn.locale, N_("optional"))
    return h.fieldset(
        ".field",
        id=forms.control_id(each.name),
        aria_describedby=" ".join(described) or None,
        tabindex="-1",
    )[
        h.legend[each.label, None if each.required else h.span(".optional")[" ", optional]],
        h.p(".help", id=f"{each.name}-help")[each.help] if each.help else None,
        [
            h.label(".choice")[
                h.input(type="checkbox", name=name, value=choice, checked=choice in given),
                h.span[choice],
            ]
            for name, choice in zip(controls(each), each.choices, strict=True)
        ],
        h.p(".error", id=f"{each.name}-error")[error] if error else None,
    ]


def _box(each: Field, drawn: Drawn) -> h.Element:
    label: h.Node = each.label
    if each.kind is FieldKind.CONSENT and drawn.privacy_url:
        policy = translate(drawn.locale, N_("Privacy policy"))
        link = h.a(href=drawn.privacy_url, target="_blank", rel="noopener")[policy]
        label = [each.label, " ", link]
    return forms.checkbox(
        each.name,
        label,
        checked=drawn.values.get(each.name) == "yes",
        required=each.required,
        help=each.help,
        error=drawn.errors.get(each.name, ""),
    )


def _zone(each: Field, drawn: Drawn) -> h.Element:
    formats = when.formats(drawn.locale, None, "UTC")
    regions = zones.grouped(drawn.locale, formats, at=drawn.now)
    places = [(place.zone, place.label) for _, region in regions for place in region]
    return forms.select(
        drawn.locale,
        each.name,
        each.label,
        [("", translate(drawn.locale, N_("Please choose"))), *places],
        value=drawn.values.get(each.name, ""),
        required=each.required,
        help=each.help,
        error=drawn.errors.get(each.name, ""),
        data_detect_zone=True,
    )


def _dependent(layout: Layout, each: Field, made: h.Node, *, on: bool) -> h.Element:
    condition = each.show_if
    decides = layout.field(condition.field) if condition else None
    rule = {
        "names": list(controls(decides)) if decides else [],
        "op": condition.op if condition else "",
        "value": condition.value if condition else "",
    }
    return h.fieldset(
        ".depends",
        hidden=not on,
        disabled=not on,
        data_field=each.id,
        data_show_if=json.dumps(rule, ensure_ascii=False),
    )[made]
