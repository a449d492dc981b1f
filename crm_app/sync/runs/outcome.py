"""How a run ended, noted at the calendar or address book and its account (SYN-11, SCT-8).

An account whose login is refused is asked for nothing any more until somebody reconnects it; he and
the administrators are told once. All other trouble is tried again, later each time, and never
before the service allows it. Nothing is deleted because of trouble.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core import db, jobs
from crm_app.core.access import system
from crm_app.core.errors import LoginExpired, RateLimited, RemoteError
from crm_app.core.kinds import (
    AccountPurpose,
    AccountState,
    CalendarRole,
    CardLinkState,
    LinkState,
)
from crm_app.models import AddressBook, CardLink, ConnectedAccount, EventLink, ExternalCalendar
from crm_app.providers.address_book_port import BookGone
from crm_app.providers.calendar_port import CalendarGone
from crm_app.sync.outgoing.outbox import in_words
from crm_app.sync.reaching import book_access
from crm_app.sync.records import links
from crm_app.sync.rules.windows import next_attempt
from crm_app.sync.runs import letters, telling

log = logging.getLogger(__name__)
ACTOR = system("sync")
Outside = ExternalCalendar | AddressBook
# What does not exist any more is looked for again at this pace.
_GONE_RETRY = timedelta(hours=6)

_account: Table = ConnectedAccount.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
# What most runs have to say of their account, without reading it.
_STILL_WELL = (
    update(_account)
    .where(_account.c.id == bindparam("account_id"), _account.c.state == AccountState.ACTIVE)
    .values(last_success_at=bindparam("now"), next_attempt_at=None, failure_count=0)
)


def went_well(session: Session, followed: Outside, *, now: datetime) -> None:
    """It is in step."""
    first, in_trouble = followed.last_success_at is None, followed.last_error != ""
    followed.last_success_at, followed.last_error, followed.failure_count = now, "", 0
    followed.next_attempt_at, followed.gone_at = None, None
    session.add(followed)
    if first or in_trouble or not _still_well(session, followed.account_id, now):
        _well_again(session, followed, now=now, in_trouble=in_trouble, first=first)


def _still_well(session: Session, account_id: int, now: datetime) -> bool:
    # Nothing about the account depends on what is not written yet about what is followed.
    with session.no_autoflush:
        noted = session.execute(_STILL_WELL, {"account_id": account_id, "now": now})
    return db.rows_changed(noted) > 0


def _well_again(
    session: Session, followed: Outside, *, now: datetime, in_trouble: bool, first: bool
) -> None:
    account = session.get_one(ConnectedAccount, followed.account_id)
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
    session: Session, followed: Outside, error: Exception, *, now: datetime, jitter: float
) -> None:
    """The run ended early; when it is tried again, and what people read meanwhile."""
    account = session.get_one(ConnectedAccount, followed.account_id)
    message = in_words(error)
    before = (followed.last_error, account.state)
    followed.last_error = message
    followed.failure_count += 1
    retry_after = error.retry_after if isinstance(error, RateLimited) else None
    again = next_attempt(now, followed.failure_count, retry_after=retry_after, jitter=jitter)
    followed.next_attempt_at = again
    if isinstance(error, CalendarGone | BookGone):
        followed.gone_at = followed.gone_at or now
        followed.next_attempt_at = now + _GONE_RETRY
    account.last_error, account.last_error_at = message, now
    if isinstance(error, RateLimited):
        account.next_attempt_at = again
    session.add(followed)
    session.add(account)
    session.flush()
    if isinstance(error, LoginExpired):
        _lock_out(session, account, now=now)
    else:
        _judge(session, account)
    if (followed.last_error, account.state) != before:
        _tell_tabs(session, account)
    detail = error.detail if isinstance(error, RemoteError) else ""
    kind = type(followed).__tablename__
    log.warning("%s %s: %s %s", kind, followed.id, type(error).__name__, detail)


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
    """The account is as well as the calendars or address books that are in use."""
    if account.state in (AccountState.NEEDS_RECONNECT, AccountState.PAUSED):
        return
    in_trouble = session.exec(_in_trouble(account).limit(1)).first()
    account.state = AccountState.ACTIVE if in_trouble is None else AccountState.ERROR
    if in_trouble is None:
        account.last_error = ""
    session.add(account)


def _in_trouble(account: ConnectedAccount) -> SelectOfScalar[Any]:
    if account.purpose is AccountPurpose.CONTACTS:
        return select(AddressBook.id).where(
            AddressBook.account_id == account.id,
            col(AddressBook.used).is_(True),
            AddressBook.last_error != "",
        )
    return select(ExternalCalendar.id).where(
        ExternalCalendar.account_id == account.id,
        ExternalCalendar.role != CalendarRole.UNUSED,
        ExternalCalendar.last_error != "",
    )


def _tell_tabs(session: Session, account: ConnectedAccount) -> None:
    telling.tell(session, account, state=account.state.value)


def reconnected(session: Session, account: ConnectedAccount) -> None:
    """The account lets us in again: everything that waited is due now."""
    account.state, account.last_error, account.failure_count = AccountState.ACTIVE, "", 0
    account.next_attempt_at = None
    session.add(account)
    if account.purpose is AccountPurpose.CONTACTS:
        _books_again(session, account)
    else:
        _calendars_again(session, account)
    _tell_tabs(session, account)


def _calendars_again(session: Session, account: ConnectedAccount) -> None:
    for calendar in calendars_of(session, account):
        _at_once(session, calendar)
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


def _books_again(session: Session, account: ConnectedAccount) -> None:
    books = session.exec(select(AddressBook).where(AddressBook.account_id == account.id)).all()
    for book in books:
        _at_once(session, book)
        session.execute(
            update(CardLink)
            .where(
                col(CardLink.address_book_id) == book.id,
                col(CardLink.state).in_([CardLinkState.WANTED, CardLinkState.REMOVING]),
            )
            .values(next_attempt_at=None)
        )
        jobs.enqueue(session, book_access.RUN, book_id=book.id)


def _at_once(session: Session, followed: Outside) -> None:
    followed.last_error, followed.failure_count, followed.next_attempt_at = "", 0, None
    session.add(followed)


def calendars_of(session: Session, account: ConnectedAccount) -> list[ExternalCalendar]:
    """The calendars of an account, by name."""
    return list(
        session.exec(
            select(ExternalCalendar)
            .where(ExternalCalendar.account_id == account.id)
            .order_by(ExternalCalendar.name, col(ExternalCalendar.id))
        )
    )
