"""Until when a mail about an appointment is of use, and when reminders are due. Pure, UTC."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crm_app.appointments.mail.occasion import Kind

# How long after its end an appointment's outcome is still worth a mail.
_AFTERWARDS = timedelta(days=2)
_AFTER_THE_END = frozenset({Kind.SHOWED, Kind.NO_SHOW})
_BEFORE_THE_START = frozenset({Kind.REMINDER, Kind.CANCELLED, Kind.HANDED_OVER, Kind.INVALID})


def last_use(kind: Kind, starts_at: datetime, ends_at: datetime) -> datetime:
    """After this instant the mail only puzzles: it is neither made nor sent any more."""
    if kind in _AFTER_THE_END:
        return ends_at + _AFTERWARDS
    return starts_at if kind in _BEFORE_THE_START else ends_at


def due_reminders(
    starts_at: datetime, minutes: Iterable[int], now: datetime
) -> list[tuple[int, datetime]]:
    """The reminders that are still ahead, as (minutes before the start, instant)."""
    moments = [(before, starts_at - timedelta(minutes=before)) for before in minutes]
    return [(before, at) for before, at in moments if at > now]


def is_overtaken(starts_at: datetime, before: int, minutes: Iterable[int], now: datetime) -> bool:
    """Whether a later reminder is due too, so that this one (``before`` minutes) came late."""
    return any(other < before and starts_at - timedelta(minutes=other) <= now for other in minutes)
