"""What a pull brought about our own copies, made to count here (SYN-9).

Moved, renamed or deleted in the owner's calendar means the same in the CRM. Where that cannot be,
because the time is taken or both sides changed the same thing, the appointment stays as it is, is
written back, and says so. The owner's copy speaks for the appointment; those in the calendars of
other members follow it.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import claims, restoring
from crm_app.appointments import service as appointments
from crm_app.contacts import service as contacts
from crm_app.core.access import system
from crm_app.core.errors import Conflict, CrmError
from crm_app.core.i18n import N_
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AccountState,
    CalendarRole,
    LinkNews,
    LinkState,
)
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    Contact,
    EventLink,
    ExternalCalendar,
    ExternalObject,
)
from crm_app.sync import busy_rows, copies, lanes, links
from crm_app.sync.copies import Copy, Found, Part, Past
from crm_app.sync.lanes import Lane
from crm_app.sync.recognising import UNDO

ACTOR = system("sync")
DELETED_OUTSIDE = N_("Deleted in the connected calendar.")
MOVED_AND_TAKEN = N_(
    "It was moved in the connected calendar to a time that is not free; it was put back."
)
NOT_TAKEN_OVER = N_("A change in the connected calendar could not be taken over; it was put back.")
CHANGED_TWICE = N_("It was changed here and in the connected calendar; the version here was kept.")
NOT_RESTORED = N_("It was restored in the connected calendar, but the time is taken by now.")
MADE_ALL_DAY = N_("It was made an all-day entry in the connected calendar; it was put back.")
OTHERS_COPY = N_("Somebody changed his copy of it; the copy was put back.")


def with_news(session: Session, calendar_id: int) -> list[int]:
    """The copies about which a pull brought something that is not settled yet."""
    query = select(EventLink.id).where(
        EventLink.external_calendar_id == calendar_id, EventLink.news != LinkNews.NONE
    )
    return [link_id or 0 for link_id in session.exec(query.order_by(col(EventLink.news_since)))]


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
        _settled(session, link)
    elif news == LinkNews.MISSING:
        _missing(session, calendar, link, appointment, now=now)
    elif news == LinkNews.RESTORED:
        _restored(session, link, appointment, now=now)
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


def _settled(session: Session, link: EventLink) -> None:
    link.news, link.news_since = LinkNews.NONE, None
    session.add(link)


# --- changed -------------------------------------------------------------------------------------


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
        _settled(session, link)
        links.plan(session, link.appointment_id, now=now)
        return
    link.etag = row.etag
    found = copies.read(
        row.raw, near=appointment.starts_at, zone=busy_rows.whose(session, calendar).zone
    )
    _settled(session, link)
    if found is not None and found.cancelled:
        _ended_outside(session, link, appointment, now=now)
    elif found is None:
        _put_back(session, link, appointment, NOT_TAKEN_OVER, None, now=now)
    elif not _speaks(session, link, appointment):
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
    refusal = MADE_ALL_DAY if found.all_day and Part.TIME in merged.take else None
    if refusal is None:
        refusal = _take_over(session, appointment, theirs, merged.take)
    if refusal is not None:
        _put_back(session, link, appointment, refusal, theirs, now=now)
        return
    if merged.conflicts:
        _show(session, link, appointment, CHANGED_TWICE, theirs, now=now)
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
                    ACTOR,
                    appointment,
                    starts_at=theirs.starts_at,
                    ends_at=theirs.ends_at,
                )
            if parts & {Part.TITLE, Part.PLACE}:
                appointments.edit(
                    session,
                    ACTOR,
                    appointment,
                    title=theirs.title if Part.TITLE in parts else appointment.title,
                    note=appointment.note,
                    location=theirs.location if Part.PLACE in parts else appointment.location,
                )
    except CrmError as error:
        session.refresh(appointment)
        return MOVED_AND_TAKEN if isinstance(error, Conflict) else NOT_TAKEN_OVER
    return None


def _follow(
    session: Session, link: EventLink, appointment: Appointment, theirs: Copy, *, now: datetime
) -> None:
    """A copy that does not speak for the appointment: what matters in it is put back."""
    past = _past(link, theirs)
    if past is not None and any(not copies.same(part, past.kept, theirs) for part in Part):
        _put_back(session, link, appointment, OTHERS_COPY, theirs, now=now)
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
    _show(session, link, appointment, message, theirs, now=now)
    links.want(session, link, now=now)


# --- missing and restored ------------------------------------------------------------------------


def _missing(
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
    _settled(session, link)
    if moved is not None and appointment.status in HOLDING_STATUSES:
        _carry(session, link, moved, now=now)
    else:
        _ended_outside(session, link, appointment, now=now)


def _ended_outside(
    session: Session, link: EventLink, appointment: Appointment, *, now: datetime
) -> None:
    """What its owner deleted or cancelled there is cancelled here."""
    link.state, link.deleted_outside_at, link.changed_at = LinkState.GONE, now, now
    session.add(link)
    over = appointment.ends_at <= now
    if (
        appointment.status not in HOLDING_STATUSES
        or over
        or not _speaks(session, link, appointment)
    ):
        # Tidying up what is past, or one's own copy of a shared meeting, cancels nothing.
        return
    appointments.cancel(session, ACTOR, appointment, by="user", reason=DELETED_OUTSIDE)


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


def _restored(
    session: Session, link: EventLink, appointment: Appointment, *, now: datetime
) -> None:
    """What was deleted outside is back."""
    deleted = link.deleted_outside_at
    if deleted is None or now - deleted > UNDO:
        _settled(session, link)
        return
    link.deleted_outside_at = None
    if appointment.status in HOLDING_STATUSES or appointment.ends_at <= now:
        _alive_again(session, link, now)
        return
    try:
        with session.begin_nested():
            restoring.restore(session, ACTOR, appointment)
    except CrmError:
        session.refresh(appointment)
        _settled(session, link)
        link.deleted_outside_at = deleted
        _show(session, link, appointment, NOT_RESTORED, None, now=now)
        return
    _alive_again(session, link, now)


def _alive_again(session: Session, link: EventLink, now: datetime) -> None:
    """What it says by now is looked at next."""
    link.state, link.changed_at = LinkState.WRITTEN, now
    link.news, link.news_since = LinkNews.CHANGED, now
    session.add(link)


# --- shared --------------------------------------------------------------------------------------


def _speaks(session: Session, link: EventLink, appointment: Appointment) -> bool:
    """Whether the copy is the one in the appointment owner's calendar."""
    calendar = session.get_one(ExternalCalendar, link.external_calendar_id)
    account = session.get_one(ConnectedAccount, calendar.account_id)
    return account.user_id == appointment.user_id


def _past(link: EventLink, theirs: Copy) -> Past | None:
    written, kept = links.written(link), links.kept(link)
    if written is None or kept is None:
        return None
    return copies.recalled(Past(written, kept), links.unanswered(link), theirs)


def _show(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    message: str,
    theirs: Copy | None,
    *,
    now: datetime,
) -> None:
    """Keep what was not taken over, on the appointment and in the contact's timeline."""
    link.conflict = {
        "at": now.isoformat(),
        "message": message,
        "ours": links.ours(session, link, appointment).to_json(),
        "theirs": theirs.to_json() if theirs is not None else None,
    }
    session.add(link)
    if appointment.contact_id is not None:
        contacts.note(
            session,
            ACTOR,
            session.get_one(Contact, appointment.contact_id),
            "appointment",
            message,
            {"title": appointment.title},
            appointment_id=appointment.id,
        )


def dismiss(session: Session, appointment_id: int) -> None:
    """Somebody has read what was shown on the appointment. The caller has checked the right."""
    for link in links.links_of(session, appointment_id):
        link.conflict = None
        session.add(link)
