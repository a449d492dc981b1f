"""Sync settings for team and group calendars (SYN-5): the default calendar decides.

Its empty entry means that no contacts are made; "Allow triggers" is offered once one is saved.
"""

import reflex as rx

from crm_app.sync.ui.option_state import SyncOptions
from crm_app.ui.components import badge, card, field, notice, select, switch_row
from crm_app.ui.words import tr


def team() -> rx.Component:
    """The card."""
    return card(
        rx.cond(
            SyncOptions.saved_scope != "team",
            notice(
                tr(
                    "At present the settings under “My own calendar” decide. Choosing something "
                    "here puts these in their place."
                ),
                tone="accent",
            ),
        ),
        field(
            tr("Default calendar"),
            select(
                "default-calendar",
                SyncOptions.calendars,
                value=SyncOptions.team_calendar,
                on_change=SyncOptions.choose_team_calendar,
            ),
            name="default-calendar",
            help=tr(
                "Appointments made from events in {name} are put there.",
                name=SyncOptions.calendar_name,
            ),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(tr("Allow contact creation"), class_name="label"),
                rx.el.p(
                    rx.cond(
                        SyncOptions.team_calendar,
                        tr("Guests of events become contacts with an appointment."),
                        tr("Events only block your time. Choose a default calendar to change it."),
                    ),
                    class_name="help",
                ),
            ),
            rx.cond(
                SyncOptions.team_calendar,
                badge(tr("On"), tone="good", icon="check"),
                badge(tr("Off"), icon="minus"),
            ),
            class_name="switch-row",
            role="status",
        ),
        rx.cond(
            SyncOptions.team_calendar,
            switch_row(
                "allow-triggers",
                tr("Allow triggers"),
                tr(
                    "What is triggered by appointments and by bookings of customers fires for the "
                    "contacts made here, for instance to put them into reminder campaigns."
                ),
                checked=SyncOptions.team_triggers,
                on_change=SyncOptions.set_team_triggers,
            ),
        ),
        title=tr("Team and group calendars"),
        hint=tr("For calendars that a team shares: one menu decides whether contacts are made."),
        class_name="team-sync",
    )
