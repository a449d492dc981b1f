"""The channels by which services wake us: made, renewed and stopped; and what a call means (SYN-10).

A call never does work and is never believed in what it says: it only has the calendar read, which
finds out what changed. Trouble with channels is nobody's concern: the calendar is polled as if
there were none. Channels are tended apart from a calendar's lane, so that no booking that asks the
calendar has to wait for a service that takes its time to check our address.
"""

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from crm_app.core import clock, crypto, db, jobs
from crm_app.core.errors import RemoteError
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount, ExternalCalendar, PushChannel, User
from crm_app.providers.calendar_port import Wakeable, Watch
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.records import links
from crm_app.sync.rules import waking
from crm_app.sync.rules.waking import Standing, Work

log = logging.getLogger(__name__)
TEND = "sync.channel"
# Services whose adapters are Wakeable.
_WAKING = (connecting.GOOGLE, connecting.MICROSOFT)
# After a failure a channel is asked for again at this pace.
_EVERY = timedelta(hours=1)
# The several changes of one moment lead to one run.
_LUMP = timedelta(seconds=1)
_OPEN = (AccountState.ACTIVE, AccountState.ERROR)


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is to be done at which service."""

    login: Login
    ref: str
    work: Work
    watches: dict[int, Watch] = field(default_factory=dict)


def call_address(provider: str) -> str:
    """Where a service is to call."""
    return f"{get_settings().url}/hooks/{provider}"


def enqueue_due(session: Session, *, now: datetime) -> int:
    """Have the channels tended that need it; idempotent, at most once an hour per calendar."""
    standing = defaultdict(list)
    for row in session.exec(select(PushChannel)):
        standing[row.external_calendar_id].append(_as_standing(row))
    count = 0
    for calendar, account, active in session.exec(
        select(ExternalCalendar, ConnectedAccount, User.active)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .join(User, col(User.id) == ConnectedAccount.user_id)
        .where(col(ConnectedAccount.provider).in_(_WAKING), col(ConnectedAccount.state).in_(_OPEN))
    ):
        mine = standing[calendar.id or 0]
        if waking.work(mine, wanted=active and _wanted(calendar, account), now=now):
            # Each calendar's hour begins at another minute.
            hour = int((now.timestamp() + (calendar.id or 0) * 97) // _EVERY.total_seconds())
            last = max((each.row_id for each in mine), default=0)
            key = f"channel:{calendar.id}:{last}:{hour}"
            jobs.enqueue(session, TEND, key=key, calendar_id=calendar.id)
            count += 1
    return count


def _wanted(calendar: ExternalCalendar, account: ConnectedAccount) -> bool:
    """In use, known to work, and we have an address that can be called."""
    return (
        calendar.role != CalendarRole.UNUSED
        and calendar.last_success_at is not None
        and calendar.gone_at is None
        and account.provider in _WAKING
        and waking.can_be_reached(get_settings().url)
    )


def unhurried(now: datetime) -> SelectOfScalar[Any]:
    """The calendars that need not be read at full pace: those whose channel was heard of, and
    feeds, whose services make them anew a few times a day."""
    woken = select(PushChannel.external_calendar_id).where(
        col(PushChannel.expires_at) > now, PushChannel.last_message > 0
    )
    feeds = select(ConnectedAccount.id).where(ConnectedAccount.provider == connecting.ICS)
    return select(ExternalCalendar.id).where(
        or_(col(ExternalCalendar.id).in_(woken), col(ExternalCalendar.account_id).in_(feeds))
    )


def tend(calendar_id: int) -> None:
    """Make, renew and stop what is due for one calendar. Network; safe to repeat."""
    with db.reading() as session:
        errand = _errand(session, calendar_id, clock.now())
    if errand is None:
        return
    try:
        with connecting.opened(errand.login) as provider:
            if isinstance(provider, Wakeable):
                _carry_out(calendar_id, errand, provider)
    except RemoteError as error:
        # The poll goes on at its full pace, and the next hour tries again.
        log.info("no channel for calendar %s: %s", calendar_id, error.detail or error)


def _errand(session: Session, calendar_id: int, now: datetime) -> _Errand | None:
    calendar = session.get(ExternalCalendar, calendar_id)
    if calendar is None:
        return None
    account = session.get_one(ConnectedAccount, calendar.account_id)
    if account.state not in _OPEN:
        return None
    rows = session.exec(
        select(PushChannel).where(PushChannel.external_calendar_id == calendar_id)
    ).all()
    active = session.get_one(User, account.user_id).active
    wanted = active and _wanted(calendar, account)
    work = waking.work([_as_standing(row) for row in rows], wanted=wanted, now=now)
    if not work:
        return None
    watches = {row.id or 0: Watch(row.channel_id, row.resource_id, row.expires_at) for row in rows}
    return _Errand(connecting.login_of(session, account), calendar.ref, work, watches)


def _carry_out(calendar_id: int, errand: _Errand, provider: Wakeable) -> None:
    work, old = errand.work, errand.work.stop
    if work.make:
        _make(calendar_id, errand, provider)
    elif work.renew is not None:
        watch = provider.renew(errand.ref, errand.watches[work.renew.row_id], now=clock.now())
        if watch is not None:
            _lives_on(work.renew.row_id, watch)
        else:
            _make(calendar_id, errand, provider)
            old = (*old, work.renew)
    for each in old:
        if each.until > clock.now():
            provider.unwatch(errand.watches[each.row_id])
        with db.unit_of_work() as session:
            session.execute(delete(PushChannel).where(col(PushChannel.id) == each.row_id))


def _make(calendar_id: int, errand: _Errand, provider: Wakeable) -> None:
    """Ask for a channel. Its row comes first, since the service may call before it answers us; it
    counts as standing only once the service has answered."""
    now, secret = clock.now(), crypto.new_token()
    with db.unit_of_work() as session:
        if session.get(ExternalCalendar, calendar_id) is None:
            return
        row = PushChannel(
            external_calendar_id=calendar_id,
            channel_id=crypto.new_token(),
            token_hash=crypto.token_hash(secret),
            expires_at=now,
            created_at=now,
        )
        session.add(row)
        session.flush()
    try:
        watch = provider.watch(
            errand.ref,
            channel_id=row.channel_id,
            address=call_address(errand.login.provider),
            secret=secret,
            now=now,
        )
    except RemoteError:
        with db.unit_of_work() as session:
            session.execute(delete(PushChannel).where(col(PushChannel.id) == row.id))
        raise
    # Microsoft calls our address before it answers, so it is known to be heard there.
    heard = errand.login.provider == connecting.MICROSOFT
    if not _lives_on(row.id or 0, watch, heard=heard):
        # Disconnected meanwhile.
        provider.unwatch(watch)
        return
    with db.unit_of_work() as session:
        # What changed before the channel stood.
        wake(session, calendar_id)


def _lives_on(row_id: int, watch: Watch, *, heard: bool = False) -> bool:
    """Note until when a channel stands; whether its row is still there."""
    with db.unit_of_work() as session:
        row = session.get(PushChannel, row_id, with_for_update=True)
        if row is None:
            return False
        row.channel_id, row.resource_id = watch.channel_id, watch.resource_id
        row.expires_at, row.created_at = watch.expires_at, clock.now()
        row.last_message = max(row.last_message, 1) if heard else row.last_message
        session.add(row)
        return True


def _as_standing(row: PushChannel) -> Standing:
    return Standing(row.id or 0, row.channel_id, row.created_at, row.expires_at)


# What calls mean.


def find(session: Session, channel_id: str, secret: str) -> PushChannel | None:
    """The channel that a call names, when it also bears its secret."""
    return next(iter(find_all(session, [(channel_id, secret)]).values()), None)


def find_all(
    session: Session, named: Collection[tuple[str, str]]
) -> dict[tuple[str, str], PushChannel]:
    """The channels among (channel id, secret) pairs whose secret is the right one."""
    ids = {channel_id for channel_id, _ in named}
    rows = session.exec(select(PushChannel).where(col(PushChannel.channel_id).in_(ids)))
    by_id = {row.channel_id: row for row in rows}
    return {
        pair: by_id[pair[0]]
        for pair in named
        if pair[0] in by_id and crypto.same(by_id[pair[0]].token_hash, crypto.token_hash(pair[1]))
    }


def is_new(session: Session, row: PushChannel, number: int) -> bool:
    """Whether no call with this number or a later one came before; notes that this one did."""
    noted = session.execute(
        update(PushChannel)
        .where(col(PushChannel.id) == row.id, col(PushChannel.last_message) < number)
        .values(last_message=number)
        .execution_options(synchronize_session=False)
    )
    return db.rows_changed(noted) > 0


def wake(session: Session, calendar_id: int) -> None:
    """Have the calendar read in a moment, unless that is to happen anyway."""
    prefix = f"wake:{calendar_id}:"
    if not jobs.is_waiting(session, key_prefix=prefix):
        key = prefix + crypto.new_token()
        run_at = clock.now() + _LUMP
        jobs.enqueue(session, links.RUN, key=key, run_at=run_at, calendar_id=calendar_id)


def lost(session: Session, row: PushChannel) -> None:
    """The service ended the channel by itself: read what was missed, and ask for another one."""
    session.delete(row)
    session.flush()
    wake(session, row.external_calendar_id)
    jobs.enqueue(session, TEND, calendar_id=row.external_calendar_id)


def expiring(session: Session, row: PushChannel) -> None:
    """The service asks to have the channel renewed now: nine tenths of its life are taken as over."""
    row.created_at = min(row.created_at, clock.now() - 9 * (row.expires_at - clock.now()))
    session.add(row)
    jobs.enqueue(session, TEND, calendar_id=row.external_calendar_id)
