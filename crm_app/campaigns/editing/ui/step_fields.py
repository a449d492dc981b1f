"""The fields of each kind of step, as the inspector shows them."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.merge_view import merge_picker
from crm_app.campaigns.plans import conditions
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    button,
    field,
    icon_button,
    notice,
    select,
    switch_row,
    text_area,
    text_input,
    typed_input,
)
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
PAUSE = 350
UNITS = (
    ("minutes", N_("minutes")),
    ("hours", N_("hours")),
    ("days", N_("days")),
    ("weeks", N_("weeks")),
)
DAYS = (
    ("1", N_("Mon")),
    ("2", N_("Tue")),
    ("3", N_("Wed")),
    ("4", N_("Thu")),
    ("5", N_("Fri")),
    ("6", N_("Sat")),
    ("7", N_("Sun")),
)


def unless(kind: str, content: rx.Component) -> rx.Component:
    """``content`` for every kind but one."""
    return rx.cond(Inspector.kind == kind, rx.fragment(), content)


def error_of(name: str, key: str = "") -> rx.Var[str]:
    """What is wrong with a field: what was typed, else what the check says."""
    return rx.cond(Inspector.errors[name], Inspector.errors[name], Inspector.wrong[key or name])


def typed(name: str) -> dict[str, Any]:
    """What binds a text control to a field of the step."""
    return {
        "id": f"step-{name}",
        "value": Inspector.form[name],
        "on_change": Inspector.set_field(name).debounce(PAUSE),
        "on_blur": Inspector.set_field(name),
        "error": error_of(name),
    }


def line(name: str, label: Text, *, help: Text = "", **props: Any) -> rx.Component:
    """One line of text."""
    return field(
        label,
        text_input(name, **typed(name), **props),
        name=f"step-{name}",
        help=help,
        error=error_of(name),
    )


def writing(name: str, label: Text, *, rows: str = "6", one_line: bool = False) -> rx.Component:
    """A text with merge fields."""
    control = text_input if one_line else text_area
    more = {} if one_line else {"rows": rows}
    return rx.el.div(
        merge_picker(name),
        field(
            label,
            control(name, **typed(name), **more),
            name=f"step-{name}",
            error=error_of(name),
        ),
        class_name="writing",
    )


def choice(name: str, label: Text, options: Any, *, help: Text = "") -> rx.Component:
    """A list of choices."""
    return field(
        label,
        select(
            name,
            options,
            id=f"step-{name}",
            value=Inspector.form[name],
            on_change=Inspector.set_field(name),
            error=error_of(name),
        ),
        name=f"step-{name}",
        help=help,
        error=error_of(name),
    )


def switch(name: str, label: Text, hint: Text) -> rx.Component:
    """A switch of the step."""
    return switch_row(
        f"step-{name}",
        label,
        hint,
        checked=Inspector.flags[name],
        on_change=Inspector.set_flag(name),
    )


def amount_field(name: str, label: Text, help: Text = "") -> rx.Component:
    """A length of time: a number and its unit."""
    amount = f"{name}_amount" if name else "amount"
    unit = f"{name}_unit" if name else "unit"
    key = name or "amount"
    return field(
        label,
        rx.el.div(
            text_input(
                amount, **{**typed(amount), "error": error_of(amount, key)}, input_mode="numeric"
            ),
            select(
                unit,
                [(value, tr(words)) for value, words in UNITS],
                id=f"step-{unit}",
                value=Inspector.form[unit],
                on_change=Inspector.set_field(unit),
                aria_label=tr("Unit of time"),
            ),
            class_name="amount",
        ),
        name=f"step-{amount}",
        help=help,
        error=error_of(amount, key),
    )


def ticks(name: str, options: Any, *, legend: Text) -> rx.Component:
    """Several of a list of users."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        options,
        rx.cond(error_of(name), rx.el.p(error_of(name), class_name="error", role="alert")),
        class_name="plain-fieldset",
    )


