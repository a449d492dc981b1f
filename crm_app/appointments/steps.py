"""The steps that every change of an appointment shares: who serves it, whose turn it was, the owner
rule, the timeline. Only this room calls them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm_app.appointments import busy, calendars, ledger, ownership, queries
from crm_app.contacts import service as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentSource, CalendarKind
from crm_app.core.settings import get_settings
from crm_app.models import Appointment, Calendar, CalendarMember, Contact, User

LONGEST = timedelta(hours=24)


def serving(session: Session, calendar: Calendar, user_id: int) -> list[int]:
    """Whose time the appointment takes: the member's, or all members' on a collective calendar."""
    ids = [user.id or 0 for _, user in queries.members_of(session, calendar.id or 0)]
    if user_id not in ids:
        raise Invalid(fields={"member": N_("Choose one of this calendar's members.")})
    return ids if calendar.kind == CalendarKind.COLLECTIVE else [user_id]


def charge_turn(
    session: Session,
    calendar: Calendar,
    appointment: Appointment,
    reason: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write the turn of a team calendar's booking into the draw ledger."""
    if calendar.kind != CalendarKind.TEAM:
        return
    members: list[CalendarMember] = [m for m, _ in queries.members_of(session, calendar.id or 0)]
    absent = absent_members(session, members, appointment.starts_at, appointment.ends_at)
    ledger.charge(
        session,
        calendar,
        appointment,
        ledger.pool(members, absent - {appointment.user_id}),
        now=now,
        reason=reason,
    )


def absent_members(
    session: Session, members: Collection[CalendarMember], starts_at: datetime, ends_at: datetime
) -> set[int]:
    """The members who are away then, and so have no part in the draw."""
    ids = [member.user_id for member in members]
    return {row.user_id for row in busy.absences(session, ids, starts_at, ends_at)}


def change_hands(
    session: Session,
    actor: Actor,
    calendar: Calendar,
    appointment: Appointment,
    reason: Mapping[str, Any],
) -> None:
    """The turn and, by the owner rule, the contact go to the new member."""
    now = clock.now()
    ledger.give_back(session, appointment, now=now)
    charge_turn(session, calendar, appointment, reason, now)
    apply_owner_rule(session, actor, appointment)


def apply_owner_rule(session: Session, actor: Actor, appointment: Appointment) -> None:
    """Give the contacts to the appointment owner where the two switches say so (OWN-1)."""
    for contact in queries.contacts_of(session, appointment):
        assign_contact(session, actor, appointment, contact)


def assign_contact(
    session: Session, actor: Actor, appointment: Appointment, contact: Contact
) -> None:
    """The owner rule for one of those who take part."""
    contacts.lock_owner(session, contact)
    assign, keep = calendars.owner_switches(session)
    decision = ownership.decide(assign, keep, contact.owner_id, appointment.user_id)
    if decision.changed:
        contacts.set_owner(
            session,
            actor,
            contact,
            decision.owner,
            rule=decision.rule.value,
            appointment_id=appointment.id,
        )


def refuse_when_busy(
    session: Session,
    actor: Actor,
    user_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    moving: Appointment | None = None,
) -> None:
    """Conflict when an external event or time off stands against it (CAL-10).

    ``moving`` does not stand in its own way: where it came from outside, it blocks its time there.
    """
    span = (starts_at, ends_at)
    if busy.external(session, actor, [user_id], *span, blocking_only=True, without=moving):
        raise Conflict(N_("This member has another engagement at that time."))
    if busy.absences(session, [user_id], *span):
        raise Conflict(N_("This member is away at that time."))


def check_time(starts_at: datetime, ends_at: datetime) -> None:
    """Invalid unless the end comes after the start, within a day."""
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise Invalid(fields={"ends_at": N_("The end must come after the start, within a day.")})


def require_standing(appointment: Appointment) -> None:
    """Conflict when the appointment was cancelled or is over otherwise."""
    if appointment.status not in HOLDING_STATUSES:
        raise Conflict(N_("This appointment does not stand any more."))


def touch(session: Session, appointment: Appointment, *, sequence: bool) -> None:
    """Note the change; ``sequence`` when attendees are told of it."""
    appointment.changed_at = clock.now()
    if sequence:
        appointment.ical_sequence += 1
    session.add(appointment)
    session.flush()


def require_ours(appointment: Appointment) -> None:
    """Conflict when it is somebody outside the workspace who organises the meeting (SYN-9)."""
    if appointment.organized_elsewhere:
        raise Conflict(
            N_(
                "Somebody else organises this meeting. Ask the organiser to change it; your calendar"
                " brings the change here."
            )
        )


def require_here(appointment: Appointment) -> None:
    """Conflict when the appointment lives in its owner's own calendar, so that nobody else can
    have it."""
    if appointment.source == AppointmentSource.SYNC:
        raise Conflict(
            N_(
                "This appointment comes from a connected calendar, so it stays with its owner."
                " Invite the other member there."
            )
        )


def fires(actor: Actor, appointment: Appointment) -> bool:
    """Whether automation may act on what ``actor`` does with the appointment (SYN-4)."""
    return appointment.triggers and not actor.silent


def tell(session: Session, actor: Actor, appointment: Appointment, message: str) -> None:
    """Write the timelines of the contacts who take part."""
    for contact in queries.contacts_of(session, appointment):
        tell_contact(session, actor, appointment, contact, message)


def tell_contact(
    session: Session, actor: Actor, appointment: Appointment, contact: Contact, message: str
) -> None:
    """Write one contact's timeline."""
    contacts.note(
        session,
        actor,
        contact,
        "appointment",
        message,
        {
            "title": appointment.title,
            "member": session.get_one(User, appointment.user_id).name,
            "status": appointment.status.value,
            "starts_at": appointment.starts_at.isoformat(),
        },
        appointment_id=appointment.id,
    )


def host() -> str:
    """The host of the public address; the right side of iCalendar UIDs."""
    return get_settings().url.split("://", 1)[-1].split("/")[0].split(":")[0]
