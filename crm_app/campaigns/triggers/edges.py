"""The map's edges: what each form, campaign, trigger and calendar sets off (TRG-4, TRG-5). Pure.

Where a trigger's filter names one campaign (form, calendar, tag), only that one feeds it; without a
filter all do.
"""

from collections.abc import Iterator, Mapping

from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.triggers import graph
from crm_app.campaigns.triggers.actions import number
from crm_app.campaigns.triggers.catalogue import STATUS_EVENTS
from crm_app.campaigns.triggers.filters import holds_of_event
from crm_app.campaigns.triggers.graph import Edge, Graph, Node, NodeKind, Workspace
from crm_app.campaigns.triggers.rule import Rule
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

WORDS: Mapping[str, str] = {
    "adds": N_("adds the contact"),
    "removes": N_("removes the contact"),
    "next": N_("leads on to"),
    "moves": N_("moves the contact"),
    "books": N_("leads to the booking page"),
    "then_form": N_("leads to the next form"),
    "submitted": N_("when it is submitted"),
    "not_booked": N_("when nobody books in time"),
    "booked": N_("when somebody books, moves or cancels"),
    "entered": N_("when a contact is added"),
    "finished": N_("when a contact finishes"),
    "left": N_("when a contact leaves early"),
    "answered": N_("when a contact answers or opens a link"),
    "tagged": N_("by the tag “{tag}”"),
    "owned": N_("by giving an owner"),
    "status": N_("by setting the appointment's status"),
}
_MEETINGS = (
    "appointment_booked",
    "appointment_rescheduled",
    "appointment_cancelled",
    "appointment_confirmed",
    "appointment_showed",
    "appointment_no_show",
    "appointment_starts_in",
)
_OF_CAMPAIGN = {
    "campaign_entered": "entered",
    "campaign_finished": "finished",
    "campaign_left": "left",
}


def build(workspace: Workspace) -> Graph:
    """The map of a workspace. What is named and does not exist becomes a node that is gone."""
    nodes = {node.id: node for node in _nodes(workspace)}
    found = list(dict.fromkeys(_key(edge) for edge in _edges(workspace)))
    edges = {_key(edge): edge for edge in _edges(workspace)}
    for edge in edges.values():
        for end in (edge.source, edge.target):
            kind: NodeKind = end.partition(":")[0]  # type: ignore[assignment]  # ids begin with their kind
            nodes.setdefault(end, Node(end, kind, "", gone=True))
    return Graph(nodes, tuple(edges[key] for key in found))


def _key(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.source, edge.target, edge.how, edge.params.get("tag", ""))


def _nodes(workspace: Workspace) -> Iterator[Node]:
    for form in workspace.forms:
        yield Node(f"form:{form.id}", "form", form.name, form.off)
    for campaign in workspace.campaigns:
        yield Node(f"campaign:{campaign.id}", "campaign", campaign.name, campaign.off)
    for rule in workspace.rules:
        yield Node(f"trigger:{rule.id}", "trigger", rule.name, not rule.enabled)
    for calendar in workspace.calendars:
        yield Node(f"calendar:{calendar.id}", "calendar", calendar.name, calendar.off)


def _edges(workspace: Workspace) -> Iterator[Edge]:
    yield from _from_forms(workspace)
    yield from _from_campaigns(workspace)
    for rule in workspace.rules:
        yield from _into(rule, workspace)
        yield from _out_of(rule, workspace)


def _from_forms(workspace: Workspace) -> Iterator[Edge]:
    for form in workspace.forms:
        here = f"form:{form.id}"
        if form.campaign_id:
            yield Edge(here, f"campaign:{form.campaign_id}", "adds", pauses=True)
        if form.calendar_id:
            yield Edge(here, f"calendar:{form.calendar_id}", "books", pauses=True)
        if form.form_id:
            yield Edge(here, f"form:{form.form_id}", "then_form", pauses=True)


def _from_campaigns(workspace: Workspace) -> Iterator[Edge]:
    for campaign in workspace.campaigns:
        here, plan = f"campaign:{campaign.id}", campaign.plan
        slow = graph.takes_time(plan)
        if plan.settings.next_campaign_id:
            yield Edge(here, f"campaign:{plan.settings.next_campaign_id}", "next", pauses=slow)
        if plan.settings.calendar_id:
            yield Edge(here, f"calendar:{plan.settings.calendar_id}", "books", pauses=True)
        for target in graph.moves(plan):
            yield Edge(here, f"campaign:{target}", "moves", pauses=slow)


def _out_of(rule: Rule, workspace: Workspace) -> Iterator[Edge]:
    here = f"trigger:{rule.id}"
    once = {c.id for c in workspace.campaigns if not c.plan.settings.reentry}
    for action in graph.actions_of(rule, "add_to_campaign"):
        target = number(action.get("campaign_id"))
        if target:
            yield Edge(here, f"campaign:{target}", "adds", capped=target in once)
    for action in graph.actions_of(rule, "remove_from_campaign"):
        target = number(action.get("campaign_id"))
        if target:
            yield Edge(here, f"campaign:{target}", "removes", pauses=True, settles=True)


