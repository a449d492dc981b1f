"""The campaign as nested lists: each step a card, each branch a list within it, places between.

Real ``<ol>`` and ``<li>`` with headings and buttons, so that the picture is the outline too: a screen
reader walks from step to step and branch to branch, and every act has a button or a menu (CAM-6).
"""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.service import DEEPEST
from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.looks import LOOKS
from crm_app.campaigns.editing.ui.people_state import People
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.ui import sortable
from crm_app.ui.components import icon_button, menu, menu_item
from crm_app.ui.words import tr

# The heading of a campaign's own steps; those of a branch are one level deeper.
_HEADINGS = (rx.el.h2, rx.el.h3, rx.el.h4, rx.el.h5, rx.el.h6)
_CHIPS = {
    "waiting": "hourglass",
    "attention": "hand",
    "resting": "inbox",
    "sent": "send",
    "opened": "mail-open",
    "clicked": "mouse-pointer-click",
    "replied": "reply",
    "failed": "circle-alert",
    "unknown": "circle-help",
}


def lane(parent: Any = "", depth: int = 0) -> rx.Component:
    """A list of steps, with the lists of their branches, as deep as branches may lie."""
    end = Builder.ends[parent]
    return rx.el.ol(
        rx.foreach(
            Builder.lanes[parent],
            lambda card: rx.el.li(
                _slot(parent, card.index, card.before_label, card.closed),
                _card(card, depth),
                _arms(card, depth) if depth < DEEPEST else rx.fragment(),
                key=card.id,
                class_name="lane-step",
            ),
        ),
        rx.el.li(
            _slot(parent, end.index, end.label, end.closed, empty=end.empty),
            key="end",
            class_name="lane-end",
        ),
        class_name="lane",
    )


def _slot(parent: Any, index: Any, label: Any, closed: Any, *, empty: Any = False) -> rx.Component:
    key = f"{parent}|{index}"
    return sortable.drop_slot(
        rx.cond(
            Builder.can_edit,
            rx.el.button(
                rx.icon("plus", size=14, aria_hidden="true"),
                rx.cond(
                    empty,
                    rx.el.span(tr("Add a step"), class_name="slot-words"),
                    rx.el.span(class_name="slot-line"),
                ),
                type="button",
                class_name="slot-add",
                aria_label=tr("Add a step {place}", place=label),
                custom_attrs={"aria-pressed": rx.cond(Builder.aimed == key, "true", "false")},
                on_click=Steps.aim(parent, index),
            ),
            rx.el.span(class_name="slot-gap"),
        ),
        drop_id=key,
        payload={"parent": parent, "index": index},
        label=label,
        closed_to=closed,
        class_name=rx.cond(
            Builder.aimed == key,
            "drop-slot slot slot-aimed",
            rx.cond(empty, "drop-slot slot slot-empty", "drop-slot slot"),
        ),
    )


def _card(card: Any, depth: int) -> rx.Component:
    chosen = Builder.selected == card.id
    return sortable.draggable(
        rx.cond(Builder.can_edit, sortable.handle(), rx.el.span(class_name="handle-gap")),
        rx.el.span(step_icon(card.kind), class_name="step-icon"),
        rx.el.div(
            rx.el.div(
                rx.cond(card.label, rx.el.span(card.label, class_name="step-kind")),
                rx.cond(card.delay, rx.el.span(card.delay, class_name="step-delay")),
                rx.cond(
                    card.silent,
                    rx.el.span(
                        rx.icon("moon", size=12, aria_hidden="true"),
                        card.silent,
                        class_name="badge step-silent",
                    ),
                ),
                class_name="step-caption",
            ),
            _HEADINGS[min(depth, len(_HEADINGS) - 1)](
                rx.el.button(
                    card.title,
                    type="button",
                    class_name="step-open",
                    aria_label=card.sentence,
                    custom_attrs={
                        "aria-expanded": rx.cond(chosen, "true", "false"),
                        "aria-describedby": "position-" + card.id,
                    },
                ),
                class_name="step-title",
            ),
            rx.el.span(card.position, id="position-" + card.id, class_name="visually-hidden"),
            rx.cond(
                card.problem,
                rx.el.p(
                    rx.icon(
                        "circle-alert",
                        size=14,
                        aria_hidden="true",
                    ),
                    rx.el.span(card.problem),
                    class_name="step-problem step-problem-" + card.severity,
                ),
            ),
            on_click=Inspector.select(card.id),
            class_name="step-main",
        ),
        rx.cond(card.chips.length() > 0, _chips(card)),
        rx.cond(Builder.can_edit, _side(card)),
        drag_id=card.id,
        payload={"step": card.id},
        label=card.drag_label,
        ghost=card.sentence,
        disabled=~Builder.can_edit,
        class_name=rx.cond(chosen, "step-card chosen", "step-card"),
        custom_attrs={
            "data-card": "",
            "data-group": card.group,
            "data-off": rx.cond(card.silent, "true", "false"),
        },
    )


