"""Writing campaigns: drafts, names, states (CAM-1). Administrators only; publishing has its own file.

A draft is saved as a whole, with the revision that it was made from: whoever saved meanwhile wins,
and the other is told, so that two tabs never overwrite each other in silence. Nothing that is
published changes by saving; contacts inside go on by their version.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.campaigns.editing.publishing import publish, undo_publish
from crm_app.campaigns.plans.plan import Plan, as_json, parse
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import CampaignState
from crm_app.models import Campaign

__all__ = [
    "archive",
    "create",
    "duplicate",
    "pause",
    "publish",
    "rename",
    "restore",
    "resume",
    "save",
    "undo_publish",
]

LONGEST_NAME = 120
MOST_STEPS = 200
DEEPEST = 4
# A draft as JSON; long enough for two hundred long letters.
LARGEST = 2_000_000
_STEP_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MEANWHILE = N_("Somebody saved this campaign meanwhile. Nothing of yours is lost.")


def create(session: Session, actor: Actor, *, name: str, plan: Plan | None = None) -> Campaign:
    """A new draft, empty or with the steps of ``plan``."""
    actor.require_admin()
    at = clock.now()
    campaign = Campaign(
        name=_name(name),
        draft=as_json(plan or Plan()),
        created_by_id=actor.user_id,
        created_at=at,
        changed_at=at,
    )
    session.add(campaign)
    session.flush()
    _note(session, actor, campaign, "campaign.created")
    return campaign


def save(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    plan_json: Mapping[str, Any],
    *,
    revision: int,
) -> int:
    """Keep a draft that was made from ``revision``; the new revision.

    Conflict when somebody saved since, Invalid when it is no plan, too long or too deep.
    """
    actor.require_admin()
    plan = parse(plan_json)
    check_size(plan)
    session.refresh(campaign, with_for_update=True)
    if campaign.revision != revision:
        raise Conflict(_MEANWHILE)
    campaign.draft = as_json(plan)
    campaign.revision += 1
    _touch(session, campaign)
    return campaign.revision


def rename(session: Session, actor: Actor, campaign: Campaign, *, name: str) -> None:
    """Give it another name."""
    actor.require_admin()
    campaign.name = _name(name)
    _touch(session, campaign)


def duplicate(session: Session, actor: Actor, campaign: Campaign) -> Campaign:
    """A new draft with the same steps and settings; nobody is in it."""
    actor.require_admin()
    name = translate(actor.locale, N_("Copy of {name}"), name=campaign.name)
    return create(session, actor, name=name[:LONGEST_NAME], plan=parse(campaign.draft))


def pause(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Nobody enters, and who is inside waits."""
    _turn(session, actor, campaign, CampaignState.LIVE, CampaignState.PAUSED, "campaign.paused")


def resume(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Go on after a pause; what fell due meanwhile is done now."""
    _turn(session, actor, campaign, CampaignState.PAUSED, CampaignState.LIVE, "campaign.resumed")


def archive(session: Session, actor: Actor, campaign: Campaign) -> CampaignState:
    """Put it away; contacts inside wait as in a pause. The state that it had, for ``restore``."""
    actor.require_admin()
    before = campaign.state
    campaign.state = CampaignState.ARCHIVED
    _note(session, actor, campaign, "campaign.archived")
    return before


def restore(
    session: Session, actor: Actor, campaign: Campaign, *, to: CampaignState | None = None
) -> None:
    """Take it out again: as it was when ``to`` says so, else paused, or a draft if never published."""
    actor.require_admin()
    if campaign.state is not CampaignState.ARCHIVED:
        return
    published = campaign.live_version_id is not None
    resting = CampaignState.PAUSED if published else CampaignState.DRAFT
    campaign.state = to if to is CampaignState.LIVE and published else resting
    _note(session, actor, campaign, "campaign.restored")


def check_size(plan: Plan) -> None:
    """Invalid for a plan that nobody could follow: too many steps, too deep, an id twice."""
    ids = [step.id for step in plan.walk()]
    if len(ids) > MOST_STEPS:
        raise Invalid(N_("A campaign has at most {count} steps."), count=MOST_STEPS)
    if len(set(ids)) != len(ids) or not all(_STEP_ID.fullmatch(each) for each in ids):
        raise Invalid(N_("This is not a campaign's plan."))
    if depth(plan.steps) > DEEPEST:
        raise Invalid(N_("Branches can be {count} deep."), count=DEEPEST)
    if len(json.dumps(as_json(plan))) > LARGEST:
        raise Invalid(N_("The texts of this campaign are too long."))


def depth(steps: tuple[Any, ...]) -> int:
    """How many branches lie within each other; 0 without any."""
    return max(
        (
            1 + max((depth(arm.steps) for arm in step.arms), default=0)
            for step in steps
            if step.arms
        ),
        default=0,
    )


def _turn(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    before: CampaignState,
    after: CampaignState,
    action: str,
) -> None:
    actor.require_admin()
    session.refresh(campaign, with_for_update=True)
    if campaign.state is not before:
        raise Conflict
    campaign.state = after
    _note(session, actor, campaign, action)


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid(fields={"name": N_("Enter a name.")})
    if len(cleaned) > LONGEST_NAME:
        raise Invalid(fields={"name": N_("This name is too long.")})
    return cleaned


def _touch(session: Session, campaign: Campaign) -> None:
    campaign.changed_at = clock.now()
    session.add(campaign)
    session.flush()
    facts.record(session, facts.CampaignChanged(campaign.id or 0))


def _note(session: Session, actor: Actor, campaign: Campaign, action: str) -> None:
    audit.record(session, actor, action, subject_kind="campaign", subject_id=campaign.id)
    _touch(session, campaign)
