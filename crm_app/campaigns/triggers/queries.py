"""Reading triggers and their log, and who may: administrators change them, members may look (USR-3).

Ids enter through ``get_trigger``. Lines of the log name contacts only to those who may see them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from crm_app.campaigns.triggers.rule import Occurrence, Rule, rule_of
from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import TriggerOutcome
from crm_app.models import Contact, Trigger, TriggerRun

PAGE = 50


@dataclass(frozen=True, slots=True)
class RunLine:
    """One look, as the log shows it. ``at`` is UTC."""

    id: int
    trigger_id: int
    trigger_name: str
    contact_id: int | None
    contact_name: str
    at: datetime
    outcome: TriggerOutcome
    reason: str
    detail: dict[str, Any]


def rule(trigger: Trigger) -> Rule:
    """A stored trigger as the rules see it; a deleted one is off."""
    return rule_of(
        trigger.event,
        trigger.options,
        trigger.filters,
        trigger.actions,
        enabled=trigger.enabled and trigger.deleted_at is None,
        trigger_id=trigger.id or 0,
        name=trigger.name,
    )


def looks(session: Session, found: Sequence[Occurrence]) -> list[tuple[Rule, Occurrence]]:
    """Which triggers have to look at which occurrences, in the order of the triggers."""
    events = {occurrence.event for occurrence in found}
    if not events:
        return []
    rows = session.exec(
        select(Trigger)
        .where(
            col(Trigger.enabled).is_(True),
            col(Trigger.deleted_at).is_(None),
            col(Trigger.event).in_(events),
        )
        .order_by(col(Trigger.id))
    )
    rules = [rule(row) for row in rows]
    return [(one, each) for one in rules for each in found if _meant(one, each)]


def _meant(one: Rule, occurrence: Occurrence) -> bool:
    if one.event != occurrence.event:
        return False
    return one.event != "not_booked" or one.since == occurrence.values.get("since")


def get_trigger(
    session: Session, actor: Actor, trigger_id: int, *, deleted: bool = False
) -> Trigger:
    """The trigger; NotFound for visitors, for an unknown id, and for a deleted one unless asked."""
    found = session.get(Trigger, trigger_id) if is_id(trigger_id) else None
    if found is None or not (actor.is_user or actor.is_admin):
        raise NotFound
    if (found.deleted_at is not None) != deleted:
        raise NotFound
    return found


def list_triggers(session: Session, actor: Actor, *, deleted: bool = False) -> list[Trigger]:
    """All triggers by name; those that were deleted when asked for."""
    if not actor.is_admin:
        actor.require_user()
    gone = col(Trigger.deleted_at)
    return list(
        session.exec(
            select(Trigger)
            .where(gone.is_not(None) if deleted else gone.is_(None))
            .order_by(func.lower(Trigger.name), col(Trigger.id))
        )
    )


def last_acts(session: Session) -> dict[int, tuple[datetime, int]]:
    """When each trigger acted last and how often in all that the log keeps, by id."""
    rows = session.execute(
        select(TriggerRun.trigger_id, func.max(TriggerRun.at), func.count())
        .where(TriggerRun.outcome == TriggerOutcome.ACTED)
        .group_by(col(TriggerRun.trigger_id))
    )
    return {trigger_id: (at, count) for trigger_id, at, count in rows}


def runs(
    session: Session,
    actor: Actor,
    *,
    trigger_id: int | None = None,
    contact_id: int | None = None,
    outcomes: Iterable[TriggerOutcome] = (),
    before_id: int | None = None,
    limit: int = PAGE,
) -> list[RunLine]:
    """Looks of triggers at contacts that ``actor`` may see, latest first."""
    query = (
        select(TriggerRun, Trigger.name, Contact.name)
        .join(Trigger, col(Trigger.id) == TriggerRun.trigger_id)
        .join(Contact, col(Contact.id) == TriggerRun.contact_id, isouter=True)
        .where(_seen(actor))
        .order_by(col(TriggerRun.id).desc())
        .limit(limit)
    )
    wanted = list(outcomes)
    if wanted:
        query = query.where(col(TriggerRun.outcome).in_(wanted))
    if trigger_id is not None:
        query = query.where(TriggerRun.trigger_id == trigger_id)
    if contact_id is not None:
        query = query.where(TriggerRun.contact_id == contact_id)
    if before_id is not None:
        query = query.where(col(TriggerRun.id) < before_id)
    return [
        RunLine(
            id=row.id or 0,
            trigger_id=row.trigger_id,
            trigger_name=trigger_name,
            contact_id=row.contact_id,
            contact_name=contact_name or "",
            at=row.at,
            outcome=TriggerOutcome(row.outcome),
            reason=row.reason,
            detail=dict(row.detail or {}),
        )
        for row, trigger_name, contact_name in session.exec(query)
    ]


def _seen(actor: Actor) -> ColumnElement[bool]:
    if not actor.is_admin:
        actor.require_user()
    return or_(col(TriggerRun.contact_id).is_(None), seen_contacts(actor))
