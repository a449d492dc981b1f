"""TRG-5: the picture of what feeds what: everything on it, nothing on top of another."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.plans.plan import Plan, Settings
from crm_app.campaigns.triggers import edges, loops, picture
from crm_app.campaigns.triggers.graph import (
    CalendarPart,
    CampaignPart,
    Edge,
    FormPart,
    Graph,
    Node,
    Workspace,
)
from crm_app.campaigns.triggers.picture import BOX_HEIGHT, BOX_WIDTH
from crm_app.campaigns.triggers.rule import rule_of

_PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def graph_of(pairs: list[tuple[int, int]]) -> Graph:
    nodes: Mapping[str, Node] = {
        f"campaign:{n}": Node(f"campaign:{n}", "campaign", f"C{n}") for n in range(10)
    }
    found = tuple(Edge(f"campaign:{a}", f"campaign:{b}", "next") for a, b in dict.fromkeys(pairs))
    return Graph(nodes, found)


@given(_PAIRS)
def test_trg5_boxes_never_overlap_and_lines_have_both_ends(pairs: list[tuple[int, int]]) -> None:
    graph = graph_of(pairs)
    drawn = picture.draw(graph)
    places = [(box.x, box.y) for box in drawn.boxes]
    assert len(set(places)) == len(places)
    for i, (x, y) in enumerate(places):
        assert 0 <= x <= drawn.width - BOX_WIDTH
        assert 0 <= y <= drawn.height - BOX_HEIGHT
        for other_x, other_y in places[i + 1 :]:
            assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= BOX_HEIGHT
    shown = {box.node.id for box in drawn.boxes}
    assert shown == {end for edge in graph.edges for end in (edge.source, edge.target)}
    assert [line.edge for line in drawn.lines] == list(graph.edges)


@given(_PAIRS)
def test_trg5_without_circles_every_line_runs_forward(pairs: list[tuple[int, int]]) -> None:
    graph = graph_of([(a, b) for a, b in pairs if a < b])
    assert not any(line.back for line in picture.draw(graph).lines)
    assert loops.circles(graph) == []


def test_trg5_the_seeds_way_from_the_form_to_the_calendar() -> None:
    workspace = Workspace(
        forms=(FormPart(1, "Opt-in", campaign_id=1),),
        campaigns=(
            CampaignPart(1, "Wait", Plan(Settings(next_campaign_id=2))),
            CampaignPart(2, "Ask to Book", Plan(Settings(calendar_id=5))),
        ),
        calendars=(CalendarPart(5, "Intro"), CalendarPart(6, "Unused")),
        rules=(
            rule_of(
                "campaign_entered",
                {},
                [{"field": "campaign", "op": "is", "value": 2}],
                [{"kind": "notify", "text": "x", "who": ["owner"]}],
                trigger_id=1,
                name="Tell",
            ),
        ),
    )
    graph = edges.build(workspace)
    ways = {(edge.source, edge.target, edge.how) for edge in graph.edges}
    assert ways == {
        ("form:1", "campaign:1", "adds"),
        ("campaign:1", "campaign:2", "next"),
        ("campaign:2", "calendar:5", "books"),
        ("campaign:2", "trigger:1", "entered"),
    }
    columns = {box.node.id: box.x for box in picture.draw(graph).boxes}
    order = ["form:1", "campaign:1", "campaign:2", "calendar:5"]
    assert [columns[one] for one in order] == sorted(columns[one] for one in order)
    assert columns["calendar:5"] == columns["trigger:1"]
    assert "calendar:6" not in columns


def test_trg5_what_is_named_and_gone_is_on_the_map() -> None:
    rule = rule_of(
        "form_submitted",
        {},
        [{"field": "form", "op": "is", "value": "77"}],
        [{"kind": "add_to_campaign", "campaign_id": 78}],
        trigger_id=1,
    )
    graph = edges.build(Workspace(rules=(rule,)))
    assert {node.id for node in graph.nodes.values() if node.gone} == {"form:77", "campaign:78"}
