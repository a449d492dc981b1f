"""Doing what is due, in batches of one transaction each (CAM-8).

Whoever ticks takes due enrolments together with their contacts, asks the rules, and writes the
effects and the next step before it lets go: a crash rolls back to where nothing had happened. On
PostgreSQL others skip what is held, so any number of processes may tick; SQLite has one write lock.
An enrolment at which something breaks is set aside for a person and keeps nobody else waiting.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import entering, rules, settling, world
from crm_app.campaigns.running.applying import asks
from crm_app.campaigns.running.case import Case
from crm_app.campaigns.running.moves import Move
from crm_app.core import facts
from crm_app.core.kinds import CampaignState, EnrolmentState
from crm_app.models import Campaign, CampaignVersion, Contact, Enrolment

log = logging.getLogger(__name__)
# A quarter of a second of work, after which others get their turn to write.
BATCH = 1000
PAUSED = "paused"
# Said in the very words of the index on due times: both databases use it only then, whatever values
# a prepared statement might be given later.
_ACTIVE = text("enrolment.state = 'active'")


def tick(session: Session, *, now: datetime, limit: int = BATCH, only: int | None = None) -> int:
    """Carry out up to ``limit`` due steps, one of each contact; how many enrolments were handled.

    ``only``: that enrolment and no other. What becomes due by it is left to the next call.
    """
    taken = _taken(session, now, limit, only)
    if not taken:
        return 0
    cases = _cases(session, [enrolment for enrolment, _ in taken], now)
    gone = {enrolment.contact_id for enrolment, deleted_at in taken if deleted_at is not None}
    running: list[Case] = []
    held: list[Case] = []
    for case in cases:
        (running if case.campaign.state is CampaignState.LIVE else held).append(case)
    for case in running:
        case.move = _left() if case.enrolment.contact_id in gone else _decided(case, now)
    _hold(session, held)
    entering.finish(session, running, now=now)
    for campaign_id in sorted({case.enrolment.campaign_id for case in running}):
        facts.record(session, facts.StepsTaken(campaign_id))
    return len(cases)


def next_due(session: Session) -> datetime | None:
    """When the next step is due; it may be past. None: nobody waits for a time."""
    return session.exec(select(func.min(Enrolment.due_at)).where(_ACTIVE)).one()


def due_ids(session: Session, *, now: datetime, limit: int) -> list[int]:
    """The enrolments that are due, longest overdue first."""
    query = select(Enrolment.id).where(_ACTIVE, col(Enrolment.due_at) <= now)
    ordered = query.order_by(col(Enrolment.due_at), col(Enrolment.id)).limit(limit)
    return [each or 0 for each in session.exec(ordered)]


def set_aside(session: Session, enrolment_id: int, error: Exception) -> None:
    """An enrolment whose step cannot even be looked at waits for a person."""
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=True)
    if enrolment is None or enrolment.state is not EnrolmentState.ACTIVE:
        return
    values = {
        "state": EnrolmentState.ATTENTION,
        "due_at": None,
        "reason": "failed",
        "detail": {"error": type(error).__name__},
    }
    settling.put(session, [(enrolment, values)])


def release(session: Session, campaign_id: int, *, now: datetime) -> None:
    """What fell due while the campaign was paused is due now, if it runs again."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.LIVE:
        return
    held = session.exec(
        select(Enrolment).where(
            _ACTIVE,
            col(Enrolment.due_at).is_(None),
            Enrolment.campaign_id == campaign_id,
            Enrolment.reason == PAUSED,
        )
    ).all()
    settling.put(session, [(each, {"due_at": now, "reason": "", "detail": {}}) for each in held])


def _taken(
    session: Session, now: datetime, limit: int, only: int | None
) -> Sequence[tuple[Enrolment, datetime | None]]:
    query = (
        select(Enrolment, Contact.deleted_at)
        .join(Contact, col(Contact.id) == Enrolment.contact_id)
        .where(_ACTIVE, col(Enrolment.due_at) <= now)
        .order_by(col(Enrolment.due_at), col(Enrolment.id))
        .limit(limit)
        # Not against foreign keys: a note about a contact need not wait for his step.
        .with_for_update(of=[Enrolment, Contact], skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if only is not None:
        query = query.where(Enrolment.id == only)
    first: dict[int, tuple[Enrolment, datetime | None]] = {}
    for enrolment, deleted_at in session.exec(query):
        # The next step of the same contact sees what this one did to him.
        first.setdefault(enrolment.contact_id, (enrolment, deleted_at))
    return list(first.values())


def _cases(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> list[Case]:
    campaigns = _by_id(session, Campaign, {each.campaign_id for each in enrolments})
    versions = _by_id(session, CampaignVersion, {each.version_id for each in enrolments})
    plans: dict[int, Plan] = {number: parse(row.plan) for number, row in versions.items()}
    worlds = world.load(
        session,
        [each.contact_id for each in enrolments],
        now=now,
        about={e.contact_id: e.appointment_id for e in enrolments if e.appointment_id},
        calendars={
            each.contact_id: calendar_id
            for each in enrolments
            if (calendar_id := plans[each.version_id].settings.calendar_id)
        },
    )
    return [
        Case(each, campaigns[each.campaign_id], plans[each.version_id], worlds[each.contact_id])
        for each in enrolments
    ]


def _by_id(session: Session, table: Any, ids: Collection[int]) -> dict[int, Any]:
    query = select(table).where(table.id.in_(ids)).execution_options(populate_existing=True)
    return {row.id: row for row in session.exec(query)}


def _decided(case: Case, now: datetime) -> Move:
    try:
        return rules.due(case.plan, case.standing, case.world, now)
    except Exception as error:
        log.exception("enrolment %s: its step cannot be decided", case.id)
        return asks(Move(None), "failed", error=type(error).__name__)


def _left() -> Move:
    return Move(None, "contact_deleted", ends=EnrolmentState.LEFT)


def _hold(session: Session, cases: Sequence[Case]) -> None:
    """Contacts of a campaign that does not run wait without a time, so that nobody looks at them
    again and again; ``release`` brings them back."""
    values: dict[str, Any] = {"due_at": None, "reason": PAUSED, "detail": {}}
    settling.put(session, [(case.enrolment, values) for case in cases])
