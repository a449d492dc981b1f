"""The page of Settings > Teams > Team calendar configuration: switches left, their effect right."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.appointments.ui.teams_state import Teams
from crm_app.core.i18n import N_
from crm_app.ui.components import (
    avatar,
    badge,
    button,
    card,
    empty_state,
    link_button,
    page_header,
    save_bar,
    select,
    skeleton_rows,
    switch_row,
    text_input,
)
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str]


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr("Team calendar configuration"),
            tr("Who owns a contact after a booking, and how turns are shared in a team."),
        ),
        rx.cond(
            Teams.loading,
            skeleton_rows(),
            rx.el.div(
                rx.el.div(_switches(), _example(), class_name="team-split"),
                _balance(),
                class_name="groups",
            ),
        ),
    )


def _switches() -> rx.Component:
    return card(
        switch_row(
            "assign",
            tr(
                "Assign the contact to the calendar's team member each time an appointment is booked"
            ),
            tr("The person whom the lead gets also becomes the contact owner."),
            checked=Teams.assign,
            on_change=Teams.set_assign,
        ),
        switch_row(
            "keep",
            tr("Skip assigning the contact if the contact already has an assigned user"),
            tr("A contact that somebody owns stays with that person, whoever is booked."),
            checked=Teams.keep,
            on_change=Teams.set_keep,
            disabled=~Teams.assign,
        ),
        save_bar(
            (Teams.assign != Teams.saved_assign) | (Teams.keep != Teams.saved_keep),
            text=tr("The switches were moved."),
            discard=button(tr("Discard"), on_click=Teams.discard_switches),
            save=button(tr("Save"), kind="primary", on_click=Teams.save_switches),
        ),
        title=tr("Contact owner"),
        hint=tr("Both count from the next booking on, for every way in which one is made."),
    )


def _example() -> rx.Component:
    return card(
        rx.el.div(
            _case("owner", tr("Lead with an owner")),
            _case("none", tr("Lead without one")),
            class_name="segmented",
            role="group",
            aria_label=tr("Which lead?"),
        ),
        rx.el.p(_before(), " ", _booking(), class_name="team-story"),
        rx.el.p(
            rx.icon("arrow-right", size=18, aria_hidden="true"),
            rx.el.strong(_after()),
            class_name="team-outcome",
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        _table(),
        title=tr("What happens"),
        hint=tr("A living example: move a switch and read what it does."),
        class_name="team-example",
    )


def _case(which: str, label: Text) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        on_click=Teams.set_example(which),
        aria_pressed=rx.cond(Teams.has_owner == which, "true", "false"),
        class_name=rx.cond(Teams.has_owner == which, "segment on", "segment"),
    )


def _owned() -> Any:
    return Teams.has_owner == "owner"


def _before() -> Text:
    return rx.cond(
        _owned(),
        tr("{owner} owns the lead Lea.", owner=Teams.owner_name),
        tr("Nobody owns the lead Lea yet."),
    )


def _booking() -> Text:
    return tr("Lea books on the team calendar and gets {member}.", member=Teams.member_name)


def _after() -> Text:
    stays = rx.cond(
        _owned(),
        tr("Lea's owner stays {owner}.", owner=Teams.owner_name),
        tr("Lea stays without an owner."),
    )
    becomes = rx.cond(
        _owned(),
        tr(
            "Lea's owner changes from {owner} to {member}.",
            owner=Teams.owner_name,
            member=Teams.member_name,
        ),
        tr("{member} becomes Lea's owner.", member=Teams.member_name),
    )
    return rx.cond(Teams.assign & ~(_owned() & Teams.keep), becomes, stays)


def _table() -> rx.Component:
    on, off, either = tr("on"), tr("off"), tr("either")
    becomes, stays = tr("becomes the appointment owner"), tr("stays")
    rows = (
        (on, on, becomes, stays, Teams.assign & Teams.keep),
        (on, off, becomes, becomes, Teams.assign & ~Teams.keep),
        (off, either, tr("stays none"), stays, ~Teams.assign),
    )
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(tr("Assign"), scope="col"),
                rx.el.th(tr("Skip"), scope="col"),
                rx.el.th(tr("No owner"), scope="col"),
                rx.el.th(tr("Has an owner"), scope="col"),
            )
        ),
        rx.el.tbody(
            *(
                rx.el.tr(
                    rx.el.td(a),
                    rx.el.td(b),
                    _cell(none, lit & ~_owned()),
                    _cell(owned, lit & _owned()),
                    class_name=rx.cond(lit, "lit", ""),
                    aria_current=rx.cond(lit, "true", "false"),
                )
                for a, b, none, owned, lit in rows
            )
        ),
        class_name="team-rules",
        aria_label=tr("All combinations"),
    )


def _cell(text: Text, lit: Any) -> rx.Component:
    return rx.el.td(text, class_name=rx.cond(lit, "now", ""))


def _balance() -> rx.Component:
    return card(
        rx.cond(
            Teams.choices.length() > 0,
            rx.el.div(
                rx.el.div(
                    select(
                        "team",
                        Teams.choices,
                        value=Teams.calendar_id,
                        on_change=Teams.choose,
                        aria_label=tr("Team calendar"),
                    ),
                    class_name="team-choice",
                ),
                rx.cond(
                    Teams.members.length() > 0,
                    rx.el.div(rx.foreach(Teams.members, _member), class_name="team-members"),
                    rx.el.p(tr("Nobody serves this calendar yet."), class_name="hint"),
                ),
                rx.cond(
                    Teams.errors["members"],
                    rx.el.p(Teams.errors["members"], class_name="error", role="alert"),
                ),
                save_bar(
                    Teams.members_changed,
                    text=tr("Members were changed."),
                    discard=button(tr("Discard"), on_click=Teams.discard_members),
                    save=button(tr("Save"), kind="primary", on_click=Teams.save_members),
                ),
                class_name="stack",
            ),
            empty_state(
                "users-round",
                tr("No team calendar yet"),
                tr("A team calendar shares its bookings among several members."),
                link_button(tr("Go to calendars"), "/settings/calendars"),
            ),
        ),
        title=tr("Turns in the team"),
        hint=tr("Bookings of the last 30 days beside the fair share by weight."),
    )


def _member(row: Any, position: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            avatar(row["initials"], row["color"].to(int), size=32),
            rx.el.div(
                rx.el.strong(row["name"]),
                rx.el.div(
                    rx.cond(
                        row["next"], badge(tr("Next in turn"), tone="accent", icon="arrow-right")
                    ),
                    rx.cond(row["away"], badge(tr("Away"), tone="warn", icon="plane")),
                    rx.cond(row["active"], rx.fragment(), badge(tr("Paused"), icon="pause")),
                    class_name="row",
                ),
            ),
            class_name="team-who",
        ),
        rx.el.div(
            _bar("team-bar-had", row["percent"]),
            _bar("team-bar-fair", row["fair"]),
            rx.el.span(
                tr(
                    "Bookings: {turns}, {percent} % (fair: {fair} %)",
                    turns=row["turns"],
                    percent=row["percent"],
                    fair=row["fair"],
                ),
                class_name="hint tabular",
            ),
            class_name="team-bars",
        ),
        _number(row, position, "weight", tr("Weight")),
        _number(row, position, "priority", tr("Priority")),
        rx.el.label(
            rx.switch(
                checked=row["active"] != "",
                on_change=lambda on: Teams.set_active(position, on),
                aria_label=tr("{name} takes part", name=row["name"]),
            ),
            class_name="team-active",
        ),
        class_name=rx.cond(row["active"], "team-member", "team-member paused"),
    )


def _bar(kind: str, percent: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(style={"width": percent + "%"}, class_name=f"team-bar {kind}"),
        class_name="team-track",
        aria_hidden="true",
    )


def _number(row: Any, position: Any, name: str, label: Text) -> rx.Component:
    key = f"{name}-" + position.to(str)
    return rx.el.label(
        rx.el.span(label, class_name="help"),
        text_input(
            name,
            id=key,
            value=row[name],
            input_mode="numeric",
            on_change=lambda value: Teams.set_number(position, name, value),
            class_name="team-number tabular",
        ),
    )


TITLE = N_("Team calendar configuration")
