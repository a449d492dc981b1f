"""Writing appointments: they come to be, move, change hands, end.

Whatever the way in (booking page, by hand, sync, API), it goes through ``create``; so the time is
claimed, the owner rule applied (OWN-1), the draw ledger charged, the timeline written and the fact
recorded in one transaction. ``ical_sequence`` rises with every change that attendees are told of.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.appointments import claims, queries, steps
from crm_app.appointments.outcome import cancel, set_status
from crm_app.appointments.steps import absent_members
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotAllowed
from crm_app.core.i18n import N_
from crm_app.core.kinds import (
    AppointmentSource,
    AppointmentStatus,
    CalendarKind,
)
from crm_app.models import Appointment, Calendar, Contact

__all__ = [
    "Details",
    "absent_members",
    "cancel",
    "change_member",
    "create",
    "edit",
    "reschedule",
    "set_status",
]


@dataclass(frozen=True, slots=True)
class Details:
    """What an appointment says besides who and when. Zone and language are the lead's."""

    title: str = ""
    location: str = ""
    note: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    answers: Mapping[str, Any] = field(default_factory=dict)
    guests: list[dict[str, str]] = field(default_factory=list)
    # As whom and where the lead gets mail; empty: the contact's name and first address.
    lead_name: str = ""
    lead_email: str = ""


def create(
    session: Session,
    actor: Actor,
    *,
    calendar: Calendar,
    user_id: int,
    starts_at: datetime,
    ends_at: datetime,
    source: AppointmentSource,
    contact: Contact | None = None,
    details: Details | None = None,
    reason: Mapping[str, Any] | None = None,
    public_id: str | None = None,
    despite_conflicts: bool = True,
) -> Appointment:
    """A new appointment of ``user_id`` on ``calendar``; Conflict when his time is taken.

    ``reason`` explains the draw in the ledger; without one the member was chosen by hand. Two
    appointments of one user never overlap; external events and time off only count when
    ``despite_conflicts`` is False.
    """
    if actor.is_user and not queries.may_book(session, actor, calendar):
        raise NotAllowed
    steps.check_time(starts_at, ends_at)
    member_ids = steps.serving(session, calendar, user_id)
    claims.lock(session, member_ids)
    if not despite_conflicts:
        steps.refuse_when_busy(session, actor, user_id, starts_at, ends_at)
    details = details or Details()
    now = clock.now()
    public_id = public_id or uuid.uuid4().hex
    appointment = Appointment(
        public_id=public_id,
        calendar_id=calendar.id or 0,
        user_id=user_id,
        contact_id=contact.id if contact else None,
        lead_name=details.lead_name,
        lead_email=details.lead_email,
        title=details.title or (contact.name if contact else calendar.name),
        starts_at=starts_at,
        ends_at=ends_at,
        buffer_before=calendar.buffer_before,
        buffer_after=calendar.buffer_after,
        status=AppointmentStatus.NEW
        if calendar.needs_confirmation
        else AppointmentStatus.CONFIRMED,
        source=source,
        locale=details.locale,
        time_zone=details.time_zone,
        location=details.location or calendar.location,
        note=details.note,
        answers=dict(details.answers),
        guests=list(details.guests),
        ical_uid=f"{public_id}@{steps.host()}",
        created_at=now,
        changed_at=now,
    )
    session.add(appointment)
    session.flush()
    claims.hold(session, calendar, appointment, member_ids)
    steps.charge_turn(session, calendar, appointment, reason or {"rule": "chosen"}, now)
    steps.apply_owner_rule(session, actor, appointment)
    steps.tell(session, actor, appointment, N_("Appointment booked: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentBooked(
            appointment.id or 0,
            source=source.value,
            triggers=steps.fires(actor, appointment),
            by=actor.modified_by,
        ),
    )
    audit.record(
        session, actor, "appointment.created", subject_kind="appointment", subject_id=appointment.id
    )
    return appointment


