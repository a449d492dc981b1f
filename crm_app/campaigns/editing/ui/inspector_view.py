"""The inspector: the open step's form at the right; on a phone it rises from below."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui import flow_fields, step_fields
from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.cards_view import step_icon
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.settings_state import CampaignSettings
from crm_app.campaigns.editing.ui.step_controls import amount_field, unless
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind
from crm_app.ui.components import button, icon_button, switch_row
from crm_app.ui.words import tr

_FORMS: dict[StepKind, Callable[[], rx.Component]] = {
    StepKind.EMAIL: step_fields.email,
    StepKind.SMS: step_fields.short_text,
    StepKind.MESSENGER: step_fields.short_text,
    StepKind.GOOGLE_BUSINESS: step_fields.ended,
    StepKind.CALL: step_fields.todo,
    StepKind.VOICEMAIL: step_fields.todo,
    StepKind.TASK: step_fields.todo,
    StepKind.NOTIFY: step_fields.notify,
    StepKind.WEBHOOK: step_fields.webhook,
    StepKind.WAIT: flow_fields.wait,
    StepKind.BRANCH: flow_fields.branch,
    StepKind.SPLIT: flow_fields.split,
    StepKind.GOAL: flow_fields.goal,
    StepKind.ADD_TAG: step_fields.tag,
    StepKind.REMOVE_TAG: step_fields.tag,
    StepKind.ASSIGN: step_fields.assign,
    StepKind.MOVE: step_fields.move,
}


def inspector() -> rx.Component:
    """The open step, or what one can do while none is."""
    return rx.el.aside(
        rx.cond(Builder.selected != "", _open(), _nothing()),
        id="inspector",
        aria_label=tr("The open step"),
        class_name=rx.cond(Builder.selected != "", "inspector open", "inspector"),
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(tr("About this campaign")),
            rx.el.p(tr("Choose a step to see and change what it does."), class_name="hint"),
        ),
        rx.el.dl(
            rx.foreach(
                Builder.summary,
                lambda line: rx.el.div(
                    rx.el.dt(line["label"]), rx.el.dd(line["text"]), class_name="summary-line"
                ),
            ),
            class_name="summary",
        ),
        button(tr("Settings"), icon="settings-2", on_click=CampaignSettings.open_settings),
        rx.cond(
            Builder.can_edit,
            rx.el.div(
                rx.el.h3(tr("Quicker by keys")),
                rx.el.dl(
                    *(
                        rx.el.div(rx.el.dt(rx.el.kbd(keys)), rx.el.dd(tr(words)))
                        for keys, words in _KEYS
                    ),
                    class_name="key-list",
                ),
                class_name="inspector-keys",
            ),
        ),
        class_name="inspector-nothing",
    )


_KEYS = (
    ("Ctrl Z", N_("Undo")),
    ("Ctrl Shift Z", N_("Redo")),
    ("Space", N_("On a handle: pick up, arrows to move, Space to drop")),
    ("Esc", N_("Close the step")),
)


def _open() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.span(step_icon(Inspector.kind, 18), class_name="step-icon"),
            rx.el.div(
                rx.el.h2(Inspector.kind_label),
                rx.el.p(Inspector.kind_hint, class_name="hint"),
                class_name="grows",
            ),
            icon_button("x", tr("Close"), id="inspector-close", on_click=Builder.close),
            class_name="inspector-head",
            custom_attrs={"data-group": Inspector.group},
        ),
        rx.el.fieldset(
            rx.cond(
                Inspector.wrong["step"],
                rx.el.p(
                    rx.icon("circle-alert", size=14, aria_hidden="true"),
                    Inspector.wrong["step"],
                    class_name="error",
                ),
            ),
            rx.foreach(
                Inspector.warned,
                lambda text: rx.el.p(
                    rx.icon("triangle-alert", size=14, aria_hidden="true"),
                    text,
                    class_name="inspector-warning",
                ),
            ),
            unless("wait", _switch()),
            rx.match(
                Inspector.kind,
                *((kind.value, form()) for kind, form in _FORMS.items()),
                rx.fragment(),
            ),
            unless(
                "wait",
                amount_field(
                    "delay", tr("Wait before it"), tr("0: at once, when a contact comes.")
                ),
            ),
            disabled=~Builder.can_edit,
            key=Builder.selected,
            class_name="plain-fieldset inspector-form",
        ),
        rx.cond(
            Builder.can_edit,
            rx.el.div(
                button(
                    tr("Duplicate"),
                    icon="copy",
                    small=True,
                    on_click=Steps.duplicate(Builder.selected),
                ),
                button(
                    tr("Delete"),
                    icon="trash-2",
                    kind="danger",
                    small=True,
                    on_click=Steps.remove(Builder.selected),
                ),
                class_name="inspector-foot",
            ),
        ),
    )


def _switch() -> Any:
    return rx.el.div(
        switch_row(
            "step-on",
            tr("On"),
            rx.cond(
                Inspector.flags["on"],
                tr("Switched off, it only waits, and hands on in silence."),
                tr("Silent wait: it uses up its time, does nothing, and hands on."),
            ),
            checked=Inspector.flags["on"],
            on_change=lambda on: Steps.switch(Builder.selected, on),
        ),
        class_name=rx.cond(Inspector.flags["on"], "inspector-switch", "inspector-switch off"),
    )
