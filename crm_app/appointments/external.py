"""Appointments that live in a connected calendar: they come to be, follow it, end and stand again.

Sync calls this, nobody else. Such an appointment claims no time, because the external event blocks
it already, and nobody is sent mail: who is invited there hears of it from there. A move by a
person here holds the new time by a claim until the calendar has confirmed it (``confirmed``).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.appointments import claims, steps
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AppointmentSource,
    AppointmentStatus,
)
from crm_app.models import (
    Appointment,
    AppointmentContact,
    Calendar,
    Contact,
    TimeClaim,
    User,
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An external event as an appointment. ``guests`` are [{"name", "email"}] without the first
    contact, who is ``lead_name`` <``lead_email``>; ``organized_elsewhere``: by nobody of ours."""

    ical_uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    location: str = ""
    all_day: bool = False
    organized_elsewhere: bool = False
    lead_name: str = ""
    lead_email: str = ""
    guests: list[dict[str, str]] = field(default_factory=list)


def adopt(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    *,
    public_id: str,
    calendar: Calendar,
    user: User,
    contacts: Collection[Contact],
    greet: Collection[Contact],
    triggers: bool,
    fires: bool,
    tells: bool,
) -> Appointment | None:
    """Make an appointment of an external event; None when another one has its ``ical_uid`` by now.

    ``contacts`` are in order, the first one is the appointment's own. For ``greet`` among them the
    owner rule counts and the timeline is written: of a series once. ``triggers`` is whether anything
    that ever happens with it may trigger something, ``fires`` whether this booking does, ``tells``
    whether it is recorded as a booking at all.
    """
    now = clock.now()
    first, *others = contacts
    appointment = Appointment(
        public_id=public_id,
        calendar_id=calendar.id or 0,
        user_id=user.id or 0,
        contact_id=first.id,
        lead_name=meeting.lead_name,
        lead_email=meeting.lead_email,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        source=AppointmentSource.SYNC,
        locale=user.locale,
        time_zone=meeting.time_zone,
        location=meeting.location,
        guests=list(meeting.guests),
        ical_uid=meeting.ical_uid,
        organized_elsewhere=meeting.organized_elsewhere,
        all_day=meeting.all_day,
        triggers=triggers,
        created_at=now,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(appointment)
            session.flush()
    except IntegrityError as error:
        if "ical_uid" not in str(error.orig):
            raise
        # Another calendar's page brought the same meeting at the same time.
        return None
    for contact in others:
        session.add(
            AppointmentContact(appointment_id=appointment.id or 0, contact_id=contact.id or 0)
        )
    session.flush()
    for contact in greet:
        _greet(session, actor, appointment, contact)
    if tells:
        booked = facts.AppointmentBooked(
            appointment.id or 0,
            source=AppointmentSource.SYNC.value,
            triggers=fires and steps.fires(actor, appointment),
            by=actor.modified_by,
        )
        facts.record(session, booked)
        _audit(session, actor, appointment, "created")
    return appointment


def join(
    session: Session, actor: Actor, appointment: Appointment, contacts: Collection[Contact]
) -> bool:
    """Further contacts take part in an appointment that is there already; whether there were any."""
    known = {appointment.contact_id} | set(
        session.exec(
            select(AppointmentContact.contact_id).where(
                AppointmentContact.appointment_id == appointment.id
            )
        )
    )
    new = [contact for contact in contacts if contact.id not in known]
    for contact in new:
        if appointment.contact_id is None:
            appointment.contact_id = contact.id
            session.add(appointment)
        else:
            session.add(
                AppointmentContact(appointment_id=appointment.id or 0, contact_id=contact.id or 0)
            )
        session.flush()
        _greet(session, actor, appointment, contact)
    return bool(new)


def _greet(session: Session, actor: Actor, appointment: Appointment, contact: Contact) -> None:
    steps.assign_contact(session, actor, appointment, contact)
    message = N_("Appointment in a connected calendar: {title}")
    steps.tell_contact(session, actor, appointment, contact, message)


def follow(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    *,
    title: str,
    location: str,
    starts_at: datetime,
    ends_at: datetime,
    all_day: bool,
    tells: bool,
) -> bool:
    """Make the appointment what its external event became; whether that changed anything.

    The caller has locked it, knows that it stands, and calls ``confirmed`` afterwards. ``tells`` is
    off where another appointment of the same series was told of.
    """
    moved = (starts_at, ends_at) != (appointment.starts_at, appointment.ends_at)
    renamed = (title, location) != (appointment.title, appointment.location)
    appointment.all_day = all_day
    session.add(appointment)
    if not (moved or renamed):
        return False
    before = appointment.starts_at
    appointment.title, appointment.location = title, location
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    _touch(session, appointment)
    if tells and moved:
        _tell_move(session, actor, appointment, before)
    elif tells:
        fires = steps.fires(actor, appointment)
        edited = facts.AppointmentEdited(
            appointment.id or 0, sequence=appointment.ical_sequence, triggers=fires
        )
        facts.record(session, edited)
        _audit(session, actor, appointment, "edited")
    return True


def _tell_move(session: Session, actor: Actor, appointment: Appointment, before: datetime) -> None:
    steps.tell(session, actor, appointment, N_("Appointment moved: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentRescheduled(
            appointment.id or 0,
            sequence=appointment.ical_sequence,
            previous_user_id=appointment.user_id,
            previous_starts_at=before.isoformat(),
            triggers=steps.fires(actor, appointment),
            by=actor.modified_by,
        ),
    )
    _audit(session, actor, appointment, "moved")


def _touch(session: Session, appointment: Appointment) -> None:
    """Note a change of which attendees know; the transaction writes it when it has to."""
    appointment.changed_at = clock.now()
    appointment.ical_sequence += 1
    session.add(appointment)


def _audit(session: Session, actor: Actor, appointment: Appointment, what: str) -> None:
    audit.record(
        session,
        actor,
        f"appointment.{what}",
        subject_kind="appointment",
        subject_id=appointment.id,
    )


def confirmed(session: Session, appointment_ids: Collection[int]) -> None:
    """The external calendar blocks the appointments' times by now: no claim is needed any more."""
    held = session.exec(
        select(TimeClaim).where(col(TimeClaim.appointment_id).in_(appointment_ids))
    ).all()
    for claim in held:
        session.delete(claim)
    if held:
        session.flush()


def hold_alone(session: Session, appointment: Appointment) -> None:
    """Nothing outside blocks the appointment's time any more. Where it is taken, nothing is held."""
    claims.lock(session, [appointment.user_id])
    calendar = session.get_one(Calendar, appointment.calendar_id)
    claims.release(session, appointment)
    try:
        with session.begin_nested():
            claims.hold(session, calendar, appointment, [appointment.user_id])
    except Conflict:
        # Two meetings at once are no news to somebody who entered both.
        return


def end(
    session: Session, actor: Actor, appointment: Appointment, *, reason: str, tells: bool
) -> bool:
    """Cancel what was cancelled or deleted outside; whether it stood. See ``follow``."""
    if appointment.status not in HOLDING_STATUSES:
        return False
    appointment.status = AppointmentStatus.CANCELLED
    appointment.cancelled_by, appointment.cancel_reason = "user", reason
    _touch(session, appointment)
    claims.release(session, appointment)
    if not tells:
        return True
    steps.tell(session, actor, appointment, N_("Appointment cancelled: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentCancelled(
            appointment.id or 0,
            sequence=appointment.ical_sequence,
            by="user",
            triggers=steps.fires(actor, appointment),
        ),
    )
    _audit(session, actor, appointment, "cancelled")
    return True


def stand_again(session: Session, actor: Actor, appointment: Appointment, *, tells: bool) -> bool:
    """What was ended outside is back: the same appointment and contacts, and nothing is triggered
    (SYN-9). Whether it was cancelled; see ``follow``."""
    if appointment.status != AppointmentStatus.CANCELLED:
        return False
    appointment.status = AppointmentStatus.CONFIRMED
    appointment.cancelled_by, appointment.cancel_reason = "", ""
    _touch(session, appointment)
    if not tells:
        return True
    steps.tell(session, actor, appointment, N_("Appointment restored: {title} with {member}"))
    restored = facts.AppointmentRestored(
        appointment.id or 0, sequence=appointment.ical_sequence, triggers=False
    )
    facts.record(session, restored)
    _audit(session, actor, appointment, "restored")
    return True
