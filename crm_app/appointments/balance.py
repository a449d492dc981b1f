"""How evenly a team calendar's turns fell, and who would be drawn next: read for its page."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.appointments import ledger, queries, round_robin, steps
from crm_app.core.access import Actor
from crm_app.models import Calendar, CalendarMember, DrawEntry, User

SPAN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Share:
    """A member's part of the last 30 days: ``turns`` had, and both shares in percent."""

    member: CalendarMember
    user: User
    turns: int
    percent: float
    fair_percent: float
    away: bool
    next: bool


def shares(session: Session, actor: Actor, calendar: Calendar, *, now: datetime) -> list[Share]:
    """All members of ``calendar`` in their order; paused ones have no fair share."""
    actor.require_user()
    pairs = queries.members_of(session, calendar.id or 0, active_only=False)
    turns = Counter(
        session.exec(
            select(DrawEntry.user_id).where(
                DrawEntry.calendar_id == calendar.id,
                col(DrawEntry.reverted_at).is_(None),
                col(DrawEntry.at) > now - SPAN,
            )
        )
    )
    active = [member for member, user in pairs if member.active and user.active]
    away = steps.absent_members(session, active, now, now + timedelta(minutes=1))
    pool = ledger.pool(active, away)
    drawn = (
        round_robin.draw(calendar.draw_mode, pool, [one.member_id for one in pool]).member_id
        if pool
        else None
    )
    weight = sum(member.weight for member in active)
    total = sum(turns[member.user_id] for member, _ in pairs)
    return [
        Share(
            member=member,
            user=user,
            turns=turns[member.user_id],
            percent=100 * turns[member.user_id] / total if total else 0.0,
            fair_percent=100 * member.weight / weight if weight and member in active else 0.0,
            away=member.user_id in away,
            next=member.user_id == drawn,
        )
        for member, user in pairs
    ]


def why(session: Session, appointment_id: int) -> DrawEntry | None:
    """The ledger entry that decided an appointment's present member ("Why Kate?"), if one did."""
    return session.exec(
        select(DrawEntry)
        .where(DrawEntry.appointment_id == appointment_id)
        .order_by(col(DrawEntry.id).desc())
    ).first()
