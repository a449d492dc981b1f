"""From rows to the words of slot search: a handful of queries a request, however many members.

Nothing here decides; it turns calendars, members and what takes their time into ``SlotRules``,
``MemberTime`` and ``Taken``.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from crm_app.appointments import busy as busy_rows
from crm_app.appointments import queries
from crm_app.booking import minutes
from crm_app.booking.slots import Busy, BusyKind, MemberTime, Mode, SlotRules, Taken
from crm_app.core.access import system
from crm_app.core.errors import NotFound
from crm_app.core.hours import ALWAYS, Hours
from crm_app.core.kinds import HOLDING_STATUSES, CalendarKind
from crm_app.models import Appointment, Calendar, CalendarMember, ClassSession, User

# Week caps look at the whole ISO week around a slot, in the member's zone.
_AROUND = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Question:
    """All that a slot search needs about a calendar in a span of time."""

    rules: SlotRules
    members: tuple[CalendarMember, ...]
    times: tuple[MemberTime, ...]
    taken: Taken
    mode: Mode
    open_seats: Mapping[datetime, int]


def question(
    session: Session,
    calendar: Calendar,
    since: datetime,
    until: datetime,
    *,
    user_slug: str | None = None,
    moving: Appointment | None = None,
) -> Question:
    """Read what concerns [since, until). ``user_slug`` asks for that member only; NotFound when he
    does not serve the calendar. ``moving`` is left out, as if its time were free already."""
    pairs = queries.members_of(session, calendar.id or 0)
    if user_slug is not None:
        pairs = [pair for pair in pairs if pair[1].slug == user_slug]
        if not pairs:
            raise NotFound
    collective = calendar.kind == CalendarKind.COLLECTIVE and user_slug is None
    if calendar.kind in (CalendarKind.PERSONAL, CalendarKind.CLASS):
        pairs = pairs[:1]
    users = [user for _, user in pairs]
    span = (since - _AROUND, until + _AROUND)
    blocks = _blocks(session, [user.id or 0 for user in users], *span, moving=moving)
    booked = _booked(session, [user.id or 0 for user in users], *span, moving=moving)
    return Question(
        rules=rules_of(calendar),
        members=tuple(member for member, _ in pairs),
        times=tuple(
            _member_time(user, blocks[user.id or 0], booked[user.id or 0]) for user in users
        ),
        taken=_taken(session, calendar, span, moving),
        mode="all" if collective else "any",
        open_seats=_open_seats(session, calendar, since, until),
    )


def rules_of(calendar: Calendar) -> SlotRules:
    """The calendar's slot rules."""
    return SlotRules(
        duration=calendar.duration,
        interval=calendar.interval,
        buffer_before=calendar.buffer_before,
        buffer_after=calendar.buffer_after,
        minimum_notice=calendar.minimum_notice,
        horizon_days=calendar.horizon_days,
        per_day_cap=calendar.per_day_cap,
        per_slot_cap=calendar.per_slot_cap,
        hours=ALWAYS if calendar.hours is None else Hours.from_json(calendar.hours),
    )


def _member_time(user: User, blocks: list[Busy], booked: Mapping[date, int]) -> MemberTime:
    return MemberTime(
        member_id=user.id or 0,
        zone=user.time_zone,
        hours=Hours.from_json(user.hours),
        busy=[block for block in blocks if block.kind != BusyKind.TIME_OFF],
        time_off=[(b.start, b.end) for b in blocks if b.kind == BusyKind.TIME_OFF],
        day_cap=user.day_cap,
        week_cap=user.week_cap,
        booked_per_day=booked,
    )


def _blocks(
    session: Session,
    user_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    moving: Appointment | None,
) -> dict[int, list[Busy]]:
    found: dict[int, list[Busy]] = defaultdict(list)
    without = moving.id if moving else None
    for claim in busy_rows.claims(session, user_ids, since, until, without_appointment=without):
        found[claim.user_id].append(
            Busy.of(
                claim.starts_at,
                claim.ends_at,
                before=claim.buffer_before,
                after=claim.buffer_after,
                kind=BusyKind.BOOKED,
                source_id=claim.appointment_id or f"session-{claim.class_session_id}",
            )
        )
    actor = system("slots")
    for event in busy_rows.external(session, actor, user_ids, since, until, blocking_only=True):
        found[event.user_id].append(Busy.of(event.starts_at, event.ends_at, label=event.label))
    for away in busy_rows.absences(session, user_ids, since, until):
        found[away.user_id].append(
            Busy.of(away.starts_at, away.ends_at, kind=BusyKind.TIME_OFF, label=away.reason)
        )
    return found


def _booked(
    session: Session,
    user_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    moving: Appointment | None,
) -> dict[int, Counter[date]]:
    """Appointments per user and local day, over all calendars; a class session counts once."""
    query = (
        select(
            Appointment.user_id, User.time_zone, Appointment.starts_at, Appointment.class_session_id
        )
        .join(User, col(User.id) == Appointment.user_id)
        .where(
            col(Appointment.user_id).in_(user_ids),
            col(Appointment.status).in_(HOLDING_STATUSES),
            col(Appointment.starts_at) >= since,
            col(Appointment.starts_at) < until,
        )
    )
    if moving is not None:
        query = query.where(Appointment.id != moving.id)
    counted: dict[int, Counter[date]] = defaultdict(Counter)
    sessions: set[int] = set()
    for user_id, zone, starts_at, class_session in session.exec(query):
        if class_session is not None and class_session in sessions:
            continue
        sessions.add(class_session or 0)
        counted[user_id][starts_at.astimezone(ZoneInfo(zone)).date()] += 1
    return counted


def _taken(
    session: Session,
    calendar: Calendar,
    span: tuple[datetime, datetime],
    moving: Appointment | None,
) -> Taken:
    if calendar.per_day_cap is None and calendar.per_slot_cap is None:
        return Taken()
    query = (
        select(Appointment.starts_at, User.time_zone, Appointment.class_session_id)
        .join(User, col(User.id) == Appointment.user_id)
        .where(
            Appointment.calendar_id == calendar.id,
            col(Appointment.status).in_(HOLDING_STATUSES),
            col(Appointment.starts_at) >= span[0],
            col(Appointment.starts_at) < span[1],
        )
    )
    if moving is not None:
        query = query.where(Appointment.id != moving.id)
    by_day: Counter[date] = Counter()
    by_slot: Counter[datetime] = Counter()
    seen: set[int] = set()
    for starts_at, zone, class_session in session.exec(query):
        if class_session is not None and class_session in seen:
            continue
        seen.add(class_session or 0)
        by_day[starts_at.astimezone(ZoneInfo(zone)).date()] += 1
        by_slot[minutes.moment(minutes.floor(starts_at))] += 1
    return Taken(by_day=by_day, by_slot=by_slot)


def _open_seats(
    session: Session, calendar: Calendar, since: datetime, until: datetime
) -> dict[datetime, int]:
    if calendar.kind != CalendarKind.CLASS:
        return {}
    query = select(ClassSession).where(
        ClassSession.calendar_id == calendar.id,
        col(ClassSession.starts_at) >= since,
        col(ClassSession.starts_at) < until,
    )
    return {row.starts_at: row.seats - row.seats_taken for row in session.exec(query)}
