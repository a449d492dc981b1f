"""The queue of external events whose guests wait for a decision, as rows (SYN-7).

``review`` is what people do with it. An entry leaves the queue when nobody on it waits any more:
because of a filter, because its guests became known, or because the event is over.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app.core import facts
from crm_app.core.kinds import CalendarRole, ContactCreation, Intake, LinkOrigin, LinkState
from crm_app.models import ConnectedAccount, EventLink, ExternalCalendar, ExternalObject
from crm_app.sync.incoming import judging
from crm_app.sync.incoming.judging import Entry, Judged
from crm_app.sync.records import busy_rows
from crm_app.sync.rules.guests import Guest
from crm_app.sync.rules.ingest import Policy

# Who waits is asked as if nothing were decided yet, whatever the option is by now.
ASKING = Policy(linked=True, creation=ContactCreation.ALWAYS, triggers=True, review=True)


def calendars(session: Session, user_id: int | None = None) -> list[ExternalCalendar]:
    """The calendars with somebody waiting, of a user or of all."""
    query = (
        select(ExternalCalendar)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(
            ExternalCalendar.role == CalendarRole.LINKED,
            col(ExternalCalendar.id).in_(
                select(ExternalObject.external_calendar_id).where(
                    ExternalObject.intake == Intake.REVIEW
                )
            ),
        )
        .order_by(col(ExternalCalendar.id))
    )
    if user_id is not None:
        query = query.where(ConnectedAccount.user_id == user_id)
    return list(session.exec(query))


def judged(
    session: Session, calendar: ExternalCalendar, some: Iterable[Entry], *, now: datetime
) -> Iterator[Judged]:
    """Waiting entries, read anew."""
    where = busy_rows.whose(session, calendar)
    return judging.judge(session, where, ASKING, some, now=now, history=False)


def who_waits(found: Judged) -> dict[str, Guest]:
    """The guests who wait, by key, in the order of the list."""
    return {guest.key: guest for _, decision in found.instances for guest in decision.review}


def sweep(session: Session, *, user_id: int | None, now: datetime) -> None:
    """Take out of the queue, of a user or of all, every entry on which nobody waits any more."""
    for calendar in calendars(session, user_id):
        found = judging.waiting(session, calendar)
        still = {
            one.entry.id for one in judged(session, calendar, found, now=now) if who_waits(one)
        }
        over = [entry for entry in found if entry.id not in still]
        for entry in over:
            leave(session, calendar, entry)
        if over:
            facts.record(session, facts.ConnectionChanged(calendar.account_id, state="review"))


def leave(
    session: Session, calendar: ExternalCalendar, entry: Entry, to: Intake = Intake.NONE
) -> None:
    """Take an entry out of the queue; one that is followed because of its other guests stays so."""
    settled = Intake.TAKEN if is_followed(session, calendar, entry.series) else to
    session.execute(
        update(ExternalObject)
        .where(
            col(ExternalObject.external_calendar_id) == calendar.id,
            col(ExternalObject.series) == entry.series,
            col(ExternalObject.intake) == Intake.REVIEW,
        )
        .values(intake=settled)
        .execution_options(synchronize_session="fetch")
    )


def is_followed(session: Session, calendar: ExternalCalendar, series: str) -> bool:
    """Whether there are appointments made from an entry."""
    query = select(EventLink.id).where(
        EventLink.external_calendar_id == calendar.id,
        EventLink.origin == LinkOrigin.OUTSIDE,
        EventLink.href == series,
        EventLink.state != LinkState.GONE,
    )
    return session.exec(query.limit(1)).first() is not None
