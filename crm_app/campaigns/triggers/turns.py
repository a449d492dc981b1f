"""Whose turn it is when a trigger assigns users in turn: the one after him who was drawn last.

The run log is the memory. Who is away is passed over, unless everybody is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.appointments import busy
from crm_app.core.kinds import TriggerOutcome
from crm_app.models import Trigger, TriggerRun, User

# How many runs are looked through for the last draw; others of the trigger found an owner there.
_LOOK_BACK = 200


def next_user(
    session: Session, trigger_id: int, user_ids: Sequence[int], now: datetime
) -> int | None:
    """The user who is next; None when none of them works here. Draws of a trigger are one at a time."""
    session.exec(select(Trigger.id).where(Trigger.id == trigger_id).with_for_update()).one()
    works = select(User.id).where(col(User.id).in_(user_ids), col(User.active).is_(True))
    here = {user_id or 0 for user_id in session.exec(works)}
    away = {
        row.user_id for row in busy.absences(session, list(here), now, now + timedelta(minutes=1))
    }
    pool = [one for one in user_ids if one in here - away] or [
        one for one in user_ids if one in here
    ]
    if not pool:
        return None
    last = _last(session, trigger_id)
    order = list(user_ids)
    start = order.index(last) + 1 if last in order else 0
    turn = [*order[start:], *order[:start]]
    return next(one for one in turn if one in pool)


def _last(session: Session, trigger_id: int) -> int | None:
    runs = session.exec(
        select(TriggerRun.detail)
        .where(TriggerRun.trigger_id == trigger_id, TriggerRun.outcome == TriggerOutcome.ACTED)
        .order_by(col(TriggerRun.at).desc(), col(TriggerRun.id).desc())
        .limit(_LOOK_BACK)
    )
    return next((detail["assigned"] for detail in runs if "assigned" in detail), None)
