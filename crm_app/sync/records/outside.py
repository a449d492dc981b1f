"""Links between appointments and the external events from which they were made (SYN-9).

Several connected calendars may hold the same meeting; the appointment has a link to each. What we
change goes only into those that the meeting's own side may write.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.appointments import queries as appointments
from crm_app.contacts import service as contacts
from crm_app.core import jobs
from crm_app.core.access import Actor, system
from crm_app.core.columns import among
from crm_app.core.i18n import N_
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentStatus, LinkOrigin, LinkState
from crm_app.models import Appointment, ConnectedAccount, EventLink, ExternalCalendar
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy

RUN = "sync.run"
DELETED = N_("Deleted in the connected calendar.")
DECLINED = N_("Declined in the connected calendar.")
CHANGED_TWICE = N_("It was changed here and in the connected calendar; the version here was kept.")
NOT_ALLOWED = N_("The connected calendar does not let us change it; its own version was kept.")
ALIVE = (LinkState.WANTED, LinkState.WRITTEN)
_LONGEST_TITLE = 300
_LONGEST_PLACE = 500


def actor_for(*, silent: bool) -> Actor:
    """The actor of what sync does by itself."""
    return system("sync", silent=silent)


def links_at(
    session: Session, calendar_id: int, names: Collection[str]
) -> dict[str, list[EventLink]]:
    """The links into the series ``names`` of a calendar, gone ones too, by series."""
    found: dict[str, list[EventLink]] = defaultdict(list)
    rows = session.exec(
        select(EventLink)
        .where(
            EventLink.external_calendar_id == calendar_id,
            EventLink.origin == LinkOrigin.OUTSIDE,
            among(EventLink.href, names),
        )
        .order_by(col(EventLink.id))
    )
    for link in rows:
        found[link.href].append(link)
    return found


def locked(session: Session, appointment_ids: Iterable[int]) -> dict[int, Appointment]:
    """The appointments as they are now, locked in the order of their ids."""
    rows = session.exec(
        select(Appointment)
        .where(col(Appointment.id).in_(sorted(set(appointment_ids))))
        .order_by(col(Appointment.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id or 0: row for row in rows}


def links_of(session: Session, appointment_id: int) -> list[EventLink]:
    """All events that stand for the appointment, gone ones too."""
    return list(
        session.exec(
            select(EventLink)
            .where(
                EventLink.appointment_id == appointment_id, EventLink.origin == LinkOrigin.OUTSIDE
            )
            .order_by(col(EventLink.id))
        )
    )


def as_copy(one: Occurrence, *, before: Copy | None, fallback: str) -> Copy:
    """What an instance says, as far as appointments can say it.

    Without a title it is called ``fallback``, or what it was called ``before``. Of what has become
    private no more is read than its time.
    """
    title, place = one.summary.strip()[:_LONGEST_TITLE], one.location.strip()[:_LONGEST_PLACE]
    if before is not None and (one.private or not title):
        title = before.title
    if before is not None and one.private:
        place = before.location
    return Copy(title or fallback[:_LONGEST_TITLE], one.starts_at, one.ends_at, place)


def ours(appointment: Appointment) -> Copy:
    """What is to stand in the event."""
    return Copy(appointment.title, appointment.starts_at, appointment.ends_at, appointment.location)


def plan(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Have written outside what was changed here."""
    for link in links_of(session, appointment.id or 0):
        if link.foreign or link.state not in ALIVE:
            continue
        if appointment.status == AppointmentStatus.CANCELLED:
            _wake(session, link, LinkState.REMOVING, now)
        elif appointment.status in HOLDING_STATUSES and is_due(link, appointment):
            _wake(session, link, LinkState.WANTED, now)


def is_due(link: EventLink, appointment: Appointment) -> bool:
    """Whether something of ours is not there yet."""
    written = Copy.from_json(link.written) if link.written is not None else None
    return copies.due(written, None, ours(appointment))


def _wake(session: Session, link: EventLink, state: LinkState, now: datetime) -> None:
    link.state, link.changed_at = state, now
    link.next_attempt_at, link.last_error = None, ""
    if state == LinkState.REMOVING:
        link.deleted_outside_at = None
    session.add(link)
    session.flush()
    jobs.enqueue(session, RUN, calendar_id=link.external_calendar_id)


def user_of(session: Session, link: EventLink) -> int:
    """In whose calendar the event stands."""
    return session.exec(
        select(ConnectedAccount.user_id)
        .join(ExternalCalendar, col(ExternalCalendar.account_id) == ConnectedAccount.id)
        .where(ExternalCalendar.id == link.external_calendar_id)
    ).one()


def speaks(session: Session, link: EventLink, appointment: Appointment) -> bool:
    """Whether this event says what the appointment is: the organizer's does, else the owner's."""
    if not link.foreign:
        return True
    others = [
        other
        for other in links_of(session, appointment.id or 0)
        if other.id != link.id and other.state in ALIVE
    ]
    if any(not other.foreign for other in others):
        return False
    if not others or user_of(session, link) == appointment.user_id:
        return True
    return all(user_of(session, other) != appointment.user_id for other in others)


def stands_without(session: Session, link: EventLink) -> bool:
    """Whether the meeting goes on when this event of it is gone: as long as the organizer's copy
    stands, or, where none of us organises it, anybody's."""
    return any(
        other.id != link.id and other.state in ALIVE and (link.foreign or not other.foreign)
        for other in links_of(session, link.appointment_id)
    )


def weigh(session: Session, appointment: Appointment) -> None:
    """Note whether one of us may change the meeting outside."""
    alive = [link for link in links_of(session, appointment.id or 0) if link.state in ALIVE]
    if alive:
        appointment.organized_elsewhere = all(link.foreign for link in alive)
        session.add(appointment)


def show(
    session: Session,
    link: EventLink,
    appointment: Appointment,
    message: str,
    theirs: Copy,
    *,
    now: datetime,
) -> None:
    """Keep what was not taken over, on the appointment and in the contacts' timelines."""
    link.conflict = {
        "at": now.isoformat(),
        "message": message,
        "ours": ours(appointment).to_json(),
        "theirs": theirs.to_json(),
    }
    session.add(link)
    for contact in appointments.contacts_of(session, appointment):
        contacts.note(
            session,
            actor_for(silent=True),
            contact,
            "appointment",
            message,
            {"title": appointment.title},
            appointment_id=appointment.id,
        )


def settle_on(link: EventLink, agreed: Copy) -> None:
    """Both sides say ``agreed``: nothing is left to be written."""
    link.written = link.kept = agreed.to_json()
    link.unanswered = []
