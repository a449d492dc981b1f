"""The forms of the steps that write, tag, assign, hand on and tell the team."""

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.step_controls import (
    choice,
    error_of,
    line,
    named,
    switch,
    tick,
    ticks,
    who_options,
    writing,
)
from crm_app.ui.components import field, notice
from crm_app.ui.words import tr


def email() -> rx.Component:
    """An e-mail."""
    return rx.fragment(
        writing("subject", tr("Subject"), one_line=True),
        writing("body", tr("Text"), rows="10"),
        preview(with_subject=True),
        switch(
            "marketing",
            tr("Marketing"),
            tr("With a link to unsubscribe. Off for what the contact has to know."),
        ),
        switch("urgent", tr("Urgent"), tr("Leaves at once, whatever the sending window says.")),
    )


def short_text() -> rx.Component:
    """An SMS or a Messenger message."""
    return rx.fragment(
        writing("body", tr("Text"), rows="6"),
        preview(),
        switch("urgent", tr("Urgent"), tr("Leaves at once, whatever the sending window says.")),
    )


def ended() -> rx.Component:
    """A Google Business message, which is never sent."""
    return notice(
        tr("Google ended Business messages in July 2024. This step only waits, and hands on."),
        tone="warn",
    )


def preview(*, with_subject: bool = False) -> rx.Component:
    """The text for a sample contact."""
    return rx.cond(
        Inspector.preview != "",
        rx.el.div(
            rx.el.div(
                rx.el.span(tr("For {name}", name=Inspector.preview_for)),
                rx.cond(
                    Inspector.sms_parts,
                    rx.el.span(Inspector.sms_parts, class_name="badge tabular"),
                ),
                class_name="preview-head",
            ),
            rx.cond(Inspector.preview_subject, rx.el.strong(Inspector.preview_subject))
            if with_subject
            else rx.fragment(),
            rx.el.p(Inspector.preview, class_name="preview-text"),
            rx.cond(
                Inspector.preview_missing,
                rx.el.p(
                    rx.icon("triangle-alert", size=14, aria_hidden="true"),
                    tr("Empty for this contact: {fields}", fields=Inspector.preview_missing),
                    class_name="preview-missing",
                ),
            ),
            class_name="preview",
        ),
    )


def todo() -> rx.Component:
    """A call, a voicemail or a task."""
    return rx.fragment(
        writing("title", tr("What is to be done"), one_line=True),
        writing("note", tr("Note"), rows="4"),
        field(
            tr("For whom"),
            rx.el.div(
                rx.el.select(
                    *who_options(),
                    id="step-who",
                    value=Inspector.form["who"],
                    on_change=Inspector.set_field("who"),
                    class_name="input",
                ),
                rx.icon("chevron-down", size=16, aria_hidden="true"),
                class_name="select",
            ),
            name="step-who",
            error=error_of("who"),
        ),
    )


def notify() -> rx.Component:
    """A notification for the team."""
    return rx.fragment(
        writing("text", tr("Text"), rows="4"),
        ticks(
            "who",
            rx.el.div(
                tick("who", "owner", tr("The contact's owner")),
                tick("who", "admins", tr("The administrators")),
                rx.foreach(
                    Builder.users, lambda user: tick("who", "user:" + user["value"], user["label"])
                ),
                class_name="stack",
            ),
            legend=tr("Who is told"),
        ),
        switch("mail", tr("By e-mail too"), tr("Beside the bell, a mail to each of them.")),
    )


def webhook() -> rx.Component:
    """A call of a web address."""
    return line(
        "url",
        tr("Address"),
        help=tr("Called with the contact as JSON, and signed. It must begin with https://"),
        placeholder="https://",
        type="url",
    )


def tag() -> rx.Component:
    """A tag."""
    return line("tag", tr("Tag"), list="known-tags", max_length=60)


def assign() -> rx.Component:
    """An owner."""
    mode = Inspector.form["mode"]
    return rx.fragment(
        choice(
            "mode",
            tr("New owner"),
            [
                ("user", tr("One user")),
                ("round_robin", tr("Users in turn")),
                ("calendar", tr("As a team calendar draws")),
                ("none", tr("Nobody")),
            ],
        ),
        rx.match(
            mode,
            ("user", named("user_id", tr("User"), Builder.users)),
            (
                "round_robin",
                ticks(
                    "user_ids",
                    rx.el.div(
                        rx.foreach(
                            Builder.users,
                            lambda user: tick("user_ids", user["value"], user["label"]),
                        ),
                        class_name="stack",
                    ),
                    legend=tr("Who takes part"),
                ),
            ),
            ("calendar", named("calendar_id", tr("Calendar"), Builder.calendars)),
            rx.fragment(),
        ),
        switch(
            "only_unassigned",
            tr("Only contacts without an owner"),
            tr("Who has one already keeps him."),
        ),
    )


def move() -> rx.Component:
    """Another campaign."""
    return named("campaign_id", tr("Campaign"), Builder.campaigns)
