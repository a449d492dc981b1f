"""What would happen, line by line: times at the left, messages as they would look, reasons below."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui import looks
from crm_app.campaigns.rehearsal.ui.rehearsal_state import Rehearsal
from crm_app.ui.components import badge, empty_state
from crm_app.ui.words import tr

_ICONS = {kind.value: look.icon for kind, look in looks.LOOKS.items()}
_EXTRA = {"enter": "log-in", "heard": "user-round"}


def time_line() -> rx.Component:
    """The whole of it."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("What would happen")),
            rx.el.p(
                Rehearsal.summary,
                rx.cond(
                    Rehearsal.zone, rx.fragment(" · ", tr("times in {zone}", zone=Rehearsal.zone))
                ),
                class_name="hint",
                role="status",
            ),
            class_name="rehearsal-head",
        ),
        rx.cond(
            Rehearsal.scenes.length() > 0,
            rx.el.ol(rx.foreach(Rehearsal.scenes, _scene), class_name="rehearsal-line"),
            rx.cond(
                Rehearsal.ran,
                empty_state(
                    "calendar-x-2",
                    tr("Nothing would happen"),
                    tr("The campaign has no steps yet."),
                ),
                empty_state(
                    "play", tr("Choose who plays"), tr("Then see all that would happen at once.")
                ),
            ),
        ),
        class_name="card rehearsal-time",
    )


def _scene(scene: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(scene.day, rx.el.h3(scene.day, class_name="rehearsal-day")),
        rx.cond(
            scene.campaign,
            rx.el.p(
                rx.icon("corner-down-right", size=14, aria_hidden="true"),
                tr("In “{campaign}”", campaign=scene.campaign),
                class_name="rehearsal-campaign",
            ),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.time(scene.time, class_name="tabular"),
                rx.cond(
                    scene.elsewhere,
                    rx.el.span(tr("{time} with you", time=scene.elsewhere), class_name="hint"),
                ),
                class_name="rehearsal-when",
            ),
            rx.el.span(_icon(scene.kind), class_name="rehearsal-dot"),
            rx.el.div(_words(scene), class_name="rehearsal-words"),
            class_name=rx.cond(
                scene.closed, "rehearsal-row closed " + scene.tone, "rehearsal-row " + scene.tone
            ),
        ),
    )


def _words(scene: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.span(scene.title, class_name="rehearsal-title"),
            rx.cond(scene.outcome, _outcome(scene)),
            class_name="rehearsal-top",
        ),
        rx.cond(scene.reason, rx.el.p(scene.reason, class_name="hint")),
        rx.cond(
            scene.effects.length() > 0,
            rx.el.ul(
                rx.foreach(scene.effects, lambda words: rx.el.li(words)),
                class_name="rehearsal-effects",
            ),
        ),
        rx.cond(scene.channel, _message(scene)),
        rx.cond(scene.end, rx.el.p(scene.end, class_name="rehearsal-end")),
    )


def _outcome(scene: Any) -> rx.Component:
    return rx.match(
        scene.tone,
        *((tone, badge(scene.outcome, tone=tone)) for tone in ("good", "warn", "bad")),
        badge(scene.outcome),
    )


def _message(scene: Any) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(
            rx.el.span(scene.address, class_name="hint breaks"),
            rx.cond(scene.subject, rx.el.strong(scene.subject)),
        ),
        rx.el.p(scene.body),
        class_name=rx.cond(
            scene.channel == "email", "rehearsal-message mail", "rehearsal-message bubble"
        ),
    )


def _icon(kind: Any) -> rx.Component:
    known = {**_ICONS, **_EXTRA}
    return rx.match(
        kind,
        *((key, rx.icon(icon, size=15, aria_hidden="true")) for key, icon in known.items()),
        rx.icon("circle", size=15, aria_hidden="true"),
    )
