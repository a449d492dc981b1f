"""Connecting accounts and choosing what their calendars are for (SYN-1).

Connecting has three steps, because the network lies between two transactions: ``check`` (may he,
is it complete) or the way to the service and back (``signing_in``), ``connecting.look`` (sign in
and list the calendars), ``add``. Secrets are stored encrypted by their column and are never given
back (SYN-13).

Disconnecting forgets the login and all that was read, so external events block no time any more.
What we wrote stays in the person's calendar: it is his, and only he can say whether he still needs
it. Connected again, the same entries are taken up by their UID.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core import clock, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose, CalendarRole
from crm_app.models import ConnectedAccount, ExternalCalendar, PushChannel, User
from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.sync import queries
from crm_app.sync.choices import choosing
from crm_app.sync.connections import farewell, leaving
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.book_access import SeenBooks
from crm_app.sync.reaching.connecting import Login, Seen
from crm_app.sync.reaching.typed_login import check, login_again
from crm_app.sync.records import busy_rows, links
from crm_app.sync.runs import outcome

__all__ = [
    "GATHER",
    "add",
    "check",
    "choose_conflicts",
    "choose_linked",
    "disconnect",
    "login_again",
    "rename",
    "renew",
    "set_policy",
    "set_used",
]

GATHER = "sync.gather"


def add(
    session: Session,
    actor: Actor,
    login: Login,
    seen: Seen,
    *,
    label: str,
    now: datetime,
    user_id: int | None = None,
) -> ConnectedAccount:
    """Store an account that was looked at, with its calendars, none of them used yet.

    An account that is connected already gets the new secret instead of a second row.
    """
    whose = user_id if user_id is not None else actor.require_user()
    accounts.get_user_to_manage(session, actor, whose)
    # Two browsers that come back at once shall not make two rows of one account.
    session.exec(select(User.id).where(User.id == whose).with_for_update()).one()
    present = session.exec(same_account(whose, login, AccountPurpose.CALENDARS)).first()
    if present is not None:
        return renew(session, actor, present.id or 0, login, seen)
    account = made(whose, login, seen, AccountPurpose.CALENDARS, label=label, now=now)
    session.add(account)
    session.flush()
    _take_calendars(session, account, seen.calendars)
    _note(session, actor, account, "connection.added")
    return account


def made(
    user_id: int,
    login: Login,
    seen: Seen | SeenBooks,
    purpose: AccountPurpose,
    *,
    label: str,
    now: datetime,
) -> ConnectedAccount:
    """An account that was looked at, as it is stored first."""
    return ConnectedAccount(
        user_id=user_id,
        purpose=purpose,
        provider=login.provider,
        label=_label(label, login),
        server_url=login.server_url,
        username=login.username,
        secret=seen.secret or login.secret,
        subject=login.subject,
        aliases=list(seen.addresses),
        last_success_at=now,
        created_at=now,
    )


def same_account(
    user_id: int, login: Login, purpose: AccountPurpose
) -> SelectOfScalar[ConnectedAccount]:
    """By what the service says that it is; else by address and user name."""
    mine = select(ConnectedAccount).where(
        ConnectedAccount.user_id == user_id,
        ConnectedAccount.purpose == purpose,
        ConnectedAccount.provider == login.provider,
    )
    if login.subject:
        return mine.where(ConnectedAccount.subject == login.subject)
    return mine.where(
        ConnectedAccount.server_url == login.server_url,
        ConnectedAccount.username == login.username,
    )


def renew(
    session: Session, actor: Actor, account_id: int, login: Login, seen: Seen
) -> ConnectedAccount:
    """Store a new secret that was tried; what waited goes on at once."""
    account = queries.get_account(session, actor, account_id)
    lanes.hold_back(session, account_id)
    account.secret, account.aliases = seen.secret or login.secret, list(seen.addresses)
    account.server_url, account.username = login.server_url, login.username
    account.subject = login.subject
    session.add(account)
    _take_calendars(session, account, seen.calendars)
    _drop_channels(session, account)
    outcome.reconnected(session, account)
    _note(session, actor, account, "connection.renewed")
    return account


def _drop_channels(session: Session, account: ConnectedAccount) -> None:
    """Channels that were made with the old secret may be dead: others are made."""
    calendars = [row.id for row in outcome.calendars_of(session, account)]
    session.execute(delete(PushChannel).where(col(PushChannel.external_calendar_id).in_(calendars)))


def rename(session: Session, actor: Actor, account_id: int, label: str) -> ConnectedAccount:
    """Give the connection another name."""
    account = queries.get_account(session, actor, account_id)
    label = " ".join(label.split())
    if not label or len(label) > 100:
        raise Invalid(fields={"label": N_("Enter a name of at most 100 characters.")})
    account.label = label
    session.add(account)
    _note(session, actor, account, "connection.renamed")
    return account


def disconnect(session: Session, actor: Actor, account_id: int) -> None:
    """Forget the account, its secret and all that was read; what we wrote there stays.

    The service is told afterwards that we need no access any more.
    """
    account = queries.get_account(session, actor, account_id)
    lanes.hold_back(session, account_id)
    _note(session, actor, account, "connection.removed")
    farewell.prepare(session, account, now=clock.now())
    facts.record(session, facts.BusyTimeChanged(account.user_id))
    calendars = outcome.calendars_of(session, account)
    leaving.let_go(session, [row.id or 0 for row in calendars], now=clock.now())
    session.delete(account)
    session.flush()


def choose_linked(
    session: Session, actor: Actor, calendar_id: int | None, *, user_id: int | None = None
) -> None:
    """The one calendar that the user's appointments are written to; None for nowhere.

    Appointments that are not over move there. The one before stays a conflict calendar.
    """
    whose = user_id if user_id is not None else actor.require_user()
    mine = _calendars(session, actor, whose)
    if calendar_id is not None:
        chosen = mine.get(calendar_id)
        if chosen is None:
            raise NotFound
        if not chosen.writable:
            raise Invalid(
                fields={"linked": N_("This calendar cannot be written to. Choose another one.")}
            )
    before = {row.id for row in mine.values() if row.role == CalendarRole.LINKED}
    if before == ({calendar_id} if calendar_id is not None else set()):
        return
    for row in mine.values():
        if row.id == calendar_id:
            _give_role(session, row, CalendarRole.LINKED, whose)
        elif row.role == CalendarRole.LINKED:
            _give_role(session, row, CalendarRole.CONFLICT, whose)
    session.flush()
    jobs.enqueue(session, GATHER, user_id=whose)
    audit.record(
        session,
        actor,
        "connection.linked_calendar",
        subject_kind="user",
        subject_id=whose,
        calendar=mine[calendar_id].name if calendar_id is not None else "",
    )


def choose_conflicts(
    session: Session, actor: Actor, calendar_ids: Collection[int], *, user_id: int | None = None
) -> None:
    """The calendars whose events block time, besides the linked one (SYN-3)."""
    whose = user_id if user_id is not None else actor.require_user()
    mine = _calendars(session, actor, whose)
    if not set(calendar_ids) <= mine.keys():
        raise NotFound
    for row in mine.values():
        if row.role != CalendarRole.LINKED:
            used = row.id in calendar_ids
            _give_role(session, row, CalendarRole.CONFLICT if used else CalendarRole.UNUSED, whose)
    session.flush()


def set_used(session: Session, actor: Actor, calendar_id: int, used: bool) -> None:
    """Have one calendar's events block time, or no longer; the linked one always does."""
    calendar, account = queries.get_external_calendar(session, actor, calendar_id)
    row = _calendars(session, actor, account.user_id)[calendar.id or 0]
    if row.role == CalendarRole.LINKED:
        raise Conflict(N_("The calendar that appointments are written to always blocks time."))
    role = CalendarRole.CONFLICT if used else CalendarRole.UNUSED
    _give_role(session, row, role, account.user_id)
    session.flush()


