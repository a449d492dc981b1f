"""Copies that were deleted in somebody's calendar, carried to another one, or brought back (SYN-9)."""

from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import restoring
from crm_app.appointments import service as appointments
from crm_app.core.errors import CrmError
from crm_app.core.kinds import HOLDING_STATUSES, AccountState, CalendarRole, LinkNews, LinkState
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    EventLink,
    ExternalCalendar,
    ExternalObject,
)
from crm_app.sync.records import notices
from crm_app.sync.records.recognising import UNDO


def missing(
    session: Session,
    calendar: ExternalCalendar,
    link: EventLink,
    appointment: Appointment,
    *,
    now: datetime,
) -> None:
    """The copy was deleted, or carried to another calendar of the same person."""
    account = session.get_one(ConnectedAccount, calendar.account_id)
    moved = _elsewhere(session, account.user_id, appointment.ical_uid)
    if moved is None and _others_unread(session, account.user_id, calendar, link):
        return
    notices.settled(session, link)
    if moved is not None and appointment.status in HOLDING_STATUSES:
        _carry(session, link, moved, now=now)
    else:
        ended_outside(session, link, appointment, now=now)


def ended_outside(
    session: Session, link: EventLink, appointment: Appointment, *, now: datetime
) -> None:
    """What its owner deleted or cancelled there is cancelled here."""
    link.state, link.deleted_outside_at, link.changed_at = LinkState.GONE, now, now
    session.add(link)
    over = appointment.ends_at <= now
    if (
        appointment.status not in HOLDING_STATUSES
        or over
        or not notices.speaks(session, link, appointment)
    ):
        # Tidying up what is past, or one's own copy of a shared meeting, cancels nothing.
        return
    appointments.cancel(
        session, notices.ACTOR, appointment, by="user", reason=notices.DELETED_OUTSIDE
    )


def _elsewhere(session: Session, user_id: int, uid: str) -> ExternalObject | None:
    """The same appointment in any used calendar of the user."""
    return session.exec(
        select(ExternalObject)
        .join(ExternalCalendar, col(ExternalCalendar.id) == ExternalObject.external_calendar_id)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(
            ConnectedAccount.user_id == user_id,
            ExternalObject.uid == uid,
            col(ExternalObject.missing_since).is_(None),
            ExternalCalendar.role != CalendarRole.UNUSED,
        )
        .order_by(col(ExternalObject.id))
    ).first()


def _others_unread(
    session: Session, user_id: int, calendar: ExternalCalendar, link: EventLink
) -> bool:
    """Whether the user has calendars that were not read since the copy vanished.

    Those that cannot be read at present are not waited for.
    """
    others = session.exec(
        select(ExternalCalendar.last_success_at)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(
            ConnectedAccount.user_id == user_id,
            ConnectedAccount.state == AccountState.ACTIVE,
            ExternalCalendar.id != calendar.id,
            ExternalCalendar.role != CalendarRole.UNUSED,
            ExternalCalendar.last_error == "",
        )
    )
    since = link.news_since
    return any(read is None or (since is not None and read < since) for read in others)


def _carry(session: Session, link: EventLink, found: ExternalObject, *, now: datetime) -> None:
    """The copy lives on where its owner put it."""
    other = session.exec(
        select(EventLink).where(
            EventLink.appointment_id == link.appointment_id,
            EventLink.external_calendar_id == found.external_calendar_id,
            EventLink.id != link.id,
        )
    ).first()
    if other is not None:
        session.delete(other)
        session.flush()
    link.external_calendar_id = found.external_calendar_id
    link.href, link.etag, link.changed_at = found.href, found.etag, now
    if found.content_hash != link.written_hash:
        link.news, link.news_since = LinkNews.CHANGED, now
    session.add(link)


def restored(session: Session, link: EventLink, appointment: Appointment, *, now: datetime) -> None:
    """What was deleted outside is back."""
    deleted = link.deleted_outside_at
    if deleted is None or now - deleted > UNDO:
        notices.settled(session, link)
        return
    link.deleted_outside_at = None
    if appointment.status in HOLDING_STATUSES or appointment.ends_at <= now:
        _alive_again(session, link, now)
        return
    try:
        with session.begin_nested():
            restoring.restore(session, notices.ACTOR, appointment)
    except CrmError:
        session.refresh(appointment)
        notices.settled(session, link)
        link.deleted_outside_at = deleted
        notices.show(session, link, appointment, notices.NOT_RESTORED, None, now=now)
        return
    _alive_again(session, link, now)


def _alive_again(session: Session, link: EventLink, now: datetime) -> None:
    """What it says by now is looked at next."""
    link.state, link.changed_at = LinkState.WRITTEN, now
    link.news, link.news_since = LinkNews.CHANGED, now
    session.add(link)
