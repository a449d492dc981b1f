"""The Outbox: the list by state and channel; a message opens beside it with what can be done."""

from typing import Any

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.messaging.ui.outbox_state import Outbox
from crm_app.messaging.ui.state_words import CHANNELS
from crm_app.ui.components import (
    badge,
    button,
    column,
    data_table,
    empty_state,
    link_button,
    notice,
    page_header,
    select,
    side_sheet,
    skeleton_rows,
    tabs,
)
from crm_app.ui.shell import Shell
from crm_app.ui.words import tr

TITLE = N_("Outbox")
VIEWS = (
    ("all", N_("All")),
    ("outbox", N_("Waits here")),
    ("check", N_("Please check")),
    ("failed", N_("Failed")),
    ("queued", N_("On its way")),
    ("sent", N_("Sent")),
)


def page() -> rx.Component:
    """The page."""
    return rx.fragment(
        page_header(
            tr(TITLE),
            tr("Every message of the workspace, and what became of it."),
            _received(),
            rx.cond(
                Outbox.can_send & (Outbox.counts["outbox"] != ""),
                button(
                    tr("Send all that wait"), icon="send", kind="primary", on_click=Outbox.send_all
                ),
            ),
        ),
        rx.cond(Outbox.loading | Outbox.can_send, rx.fragment(), _no_server()),
        rx.el.div(
            tabs(
                *((view, _tab(view, label)) for view, label in VIEWS),
                value=Outbox.view,
                on_change=Outbox.set_view,
            ),
            rx.el.div(
                select(
                    "outbox-channel",
                    [("", tr("All channels"))]
                    + [(key, tr(name)) for key, (name, _) in CHANNELS.items()],
                    value=Outbox.channel,
                    on_change=Outbox.set_channel,
                    aria_label=tr("Channel"),
                ),
                class_name="outbox-channel",
            ),
            class_name="outbox-bar",
        ),
        rx.cond(
            Outbox.loading,
            rx.el.div(skeleton_rows(8), class_name="table-frame"),
            rx.cond(Outbox.rows.length() > 0, _list(), _nothing()),
        ),
        _sheet(),
    )


def _tab(view: str, label: str) -> Any:
    count = Outbox.counts[view]
    return rx.fragment(tr(label), rx.cond(count, rx.el.span(count, class_name="tab-count tabular")))


def _received() -> rx.Component:
    return rx.link(
        rx.icon("inbox", size=16, aria_hidden="true"),
        rx.el.span(tr("Received")),
        rx.cond(
            Outbox.strangers,
            rx.el.span(
                Outbox.strangers,
                rx.el.span(" ", tr("from unknown senders"), class_name="visually-hidden"),
                class_name="tab-count tabular",
            ),
        ),
        href="/received",
        underline="none",
        class_name="button button-normal",
    )


def channel_icon(channel: Any, name: Any) -> rx.Component:
    """A channel's icon with its name for those who do not see it."""
    return rx.el.span(
        rx.match(
            channel,
            *((key, rx.icon(icon, size=16)) for key, (_, icon) in CHANNELS.items()),
            rx.icon("mail", size=16),
        ),
        rx.el.span(name, class_name="visually-hidden"),
        title=name,
        class_name="channel-icon",
    )


def _no_server() -> rx.Component:
    return rx.el.div(
        notice(
            tr("Mails wait here. Send them yourself, or have a mail server do it."),
            rx.cond(
                Shell.is_admin,
                rx.fragment(" ", rx.link(tr("Set a mail server"), href="/settings/mail")),
            ),
            tone="warn",
            title=tr("No mail server is set"),
        ),
        class_name="outbox-notice",
    )


def _list() -> rx.Component:
    return rx.fragment(
        data_table(
            [
                column(
                    tr("To"),
                    lambda row: rx.el.div(
                        rx.el.strong(row["to"]),
                        rx.el.div(row["address"], class_name="hint breaks not-on-phone"),
                    ),
                    width="26%",
                ),
                column(
                    tr("Subject"),
                    lambda row: rx.el.div(
                        rx.el.div(row["subject"], class_name="clamped"),
                        rx.el.div(
                            channel_icon(row["channel"], row["channel_name"]),
                            row["kind"],
                            class_name="hint channel-line",
                        ),
                    ),
                ),
                column(
                    tr("State"), lambda row: badge(row["words"], tone=row["tone"]), width="120px"
                ),
                column(
                    tr("When"),
                    lambda row: rx.el.span(row["when"], class_name="hint"),
                    phone=False,
                    width="150px",
                ),
            ],
            Outbox.rows,
            on_open=lambda row: rx.redirect("/outbox/" + row["id"]),
            label=tr(TITLE),
        ),
        rx.cond(
            Outbox.more,
            rx.el.div(button(tr("Show more"), on_click=Outbox.load_more), class_name="more"),
        ),
    )


