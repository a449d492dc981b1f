"""A rehearsal: what would happen to a contact in a campaign, on a pretend clock (CAM-7). Pure.

It asks the very rules that the engine asks, with a pretend world in the place of the database, and
writes each move on a line instead of carrying it out. What the moves change, tags and the owner,
changes in the pretend world. Where the owner would be drawn, the first one stands for all of them and
the line names them. The number of lines is limited, so that circles end.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from crm_app.campaigns.plans.plan import Assign, Plan
from crm_app.campaigns.running import pretending, rules
from crm_app.campaigns.running.moves import AssignOwner, Effect, Move, MoveTo, Tag
from crm_app.campaigns.running.standing import Heard, Host, Meeting, Standing, What, World
from crm_app.core.kinds import EnrolmentState, StepOutcome

Dress = Callable[[World, int], World]
LIMIT = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """What the contact does, so long after the entry. ``meeting`` is what he books, or moves to.

    ``about``: a tag's folded name, a link's address, a channel; an appointment is named by itself.
    """

    after: timedelta
    what: What
    about: str = ""
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that would happen. ``step_id`` "" is the entry; ``at`` and ``due_at`` are UTC.

    ``outcome``, ``reason``, ``detail``, ``effects``, ``to``, ``due_at`` and ``ends`` are those of the
    move. ``heard`` is what the contact did, where the line tells that. ``owner`` is the contact's
    afterwards, and ``drawn`` are the names of those among whom he would be drawn.
    """

    at: datetime
    campaign_id: int
    step_id: str
    visit: int
    outcome: StepOutcome | None = None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    to: str | None = None
    due_at: datetime | None = None
    ends: EnrolmentState | None = None
    heard: Heard | None = None
    owner: Host | None = None
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """All campaigns that may be come to, who serves which calendar, and what differs per campaign.

    ``dress`` gives the world as another campaign sees it: links to book lead to its calendar.
    """

    plans: Mapping[int, Plan]
    members: Mapping[int, Sequence[int]] = field(default_factory=dict)
    dress: Dress = lambda world, _: world


@dataclass(frozen=True, slots=True)
class _Scene:
    campaign_id: int
    plan: Plan
    world: World
    standing: Standing
    been: frozenset[int]


_Step = tuple[_Scene | None, list[Line]]


def rehearse(
    plan: Plan,
    world: World,
    starts_at: datetime,
    happenings: Sequence[Happening] = (),
    *,
    plans: Mapping[int, Plan] | None = None,
    campaign_id: int = 0,
    appointment_id: int | None = None,
    members: Mapping[int, Sequence[int]] | None = None,
    dress: Dress = lambda world, _: world,
    limit: int = LIMIT,
) -> list[Line]:
    """Line by line what would happen from the entry on; at most ``limit`` lines and one that says so."""
    stage = Stage({**(plans or {}), campaign_id: plan}, members or {}, dress)
    opening = _enter(stage, campaign_id, world, starts_at, frozenset(), appointment_id)
    coming = deque(sorted(happenings, key=lambda each: each.after))
    lines = list(islice(_play(stage, opening, coming, starts_at), limit + 1))
    if len(lines) <= limit:
        return lines
    last = lines[limit]
    end = Line(
        last.at, last.campaign_id, last.step_id, last.visit, reason="limit", owner=last.owner
    )
    return [*lines[:limit], end]


def _play(
    stage: Stage, opening: _Step, coming: deque[Happening], starts_at: datetime
) -> Iterator[Line]:
    scene, lines = opening
    yield from lines
    while scene is not None:
        due_at = scene.standing.due_at
        if coming and (due_at is None or starts_at + coming[0].after <= due_at):
            happening = coming.popleft()
            scene, lines = _happens(stage, scene, happening, starts_at + happening.after)
        elif due_at is not None:
            move = rules.due(scene.plan, scene.standing, scene.world, due_at)
            scene, lines = _moved(stage, scene, move, due_at)
        else:
            standing = scene.standing
            yield _line(
                scene, Move(None, "waits_for_goal", to=standing.step_id), standing.arrived_at
            )
            return
        yield from lines


