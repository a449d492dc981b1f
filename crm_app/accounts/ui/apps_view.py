"""The apps at Google and Microsoft, as administrators enter them: the steps there, two switches here."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.apps_state import Apps as State
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    badge,
    button,
    card,
    confirm,
    dialog,
    field,
    switch_row,
    text_input,
)
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
_NAMES = {"google": "Google", "microsoft": "Microsoft"}
_CONSOLES = {
    "google": "https://console.cloud.google.com/apis/credentials",
    "microsoft": "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
}
_STEPS = {
    "google": (
        N_("Open the credentials page of the Google Cloud console and choose a project."),
        N_("Under “APIs & Services” > “Library”, enable the Google Calendar API."),
        N_("Fill in the consent screen (“Google Auth Platform”), and add the scopes below."),
        N_("Create credentials > OAuth client ID, of the type “Web application”."),
        N_("Add both addresses below under “Authorised redirect URIs”."),
        N_("Copy the client ID and the client secret into this form."),
    ),
    "microsoft": (
        N_("Open the app registrations of the Microsoft Entra admin centre: New registration."),
        N_("Choose who may sign in, and as redirect URI “Web” with the first address below."),
        N_("Under “Authentication”, add the second address to the same platform “Web”."),
        N_("Under “API permissions”, add the delegated permissions of Microsoft Graph below."),
        N_("Under “Certificates & secrets”, create a client secret and copy its value at once."),
        N_("Copy the application (client) ID from the overview into this form, and the secret."),
    ),
}


def registrations() -> tuple[rx.Component, ...]:
    """A card per vendor."""
    return _provider("google", State.google), _provider("microsoft", State.microsoft)


def dialogs() -> tuple[rx.Component, ...]:
    """The forms, and the question before an app is forgotten."""
    return (
        _form("google", State.google),
        _form("microsoft", State.microsoft),
        confirm(
            title=tr("Forget this app?"),
            text=tr(
                "Nobody can sign in with it any more, and calendars connected with it are no longer "
                "read. Passwords keep working."
            ),
            open=State.removing != "",
            on_close=State.ask_to_remove(""),
            action=button(tr("Remove"), kind="danger", on_click=State.remove),
        ),
    )


def _provider(provider: str, row: Any) -> rx.Component:
    name = _NAMES[provider]
    return card(
        rx.cond(row["set"], _entered(provider, row), _missing(provider)),
        title=tr("App for {provider}", provider=name),
    )


def _missing(provider: str) -> rx.Component:
    return rx.el.div(
        rx.el.p(tr("Not set up. It takes about five minutes."), class_name="hint"),
        rx.el.div(
            button(tr("Set up"), icon="plus", on_click=State.edit(provider)), class_name="row"
        ),
        class_name="stack",
    )


def _entered(provider: str, row: Any) -> rx.Component:
    return rx.el.div(
        switch_row(
            f"{provider}-for-calendars",
            tr("Let people connect their calendars"),
            tr("Off: nobody connects anew, and what is connected goes on."),
            checked=row["for_calendars"] != "",
            on_change=lambda on: State.set_for_calendars(provider, on),
        ),
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
            *([_check()] if provider == "google" else []),
            button(tr("Remove"), kind="danger", on_click=State.ask_to_remove(provider)),
            class_name="row",
        ),
        class_name="stack",
    )


def _check() -> rx.Component:
    return button(tr("Check"), icon="circle-check", busy=State.checking, on_click=State.check)


def _to_copy(label: Text, text: Any) -> rx.Component:
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
        _to_copy(tr("Redirect address for signing in"), row["callback"]),
        _to_copy(tr("Redirect address for calendars"), row["back"]),
        _to_copy(tr("What it asks for (scopes)"), row["scopes"]),
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
        title=tr("App for {provider}", provider=_NAMES[provider]),
        open=State.editing == provider,
        on_close=State.edit(""),
        actions=(
            button(tr("Cancel"), on_click=State.edit("")),
            button(tr("Save"), kind="primary", type="submit", form=f"{provider}-app"),
        ),
        width="560px",
    )
