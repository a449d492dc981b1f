"""The part "Sync option": what becomes of events that guests are on (SYN-4, SYN-5).

Nothing is written by a click here: each choice opens the dry run, and "Save" stands there.
"""

from typing import TypeAlias

import reflex as rx

from crm_app.core.kinds import SyncOption
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.option_state import OTHER, SyncOptions
from crm_app.sync.ui.team_view import team
from crm_app.ui.components import badge, button, card, empty_state, field, select, switch_row
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def option_part() -> rx.Component:
    """The part."""
    return rx.cond(SyncOptions.calendar_id, _offered(), _not_offered())


def _not_offered() -> rx.Component:
    return card(
        rx.cond(
            Connections.rows.length() > 0,
            empty_state(
                "link",
                tr("Choose your linked calendar first"),
                tr(
                    "Only the linked calendar takes events in. Conflict calendars and calendars "
                    "that can only be read block your time, and nothing is ever made of them."
                ),
                button(
                    tr("Choose a calendar"), icon="link", on_click=Connections.show("calendars")
                ),
            ),
            empty_state(
                "calendar-sync",
                tr("No calendar is connected yet"),
                tr("Connect the calendar that you work with; then choose what is made of it."),
                button(
                    tr("Connect a calendar"), icon="plus", kind="primary", on_click=Connecting.begin
                ),
            ),
        )
    )


def _offered() -> rx.Component:
    return rx.el.div(
        rx.cond(SyncOptions.filling["words"], _filling()),
        rx.el.div(
            _scope("own", tr("My own calendar")),
            _scope("team", tr("Team and group calendars")),
            class_name="segmented",
            role="group",
            aria_label=tr("Which settings decide"),
        ),
        rx.cond(SyncOptions.scope == "team", team(), _own()),
        _more(),
        class_name="groups",
    )


def _filling() -> rx.Component:
    return rx.el.div(
        rx.el.p(SyncOptions.filling["words"], class_name="tabular"),
        rx.el.div(
            rx.el.span(
                class_name="progress-part", style={"width": SyncOptions.filling["percent"] + "%"}
            ),
            class_name="progress progress-wide",
            role="progressbar",
            aria_label=tr("Taking in what is there already"),
            custom_attrs={
                "aria-valuenow": SyncOptions.filling["percent"],
                "aria-valuemin": "0",
                "aria-valuemax": "100",
            },
        ),
        class_name="card listing",
    )


def _scope(which: str, label: Text) -> rx.Component:
    here = SyncOptions.scope == which
    return rx.el.button(
        label,
        rx.cond(
            SyncOptions.saved_scope == which,
            rx.fragment(
                rx.icon("circle-check", size=14, aria_hidden="true"),
                rx.el.span(tr("in force"), class_name="visually-hidden"),
            ),
        ),
        type="button",
        on_click=SyncOptions.show_scope(which),
        aria_pressed=rx.cond(here, "true", "false"),
        class_name=rx.cond(here, "segment on", "segment"),
    )


def _own() -> rx.Component:
    return card(
        rx.el.div(
            _option(
                SyncOption.ONE_WAY,
                tr("One-way"),
                tr(
                    "Events block your time and stay grey. Nobody on them comes into the CRM, and "
                    "nothing is triggered."
                ),
                unknown=_blocked(),
                known=_blocked(),
                fires=False,
                recommended=True,
            ),
            _option(
                SyncOption.TWO_WAY,
                tr("Two-way"),
                tr(
                    "Every guest becomes a contact with an appointment, in colour, and what is "
                    "triggered by bookings fires for them."
                ),
                unknown=_taken(tr("New contact, appointment")),
                known=_taken(tr("Appointment")),
                fires=True,
            ),
            _option(
                SyncOption.SMART,
                tr("Smart"),
                tr(
                    "Guests whom you know already get an appointment, in colour, and triggers fire. "
                    "All others only block your time, in grey."
                ),
                unknown=_blocked(),
                known=_taken(tr("Appointment")),
                fires=True,
            ),
            _option(
                SyncOption.DISABLE_TRIGGER,
                tr("Disable trigger"),
                tr(
                    "Every guest becomes a contact with an appointment, in colour. Nothing is ever "
                    "triggered by it."
                ),
                unknown=_taken(tr("New contact, appointment")),
                known=_taken(tr("Appointment")),
                fires=False,
            ),
            class_name="sync-options",
        ),
        _other(),
        title=tr("What is made of the events in “{name}”?", name=SyncOptions.calendar_name),
        hint=tr(
            "Whatever you choose: your appointments are written there, and busy events block your "
            "time. A choice counts for what arrives from then on."
        ),
    )


