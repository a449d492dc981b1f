"""Reading calendars and appointments, and who may. Ids enter the room only through ``get_*``.

An administrator sees all. A member sees the calendars that he serves or was given a right to
(USR-3), the appointments on them and his own; he books for those that he serves or may book.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlmodel import Session, col, select

from crm_app.core.access import Actor
from crm_app.core.errors import NotAllowed, NotFound
from crm_app.core.ids import is_id
from crm_app.models import (
    Appointment,
    AppointmentContact,
    Calendar,
    CalendarMember,
    CalendarRight,
    Contact,
    User,
)


def _serves(user_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        col(CalendarMember.calendar_id) == Calendar.id,
        col(CalendarMember.user_id) == user_id,
    )


def _has_right(user_id: int | None, right: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        col(CalendarRight.calendar_id) == Calendar.id,
        col(CalendarRight.user_id) == user_id,
        right,
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    may_see = or_(col(CalendarRight.may_see).is_(True), col(CalendarRight.may_book).is_(True))
    return or_(_serves(actor.user_id), _has_right(actor.user_id, may_see))


def list_calendars(session: Session, actor: Actor) -> list[Calendar]:
    """The calendars that ``actor`` may see, by name."""
    query = select(Calendar).order_by(Calendar.name)
    if not actor.is_admin:
        actor.require_user()
        query = query.where(_visible(actor))
    return list(session.exec(query))


def get_calendar(session: Session, actor: Actor, calendar_id: int) -> Calendar:
    """The calendar, if ``actor`` may see it; NotFound otherwise."""
    query = select(Calendar).where(Calendar.id == calendar_id)
    if not actor.is_admin:
        query = query.where(_visible(actor))
    found = session.exec(query).first() if is_id(calendar_id) else None
    if found is None:
        raise NotFound
    return found


def public_calendar(session: Session, slug: str) -> Calendar:
    """The active calendar behind ``/cal/<slug>``; NotFound otherwise."""
    found = session.exec(
        select(Calendar).where(Calendar.slug == slug, col(Calendar.active).is_(True))
    ).first()
    if found is None:
        raise NotFound
    return found


def may_book(session: Session, actor: Actor, calendar: Calendar) -> bool:
    """Whether ``actor`` may make and change appointments on ``calendar`` (USR-3)."""
    if actor.is_admin:
        return True
    query = select(Calendar.id).where(
        Calendar.id == calendar.id,
        or_(
            _serves(actor.user_id),
            _has_right(actor.user_id, col(CalendarRight.may_book).is_(True)),
        ),
    )
    return session.exec(query).first() is not None


def members_of(
    session: Session, calendar_id: int, *, active_only: bool = True
) -> list[tuple[CalendarMember, User]]:
    """The members of a calendar in their order. Inactive ones are paused or deactivated users."""
    query = (
        select(CalendarMember, User)
        .join(User, col(User.id) == CalendarMember.user_id)
        .where(CalendarMember.calendar_id == calendar_id)
        .order_by(col(CalendarMember.position), col(CalendarMember.id))
    )
    if active_only:
        query = query.where(col(CalendarMember.active).is_(True), col(User.active).is_(True))
    return [(member, user) for member, user in session.exec(query)]


def _visible_appointments(actor: Actor) -> ColumnElement[bool]:
    calendars = exists().where(col(Calendar.id) == Appointment.calendar_id, _visible(actor))
    return or_(col(Appointment.user_id) == actor.user_id, calendars)


def seen_appointments(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Appointment`` for what ``actor`` may see."""
    return true() if actor.is_admin else _visible_appointments(actor)


def get_appointment(session: Session, actor: Actor, appointment_id: int) -> Appointment:
    """The appointment, if ``actor`` may see it; NotFound otherwise."""
    query = select(Appointment).where(Appointment.id == appointment_id)
    if not actor.is_admin:
        query = query.where(_visible_appointments(actor))
    found = session.exec(query).first() if is_id(appointment_id) else None
    if found is None:
        raise NotFound
    return found


def changeable_appointment(session: Session, actor: Actor, appointment_id: int) -> Appointment:
    """The appointment, if ``actor`` may change it; NotAllowed when it may only be seen."""
    appointment = get_appointment(session, actor, appointment_id)
    calendar = session.get_one(Calendar, appointment.calendar_id)
    if appointment.user_id != actor.user_id and not may_book(session, actor, calendar):
        raise NotAllowed
    return appointment


def contacts_of(session: Session, appointment: Appointment) -> list[Contact]:
    """The contacts who take part, the first one first. For an appointment that was got before."""
    others = select(AppointmentContact.contact_id).where(
        AppointmentContact.appointment_id == appointment.id
    )
    found = session.exec(
        select(Contact)
        .where(or_(col(Contact.id) == appointment.contact_id, col(Contact.id).in_(others)))
        .order_by(col(Contact.id))
    ).all()
    return sorted(found, key=lambda contact: contact.id != appointment.contact_id)


def by_public_id(session: Session, public_id: str) -> Appointment:
    """The appointment behind a signed link; the caller has checked the signature."""
    found = session.exec(select(Appointment).where(Appointment.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found


def appointments_between(
    session: Session,
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    user_ids: list[int] | None = None,
    calendar_ids: list[int] | None = None,
) -> list[Appointment]:
    """The visible appointments that touch [since, until), of all statuses, by start."""
    query = (
        select(Appointment)
        .where(and_(col(Appointment.starts_at) < until, col(Appointment.ends_at) > since))
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )
    if not actor.is_admin:
        query = query.where(_visible_appointments(actor))
    if user_ids is not None:
        query = query.where(col(Appointment.user_id).in_(user_ids))
    if calendar_ids is not None:
        query = query.where(col(Appointment.calendar_id).in_(calendar_ids))
    return list(session.exec(query))
