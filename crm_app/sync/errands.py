"""How a run begins: with the lane, and with all that it needs to know, read at once.

Most runs find nothing to do. What waits here is asked for in the same breath, so that such a run
knows it, and between its two transactions lies nothing but the one request. What somebody adds
later comes with a wish for another run (SYN-10).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, or_, select
from sqlmodel import Session, col

from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import ConnectedAccount, ExternalCalendar, SignInProvider, User
from crm_app.sync import connecting, deletions, lanes, outbox, settling, window_move
from crm_app.sync.connecting import Login
from crm_app.sync.lanes import Lane


@dataclass(frozen=True, slots=True)
class Errand:
    """What a run needs to know. ``reads`` is off for calendars that are only written to, ``moves``
    says that the window has to move. ``writes``: copies wait to be written. ``settles``: something
    that was read waits to be settled, or may come to."""

    lane: Lane
    login: Login
    ref: str
    cursor: str | None
    reads: bool
    moves: bool
    reachable: bool
    writes: bool
    settles: bool


def begin(session: Session, calendar_id: int, *, now: datetime, follow_up: bool) -> Errand | None:
    """Take the lane; see ``lanes.take`` for ``follow_up`` and None."""
    lane = lanes.take(session, calendar_id, now=now, follow_up=follow_up)
    if lane is None:
        return None
    # Kept by name: what nobody holds, the session forgets and would read once more.
    calendar, account, user, _registration, horizon, writes, unsettled = _facts(
        session, calendar_id, now
    )
    waits = any(
        at is not None and at > now for at in (calendar.next_attempt_at, account.next_attempt_at)
    )
    moves = window_move.is_due(session, calendar, horizon_days=horizon or 0, now=now)
    return Errand(
        lane=lane,
        login=connecting.login_of(session, account),
        ref=calendar.ref,
        cursor=calendar.cursor,
        reads=calendar.role != CalendarRole.UNUSED,
        moves=moves,
        reachable=account.state in (AccountState.ACTIVE, AccountState.ERROR)
        and user.active
        and not waits,
        writes=writes,
        settles=moves or unsettled or calendar.deletions_waiting > 0,
    )


def _facts(
    session: Session, calendar_id: int, now: datetime
) -> Row[
    tuple[
        ExternalCalendar,
        ConnectedAccount,
        User,
        SignInProvider | None,
        int | None,
        bool,
        bool,
    ]
]:
    """Asked behind the lane, as a statement of its own: one that waits for a lock still sees the
    other tables as they were before."""
    unsettled: ColumnElement[bool] = or_(
        settling.any_news(calendar_id), deletions.any_missing(calendar_id)
    )
    return session.execute(
        select(
            ExternalCalendar,
            ConnectedAccount,
            User,
            SignInProvider,
            window_move.farthest().scalar_subquery(),
            outbox.any_pending(calendar_id, now=now),
            unsettled,
        )
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .outerjoin(SignInProvider, col(SignInProvider.provider) == ConnectedAccount.provider)
        .where(col(ExternalCalendar.id) == calendar_id)
    ).one()
