"""What people and the clock ask of the synchronisation.

``live_check`` is for the moment before a booking commits: it uses the network and opens its own
transactions, so it is called before any other one begins.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.core import facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountState, CalendarRole, LinkState
from crm_app.models import ConnectedAccount, EventLink, ExternalCalendar
from crm_app.sync import queries
from crm_app.sync.reaching import lanes
from crm_app.sync.records import links
from crm_app.sync.rules import waking
from crm_app.sync.runs import channels, deletions, outcome
from crm_app.sync.runs.live import live_check

__all__ = [
    "claim_due",
    "delete_missing",
    "enqueue_due",
    "list_again",
    "live_check",
    "plan_copies",
    "sync_now",
    "try_again",
    "used_calendars",
]

# Copies that could not be written are looked at this often besides the polls.
_RETRY = timedelta(seconds=15)

plan_copies = links.plan


def enqueue_due(session: Session, *, now: datetime, every: timedelta) -> int:
    """Have a run made for every calendar that is due; how many. See ``claim_due``."""
    ids = claim_due(session, now=now, every=every)
    for calendar_id in ids:
        jobs.enqueue(session, links.RUN, calendar_id=calendar_id)
    return len(ids)


def claim_due(
    session: Session, *, now: datetime, every: timedelta, account_id: int | None = None
) -> list[int]:
    """The calendars that were not read for ``every`` or have copies to write, of all accounts or of
    one. Those that somebody wakes us for are read more rarely.

    Any number of processes may ask at once: each calendar is claimed by one of them.
    """
    waiting = select(EventLink.external_calendar_id).where(
        col(EventLink.state).in_([LinkState.WANTED, LinkState.REMOVING]),
        or_(col(EventLink.next_attempt_at).is_(None), col(EventLink.next_attempt_at) <= now),
    )
    polled = col(ExternalCalendar.polled_at)
    due = session.execute(
        update(ExternalCalendar)
        .where(
            col(ExternalCalendar.account_id).in_(queries.open_accounts(now)),
            or_(
                col(ExternalCalendar.next_attempt_at).is_(None),
                col(ExternalCalendar.next_attempt_at) <= now,
            ),
            or_(
                and_(
                    col(ExternalCalendar.role) != CalendarRole.UNUSED,
                    or_(
                        polled.is_(None),
                        polled <= now - max(every, waking.SLOW_POLL),
                        and_(
                            polled <= now - every,
                            col(ExternalCalendar.id).not_in(channels.unhurried(now)),
                        ),
                    ),
                ),
                and_(
                    col(ExternalCalendar.id).in_(waiting),
                    or_(polled.is_(None), polled <= now - _RETRY),
                ),
            ),
        )
        .where(*_of(account_id))
        .values(polled_at=now)
        .returning(col(ExternalCalendar.id))
        .execution_options(synchronize_session=False)
    ).scalars()
    return sorted(calendar_id or 0 for calendar_id in due)


def _of(account_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if account_id is None else (col(ExternalCalendar.account_id) == account_id,)


def sync_now(session: Session, actor: Actor, account_id: int) -> int:
    """Have all used calendars of a connection read at once; how many. Conflict when the account
    has to be reconnected first."""
    account = queries.get_account(session, actor, account_id)
    if account.state == AccountState.NEEDS_RECONNECT:
        raise Conflict(N_("Reconnect the account first."))
    lanes.hold_back(session, account_id)
    account.next_attempt_at = None
    session.add(account)
    used = [
        calendar
        for calendar in outcome.calendars_of(session, account)
        if calendar.role != CalendarRole.UNUSED
    ]
    for calendar in used:
        calendar.next_attempt_at = None
        session.add(calendar)
        jobs.enqueue(session, links.RUN, calendar_id=calendar.id)
    return len(used)


def delete_missing(session: Session, actor: Actor, calendar_id: int, *, now: datetime) -> int:
    """The yes that many deletions wait for (SYN-10); how many were deleted."""
    calendar, account = queries.get_external_calendar(session, actor, calendar_id)
    calendar = session.exec(
        select(ExternalCalendar)
        .where(ExternalCalendar.id == calendar.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    deleted = deletions.carry_out(session, calendar, now=now)
    calendar.deletions_waiting = 0
    session.add(calendar)
    audit.record(
        session,
        actor,
        "connection.deletions_confirmed",
        subject_kind="account",
        subject_id=account.id,
        count=deleted,
    )
    facts.record(session, facts.ConnectionChanged(account.id or 0, state=account.state.value))
    # Copies of appointments among them are settled by the next run.
    jobs.enqueue(session, links.RUN, calendar_id=calendar_id)
    return deleted


def list_again(session: Session, actor: Actor, calendar_id: int) -> None:
    """Read the whole calendar anew: what is still there is there again, without doubles."""
    calendar, _ = queries.get_external_calendar(session, actor, calendar_id)
    # Whatever run is under way would save the cursor of its own listing.
    lanes.overtake(calendar)
    calendar.cursor, calendar.next_attempt_at = None, None
    session.add(calendar)
    jobs.enqueue(session, links.RUN, calendar_id=calendar_id)


def try_again(session: Session, *, provider: str) -> None:
    """Have all accounts of a service that do not work tried again: the reason may be gone.

    Those that are still refused need their owners as before; nobody is told a second time.
    """
    for account in session.exec(
        select(ConnectedAccount).where(
            ConnectedAccount.provider == provider,
            col(ConnectedAccount.state).in_([AccountState.NEEDS_RECONNECT, AccountState.ERROR]),
        )
    ).all():
        outcome.reconnected(session, account)


def used_calendars(session: Session, *, account_id: int | None = None) -> list[int]:
    """All external calendars that are read, of all accounts or of one."""
    query = (
        select(ExternalCalendar.id)
        .where(ExternalCalendar.role != CalendarRole.UNUSED, *_of(account_id))
        .order_by(col(ExternalCalendar.id))
    )
    return [calendar_id or 0 for calendar_id in session.exec(query)]
