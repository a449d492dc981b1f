"""Appointments whose calendar is read no more: it was disconnected, or is not used any longer.

They stay. Nothing outside blocks their time or speaks for them from now on, so they hold it
themselves and are changed here like any other; when the calendar comes back they follow it again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import external
from crm_app.core.kinds import HOLDING_STATUSES, LinkOrigin
from crm_app.models import Appointment, BusyTime, EventLink
from crm_app.sync.records import outside


def let_go(session: Session, calendar_ids: Collection[int], *, now: datetime) -> None:
    """To be called before what was read of the external calendars is forgotten."""
    left = session.exec(
        select(EventLink.appointment_id).where(
            col(EventLink.external_calendar_id).in_(calendar_ids),
            EventLink.origin == LinkOrigin.OUTSIDE,
            col(EventLink.state).in_(outside.ALIVE),
        )
    ).all()
    if not left:
        return
    blocked = _blocked(session, calendar_ids)
    for appointment in outside.locked(session, left).values():
        if not _elsewhere(session, appointment, calendar_ids):
            appointment.organized_elsewhere = False
            session.add(appointment)
            coming = appointment.status in HOLDING_STATUSES and appointment.ends_at > now
            if coming and (appointment.starts_at, appointment.ends_at) in blocked:
                external.hold_alone(session, appointment)


def _elsewhere(session: Session, appointment: Appointment, calendar_ids: Collection[int]) -> bool:
    """Whether another calendar has it too."""
    return any(
        link.state in outside.ALIVE and link.external_calendar_id not in calendar_ids
        for link in outside.links_of(session, appointment.id or 0)
    )


def _blocked(session: Session, calendar_ids: Collection[int]) -> set[tuple[datetime, datetime]]:
    rows = session.exec(
        select(BusyTime.starts_at, BusyTime.ends_at).where(
            col(BusyTime.external_calendar_id).in_(calendar_ids), col(BusyTime.blocks).is_(True)
        )
    )
    return set(rows)
