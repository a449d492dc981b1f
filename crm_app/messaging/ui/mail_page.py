"""Settings > Mail: the server with its form, the address that mail comes from, and a test."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui.mail_state import MailSettings as State
from crm_app.ui.components import (
    badge,
    button,
    checkbox,
    confirm,
    dialog,
    field,
    link_button,
    notice,
    page_header,
    section,
    select,
    skeleton_rows,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Mail")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("How invitations, reminders and links reach people.")),
        rx.cond(
            State.loading,
            skeleton_rows(),
            rx.el.div(_server(), _from(), _test(), class_name="groups"),
        ),
        _server_dialog(),
        confirm(
            title=tr("Remove the mail server?"),
            text=tr("Its password is forgotten, and mail waits in the Outbox from then on."),
            open=State.removing,
            on_close=State.set_removing(False),
            action=button(tr("Remove"), kind="danger", on_click=State.remove_server),
        ),
    )


def _server() -> rx.Component:
    return section(
        tr("Mail server"),
        tr("Any provider's SMTP access will do."),
        rx.match(
            State.way,
            ("own", rx.el.div(_facts(), _own_actions(), class_name="stack")),
            (
                "environment",
                rx.el.div(
                    notice(tr("Set by the server's environment (CRM_SMTP_URL).")),
                    _facts(),
                    rx.el.div(
                        button(tr("Use another server"), on_click=State.set_editing(True)),
                        class_name="row",
                    ),
                    class_name="stack",
                ),
            ),
            rx.el.div(
                notice(
                    tr("Nothing is sent yet: every mail waits on the Outbox page."),
                    tone="warn",
                    title=tr("No mail server is set"),
                ),
                rx.el.div(
                    button(
                        tr("Set a mail server"),
                        icon="plus",
                        kind="primary",
                        on_click=State.set_editing(True),
                    ),
                    link_button(tr("Open the Outbox"), "/outbox"),
                    class_name="row",
                ),
                class_name="stack",
            ),
        ),
    )


def _facts() -> rx.Component:
    server = State.server
    return rx.el.dl(
        rx.el.dt(tr("Server")),
        rx.el.dd(server["host"], ":", server["port"], class_name="breaks tabular"),
        rx.el.dt(tr("Encryption")),
        rx.el.dd(_encryption(server["security"]), rx.cond(server["lenient"], _lenient_badge())),
        rx.el.dt(tr("User name")),
        rx.el.dd(rx.cond(server["username"], server["username"], "–"), class_name="breaks"),
        rx.el.dt(tr("Password")),
        rx.el.dd(
            rx.cond(
                server["has_password"],
                badge(tr("is set"), tone="good", icon="check"),
                badge(tr("is not set")),
            )
        ),
        class_name="facts",
    )


def _encryption(security: Any) -> Any:
    return rx.cond(
        security == "tls", tr("from the start (TLS)"), tr("after the greeting (STARTTLS)")
    )


def _lenient_badge() -> rx.Component:
    return rx.fragment(" ", badge(tr("certificate is not checked"), tone="warn"))


def _own_actions() -> rx.Component:
    return rx.el.div(
        button(tr("Change"), on_click=State.set_editing(True)),
        button(tr("Remove"), kind="danger", on_click=State.set_removing(True)),
        class_name="row",
    )


def _from() -> rx.Component:
    return section(
        tr("Sender"),
        tr("Answers still go to the member whom a mail is about."),
        rx.el.form(
            field(
                tr("Mail comes from"),
                text_input(
                    "mail_from",
                    default_value=State.mail_from,
                    error=State.errors["mail_from"],
                    placeholder="Tandem <mail@example.com>",
                    auto_complete="off",
                ),
                name="mail_from",
                help=tr("Now: {address}. The server must allow it.", address=State.default_from),
                optional=tr("optional"),
                error=State.errors["mail_from"],
            ),
            rx.el.div(button(tr("Save"), type="submit"), class_name="row"),
            on_submit=State.save_from,
            no_validate=True,
            class_name="fields",
        ),
    )


def _test() -> rx.Component:
    return section(
        tr("Test"),
        tr("One message to your own address."),
        rx.cond(
            State.test.length() > 0,
            rx.el.div(
                rx.el.div(
                    badge(State.test["words"], tone=State.test["tone"]),
                    rx.el.span(State.test["to"], class_name="hint breaks"),
                    class_name="row",
                ),
                rx.cond(State.test["reason"], rx.el.p(State.test["reason"], class_name="breaks")),
                class_name="stack",
                role="status",
                custom_attrs={"aria-live": "polite"},
            ),
        ),
        rx.el.div(
            button(tr("Send a test message to me"), icon="send", on_click=State.send_test),
            class_name="row",
        ),
    )


def _server_dialog() -> rx.Component:
    server, errors = State.server, State.errors

    def typed(name: str, label: Text, **props: Any) -> rx.Component:
        known = {"help": props.pop("help", ""), "optional": props.pop("optional", "")}
        return field(
            label,
            text_input(
                name,
                id=f"mail-{name}",
                error=errors[name],
                auto_complete="off",
                spell_check=False,
                **props,
            ),
            name=f"mail-{name}",
            error=errors[name],
            **known,
        )

    return dialog(
        rx.el.form(
            rx.el.div(
                typed(
                    "host",
                    tr("Server"),
                    default_value=server["host"],
                    placeholder="mail.example.com",
                ),
                typed(
                    "port",
                    tr("Port"),
                    default_value=server["port"],
                    input_mode="numeric",
                    placeholder="587",
                ),
                class_name="fields-wide-narrow",
            ),
            field(
                tr("Encryption"),
                select(
                    "security",
                    [
                        ("starttls", tr("after the greeting (STARTTLS)")),
                        ("tls", tr("from the start (TLS)")),
                    ],
                    default_value=rx.cond(server["security"], server["security"], "starttls"),
                ),
                name="security",
                help=tr("Port 587 usually goes with STARTTLS, 465 with TLS."),
            ),
            typed("username", tr("User name"), default_value=server["username"]),
            typed(
                "password",
                tr("Password"),
                type="password",
                help=rx.cond(
                    (State.way == "own") & (server["has_password"] != ""),
                    tr("Leave it empty to keep the one that is set."),
                    tr("Many providers want an app password here."),
                ),
            ),
            rx.cond(
                errors["smtp_url"],
                rx.el.p(errors["smtp_url"], class_name="error", role="alert"),
            ),
            checkbox(
                "lenient",
                tr("Accept a certificate that nobody vouches for"),
                default_checked=server["lenient"] != "",
            ),
            id="mail-server",
            on_submit=State.save_server,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Mail server"),
        hint=tr("The password is stored encrypted and never shown again."),
        open=State.editing,
        on_close=State.set_editing(False),
        actions=(
            button(tr("Cancel"), on_click=State.set_editing(False)),
            button(tr("Save"), kind="primary", type="submit", form="mail-server"),
        ),
    )
