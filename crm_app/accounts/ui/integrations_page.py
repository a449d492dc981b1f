"""Settings > Integrations: sign-in with Google and Microsoft, with the steps to take over there."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.integrations_state import Integrations as State
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    card,
    confirm,
    dialog,
    field,
    page_header,
    skeleton_rows,
    switch_row,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Integrations")
_NAMES = {"google": "Google", "microsoft": "Microsoft"}
_CONSOLES = {
    "google": "https://console.cloud.google.com/apis/credentials",
    "microsoft": "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
}
_STEPS = {
    "google": (
        N_("Open the credentials page of the Google Cloud console and choose a project."),
        N_("Create credentials > OAuth client ID, of the type “Web application”."),
        N_("Add the address below under “Authorised redirect URIs”."),
        N_("Copy the client ID and the client secret into this form."),
    ),
    "microsoft": (
        N_("Open the app registrations of the Microsoft Entra admin centre: New registration."),
        N_("Choose who may sign in, and as redirect URI “Web” with the address below."),
        N_("Under “Certificates & secrets”, create a client secret and copy its value at once."),
        N_("Copy the application (client) ID from the overview into this form, and the secret."),
    ),
}


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("Let people sign in with the account that they have anyway.")),
        rx.cond(
            State.loading,
            skeleton_rows(),
            rx.el.div(
                _provider("google", State.google),
                _provider("microsoft", State.microsoft),
                class_name="groups",
            ),
        ),
        _form("google", State.google),
        _form("microsoft", State.microsoft),
        confirm(
            title=tr("Forget this app?"),
            text=tr("Nobody can sign in with it any more. Passwords keep working."),
            open=State.removing != "",
            on_close=State.ask_to_remove(""),
            action=button(tr("Remove"), kind="danger", on_click=State.remove),
        ),
    )


def _provider(provider: str, row: Any) -> rx.Component:
    name = _NAMES[provider]
    return card(
        rx.cond(
            row["set"],
            rx.el.div(
                switch_row(
                    f"{provider}-enabled",
                    tr("Offer it on the sign-in page"),
                    tr("Only people who are users here already get in."),
                    checked=row["enabled"] != "",
                    on_change=lambda on: State.set_enabled(provider, on),
                ),
                rx.el.dl(
                    rx.el.dt(tr("Client ID")),
                    rx.el.dd(row["client_id"], class_name="breaks"),
                    rx.el.dt(tr("Client secret")),
                    rx.el.dd(badge(tr("is set"), tone="good", icon="check")),
                    class_name="facts",
                ),
                rx.el.div(
                    button(tr("Change"), on_click=State.edit(provider)),
                    button(tr("Remove"), kind="danger", on_click=State.ask_to_remove(provider)),
                    class_name="row",
                ),
                class_name="stack",
            ),
            rx.el.div(
                rx.el.p(tr("Not set up. It takes about five minutes."), class_name="hint"),
                rx.el.div(
                    button(tr("Set up"), icon="plus", on_click=State.edit(provider)),
                    class_name="row",
                ),
                class_name="stack",
            ),
        ),
        title=tr("Sign-in with {provider}", provider=name),
    )


def _form(provider: str, row: Any) -> rx.Component:
    def secret_help() -> Any:
        return rx.cond(row["set"], tr("Leave it empty to keep the one that is set."), "")

    def typed(name: str, label: Text, **props: Any) -> rx.Component:
        known = {"help": props.pop("help", ""), "optional": props.pop("optional", "")}
        key = f"{provider}-{name}"
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
            error=State.errors[name],
            **known,
        )

    return dialog(
        rx.el.ol(*(rx.el.li(tr(step)) for step in _STEPS[provider]), class_name="steps"),
        rx.el.div(
            rx.link(
                tr("Open it in a new tab"),
                rx.icon("external-link", size=14, aria_hidden="true"),
                href=_CONSOLES[provider],
                is_external=True,
                class_name="link-out",
            )
        ),
        rx.el.div(
            rx.el.span(tr("Redirect address"), class_name="hint"),
            rx.el.code(row["callback"]),
            button(
                tr("Copy"),
                icon="copy",
                small=True,
                kind="quiet",
                on_click=[rx.set_clipboard(row["callback"]), rx.toast.success(tr("Copied."))],
            ),
            class_name="copy-box",
        ),
        rx.el.form(
            typed("client_id", tr("Client ID"), default_value=row["client_id"]),
            typed("client_secret", tr("Client secret"), type="password", help=secret_help()),
            typed(
                "issuer",
                tr("Issuer"),
                default_value=row["issuer"],
                optional=tr("optional"),
                help=tr(
                    "For one organisation only: https://login.microsoftonline.com/<tenant ID>/v2.0"
                ),
            )
            if provider == "microsoft"
            else rx.fragment(),
            id=f"{provider}-app",
            on_submit=State.save,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Sign-in with {provider}", provider=_NAMES[provider]),
        open=State.editing == provider,
        on_close=State.edit(""),
        actions=(
            button(tr("Cancel"), on_click=State.edit("")),
            button(tr("Save"), kind="primary", type="submit", form=f"{provider}-app"),
        ),
        width="560px",
    )
