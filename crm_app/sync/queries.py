"""Reading connections and what became of them; ids enter the room only through ``get_*``.

A connection is its user's own. Administrators see and manage those of all, but never what is in
them: no secret and no event leaves this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.accounts import queries as accounts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import AccountPurpose, AccountState, CalendarRole, LinkState
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    User,
)
from crm_app.sync.rules import health
from crm_app.sync.rules.copies import Copy
from crm_app.sync.rules.health import Condition, Signs
from crm_app.sync.rules.plan import FREE_BUSY


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One external calendar of a connection. ``error`` is a message id."""

    id: int
    name: str
    color: str
    role: CalendarRole
    writable: bool
    condition: Condition
    error: str
    events: int
    seen: int
    troubles: int
    deletions_waiting: int
    last_success_at: datetime | None
    next_attempt_at: datetime | None
    tentative_blocks: bool
    out_of_office_blocks: bool


@dataclass(frozen=True, slots=True)
class Unwritten:
    """An appointment that could not be written to its calendar yet, and why."""

    appointment_id: int
    title: str
    starts_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A connected account with its calendars. Holds no secret."""

    id: int
    user_id: int
    user_name: str
    provider: str
    label: str
    username: str
    server_url: str
    condition: Condition
    error: str
    last_success_at: datetime | None
    calendars: tuple[CalendarLine, ...]
    waiting: int
    unwritten: tuple[Unwritten, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """What an appointment shows when both sides could not be brought together (SYN-9)."""

    message: str
    at: datetime
    calendar: str
    ours: Copy | None
    theirs: Copy | None


def get_account(
    session: Session,
    actor: Actor,
    account_id: int,
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> ConnectedAccount:
    """An own account that was connected for ``purpose``, or anybody's for administrators; NotFound
    otherwise."""
    account = accounts.by_id(session, ConnectedAccount, account_id)
    if account is None or account.purpose is not purpose:
        raise NotFound
    accounts.get_user_to_manage(session, actor, account.user_id)
    return account


def get_external_calendar(
    session: Session, actor: Actor, calendar_id: int
) -> tuple[ExternalCalendar, ConnectedAccount]:
    """A calendar of a connection that ``actor`` may manage, with its account; NotFound."""
    calendar = accounts.by_id(session, ExternalCalendar, calendar_id)
    if calendar is None:
        raise NotFound
    return calendar, get_account(session, actor, calendar.account_id)


def connections(
    session: Session, actor: Actor, *, now: datetime, user_id: int | None = None
) -> list[Connection]:
    """The connections of ``user_id`` (his own without one), each with its health (SYN-11)."""
    whose = user_id if user_id is not None else actor.require_user()
    accounts.get_user_to_manage(session, actor, whose)
    return _connections(session, now, ConnectedAccount.user_id == whose)


def all_connections(session: Session, actor: Actor, *, now: datetime) -> list[Connection]:
    """Everybody's connections, for administrators."""
    actor.require_admin()
    return _connections(session, now)


def _connections(session: Session, now: datetime, *conditions: object) -> list[Connection]:
    query = (
        select(ConnectedAccount, User)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .where(ConnectedAccount.purpose == AccountPurpose.CALENDARS, *conditions)  # type: ignore[arg-type]  # comparisons, typed bool
        .order_by(User.name, ConnectedAccount.label, col(ConnectedAccount.id))
    )
    found = session.exec(query).all()
    return [_connection(session, account, user, now) for account, user in found]


def _connection(
    session: Session, account: ConnectedAccount, user: User, now: datetime
) -> Connection:
    lines = _lines(session, account, now)
    waiting, unwritten = _waiting(session, [line.id for line in lines])
    state = health.worst([line.condition for line in lines])
    if account.state is AccountState.NEEDS_RECONNECT:
        state = Condition.LOCKED_OUT
    return Connection(
        id=account.id or 0,
        user_id=account.user_id,
        user_name=user.name,
        provider=account.provider,
        label=account.label,
        username=account.username,
        server_url=account.server_url,
        condition=state,
        error=account.last_error,
        last_success_at=account.last_success_at,
        calendars=tuple(lines),
        waiting=waiting,
        unwritten=unwritten,
    )


