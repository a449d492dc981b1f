"""Asking the calendars themselves, just before a booking commits (SYN-2, SYN-11).

All calendars of the users are read at once, each in a thread, within one time limit. What was read
a moment ago is not asked for again. While a first listing is not through, the service is asked for
that span alone. When one cannot be asked in time, the workspace's policy holds: go on with what is
known, or hold the member back, so that another one is drawn.
"""

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.core import clock, db
from crm_app.core.errors import RemoteError, RemoteUnavailable
from crm_app.core.kinds import AccountState, CalendarRole, WhenUnreachable
from crm_app.core.settings import get_settings
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    ExternalCalendar,
    ExternalObject,
    TimeClaim,
    Workspace,
)
from crm_app.providers.calendar_port import BusyTime as Taken
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.records import busy_rows
from crm_app.sync.rules.ingest import Policy
from crm_app.sync.rules.laying import Span
from crm_app.sync.rules.plan import FREE_BUSY
from crm_app.sync.runs import outcome, runs

log = logging.getLogger(__name__)
# Read so recently, a calendar is taken at its word.
FRESH = timedelta(seconds=5)
# How often to look whether another run of the same calendar has come to its end.
_NAP = 0.05


@dataclass(frozen=True, slots=True)
class Question:
    """A calendar to ask. ``listed``: its first listing is through, so what changed is enough."""

    calendar_id: int
    user_id: int
    login: Login
    ref: str
    listed: bool
    zone: str
    own_addresses: frozenset[str]


