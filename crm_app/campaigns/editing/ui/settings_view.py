"""The dialog of the campaign's settings (CAM-1); each change is saved at once, like in the builder."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.settings_state import CampaignSettings
from crm_app.campaigns.editing.ui.step_controls import DAYS, PAUSE
from crm_app.ui.components import button, field, side_sheet, switch_row, text_input
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str
State = CampaignSettings


def settings_dialog() -> rx.Component:
    """The settings."""
    return side_sheet(
        rx.el.fieldset(
            _group(tr("On entry"), _assign(), _tags(), _switch_reentry()),
            _group(tr("Messages"), _sender(), _calendar(), _window(), _links()),
            _group(tr("The end"), _stops(), _next()),
            disabled=~Builder.can_edit,
            class_name="plain-fieldset setting-groups",
        ),
        title=tr("Settings of the campaign"),
        hint=tr("Saved as you change them; they count once you publish."),
        open=State.settings_open,
        on_close=State.close_settings,
        actions=(button(tr("Done"), kind="primary", on_click=State.close_settings),),
    )


def _group(title: Text, *content: Any) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *content, class_name="setting-group")


def _select(
    name: str, label: Text, *options: Any, error: str = "", help: Text = ""
) -> rx.Component:
    wrong = State.unfit[error or name]
    return field(
        label,
        rx.el.div(
            rx.el.select(
                *options,
                id=f"setting-{name}",
                value=State.setting[name],
                on_change=State.set_setting(name),
                class_name="input",
                custom_attrs={"aria-invalid": rx.cond(wrong, "true", "false")},
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select",
        ),
        name=f"setting-{name}",
        help=help,
        error=wrong,
    )


def _choices(*pairs: tuple[str, Text]) -> list[rx.Component]:
    return [rx.el.option(label, value=value) for value, label in pairs]


def _named(rows: Any, empty: Text) -> list[rx.Component]:
    return [
        rx.el.option(empty, value=""),
        rx.foreach(rows, lambda o: rx.el.option(o["label"], value=o["value"])),
    ]


def _switch(name: str, label: Text, hint: Text) -> rx.Component:
    return switch_row(
        f"setting-{name}",
        label,
        hint,
        checked=State.setting_flags[name],
        on_change=State.set_setting_flag(name),
    )


def _assign() -> rx.Component:
    mode = State.setting["assign_mode"]
    return rx.fragment(
        _select(
            "assign_mode",
            tr("Who becomes the owner"),
            *_choices(
                ("none", tr("Nobody")),
                ("user", tr("One user")),
                ("round_robin", tr("Users in turn")),
                ("calendar", tr("As a team calendar draws")),
            ),
            error="assign",
            help=tr("Before any text is written, so that links lead to the new owner."),
        ),
        rx.match(
            mode,
            ("user", _select("assign_user", tr("User"), *_named(Builder.users, tr("Choose …")))),
            ("round_robin", _drawn()),
            (
                "calendar",
                _select(
                    "assign_calendar",
                    tr("Calendar"),
                    *_named(Builder.calendars, tr("Choose …")),
                ),
            ),
            rx.fragment(),
        ),
        rx.cond(
            mode != "none",
            _switch(
                "only_unassigned",
                tr("Only contacts without an owner"),
                tr("Who has one already keeps him."),
            ),
        ),
    )


def _drawn() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(tr("Who takes part"), class_name="label"),
        rx.foreach(
            Builder.users,
            lambda user: rx.el.label(
                rx.el.input(
                    type="checkbox",
                    class_name="checkbox",
                    checked=State.drawn.contains(user["value"]),
                    on_change=lambda on: State.draw_user(user["value"], on),
                ),
                rx.el.span(user["label"]),
                class_name="check-row",
            ),
        ),
        class_name="plain-fieldset",
    )


def _tags() -> rx.Component:
    return rx.el.div(
        rx.el.label(tr("Tags on entry"), html_for="entry-tag", class_name="label"),
        rx.el.div(
            rx.foreach(
                State.entry_tags,
                lambda name: rx.el.span(
                    name,
                    rx.el.button(
                        rx.icon("x", size=12, aria_hidden="true"),
                        type="button",
                        aria_label=tr("Remove tag {name}", name=name),
                        on_click=State.remove_entry_tag(name),
                    ),
                    class_name="badge tag",
                ),
            ),
            rx.el.form(
                rx.el.input(
                    id="entry-tag",
                    name="entry-tag",
                    placeholder=tr("Add tag"),
                    max_length=60,
                    list="known-tags",
                    auto_complete="off",
                    class_name="tag-input",
                ),
                on_submit=State.add_entry_tag,
                reset_on_submit=True,
            ),
            class_name="card-tags",
        ),
        class_name="field",
    )


def _switch_reentry() -> rx.Component:
    return _switch(
        "reentry",
        tr("May enter again"),
        tr("Who has left may come in once more. Nobody is in a campaign twice at a time."),
    )


def _sender() -> rx.Component:
    return _select(
        "sender",
        tr("Sender"),
        *_choices(("owner", tr("The contact's owner")), ("workspace", tr("The workspace"))),
        rx.foreach(
            Builder.users, lambda user: rx.el.option(user["label"], value="user:" + user["value"])
        ),
    )


def _calendar() -> rx.Component:
    return _select(
        "calendar_id",
        tr("Calendar of the links to book"),
        *_named(Builder.calendars, tr("The owner's personal one, else his first")),
        help=tr("Where {field} leads.", field="{{user.calendar_link}}"),
    )


def _window() -> rx.Component:
    return rx.fragment(
        _switch(
            "window",
            tr("Only at certain hours"),
            tr("What would leave outside of them waits until they begin."),
        ),
        rx.cond(
            State.setting_flags["window"],
            rx.el.div(
                rx.el.fieldset(
                    rx.el.legend(tr("On these days"), class_name="label"),
                    rx.el.div(
                        *(_day(value, tr(words)) for value, words in DAYS), class_name="day-ticks"
                    ),
                    class_name="plain-fieldset",
                ),
                rx.el.div(
                    _clock("starts", tr("From")), _clock("ends", tr("To")), class_name="pair"
                ),
                _select(
                    "zone",
                    tr("In whose time"),
                    *_choices(
                        ("workspace", tr("The workspace's time zone")),
                        ("contact", tr("The contact's time zone")),
                    ),
                ),
                rx.cond(
                    State.unfit["window"],
                    rx.el.p(State.unfit["window"], class_name="error", role="alert"),
                ),
                class_name="setting-inner",
            ),
        ),
    )


def _day(value: str, label: Text) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=State.window_days.contains(value),
            on_change=lambda on: State.set_day(value, on),
        ),
        rx.el.span(label),
        class_name="check-row",
    )


def _clock(name: str, label: Text) -> rx.Component:
    return field(
        label,
        text_input(
            name,
            id=f"setting-{name}",
            type="time",
            value=State.setting[name],
            on_change=State.set_setting(name).debounce(PAUSE),
            on_blur=State.set_setting(name),
            error=State.errors[name],
        ),
        name=f"setting-{name}",
        error=State.errors[name],
    )


def _links() -> rx.Component:
    return _switch(
        "track_links",
        tr("Count clicks"),
        tr("Links lead over a short address of ours, so that a click is seen."),
    )


def _stops() -> rx.Component:
    return rx.fragment(
        _switch("stop_on_reply", tr("Stop on a reply"), tr("Who answers leaves the campaign.")),
        _switch("stop_on_booking", tr("Stop on a booking"), tr("Who books leaves the campaign.")),
    )


def _next() -> rx.Component:
    return _select(
        "next_campaign_id",
        tr("Next campaign"),
        *_named(Builder.campaigns, tr("None")),
        help=tr("Where contacts go on after the last step."),
    )
