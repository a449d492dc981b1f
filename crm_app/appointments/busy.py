"""What takes a user's time, read in one query per kind: appointments, external events, time off.

The rows are plain; booking turns them into integers for its search, the calendar page into boxes.
Names of private external events are for their owner only (SYN-12).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import Session, col, select

from crm_app.appointments import queries
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import (
    AccountState,
    AppointmentSource,
    AppointmentStatus,
    CalendarRole,
    ContactCreation,
    LinkOrigin,
    LinkState,
    WhenUnreachable,
)
from crm_app.models import (
    Appointment,
    BusyTime,
    ConnectedAccount,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    TimeClaim,
    TimeOff,
    Workspace,
)

BUSY_LABEL = N_("Busy")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An appointment's or class session's hold on a user's time, UTC, buffers in minutes."""

    user_id: int
    starts_at: datetime
    ends_at: datetime
    buffer_before: int
    buffer_after: int
    appointment_id: int | None
    class_session_id: int | None


@dataclass(frozen=True, slots=True)
class External:
    """One occurrence of an external event. ``label`` is "Busy" where the reader may not know more."""

    id: int
    user_id: int
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    local_start: str
    local_end: str
    blocks: bool
    private: bool
    tentative: bool
    recurring: bool
    label: str
    # An appointment that the reader may see stands for it, so that it need not be shown twice.
    taken: bool = False
    # Its calendar's sync option makes contacts of all guests, so its events are drawn in colour.
    coloured: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """Time off, or a calendar that cannot be trusted (``reason`` says which)."""

    user_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str


def claims(
    session: Session,
    user_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    without_appointment: int | None = None,
) -> list[Claimed]:
    """The holds that touch [since, until), widened by a day so that buffers are seen too."""
    day = 86_400
    query = (
        select(TimeClaim, Appointment.buffer_before, Appointment.buffer_after)
        .join(Appointment, col(Appointment.id) == TimeClaim.appointment_id, isouter=True)
        .where(
            col(TimeClaim.user_id).in_(user_ids),
            col(TimeClaim.starts_s) < int(until.timestamp()) + day,
            col(TimeClaim.ends_s) > int(since.timestamp()) - day,
        )
        .order_by(col(TimeClaim.starts_s))
    )
    return [
        Claimed(
            user_id=claim.user_id,
            starts_at=datetime.fromtimestamp(claim.starts_s, UTC),
            ends_at=datetime.fromtimestamp(claim.ends_s, UTC),
            buffer_before=before or 0,
            buffer_after=after or 0,
            appointment_id=claim.appointment_id,
            class_session_id=claim.class_session_id,
        )
        for claim, before, after in session.exec(query)
        if without_appointment is None or claim.appointment_id != without_appointment
    ]


def external(
    session: Session,
    actor: Actor,
    user_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    blocking_only: bool,
    without: Appointment | None = None,
) -> list[External]:
    """External events in [since, until), from linked and conflict calendars, each label as
    ``actor`` may read it: private ones, and for members all of other users', are just "Busy".

    ``without`` leaves out the event from which that appointment was made. Which ones are ``taken``
    is only looked up when all are asked for.
    """
    query = (
        select(BusyTime, _takes_all())
        .join(ExternalCalendar, col(ExternalCalendar.id) == BusyTime.external_calendar_id)
        .where(
            col(BusyTime.user_id).in_(user_ids),
            col(BusyTime.starts_at) < until,
            col(BusyTime.ends_at) > since,
            ExternalCalendar.role != CalendarRole.UNUSED,
        )
        .order_by(col(BusyTime.starts_at))
    )
    if blocking_only:
        query = query.where(col(BusyTime.blocks).is_(True))
    rows = session.exec(query).all()
    if without is not None and without.source == AppointmentSource.SYNC:
        own = _made_from(session, col(Appointment.id) == without.id)
        rows = [(row, coloured) for row, coloured in rows if _place(row) not in own]
    taken: set[_Place] = set()
    if rows and not blocking_only:
        span = (col(Appointment.starts_at) < until, col(Appointment.ends_at) > since)
        taken = _made_from(session, *span, queries.seen_appointments(actor))
    return [
        _shown(row, actor, taken=_place(row) in taken, coloured=bool(coloured))
        for row, coloured in rows
    ]


