"""Settings > Messages: how text messages, Messenger and signed calls leave, and how fast."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui import channels_forms
from crm_app.messaging.ui.channels_state import Channels as State
from crm_app.ui.components import (
    badge,
    button,
    confirm,
    field,
    link_button,
    notice,
    page_header,
    section,
    skeleton_rows,
    switch_row,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Messages")
_LIMITED = (
    ("email", N_("E-mail")),
    ("sms", N_("SMS")),
    ("messenger", N_("Messenger")),
    ("webhook", N_("Web addresses")),
)


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("How campaigns and people reach your contacts besides by mail."),
            link_button(tr("Mail server"), "/settings/mail"),
        ),
        rx.cond(
            State.loading,
            skeleton_rows(),
            rx.el.div(
                _unreachable(),
                _sms(),
                _messenger(),
                _google(),
                _calls(),
                _limits(),
                _opens(),
                class_name="groups",
            ),
        ),
        channels_forms.sms_form(),
        channels_forms.messenger_form(),
        confirm(
            title=tr("Forget this account?"),
            text=tr("Its tokens are forgotten, and its messages wait in the Outbox from then on."),
            open=State.removing != "",
            on_close=State.ask_to_remove(""),
            action=button(tr("Remove"), kind="danger", on_click=State.remove),
        ),
        confirm(
            title=tr("Sign with a new secret?"),
            text=tr("Receivers that check calls refuse them until they know the new one."),
            open=State.renewing,
            on_close=State.set_renewing(False),
            action=button(tr("Make a new secret"), kind="danger", on_click=State.renew_secret),
        ),
    )


def _unreachable() -> rx.Component:
    return rx.cond(
        State.addresses["reachable"],
        rx.fragment(),
        notice(
            tr(
                "Answers and reports need an address that the internet reaches by https:// "
                "(CRM_PUBLIC_URL). Sending works without."
            ),
            tone="warn",
        ),
    )


def to_copy(label: Text, text: Any) -> rx.Component:
    """An address with a button that copies it."""
    return rx.el.div(
        rx.el.span(label, class_name="hint"),
        rx.el.code(text),
        button(
            tr("Copy"),
            icon="copy",
            small=True,
            kind="quiet",
            on_click=[rx.set_clipboard(text), rx.toast.success(tr("Copied."))],
        ),
        class_name="copy-box",
    )


def _nothing_set(channel: str, words: Text) -> rx.Component:
    return rx.el.div(
        notice(words, tone="warn", title=tr("Not set up")),
        rx.el.div(
            button(tr("Set up"), icon="plus", kind="primary", on_click=State.edit(channel)),
            link_button(tr("Open the Outbox"), "/outbox"),
            class_name="row",
        ),
        class_name="stack",
    )


def _acts(channel: str) -> rx.Component:
    return rx.el.div(
        button(tr("Change"), on_click=State.edit(channel)),
        button(tr("Remove"), kind="danger", on_click=State.ask_to_remove(channel)),
        class_name="row",
    )


def _switch(channel: str, row: Any) -> rx.Component:
    return switch_row(
        f"{channel}-enabled",
        tr("Send"),
        tr("Off: messages wait in the Outbox."),
        checked=row["enabled"] != "",
        on_change=lambda on: State.set_enabled(channel, on),
    )


def _facts(*lines: tuple[Text, Any]) -> rx.Component:
    return rx.el.dl(
        *(
            rx.fragment(rx.el.dt(label), rx.el.dd(value, class_name="breaks"))
            for label, value in lines
        ),
        class_name="facts",
    )


def _is_set() -> rx.Component:
    return badge(tr("is set"), tone="good", icon="check")


def _sms() -> rx.Component:
    row = State.sms
    return section(
        tr("SMS"),
        tr("Text messages through Twilio, with your own account."),
        rx.cond(
            row["set"],
            rx.el.div(
                _switch("sms", row),
                _facts(
                    (tr("Account SID"), row["account_sid"]),
                    (tr("Auth token"), _is_set()),
                    (tr("Sender"), row["sender"]),
                ),
                to_copy(tr("For the number at Twilio: “A message comes in”"), _incoming()),
                rx.el.p(
                    tr(
                        "Reports of delivery come to {address}; each message says so itself, "
                        "there is nothing to enter.",
                        address=State.addresses["status"],
                    ),
                    class_name="hint breaks",
                ),
                _acts("sms"),
                _test(),
                class_name="stack",
            ),
            _nothing_set(
                "sms", tr("Text messages wait on the Outbox page until an account is set.")
            ),
        ),
    )


def _incoming() -> Any:
    return State.addresses["incoming"]


def _test() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            field(
                tr("Send a test message to"),
                text_input(
                    "number",
                    type="tel",
                    auto_complete="tel",
                    placeholder="+49 30 123456",
                    error=State.errors["number"],
                ),
                name="number",
                error=State.errors["number"],
            ),
            rx.el.div(button(tr("Send"), icon="send", type="submit"), class_name="row"),
            on_submit=State.send_test,
            no_validate=True,
            class_name="fields",
        ),
        rx.el.div(
            rx.cond(
                State.test.length() > 0,
                rx.el.div(
                    badge(State.test["words"], tone=State.test["tone"]),
                    rx.el.span(State.test["to"], class_name="hint breaks"),
                    rx.cond(
                        State.test["reason"], rx.el.p(State.test["reason"], class_name="breaks")
                    ),
                    class_name="row",
                ),
            ),
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        class_name="stack",
    )


def _messenger() -> rx.Component:
    row = State.messenger
    return section(
        tr("Facebook Messenger"),
        tr("Answers to people who wrote to your page, within 24 hours of their last message."),
        rx.cond(
            row["set"],
            rx.el.div(
                _switch("messenger", row),
                _facts(
                    (tr("Page ID"), row["page_id"]),
                    (tr("Page token"), _is_set()),
                    (tr("App secret"), _is_set()),
                    (tr("Verify token"), _is_set()),
                ),
                to_copy(tr("Callback URL for the app at Meta"), State.addresses["messenger"]),
                rx.el.p(tr("Subscribe the page to the field “messages” there."), class_name="hint"),
                _acts("messenger"),
                class_name="stack",
            ),
            _nothing_set("messenger", tr("Messages wait on the Outbox page until a page is set.")),
        ),
    )


def _google() -> rx.Component:
    return section(
        tr("Google Business messages"),
        tr("There is nothing to set up."),
        notice(
            tr(
                "Google ended this service in July 2024. Campaigns keep the step, for campaigns "
                "that come from elsewhere; it waits its time, sends nothing and says so."
            )
        ),
    )


def _calls() -> rx.Component:
    return section(
        tr("Calls to web addresses"),
        tr("A campaign's step can call an address of yours. Every call is signed."),
        rx.el.div(
            rx.el.p(
                tr(
                    "A receiver checks the headers webhook-id, webhook-timestamp and "
                    "webhook-signature with this secret, as Standard Webhooks describe it."
                ),
                class_name="hint",
            ),
            rx.cond(State.secret, to_copy(tr("Secret"), State.secret)),
            rx.el.div(
                button(
                    rx.cond(State.secret, tr("Hide the secret"), tr("Show the secret")),
                    on_click=State.show_secret,
                ),
                button(tr("Make a new secret"), on_click=State.set_renewing(True)),
                class_name="row",
            ),
            class_name="stack",
        ),
    )


def _limits() -> rx.Component:
    def limit(channel: str, label: str) -> rx.Component:
        name = f"limit-{channel}"
        return field(
            tr(label),
            text_input(
                name,
                default_value=State.limits[channel],
                input_mode="numeric",
                error=State.errors[name],
            ),
            name=name,
            optional=tr("optional"),
            error=State.errors[name],
        )

    return section(
        tr("Most messages a minute"),
        tr(
            "For campaigns. What is over it waits for its turn; nothing is dropped. "
            "Empty: no limit."
        ),
        rx.el.form(
            *(limit(channel, label) for channel, label in _LIMITED),
            rx.el.div(button(tr("Save"), type="submit"), class_name="row"),
            on_submit=State.save_limits,
            no_validate=True,
            class_name="fields",
        ),
    )


def _opens() -> rx.Component:
    return section(
        tr("Openings"),
        tr("Clicks on links are always counted; they are what people do."),
        switch_row(
            "measure-opens",
            tr("Measure whether campaign mail is opened"),
            tr(
                "Puts an invisible picture into it. Mail programs load it by themselves or never, "
                "so the number says little, and in many places people have to agree first."
            ),
            checked=State.opens,
            on_change=State.set_opens,
        ),
    )
