"""Which calendars have a copy of an appointment, and which are to get or lose one (SYN-2).

Only rows are written here; the lane of each calendar carries them out. Planning is repeated
whenever something about the appointment or somebody's linked calendar changes, and says the same
each time it is asked.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, or_, select

from crm_app.appointments import claims
from crm_app.core import jobs
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    AppointmentStatus,
    CalendarRole,
    LinkOrigin,
    LinkState,
)
from crm_app.models import (
    Appointment,
    Calendar,
    ConnectedAccount,
    Contact,
    ContactEmail,
    ContactPhone,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    TimeClaim,
    User,
)
from crm_app.sync.records import outside
from crm_app.sync.rules import wording
from crm_app.sync.rules.copies import Copy
from crm_app.sync.rules.placing import Placed, place

RUN = outside.RUN


def plan(session: Session, appointment_id: int, *, now: datetime) -> None:
    """Bring the appointment's copies in line with who holds it, and wake the lanes concerned.

    A copy stays in the calendar where it is; see ``gather`` for the choice of another one.
    """
    appointment = session.exec(
        select(Appointment).where(Appointment.id == appointment_id).with_for_update()
    ).first()
    # A no-show stays where it is: the time was kept, and it is over.
    if appointment is None or appointment.status == AppointmentStatus.NO_SHOW:
        return
    if appointment.source == AppointmentSource.SYNC:
        # It stands where it came from already.
        outside.plan(session, appointment, now=now)
        return
    links = links_of(session, appointment_id, lock=True)
    holders = _holders(session, appointment)
    owners = _owners(session, [link.external_calendar_id for link in links])
    placing = place(
        holders,
        linked_calendars(session, holders),
        [_placed(link, owners[link.external_calendar_id]) for link in links],
    )
    for link in links:
        if link.id in placing.refresh:
            want(session, link, now=now)
        elif link.id in placing.remove:
            remove(session, link, now=now)
    for calendar_id in placing.write:
        write_into(session, appointment_id, calendar_id, now=now)


def gather(session: Session, appointment_id: int, user_id: int, *, now: datetime) -> None:
    """Bring the user's copy of an appointment into the linked calendar that he has chosen now."""
    linked = linked_calendars(session, [user_id]).get(user_id)
    rows = links_of(session, appointment_id, lock=True)
    owners = _owners(session, [link.external_calendar_id for link in rows])
    for link in rows:
        alive = link.state in outside.ALIVE and link.origin == LinkOrigin.HERE
        his = owners[link.external_calendar_id] == user_id
        if alive and his and link.external_calendar_id != linked:
            remove(session, link, now=now)
    plan(session, appointment_id, now=now)