def reschedule(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    *,
    starts_at: datetime,
    ends_at: datetime,
    user_id: int | None = None,
    reason: Mapping[str, Any] | None = None,
    despite_conflicts: bool = True,
) -> Appointment:
    """Move to another time, and to ``user_id`` when it is given; Conflict when that is taken.

    One that came from a connected calendar is moved there too, unless somebody else organises it.
    """
    steps.check_time(starts_at, ends_at)
    claims.lock_appointment(session, appointment)
    steps.require_standing(appointment)
    steps.require_ours(appointment)
    calendar = session.get_one(Calendar, appointment.calendar_id)
    before_user, before_start = appointment.user_id, appointment.starts_at
    changes_hands = user_id is not None and user_id != before_user
    if changes_hands:
        steps.require_here(appointment)
    new_user = user_id if user_id is not None else before_user
    member_ids = (
        steps.serving(session, calendar, new_user)
        if changes_hands
        else claims.holders(session, appointment)
    )
    claims.lock(session, {*member_ids, before_user})
    if not despite_conflicts:
        steps.refuse_when_busy(session, actor, new_user, starts_at, ends_at, moving=appointment)
    claims.release(session, appointment)
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    appointment.all_day = False
    appointment.user_id = new_user
    steps.touch(session, appointment, sequence=True)
    claims.hold(session, calendar, appointment, member_ids)
    if changes_hands:
        steps.change_hands(session, actor, calendar, appointment, reason or {"rule": "chosen"})
    steps.tell(session, actor, appointment, N_("Appointment moved: {title} with {member}"))
    facts.record(
        session,
        facts.AppointmentRescheduled(
            appointment.id or 0,
            sequence=appointment.ical_sequence,
            previous_user_id=before_user,
            previous_starts_at=before_start.isoformat(),
            triggers=steps.fires(actor, appointment),
            by=actor.modified_by,
        ),
    )
    audit.record(
        session, actor, "appointment.moved", subject_kind="appointment", subject_id=appointment.id
    )
    return appointment


def change_member(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    user_id: int,
    *,
    despite_conflicts: bool = False,
) -> Appointment:
    """Give the appointment to another member at the same time (CAL-10).

    Conflict when he is busy then: with another appointment, and, unless ``despite_conflicts``, with
    an external event or time off.
    """
    claims.lock_appointment(session, appointment)
    steps.require_standing(appointment)
    if user_id == appointment.user_id:
        return appointment
    steps.require_here(appointment)
    calendar = session.get_one(Calendar, appointment.calendar_id)
    if calendar.kind in (CalendarKind.CLASS, CalendarKind.COLLECTIVE):
        raise Invalid(N_("All members of this calendar take part; there is nobody to change to."))
    before = appointment.user_id
    member_ids = steps.serving(session, calendar, user_id)
    claims.lock(session, {*member_ids, before})
    if not despite_conflicts:
        steps.refuse_when_busy(session, actor, user_id, appointment.starts_at, appointment.ends_at)
    claims.release(session, appointment)
    appointment.user_id = user_id
    steps.touch(session, appointment, sequence=True)
    claims.hold(session, calendar, appointment, member_ids)
    steps.change_hands(session, actor, calendar, appointment, {"rule": "chosen"})
    steps.tell(session, actor, appointment, N_("Appointment given to {member}: {title}"))
    facts.record(
        session,
        facts.AppointmentMemberChanged(
            appointment.id or 0, sequence=appointment.ical_sequence, previous_user_id=before
        ),
    )
    audit.record(
        session,
        actor,
        "appointment.member_changed",
        subject_kind="appointment",
        subject_id=appointment.id,
        from_user_id=before,
        to_user_id=user_id,
    )
    return appointment


def edit(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    *,
    title: str,
    note: str,
    location: str,
) -> Appointment:
    """Change the words. Attendees are told only when title or place changed."""
    title = title.strip()
    if not title or len(title) > 300:
        raise Invalid(fields={"title": N_("Enter a title of at most 300 characters.")})
    claims.lock_appointment(session, appointment)
    public = (title, location) != (appointment.title, appointment.location)
    if public:
        steps.require_ours(appointment)
    appointment.title, appointment.note, appointment.location = title, note, location
    steps.touch(session, appointment, sequence=public)
    if public:
        facts.record(
            session,
            facts.AppointmentEdited(
                appointment.id or 0,
                sequence=appointment.ical_sequence,
                triggers=steps.fires(actor, appointment),
            ),
        )
    audit.record(
        session, actor, "appointment.edited", subject_kind="appointment", subject_id=appointment.id
    )
    return appointment