def set_policy(
    session: Session,
    actor: Actor,
    calendar_id: int,
    *,
    tentative_blocks: bool,
    out_of_office_blocks: bool,
) -> None:
    """Whether tentative and out-of-office times block; what was read is laid out anew (SYN-3)."""
    calendar, _ = queries.get_external_calendar(session, actor, calendar_id)
    calendar.tentative_blocks = tentative_blocks
    calendar.out_of_office_blocks = out_of_office_blocks
    session.add(calendar)
    jobs.enqueue(session, links.RUN, calendar_id=calendar_id)


def _calendars(session: Session, actor: Actor, user_id: int) -> dict[int, ExternalCalendar]:
    """All external calendars of a user whom ``actor`` may manage, locked."""
    accounts.get_user_to_manage(session, actor, user_id)
    rows = session.exec(
        select(ExternalCalendar)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(ConnectedAccount.user_id == user_id)
        .order_by(col(ExternalCalendar.id))
        .with_for_update(of=ExternalCalendar)
        .execution_options(populate_existing=True)
    )
    return {row.id or 0: row for row in rows}


def _give_role(
    session: Session, calendar: ExternalCalendar, role: CalendarRole, user_id: int
) -> None:
    before, calendar.role = calendar.role, role
    session.add(calendar)
    if before == role:
        return
    if role == CalendarRole.UNUSED:
        # A run that is under way must not write into what is forgotten.
        calendar.lease_token += 1
        calendar.lease_until = None
        calendar.last_error, calendar.next_attempt_at, calendar.failure_count = "", None, 0
        leaving.let_go(session, [calendar.id or 0], now=clock.now())
        busy_rows.forget(session, calendar, user_id)
        return
    if role == CalendarRole.LINKED:
        choosing.close_the_past(session, calendar)
    jobs.enqueue(session, links.RUN, calendar_id=calendar.id)


def _take_calendars(
    session: Session, account: ConnectedAccount, seen: Collection[RemoteCalendar]
) -> None:
    """Note what the account offers. A used calendar that it no longer names is kept: the next run
    finds out whether it is gone."""
    present = {row.ref: row for row in outcome.calendars_of(session, account)}
    for remote in seen:
        row = present.pop(remote.ref, None) or ExternalCalendar(
            account_id=account.id or 0, ref=remote.ref, name=""
        )
        row.name = " ".join(remote.name.split())[:200] or remote.ref[-40:]
        row.color, row.writable = remote.colour, remote.writable
        row.time_zone = remote.zone or ""
        session.add(row)
    for row in present.values():
        if row.role == CalendarRole.UNUSED:
            session.delete(row)
    session.flush()


def _label(label: str, login: Login) -> str:
    return " ".join(label.split())[:100] or login.username[:100] or login.server_url[:100]


def _note(session: Session, actor: Actor, account: ConnectedAccount, action: str) -> None:
    audit.record(
        session,
        actor,
        action,
        subject_kind="account",
        subject_id=account.id,
        label=account.label,
        user_id=account.user_id,
    )
    facts.record(session, facts.ConnectionChanged(account.id or 0, state=account.state.value))
