"""What a pull brought about our own copies, made to count here (SYN-9).

Moved, renamed or deleted in the owner's calendar means the same in the CRM. Where that cannot be,
because the time is taken or both sides changed the same thing, the appointment stays as it is, is
written back, and says so. The owner's copy speaks for the appointment; those in the calendars of
other members follow it.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from crm_app.appointments import claims
from crm_app.appointments import service as appointments
from crm_app.core.errors import Conflict, CrmError
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    LinkNews,
    LinkState,
)
from crm_app.models import (
    Appointment,
    EventLink,
    ExternalCalendar,
    ExternalObject,
)
from crm_app.sync.outgoing import vanished
from crm_app.sync.reaching import lanes
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.records import busy_rows, links, notices
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy, Found, Part, Past

# The first half is there for its index.
_NEWS = (col(EventLink.news_since).is_not(None), col(EventLink.news) != LinkNews.NONE)


def with_news(session: Session, calendar_id: int) -> list[int]:
    """The copies about which a pull brought something that is not settled yet."""
    query = select(EventLink.id).where(EventLink.external_calendar_id == calendar_id, *_NEWS)
    return [link_id or 0 for link_id in session.exec(query.order_by(col(EventLink.news_since)))]


def any_news() -> ColumnElement[bool]:
    """Whether there are any, as part of a query about external calendars."""
    return exists().where(col(EventLink.external_calendar_id) == ExternalCalendar.id, *_NEWS)


def settle(session: Session, lane: Lane, link_id: int, *, now: datetime) -> None:
    """Settle one copy's news; what has to wait for other calendars' pulls stays news."""
    calendar = lanes.keep(session, lane, now=now)
    link = session.get(EventLink, link_id, populate_existing=True)
    if link is None:
        return
    appointment = _locked(session, link)
    link = links.locked(session, link_id)
    if link is None or link.news == LinkNews.NONE:
        return
    news = link.news
    if link.state in (LinkState.REMOVING, LinkState.GONE) and news != LinkNews.RESTORED:
        notices.settled(session, link)
    elif news == LinkNews.MISSING:
        vanished.missing(session, calendar, link, appointment, now=now)
    elif news == LinkNews.RESTORED:
        vanished.restored(session, link, appointment, now=now)
    else:
        _changed(session, calendar, link, appointment, now=now)


def _locked(session: Session, link: EventLink) -> Appointment:
    """The appointment, with all that rescheduling locks, in the order in which it does."""
    appointment = session.get_one(Appointment, link.appointment_id)
    claims.lock(session, claims.holders(session, appointment))
    return session.exec(
        select(Appointment)
        .where(Appointment.id == link.appointment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _changed(
    session: Session,
    calendar: ExternalCalendar,
    link: EventLink,
    appointment: Appointment,
    *,
    now: datetime,
) -> None:
    row = links.object_at(session, calendar.id or 0, link.href)
    if row is None or appointment.status not in HOLDING_STATUSES:
        notices.settled(session, link)
        links.plan(session, link.appointment_id, now=now)
        return
    link.etag = row.etag
    found = copies.read(
        row.raw, near=appointment.starts_at, zone=busy_rows.whose(session, calendar).zone
    )
    notices.settled(session, link)
    if found is not None and found.cancelled:
        vanished.ended_outside(session, link, appointment, now=now)
    elif found is None:
        _put_back(session, link, appointment, notices.NOT_TAKEN_OVER, None, now=now)
    elif not notices.speaks(session, link, appointment):
        _follow(session, link, appointment, found.copy, now=now)
    else:
        _merge(session, link, appointment, row, found, now=now)


def _merge(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    row: ExternalObject,
    found: Found,
    *,
    now: datetime,
) -> None:
    """Take over what was changed there, and have written what was changed here."""
    theirs = found.copy
    past = _past(link, theirs)
    before = links.ours(session, link, appointment)
    merged = copies.merge(past, before, theirs)
    refusal = notices.MADE_ALL_DAY if found.all_day and Part.TIME in merged.take else None
    if refusal is None:
        refusal = _take_over(session, appointment, theirs, merged.take)
    if refusal is not None:
        _put_back(session, link, appointment, refusal, theirs, now=now)
        return
    if merged.conflicts:
        notices.show(session, link, appointment, notices.CHANGED_TWICE, theirs, now=now)
    ours = links.ours(session, link, appointment)
    if past is None:
        link.written, link.kept = None, theirs.to_json()
    else:
        past = copies.accounted(past, ours, theirs)
        link.written, link.kept = past.written.to_json(), past.kept.to_json()
    # From here on this text is the known one; seeing it again is no news.
    link.written_hash, link.unanswered = row.content_hash, []
    if copies.due(links.written(link), links.kept(link), ours):
        links.want(session, link, now=now)
    elif link.state == LinkState.WANTED:
        link.state = LinkState.WRITTEN
    session.add(link)


def _take_over(
    session: Session, appointment: Appointment, theirs: Copy, parts: frozenset[Part]
) -> str | None:
    """Change the appointment as it was changed there; a message when that cannot be."""
    try:
        with session.begin_nested():
            if Part.TIME in parts:
                appointments.reschedule(
                    session,
                    notices.ACTOR,
                    appointment,
                    starts_at=theirs.starts_at,
                    ends_at=theirs.ends_at,
                )
            if parts & {Part.TITLE, Part.PLACE}:
                appointments.edit(
                    session,
                    notices.ACTOR,
                    appointment,
                    title=theirs.title if Part.TITLE in parts else appointment.title,
                    note=appointment.note,
                    location=theirs.location if Part.PLACE in parts else appointment.location,
                )
    except CrmError as error:
        session.refresh(appointment)
        return notices.MOVED_AND_TAKEN if isinstance(error, Conflict) else notices.NOT_TAKEN_OVER
    return None


def _follow(
    session: Session, link: EventLink, appointment: Appointment, theirs: Copy, *, now: datetime
) -> None:
    """A copy that does not speak for the appointment: what matters in it is put back."""
    past = _past(link, theirs)
    if past is not None and any(not copies.same(part, past.kept, theirs) for part in Part):
        _put_back(session, link, appointment, notices.OTHERS_COPY, theirs, now=now)
    elif past is not None:
        link.kept = copies.agreed(past.kept, theirs).to_json()
        session.add(link)
    else:
        links.want(session, link, now=now)


def _put_back(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    message: str,
    theirs: Copy | None,
    *,
    now: datetime,
) -> None:
    """Our version is written over theirs, and the appointment says why."""
    link.written = None
    if theirs is not None and link.kept is not None:
        link.kept = copies.agreed(Copy.from_json(link.kept), theirs).to_json()
    notices.show(session, link, appointment, message, theirs, now=now)
    links.want(session, link, now=now)


def _past(link: EventLink, theirs: Copy) -> Past | None:
    written, kept = links.written(link), links.kept(link)
    if written is None or kept is None:
        return None
    return copies.recalled(Past(written, kept), links.unanswered(link), theirs)
