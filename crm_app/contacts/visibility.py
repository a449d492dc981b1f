"""Who may see a contact and who may change it (USR-3): one rule, used by every query and write.

Administrators and the system see and change all. A member sees the contacts that he owns, those
that nobody owns, and those with an appointment that he may see: his own, or one on a calendar that
he serves or was given a right to. He changes those that he owns and those that nobody owns.
Visitors see none.
"""

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlmodel import col

from crm_app.core.access import Actor
from crm_app.core.errors import NotAllowed
from crm_app.models import (
    Appointment,
    AppointmentContact,
    CalendarMember,
    CalendarRight,
    Contact,
)


def seen_contacts(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Contact`` for what ``actor`` may see."""
    if actor.is_admin:
        return true()
    if not actor.is_user:
        return false()
    meets = exists().where(col(Appointment.contact_id) == Contact.id, seen_appointments(actor))
    takes_part = exists().where(
        col(AppointmentContact.contact_id) == Contact.id,
        col(AppointmentContact.appointment_id) == Appointment.id,
        seen_appointments(actor),
    )
    return or_(
        col(Contact.owner_id) == actor.user_id,
        col(Contact.owner_id).is_(None),
        meets,
        takes_part,
    )


def listed_contacts(actor: Actor) -> ColumnElement[bool]:
    """The same as ``seen_contacts`` for queries over many contacts.

    What ``actor`` may see by appointments is looked up once, where ``seen_contacts`` asks for each
    contact: of one that is by far the quicker, of a hundred thousand the slower.
    """
    if actor.is_admin or not actor.is_user:
        return seen_contacts(actor)
    met = select(col(Appointment.contact_id)).where(
        col(Appointment.contact_id).is_not(None), seen_appointments(actor)
    )
    took_part = (
        select(col(AppointmentContact.contact_id))
        .join(Appointment, col(Appointment.id) == col(AppointmentContact.appointment_id))
        .where(seen_appointments(actor))
    )
    return or_(
        col(Contact.owner_id) == actor.user_id,
        col(Contact.owner_id).is_(None),
        col(Contact.id).in_(met),
        col(Contact.id).in_(took_part),
    )


def seen_appointments(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Appointment`` for what ``actor`` may see."""
    if actor.is_admin:
        return true()
    if not actor.is_user:
        return false()
    return or_(
        col(Appointment.user_id) == actor.user_id,
        col(Appointment.calendar_id).in_(_served(actor)),
        col(Appointment.calendar_id).in_(_shared(actor)),
    )


def may_change(actor: Actor, contact: Contact) -> bool:
    """Whether ``actor`` may change a contact that he may see."""
    if actor.is_admin:
        return True
    return actor.is_user and contact.owner_id in (None, actor.user_id)


def require_change(actor: Actor, contact: Contact) -> None:
    """NotAllowed unless ``actor`` may change the contact."""
    if not may_change(actor, contact):
        raise NotAllowed


def _served(actor: Actor) -> Select[tuple[int]]:
    return select(CalendarMember.calendar_id).where(  # type: ignore[call-overload,no-any-return]  # one column
        col(CalendarMember.user_id) == actor.user_id
    )


def _shared(actor: Actor) -> Select[tuple[int]]:
    return select(CalendarRight.calendar_id).where(  # type: ignore[call-overload,no-any-return]  # one column
        col(CalendarRight.user_id) == actor.user_id,
        or_(col(CalendarRight.may_see).is_(True), col(CalendarRight.may_book).is_(True)),
    )
