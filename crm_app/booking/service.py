"""A lead books, moves or gives up a slot: search, draw, contact and appointment in one transaction.

Busy time from outside was refreshed before the transaction began (no network in here). Inside it
the candidates are locked first and everything is read afterwards, so that what was decided on
still holds at the commit; what slips past is refused by the database (CAL-5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from crm_app.appointments import claims, ledger, queries, round_robin
from crm_app.appointments import service as appointments
from crm_app.booking import gather, slots
from crm_app.booking.slots import Slot
from crm_app.contacts import service as contacts
from crm_app.core.access import Actor, visitor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import AppointmentSource, CalendarKind
from crm_app.models import Appointment, Calendar, Contact, User


class SlotTaken(Conflict):
    """Somebody was quicker, or the slot was never offered. The caller offers the next free ones."""

    default_message = N_("This time was just taken. Please choose another one.")


@dataclass(frozen=True, slots=True)
class Lead:
    """What a visitor typed; checked by the edge. Zone is an IANA name, language one of ours."""

    name: str
    email: str
    phone: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    answers: Mapping[str, Any] = field(default_factory=dict)
    guests: list[dict[str, str]] = field(default_factory=list)
    note: str = ""


def find_slots(
    session: Session,
    calendar: Calendar,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    user_slug: str | None = None,
    moving: Appointment | None = None,
) -> list[Slot]:
    """The slots that start in [since, until), UTC, by time, each with the members who are free.

    ``user_slug`` asks for one member. ``moving`` is an appointment that may take its own time; when
    the calendar keeps members on rescheduling, only its member's slots are found (CAL-7).
    """
    asked = gather.question(
        session,
        calendar,
        since,
        until,
        user_slug=_whom(session, calendar, user_slug, moving),
        moving=moving,
    )
    return _search(asked, since, until, now)


def book(
    session: Session,
    *,
    calendar: Calendar,
    starts_at: datetime,
    lead: Lead,
    now: datetime,
    user_slug: str | None = None,
    public_id: str | None = None,
    bound_to: Contact | None = None,
) -> Appointment:
    """Book the slot that starts at ``starts_at``; SlotTaken when it is not free any more.

    ``bound_to`` is the contact for whom the visitor's link was made (CAL-7). ``public_id`` makes it idempotent: a second call with the same one gives the first appointment.
    """
    if public_id is not None and (made := _already(session, public_id)) is not None:
        return made
    actor = visitor(lead.email, locale=lead.locale, time_zone=lead.time_zone)
    slot, asked = _locked_slot(session, calendar, starts_at, now, user_slug=user_slug)
    if public_id is not None and (made := _already(session, public_id)) is not None:
        return made
    user_id, reason = _draw(session, calendar, asked, slot, chosen=user_slug is not None)
    contact, _ = contacts.find_or_make(
        session,
        actor,
        email=lead.email,
        name=lead.name,
        phone=lead.phone,
        locale=lead.locale,
        time_zone=lead.time_zone,
        source=f"calendar:{calendar.slug}",
        meant=bound_to,
    )
    return appointments.create(
        session,
        actor,
        calendar=calendar,
        user_id=user_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        source=AppointmentSource.PAGE,
        contact=contact,
        details=appointments.Details(
            title=lead.name,
            note=lead.note,
            locale=lead.locale,
            time_zone=lead.time_zone,
            answers=lead.answers,
            guests=lead.guests,
            lead_name=lead.name,
            lead_email=lead.email,
        ),
        reason=reason,
        public_id=public_id,
    )


def move(
    session: Session, *, appointment: Appointment, starts_at: datetime, now: datetime
) -> Appointment:
    """Reschedule by the lead; SlotTaken when the new slot is not free any more."""
    claims.lock_appointment(session, appointment)
    calendar = session.get_one(Calendar, appointment.calendar_id)
    whom = _whom(session, calendar, None, appointment)
    slot, asked = _locked_slot(
        session, calendar, starts_at, now, user_slug=whom, moving=appointment
    )
    keeps = whom is not None or calendar.kind != CalendarKind.TEAM
    if keeps:
        user_id, reason = appointment.user_id, None
    else:
        user_id, reason = _draw(session, calendar, asked, slot, chosen=False)
    return appointments.reschedule(
        session,
        visitor(locale=appointment.locale, time_zone=appointment.time_zone),
        appointment,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        user_id=user_id,
        reason=reason,
    )


def why_not(
    session: Session, actor: Actor, calendar_id: int, *, at: datetime, now: datetime
) -> list[tuple[int, slots.Refusal]]:
    """The troubleshooter (CAL-11): per member that is refused at ``at``, the first rule that did it."""
    actor.require_user()
    calendar = queries.get_calendar(session, actor, calendar_id)
    asked = gather.question(session, calendar, at, at + timedelta(minutes=1))
    return slots.why_not(
        asked.rules,
        asked.times,
        at,
        now=now,
        taken=asked.taken,
        mode=asked.mode,
        open_seats=asked.open_seats,
    )


def _search(asked: gather.Question, since: datetime, until: datetime, now: datetime) -> list[Slot]:
    return slots.search(
        asked.rules,
        asked.times,
        since=since,
        until=until,
        now=now,
        taken=asked.taken,
        mode=asked.mode,
        open_seats=asked.open_seats,
    )


def _locked_slot(
    session: Session,
    calendar: Calendar,
    starts_at: datetime,
    now: datetime,
    *,
    user_slug: str | None,
    moving: Appointment | None = None,
) -> tuple[Slot, gather.Question]:
    """Lock everybody who could be drawn, then look whether the slot is (still) offered."""
    ids = [user.id or 0 for _, user in queries.members_of(session, calendar.id or 0)]
    claims.lock(session, ids)
    until = starts_at + timedelta(minutes=1)
    asked = gather.question(session, calendar, starts_at, until, user_slug=user_slug, moving=moving)
    found = _search(asked, starts_at, until, now)
    if not found or found[0].starts_at != starts_at:
        raise SlotTaken
    return found[0], asked


def _draw(
    session: Session, calendar: Calendar, asked: gather.Question, slot: Slot, *, chosen: bool
) -> tuple[int, Mapping[str, Any]]:
    """Who serves the slot, and the reason that the ledger keeps."""
    if chosen or calendar.kind != CalendarKind.TEAM:
        return slot.members[0], {"rule": "chosen"}
    absent = appointments.absent_members(session, asked.members, slot.starts_at, slot.ends_at)
    drawn = round_robin.draw(
        calendar.draw_mode.value, ledger.pool(asked.members, absent), slot.members
    )
    return drawn.member_id, {"rule": "drawn", "rows": round_robin.explain_json(drawn)}


def _whom(
    session: Session, calendar: Calendar, user_slug: str | None, moving: Appointment | None
) -> str | None:
    """The slug of the one member whose slots are asked for, or None for all."""
    if moving is None or not calendar.reschedule_keeps_member:
        return user_slug
    if calendar.kind != CalendarKind.TEAM:
        return None
    return session.get_one(User, moving.user_id).slug


def _already(session: Session, public_id: str) -> Appointment | None:
    return session.exec(select(Appointment).where(Appointment.public_id == public_id)).first()