def _chips(card: Any) -> rx.Component:
    return rx.el.div(
        rx.foreach(
            card.chips,
            lambda chip: rx.el.button(
                rx.match(
                    chip.key,
                    *(
                        (key, rx.icon(icon, size=12, aria_hidden="true"))
                        for key, icon in _CHIPS.items()
                    ),
                    rx.icon("dot", size=12, aria_hidden="true"),
                ),
                rx.el.span(chip.text, class_name="tabular"),
                type="button",
                class_name="chip chip-" + chip.key,
                aria_label=chip.label,
                title=chip.label,
                on_click=People.open_people(card.id, chip.key),
            ),
        ),
        class_name="step-chips",
    )


def _side(card: Any) -> rx.Component:
    return rx.el.div(
        rx.switch(
            checked=card.on,
            on_change=lambda on: Steps.switch(card.id, on),
            size="1",
            custom_attrs={"aria-label": tr("On: {step}", step=card.sentence), "data-no-drag": ""},
        ),
        menu(
            icon_button("ellipsis", tr("More about {name}", name=card.sentence)),
            menu_item(tr("Move up"), Steps.move_by(card.id, -1), icon="arrow-up"),
            menu_item(tr("Move down"), Steps.move_by(card.id, 1), icon="arrow-down"),
            menu_item(tr("Move to …"), Steps.choose_place(card.id), icon="move"),
            menu_item(tr("Duplicate"), Steps.duplicate(card.id), icon="copy"),
            rx.cond(
                card.on,
                menu_item(tr("Switch off"), Steps.switch(card.id, False), icon="power-off"),
                menu_item(tr("Switch on"), Steps.switch(card.id, True), icon="power"),
            ),
            menu_item(
                tr("Contacts here"), People.open_people(card.id, "waiting"), icon="users-round"
            ),
            menu_item(tr("Delete"), Steps.remove(card.id), icon="trash-2", danger=True),
        ),
        class_name="step-side",
    )


def _arms(card: Any, depth: int) -> rx.Component:
    return rx.cond(
        card.arms.length() > 0,
        rx.el.div(
            rx.foreach(
                card.arms,
                lambda arm: rx.el.section(
                    rx.el.p(
                        rx.el.span(arm.label, class_name="arm-name"),
                        rx.cond(arm.share, rx.el.span(arm.share, class_name="arm-share tabular")),
                        class_name="arm-label",
                    ),
                    lane(arm.parent, depth + 1) if depth + 1 <= DEEPEST else rx.fragment(),
                    key=arm.parent,
                    aria_label=arm.label,
                    class_name="arm arm-" + arm.key,
                ),
            ),
            class_name="arms",
        ),
    )


def step_icon(kind: Any, size: int = 16) -> rx.Component:
    """The icon of a kind of step."""
    return rx.match(
        kind,
        *(
            (each.value, rx.icon(look.icon, size=size, aria_hidden="true"))
            for each, look in LOOKS.items()
        ),
        rx.icon("circle", size=size, aria_hidden="true"),
    )
