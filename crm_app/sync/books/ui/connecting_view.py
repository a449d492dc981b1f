"""How the dialog "New sync account" looks: the services, and one form (SCT-1)."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from crm_app.core.kinds import AccountPurpose
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Preset, Way
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import button, dialog, field, notice, text_input
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr

PAGE = "/settings/accounts"
CONFIGURATION = "/settings/configuration"
_OTHER = presets.general(AccountPurpose.CONTACTS)
ICONS = {
    "google": "contact-round",
    "microsoft": "contact",
    "icloud": "cloud",
    "nextcloud": "server",
    "fastmail": "mail",
    "carddav": "book-user",
}


def way_to(each: Preset) -> str:
    """The address that leads to a service's own sign-in, and from there back to the page."""
    return f"/connect/{each.key}?{urlencode({'for': 'contacts', 'next': PAGE})}"


def connect_dialog() -> rx.Component:
    """The dialog; its step is in the state."""
    return dialog(
        rx.match(NewAccount.step, ("login", _login()), ("problem", _problem()), _services()),
        title=rx.match(NewAccount.step, ("problem", tr("Not connected")), tr("New sync account")),
        hint=rx.match(
            NewAccount.step,
            ("service", tr("Where are your contacts?")),
            ("problem", tr("Nothing was changed.")),
            tr("Your password is stored encrypted and is never shown again."),
        ),
        open=NewAccount.step != "",
        on_close=NewAccount.close,
        width="520px",
    )


def _services() -> rx.Component:
    return rx.el.div(*(_service(each) for each in presets.FOR_CONTACTS), class_name="service-cards")


def _service(each: Preset) -> rx.Component:
    content = (
        _icon(each),
        _words(each, tr(each.about)),
        rx.icon("chevron-right", size=18, aria_hidden="true"),
    )
    if each.way is not Way.SIGN_IN:
        return rx.el.button(
            *content,
            type="button",
            class_name="service-card",
            on_click=NewAccount.choose(each.key),
        )
    why = NewAccount.missing[each.key]
    return rx.cond(
        why != "",
        rx.el.div(
            _icon(each),
            _words(each, why),
            rx.cond(
                Shell.is_admin,
                rx.link(
                    tr("Configuration"),
                    href=CONFIGURATION,
                    underline="none",
                    class_name="button button-normal button-small",
                ),
            ),
            class_name="service-card service-missing",
        ),
        rx.el.a(
            *content, href=way_to(each), custom_attrs=PAST_THE_ROUTER, class_name="service-card"
        ),
    )


def _icon(each: Preset) -> rx.Component:
    return rx.el.span(rx.icon(ICONS[each.key], size=20, aria_hidden="true"), class_name="tile-icon")


def _words(each: Preset, about: Any) -> rx.Component:
    if each is _OTHER:
        name, about = tr("Any CardDAV server"), tr("Such as mailbox.org, Posteo, GMX or Zimbra")
    else:
        name = each.name
    return rx.el.span(
        rx.el.strong(name), rx.el.span(about, class_name="hint"), class_name="tile-words"
    )


def _problem() -> rx.Component:
    signed_in = [each for each in presets.FOR_CONTACTS if each.way is Way.SIGN_IN]
    return rx.el.div(
        notice(NewAccount.problem, tone="warn"),
        rx.el.div(
            button(tr("Close"), on_click=NewAccount.close),
            rx.match(
                NewAccount.kind,
                *((each.key, _try_again(each)) for each in signed_in),
                rx.fragment(),
            ),
            class_name="floating-actions",
        ),
        class_name="stack",
    )


def _try_again(each: Preset) -> rx.Component:
    return rx.el.a(
        tr("Try again"),
        href=way_to(each),
        custom_attrs=PAST_THE_ROUTER,
        class_name="button button-primary",
    )


def _login() -> rx.Component:
    typed = [each for each in presets.FOR_CONTACTS if each.way is Way.PASSWORD]
    return rx.match(NewAccount.kind, *((each.key, _form(each)) for each in typed), _form(_OTHER))


def _form(each: Preset) -> rx.Component:
    def typed(name: str, label: Any, **props: Any) -> rx.Component:
        error = NewAccount.errors[name]
        control = text_input(name, auto_complete="off", error=error, **props)
        return field(label, control, name=name, error=error)

    return rx.el.form(
        rx.el.p(tr(each.hint), class_name="hint"),
        rx.cond(
            NewAccount.errors["server_url"],
            notice(NewAccount.errors["server_url"], tone="bad"),
        )
        if each.address
        else typed(
            "server_url",
            tr("Server address"),
            type="url",
            default_value=NewAccount.server_url,
            placeholder=each.example,
            auto_capitalize="none",
            spell_check=False,
            auto_focus=True,
        ),
        typed(
            "username",
            tr(each.user_name),
            default_value=NewAccount.username,
            auto_capitalize="none",
            spell_check=False,
            auto_focus=bool(each.address),
        ),
        typed("password", tr("App password"), type="password"),
        rx.el.div(
            button(tr("Back"), kind="quiet", on_click=NewAccount.back),
            button(
                rx.cond(NewAccount.busy, tr("Connecting …"), tr("Connect")),
                kind="primary",
                type="submit",
                busy=NewAccount.busy,
            ),
            class_name="floating-actions",
        ),
        on_submit=NewAccount.connect,
        no_validate=True,
        class_name="stack",
    )
