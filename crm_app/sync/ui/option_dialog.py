"""The dry run: what a choice would make of the events that are in the calendar now (SYN-6)."""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.sync.ui.option_state import SyncOptions
from crm_app.ui.components import badge, button, checkbox, dialog, notice, skeleton_rows
from crm_app.ui.words import tr

Text: TypeAlias = rx.Var[str] | str


def dry_run() -> rx.Component:
    """The dialog; nothing is written until "Save"."""
    return dialog(
        rx.el.p(SyncOptions.effect),
        rx.cond(SyncOptions.looking, skeleton_rows(4), _result()),
        title=SyncOptions.proposed_name,
        hint=tr("Nothing is changed until you save."),
        open=SyncOptions.proposing,
        on_close=SyncOptions.close,
        actions=(
            button(tr("Cancel"), on_click=SyncOptions.close),
            button(
                tr("Save"),
                kind="primary",
                on_click=SyncOptions.save,
                busy=SyncOptions.looking | SyncOptions.saving,
            ),
        ),
        width="640px",
    )


def _result() -> rx.Component:
    found = SyncOptions.found
    return rx.fragment(
        rx.cond(
            found["ready"],
            rx.fragment(),
            notice(tr("The calendar is still being read; the figures may grow."), tone="accent"),
        ),
        rx.cond(found["events"] == "0", notice(found["nothing"]), _figures()),
        rx.cond(found["followed"], rx.el.p(found["followed"], class_name="help")),
    )


def _figures() -> rx.Component:
    found = SyncOptions.found
    return rx.el.div(
        rx.el.p(found["intro"], class_name="label"),
        rx.el.dl(
            _tile("user-plus", tr("new contacts"), found["contacts"]),
            _tile("link", tr("known contacts"), found["linked"]),
            _tile("calendar-plus", tr("appointments"), found["appointments"]),
            _tile("zap", tr("bookings that trigger"), found["fires"]),
            _tile("inbox", tr("guests to review"), found["waiting"]),
            class_name="dry-tiles",
        ),
        _backfill(),
        rx.cond(SyncOptions.appointments.length() > 0, _appointments()),
        rx.cond(SyncOptions.contacts.length() > 0, _contacts()),
        class_name="stack dry-run",
    )


def _tile(icon: str, label: Text, count: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label),
        rx.el.dd(rx.icon(icon, size=16, aria_hidden="true"), count, class_name="tabular"),
        class_name=rx.cond(count == "0", "dry-tile none", "dry-tile"),
    )


def _appointments() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("What it would make"), class_name="key-title"),
        rx.el.ul(
            rx.foreach(SyncOptions.appointments, _appointment),
            rx.cond(SyncOptions.found["more_appointments"], _more("more_appointments")),
            class_name="dry-list",
        ),
    )


def _appointment(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(one["title"], class_name="breaks"),
            rx.el.span(one["people"], class_name="hint breaks"),
            class_name="grows stack-tight",
        ),
        rx.cond(one["times"], badge(one["times"], icon="repeat")),
        rx.el.span(one["when"], class_name="hint tabular not-wrapped"),
        rx.cond(
            one["waits"],
            badge(tr("To review"), tone="warn", icon="inbox"),
            rx.cond(
                one["fires"],
                badge(tr("Triggers"), tone="accent", icon="zap"),
                badge(tr("Silent"), icon="zap-off"),
            ),
        ),
    )


def _contacts() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("New contacts"), class_name="key-title"),
        rx.el.ul(
            rx.foreach(
                SyncOptions.contacts,
                lambda one: rx.el.li(
                    rx.icon("user-plus", size=16, aria_hidden="true"),
                    rx.el.strong(one["name"], class_name="breaks"),
                    rx.el.span(one["email"], class_name="hint breaks"),
                ),
            ),
            rx.cond(SyncOptions.found["more_contacts"], _more("more_contacts")),
            class_name="dry-list dry-people",
        ),
    )


def _more(name: str) -> rx.Component:
    return rx.el.li(SyncOptions.found[name], class_name="hint")


def _backfill() -> rx.Component:
    return rx.el.div(
        checkbox(
            "backfill",
            rx.el.span(
                rx.el.strong(SyncOptions.found["backfill"]),
                rx.el.span(
                    tr("Nothing triggers for them. Without it, only new and changed events count."),
                    class_name="help",
                ),
                class_name="stack-tight",
            ),
            checked=SyncOptions.backfill,
            on_change=SyncOptions.set_backfill,
        ),
        class_name="backfill",
    )
