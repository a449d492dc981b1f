"""Where each node of the map stands and how its lines run: numbers for an SVG. Pure.

Columns go from what feeds to what is fed; a line back to an earlier column runs below the boxes.
Within a column, nodes stand near those that feed them. Lengths are in pixels at full size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_app.campaigns.triggers.graph import Edge, Graph, Node

BOX_WIDTH, BOX_HEIGHT = 208, 52
COLUMN, ROW = 304, 76
# Lines that run back need room beside the outer columns.
SIDE, MARGIN = 64, 24
_KIND_ORDER = {"form": 0, "calendar": 1, "campaign": 2, "trigger": 3}


@dataclass(frozen=True, slots=True)
class Box:
    """A node's upper left corner."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as an SVG path; ``back`` runs against the columns."""

    edge: Edge
    path: str
    back: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(graph: Graph) -> Picture:
    """The picture of ``graph``. Nodes without any edge are left to the lists of their own pages."""
    used = [n for n in graph.nodes.values() if _has_edge(graph, n.id)]
    columns = _columns(graph, used)
    places = {
        node.id: (SIDE + column * COLUMN, MARGIN + row * ROW)
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }
    rows = max((len(nodes) for nodes in columns), default=0)
    lowest = MARGIN + rows * ROW
    lines = [_line(edge, places, lowest) for edge in graph.edges]
    back = sum(line.back for line in lines)
    lines = _lowered(lines, places, lowest)
    return Picture(
        width=max(1, len(columns)) * COLUMN - (COLUMN - BOX_WIDTH) + 2 * SIDE,
        height=lowest + MARGIN + back * 14,
        boxes=tuple(Box(node, *places[node.id]) for nodes in columns for node in nodes),
        lines=tuple(lines),
    )


def _has_edge(graph: Graph, node_id: str) -> bool:
    return any(node_id in (edge.source, edge.target) for edge in graph.edges)


def _columns(graph: Graph, nodes: Sequence[Node]) -> list[list[Node]]:
    depth = _depths(graph, [node.id for node in nodes])
    columns: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in sorted(nodes, key=lambda n: (_KIND_ORDER[n.kind], n.name.casefold(), n.id)):
        columns[depth[node.id]].append(node)
    for index in range(1, len(columns)):
        above = {node.id: row for row, node in enumerate(columns[index - 1])}
        columns[index].sort(key=lambda node: _middle(graph, node.id, above))
    return columns


def _middle(graph: Graph, node_id: str, above: Mapping[str, int]) -> float:
    rows = [above[e.source] for e in graph.edges if e.target == node_id and e.source in above]
    return sum(rows) / len(rows) if rows else len(above)


def _depths(graph: Graph, ids: Sequence[str]) -> dict[str, int]:
    """The longest way to each node, without the edges that lead back into the way to themselves."""
    forward = _forward(graph, ids)
    depth = dict.fromkeys(ids, 0)
    # Without circles the longest way has fewer edges than there are nodes.
    for _ in ids:
        changed = False
        for source, target in forward:
            if depth[target] < depth[source] + 1:
                depth[target], changed = depth[source] + 1, True
        if not changed:
            break
    return depth


def _forward(graph: Graph, ids: Sequence[str]) -> list[tuple[str, str]]:
    """The edges of a depth-first walk that do not close a circle. Forms and calendars come first."""
    kept: list[tuple[str, str]] = []
    done: set[str] = set()
    on_way: set[str] = set()

    def walk(node: str) -> None:
        on_way.add(node)
        for edge in graph.following(node):
            if edge.target in on_way:
                continue
            kept.append((node, edge.target))
            if edge.target not in done:
                walk(edge.target)
        on_way.discard(node)
        done.add(node)

    fed = {edge.target for edge in graph.edges}
    order = sorted(ids, key=lambda i: (i in fed, _KIND_ORDER[graph.nodes[i].kind], i))
    for node in order:
        if node not in done:
            walk(node)
    return kept


def _line(edge: Edge, places: Mapping[str, tuple[int, int]], below: int) -> Line:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    starts, ends = (x1 + BOX_WIDTH, y1 + BOX_HEIGHT // 2), (x2, y2 + BOX_HEIGHT // 2)
    if x2 > x1:
        bend = max(40, (ends[0] - starts[0]) // 2)
        path = (
            f"M{starts[0]},{starts[1]} C{starts[0] + bend},{starts[1]}"
            f" {ends[0] - bend},{ends[1]} {ends[0]},{ends[1]}"
        )
        return Line(edge, path, back=False)
    path = (
        f"M{starts[0]},{starts[1]} C{starts[0] + 56},{starts[1]} {starts[0] + 56},{below}"
        f" {starts[0]},{below} L{ends[0]},{below}"
        f" C{ends[0] - 56},{below} {ends[0] - 56},{ends[1]} {ends[0]},{ends[1]}"
    )
    return Line(edge, path, back=True)


def _lowered(
    lines: Sequence[Line], places: Mapping[str, tuple[int, int]], lowest: int
) -> list[Line]:
    """The lines back, each in a lane of its own below all boxes."""
    drawn, lane = [], 0
    for line in lines:
        if line.back:
            drawn.append(_line(line.edge, places, lowest + 14 * lane))
            lane += 1
        else:
            drawn.append(line)
    return drawn
