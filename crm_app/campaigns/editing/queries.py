"""Reading campaigns, and who may: every signed-in user looks, administrators change (USR-3).

Ids enter only through ``get_campaign``; missing and forbidden look the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import CampaignState, EnrolmentState, MessageState
from crm_app.models import Campaign, CampaignVersion, Enrolment, Message

INSIDE = (EnrolmentState.ACTIVE, EnrolmentState.ATTENTION)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the list. ``next_at`` (UTC): when its next step is due; ``attention``: how many
    contacts wait for a person; ``steps``: how many steps the draft has."""

    id: int
    name: str
    state: CampaignState
    changed_since: bool
    inside: int
    attention: int
    sent: int
    next_at: datetime | None
    steps: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Stand:
    """How many contacts stand at a step, whatever version they entered."""

    step_id: str
    count: int
    attention: int


def get_campaign(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """The campaign, if ``actor`` may see it; NotFound otherwise."""
    found = session.get(Campaign, campaign_id) if is_id(campaign_id) else None
    if found is None or not (actor.is_user or actor.is_admin):
        raise NotFound
    return found


def list_campaigns(session: Session, actor: Actor, *, archived: bool = False) -> list[CampaignLine]:
    """The campaigns by their last change; the archived ones only when asked for."""
    if not actor.is_admin:
        actor.require_user()
    is_archived = col(Campaign.state) == CampaignState.ARCHIVED
    rows = session.exec(
        select(Campaign)
        .where(is_archived if archived else ~is_archived)
        .order_by(col(Campaign.changed_at).desc(), col(Campaign.id).desc())
    ).all()
    inside, sent = _inside(session), _sent(session)
    nothing: tuple[int, int, datetime | None] = (0, 0, None)
    return [
        CampaignLine(
            id=row.id or 0,
            name=row.name,
            state=row.state,
            changed_since=has_changed(row),
            inside=inside.get(row.id or 0, nothing)[0],
            attention=inside.get(row.id or 0, nothing)[1],
            sent=sent.get(row.id or 0, 0),
            next_at=inside.get(row.id or 0, nothing)[2]
            if row.state is CampaignState.LIVE
            else None,
            steps=sum(1 for _ in parse(row.draft).walk()),
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def has_changed(campaign: Campaign) -> bool:
    """Whether the draft was changed since it was published."""
    return campaign.live_version_id is not None and (
        campaign.revision != campaign.published_revision
    )


def live_plan(session: Session, campaign: Campaign) -> Plan | None:
    """What new contacts enter; None when nothing is published."""
    version = session.get(CampaignVersion, campaign.live_version_id or 0)
    return parse(version.plan) if version else None


def standing(session: Session, campaign: Campaign) -> list[Stand]:
    """Where the contacts stand that are inside now, by step."""
    rows = session.execute(
        select(Enrolment.step_id, Enrolment.state, func.count())
        .where(Enrolment.campaign_id == campaign.id, col(Enrolment.state).in_(INSIDE))
        .group_by(col(Enrolment.step_id), col(Enrolment.state))
    ).all()
    found: dict[str, Stand] = {}
    for step_id, state, count in rows:
        known = found.get(step_id, Stand(step_id, 0, 0))
        stuck = count if state is EnrolmentState.ATTENTION else 0
        found[step_id] = Stand(step_id, known.count + count, known.attention + stuck)
    return list(found.values())


def last_words(session: Session, campaign: Campaign, step_ids: set[str]) -> dict[str, Plan]:
    """For steps that the draft has no more: the newest version that still has each of them."""
    found: dict[str, Plan] = {}
    versions = session.exec(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign.id)
        .order_by(col(CampaignVersion.number).desc())
    )
    for version in versions:
        missing = step_ids - set(found)
        if not missing:
            break
        plan = parse(version.plan)
        found |= {step.id: plan for step in plan.walk() if step.id in missing}
    return found


def _inside(session: Session) -> dict[int, tuple[int, int, datetime | None]]:
    stuck = col(Enrolment.state) == EnrolmentState.ATTENTION
    rows = session.execute(
        select(
            Enrolment.campaign_id,
            func.count(),
            func.count().filter(stuck),
            func.min(col(Enrolment.due_at)).filter(~stuck),
        )
        .where(col(Enrolment.state).in_(INSIDE))
        .group_by(col(Enrolment.campaign_id))
    ).all()
    return {campaign_id: (count, many, soonest) for campaign_id, count, many, soonest in rows}


def _sent(session: Session) -> dict[int, int]:
    rows = session.execute(
        select(Message.campaign_id, func.count())
        .where(col(Message.campaign_id).is_not(None), Message.state == MessageState.SENT)
        .group_by(col(Message.campaign_id))
    ).all()
    return {campaign_id: count for campaign_id, count in rows if campaign_id is not None}
