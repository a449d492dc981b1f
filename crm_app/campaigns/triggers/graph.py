"""Which forms, triggers, campaigns and calendars feed which (TRG-5). Pure.

A node is "campaign:3". An edge says by what words one sets the other off, and whether time passes on
the way (``pauses``: a wait, or a person who has to do something), whether it ends by itself
(``capped``), and whether the thing that it leads to is gone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_app.campaigns.plans.plan import Plan, Step, delay
from crm_app.campaigns.triggers.actions import number
from crm_app.campaigns.triggers.rule import Rule
from crm_app.core.kinds import StepKind

NodeKind = Literal["form", "trigger", "campaign", "calendar"]
SENDS = (StepKind.EMAIL, StepKind.SMS, StepKind.MESSENGER)


@dataclass(frozen=True, slots=True)
class Node:
    """Something on the map. ``off``: it does nothing at present; ``gone``: it was deleted."""

    id: str
    kind: NodeKind
    name: str
    off: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` sets ``target`` off; ``how`` is a key of ``edges.WORDS`` and ``params`` fill it.

    ``settles``: doing it twice is doing it once, so a trigger that feeds itself by it ends.
    """

    source: str
    target: str
    how: str
    params: Mapping[str, str] = field(default_factory=dict)
    pauses: bool = False
    capped: bool = False
    settles: bool = False


@dataclass(frozen=True, slots=True)
class FormPart:
    """A form as the map needs it."""

    id: int
    name: str
    campaign_id: int | None = None
    calendar_id: int | None = None
    form_id: int | None = None
    tags: tuple[str, ...] = ()
    assigns: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class CampaignPart:
    """A campaign as the map needs it."""

    id: int
    name: str
    plan: Plan
    off: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A calendar as the map needs it."""

    id: int
    name: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that can feed or be fed."""

    forms: tuple[FormPart, ...] = ()
    campaigns: tuple[CampaignPart, ...] = ()
    calendars: tuple[CalendarPart, ...] = ()
    rules: tuple[Rule, ...] = ()

    def without(self, trigger_id: int) -> "Workspace":
        """The same without one of the triggers."""
        kept = tuple(rule for rule in self.rules if rule.id != trigger_id)
        return Workspace(self.forms, self.campaigns, self.calendars, kept)

    def with_rule(self, rule: Rule) -> "Workspace":
        """The same with ``rule`` in the place of the one with its id."""
        rest = self.without(rule.id)
        return Workspace(rest.forms, rest.campaigns, rest.calendars, (*rest.rules, rule))


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id in the order of the map, and edges."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]

    def following(self, node_id: str) -> Iterator[Edge]:
        """The edges that leave a node."""
        return (edge for edge in self.edges if edge.source == node_id)


def takes_time(plan: Plan) -> bool:
    """Whether everybody needs some time to come to the end: a delay or wait outside of branches."""
    return any(step_waits(step) for step in plan.steps)


def step_waits(step: Step) -> bool:
    """Whether time passes at a step for whoever comes to it."""
    if step.kind is not StepKind.WAIT:
        return bool(step.delay.length)
    if step.config.get("mode", "duration") != "duration":
        return True
    try:
        return bool(delay(step.config).length)
    except (ValueError, TypeError):
        return False


def tags_of(plan: Plan, kind: StepKind) -> tuple[str, ...]:
    """The tags that steps of a kind name; those put on at the entry too."""
    at_entry = plan.settings.tags if kind is StepKind.ADD_TAG else ()
    named = (str(step.config.get("tag") or "") for step in plan.walk() if step.kind is kind)
    return (*at_entry, *(tag for tag in named if tag))


def assigns(plan: Plan) -> bool:
    """Whether the plan gives contacts an owner."""
    return plan.settings.assign.mode != "none" or any(
        step.kind is StepKind.ASSIGN for step in plan.walk()
    )


def sends(plan: Plan) -> bool:
    """Whether the plan writes to contacts."""
    return any(step.kind in SENDS and step.on for step in plan.walk())


def moves(plan: Plan) -> Iterable[int]:
    """The campaigns that steps move contacts to."""
    found = (
        number(step.config.get("campaign_id")) for step in plan.walk() if step.kind is StepKind.MOVE
    )
    return [campaign for campaign in found if campaign]


def actions_of(rule: Rule, *kinds: str) -> list[Mapping[str, Any]]:
    """The actions of a rule that are of one of ``kinds``."""
    return [action for action in rule.actions if action.get("kind") in kinds]
