"""How a run begins: with the lane, and with all that it needs to know, read at once.

Most runs find nothing to do. What waits here is asked for in the same breath, so that such a run
knows it, and between its two transactions lies nothing but the one request. What somebody adds
later comes with a wish for another run (SYN-10).
"""

import functools
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, or_, select
from sqlmodel import Session, col

from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import AddressBook, ConnectedAccount, ExternalCalendar, SignInProvider, User
from crm_app.sync.outgoing import outbox, settling
from crm_app.sync.reaching import connecting, lanes
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.runs import deletions, window_move


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
    lane = lanes.take(session, ExternalCalendar, calendar_id, now=now, follow_up=follow_up)
    if lane is None:
        return None
    # Asked behind the lane: a statement that waits for it would see the rest as it was before.
    found = session.execute(_all_else(), {"calendar_id": calendar_id, "now": now}).one()
    calendar, account, user, _, horizon, writes, unsettled = found
    moves = window_move.is_due(session, calendar, horizon_days=horizon, now=now)
    return Errand(
        lane=lane,
        login=connecting.login_of(session, account),
        ref=calendar.ref,
        cursor=calendar.cursor,
        reads=calendar.role != CalendarRole.UNUSED,
        moves=moves,
        reachable=reachable(calendar, account, user, now=now),
        writes=writes,
        settles=moves or unsettled or calendar.deletions_waiting > 0,
    )


def reachable(
    followed: ExternalCalendar | AddressBook,
    account: ConnectedAccount,
    user: User,
    *,
    now: datetime,
) -> bool:
    """Whether the service may be asked: the account is neither locked out nor paused, its owner is
    here, and no wait that the service or a failure asked for is still on."""
    waits = any(
        at is not None and at > now for at in (followed.next_attempt_at, account.next_attempt_at)
    )
    return account.state in (AccountState.ACTIVE, AccountState.ERROR) and user.active and not waits


@functools.cache
def _all_else() -> Select[
    tuple[ExternalCalendar, ConnectedAccount, User, SignInProvider, int, bool, bool]
]:
    """Made once: making it takes longer than asking it. Whoever asks holds the rows while they are
    needed, for what nobody holds a session reads once more."""
    return (
        select(
            ExternalCalendar,
            ConnectedAccount,
            User,
            SignInProvider,
            window_move.farthest().scalar_subquery(),
            outbox.any_pending(now=bindparam("now")),
            or_(settling.any_news(), deletions.any_missing()),
        )
        .select_from(ExternalCalendar)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .outerjoin(SignInProvider, col(SignInProvider.provider) == ConnectedAccount.provider)
        .where(col(ExternalCalendar.id) == bindparam("calendar_id"))
    )
