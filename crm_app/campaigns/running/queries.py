"""Reading who is where in campaigns, what their steps did, and why (CAM-6).

Every signed-in user may look at campaigns; of the contacts in them he sees those that he may see
anyway. Numbers count all. Ids enter through ``get_enrolment``; missing and forbidden look the same.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, tuple_
from sqlmodel import Session, col, select

from crm_app.contacts import queries as contacts
from crm_app.contacts.visibility import may_change, seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import EnrolmentState, MessageState, StepOutcome
from crm_app.models import Campaign, CampaignVersion, Contact, Enrolment, Message, StepRun

_INSIDE = (EnrolmentState.ACTIVE, EnrolmentState.ATTENTION)


@dataclass(slots=True)
class Counts:
    """What a step has done so far, over all versions; ``waiting`` and ``attention`` are there now.

    ``sent`` reached the service that carries it, ``resting`` waits in the queue or the outbox,
    ``unknown`` may have arrived. ``opened``, ``clicked`` and ``replied`` count messages, not times.
    ``passed`` contacts went on without an error, ``skipped`` without the step having done anything.
    """

    waiting: int = 0
    attention: int = 0
    sent: int = 0
    resting: int = 0
    unknown: int = 0
    failed: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    passed: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A contact in a campaign. Instants are UTC; ``reason`` and ``detail``: ``plans.reasons``.

    ``may_change``: the reader may take the contact out, or let him go on.
    """

    enrolment_id: int
    contact_id: int
    contact_name: str
    campaign_id: int
    campaign_name: str
    version: int
    step_id: str
    state: EnrolmentState
    arrived_at: datetime
    entered_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    may_change: bool = False


def get_enrolment(session: Session, actor: Actor, enrolment_id: int) -> Enrolment:
    """The enrolment, if ``actor`` may see its contact; NotFound otherwise."""
    found = session.get(Enrolment, enrolment_id) if is_id(enrolment_id) else None
    if found is None:
        raise NotFound
    contacts.get_contact(session, actor, found.contact_id, deleted=None)
    return found


def counts(session: Session, actor: Actor, campaign_id: int) -> dict[str, Counts]:
    """The numbers of every step that has any, by its id."""
    _require(actor)
    found: dict[str, Counts] = {}
    for step_id, state, number in _standing(session, campaign_id):
        name = "waiting" if state is EnrolmentState.ACTIVE else "attention"
        setattr(found.setdefault(step_id, Counts()), name, number)
    for step_id, passed, skipped in _passed(session, campaign_id):
        here = found.setdefault(step_id, Counts())
        here.passed, here.skipped = passed or 0, skipped or 0
    for step_id, *numbers in _messages(session, campaign_id):
        here = found.setdefault(step_id, Counts())
        for name, number in zip(_OF_MESSAGES, numbers, strict=True):
            setattr(here, name, number or 0)
    return found


def people_at(
    session: Session,
    actor: Actor,
    campaign_id: int,
    step_id: str | None = None,
    state: EnrolmentState | None = None,
    *,
    after: int = 0,
    limit: int = 50,
) -> list[Place]:
    """The contacts inside, or in ``state``, that ``actor`` may see; at one step or all of them.

    Those who came last first; ``after`` is the last ``enrolment_id`` of the page before.
    """
    _require(actor)
    states = _INSIDE if state is None else (state,)
    query = (
        _places()
        .where(
            Enrolment.campaign_id == campaign_id,
            col(Enrolment.state).in_(states),
            col(Contact.deleted_at).is_(None),
            seen_contacts(actor),
        )
        .order_by(col(Enrolment.arrived_at).desc(), col(Enrolment.id).desc())
        .limit(limit)
    )
    if step_id is not None:
        query = query.where(Enrolment.step_id == step_id)
    if after:
        edge = get_enrolment(session, actor, after)
        place = tuple_(col(Enrolment.arrived_at), col(Enrolment.id))
        query = query.where(place < (edge.arrived_at, edge.id))
    return [_place(actor, *row) for row in session.execute(query).all()]


def enrolments_of(
    session: Session, actor: Actor, contact_id: int, *, limit: int = 50
) -> list[Place]:
    """The campaigns of a contact, those in which he is now first, then the latest ones."""
    contacts.get_contact(session, actor, contact_id, deleted=None)
    query = (
        _places()
        .where(Enrolment.contact_id == contact_id)
        .order_by(
            col(Enrolment.ended_at).is_not(None),
            col(Enrolment.entered_at).desc(),
            col(Enrolment.id).desc(),
        )
        .limit(limit)
    )
    return [_place(actor, *row) for row in session.execute(query).all()]


def _require(actor: Actor) -> None:
    if not (actor.is_user or actor.is_admin):
        raise NotFound


def _standing(session: Session, campaign_id: int) -> Any:
    return session.execute(
        select(Enrolment.step_id, Enrolment.state, func.count())
        .where(Enrolment.campaign_id == campaign_id, col(Enrolment.state).in_(_INSIDE))
        .group_by(col(Enrolment.step_id), col(Enrolment.state))
    ).all()


def _passed(session: Session, campaign_id: int) -> Any:
    outcome = col(StepRun.outcome)
    return session.execute(
        select(
            StepRun.step_id,
            _how_many(outcome != StepOutcome.ATTENTION),
            _how_many(outcome == StepOutcome.SKIPPED),
        )
        .where(StepRun.campaign_id == campaign_id, StepRun.step_id != "")
        .group_by(col(StepRun.step_id))
    ).all()


_OF_MESSAGES = ("sent", "resting", "unknown", "failed", "opened", "clicked", "replied")


def _messages(session: Session, campaign_id: int) -> Any:
    state = col(Message.state)
    return session.execute(
        select(  # type: ignore[call-overload]  # more columns than SQLModel's types count
            Message.step_id,
            _how_many(state == MessageState.SENT),
            _how_many(state.in_([MessageState.QUEUED, MessageState.OUTBOX])),
            _how_many(state == MessageState.UNKNOWN),
            _how_many(state == MessageState.FAILED),
            _how_many(col(Message.opened_at).is_not(None)),
            _how_many(col(Message.clicked_at).is_not(None)),
            _how_many(col(Message.replied_at).is_not(None)),
        )
        .where(Message.campaign_id == campaign_id)
        .group_by(col(Message.step_id))
    ).all()


def _how_many(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((and_(condition), 1), else_=0))


def _places() -> Any:
    return (
        select(Enrolment, Contact, Campaign.name, CampaignVersion.number)
        .join(Contact, col(Contact.id) == Enrolment.contact_id)
        .join(Campaign, col(Campaign.id) == Enrolment.campaign_id)
        .join(CampaignVersion, col(CampaignVersion.id) == Enrolment.version_id)
    )


def _place(actor: Actor, row: Enrolment, contact: Contact, campaign: str, version: int) -> Place:
    return Place(
        enrolment_id=row.id or 0,
        contact_id=row.contact_id,
        contact_name=contact.name,
        campaign_id=row.campaign_id,
        campaign_name=campaign,
        version=version,
        step_id=row.step_id,
        state=row.state,
        arrived_at=row.arrived_at,
        entered_at=row.entered_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        reason=row.reason,
        detail=dict(row.detail),
        may_change=may_change(actor, contact) and row.ended_at is None,
    )
