"""The forms of Settings > Messages: the steps at the service, and what to copy from there."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui.channels_state import Channels as State
from crm_app.ui.components import button, dialog, field, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
_TWILIO_STEPS = (
    N_("Open the Twilio console; its start page shows account SID and auth token."),
    N_("Buy a number that can send text messages, or make a messaging service."),
    N_("Copy all three into this form."),
    N_("Then enter the address that the page shows at the number, as a webhook with POST."),
)
_META_STEPS = (
    N_(
        "At developers.facebook.com, make an app of the type “Business” with the product Messenger."
    ),
    N_("Under “Messenger API settings”, connect your page and generate its token."),
    N_("The app secret stands under App settings > Basic."),
    N_("Think up a verify token, any long word; you enter the same one here and there."),
    N_("Then enter the address that the page shows as callback URL, and subscribe to “messages”."),
)


def _steps(steps: tuple[str, ...], href: str) -> rx.Component:
    return rx.fragment(
        rx.el.ol(*(rx.el.li(tr(step)) for step in steps), class_name="steps"),
        rx.el.div(
            rx.link(
                tr("Open it in a new tab"),
                rx.icon("external-link", size=14, aria_hidden="true"),
                href=href,
                is_external=True,
                class_name="link-out",
            )
        ),
    )


def _typed(name: str, label: Text, **props: Any) -> rx.Component:
    help_text = props.pop("help", "")
    key = f"channel-{name}"
    return field(
        label,
        text_input(
            name,
            id=key,
            auto_complete="off",
            spell_check=False,
            error=State.errors[name],
            **props,
        ),
        name=key,
        help=help_text,
        error=State.errors[name],
    )


def _kept(row: Any) -> Any:
    return rx.cond(row["set"], tr("Leave it empty to keep the one that is set."), "")


def sms_form() -> rx.Component:
    """The account at Twilio."""
    row = State.sms
    return dialog(
        _steps(_TWILIO_STEPS, "https://console.twilio.com"),
        rx.el.form(
            _typed(
                "account_sid",
                tr("Account SID"),
                default_value=row["account_sid"],
                placeholder="AC…",
            ),
            _typed("auth_token", tr("Auth token"), type="password", help=_kept(row)),
            _typed(
                "sender",
                tr("Sender"),
                default_value=row["sender"],
                placeholder="+49 30 123456",
                help=tr(
                    "A number, a name of up to 11 letters where networks allow it, or a messaging "
                    "service (MG…). People can answer only to a number."
                ),
            ),
            id="channel-sms",
            on_submit=State.save_sms,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Account at Twilio"),
        hint=tr("The auth token is stored encrypted and never shown again."),
        open=State.editing == "sms",
        on_close=State.edit(""),
        actions=(
            button(tr("Cancel"), on_click=State.edit("")),
            button(tr("Save"), kind="primary", type="submit", form="channel-sms"),
        ),
    )


def messenger_form() -> rx.Component:
    """The page at Facebook."""
    row = State.messenger
    return dialog(
        _steps(_META_STEPS, "https://developers.facebook.com/apps"),
        rx.el.form(
            _typed("page_id", tr("Page ID"), default_value=row["page_id"], input_mode="numeric"),
            _typed("page_token", tr("Page token"), type="password", help=_kept(row)),
            _typed("app_secret", tr("App secret"), type="password", help=_kept(row)),
            _typed("verify_token", tr("Verify token"), type="password", help=_kept(row)),
            id="channel-messenger",
            on_submit=State.save_messenger,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Page at Facebook"),
        hint=tr("Tokens and secret are stored encrypted and never shown again."),
        open=State.editing == "messenger",
        on_close=State.edit(""),
        actions=(
            button(tr("Cancel"), on_click=State.edit("")),
            button(tr("Save"), kind="primary", type="submit", form="channel-messenger"),
        ),
    )
