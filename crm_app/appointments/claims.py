"""Holding members' time. The database refuses what overlaps; here that becomes a Conflict (CAL-5)."""

from collections.abc import Collection

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import AppointmentSource, CalendarKind
from crm_app.models import Appointment, Calendar, ClassSession, TimeClaim, User

TAKEN = N_("This time is taken. Please choose another one.")


def lock(session: Session, user_ids: Collection[int]) -> None:
    """Make other bookings of these users wait until this transaction ends.

    Rows are locked in the order of their ids, so that two bookings never wait for each other, and
    not against foreign keys (FOR NO KEY UPDATE): an owner change that only names one of these users
    must not wait. On SQLite the unit of work holds the only write lock already.
    """
    session.exec(
        select(User.id)
        .where(col(User.id).in_(user_ids))
        .order_by(col(User.id))
        .with_for_update(key_share=True)
    ).all()


def lock_appointment(session: Session, appointment: Appointment) -> None:
    """Make other changes of this appointment wait, and see it as the last of them left it.

    Two changes at once (a move and a cancellation) would else both act on what they read before.
    Always taken before the users' locks, so that nobody waits in a circle.
    """
    session.flush()
    session.refresh(appointment, with_for_update={"key_share": True})


def hold(
    session: Session, calendar: Calendar, appointment: Appointment, user_ids: Collection[int]
) -> None:
    """Claim the appointment's time for ``user_ids``; Conflict when it is taken.

    What came from a connected calendar takes nobody's seat, whichever calendar it is filed under.
    """
    if calendar.kind == CalendarKind.CLASS and appointment.source != AppointmentSource.SYNC:
        _take_seat(session, calendar, appointment)
        return
    for user_id in sorted(user_ids):
        session.add(
            TimeClaim(
                user_id=user_id,
                starts_s=int(appointment.starts_at.timestamp()),
                ends_s=int(appointment.ends_at.timestamp()),
                appointment_id=appointment.id,
            )
        )
    _flush(session)


def release(session: Session, appointment: Appointment) -> None:
    """Let go of the appointment's time, or of its seat."""
    session.execute(delete(TimeClaim).where(col(TimeClaim.appointment_id) == appointment.id))
    if appointment.class_session_id is not None:
        _leave_seat(session, appointment)


def holders(session: Session, appointment: Appointment) -> list[int]:
    """The users whose time the appointment holds; its owner first."""
    found = session.exec(
        select(TimeClaim.user_id).where(TimeClaim.appointment_id == appointment.id)
    ).all()
    others = sorted(set(found) - {appointment.user_id})
    return [appointment.user_id, *others]


def _take_seat(session: Session, calendar: Calendar, appointment: Appointment) -> None:
    query = (
        select(ClassSession)
        .where(
            ClassSession.calendar_id == calendar.id,
            ClassSession.starts_at == appointment.starts_at,
        )
        .with_for_update(key_share=True)
    )
    seats = session.exec(query).first()
    if seats is None:
        seats = _open_session(session, calendar, appointment)
    _count_seat(session, seats, +1)
    appointment.class_session_id = seats.id
    session.add(appointment)
    _flush(session)


def _open_session(session: Session, calendar: Calendar, appointment: Appointment) -> ClassSession:
    seats = ClassSession(
        calendar_id=calendar.id or 0, starts_at=appointment.starts_at, seats=calendar.seats
    )
    session.add(seats)
    _flush(session)
    session.add(
        TimeClaim(
            user_id=appointment.user_id,
            starts_s=int(appointment.starts_at.timestamp()),
            ends_s=int(appointment.ends_at.timestamp()),
            class_session_id=seats.id,
        )
    )
    _flush(session)
    return seats


def _leave_seat(session: Session, appointment: Appointment) -> None:
    seats = session.get(ClassSession, appointment.class_session_id)
    appointment.class_session_id = None
    session.add(appointment)
    session.flush()
    if seats is None:
        return
    _count_seat(session, seats, -1)
    session.refresh(seats)
    if seats.seats_taken == 0:
        session.execute(delete(TimeClaim).where(col(TimeClaim.class_session_id) == seats.id))
        session.delete(seats)
        session.flush()


def _count_seat(session: Session, seats: ClassSession, change: int) -> None:
    try:
        session.execute(
            update(ClassSession)
            .where(col(ClassSession.id) == seats.id)
            .values(seats_taken=ClassSession.seats_taken + change)
        )
    except IntegrityError as error:
        raise Conflict(TAKEN) from error


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "time_claim_overlap" in str(error.orig) or "class_session" in str(error.orig):
            raise Conflict(TAKEN) from error
        raise