def _into(rule: Rule, workspace: Workspace) -> Iterator[Edge]:
    """What sets ``rule`` off."""
    here = f"trigger:{rule.id}"
    if rule.event == "form_submitted" or (rule.event, rule.since) == ("not_booked", "form"):
        how = "submitted" if rule.event == "form_submitted" else "not_booked"
        for form in workspace.forms:
            if _fits(rule, "form", form.id):
                yield Edge(f"form:{form.id}", here, how, pauses=True, capped=how == "not_booked")
    elif rule.event in _MEETINGS:
        for calendar in workspace.calendars:
            if _fits(rule, "calendar", calendar.id):
                yield Edge(f"calendar:{calendar.id}", here, "booked", pauses=True)
    yield from _by_campaigns(rule, workspace)
    yield from _by_others(rule, workspace)
    yield from _named_and_gone(rule, workspace)


def _by_campaigns(rule: Rule, workspace: Workspace) -> Iterator[Edge]:
    here = f"trigger:{rule.id}"
    for campaign in workspace.campaigns:
        if not _fits(rule, "campaign", campaign.id):
            continue
        there, plan = f"campaign:{campaign.id}", campaign.plan
        if rule.event in _OF_CAMPAIGN:
            slow = rule.event == "campaign_left" or (
                rule.event == "campaign_finished" and graph.takes_time(plan)
            )
            yield Edge(there, here, _OF_CAMPAIGN[rule.event], pauses=slow)
        elif rule.event == "not_booked" and (
            rule.since == "campaign" or (rule.since == "link" and graph.sends(plan))
        ):
            yield Edge(there, here, "not_booked", pauses=True, capped=True)
        elif rule.event in ("message_replied", "link_clicked") and graph.sends(plan):
            yield Edge(there, here, "answered", pauses=True)


def _by_others(rule: Rule, workspace: Workspace) -> Iterator[Edge]:
    """Tags, owners and statuses that something else gives."""
    here = f"trigger:{rule.id}"
    if rule.event in ("tag_added", "tag_removed"):
        for source, tag, pauses in _tagging(rule.event, workspace):
            if _fits(rule, "changed_tag", tag):
                yield Edge(source, here, "tagged", {"tag": tag}, pauses=pauses, settles=True)
    elif rule.event == "contact_assigned":
        for form in workspace.forms:
            if form.assigns:
                yield Edge(f"form:{form.id}", here, "owned", pauses=True)
        for campaign in workspace.campaigns:
            if graph.assigns(campaign.plan):
                slow = _not_at_once(campaign.plan)
                yield Edge(f"campaign:{campaign.id}", here, "owned", pauses=slow)
        for other in workspace.rules:
            for action in graph.actions_of(other, "assign"):
                settles = action.get("mode") != "round_robin" or bool(action.get("only_unassigned"))
                yield Edge(f"trigger:{other.id}", here, "owned", settles=settles)
    elif rule.event in STATUS_EVENTS.values() or rule.event == "appointment_cancelled":
        for other in workspace.rules:
            for action in graph.actions_of(other, "set_status"):
                status = str(action.get("status") or "")
                if STATUS_EVENTS.get(status, f"appointment_{status}") == rule.event:
                    yield Edge(f"trigger:{other.id}", here, "status", settles=True)


def _tagging(event: str, workspace: Workspace) -> Iterator[tuple[str, str, bool]]:
    """Who puts tags on (or takes them off): node, tag, and whether time passes first."""
    added = event == "tag_added"
    for form in workspace.forms if added else ():
        for tag in form.tags:
            yield f"form:{form.id}", tag, True
    for campaign in workspace.campaigns:
        kind = StepKind.ADD_TAG if added else StepKind.REMOVE_TAG
        for tag in graph.tags_of(campaign.plan, kind):
            yield f"campaign:{campaign.id}", tag, _not_at_once(campaign.plan)
    for other in workspace.rules:
        for action in graph.actions_of(other, "add_tag" if added else "remove_tag"):
            yield f"trigger:{other.id}", str(action.get("tag") or ""), False


def _not_at_once(plan: Plan) -> bool:
    """Whether time passes before the plan's first step acts."""
    return bool(plan.steps) and graph.step_waits(plan.steps[0])


def _named_and_gone(rule: Rule, workspace: Workspace) -> Iterator[Edge]:
    known = {
        "campaign": {str(c.id) for c in workspace.campaigns},
        "form": {str(f.id) for f in workspace.forms},
        "calendar": {str(c.id) for c in workspace.calendars},
    }
    how = {"campaign": "entered", "form": "submitted", "calendar": "booked"}
    for condition in rule.filters:
        ids = known.get(condition.field)
        named = condition.value
        if ids is not None and named and condition.op == "is" and named not in ids:
            source = f"{condition.field}:{named}"
            yield Edge(source, f"trigger:{rule.id}", how[condition.field], pauses=True)


def _fits(rule: Rule, name: str, value: object) -> bool:
    """Whether the rule's filters let ``value`` through as its ``name``."""
    return all(
        holds_of_event(condition, {name: str(value)})
        for condition in rule.filters
        if condition.field == name
    )
