"""What became of everything that was read from a connection, in numbers that add up (SYN-11)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from crm_app.core.kinds import CalendarRole, Intake, LinkOrigin, LinkState
from crm_app.models import ConnectedAccount, EventLink, ExternalCalendar, ExternalObject
from crm_app.sync.rules.plan import FREE_BUSY


@dataclass(frozen=True, slots=True)
class Tally:
    """Entries read, each counted once: ``read`` is the sum of the other five.

    ``ours``: copies of appointments made here. ``taken``: appointments follow them. ``review``:
    wait for a decision. ``declined``: somebody decided against. ``time_only``: all others, which
    only take (or show) time.
    """

    ours: int = 0
    taken: int = 0
    review: int = 0
    declined: int = 0
    time_only: int = 0

    @property
    def read(self) -> int:
        """All of them."""
        return self.ours + self.taken + self.review + self.declined + self.time_only


@dataclass(frozen=True, slots=True)
class Copies:
    """``written``: copies of appointments made here that stand in the calendars. ``waiting`` and
    ``failing``: changes that are on their way there, or met trouble."""

    written: int = 0
    waiting: int = 0
    failing: int = 0


def tally(session: Session, calendar_ids: Collection[int]) -> Tally:
    """What became of the entries of these external calendars together."""
    fate = case(
        (col(ExternalObject.intake) == Intake.TAKEN, "taken"),
        (col(ExternalObject.intake) == Intake.REVIEW, "review"),
        (col(ExternalObject.intake) == Intake.DECLINED, "declined"),
        (col(ExternalObject.appointment_id).is_not(None), "ours"),
        else_="time_only",
    )
    rows = session.exec(
        select(fate, func.count())
        .where(
            col(ExternalObject.external_calendar_id).in_(calendar_ids),
            ExternalObject.href != FREE_BUSY,
        )
        .group_by(fate)
    )
    return Tally(**dict(rows.all()))


def to_review(session: Session, user_id: int) -> int:
    """How many events of a user have guests who wait for his decision (SYN-7)."""
    return session.exec(
        select(func.count(func.distinct(ExternalObject.series)))
        .join(ExternalCalendar, col(ExternalCalendar.id) == ExternalObject.external_calendar_id)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(
            ConnectedAccount.user_id == user_id,
            ExternalCalendar.role == CalendarRole.LINKED,
            ExternalObject.intake == Intake.REVIEW,
        )
    ).one()


def copies(session: Session, calendar_ids: Collection[int]) -> Copies:
    """How many appointments stand in these calendars or are on their way."""
    moving = col(EventLink.state).in_([LinkState.WANTED, LinkState.REMOVING])
    fate = case(
        (moving & (EventLink.last_error != ""), "failing"),
        (moving, "waiting"),
        (col(EventLink.origin) == LinkOrigin.HERE, "written"),
        else_="",
    )
    rows = session.exec(
        select(fate, func.count())
        .where(
            col(EventLink.external_calendar_id).in_(calendar_ids),
            EventLink.state != LinkState.GONE,
        )
        .group_by(fate)
    )
    return Copies(**{name: count for name, count in rows if name})


def behind(last_success: Collection[datetime | None], now: datetime) -> float | None:
    """By how many seconds the calendar that was read longest ago may be behind; None: not read yet."""
    known = [at for at in last_success if at is not None]
    if not known or len(known) < len(last_success):
        return None
    return max(0.0, (now - min(known)).total_seconds())
