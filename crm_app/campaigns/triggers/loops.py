"""Circles in the map: triggers and campaigns that would set each other off for ever (TRG-4). Pure.

A circle through which nothing pauses and that nothing ends is refused. One that waits, that is
capped, or on whose way a condition about the contact may fail, is told as a warning.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crm_app.campaigns.triggers.catalogue import FILTERS
from crm_app.campaigns.triggers.checking import Mistake
from crm_app.campaigns.triggers.graph import Edge, Graph
from crm_app.campaigns.triggers.rule import Rule
from crm_app.core.i18n import N_

ENDLESS = N_(
    "This would run in a circle without a pause: {path}. Add a wait, or a condition that ends it."
)
MAY_END = N_("This runs in a circle: {path}. It ends only when one of the conditions fails.")
CAPPED = N_(
    "This runs in a circle: {path}. It ends after {most} rounds, or when the contact books."
)
ONCE = N_("This runs in a circle: {path}. It ends since nobody enters the campaign twice.")
PAUSES = N_("This runs in a circle: {path}. There are pauses in it, but nothing that ends it.")


@dataclass(frozen=True, slots=True)
class Circle:
    """Edges that lead from a node back to itself."""

    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes in order; the first one is not repeated."""
        return tuple(edge.source for edge in self.edges)


def check(rule: Rule, graph: Graph, rules: tuple[Rule, ...]) -> list[Mistake]:
    """What is to be said of circles through ``rule``: one mistake or none."""
    here = f"trigger:{rule.id}"
    endless = _through(graph, here, lambda edge: not (edge.pauses or edge.capped))
    if endless is not None:
        asks = any(_asks(one) for one in rules if f"trigger:{one.id}" in endless.nodes)
        message = MAY_END if asks else ENDLESS
        severity: Literal["error", "warning"] = "warning" if asks else "error"
        return [Mistake("", message, {"path": path(endless, graph)}, severity)]
    circle = _through(graph, here, lambda _edge: True)
    if circle is None:
        return []
    return [
        Mistake("", _said_of(circle), {"path": path(circle, graph), "most": rule.most}, "warning")
    ]


def circles(graph: Graph) -> list[Circle]:
    """One circle for each trigger that is in one; the same circle is told once."""
    found: dict[frozenset[str], Circle] = {}
    for node in graph.nodes.values():
        if node.kind in ("trigger", "campaign"):
            circle = _through(graph, node.id, lambda _edge: True)
            if circle is not None:
                found.setdefault(frozenset(circle.nodes), circle)
    return list(found.values())


def path(circle: Circle, graph: Graph) -> str:
    """The circle in names, back to its beginning."""
    ids = (*circle.nodes, circle.nodes[0])
    return " → ".join(graph.nodes[node].name or "?" for node in ids)


def _said_of(circle: Circle) -> str:
    if any(edge.how == "not_booked" for edge in circle.edges):
        return CAPPED
    return ONCE if any(edge.capped for edge in circle.edges) else PAUSES


def _asks(rule: Rule) -> bool:
    """Whether a rule has a condition about the contact, which may fail one day."""
    return any(condition.field not in FILTERS for condition in rule.filters)


def _through(graph: Graph, start: str, allowed: Callable[[Edge], bool]) -> Circle | None:
    """The shortest circle through ``start`` along allowed edges (breadth first)."""
    came: dict[str, Edge] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for edge in graph.following(node):
            if not allowed(edge) or _leads_nowhere(graph, edge):
                continue
            if edge.target == start:
                return _walked_back(came, edge, start)
            if edge.target not in came:
                came[edge.target] = edge
                waiting.append(edge.target)
    return None


def _leads_nowhere(graph: Graph, edge: Edge) -> bool:
    """Whether no circle goes on here: a removal, what ends by itself, or what is gone."""
    ends_itself = edge.settles and edge.source == edge.target
    return edge.how == "removes" or ends_itself or graph.nodes[edge.target].gone


def _walked_back(came: dict[str, Edge], last: Edge, start: str) -> Circle:
    edges = [last]
    while edges[-1].source != start:
        edges.append(came[edges[-1].source])
    return Circle(tuple(reversed(edges)))
