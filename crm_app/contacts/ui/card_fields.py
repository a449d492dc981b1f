"""The views of the card's fields, each by its key; the form puts them where the layout says.

The same views make the card and its preview in the layout studio: a ``Source`` names the state whose
vars they show. Inputs keep what is typed in the browser until the card is saved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from crm_app.accounts import time_zones
from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.layouts import FIELDS
from crm_app.contacts.ui.card_lines import address_lines, group, own_lines, value_lines
from crm_app.contacts.ui.card_source import Source
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import field, notice, select, text_area, text_input
from crm_app.ui.words import tr

CHANNEL_NAMES: dict[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "call": N_("Calls"),
    "messenger": N_("Messenger"),
}
View = Callable[[Source], rx.Component]


def _label(key: str) -> rx.Var[str]:
    return tr(FIELDS[key].label)


def _text(key: str) -> View:
    def view(source: Source) -> rx.Component:
        error = source.errors[key]
        return field(
            _label(key),
            text_input(
                key,
                default_value=getattr(source.head, key),
                auto_complete="off",
                error=error,
                **source.typed,
            ),
            name=key,
            error=error,
        )

    return view


def _company(source: Source) -> rx.Component:
    error = source.errors["company_id"]
    return field(
        _label("company"),
        rx.fragment(
            text_input(
                "company",
                default_value=source.head.company,
                list="known-companies",
                auto_complete="off",
                error=error,
                **source.company_typed,
            ),
            rx.el.datalist(
                rx.foreach(source.companies, lambda name: rx.el.option(value=name)),
                id="known-companies",
            ),
        ),
        name="company",
        help=tr("A new name adds the company."),
        error=error,
    )


def _chosen(key: str, options: list[tuple[str, Any]]) -> View:
    def view(source: Source) -> rx.Component:
        error = source.errors[key]
        value = getattr(source.head, key)
        control = select(key, options, default_value=value, error=error, **source.chosen)
        return field(_label(key), control, name=key, error=error)

    return view


def _kind(source: Source) -> rx.Component:
    order = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)
    return _chosen("kind", [(each.value, tr(KIND_NAMES[each])) for each in order])(source)


def _locale(source: Source) -> rx.Component:
    return _chosen("locale", [("", tr("Not known")), *LOCALE_NAMES.items()])(source)


def _time_zone(source: Source) -> rx.Component:
    return _chosen("time_zone", [("", tr("Not known")), *time_zones.choices()])(source)


def _emails(source: Source) -> rx.Component:
    bounced = source.head.bounced
    return rx.el.div(
        value_lines(source, "email", "emails", _label("emails"), tr("Add e-mail")),
        rx.cond(
            bounced,
            notice(
                tr(
                    "Mail to {addresses} came back: nobody has this address. "
                    "Campaigns leave it out.",
                    addresses=bounced,
                ),
                tone="warn",
            ),
        ),
        class_name="stack",
    )


def _phones(source: Source) -> rx.Component:
    return value_lines(source, "phone", "phones", _label("phones"), tr("Add phone"))


def _channels(source: Source) -> rx.Component:
    return group(
        _label("do_not_disturb"),
        rx.el.p(tr("No messages are sent on the ticked channels."), class_name="help"),
        rx.el.div(*(_channel(source, name) for name in CHANNELS), class_name="channels"),
        error=source.errors["do_not_disturb"],
    )


def _channel(source: Source, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=f"quiet-{name}",
            default_checked=source.quiet.contains(name),
            class_name="checkbox",
            **source.chosen,
        ),
        rx.el.span(tr(CHANNEL_NAMES[name])),
        class_name="check-row",
    )


def _note(source: Source) -> rx.Component:
    area = text_area("note", default_value=source.head.note, rows="3", **source.typed)
    return field(_label("note"), area, name="note", error=source.errors["note"])


def _created(source: Source) -> rx.Component:
    return rx.el.div(
        rx.el.span(_label("created"), class_name="label"),
        rx.el.span(source.head.made, class_name="card-fact"),
        class_name="field",
    )


VIEWS: dict[str, View] = {
    "name": _text("name"),
    "first_name": _text("first_name"),
    "last_name": _text("last_name"),
    "company": _company,
    "kind": _kind,
    "emails": _emails,
    "phones": _phones,
    "addresses": lambda source: address_lines(source, _label("addresses")),
    "locale": _locale,
    "time_zone": _time_zone,
    "do_not_disturb": _channels,
    "custom": lambda source: own_lines(source, _label("custom")),
    "note": _note,
    "created": _created,
}


def own_field(source: Source, shown: Any) -> rx.Component:
    """An own field in a place of its own; ``shown`` is the var of a ``CardField``."""
    return rx.el.label(
        rx.el.span(shown.label, class_name="label"),
        rx.el.input(
            name=shown.name,
            default_value=shown.value,
            auto_complete="off",
            class_name="input",
            **source.typed,
        ),
        class_name="field",
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """How a field of a room above looks: the real one, or what stands for it in a preview."""

    key: str
    view: rx.Component


def card_field(source: Source, shown: Any, outside: tuple[Outside, ...]) -> rx.Component:
    """A field in its place. The card's own are closed to those who may only see the contact."""
    return rx.el.div(
        rx.match(
            shown.kind,
            *((key, _closable(source, view(source))) for key, view in VIEWS.items()),
            *((each.key, each.view) for each in outside),
            _closable(source, own_field(source, shown)),
        ),
        class_name=rx.cond(shown.wide, "card-field", "card-field card-field-half"),
        key=shown.key,
    )


def _closable(source: Source, view: rx.Component) -> rx.Component:
    return rx.el.fieldset(
        view, disabled=~source.head.may_change, role="presentation", class_name="card-closable"
    )