def _lines(session: Session, account: ConnectedAccount, now: datetime) -> list[CalendarLine]:
    rows = session.exec(
        select(ExternalCalendar)
        .where(ExternalCalendar.account_id == account.id)
        .order_by(func.lower(ExternalCalendar.name), col(ExternalCalendar.id))
    ).all()
    counts = _counts(session, [row.id or 0 for row in rows])
    return [_line(row, account, counts.get(row.id or 0, (0, 0)), now) for row in rows]


def _line(
    row: ExternalCalendar, account: ConnectedAccount, counts: tuple[int, int], now: datetime
) -> CalendarLine:
    signs = Signs(
        used=row.role != CalendarRole.UNUSED,
        account=account.state,
        complete=row.complete,
        error=row.last_error,
        gone=row.gone_at is not None,
        deletions_waiting=row.deletions_waiting,
        last_success_at=row.last_success_at,
    )
    return CalendarLine(
        id=row.id or 0,
        name=row.name,
        color=row.color,
        role=row.role,
        writable=row.writable,
        condition=health.condition(signs, now=now),
        error=row.last_error,
        events=counts[0],
        seen=row.events_seen,
        troubles=counts[1],
        deletions_waiting=row.deletions_waiting,
        last_success_at=row.last_success_at,
        next_attempt_at=row.next_attempt_at,
        tentative_blocks=row.tentative_blocks,
        out_of_office_blocks=row.out_of_office_blocks,
    )


def _counts(session: Session, calendar_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Events read and events that were odd, by calendar."""
    odd = func.sum(case((col(ExternalObject.trouble) != "", 1), else_=0))
    rows = session.exec(
        select(ExternalObject.external_calendar_id, func.count(), odd)
        .where(
            col(ExternalObject.external_calendar_id).in_(calendar_ids),
            ExternalObject.href != FREE_BUSY,
        )
        .group_by(col(ExternalObject.external_calendar_id))
    )
    return {calendar_id: (count, int(odd_ones or 0)) for calendar_id, count, odd_ones in rows}


def _waiting(session: Session, calendar_ids: Sequence[int]) -> tuple[int, tuple[Unwritten, ...]]:
    """How many copies are on their way, and those that met trouble, next appointment first."""
    mine = (
        col(EventLink.external_calendar_id).in_(calendar_ids),
        col(EventLink.state).in_([LinkState.WANTED, LinkState.REMOVING]),
    )
    waiting = session.exec(select(func.count()).select_from(EventLink).where(*mine)).one()
    failed = session.exec(
        select(Appointment, EventLink.last_error)
        .join(EventLink, col(EventLink.appointment_id) == Appointment.id)
        .where(*mine, EventLink.last_error != "")
        .order_by(col(Appointment.starts_at))
        .limit(5)
    )
    return waiting, tuple(
        Unwritten(row.id or 0, row.title, row.starts_at, error) for row, error in failed
    )


def clash_of(session: Session, appointment: Appointment) -> Clash | None:
    """What to show on an appointment that the caller has got through ``appointments.queries``."""
    found = session.exec(
        select(EventLink, ExternalCalendar.name)
        .join(ExternalCalendar, col(ExternalCalendar.id) == EventLink.external_calendar_id)
        .where(EventLink.appointment_id == appointment.id, col(EventLink.conflict).is_not(None))
        .order_by(col(EventLink.changed_at).desc())
    ).first()
    if found is None or found[0].conflict is None:
        return None
    kept = found[0].conflict
    return Clash(
        message=kept["message"],
        at=datetime.fromisoformat(kept["at"]),
        calendar=found[1],
        ours=Copy.from_json(kept["ours"]) if kept.get("ours") else None,
        theirs=Copy.from_json(kept["theirs"]) if kept.get("theirs") else None,
    )


def open_accounts(now: datetime) -> SelectOfScalar[Any]:
    """The accounts whose services may be asked now: neither locked out nor paused, no wait that a
    service asked for is on, and their owners are here."""
    return (
        select(ConnectedAccount.id)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .where(
            col(ConnectedAccount.state).in_([AccountState.ACTIVE, AccountState.ERROR]),
            or_(
                col(ConnectedAccount.next_attempt_at).is_(None),
                col(ConnectedAccount.next_attempt_at) <= now,
            ),
            col(User.active).is_(True),
        )
    )