def _nothing() -> rx.Component:
    return rx.match(
        Outbox.view,
        (
            "all",
            empty_state(
                "send",
                tr("No message yet"),
                tr("Confirmations, reminders and invitations appear here as they are written."),
                link_button(tr("Open the calendar"), "/calendar"),
            ),
        ),
        empty_state(
            "circle-check",
            tr("Nothing here"),
            tr("No message is in this state."),
            button(tr("Show all"), on_click=Outbox.set_view("all")),
        ),
    )


def _sheet() -> rx.Component:
    shown = Outbox.shown
    return side_sheet(
        rx.cond(shown["error"], _error()),
        _facts(),
        rx.el.div(
            rx.cond(
                shown["channel"] == "email",
                tabs(
                    ("text", tr("Text")),
                    ("look", tr("As it looks")),
                    ("ics", tr("Invitation")),
                    ("source", tr("Source")),
                    value=Outbox.part,
                    on_change=Outbox.set_part,
                    panels="message",
                ),
            ),
            rx.el.div(
                rx.match(
                    Outbox.part,
                    ("look", _look()),
                    ("ics", _ics()),
                    ("source", rx.el.pre(Outbox.source, class_name="raw", tab_index=0)),
                    rx.el.pre(shown["text"], class_name="letter"),
                ),
                id="message-" + Outbox.part,
                role=rx.cond(shown["channel"] == "email", "tabpanel", "group"),
                class_name="letter-part",
            ),
        ),
        title=shown["subject"],
        hint=shown["kind"],
        open=Outbox.opened,
        on_close=Outbox.close,
        actions=_actions(),
    )


def _error() -> rx.Component:
    shown = Outbox.shown
    return notice(
        shown["error"],
        rx.cond(
            shown["server_words"],
            rx.el.p(tr("The server said: {words}", words=shown["server_words"]), class_name="help"),
        ),
        tone="warn",
    )


def _facts() -> rx.Component:
    shown = Outbox.shown

    def line(label: Any, value: Any) -> rx.Component:
        return rx.fragment(rx.el.dt(label), rx.el.dd(value, class_name="breaks"))

    return rx.el.dl(
        line(tr("State"), badge(shown["words"], tone=shown["tone"])),
        line(tr("To"), rx.cond(shown["to"] == shown["address"], shown["to"], _named_address())),
        line(tr("Channel"), shown["channel_name"]),
        rx.cond(shown["from"], line(tr("From"), shown["from"])),
        rx.cond(shown["reply_to"], line(tr("Answers to"), shown["reply_to"])),
        line(tr("Written"), shown["made"]),
        rx.cond(shown["sent"], line(tr("Sent"), shown["sent"])),
        rx.cond(shown["delivered"], line(tr("Delivered"), shown["delivered"])),
        rx.cond(shown["opened"], line(tr("Opened"), shown["opened"])),
        rx.cond(shown["clicked"], line(tr("Link opened"), shown["clicked"])),
        rx.cond(shown["replied"], line(tr("Answered"), shown["replied"])),
        rx.cond(
            shown["contact"],
            line(tr("Contact"), rx.link(tr("Open the contact"), href=shown["contact"])),
        ),
        rx.cond(
            shown["appointment"],
            line(tr("Appointment"), rx.link(tr("Open the appointment"), href=shown["appointment"])),
        ),
        class_name="facts",
    )


def _named_address() -> Any:
    return Outbox.shown["to"] + " <" + Outbox.shown["address"] + ">"


def _look() -> rx.Component:
    return rx.cond(
        Outbox.shown["html"],
        rx.el.iframe(
            src="/outbox/" + Outbox.shown["id"] + "/look",
            title=tr("The message as it looks"),
            sandbox="",
            class_name="mail-look",
        ),
        rx.el.p(tr("This message is plain text."), class_name="hint"),
    )


def _ics() -> rx.Component:
    return rx.cond(
        Outbox.shown["ics"],
        rx.el.pre(Outbox.shown["ics"], class_name="raw", tab_index=0),
        rx.el.p(tr("This message carries no invitation."), class_name="hint"),
    )


def _actions() -> tuple[rx.Component, ...]:
    shown = Outbox.shown
    unsent = (shown["state"] == "outbox") | (shown["state"] == "failed")
    unsent = unsent | (shown["state"] == "skipped")
    return (
        rx.cond(
            shown["channel"] == "email",
            rx.el.a(
                rx.icon("download", size=16, aria_hidden="true"),
                rx.el.span(tr("Download .eml")),
                href="/outbox/" + shown["id"] + ".eml",
                download=True,
                # A file of the server, not a page of the dashboard's router.
                custom_attrs={"reloadDocument": True},
                class_name="button button-quiet",
            ),
        ),
        rx.cond(
            unsent,
            rx.fragment(
                button(tr("I sent this myself"), on_click=Outbox.mark_sent),
                rx.cond(
                    shown["ready"],
                    button(tr("Send now"), icon="send", kind="primary", on_click=Outbox.send_now),
                ),
            ),
        ),
        rx.cond(
            shown["state"] == "unknown",
            rx.fragment(
                button(tr("It arrived"), icon="check", on_click=Outbox.mark_sent),
                rx.cond(shown["ready"], button(tr("Send again"), on_click=Outbox.send_again)),
            ),
        ),
    )