def tick(name: str, value: Any, label: Any) -> rx.Component:
    """A box of such a list."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=Inspector.ticked.contains(value),
            on_change=lambda on: Inspector.tick(name, value, on),
        ),
        rx.el.span(label),
        class_name="check-row",
    )


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


def who_options() -> list[rx.Component]:
    """Owner first, then everybody by name."""
    return [
        rx.el.option(tr("The contact's owner"), value="owner"),
        rx.foreach(
            Builder.users,
            lambda user: rx.el.option(user["label"], value="user:" + user["value"]),
        ),
    ]


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


def wait() -> rx.Component:
    """A wait of any kind."""
    mode = Inspector.form["mode"]
    return rx.fragment(
        choice(
            "mode",
            tr("Wait"),
            [
                ("duration", tr("For a time")),
                ("date", tr("Until a date")),
                ("time", tr("Until a time of day")),
                ("appointment", tr("Until before or after the appointment")),
                ("reply", tr("For a reply")),
                ("booking", tr("For a booking")),
                ("click", tr("For a click on a link")),
            ],
        ),
        rx.match(
            mode,
            ("duration", amount_field("", tr("How long"))),
            ("date", rx.fragment(line("date", tr("Date"), type="date"), _time())),
            ("time", rx.fragment(_time(), _days())),
            ("appointment", _appointment()),
            amount_field(
                "timeout", tr("At most"), tr("After that the contact goes on all the same.")
            ),
        ),
    )


def _time() -> rx.Component:
    return line("time", tr("Time of day"), type="time")


def _days() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("On these days"), class_name="label"),
        rx.el.div(
            *(tick("days", value, tr(words)) for value, words in DAYS), class_name="day-ticks"
        ),
        class_name="plain-fieldset",
    )


def _appointment() -> rx.Component:
    return rx.fragment(
        amount_field("", tr("How long")),
        choice(
            "side",
            tr("Before or after"),
            [("before", tr("Before it starts")), ("after", tr("After it ends"))],
        ),
        choice(
            "late",
            tr("When that is past already"),
            [
                ("go_on", tr("Go on at once")),
                ("skip", tr("Leave out the steps up to the next wait")),
            ],
        ),
    )


def branch() -> rx.Component:
    """Conditions."""
    return rx.fragment(
        rx.el.fieldset(
            rx.el.legend(tr("Conditions"), class_name="label"),
            rx.foreach(Inspector.tests, _test),
            rx.cond(
                error_of("tests"), rx.el.p(error_of("tests"), class_name="error", role="alert")
            ),
            button(tr("Add condition"), icon="plus", small=True, on_click=Inspector.add_test),
            class_name="plain-fieldset tests",
        ),
        rx.cond(
            Inspector.tests.length() > 1,
            switch("all", tr("All must hold"), tr("Off: one of them is enough.")),
        ),
    )


def _test(test: Any, index: Any) -> rx.Component:
    def part(name: str) -> Any:
        return Inspector.set_test(index, name)

    return rx.el.div(
        select(
            "test-field",
            [(name, tr(each.label)) for name, each in conditions.FIELDS.items()],
            id="test-field-" + index.to_string(),
            value=test.field,
            on_change=part("field"),
            aria_label=tr("Field"),
        ),
        icon_button("x", tr("Remove condition"), on_click=Inspector.remove_test(index)),
        select(
            "test-op",
            test.ops,
            id="test-op-" + index.to_string(),
            value=test.op,
            on_change=part("op"),
            aria_label=tr("Comparison"),
        ),
        rx.cond(
            test.bare,
            rx.fragment(),
            rx.cond(
                (test.choices.length() > 0) & (test.field != "tag"),
                rx.el.div(
                    rx.el.select(
                        rx.el.option("…", value=""),
                        rx.foreach(
                            test.choices, lambda o: rx.el.option(o["label"], value=o["value"])
                        ),
                        value=test.value,
                        on_change=part("value"),
                        aria_label=tr("Value"),
                        class_name="input",
                    ),
                    rx.icon("chevron-down", size=16, aria_hidden="true"),
                    class_name="select",
                ),
                typed_input(
                    value=test.value,
                    on_change=part("value").debounce(PAUSE),
                    on_blur=part("value"),
                    aria_label=tr("Value"),
                    list="known-tags",
                    class_name="input",
                ),
            ),
        ),
        class_name="test",
    )


def split() -> rx.Component:
    """The ways of a split with their weights."""
    return rx.el.fieldset(
        rx.el.legend(tr("Ways and their weights"), class_name="label"),
        rx.foreach(
            Inspector.arms,
            lambda arm: rx.el.div(
                rx.el.span(arm["label"], class_name="grows"),
                typed_input(
                    value=arm["weight"],
                    on_change=Inspector.set_weight(arm["key"]).debounce(PAUSE),
                    on_blur=Inspector.set_weight(arm["key"]),
                    aria_label=tr("Weight of {way}", way=arm["label"]),
                    input_mode="numeric",
                    class_name="input weight",
                ),
                rx.cond(
                    Inspector.arms.length() > 2,
                    icon_button(
                        "x",
                        tr("Remove {way}", way=arm["label"]),
                        on_click=Inspector.remove_arm(arm["key"]),
                    ),
                ),
                class_name="row one-line",
            ),
        ),
        rx.cond(error_of("weights"), rx.el.p(error_of("weights"), class_name="error")),
        rx.cond(
            Inspector.arms.length() < 4,
            button(tr("Add a way"), icon="plus", small=True, on_click=Inspector.add_arm),
        ),
        rx.el.p(
            tr("Each contact is drawn once, and stays on its way when it comes again."),
            class_name="help",
        ),
        class_name="plain-fieldset tests",
    )


def goal() -> rx.Component:
    """What the contact is to be brought to."""
    event = Inspector.form["event"]
    return rx.fragment(
        choice(
            "event",
            tr("Goal"),
            [
                ("booked", tr("The contact books")),
                ("replied", tr("The contact replies")),
                ("clicked", tr("The contact opens a link")),
                ("tag", tr("The contact has a tag")),
            ],
            help=tr("Who reaches it from any earlier step comes here at once."),
        ),
        rx.cond(event == "tag", line("value", tr("Tag"), list="known-tags")),
        rx.cond(
            event == "clicked",
            line("value", tr("Part of the link"), help=tr("Empty: any link counts.")),
        ),
        choice(
            "unmet",
            tr("Who comes here without it"),
            [
                ("continue", tr("Goes on")),
                ("wait", tr("Waits here until it is reached")),
                ("end", tr("Leaves the campaign")),
            ],
        ),
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
            ("user", _named("user_id", tr("User"), Builder.users)),
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
            ("calendar", _named("calendar_id", tr("Calendar"), Builder.calendars)),
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
    return _named("campaign_id", tr("Campaign"), Builder.campaigns)


def _named(name: str, label: Text, options: Any) -> rx.Component:
    return field(
        label,
        rx.el.div(
            rx.el.select(
                rx.el.option(tr("Choose …"), value=""),
                rx.foreach(options, lambda o: rx.el.option(o["label"], value=o["value"])),
                id=f"step-{name}",
                value=Inspector.form[name],
                on_change=Inspector.set_field(name),
                class_name="input",
                custom_attrs={"aria-invalid": rx.cond(error_of(name), "true", "false")},
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        name=f"step-{name}",
        error=error_of(name),
    )
