"""Lines of the list, the log and the map, in the reader's language. No Reflex here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.triggers import (
    edges,
    loops,
    picture,
    queries,
    reasons,
    sentences,
    workspace,
)
from crm_app.campaigns.triggers.catalogue import EVENTS
from crm_app.campaigns.triggers.checking import Known, check
from crm_app.campaigns.triggers.graph import Node
from crm_app.campaigns.triggers.queries import RunLine
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import TriggerOutcome
from crm_app.ui import moments

Row = dict[str, str]
OUTCOMES: dict[TriggerOutcome, tuple[str, str]] = {
    TriggerOutcome.ACTED: (N_("Acted"), "good"),
    TriggerOutcome.REFUSED: (N_("Did nothing"), "plain"),
    TriggerOutcome.WAITS: (N_("Waits"), "accent"),
    TriggerOutcome.STOPPED: (N_("Stopped"), "warn"),
    TriggerOutcome.FAILED: (N_("Failed"), "bad"),
}
KINDS: dict[str, tuple[str, str]] = {
    "form": (N_("Form"), "clipboard-list"),
    "trigger": (N_("Trigger"), "zap"),
    "campaign": (N_("Campaign"), "megaphone"),
    "calendar": (N_("Calendar"), "calendar-days"),
}
_PATHS = {
    "form": "/forms/{id}",
    "trigger": "/triggers/{id}",
    "campaign": "/campaigns/{id}",
    "calendar": "/settings/calendars",
}


@dataclass
class BoxRow:
    """A node of the picture; numbers are finished texts."""

    id: str
    name: str
    kind: str
    word: str
    icon: str
    state: str
    href: str
    style: dict[str, str]
    label: str


@dataclass
class LineRow:
    """An edge of the picture and of the table beside it."""

    path: str
    look: str
    source: str
    source_href: str
    how: str
    target: str
    target_href: str


@dataclass
class MapRow:
    """The whole map."""

    width: str
    height: str
    boxes: list[BoxRow]
    lines: list[LineRow]
    circles: list[str]
    broken: list[str]


def triggers(session: Session, actor: Actor, now: datetime, *, deleted: bool = False) -> list[Row]:
    """The list."""
    known, last = workspace.known(session), queries.last_acts(session)
    rows = []
    for trigger in queries.list_triggers(session, actor, deleted=deleted):
        rule = queries.rule(trigger)
        at, count = last.get(trigger.id or 0, (None, 0))
        wrong = [one for one in check(rule, known) if one.severity == "error"]
        event = EVENTS.get(trigger.event)
        rows.append(
            {
                "id": str(trigger.id),
                "name": trigger.name,
                "words": sentences.whole(rule, known, actor.locale),
                "icon": event.icon if event else "zap",
                "on": "yes" if trigger.enabled else "",
                "acted": _acted(actor, at, count, now),
                "problem": translate(actor.locale, N_("Unfinished")) if wrong else "",
            }
        )
    return rows


def _acted(actor: Actor, at: datetime | None, count: int, now: datetime) -> str:
    if at is None:
        return translate(actor.locale, N_("Never acted yet"))
    times = translate_n(actor.locale, "{count} time", "{count} times", count)
    return f"{times} · {moments.moment(actor.locale, actor.time_zone, at, now)}"


def runs(session: Session, actor: Actor, now: datetime, **asked: Any) -> list[Row]:
    """Lines of the log, latest first."""
    known = workspace.known(session)
    return [_run(one, actor, known, now) for one in queries.runs(session, actor, **asked)]


def _run(one: RunLine, actor: Actor, known: Known, now: datetime) -> Row:
    words, tone = OUTCOMES[one.outcome]
    return {
        "id": str(one.id),
        "trigger": one.trigger_name,
        "trigger_id": str(one.trigger_id),
        "contact": one.contact_name,
        "contact_href": f"/contacts/{one.contact_id}" if one.contact_id else "",
        "when": moments.moment(actor.locale, actor.time_zone, one.at, now),
        "words": translate(actor.locale, words),
        "tone": tone,
        "why": why(one.reason, one.detail, actor, known, now),
    }


def why(
    reason: str, detail: dict[str, Any] | Any, actor: Actor, known: Known, now: datetime
) -> str:
    """A reason in words; a condition that failed is told by its names."""
    shown = dict(detail)
    asked = shown.get("condition")
    if isinstance(asked, dict):
        condition = Condition(str(asked["field"]), str(asked["op"]), str(asked.get("value") or ""))
        shown["condition"] = sentences.condition(condition, known, actor.locale)
    return reasons.explain(actor.locale, actor.time_zone, reason, shown, now)


def the_map(session: Session, actor: Actor) -> MapRow:
    """Which forms, triggers, campaigns and calendars feed which (TRG-5)."""
    actor.require_user()
    graph = edges.build(workspace.load(session))
    drawn = picture.draw(graph)
    around = loops.circles(graph)
    in_circle = {(e.source, e.target, e.how) for circle in around for e in circle.edges}
    say = actor.locale
    return MapRow(
        width=str(drawn.width),
        height=str(drawn.height),
        boxes=[_box(box, say) for box in drawn.boxes],
        lines=[
            LineRow(
                path=line.path,
                look=_look(line, in_circle),
                source=_name(graph.nodes[line.edge.source], say),
                source_href=_href(graph.nodes[line.edge.source]),
                how=translate(say, edges.WORDS[line.edge.how]).format(**line.edge.params),
                target=_name(graph.nodes[line.edge.target], say),
                target_href=_href(graph.nodes[line.edge.target]),
            )
            for line in drawn.lines
        ],
        circles=[loops.path(circle, graph) for circle in around],
        broken=[
            translate(
                say,
                N_("{from_name} leads to something that was deleted."),
                from_name=graph.nodes[e.source].name,
            )
            if graph.nodes[e.target].gone
            else translate(
                say,
                N_("{to_name} waits for something that was deleted."),
                to_name=graph.nodes[e.target].name,
            )
            for e in graph.edges
            if graph.nodes[e.target].gone or graph.nodes[e.source].gone
        ],
    )


def _look(line: picture.Line, in_circle: set[tuple[str, str, str]]) -> str:
    edge = line.edge
    names = ["map-line"]
    if (edge.source, edge.target, edge.how) in in_circle:
        names.append("map-line-circle")
    if edge.how == "removes":
        names.append("map-line-removes")
    return " ".join(names)


def _box(box: picture.Box, locale: str) -> BoxRow:
    node = box.node
    word, icon = KINDS[node.kind]
    state = N_("deleted") if node.gone else N_("off") if node.off else ""
    words = translate(locale, word)
    name = _name(node, locale)
    return BoxRow(
        id=node.id,
        name=name,
        kind=f"map-box map-{node.kind}" + (" map-gone" if node.gone else " map-off" * node.off),
        word=words,
        icon=icon,
        state=translate(locale, state) if state else "",
        href=_href(node),
        style={
            "left": f"{box.x}px",
            "top": f"{box.y}px",
            "width": f"{picture.BOX_WIDTH}px",
            "height": f"{picture.BOX_HEIGHT}px",
        },
        label=f"{words}: {name}",
    )


def _name(node: Node, locale: str) -> str:
    return node.name or translate(locale, N_("(deleted)"))


def _href(node: Node) -> str:
    return "" if node.gone else _PATHS[node.kind].format(id=node.id.partition(":")[2])
