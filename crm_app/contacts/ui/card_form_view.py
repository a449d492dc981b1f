"""The form with the details of a contact. Inputs keep what is typed until the save bar is used."""

from typing import Any

import reflex as rx

from crm_app.accounts import time_zones
from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.shown import KIND_NAMES, Entry, Place
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import (
    button,
    field,
    icon_button,
    notice,
    save_bar,
    select,
    text_area,
    text_input,
)
from crm_app.ui.words import tr

CHANNEL_NAMES: dict[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "call": N_("Calls"),
    "messenger": N_("Messenger"),
}
_head, _errors = ContactCard.head, ContactCard.errors
# One event a second says that something was typed; the texts themselves stay in the browser.
_typed = ContactCard.touch.throttle(1000)


def details_form() -> rx.Component:
    """The form; a contact that may only be seen shows it disabled."""
    return rx.el.form(
        rx.cond(
            _head.may_change | (_head.deleted != ""),
            rx.fragment(),
            rx.el.p(
                rx.icon("lock", size=14, aria_hidden="true"),
                tr("You may see this contact; its owner and administrators change it."),
                class_name="hint locked",
            ),
        ),
        rx.el.fieldset(
            _names(),
            _lines("email", tr("E-mail addresses"), tr("Add e-mail"), ContactCard.emails, "emails"),
            rx.cond(
                _head.bounced,
                notice(
                    tr(
                        "Mail to {addresses} came back: nobody has this address. "
                        "Campaigns leave it out.",
                        addresses=_head.bounced,
                    ),
                    tone="warn",
                ),
            ),
            _lines("phone", tr("Phone numbers"), tr("Add phone"), ContactCard.phones, "phones"),
            _places(),
            _settings(),
            _custom(),
            field(
                tr("Note"),
                text_area("note", default_value=_head.note, on_change=_typed, rows="3"),
                name="note",
            ),
            disabled=~_head.may_change,
            class_name="card-fields",
        ),
        rx.el.p(tr("Made on {when}", when=_head.made), class_name="help"),
        save_bar(
            ContactCard.dirty,
            text=tr("Not saved yet"),
            save=button(tr("Save"), kind="primary", type="submit"),
            discard=button(tr("Discard"), on_click=ContactCard.discard),
        ),
        key="card-" + _head.id.to_string() + "-" + ContactCard.version.to_string(),
        on_submit=ContactCard.save,
        no_validate=True,
    )


def _names() -> rx.Component:
    kinds = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)
    kind = field(
        tr("Kind"),
        select(
            "kind",
            [(each.value, tr(KIND_NAMES[each])) for each in kinds],
            default_value=_head.kind,
            on_change=lambda _value: ContactCard.touch,
            error=_errors["kind"],
        ),
        name="kind",
        error=_errors["kind"],
    )
    return rx.cond(
        _head.kind == ContactKind.COMPANY.value,
        rx.el.div(_text("name", tr("Name"), _head.name), kind, class_name="fields-two"),
        rx.el.div(
            _text(
                "first_name",
                tr("First name"),
                _head.first_name,
                error=rx.cond(_errors["name"], _errors["name"], _errors["first_name"]),
            ),
            _text("last_name", tr("Last name"), _head.last_name),
            field(
                tr("Company"),
                rx.fragment(
                    text_input(
                        "company",
                        default_value=_head.company,
                        list="known-companies",
                        auto_complete="off",
                        on_change=ContactCard.look_for_company.debounce(250),
                        error=_errors["company_id"],
                    ),
                    rx.el.datalist(
                        rx.foreach(ContactCard.companies, lambda name: rx.el.option(value=name)),
                        id="known-companies",
                    ),
                ),
                name="company",
                help=tr("A new name adds the company."),
                error=_errors["company_id"],
            ),
            kind,
            class_name="fields-two",
        ),
    )


def _text(name: str, label: Any, value: Any, *, error: Any = None) -> rx.Component:
    told = _errors[name] if error is None else error
    return field(
        label,
        text_input(name, default_value=value, on_change=_typed, auto_complete="off", error=told),
        name=name,
        error=told,
    )


def _group(label: Any, *content: Any) -> rx.Component:
    return rx.el.fieldset(rx.el.legend(label, class_name="label"), *content, class_name="lines")