def to_gather(session: Session, user_id: int, *, now: datetime) -> list[int]:
    """The appointments of the user that are not over: those that he holds, and those of which
    there is a copy in his calendars."""
    held = select(TimeClaim.appointment_id).where(TimeClaim.user_id == user_id)
    copied = (
        select(EventLink.appointment_id)
        .join(ExternalCalendar, col(ExternalCalendar.id) == EventLink.external_calendar_id)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(ConnectedAccount.user_id == user_id)
    )
    rows = session.exec(
        select(Appointment.id)
        .where(
            col(Appointment.ends_at) > now,
            Appointment.source != AppointmentSource.SYNC,
            or_(
                col(Appointment.user_id) == user_id,
                col(Appointment.id).in_(held),
                col(Appointment.id).in_(copied),
            ),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )
    return [appointment_id or 0 for appointment_id in rows]


def links_of(session: Session, appointment_id: int, *, lock: bool = False) -> list[EventLink]:
    """All copies of an appointment, gone ones too."""
    query = (
        select(EventLink)
        .where(EventLink.appointment_id == appointment_id)
        .order_by(col(EventLink.id))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session.exec(query))


def locked(session: Session, link_id: int) -> EventLink | None:
    """The link as it is now, locked until the transaction ends.

    Whoever locks more than this takes the lane first, then users, the appointment, its links.
    """
    return session.exec(
        select(EventLink)
        .where(EventLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def object_at(session: Session, calendar_id: int, href: str) -> ExternalObject | None:
    """What was read last at ``href``."""
    return session.exec(
        select(ExternalObject).where(
            ExternalObject.external_calendar_id == calendar_id, ExternalObject.href == href
        )
    ).first()


def written(link: EventLink) -> Copy | None:
    """What was sent last."""
    return Copy.from_json(link.written) if link.written is not None else None


def unanswered(link: EventLink) -> list[Copy]:
    """What was sent since and never answered."""
    return [Copy.from_json(each) for each in link.unanswered]


def kept(link: EventLink) -> Copy | None:
    """How the service was found to keep it."""
    return Copy.from_json(link.kept) if link.kept is not None else None


def write_into(session: Session, appointment_id: int, calendar_id: int, *, now: datetime) -> None:
    """Have a copy made in a calendar, or made again where one was."""
    link = session.exec(
        select(EventLink).where(
            EventLink.appointment_id == appointment_id,
            EventLink.external_calendar_id == calendar_id,
        )
    ).first()
    if link is None:
        link = EventLink(
            appointment_id=appointment_id, external_calendar_id=calendar_id, changed_at=now
        )
    # Whether the one that was there still is, nobody knows: creating finds it by its UID.
    link.href, link.etag, link.written_hash = "", None, ""
    link.written, link.kept, link.deleted_outside_at = None, None, None
    want(session, link, now=now)


def want(session: Session, link: EventLink, *, now: datetime) -> None:
    """Have the copy brought up to date."""
    link.state, link.changed_at = LinkState.WANTED, now
    _again(session, link)


def remove(session: Session, link: EventLink, *, now: datetime) -> None:
    """Have the copy taken away; one that was never attempted just ends."""
    never_tried = not link.href and link.attempts == 0
    link.state = LinkState.GONE if never_tried else LinkState.REMOVING
    link.attempts = 0 if link.href else link.attempts
    link.deleted_outside_at, link.changed_at = None, now
    _again(session, link)


def _again(session: Session, link: EventLink) -> None:
    link.next_attempt_at, link.last_error = None, ""
    session.add(link)
    session.flush()
    if link.state in (LinkState.WANTED, LinkState.REMOVING):
        jobs.enqueue(session, RUN, calendar_id=link.external_calendar_id)


def ours(session: Session, link: EventLink, appointment: Appointment) -> Copy:
    """The appointment as it is to stand in the calendar of ``link``."""
    if link.origin == LinkOrigin.OUTSIDE:
        return outside.ours(appointment)
    calendar = session.get_one(Calendar, appointment.calendar_id)
    reader = session.get_one(User, _owners(session, [link.external_calendar_id]).popitem()[1])
    return Copy(
        title=appointment.title,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        location=appointment.location,
        description=wording.description(reader.locale, _facts(session, calendar, appointment)),
        tentative=appointment.status == AppointmentStatus.NEW,
    )


def linked_calendars(session: Session, user_ids: Collection[int]) -> dict[int, int]:
    """Users and their linked calendars."""
    rows = session.exec(
        select(ConnectedAccount.user_id, ExternalCalendar.id)
        .join(ExternalCalendar, col(ExternalCalendar.account_id) == ConnectedAccount.id)
        .where(
            col(ConnectedAccount.user_id).in_(user_ids),
            ExternalCalendar.role == CalendarRole.LINKED,
        )
    )
    return {user_id: calendar_id or 0 for user_id, calendar_id in rows}


def _holders(session: Session, appointment: Appointment) -> list[int]:
    if appointment.status not in HOLDING_STATUSES:
        return []
    return claims.holders(session, appointment)


def _owners(session: Session, calendar_ids: Collection[int]) -> dict[int, int]:
    """External calendars and their users."""
    rows = session.exec(
        select(ExternalCalendar.id, ConnectedAccount.user_id)
        .join(ConnectedAccount, col(ConnectedAccount.id) == ExternalCalendar.account_id)
        .where(col(ExternalCalendar.id).in_(calendar_ids))
    )
    return {calendar_id or 0: user_id for calendar_id, user_id in rows}


def _placed(link: EventLink, user_id: int) -> Placed:
    return Placed(link.id or 0, user_id, link.state)


def _facts(session: Session, calendar: Calendar, appointment: Appointment) -> wording.Facts:
    contact = session.get(Contact, appointment.contact_id) if appointment.contact_id else None
    return wording.Facts(
        calendar=calendar.name,
        contact=contact.name if contact else "",
        emails=_texts(session, ContactEmail, "address", contact),
        phones=_texts(session, ContactPhone, "number", contact),
        guests=tuple(
            f"{guest.get('name', '')} {guest.get('email', '')}" for guest in appointment.guests
        ),
        fields=tuple(calendar.form_fields),
        answers=appointment.answers,
        note=appointment.note,
    )


def _texts(
    session: Session,
    table: type[ContactEmail] | type[ContactPhone],
    column: str,
    contact: Contact | None,
) -> tuple[str, ...]:
    if contact is None:
        return ()
    rows = session.exec(
        select(table).where(col(table.contact_id) == contact.id).order_by(col(table.position))
    )
    return tuple(str(getattr(row, column)) for row in rows)
