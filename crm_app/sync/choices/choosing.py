"""Choosing the sync option of a linked calendar, and trying it out before (SYN-4, SYN-5, SYN-6).

A new option counts for what arrives from then on: what is there becomes history, which triggers
nothing and is taken in only when it changes or somebody asks for it (``backfill``). Events that are
appointments already are followed under every option.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.appointments import queries as appointments
from crm_app.core import facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import CalendarRole, ContactCreation, Intake, SyncOption
from crm_app.models import (
    Calendar,
    CalendarMember,
    ConnectedAccount,
    ExternalCalendar,
    ExternalObject,
    User,
)
from crm_app.sync import queries
from crm_app.sync.choices import dry_run, review_queue
from crm_app.sync.choices.dry_run import Preview
from crm_app.sync.incoming import judging
from crm_app.sync.rules.options import PRESETS, Option, option_of

BACKFILL = "sync.backfill"
# As many lines as somebody reads before he decides.
_MOST_LINES = 50

NOT_LINKED = N_("Only the calendar that appointments are written to has a sync option.")
NOT_HIS = N_("Choose a calendar that the user serves.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A sync option as somebody chooses it."""

    creation: ContactCreation = ContactCreation.NEVER
    triggers: bool = False
    triggers_per_instance: bool = False
    review: bool = False
    for_team: bool = False
    default_calendar_id: int | None = None

    @classmethod
    def preset(cls, name: SyncOption, *, review: bool = False) -> "Choice":
        """One of the four names."""
        creation, triggers = PRESETS[name]
        return cls(creation, triggers, review=review)


def preview(
    session: Session,
    actor: Actor,
    calendar_id: int,
    choice: Choice,
    *,
    now: datetime,
    most: int = _MOST_LINES,
) -> Preview:
    """What ``choice`` would make of what is in the calendar, without writing; raises like ``choose``."""
    calendar, account = queries.get_external_calendar(session, actor, calendar_id)
    option = checked(session, calendar, account, choice)
    return dry_run.try_out(session, calendar, option, now=now, most=most)


def choose(
    session: Session,
    actor: Actor,
    calendar_id: int,
    choice: Choice,
    *,
    backfill: bool = False,
    now: datetime,
) -> ExternalCalendar:
    """Choose the option of the linked calendar ``calendar_id``, one's own or as administrator.

    ``backfill`` takes what is there and not over in too, silently. Raises NotFound, Conflict (it is
    no linked calendar) and Invalid(default_calendar_id).
    """
    calendar, account = queries.get_external_calendar(session, actor, calendar_id)
    calendar = _locked(session, calendar)
    option = checked(session, calendar, account, choice)
    if option != option_of(calendar):
        _write(session, calendar, option, now=now)
        close_the_past(session, calendar)
        _note(session, actor, calendar, account, option)
        facts.record(session, facts.ConnectionChanged(account.id or 0, state=account.state.value))
    if backfill and option.takes:
        calendar.backfilled_to = 0
        session.add(calendar)
        jobs.enqueue(session, BACKFILL, calendar_id=calendar_id)
        audit.record(
            session,
            actor,
            "connection.backfill",
            subject_kind="user",
            subject_id=account.user_id,
            calendar=calendar.name,
        )
    session.flush()
    return calendar


def checked(
    session: Session, calendar: ExternalCalendar, account: ConnectedAccount, choice: Choice
) -> Option:
    """The option that ``choice`` comes to for a calendar; see ``choose`` for what it raises."""
    if calendar.role != CalendarRole.LINKED:
        raise Conflict(NOT_LINKED)
    if choice.default_calendar_id is not None:
        _check_default(session, account.user_id, choice.default_calendar_id)
    return option_of(choice)


def offered_calendars(session: Session, user_id: int) -> list[Calendar]:
    """The active calendars that a user serves: where his sync-made appointments may stand."""
    return list(
        session.exec(
            select(Calendar)
            .join(CalendarMember, col(CalendarMember.calendar_id) == Calendar.id)
            .where(
                CalendarMember.user_id == user_id,
                col(CalendarMember.active).is_(True),
                col(Calendar.active).is_(True),
            )
            .order_by(Calendar.name, col(Calendar.id))
        )
    )


def _check_default(session: Session, user_id: int, calendar_id: int) -> None:
    served = {row.id: row for row in offered_calendars(session, user_id)}
    wanted = served.get(calendar_id)
    user = session.get_one(User, user_id)
    if wanted is None or not appointments.may_book(session, accounts.actor_of(user), wanted):
        raise Invalid(fields={"default_calendar_id": NOT_HIS})


def _locked(session: Session, calendar: ExternalCalendar) -> ExternalCalendar:
    """The row as it is now, so that no run brings events meanwhile."""
    found = session.exec(
        select(ExternalCalendar)
        .where(ExternalCalendar.id == calendar.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    return found


def _write(session: Session, calendar: ExternalCalendar, option: Option, *, now: datetime) -> None:
    calendar.creation, calendar.triggers = option.creation, option.triggers
    calendar.triggers_per_instance, calendar.review = option.triggers_per_instance, option.review
    calendar.for_team, calendar.default_calendar_id = option.for_team, option.default_calendar_id
    calendar.option_changed_at, calendar.backfilled_to = now, None
    session.add(calendar)


def close_the_past(session: Session, calendar: ExternalCalendar) -> None:
    """What is in the calendar is history, unless it is followed already; who waits for a decision
    that the option does not ask for waits no more."""
    session.execute(
        update(ExternalObject)
        .where(
            col(ExternalObject.external_calendar_id) == calendar.id,
            col(ExternalObject.intake) != Intake.TAKEN,
            col(ExternalObject.history).is_(False),
        )
        .values(history=True)
        .execution_options(synchronize_session="fetch")
    )
    if not option_of(calendar).reviews:
        for entry in judging.waiting(session, calendar):
            review_queue.leave(session, calendar, entry)


def _note(
    session: Session,
    actor: Actor,
    calendar: ExternalCalendar,
    account: ConnectedAccount,
    option: Option,
) -> None:
    audit.record(
        session,
        actor,
        "connection.sync_option",
        subject_kind="user",
        subject_id=account.user_id,
        calendar=calendar.name,
        creation=option.creation.value,
        triggers=option.triggers,
        triggers_per_instance=option.triggers_per_instance,
        review=option.review,
        for_team=option.for_team,
        default_calendar_id=option.default_calendar_id,
    )
