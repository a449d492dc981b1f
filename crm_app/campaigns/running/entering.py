"""How a contact comes into a campaign, and from one into the next.

Entry effects (assignment, tags) happen in the transaction of the entry, before any step is looked at
(CAM-4). Whoever calls holds nothing: the contact's row is locked here, so that the campaigns of one
contact wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import applying, rules, settling, world
from crm_app.campaigns.running.case import Case
from crm_app.campaigns.running.moves import MoveTo
from crm_app.campaigns.running.standing import World
from crm_app.contacts import service as contacts
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.kinds import CampaignState
from crm_app.messaging.once import insert_new
from crm_app.models import Campaign, CampaignVersion, Contact, Enrolment

# A contact that campaigns hand on to each other without any wait would be written to without end.
_ROUND = timedelta(hours=1)
_MOST_ROUNDS = 5
_BY_CAMPAIGN = "campaign:"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was entered; ``reason`` is a code of ``plans.reasons``."""

    reason: str


def enter(
    session: Session,
    actor: Actor,
    *,
    campaign: Campaign,
    contact: Contact,
    key: str,
    by: str,
    appointment_id: int | None,
    now: datetime,
) -> Enrolment | Refused:
    """Bring the contact to the first step. A known ``key`` gives the enrolment that it made."""
    lock(session, [contact.id or 0])
    known = session.exec(select(Enrolment).where(Enrolment.key == key)).first()
    if known is not None:
        return known
    session.refresh(campaign)
    version = session.get(CampaignVersion, campaign.live_version_id or 0)
    if campaign.state is not CampaignState.LIVE or version is None:
        return Refused("not_live")
    plan = parse(version.plan)
    occasion = f"appointment:{appointment_id}" if appointment_id else ""
    refused = _refused(session, plan, campaign, contact, occasion, by, now)
    if refused:
        return Refused(refused)
    enrolment = Enrolment(
        key=key,
        campaign_id=campaign.id or 0,
        version_id=version.id or 0,
        contact_id=contact.id or 0,
        appointment_id=appointment_id,
        occasion=occasion,
        arrived_at=now,
        due_at=None,
        entered_at=now,
        entered_by=by,
    )
    if not insert_new(session, enrolment, unique="key"):
        return Refused("inside")
    stored = session.exec(select(Enrolment).where(Enrolment.key == key)).one()
    _announce(session, actor, campaign, contact, stored)
    begin(session, stored, campaign, plan, now=now)
    return stored


def begin(
    session: Session, enrolment: Enrolment, campaign: Campaign, plan: Plan, *, now: datetime
) -> None:
    """Carry out what the entry brings, and go to the first step."""
    seen = load(session, enrolment, plan, now=now)
    case = Case(enrolment, campaign, plan, seen)
    case.move = rules.enter(plan, seen, now)
    finish(session, [case], now=now)


def load(session: Session, enrolment: Enrolment, plan: Plan, *, now: datetime) -> World:
    """The world of one enrolment."""
    contact_id, calendar_id = enrolment.contact_id, plan.settings.calendar_id
    return world.load(
        session,
        [contact_id],
        now=now,
        about={contact_id: enrolment.appointment_id} if enrolment.appointment_id else {},
        calendars={contact_id: calendar_id} if calendar_id else {},
    )[contact_id]


def finish(session: Session, cases: Sequence[Case], *, now: datetime) -> None:
    """Carry decided cases out, write down where they leave the contacts, and enter what comes next."""
    applying.carry_out(session, cases, now=now)
    settling.settle(session, cases, now=now)
    for case in cases:
        for effect in case.move.effects if case.move else ():
            if isinstance(effect, MoveTo):
                _go_on_in(session, case, effect.campaign_id, now)


def _go_on_in(session: Session, case: Case, campaign_id: int, now: datetime) -> None:
    enrolment = case.enrolment
    campaign = session.get(Campaign, campaign_id)
    contact = session.get(Contact, enrolment.contact_id)
    entered: Enrolment | Refused = Refused("no_campaign")
    if campaign is not None and contact is not None:
        entered = enter(
            session,
            applying.actor_for(case.campaign.id or 0),
            campaign=campaign,
            contact=contact,
            key=f"{_BY_CAMPAIGN}{case.id}:{enrolment.visit}",
            by=f"{_BY_CAMPAIGN}{case.campaign.id}",
            appointment_id=enrolment.appointment_id,
            now=now,
        )
    if isinstance(entered, Refused):
        reason = "no_campaign" if entered.reason == "not_live" else entered.reason
        settling.put(session, [(enrolment, {"reason": reason})])


def lock(session: Session, contact_ids: Sequence[int]) -> None:
    """Hold the contacts until the commit, so that the work for each is serial (CAM-8).

    In the order of their ids, and not against foreign keys: a note about one need not wait.
    """
    session.exec(
        select(Contact.id)
        .where(col(Contact.id).in_(contact_ids))
        .order_by(col(Contact.id))
        .with_for_update(key_share=True)
    ).all()


def _refused(
    session: Session,
    plan: Plan,
    campaign: Campaign,
    contact: Contact,
    occasion: str,
    by: str,
    now: datetime,
) -> str:
    """Why the contact may not enter; "" when he may."""
    if contact.deleted_at is not None:
        return "contact_gone"
    mine = (
        Enrolment.campaign_id == campaign.id,
        Enrolment.contact_id == contact.id,
        Enrolment.occasion == occasion,
    )
    if _count(session, *mine, col(Enrolment.ended_at).is_(None)):
        return "inside"
    if not plan.settings.reentry and _count(session, *mine):
        return "no_reentry"
    rounds = (
        col(Enrolment.entered_by).startswith(_BY_CAMPAIGN),
        col(Enrolment.entered_at) > now - _ROUND,
    )
    if by.startswith(_BY_CAMPAIGN) and _count(session, *mine, *rounds) >= _MOST_ROUNDS:
        return "loop"
    return ""


def _count(session: Session, *conditions: Any) -> int:
    return session.exec(select(func.count()).select_from(Enrolment).where(*conditions)).one()


def _announce(
    session: Session, actor: Actor, campaign: Campaign, contact: Contact, enrolment: Enrolment
) -> None:
    params: Mapping[str, Any] = {"campaign": campaign.name}
    contacts.note(
        session, actor, contact, "campaign", settling.ENTERED, params, enrolment.appointment_id
    )
    facts.record(
        session,
        facts.CampaignEntered(
            campaign_id=campaign.id or 0,
            enrolment_id=enrolment.id or 0,
            contact_id=contact.id or 0,
            appointment_id=enrolment.appointment_id,
            by=enrolment.entered_by,
        ),
    )