def _add(label: Any, kind: str) -> rx.Component:
    return rx.cond(
        _head.may_change,
        button(label, icon="plus", kind="quiet", small=True, on_click=ContactCard.add_line(kind)),
    )


def _remove(kind: str, key: Any) -> rx.Component:
    return rx.cond(
        _head.may_change,
        icon_button("x", tr("Remove"), on_click=ContactCard.remove_line(kind, key)),
    )


def _lines(kind: str, label: Any, add: Any, lines: Any, errors: str) -> rx.Component:
    def line(entry: rx.Var[Entry], index: rx.Var[int]) -> rx.Component:
        error = _errors[f"{errors}." + index.to_string()]
        return rx.el.div(
            rx.el.div(
                _bare(f"{kind}-" + entry.key, entry.value, label, error=error),
                _bare(f"{kind}-" + entry.key + "-label", entry.label, tr("What for")),
                _remove(kind, entry.key),
                class_name="line",
            ),
            rx.cond(
                error,
                rx.el.p(
                    rx.icon("circle-alert", size=14, aria_hidden="true"),
                    error,
                    class_name="error",
                    role="alert",
                ),
            ),
            key=entry.key,
        )

    return _group(label, rx.foreach(lines, line), _add(add, kind))


def _bare(name: Any, value: Any, label: Any, *, error: Any = "") -> rx.Component:
    return rx.el.input(
        name=name,
        default_value=value,
        placeholder=label,
        aria_label=label,
        aria_invalid=rx.cond(error, "true", "false"),
        auto_complete="off",
        on_change=_typed,
        class_name="input",
    )


def _places() -> rx.Component:
    def place(each: rx.Var[Place]) -> rx.Component:
        start = "place-" + each.key
        return rx.el.div(
            rx.el.div(
                _bare(start + "-street", each.street, tr("Street and number")),
                _remove("place", each.key),
                class_name="line",
            ),
            rx.el.div(
                _bare(start + "-postal_code", each.postal_code, tr("Postal code")),
                _bare(start + "-city", each.city, tr("City")),
                class_name="line line-city",
            ),
            rx.el.div(
                _bare(start + "-region", each.region, tr("Region")),
                _bare(start + "-country", each.country, tr("Country")),
                class_name="line line-even",
            ),
            rx.el.input(type="hidden", name=start + "-label", default_value=each.label),
            class_name="place",
            key=each.key,
        )

    return _group(
        tr("Addresses"), rx.foreach(ContactCard.places, place), _add(tr("Add address"), "place")
    )


def _settings() -> rx.Component:
    zones = [("", tr("Not known")), *time_zones.choices()]
    languages = [("", tr("Not known")), *LOCALE_NAMES.items()]
    return rx.fragment(
        rx.el.div(
            field(
                tr("Language"),
                select(
                    "locale",
                    languages,
                    default_value=_head.locale,
                    on_change=lambda _value: ContactCard.touch,
                ),
                name="locale",
                error=_errors["locale"],
            ),
            field(
                tr("Time zone"),
                select(
                    "time_zone",
                    zones,
                    default_value=_head.time_zone,
                    on_change=lambda _value: ContactCard.touch,
                ),
                name="time_zone",
                error=_errors["time_zone"],
            ),
            class_name="fields-two",
        ),
        _group(
            tr("Do not disturb"),
            rx.el.p(tr("No messages are sent on the ticked channels."), class_name="help"),
            rx.el.div(*(_channel(name) for name in CHANNELS), class_name="channels"),
        ),
    )


def _channel(name: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=f"quiet-{name}",
            default_checked=ContactCard.quiet.contains(name),
            on_change=lambda _on: ContactCard.touch,
            class_name="checkbox",
        ),
        rx.el.span(tr(CHANNEL_NAMES[name])),
        class_name="check-row",
    )


def _custom() -> rx.Component:
    def line(entry: rx.Var[Entry]) -> rx.Component:
        return rx.el.div(
            _bare("custom-" + entry.key + "-label", entry.label, tr("Field")),
            _bare("custom-" + entry.key, entry.value, tr("Value")),
            _remove("custom", entry.key),
            class_name="line line-even",
            key=entry.key,
        )

    return _group(
        tr("Own fields"), rx.foreach(ContactCard.custom, line), _add(tr("Add field"), "custom")
    )