def _takes_all() -> ColumnElement[bool]:
    """Whether the option of an external calendar takes every guest in (SYN-4, SYN-5)."""
    always = case(
        (col(ExternalCalendar.for_team), col(ExternalCalendar.default_calendar_id).is_not(None)),
        else_=col(ExternalCalendar.creation) == ContactCreation.ALWAYS,
    )
    return and_(col(ExternalCalendar.role) == CalendarRole.LINKED, always)


# An occurrence of an external event: whose, of which object, from when to when.
_Place = tuple[int, int, datetime, datetime]


def _place(row: BusyTime) -> _Place:
    return row.user_id, row.external_object_id, row.starts_at, row.ends_at


def _made_from(session: Session, *which: ColumnElement[bool]) -> set[_Place]:
    """The occurrences from which standing appointments of the same user were made."""
    rows = session.exec(
        select(Appointment.user_id, ExternalObject.id, Appointment.starts_at, Appointment.ends_at)
        .join(EventLink, col(EventLink.appointment_id) == Appointment.id)
        .join(
            ExternalObject,
            and_(
                col(ExternalObject.external_calendar_id) == EventLink.external_calendar_id,
                col(ExternalObject.series) == EventLink.href,
            ),
        )
        .where(
            Appointment.source == AppointmentSource.SYNC,
            Appointment.status != AppointmentStatus.CANCELLED,
            EventLink.origin == LinkOrigin.OUTSIDE,
            EventLink.state != LinkState.GONE,
            *which,
        )
    )
    return {
        (user_id, object_id or 0, starts_at, ends_at)
        for user_id, object_id, starts_at, ends_at in rows
    }


def _shown(row: BusyTime, actor: Actor, *, taken: bool, coloured: bool) -> External:
    own = row.user_id == actor.user_id
    readable = own or (actor.is_admin and not row.private)
    return External(
        id=row.id or 0,
        user_id=row.user_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        all_day=row.all_day,
        local_start=row.local_start,
        local_end=row.local_end,
        blocks=row.blocks,
        private=row.private,
        tentative=row.tentative,
        recurring=row.recurring,
        label=(row.summary or BUSY_LABEL) if readable else BUSY_LABEL,
        taken=taken,
        coloured=coloured,
    )


def absences(
    session: Session, user_ids: Collection[int], since: datetime, until: datetime
) -> list[Absence]:
    """Time off in [since, until), and the whole span for users whose calendar is out of reach
    where the workspace blocks them meanwhile (SYN-11)."""
    query = select(TimeOff).where(
        col(TimeOff.user_id).in_(user_ids),
        col(TimeOff.starts_at) < until,
        col(TimeOff.ends_at) > since,
    )
    found = [
        Absence(row.user_id, row.starts_at, row.ends_at, row.reason) for row in session.exec(query)
    ]
    workspace = session.get(Workspace, 1)
    if workspace is None or workspace.when_unreachable != WhenUnreachable.BLOCK_ALL:
        return found
    away = (
        select(ConnectedAccount.user_id)
        .join(ExternalCalendar, col(ExternalCalendar.account_id) == ConnectedAccount.id)
        .where(
            col(ConnectedAccount.user_id).in_(user_ids),
            col(ConnectedAccount.state).in_([AccountState.NEEDS_RECONNECT, AccountState.ERROR]),
            ExternalCalendar.role != CalendarRole.UNUSED,
        )
        .distinct()
    )
    return found + [
        Absence(user_id, since, until, "calendar_unreachable") for user_id in session.exec(away)
    ]
