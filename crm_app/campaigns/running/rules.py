"""What becomes of a contact in a campaign: on entry, at a due step, and when something happens.

Pure, and the only place that decides: the engine carries these moves out, the rehearsal shows them.
What always holds: every move goes on, waits, ends, or asks for a person, so nobody is lost; nothing
leaves a step that is off; whoever stopped the campaign by a reply or a booking gets nothing more.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from crm_app.campaigns.plans import configs
from crm_app.campaigns.plans.configs import (
    Branch,
    Email,
    Goal,
    Hook,
    MoveStep,
    Split,
    TagStep,
    Tell,
    Text,
    Todo,
    Wait,
)
from crm_app.campaigns.plans.plan import Assign, Plan
from crm_app.campaigns.running import acting, arrival, choosing, sending, waiting
from crm_app.campaigns.running.moves import AssignOwner, Effect, Move, Tag
from crm_app.campaigns.running.standing import Heard, Standing, World
from crm_app.campaigns.running.visits import (
    Visit,
    go_on,
    leave,
    needs_attention,
    onward,
    stay,
)
from crm_app.contacts.names import folded
from crm_app.core.errors import Invalid
from crm_app.core.kinds import EnrolmentState, StepKind, StepOutcome


def enter(plan: Plan, world: World, now: datetime) -> Move:
    """The entry: the owner and the tags first, then the first step (CAM-1, CAM-4)."""
    effects = _on_entry(plan, world)
    first = plan.steps[0] if plan.steps else None
    if first is None:
        effects = (*effects, *onward(plan))
        return Move(StepOutcome.DONE, "entered", effects=effects, ends=EnrolmentState.FINISHED)
    due_at = arrival.due_at(plan, first, world, now)
    return Move(StepOutcome.DONE, "entered", effects=effects, to=first.id, due_at=due_at)


def due(plan: Plan, standing: Standing, world: World, now: datetime) -> Move:
    """What the step does at which a contact stands, now that its time has come."""
    step = plan.step(standing.step_id)
    if step is None:
        return Move(
            StepOutcome.ATTENTION,
            "step_gone",
            to=standing.step_id,
            ends=EnrolmentState.ATTENTION,
        )
    visit = Visit(plan, step, standing, world, now)
    if standing.due_at is not None and now < standing.due_at:
        return stay(visit, standing.due_at, "waits")
    return _stopped(visit, visit.heard) or _carried_out(visit)


def hear(plan: Plan, standing: Standing, heard: Heard, world: World, now: datetime) -> Move | None:
    """What becomes of a contact when something happens; None: it is only noted.

    The first that applies: the campaign stops, its appointment fell through, a goal ahead is
    reached, the wait at which he stands is over or has another end.
    """
    step = plan.step(standing.step_id)
    if step is None or standing.is_old(heard):
        return None
    visit = Visit(plan, step, standing, world, now)
    over = _stopped(visit, (heard,)) or _fell_through(visit, heard)
    if over or standing.state is not EnrolmentState.ACTIVE:
        return over
    return (
        choosing.goal_hit(visit, heard) or waiting.answered(visit, heard) or waiting.retimed(visit)
    )


def _on_entry(plan: Plan, world: World) -> tuple[Effect, ...]:
    assign, person = plan.settings.assign, world.person
    taken = assign.only_unassigned and person.owner_id is not None
    owner = [AssignOwner(assign)] if acting.names_anybody(assign) and not taken else []
    tags = [Tag(name) for name in plan.settings.tags if folded(name) not in person.tags]
    return (*owner, *tags)


def _stopped(visit: Visit, heard: tuple[Heard, ...]) -> Move | None:
    settings = visit.plan.settings
    stops = {"replied": settings.stop_on_reply, "booked": settings.stop_on_booking}
    what = next((each.what for each in heard if stops.get(each.what)), None)
    return leave(what) if what else None


def _fell_through(visit: Visit, heard: Heard) -> Move | None:
    if heard.what not in ("cancelled", "no_show") or not visit.standing.is_own(heard):
        return None
    return leave(f"appointment_{heard.what}")


def _carried_out(visit: Visit) -> Move:
    try:
        config = configs.read(visit.step)
    except Invalid:
        return needs_attention(visit, "bad_step")
    if isinstance(config, Wait):
        return waiting.pass_wait(visit, config)
    if not visit.step.on:
        return go_on(visit, StepOutcome.SILENT, "step_off")
    if visit.step.kind is StepKind.GOOGLE_BUSINESS:
        return go_on(visit, StepOutcome.SILENT, "google_business_ended")
    return _ACTS[type(config)](visit, config)


_ACTS: dict[type[Any], Callable[[Visit, Any], Move]] = {
    Email: sending.send,
    Text: sending.send,
    Todo: acting.todo,
    Tell: acting.tell,
    Hook: acting.call,
    Branch: choosing.choose,
    Split: lambda visit, _: choosing.split(visit),
    Goal: choosing.meet_goal,
    TagStep: acting.tag,
    Assign: acting.assign,
    MoveStep: acting.move,
}