def _enter(
    stage: Stage,
    campaign_id: int,
    world: World,
    at: datetime,
    been: frozenset[int],
    appointment_id: int | None,
) -> _Step:
    plan = stage.plans.get(campaign_id)
    refusal = "no_campaign" if plan is None else ""
    if plan is not None and campaign_id in been and not plan.settings.reentry:
        refusal = "no_reentry"
    if plan is None or refusal:
        return None, [Line(at, campaign_id, "", 0, reason=refusal, owner=world.owner)]
    dressed = pretending.dressed(world, stage.dress(world, campaign_id))
    standing = Standing("", 0, at, at, at, appointment_id=appointment_id)
    scene = _Scene(campaign_id, plan, dressed, standing, been | {campaign_id})
    return _moved(stage, scene, rules.enter(plan, dressed, at), at)


def _happens(stage: Stage, scene: _Scene, happening: Happening, at: datetime) -> _Step:
    world = pretending.after(scene.world, happening.what, happening.about, happening.meeting, at)
    about = happening.about or pretending.subject_of(world, happening.what)
    heard = Heard(happening.what, at, scene.standing.visit, about)
    return _hears(stage, replace(scene, world=world), heard)


def _hears(stage: Stage, scene: _Scene, heard: Heard) -> _Step:
    """The scene after something was heard; without a move the line only tells that it was."""
    standing = scene.standing
    move = rules.hear(scene.plan, standing, heard, scene.world, heard.at)
    scene = replace(scene, standing=replace(standing, heard=(*standing.heard, heard)))
    if move is not None:
        return _moved(stage, scene, move, heard.at, heard)
    noted = Move(None, to=standing.step_id, due_at=standing.due_at)
    return scene, [_line(scene, noted, heard.at, heard)]


def _moved(
    stage: Stage, scene: _Scene, move: Move, at: datetime, heard: Heard | None = None
) -> _Step:
    """The scene and the lines after a move and what follows from it at once."""
    world, drawn = _worked(stage, scene.world, move.effects)
    scene = replace(scene, world=world)
    lines = [replace(_line(scene, move, at, heard), drawn=drawn)]
    if move.ends is not None:
        return _onward(stage, scene, move, at, lines)
    scene = replace(scene, standing=_stood(scene.standing, move, at))
    for tag in (each for each in move.effects if isinstance(each, Tag) and not each.remove):
        after, told = _hears(stage, scene, Heard("tagged", at, scene.standing.visit, tag.name))
        # A tag that moves nothing is no news beside the line that put it on.
        if after is None or after.standing.step_id != scene.standing.step_id:
            return after, [*lines, *told]
        scene = after
    return scene, lines


def _onward(stage: Stage, scene: _Scene, move: Move, at: datetime, lines: list[Line]) -> _Step:
    target = next((each for each in move.effects if isinstance(each, MoveTo)), None)
    if target is None:
        return None, lines
    own = scene.standing.appointment_id
    after, more = _enter(stage, target.campaign_id, scene.world, at, scene.been, own)
    return after, [*lines, *more]


def _stood(standing: Standing, move: Move, at: datetime) -> Standing:
    if move.outcome is None:
        return replace(standing, due_at=move.due_at)
    return replace(
        standing,
        step_id=move.to or "",
        visit=standing.visit + 1,
        arrived_at=at,
        due_at=move.due_at,
    )


def _worked(stage: Stage, world: World, effects: Sequence[Effect]) -> tuple[World, tuple[str, ...]]:
    """The world after the effects that change it, and the names among whom the owner is drawn."""
    drawn: tuple[str, ...] = ()
    for effect in effects:
        if isinstance(effect, Tag):
            world = pretending.tagged(world, effect.name, remove=effect.remove)
        elif isinstance(effect, AssignOwner):
            hosts = _candidates(stage, world, effect.assign)
            world = pretending.owned(world, hosts[0]) if hosts else world
            drawn = tuple(host.name for host in hosts) if len(hosts) > 1 else ()
    return world, drawn


def _candidates(stage: Stage, world: World, assign: Assign) -> list[Host]:
    ids: Mapping[str, Sequence[int]] = {
        "user": [assign.user_id] if assign.user_id else [],
        "round_robin": assign.user_ids,
        "calendar": stage.members.get(assign.calendar_id or 0, ()),
    }
    found = (world.users.get(user_id) for user_id in ids.get(assign.mode, ()))
    return [host for host in found if host is not None and host.active]


def _line(scene: _Scene, move: Move, at: datetime, heard: Heard | None = None) -> Line:
    return Line(
        at=at,
        campaign_id=scene.campaign_id,
        step_id=scene.standing.step_id,
        visit=scene.standing.visit,
        outcome=move.outcome,
        reason=move.reason,
        detail=move.detail,
        effects=move.effects,
        to=move.to,
        due_at=move.due_at,
        ends=move.ends,
        heard=heard,
        owner=scene.world.owner,
    )
