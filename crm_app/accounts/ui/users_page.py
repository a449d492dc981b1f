"""Settings > Users: the team as a table, a menu per person, and the dialogs to invite and to leave."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.accounts.ui.users_state import LINK_FIELD, Users
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.ui.components import (
    avatar,
    badge,
    button,
    column,
    confirm,
    data_table,
    dialog,
    field,
    icon_button,
    menu,
    menu_item,
    notice,
    page_header,
    select,
    skeleton_rows,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
TITLE = N_("Users")
_COPY = (
    "const i = document.getElementById('{field}'); i.select(); "
    "(navigator.clipboard ? navigator.clipboard.writeText(i.value) : "
    "Promise.resolve(document.execCommand('copy')))"
)


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("Who belongs to the team, and who may change its settings."),
            button(tr("Invite somebody"), icon="plus", kind="primary", on_click=Users.begin),
        ),
        rx.cond(Users.loading, skeleton_rows(), _table()),
        _invite_dialog(),
        _link_dialog(),
        _leave_dialog(),
    )


def _table() -> rx.Component:
    return data_table(
        [
            column(tr("Name"), _person),
            column(tr("Role"), _role, phone=False),
            column(tr("State"), _state),
            column(tr("Last seen"), lambda row: row["seen"], phone=False),
            column(rx.el.span(tr("Actions"), class_name="visually-hidden"), _menu, width="48px"),
        ],
        Users.rows,
        label=tr(TITLE),
        row_class=lambda row: rx.cond(row["state"] == "left", "pale", ""),
    )


def _person(row: Any) -> rx.Component:
    return rx.el.div(
        avatar(row["initials"], row["color"].to(int)),
        rx.el.div(
            rx.el.strong(row["name"], rx.cond(row["self"], rx.el.span(" ", tr("(you)")))),
            rx.el.div(row["email"], class_name="hint breaks"),
        ),
        class_name="row one-line",
    )


def _role(row: Any) -> rx.Component:
    return rx.cond(row["role"] == "admin", tr("Administrator"), tr("Member"))


def _state(row: Any) -> rx.Component:
    return rx.match(
        row["state"],
        ("active", badge(tr("Active"), tone="good", icon="check")),
        ("invited", badge(tr("Invited"), tone="accent", icon="mail")),
        badge(tr("Left"), icon="log-out"),
    )


def _menu(row: Any) -> rx.Component:
    opener = icon_button("ellipsis", tr("Actions for {name}", name=row["name"]))
    who = row["id"]
    active, invited = row["state"] == "active", row["state"] == "invited"
    return menu(
        opener,
        rx.cond(
            row["state"] == "left",
            menu_item(tr("Let back in"), Users.activate(who), icon="log-in"),
            rx.fragment(
                rx.cond(
                    invited,
                    rx.fragment(
                        menu_item(
                            tr("Copy the invitation link"), Users.show_link(who), icon="link"
                        ),
                        menu_item(tr("Invite again"), Users.invite_again(who), icon="send"),
                    ),
                ),
                rx.cond(
                    active,
                    menu_item(tr("Send reset link"), Users.send_link(who), icon="key-round"),
                ),
                menu_item(
                    tr("Working hours"),
                    rx.redirect("/settings/hours?user=" + who),
                    icon="clock",
                ),
                rx.cond(
                    row["role"] == "admin",
                    menu_item(tr("Make member"), Users.set_role(who, "member"), icon="user-round"),
                    menu_item(
                        tr("Make administrator"),
                        Users.set_role(who, "admin"),
                        icon="shield-check",
                    ),
                ),
                rx.cond(
                    row["self"],
                    rx.fragment(),
                    menu_item(
                        tr("Deactivate"), Users.ask_to_leave(who), icon="user-x", danger=True
                    ),
                ),
            ),
        ),
    )


def _invite_dialog() -> rx.Component:
    errors = Users.errors
    return dialog(
        rx.el.form(
            field(
                tr("Name"),
                text_input("name", error=errors["name"], auto_complete="off", auto_focus=True),
                name="name",
                error=errors["name"],
            ),
            field(
                tr("E-mail"),
                text_input("email", error=errors["email"], auto_complete="off", input_mode="email"),
                name="email",
                error=errors["email"],
            ),
            rx.el.div(
                field(
                    tr("Role"),
                    select("role", [("member", tr("Member")), ("admin", tr("Administrator"))]),
                    name="role",
                    error=errors["role"],
                ),
                field(
                    tr("Language"),
                    select("locale", list(LOCALE_NAMES.items()), default_value=Users.locale),
                    name="locale",
                ),
                class_name="fields-two",
            ),
            rx.el.p(
                tr("Members see their own contacts and calendars. Administrators see all."),
                class_name="help",
            ),
            id="invite",
            on_submit=Users.invite,
            no_validate=True,
            class_name="fields",
        ),
        title=tr("Invite somebody"),
        hint=tr("The mail holds a link that works for seven days."),
        open=Users.mode == "invite",
        on_close=Users.close,
        actions=(
            button(tr("Cancel"), on_click=Users.close),
            button(tr("Invite"), kind="primary", type="submit", form="invite"),
        ),
    )


def _link_dialog() -> rx.Component:
    return dialog(
        rx.cond(
            Users.mails_go_out,
            notice(
                tr("The invitation is on its way to {email}.", email=Users.chosen["email"]),
                tone="good",
            ),
            notice(
                tr("No mail server is set, so the invitation waits in the Outbox."),
                " ",
                rx.link(tr("Open the Outbox"), href="/outbox"),
                tone="warn",
            ),
        ),
        field(
            tr("Or pass the link on yourself"),
            rx.el.div(
                text_input(LINK_FIELD, read_only=True, class_name="grows"),
                button(
                    tr("Copy"),
                    icon="copy",
                    on_click=[
                        rx.call_script(_COPY.format(field=LINK_FIELD)),
                        rx.toast.success(tr("Copied.")),
                    ],
                ),
                class_name="row one-line",
            ),
            name=LINK_FIELD,
            help=tr("Whoever has it can set the password: send it to nobody else."),
        ),
        title=tr("{name} is invited", name=Users.chosen["name"]),
        open=Users.mode == "link",
        on_close=Users.close,
        actions=(button(tr("Done"), kind="primary", on_click=Users.close),),
    )


def _leave_dialog() -> rx.Component:
    return confirm(
        title=tr("Deactivate {name}?", name=Users.chosen["name"]),
        text=tr(
            "All sessions end at once. Contacts and appointments stay as they are until you hand them over."
        ),
        open=Users.leaving,
        on_close=Users.close,
        action=button(tr("Deactivate"), kind="danger", on_click=Users.deactivate),
    )