def _option(
    key: SyncOption,
    name: Text,
    sentence: Text,
    *,
    unknown: rx.Component,
    known: rx.Component,
    fires: bool,
    recommended: bool = False,
) -> rx.Component:
    chosen = (SyncOptions.option == key.value) & (SyncOptions.saved_scope == "own")
    return rx.el.button(
        rx.el.span(
            rx.el.span(class_name="radio-dot", aria_hidden="true"),
            rx.el.strong(name),
            badge(tr("Recommended"), tone="good", icon="thumbs-up") if recommended else None,
            rx.cond(chosen, badge(tr("In force"), tone="accent", icon="check")),
            class_name="sync-option-head",
        ),
        rx.el.span(sentence, class_name="sync-option-text"),
        rx.el.span(
            rx.el.span(tr("New guest"), class_name="picture-who"),
            unknown,
            rx.el.span(tr("Known guest"), class_name="picture-who"),
            known,
            class_name="picture",
        ),
        _triggers(fires),
        type="button",
        on_click=SyncOptions.pick(key.value),
        aria_pressed=rx.cond(chosen, "true", "false"),
        class_name=rx.cond(chosen, "sync-option on", "sync-option"),
    )


def _blocked() -> rx.Component:
    return rx.el.span(tr("Time blocked"), class_name="sample external")


def _taken(label: Text) -> rx.Component:
    return rx.el.span(label, class_name="sample synced")


def _triggers(fires: bool) -> rx.Component:
    icon, words = ("zap", tr("Triggers fire")) if fires else ("zap-off", tr("Nothing triggers"))
    return rx.el.span(
        rx.icon(icon, size=14, aria_hidden="true"),
        words,
        class_name="picture-triggers on" if fires else "picture-triggers",
    )


def _other() -> rx.Component:
    """Contact creation and triggers apart: the combinations that have no name."""
    return rx.el.details(
        rx.el.summary(
            tr("Other combination"),
            rx.cond(
                (SyncOptions.option == OTHER) & (SyncOptions.saved_scope == "own"),
                badge(tr("In force"), tone="accent", icon="check"),
            ),
        ),
        rx.el.div(
            field(
                tr("Contacts and appointments"),
                select(
                    "creation",
                    [
                        ("never", tr("Never made")),
                        ("existing", tr("Only for guests who are known")),
                        ("always", tr("For every guest")),
                    ],
                    value=SyncOptions.creation,
                    on_change=SyncOptions.set_creation,
                ),
                name="creation",
            ),
            field(
                tr("Triggers"),
                select(
                    "fires",
                    [("yes", tr("Fire")), ("", tr("Never fire"))],
                    value=SyncOptions.fires,
                    on_change=SyncOptions.set_fires,
                ),
                name="fires",
            ),
            button(tr("See what it would do"), icon="eye", on_click=SyncOptions.pick(OTHER)),
            class_name="other-combination",
        ),
        class_name="why",
        open=(SyncOptions.option == OTHER),
    )


def _more() -> rx.Component:
    return rx.cond(
        SyncOptions.takes,
        card(
            rx.cond(SyncOptions.saved_scope == "own", _place()),
            switch_row(
                "per-instance",
                tr("Triggers fire for every instance of a series"),
                tr("Off: they fire once per series, for its first instance."),
                checked=SyncOptions.per_instance,
                on_change=SyncOptions.set_per_instance,
            ),
            switch_row(
                "review",
                tr("Let me look at new guests first"),
                tr(
                    "Guests who are not in the CRM wait under “Review” until you accept them, so "
                    "that private ones never become leads. Known guests are linked at once."
                ),
                checked=SyncOptions.review,
                on_change=SyncOptions.set_review,
            ),
            title=tr("In detail"),
            class_name="team-sync",
        ),
    )


def _place() -> rx.Component:
    return field(
        tr("Put appointments into"),
        select(
            "place",
            SyncOptions.places,
            value=SyncOptions.own_calendar,
            on_change=SyncOptions.choose_place,
        ),
        name="place",
        help=tr(
            "On which calendar appointments made from events in {name} stand.",
            name=SyncOptions.calendar_name,
        ),
    )
