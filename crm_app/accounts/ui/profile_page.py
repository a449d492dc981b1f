"""Settings > Profile: the form, the personal link as it will read, and the two dialogs of sign-in."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.access_state import Access
from crm_app.accounts.ui.profile_state import Profile
from crm_app.accounts.ui.zone_field import zone_field
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.ui import theme
from crm_app.ui.components import (
    avatar,
    button,
    dialog,
    field,
    link_button,
    notice,
    page_header,
    save_bar,
    section,
    select,
    skeleton_rows,
    text_area,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Profile")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(tr(TITLE), tr("Who you are to colleagues and to people who book you.")),
        rx.cond(
            Profile.loading,
            skeleton_rows(),
            rx.el.div(_you(), _link(), _language(), _calendars(), _sign_in(), class_name="groups"),
        ),
        save_bar(
            Profile.changed,
            text=tr("There are changes that are not saved."),
            discard=button(tr("Discard"), on_click=Profile.load),
            save=button(tr("Save"), kind="primary", on_click=Profile.save),
        ),
        _email_dialog(),
        _password_dialog(),
    )


def _text(label: Text, name: str, **props: Any) -> rx.Component:
    return field(
        label,
        text_input(
            name,
            value=Profile.form[name],
            on_change=lambda value: Profile.set_field(name, value),
            error=Profile.errors[name],
            **props,
        ),
        name=name,
        error=Profile.errors[name],
    )


def _you() -> rx.Component:
    return section(
        tr("About you"),
        tr("Your name stands on booking pages and in mails."),
        rx.el.div(
            avatar(Profile.initials, Profile.form["color"].to(int), size=48),
            rx.el.div(_text(tr("Name"), "name", auto_complete="name"), class_name="grows"),
            class_name="with-avatar",
        ),
        _colour(),
        field(
            tr("Signature"),
            text_area(
                "signature",
                value=Profile.form["signature"],
                on_change=lambda value: Profile.set_field("signature", value),
                rows="4",
            ),
            name="signature",
            help=tr("Ends the messages that you send."),
            optional=tr("optional"),
            error=Profile.errors["signature"],
        ),
    )


def _colour() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("Colour"), class_name="label"),
        rx.el.div(
            *(_swatch(place) for place in range(len(theme.MEMBER_COLORS))), class_name="swatches"
        ),
        rx.el.p(tr("How you stand out in the team's calendar."), class_name="help"),
        class_name="plain-fieldset",
    )


def _swatch(place: int) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="color",
            value=str(place),
            checked=Profile.form["color"] == str(place),
            on_change=lambda _value: Profile.set_field("color", str(place)),
            aria_label=tr("Colour {number}", number=place + 1),
        ),
        rx.el.span(rx.icon("check", size=16, aria_hidden="true"), class_name="swatch"),
        class_name=f"swatch-{place}",
    )


def _link() -> rx.Component:
    return section(
        tr("Your link"),
        tr("Whoever opens it books you and nobody else."),
        _text(tr("Your part of the link"), "slug", spell_check=False, auto_complete="off"),
        rx.cond(
            Profile.links.length() > 0,
            rx.el.ul(rx.foreach(Profile.links, _one_link), class_name="link-list"),
            rx.el.p(
                tr("You serve no calendar yet. Links look like this:"),
                " ",
                rx.el.code("/cal/", tr("calendar"), "/", Profile.form["slug"]),
                class_name="help",
            ),
        ),
        notice(tr("If you change it, links that people already have stop working.")),
    )


def _one_link(one: Any) -> rx.Component:
    address = one["begin"] + Profile.form["slug"]
    return rx.el.li(
        rx.el.span(one["name"], class_name="hint"),
        rx.el.code(one["begin"], rx.el.strong(Profile.form["slug"])),
        button(
            tr("Copy"),
            icon="copy",
            small=True,
            kind="quiet",
            on_click=[rx.set_clipboard(address), rx.toast.success(tr("Copied."))],
            aria_label=tr("Copy the link of {calendar}", calendar=one["name"]),
        ),
        class_name="copy-box",
    )


def _language() -> rx.Component:
    return section(
        tr("Language and time"),
        tr("For this dashboard and the mails that you get."),
        rx.el.div(
            field(
                tr("Language"),
                select(
                    "locale",
                    list(LOCALE_NAMES.items()),
                    value=Profile.form["locale"],
                    on_change=lambda value: Profile.set_field("locale", value),
                ),
                name="locale",
                error=Profile.errors["locale"],
            ),
            zone_field(
                "time_zone",
                label=tr("Time zone"),
                value=Profile.form["time_zone"],
                on_change=lambda value: Profile.set_field("time_zone", value),
                error=Profile.errors["time_zone"],
                help=rx.cond(
                    Profile.there,
                    tr(
                        "It is {time} there. Your working hours count in this zone.",
                        time=Profile.there,
                    ),
                    tr("Your working hours count in this zone."),
                ),
            ),
            class_name="fields-two",
        ),
    )


def _calendars() -> rx.Component:
    return section(
        tr("Calendar configuration"),
        tr("Which of your calendars are read and written, and what is made of their guests."),
        rx.el.div(
            link_button(
                tr("Open the calendar configuration"), "/settings/connections", icon="calendar-sync"
            )
        ),
    )


def _sign_in() -> rx.Component:
    return section(
        tr("Sign-in"),
        tr("The address also gets your notifications."),
        _row(tr("E-mail address"), Access.email, "email", tr("Change address")),
        _row(
            tr("Password"),
            rx.cond(Access.has_password, tr("is set"), tr("is not set")),
            "password",
            tr("Change password"),
        ),
    )


def _row(label: Text, value: Any, name: str, action: Text) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.el.div(label, class_name="label"), rx.el.div(value, class_name="hint")),
        button(action, small=True, on_click=Access.open(name)),
        class_name="spread",
    )


def _secret(label: Text, name: str, *, form: str, new: bool = False, help: Text = "") -> Any:
    return field(
        label,
        text_input(
            name,
            id=f"{form}-{name}",
            type="password",
            auto_complete="new-password" if new else "current-password",
            error=Access.errors[name],
        ),
        name=f"{form}-{name}",
        help=help,
        error=Access.errors[name],
    )


def _email_dialog() -> rx.Component:
    return dialog(
        rx.el.form(
            field(
                tr("New e-mail address"),
                text_input(
                    "email",
                    id="access-email",
                    default_value=Access.email,
                    input_mode="email",
                    auto_complete="email",
                    error=Access.errors["email"],
                ),
                name="access-email",
                error=Access.errors["email"],
            ),
            _secret(tr("Your present password"), "password", form="access"),
            id="change-email",
            on_submit=Access.change_email,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Change address"),
        hint=tr("You sign in with it, and your mails go there."),
        open=Access.dialog == "email",
        on_close=Access.open(""),
        actions=_actions("change-email", tr("Change address")),
    )


def _password_dialog() -> rx.Component:
    return dialog(
        rx.cond(
            Access.has_password,
            rx.el.form(
                _secret(tr("Your present password"), "present", form="password"),
                _secret(
                    tr("New password"),
                    "new",
                    form="password",
                    new=True,
                    help=tr("At least 10 characters; a few words are easy to remember."),
                ),
                id="change-password",
                on_submit=Access.change_password,
                no_validate=True,
                class_name="fields",
            ),
            rx.el.p(tr("You have no password yet. We mail you a link to set one.")),
        ),
        title=tr("Change password"),
        hint=tr("All other browsers are signed out."),
        open=Access.dialog == "password",
        on_close=Access.open(""),
        actions=(
            rx.cond(
                Access.has_password,
                rx.fragment(*_actions("change-password", tr("Change password"))),
                button(tr("Mail me a link"), kind="primary", on_click=Access.send_link),
            ),
        ),
    )


def _actions(form: str, label: Text) -> tuple[rx.Component, ...]:
    return (
        button(tr("Cancel"), on_click=Access.open("")),
        button(label, kind="primary", type="submit", form=form),
    )
