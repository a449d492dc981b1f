"""How the dialog "Connect a calendar" looks: three steps, one question each."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Preset, Way
from crm_app.sync.ui import shown
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import button, dialog, field, notice, text_input
from crm_app.ui.words import tr

ICONS = {
    "google": "calendar",
    "microsoft": "calendar-range",
    "icloud": "cloud",
    "nextcloud": "server",
    "fastmail": "mail",
    "caldav": "calendar-sync",
    "ics": "rss",
}


def name_of(each: Preset) -> rx.Var[str] | str:
    """What people call the service."""
    if each is presets.OTHER:
        return tr("Another service")
    return tr("Calendar feed (ICS)") if each is presets.FEED else rx.Var.create(each.name)


def way_to(each: Preset, page: str) -> str:
    """The address that leads to a service's own sign-in, and from there back to ``page``."""
    return f"/connect/{each.key}?{urlencode({'next': page})}"


def connect_dialog(page: str = "/settings/connections") -> rx.Component:
    """The dialog; its step is in the state. ``page``: the one that it is on."""
    return dialog(
        rx.match(
            Connecting.step,
            ("login", _login()),
            ("calendars", _calendars()),
            ("problem", _problem(page)),
            _services(page),
        ),
        title=rx.match(
            Connecting.step,
            ("calendars", tr("What are these calendars for?")),
            ("problem", tr("Not connected")),
            tr("Connect a calendar"),
        ),
        hint=rx.match(
            Connecting.step,
            ("service", tr("Where is your calendar?")),
            ("calendars", tr("You can change it at any time.")),
            ("problem", tr("Nothing was changed.")),
            rx.cond(
                Connecting.kind == presets.FEED.key,
                tr("The address is stored encrypted and is never shown again."),
                tr("Your password is stored encrypted and is never shown again."),
            ),
        ),
        open=Connecting.step != "",
        on_close=Connecting.close,
        width="520px",
    )


def _services(page: str) -> rx.Component:
    return rx.el.div(*(_service(each, page) for each in presets.ALL), class_name="service-cards")


def _service(each: Preset, page: str) -> rx.Component:
    content = (_icon(each), _words(each, tr(each.about)), _onwards())
    if each.way is not Way.SIGN_IN:
        return rx.el.button(
            *content,
            type="button",
            class_name="service-card",
            on_click=Connecting.choose(each.key),
        )
    why = Connecting.missing[each.key]
    return rx.cond(
        why != "",
        rx.el.div(_icon(each), _words(each, why), class_name="service-card service-missing"),
        rx.el.a(
            *content,
            href=way_to(each, page),
            custom_attrs=PAST_THE_ROUTER,
            class_name="service-card",
        ),
    )


def _icon(each: Preset) -> rx.Component:
    return rx.el.span(rx.icon(ICONS[each.key], size=20, aria_hidden="true"), class_name="tile-icon")


def _words(each: Preset, about: Any) -> rx.Component:
    return rx.el.span(
        rx.el.strong(name_of(each)), rx.el.span(about, class_name="hint"), class_name="tile-words"
    )


def _onwards() -> rx.Component:
    return rx.icon("chevron-right", size=18, aria_hidden="true")


def _problem(page: str) -> rx.Component:
    return rx.el.div(
        notice(Connecting.problem, tone="warn"),
        rx.el.div(
            button(tr("Close"), on_click=Connecting.close),
            rx.match(
                Connecting.kind,
                *((each.key, _try_again(each, page)) for each in presets.SIGN_IN),
                rx.fragment(),
            ),
            class_name="floating-actions",
        ),
        class_name="stack",
    )


def _try_again(each: Preset, page: str) -> rx.Component:
    return rx.el.a(
        tr("Try again"),
        href=way_to(each, page),
        custom_attrs=PAST_THE_ROUTER,
        class_name="button button-primary",
    )


def _login() -> rx.Component:
    typed = [each for each in presets.ALL if each.way is not Way.SIGN_IN]
    return rx.match(
        Connecting.kind, *((each.key, _form(each)) for each in typed), _form(presets.OTHER)
    )


