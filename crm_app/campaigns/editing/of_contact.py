"""A contact's campaigns for his card: where he stands, what comes next, and what he could enter.

What is shown follows the rights on the contact; whoever may change him may add him and take him out.
"""

import secrets
from collections.abc import Container
from dataclasses import dataclass

from sqlmodel import Session, col, select

from crm_app.campaigns.editing.queries import get_campaign
from crm_app.campaigns.running import queries as running
from crm_app.campaigns.running import service as engine
from crm_app.campaigns.running.queries import Place
from crm_app.campaigns.running.story import StoryLine, story
from crm_app.contacts import queries as contacts
from crm_app.contacts.visibility import may_change
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.kinds import CampaignState
from crm_app.models import Campaign, Enrolment


@dataclass(frozen=True, slots=True)
class Seen:
    """``places`` with where each stands now (or ended); ``open_to`` are campaigns by id that the
    contact could be added to, empty when ``actor`` may not."""

    places: tuple[tuple[Place, StoryLine], ...]
    open_to: dict[int, str]
    may_add: bool


def look(session: Session, actor: Actor, contact_id: int, *, limit: int = 20) -> Seen:
    """The contact's campaigns, those in which he is now first. NotFound."""
    contact = contacts.get_contact(session, actor, contact_id, deleted=None)
    places = running.enrolments_of(session, actor, contact_id, limit=limit)
    may_add = may_change(actor, contact) and contact.deleted_at is None
    inside = {place.campaign_id for place in places if place.ended_at is None}
    return Seen(
        places=tuple((place, story(session, actor, place.enrolment_id).now) for place in places),
        open_to=open_to(session, inside) if may_add else {},
        may_add=may_add,
    )


def add(session: Session, actor: Actor, contact_id: int, campaign_id: int) -> str:
    """Have the contact enter; why he could not (a code of ``plans.reasons``), or ""."""
    entered = engine.enrol(
        session,
        actor,
        campaign=get_campaign(session, actor, campaign_id),
        contact=contacts.changeable_contact(session, actor, contact_id),
        key=f"hand:{secrets.token_hex(8)}",
        by=f"user:{actor.require_user()}",
        now=clock.now(),
    )
    return "" if isinstance(entered, Enrolment) else entered.reason


def remove(session: Session, actor: Actor, enrolment_id: int) -> None:
    """Take the contact out of one campaign. NotFound, NotAllowed."""
    engine.remove(session, actor, running.get_enrolment(session, actor, enrolment_id))


def again(session: Session, actor: Actor, enrolment_id: int) -> None:
    """What the contact waited for is mended: the step is tried once more. NotFound, Conflict."""
    engine.resume(session, actor, running.get_enrolment(session, actor, enrolment_id))


def open_to(session: Session, inside: Container[int] = ()) -> dict[int, str]:
    """The published campaigns by id, without those that the contact is ``inside`` of."""
    live = session.exec(
        select(Campaign)
        .where(Campaign.state == CampaignState.LIVE, col(Campaign.live_version_id).is_not(None))
        .order_by(col(Campaign.name), col(Campaign.id))
    )
    return {row.id or 0: row.name for row in live if row.id not in inside}
