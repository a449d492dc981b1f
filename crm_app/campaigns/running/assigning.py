"""Who becomes the owner when a campaign assigns: a user, one of several in turn, or as a calendar
draws (CAM-1).

A campaign keeps its own balance of turns, one for the entry and one for each assigning step, by the
same exact ledger as team calendars (CAL-4). A calendar lends its members, weights, priorities and
mode, not its balance: bookings and campaigns are counted apart. Who is away has no part in the draw
unless everybody is. All of it happens in the transaction of the entry or the step.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from crm_app.appointments import busy, round_robin
from crm_app.appointments import queries as calendars
from crm_app.appointments.round_robin import Candidate
from crm_app.campaigns.plans.plan import Assign
from crm_app.contacts import service as contacts
from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.kinds import DrawMode
from crm_app.models import Calendar, CampaignTurn, Contact, User

RULE = "campaign"


class NobodyToAssign(Exception):
    """None of those who were chosen works here any more."""


def assign(
    session: Session,
    actor: Actor,
    contact: Contact,
    wanted: Assign,
    *,
    campaign_id: int,
    step_id: str,
    now: datetime,
) -> int | None:
    """Give the contact to whom ``wanted`` says; the owner's id after it. ``step_id`` "": on entry.

    Raises NobodyToAssign.
    """
    if wanted.mode == "none":
        return contact.owner_id
    # Two campaigns must not both find the contact without an owner.
    contacts.lock_owner(session, contact)
    if wanted.only_unassigned and contact.owner_id is not None:
        return contact.owner_id
    chosen = _chosen(session, wanted, campaign_id, step_id, now)
    contacts.set_owner(session, actor, contact, chosen, rule=RULE)
    return chosen


def _chosen(session: Session, wanted: Assign, campaign_id: int, step_id: str, now: datetime) -> int:
    if wanted.mode == "user":
        return _working(session, [wanted.user_id or 0])[0]
    mode, pool = _pool(session, wanted)
    here = _present(session, pool, now)
    return _draw(session, mode, here, campaign_id, step_id, now)


def _pool(session: Session, wanted: Assign) -> tuple[DrawMode, list[Candidate]]:
    if wanted.mode == "round_robin":
        ids = _working(session, wanted.user_ids)
        return DrawMode.EQUAL, [Candidate(each, position=n) for n, each in enumerate(ids)]
    calendar = session.get(Calendar, wanted.calendar_id) if wanted.calendar_id else None
    members = calendars.members_of(session, calendar.id or 0) if calendar else []
    if calendar is None or not members:
        raise NobodyToAssign
    return calendar.draw_mode, [
        Candidate(
            member.user_id,
            weight=member.weight,
            priority=member.priority,
            position=member.position,
        )
        for member, _ in members
    ]


def _working(session: Session, user_ids: Sequence[int]) -> list[int]:
    """Those who work here still, in the given order."""
    query = select(User.id).where(col(User.id).in_(user_ids), col(User.active).is_(True))
    here = set(session.exec(query))
    left = [each for each in dict.fromkeys(user_ids) if each in here]
    if not left:
        raise NobodyToAssign
    return left


def _present(session: Session, pool: list[Candidate], now: datetime) -> list[Candidate]:
    ids = [candidate.member_id for candidate in pool]
    away = {row.user_id for row in busy.absences(session, ids, now, now + timedelta(minutes=1))}
    return [candidate for candidate in pool if candidate.member_id not in away] or pool


def _draw(
    session: Session,
    mode: DrawMode,
    pool: list[Candidate],
    campaign_id: int,
    step_id: str,
    now: datetime,
) -> int:
    turns = _turns(session, pool, campaign_id, step_id)
    owing = [
        Candidate(
            each.member_id,
            weight=each.weight,
            priority=each.priority,
            position=each.position,
            credit=turns[each.member_id].credit,
            last_drawn_at=turns[each.member_id].last_drawn_at,
        )
        for each in pool
    ]
    drawn = round_robin.draw(mode, owing, {each.member_id for each in owing})
    before = {each.member_id: each.credit for each in owing}
    for user_id, credit in round_robin.apply(before, drawn).items():
        turn = turns[user_id]
        turn.credit = credit
        if user_id == drawn.member_id:
            turn.last_drawn_at = now
        session.add(turn)
    session.flush()
    return drawn.member_id


def _turns(
    session: Session, pool: list[Candidate], campaign_id: int, step_id: str
) -> dict[int, CampaignTurn]:
    """The balances of the pool, held until the commit; a newcomer starts at zero."""
    ids = sorted(candidate.member_id for candidate in pool)
    dialect = sqlite if db.is_sqlite(session) else postgresql
    lines = [
        {"campaign_id": campaign_id, "step_id": step_id, "user_id": each, "credit": 0}
        for each in ids
    ]
    session.execute(
        dialect.insert(CampaignTurn)
        .values(lines)
        .on_conflict_do_nothing(index_elements=["campaign_id", "step_id", "user_id"])
    )
    query = (
        select(CampaignTurn)
        .where(
            CampaignTurn.campaign_id == campaign_id,
            CampaignTurn.step_id == step_id,
            col(CampaignTurn.user_id).in_(ids),
        )
        .order_by(col(CampaignTurn.user_id))
        # Against other draws, not against the foreign keys of rows that only name it.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {turn.user_id: turn for turn in session.exec(query)}