def live_check(
    user_ids: Collection[int], since: datetime, until: datetime, *, timeout: float | None = None
) -> frozenset[int]:
    """Read the users' linked and conflict calendars now; the users whose calendars were not all
    reached within ``timeout`` seconds (the settings' own by default).

    [since, until) is the time to be booked, UTC. Never call it inside a unit of work. Where the
    workspace blocks unreachable members, those found here are free of slots from now on, until
    their calendar is reached again.
    """
    limit = timeout if timeout is not None else get_settings().live_check_seconds
    deadline = time.monotonic() + limit
    with db.reading() as session:
        questions = _questions(session, user_ids, clock.now())
    answered: set[int] = set()
    threads = [
        threading.Thread(
            target=_ask, args=(question, since, until, deadline, answered), daemon=True
        )
        for question in questions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    missed = [question for question in questions if question.calendar_id not in answered]
    for question in missed:
        _note_silence(question)
    return frozenset(question.user_id for question in missed)


def _questions(session: Session, user_ids: Collection[int], now: datetime) -> list[Question]:
    rows = session.exec(
        select(ExternalCalendar, ConnectedAccount)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(
            col(ConnectedAccount.user_id).in_(user_ids),
            ExternalCalendar.role != CalendarRole.UNUSED,
        )
        .order_by(col(ExternalCalendar.id))
    )
    return [
        _question(session, calendar, account)
        for calendar, account in rows
        if _worth_asking(calendar, account, now)
    ]


def _worth_asking(calendar: ExternalCalendar, account: ConnectedAccount, now: datetime) -> bool:
    """Not what was read just now, and not what is known to be out of reach: its state says so."""
    if calendar.last_success_at is not None and now - calendar.last_success_at < FRESH:
        return False
    if account.state not in (AccountState.ACTIVE, AccountState.ERROR):
        return False
    waits = (calendar.next_attempt_at, account.next_attempt_at)
    return calendar.gone_at is None and all(at is None or at <= now for at in waits)


def _question(session: Session, calendar: ExternalCalendar, account: ConnectedAccount) -> Question:
    if calendar.window_from is None:
        zone, addresses = calendar.time_zone or "UTC", frozenset({account.username})
    else:
        where = busy_rows.whose(session, calendar)
        zone, addresses = where.zone, where.own_addresses
    return Question(
        calendar_id=calendar.id or 0,
        user_id=account.user_id,
        login=connecting.login_of(session, account),
        ref=calendar.ref,
        listed=calendar.complete,
        zone=zone,
        own_addresses=addresses,
    )


def _ask(
    question: Question, since: datetime, until: datetime, deadline: float, answered: set[int]
) -> None:
    try:
        if question.listed:
            done = _read_news(question, deadline)
        else:
            done = _ask_for_span(question, since, until, deadline)
    except RemoteError as error:
        log.warning("calendar %s could not be asked: %s", question.calendar_id, error.detail)
    except Exception:
        log.exception("calendar %s could not be asked", question.calendar_id)
    else:
        if done:
            answered.add(question.calendar_id)


def _read_news(question: Question, deadline: float) -> bool:
    """Read what changed, or wait for the run that is just doing so."""
    begun = clock.now()
    while (left := deadline - time.monotonic()) > 0:
        ended = runs.refresh(question.calendar_id, timeout=left)
        if ended is not runs.Ended.HELD:
            return ended is runs.Ended.DONE
        if _others_read(question.calendar_id, begun):
            return True
        time.sleep(_NAP)
    return False


def _others_read(calendar_id: int, begun: datetime) -> bool:
    with db.reading() as session:
        calendar = session.get(ExternalCalendar, calendar_id)
        read = calendar.last_success_at if calendar is not None else None
    return read is not None and read >= begun


def _ask_for_span(question: Question, since: datetime, until: datetime, deadline: float) -> bool:
    """Ask what is taken in the span, and keep it until the first listing is through."""
    left = deadline - time.monotonic()
    if left <= 0:
        return False
    with connecting.opened(question.login, timeout=left) as provider:
        taken = provider.free_busy(
            question.ref,
            since,
            until,
            calendar_zone=question.zone,
            own_addresses=question.own_addresses,
            time_limit=left,
        )
    with db.unit_of_work() as session:
        _keep_span(session, question, since, until, taken)
    return True


def _keep_span(
    session: Session, question: Question, since: datetime, until: datetime, taken: list[Taken]
) -> None:
    calendar = session.exec(
        select(ExternalCalendar)
        .where(ExternalCalendar.id == question.calendar_id)
        .with_for_update()
    ).first()
    if calendar is None or calendar.complete or calendar.window_from is None:
        return
    where = busy_rows.whose(session, calendar)
    row = session.exec(
        select(ExternalObject).where(
            ExternalObject.external_calendar_id == calendar.id, ExternalObject.href == FREE_BUSY
        )
    ).first()
    if row is None:
        row = ExternalObject(external_calendar_id=calendar.id or 0, href=FREE_BUSY, uid="")
        session.add(row)
        session.flush()
    own = _held(session, where.user_id, [one.tandem_id for one in taken if one.tandem_id])
    spans = [_span(one, where.policy) for one in taken if one.tandem_id not in own]
    kept = [
        span
        for span in busy_rows.present(session, [row.id or 0]).get(row.id or 0, [])
        if span.ends_at <= since or span.starts_at >= until
    ]
    busy_rows.replace(session, where, {row.id or 0: tuple(dict.fromkeys([*kept, *spans]))})


def _held(session: Session, user_id: int, public_ids: list[str]) -> set[str]:
    """The appointments among ``public_ids`` that hold the user's time already."""
    return set(
        session.exec(
            select(Appointment.public_id)
            .join(TimeClaim, col(TimeClaim.appointment_id) == Appointment.id)
            .where(TimeClaim.user_id == user_id, col(Appointment.public_id).in_(public_ids))
        )
    )


def _span(one: Taken, policy: Policy) -> Span:
    return Span(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
        local_start="",
        local_end="",
        blocks=(policy.tentative_blocks or not one.tentative)
        and (policy.out_of_office_blocks or not one.out_of_office),
        private=True,
        tentative=one.tentative,
        recurring=one.recurrence_id is not None,
        summary="",
    )


def _note_silence(question: Question) -> None:
    """Where the workspace wants it, who could not be asked is held back from this moment on."""
    log.warning("calendar %s did not answer in time", question.calendar_id)
    with db.unit_of_work() as session:
        workspace = session.get(Workspace, 1)
        if workspace is None or workspace.when_unreachable != WhenUnreachable.BLOCK_ALL:
            return
        calendar = session.get(ExternalCalendar, question.calendar_id)
        if calendar is not None:
            outcome.silent(session, calendar, RemoteUnavailable.default_message)