def _form(each: Preset) -> rx.Component:
    return rx.el.form(
        rx.el.p(tr(each.hint), class_name="hint"),
        _address(each),
        *([_username(each), _password()] if each.way is Way.PASSWORD else []),
        rx.el.div(
            button(tr("Back"), kind="quiet", on_click=Connecting.back),
            button(
                rx.cond(Connecting.busy, tr("Connecting …"), tr("Connect")),
                kind="primary",
                type="submit",
                busy=Connecting.busy,
            ),
            class_name="floating-actions",
        ),
        on_submit=Connecting.connect,
        no_validate=True,
        class_name="stack",
    )


def _username(each: Preset) -> rx.Component:
    return field(
        tr(each.user_name),
        text_input(
            "username",
            default_value=Connecting.username,
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            auto_focus=bool(each.address),
            error=Connecting.errors["username"],
        ),
        name="username",
        error=Connecting.errors["username"],
    )


def _password() -> rx.Component:
    return field(
        tr("App password"),
        text_input(
            "password",
            type="password",
            auto_complete="off",
            error=Connecting.errors["password"],
        ),
        name="password",
        error=Connecting.errors["password"],
    )


def _address(each: Preset) -> rx.Component:
    if each.address:
        return rx.cond(
            Connecting.errors["server_url"], notice(Connecting.errors["server_url"], tone="bad")
        )
    secret = each.way is Way.ADDRESS
    return field(
        tr("Address of the calendar") if secret else tr("Server address"),
        text_input(
            "server_url",
            type="url",
            default_value="" if secret else Connecting.server_url,
            placeholder=each.example,
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            auto_focus=True,
            error=Connecting.errors["server_url"],
        ),
        name="server_url",
        error=Connecting.errors["server_url"],
    )


def _calendars() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Connecting.found.length() > 0,
            rx.fragment(rx.cond(Connecting.can_write, _write_where()), _block_what()),
            notice(tr("This account has no calendars yet."), tone="warn"),
        ),
        rx.el.div(
            button(tr("Done"), kind="primary", on_click=Connecting.finish),
            class_name="floating-actions",
        ),
        class_name="stack",
    )


def _write_where() -> rx.Component:
    keep = rx.cond(
        Connecting.linked_before,
        rx.el.option(
            tr("As before: {name}", name=Connecting.linked_before), value=Connecting.linked
        ),
    )
    return field(
        tr("Write my appointments to"),
        rx.el.div(
            rx.el.select(
                rx.cond(
                    Connecting.linked_before == "",
                    rx.el.option(tr("Choose a calendar"), value="", disabled=True),
                ),
                rx.foreach(
                    Connecting.found,
                    lambda one: rx.cond(
                        one["writable"], rx.el.option(one["name"], value=one["id"])
                    ),
                ),
                keep,
                rx.el.option(tr("Do not write them anywhere"), value=shown.NOWHERE),
                id="write-where",
                class_name="input",
                value=Connecting.linked,
                on_change=Connecting.choose_linked,
                aria_invalid=rx.cond(Connecting.errors["write-where"], "true", "false"),
                aria_describedby="write-where-error",
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        name="write-where",
        error=Connecting.errors["write-where"],
    )


def _block_what() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("These block my time"), class_name="label"),
        rx.el.ul(rx.foreach(Connecting.found, _tick), class_name="calendar-list"),
        class_name="plain-fieldset",
    )


def _tick(one: Any) -> rx.Component:
    is_linked = Connecting.linked == one["id"]
    return rx.el.li(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                class_name="checkbox",
                checked=(one["used"] != "") | is_linked,
                disabled=is_linked,
                on_change=lambda on: Connecting.use(one["id"], on),
            ),
            rx.el.span(
                class_name="calendar-color",
                style={"background": rx.cond(one["color"], one["color"], "var(--control)")},
                aria_hidden="true",
            ),
            rx.el.span(one["name"], class_name="breaks"),
            class_name="calendar-name",
        ),
    )
