"""The contacts behind a count of the builder: who stands at a step, and whom it reached (CAM-6).

Only contacts that the actor may see are listed; the counts on the cards are of all.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from crm_app.campaigns.editing.queries import INSIDE
from crm_app.contacts.names import folded
from crm_app.contacts.visibility import may_change, seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import EnrolmentState, MessageState
from crm_app.models import Campaign, Contact, Enrolment, Message

MOST = 200
_STATES = {
    "sent": (MessageState.SENT,),
    "resting": (MessageState.QUEUED, MessageState.OUTBOX),
    "unknown": (MessageState.UNKNOWN,),
    "failed": (MessageState.FAILED,),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A contact in the campaign. ``inside`` while he has not left; instants are UTC."""

    enrolment_id: int
    contact_id: int
    name: str
    state: EnrolmentState
    step_id: str
    arrived_at: datetime
    due_at: datetime | None
    reason: str
    detail: dict[str, object]
    may_change: bool

    @property
    def inside(self) -> bool:
        """Whether he is in the campaign now."""
        return self.state in INSIDE


def behind(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    step_id: str = "",
    what: str = "inside",
    text: str = "",
) -> list[Person]:
    """Who is counted by ``what``: inside, waiting, attention, or one of the counts of messages.

    ``step_id`` "" means all steps. The newest first, two hundred at most.
    """
    query = (
        select(Enrolment, Contact)
        .join(Contact, col(Contact.id) == Enrolment.contact_id)
        .where(
            Enrolment.campaign_id == campaign.id,
            seen_contacts(actor),
            col(Contact.deleted_at).is_(None),
            *_counted(campaign, step_id, what),
            *(col(Contact.search_text).contains(word) for word in folded(text).split()),
        )
        .order_by(col(Enrolment.arrived_at).desc(), col(Enrolment.id).desc())
        .limit(MOST)
    )
    return [_person(actor, enrolment, contact) for enrolment, contact in session.exec(query)]


def _counted(campaign: Campaign, step_id: str, what: str) -> list[ColumnElement[bool]]:
    if what in ("inside", "waiting", "attention"):
        states = {
            "waiting": (EnrolmentState.ACTIVE,),
            "attention": (EnrolmentState.ATTENTION,),
        }.get(what, INSIDE)
        here = [col(Enrolment.step_id) == step_id] if step_id else []
        return [col(Enrolment.state).in_(states), *here]
    reached = select(Message.enrolment_id).where(Message.campaign_id == campaign.id, _of(what))
    if step_id:
        reached = reached.where(Message.step_id == step_id)
    return [col(Enrolment.id).in_(reached)]


def _of(what: str) -> ColumnElement[bool]:
    if what in _STATES:
        return col(Message.state).in_(_STATES[what])
    noted = {
        "opened": Message.opened_at,
        "clicked": Message.clicked_at,
        "replied": Message.replied_at,
    }.get(what)
    if noted is None:
        raise NotFound
    return col(noted).is_not(None)


def _person(actor: Actor, enrolment: Enrolment, contact: Contact) -> Person:
    return Person(
        enrolment_id=enrolment.id or 0,
        contact_id=contact.id or 0,
        name=contact.name,
        state=enrolment.state,
        step_id=enrolment.step_id,
        arrived_at=enrolment.arrived_at,
        due_at=enrolment.due_at,
        reason=enrolment.reason,
        detail=dict(enrolment.detail),
        may_change=may_change(actor, contact),
    )
