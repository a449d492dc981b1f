"""Steps that work inside the house: tags, the owner, tasks, notifications, webhooks, moves. Pure.

Texts for users may lack a merge field: they are told all the same, with a dash in its place.
"""

from crm_app.campaigns.plans import merge
from crm_app.campaigns.plans.configs import Hook, MoveStep, TagStep, Tell, Todo, user_of
from crm_app.campaigns.plans.plan import Assign
from crm_app.campaigns.running.moves import (
    AssignOwner,
    Call,
    Effect,
    MakeTask,
    Move,
    MoveTo,
    Notify,
    Tag,
)
from crm_app.campaigns.running.sending import not_wanted
from crm_app.campaigns.running.standing import World
from crm_app.campaigns.running.values import payload_of, values_of
from crm_app.campaigns.running.visits import Visit, go_on, needs_attention
from crm_app.contacts.names import folded
from crm_app.core.kinds import EnrolmentState, StepKind, StepOutcome

_UNKNOWN = "–"


def tag(visit: Visit, config: TagStep) -> Move:
    """Puts a tag on, or takes one off."""
    remove = visit.step.kind is StepKind.REMOVE_TAG
    if not config.tag:
        return needs_attention(visit, "bad_step")
    has = folded(config.tag) in visit.world.person.tags
    if has is not remove:
        return go_on(visit, StepOutcome.DONE, "tag_not_there" if remove else "tag_there")
    return go_on(visit, StepOutcome.DONE, effects=(Tag(config.tag, remove),))


def assign(visit: Visit, config: Assign) -> Move:
    """Gives the contact to somebody."""
    if not names_anybody(config):
        return go_on(visit, StepOutcome.SKIPPED, "nobody_to_assign")
    if config.only_unassigned and visit.world.person.owner_id is not None:
        return go_on(visit, StepOutcome.SKIPPED, "has_owner")
    return go_on(visit, StepOutcome.DONE, effects=(AssignOwner(config, visit.step.id),))


def names_anybody(config: Assign) -> bool:
    """Whether there is somebody to whom contacts could be given."""
    return bool(
        (config.mode == "user" and config.user_id)
        or (config.mode == "round_robin" and config.user_ids)
        or (config.mode == "calendar" and config.calendar_id)
    )


def todo(visit: Visit, config: Todo) -> Move:
    """A call, a voicemail or a task for the owner or a user; nobody's when there is no owner."""
    kind = visit.step.kind
    calls = kind in (StepKind.CALL, StepKind.VOICEMAIL)
    refusal = not_wanted(visit, "call", marketing=False) if calls else None
    if refusal:
        return go_on(visit, StepOutcome.SKIPPED, *refusal)
    made = MakeTask(
        kind=kind.value,
        title=_told(config.title, visit.world),
        note=_told(config.note, visit.world),
        user_id=_user_id(config.who, visit.world),
    )
    return go_on(visit, StepOutcome.DONE, effects=(made,))


def tell(visit: Visit, config: Tell) -> Move:
    """Tells the owner, the administrators or users."""
    found = (_user_id(who, visit.world) for who in config.who if who != "admins")
    user_ids = tuple(dict.fromkeys(user_id for user_id in found if user_id is not None))
    admins = "admins" in config.who
    if not user_ids and not admins:
        return go_on(visit, StepOutcome.SKIPPED, "nobody_to_tell")
    told = Notify(user_ids, _told(config.text, visit.world), config.mail, admins)
    return go_on(visit, StepOutcome.DONE, effects=(told,))


def call(visit: Visit, config: Hook) -> Move:
    """Calls a web address."""
    if not config.url:
        return needs_attention(visit, "bad_step")
    body = payload_of(visit.world, visit.standing)
    return go_on(visit, StepOutcome.DONE, effects=(Call(config.url, body),))


def move(visit: Visit, config: MoveStep) -> Move:
    """Ends this campaign and enters another one."""
    if config.campaign_id is None:
        return needs_attention(visit, "bad_step")
    onward: tuple[Effect, ...] = (MoveTo(config.campaign_id),)
    return Move(StepOutcome.DONE, "moved", effects=onward, ends=EnrolmentState.FINISHED)


def _user_id(who: str, world: World) -> int | None:
    if who == "owner":
        return world.owner.id if world.owner and world.owner.active else None
    user = world.users.get(user_of(who) or 0)
    return user.id if user and user.active else None


def _told(text: str, world: World) -> str:
    return merge.render(text, values_of(world), blank=_UNKNOWN).text
