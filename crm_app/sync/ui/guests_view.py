"""The part "Guests": own domains with suggestions, the ignore list, and who is never a guest."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.sync.ui.guests_state import Guests
from crm_app.ui.components import badge, button, card, field, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def guests_part() -> rx.Component:
    """The part."""
    return rx.el.div(_own(), _ignored(), _never(), class_name="groups")


def _own() -> rx.Component:
    return card(
        rx.cond(
            Guests.own.length() > 0,
            rx.el.ul(rx.foreach(Guests.own, _filter), class_name="filter-chips"),
            rx.el.p(tr("No domain is noted as yours yet."), class_name="hint"),
        ),
        rx.cond(Guests.suggested.length() > 0, _suggestions()),
        _adding(
            "own",
            tr("Add a domain"),
            typed=Guests.typed_own,
            placeholder="example.com",
            help=tr("“*.example.com” also covers everything below it."),
            own=True,
        ),
        title=tr("Your own domains"),
        hint=tr("Whoever has an address there works with you and never becomes a contact."),
        class_name="filters",
    )


def _suggestions() -> rx.Component:
    return rx.el.div(
        rx.el.span(tr("Your colleagues' addresses suggest:"), class_name="hint"),
        rx.foreach(
            Guests.suggested,
            lambda domain: rx.el.button(
                rx.icon("plus", size=14, aria_hidden="true"),
                rx.el.span(domain),
                type="button",
                on_click=Guests.take_suggested(domain),
                aria_label=tr("Add {domain} for everybody", domain=domain),
                class_name="chip-suggested",
            ),
        ),
        class_name="row",
    )


def _ignored() -> rx.Component:
    return card(
        rx.cond(
            Guests.ignored.length() > 0,
            rx.el.ul(rx.foreach(Guests.ignored, _filter), class_name="filter-chips"),
            rx.el.p(
                tr("Nobody is left out yet. The review can put addresses and domains here too."),
                class_name="hint",
            ),
        ),
        _adding(
            "ignored",
            tr("Never make contacts of"),
            typed=Guests.typed_ignored,
            placeholder="ann@example.com",
            help=tr("One address, or a whole domain such as “example.com”."),
            own=False,
        ),
        title=tr("Ignore list"),
        hint=tr(
            "Family, suppliers, newsletters: their events block time, and nothing is made of them."
        ),
        class_name="filters",
    )


def _filter(one: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(
            one["domain"],
            rx.icon("at-sign", size=14, aria_hidden="true"),
            rx.icon("user-round", size=14, aria_hidden="true"),
        ),
        rx.el.span(one["name"], class_name="breaks"),
        rx.cond(
            one["everybody"], badge(tr("everybody"), icon="users-round"), badge(tr("only you"))
        ),
        rx.cond(
            one["may"],
            rx.el.button(
                rx.icon("x", size=14, aria_hidden="true"),
                type="button",
                on_click=Guests.remove(one["id"]),
                aria_label=tr("Remove {name}", name=one["name"]),
                title=tr("Remove {name}", name=one["name"]),
                class_name="chip-remove",
            ),
        ),
        class_name="filter-chip",
    )


def _adding(
    name: str, label: Text, *, typed: Any, placeholder: str, help: Text, own: bool
) -> rx.Component:
    """A field and its buttons; administrators also add for everybody."""
    return rx.el.form(
        field(
            label,
            rx.el.div(
                text_input(
                    name,
                    value=typed,
                    on_change=lambda value: Guests.set_typed(name, value),
                    placeholder=placeholder,
                    auto_complete="off",
                    auto_capitalize="none",
                    spell_check=False,
                    error=Guests.errors[name],
                ),
                button(tr("Add for me"), icon="plus", type="submit"),
                rx.cond(
                    Guests.admin,
                    button(
                        tr("Add for everybody"),
                        icon="users-round",
                        on_click=Guests.add(own, True),
                    ),
                ),
                class_name="adding",
            ),
            name=name,
            help=help,
            error=Guests.errors[name],
        ),
        on_submit=lambda _form: Guests.add(own, False),
        no_validate=True,
    )


def _never() -> rx.Component:
    return card(
        rx.el.ul(
            _fact(
                "user-round", tr("You, under any of your addresses"), Guests.addresses.join(", ")
            ),
            _fact(
                "users-round", tr("Colleagues"), tr("They are linked as users of the workspace.")
            ),
            _fact("door-open", tr("Rooms and equipment"), tr("Resources are no people.")),
            _fact(
                "lock",
                tr("Everybody on private events"),
                tr("Private events only block time, as do events that you declined."),
            ),
            class_name="never-list",
        ),
        title=tr("Never guests, without any filter"),
    )


def _fact(icon: str, name: Text, text: Any) -> rx.Component:
    return rx.el.li(
        rx.icon(icon, size=16, aria_hidden="true"),
        rx.el.div(
            rx.el.strong(name), rx.el.span(text, class_name="hint breaks"), class_name="stack-tight"
        ),
    )
