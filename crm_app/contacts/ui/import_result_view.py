"""The fourth step: an import at work, and what came of it, with the way back."""

import reflex as rx

from crm_app.contacts.ui.import_rows import rows_table, shares, tally
from crm_app.contacts.ui.import_state import PATH, Imports
from crm_app.core.kinds import WorkState
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import badge, button, confirm, link_button, notice
from crm_app.ui.words import tr


def running_step() -> rx.Component:
    """Progress."""
    undoing = Imports.state == WorkState.UNDOING.value
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                rx.cond(
                    undoing, tr("The import is being taken back"), tr("The contacts are coming in")
                )
            ),
            rx.el.p(
                tr("You can leave this page; it goes on without you."),
                class_name="hint",
            ),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(
                    style={"width": Imports.numbers.percent.to(str) + "%"},
                    class_name="import-progress-bar",
                ),
                class_name="import-progress",
                role="progressbar",
                aria_label=tr("Progress"),
                aria_valuenow=Imports.numbers.percent,
                aria_valuemin=0,
                aria_valuemax=100,
            ),
            rx.el.div(
                rx.el.span(Imports.numbers.percent.to(str) + " %", class_name="import-percent"),
                rx.el.span(Imports.time_left, class_name="hint", role="status"),
                class_name="spread",
            ),
        ),
        rx.cond(~undoing, tally(Imports.numbers)),
        rx.cond(
            ~undoing,
            rx.el.div(
                button(tr("Stop"), icon="circle-stop", on_click=Imports.stop),
                rx.el.span(
                    tr("What is in stays. You can go on later, or take it back."),
                    class_name="hint",
                ),
                class_name="row",
            ),
        ),
        class_name="card import-work",
    )


def result_step() -> rx.Component:
    """What came of it."""
    undone = Imports.state == WorkState.UNDONE.value
    return rx.el.div(
        rx.el.section(
            rx.el.div(
                rx.el.h2(_title()),
                badge(Imports.state_word, tone=Imports.state_tone),
                class_name="spread",
            ),
            rx.cond(Imports.problem, notice(Imports.problem, tone="bad")),
            rx.cond(
                ~undone,
                rx.fragment(shares(Imports.numbers), tally(Imports.numbers)),
                rx.el.p(
                    tr(
                        "Contacts that the file had made are deleted and can be brought back for "
                        "30 days; those that it had changed are as they were."
                    ),
                    class_name="hint",
                ),
            ),
            _acts(),
            class_name="card import-work",
        ),
        rx.cond(Imports.stayed.length() > 0, _stayed()),
        rx.cond(Imports.refused.length() > 0, _refused()),
        confirm(
            title=tr("Take the whole import back?"),
            text=tr(
                "New contacts are deleted and changed ones are as they were before. Contacts that "
                "somebody worked with since stay."
            ),
            open=Imports.asking,
            on_close=Imports.close,
            action=button(tr("Take it back"), kind="danger", on_click=Imports.undo),
        ),
        class_name="groups",
    )


def _title() -> rx.Var[str]:
    return rx.match(
        Imports.state,
        (WorkState.STOPPED.value, tr("Stopped on the way")),
        (WorkState.UNDONE.value, tr("The import was taken back")),
        (WorkState.FAILED.value, tr("The import could not go on")),
        tr("All rows are through"),
    )


def _acts() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Imports.can_go_on,
            button(tr("Go on"), icon="play", kind="primary", on_click=Imports.go_on),
            link_button(tr("Show contacts"), "/contacts", icon="users", kind="primary"),
        ),
        rx.cond(
            Imports.can_undo,
            button(tr("Take it back"), icon="undo-2", on_click=Imports.ask),
        ),
        class_name="row",
    )


def _refused() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(tr("Refused rows"), class_name="import-part"),
                rx.el.p(
                    tr("Mend them in the file and bring it again; the reasons stand in it."),
                    class_name="help",
                ),
            ),
            rx.el.a(
                rx.icon("download", size=16, aria_hidden="true"),
                rx.el.span(tr("As a file")),
                href=PATH + "/" + Imports.import_id.to(str) + "/refused.csv",
                custom_attrs=PAST_THE_ROUTER,
                class_name="button button-normal",
            ),
            class_name="spread",
        ),
        rows_table(Imports.refused, words=False),
        rx.cond(
            Imports.more_refused,
            button(tr("Load more"), small=True, on_click=Imports.load_refused),
        ),
        class_name="card stack",
    )


def _stayed() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("These stay"), class_name="import-part"),
            rx.el.p(tr("Somebody worked with them since they came in."), class_name="help"),
        ),
        rows_table(Imports.stayed, words=False),
        class_name="card stack",
    )
