"""The draw ledger: one entry per booking of a team calendar, written in the booking's transaction.

An entry keeps what it did to every member's credit, so that giving a turn back (a cancellation, a
no-show) is the exact reverse, whatever weights are now (CAL-4).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.appointments import round_robin
from crm_app.appointments.round_robin import Candidate
from crm_app.models import Appointment, Calendar, CalendarMember, DrawEntry


def pool(members: Collection[CalendarMember], absent: Collection[int]) -> list[Candidate]:
    """The members who take part in a draw: all but the absent, who neither gain nor lose."""
    return [
        Candidate(
            member_id=member.user_id,
            weight=member.weight,
            priority=member.priority,
            credit=member.credit,
            last_drawn_at=member.last_drawn_at,
            position=member.position,
        )
        for member in members
        if member.user_id not in absent
    ]


def charge(
    session: Session,
    calendar: Calendar,
    appointment: Appointment,
    candidates: Collection[Candidate],
    *,
    now: datetime,
    reason: Mapping[str, Any],
) -> DrawEntry:
    """Write one turn that ``appointment.user_id`` pays and all ``candidates`` share."""
    deltas = round_robin.shares(candidates, appointment.user_id)
    if deltas:
        deltas[appointment.user_id] = deltas.get(appointment.user_id, 0) - round_robin.TURN
    entry = DrawEntry(
        calendar_id=calendar.id or 0,
        appointment_id=appointment.id or 0,
        user_id=appointment.user_id,
        at=now,
        shares={str(user_id): delta for user_id, delta in deltas.items()},
        reason=dict(reason),
    )
    session.add(entry)
    _move(session, calendar.id or 0, entry.shares, sign=1)
    drawn = _rows(session, calendar.id or 0).get(appointment.user_id)
    if drawn is not None:
        drawn.last_drawn_at = now
        session.add(drawn)
    session.flush()
    return entry


def give_back(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Revert the turns that ``appointment`` took and that were not given back yet."""
    for entry in _open_entries(session, appointment):
        _move(session, entry.calendar_id, entry.shares, sign=-1)
        entry.reverted_at = now
        session.add(entry)
        session.flush()
        _recall_last_draw(session, entry)


def take_again(session: Session, appointment: Appointment) -> None:
    """Undo the last giving back: the appointment counts again (a no-show that did show)."""
    entry = session.exec(
        select(DrawEntry)
        .where(DrawEntry.appointment_id == appointment.id, DrawEntry.user_id == appointment.user_id)
        .order_by(col(DrawEntry.id).desc())
    ).first()
    if entry is not None and entry.reverted_at is not None:
        _move(session, entry.calendar_id, entry.shares, sign=1)
        entry.reverted_at = None
        session.add(entry)
        session.flush()


def _recall_last_draw(session: Session, entry: DrawEntry) -> None:
    """Who gave a turn back is as long without one as he was before it."""
    last = session.exec(
        select(func.max(DrawEntry.at)).where(
            DrawEntry.calendar_id == entry.calendar_id,
            DrawEntry.user_id == entry.user_id,
            col(DrawEntry.reverted_at).is_(None),
        )
    ).one()
    row = _rows(session, entry.calendar_id).get(entry.user_id)
    if row is not None:
        row.last_drawn_at = last
        session.add(row)
        session.flush()


def _open_entries(session: Session, appointment: Appointment) -> list[DrawEntry]:
    return list(
        session.exec(
            select(DrawEntry).where(
                DrawEntry.appointment_id == appointment.id, col(DrawEntry.reverted_at).is_(None)
            )
        )
    )


def _rows(session: Session, calendar_id: int) -> dict[int, CalendarMember]:
    query = (
        select(CalendarMember)
        .where(CalendarMember.calendar_id == calendar_id)
        .order_by(col(CalendarMember.id))
        # Two bookings of one calendar must not read the same balance (PostgreSQL).
        .with_for_update(key_share=True)
    )
    return {row.user_id: row for row in session.exec(query)}


def _move(session: Session, calendar_id: int, deltas: Mapping[str, int], *, sign: int) -> None:
    rows = _rows(session, calendar_id)
    for user_id, delta in deltas.items():
        row = rows.get(int(user_id))
        if row is not None:
            row.credit += sign * delta
            session.add(row)
    session.flush()
