"""How a run ended, noted at the calendar and its account (SYN-11).

An account whose login is refused is asked for nothing any more until somebody reconnects it; he and
the administrators are told once. All other trouble is tried again, later each time, and never
before the service allows it. Nothing is deleted because of trouble.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core import db, facts, jobs
from crm_app.core.access import system
from crm_app.core.errors import LoginExpired, RateLimited, RemoteError
from crm_app.core.kinds import AccountState, CalendarRole, LinkState
from crm_app.models import ConnectedAccount, EventLink, ExternalCalendar
from crm_app.providers.calendar_port import CalendarGone
from crm_app.sync.outgoing.outbox import in_words
from crm_app.sync.records import links
from crm_app.sync.rules.windows import next_attempt
from crm_app.sync.runs import letters

log = logging.getLogger(__name__)
ACTOR = system("sync")
# A calendar that does not exist any more is looked for again at this pace.
_GONE_RETRY = timedelta(hours=6)

_account: Table = ConnectedAccount.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
# What most runs have to say of their account, without reading it.
_STILL_WELL = (
    update(_account)
    .where(_account.c.id == bindparam("account_id"), _account.c.state == AccountState.ACTIVE)
    .values(last_success_at=bindparam("now"), next_attempt_at=None, failure_count=0)
)


def went_well(session: Session, calendar: ExternalCalendar, *, now: datetime) -> None:
    """The calendar is in step."""
    first, in_trouble = calendar.last_success_at is None, calendar.last_error != ""
    calendar.last_success_at, calendar.last_error, calendar.failure_count = now, "", 0
    calendar.next_attempt_at, calendar.gone_at = None, None
    session.add(calendar)
    if first or in_trouble or not _still_well(session, calendar.account_id, now):
        _well_again(session, calendar, now=now, in_trouble=in_trouble, first=first)


def _still_well(session: Session, account_id: int, now: datetime) -> bool:
    # Nothing about the account depends on what is not written yet about the calendar.
    with session.no_autoflush:
        noted = session.execute(_STILL_WELL, {"account_id": account_id, "now": now})
    return db.rows_changed(noted) > 0


def _well_again(
    session: Session, calendar: ExternalCalendar, *, now: datetime, in_trouble: bool, first: bool
) -> None:
    account = session.get_one(ConnectedAccount, calendar.account_id)
    recovered = in_trouble or account.state != AccountState.ACTIVE
    account.last_success_at, account.next_attempt_at, account.failure_count = now, None, 0
    if account.state == AccountState.NEEDS_RECONNECT:
        account.state = AccountState.ACTIVE
    session.add(account)
    if recovered:
        # An account that was well has no other calendar in trouble: that would have been noted at it.
        session.flush()
        _judge(session, account)
    if recovered or first:
        _tell_tabs(session, account)


def went_wrong(
    session: Session, calendar: ExternalCalendar, error: Exception, *, now: datetime, jitter: float
) -> None:
    """The run ended early; when it is tried again, and what people read meanwhile."""
    account = session.get_one(ConnectedAccount, calendar.account_id)
    message = in_words(error)
    before = (calendar.last_error, account.state)
    calendar.last_error = message
    calendar.failure_count += 1
    retry_after = error.retry_after if isinstance(error, RateLimited) else None
    again = next_attempt(now, calendar.failure_count, retry_after=retry_after, jitter=jitter)
    calendar.next_attempt_at = again
    if isinstance(error, CalendarGone):
        calendar.gone_at = calendar.gone_at or now
        calendar.next_attempt_at = now + _GONE_RETRY
    account.last_error, account.last_error_at = message, now
    if isinstance(error, RateLimited):
        account.next_attempt_at = again
    session.add(calendar)
    session.add(account)
    session.flush()
    if isinstance(error, LoginExpired):
        _lock_out(session, account, now=now)
    else:
        _judge(session, account)
    if (calendar.last_error, account.state) != before:
        _tell_tabs(session, account)
    detail = error.detail if isinstance(error, RemoteError) else ""
    log.warning("calendar %s: %s %s", calendar.id, type(error).__name__, detail)


def silent(session: Session, calendar: ExternalCalendar, message: str) -> None:
    """It did not answer while a booking waited; the next poll tries it as usual."""
    account = session.get_one(ConnectedAccount, calendar.account_id)
    calendar.last_error = calendar.last_error or message
    account.last_error = account.last_error or message
    session.add(calendar)
    session.add(account)
    session.flush()
    _judge(session, account)
    _tell_tabs(session, account)


def _lock_out(session: Session, account: ConnectedAccount, *, now: datetime) -> None:
    if account.state == AccountState.NEEDS_RECONNECT:
        return
    account.state = AccountState.NEEDS_RECONNECT
    session.add(account)
    audit.record(
        session, ACTOR, "connection.needs_reconnect", subject_kind="account", subject_id=account.id
    )
    owner = accounts.get_user(session, ACTOR, account.user_id)
    admins = [
        user for user in accounts.list_users(session, ACTOR) if accounts.actor_of(user).is_admin
    ]
    for reader in {user.id: user for user in (owner, *admins)}.values():
        letters.queue_reconnect(session, account, owner, reader, now=now)


def _judge(session: Session, account: ConnectedAccount) -> None:
    """The account is as well as the calendars that are in use."""
    if account.state == AccountState.NEEDS_RECONNECT:
        return
    in_trouble = session.exec(
        select(ExternalCalendar.id)
        .where(
            ExternalCalendar.account_id == account.id,
            ExternalCalendar.role != CalendarRole.UNUSED,
            ExternalCalendar.last_error != "",
        )
        .limit(1)
    ).first()
    account.state = AccountState.ACTIVE if in_trouble is None else AccountState.ERROR
    if in_trouble is None:
        account.last_error = ""
    session.add(account)


def _tell_tabs(session: Session, account: ConnectedAccount) -> None:
    facts.record(session, facts.ConnectionChanged(account.id or 0, state=account.state.value))


def reconnected(session: Session, account: ConnectedAccount) -> None:
    """The account lets us in again: everything that waited is due now."""
    account.state, account.last_error, account.failure_count = AccountState.ACTIVE, "", 0
    account.next_attempt_at = None
    session.add(account)
    for calendar in calendars_of(session, account):
        calendar.last_error, calendar.failure_count, calendar.next_attempt_at = "", 0, None
        session.add(calendar)
        waiting = session.exec(
            select(EventLink).where(
                EventLink.external_calendar_id == calendar.id,
                col(EventLink.state).in_([LinkState.WANTED, LinkState.REMOVING]),
            )
        ).all()
        for link in waiting:
            link.next_attempt_at = None
            session.add(link)
        if waiting or calendar.role != CalendarRole.UNUSED:
            jobs.enqueue(session, links.RUN, calendar_id=calendar.id)
    _tell_tabs(session, account)


def calendars_of(session: Session, account: ConnectedAccount) -> list[ExternalCalendar]:
    """The calendars of an account, by name."""
    return list(
        session.exec(
            select(ExternalCalendar)
            .where(ExternalCalendar.account_id == account.id)
            .order_by(ExternalCalendar.name, col(ExternalCalendar.id))
        )
    )
