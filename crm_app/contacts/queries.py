"""Reading contacts, and who may. Ids enter the room only through ``get_contact``.

Missing and forbidden look the same: NotFound. Cards and timelines are plain values, with nothing
of the database in them.
"""

from sqlalchemy import or_, tuple_
from sqlmodel import Session, col, select

from crm_app.contacts import rows
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.contacts.filters import NOBODY, Filters
from crm_app.contacts.search import Sort, count, search, search_and_count
from crm_app.contacts.search_words import words_of
from crm_app.contacts.views import (
    AppointmentLine,
    Card,
    ContactRow,
    OwnerLine,
    Page,
    TimelineLine,
    TimelinePage,
)
from crm_app.contacts.visibility import may_change, require_change, seen_appointments, seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import ContactKind
from crm_app.models import (
    Appointment,
    AppointmentContact,
    Calendar,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    OwnerChange,
    Tag,
    TimelineEntry,
    User,
)

__all__ = [
    "NOBODY",
    "ContactRow",
    "Filters",
    "Page",
    "Sort",
    "appointments_of",
    "card",
    "changeable_contact",
    "companies",
    "count",
    "get_contact",
    "get_owner_change",
    "list_tags",
    "owner_history",
    "search",
    "search_and_count",
    "timeline",
]


def get_contact(
    session: Session, actor: Actor, contact_id: int, *, deleted: bool | None = False
) -> Contact:
    """The contact, if ``actor`` may see it; NotFound otherwise.

    ``deleted`` True asks for one that was deleted and can be brought back, None for either.
    """
    query = select(Contact).where(Contact.id == contact_id, seen_contacts(actor))
    if deleted is not None:
        gone = col(Contact.deleted_at)
        query = query.where(gone.is_not(None) if deleted else gone.is_(None))
    found = session.exec(query).first() if is_id(contact_id) else None
    if found is None:
        raise NotFound
    return found


def changeable_contact(session: Session, actor: Actor, contact_id: int) -> Contact:
    """The contact, if ``actor`` may change it; NotAllowed when it may only be seen."""
    contact = get_contact(session, actor, contact_id)
    require_change(actor, contact)
    return contact


def get_owner_change(session: Session, actor: Actor, change_id: int) -> tuple[OwnerChange, Contact]:
    """A change of owner and its contact, if ``actor`` may see that; NotFound otherwise."""
    change = session.get(OwnerChange, change_id) if is_id(change_id) else None
    if change is None:
        raise NotFound
    return change, get_contact(session, actor, change.contact_id)


def card(session: Session, actor: Actor, contact_id: int) -> Card:
    """All of a contact, deleted or not."""
    contact = get_contact(session, actor, contact_id, deleted=None)
    (line,) = rows.rows_of(session, [contact])
    return Card(
        id=line.id,
        kind=line.kind,
        name=line.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        emails=emails_of(session, contact),
        phones=phones_of(session, contact),
        addresses=addresses_of(session, contact),
        tags=line.tags,
        company_id=contact.company_id if line.company else None,
        company=line.company,
        owner_id=line.owner_id,
        owner_name=line.owner_name,
        owner_color=line.owner_color,
        time_zone=contact.time_zone,
        locale=contact.locale,
        do_not_disturb=tuple(contact.do_not_disturb),
        note=contact.note,
        custom=dict(contact.custom),
        bounced=_bounced(session, contact),
        source=contact.source,
        created_at=line.created_at,
        changed_at=line.changed_at,
        deleted_at=line.deleted_at,
        may_change=may_change(actor, contact) and line.deleted_at is None,
    )


def emails_of(session: Session, contact: Contact) -> tuple[Email, ...]:
    """The contact's e-mail addresses in their order. For a contact that was got before."""
    found = session.exec(
        select(ContactEmail)
        .where(ContactEmail.contact_id == contact.id)
        .order_by(col(ContactEmail.position), col(ContactEmail.id))
    )
    return tuple(Email(row.address, row.label) for row in found)


def _bounced(session: Session, contact: Contact) -> tuple[str, ...]:
    """The contact's addresses that mail came back from."""
    dead = col(ContactEmail.bounced_at).is_not(None)
    query = select(ContactEmail.address).where(ContactEmail.contact_id == contact.id, dead)
    return tuple(session.exec(query.order_by(col(ContactEmail.position))))


def phones_of(session: Session, contact: Contact) -> tuple[Phone, ...]:
    """The contact's phone numbers in their order. For a contact that was got before."""
    found = session.exec(
        select(ContactPhone)
        .where(ContactPhone.contact_id == contact.id)
        .order_by(col(ContactPhone.position), col(ContactPhone.id))
    )
    return tuple(Phone(row.number, row.label, row.e164) for row in found)


def addresses_of(session: Session, contact: Contact) -> tuple[Address, ...]:
    """The contact's postal addresses in their order. For a contact that was got before."""
    found = session.exec(
        select(ContactAddress)
        .where(ContactAddress.contact_id == contact.id)
        .order_by(col(ContactAddress.position), col(ContactAddress.id))
    )
    return tuple(
        Address(row.street, row.postal_code, row.city, row.region, row.country, row.label)
        for row in found
    )


def appointments_of(
    session: Session, actor: Actor, contact_id: int, *, limit: int = 20
) -> tuple[AppointmentLine, ...]:
    """The contact's appointments that ``actor`` may see, latest first."""
    contact = get_contact(session, actor, contact_id, deleted=None)
    found = session.exec(
        select(Appointment, Calendar.name, User)
        .join(Calendar, col(Calendar.id) == Appointment.calendar_id)
        .join(User, col(User.id) == Appointment.user_id)
        .where(
            or_(
                col(Appointment.contact_id) == contact.id,
                col(Appointment.id).in_(
                    select(AppointmentContact.appointment_id).where(
                        AppointmentContact.contact_id == contact.id
                    )
                ),
            ),
            seen_appointments(actor),
        )
        .order_by(col(Appointment.starts_at).desc(), col(Appointment.id).desc())
        .limit(limit)
    )
    return tuple(
        AppointmentLine(
            id=row.id or 0,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            status=row.status,
            calendar_name=calendar_name,
            user_id=row.user_id,
            user_name=user.name,
            user_color=user.color,
        )
        for row, calendar_name, user in found
    )


def timeline(
    session: Session, actor: Actor, contact_id: int, *, before: int | None = None, limit: int = 30
) -> TimelinePage:
    """What happened with the contact, newest first. ``before`` is ``next`` of the page before."""
    contact = get_contact(session, actor, contact_id, deleted=None)
    place = (col(TimelineEntry.at), col(TimelineEntry.id))
    query = select(TimelineEntry).where(TimelineEntry.contact_id == contact.id)
    if before is not None:
        edge = session.get(TimelineEntry, before) if is_id(before) else None
        if edge is None or edge.contact_id != contact.id:
            raise NotFound
        query = query.where(tuple_(*place) < (edge.at, edge.id))
    found = session.exec(query.order_by(*(c.desc() for c in place)).limit(limit + 1)).all()
    return TimelinePage(
        lines=tuple(_line(entry) for entry in found[:limit]),
        next=found[limit - 1].id if len(found) > limit else None,
    )


def _line(entry: TimelineEntry) -> TimelineLine:
    return TimelineLine(
        id=entry.id or 0,
        at=entry.at,
        kind=entry.kind,
        message=entry.message,
        params=dict(entry.params),
        actor_label=entry.actor_label,
        appointment_id=entry.appointment_id,
    )


def owner_history(session: Session, actor: Actor, contact_id: int) -> tuple[OwnerLine, ...]:
    """Who owned the contact and why, latest first. Only the latest change can be undone (CON-5)."""
    contact = get_contact(session, actor, contact_id, deleted=None)
    changes = session.exec(
        select(OwnerChange)
        .where(OwnerChange.contact_id == contact.id)
        .order_by(col(OwnerChange.id).desc())
    ).all()
    ids = {i for c in changes for i in (c.from_user_id, c.to_user_id, c.actor_user_id) if i}
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())
    open_to_undo = may_change(actor, contact) and contact.deleted_at is None
    return tuple(
        OwnerLine(
            id=change.id or 0,
            at=change.at,
            from_name=names.get(change.from_user_id, ""),
            to_name=names.get(change.to_user_id, ""),
            rule=change.rule,
            actor_name=names.get(change.actor_user_id, ""),
            appointment_id=change.appointment_id,
            undone_at=change.undone_at,
            # After a merge the latest change may be the other record's.
            can_undo=open_to_undo
            and place == 0
            and change.undone_at is None
            and change.to_user_id == contact.owner_id,
        )
        for place, change in enumerate(changes)
    )


def list_tags(session: Session, actor: Actor) -> list[str]:
    """The names of all tags of the workspace, in alphabetical order."""
    if actor.kind == "visitor":
        raise NotFound
    return list(session.exec(select(Tag.name).order_by(col(Tag.key))))


def companies(
    session: Session, actor: Actor, *, text: str = "", limit: int = 20
) -> list[tuple[int, str]]:
    """Companies that ``actor`` may see whose names hold every word of ``text``: ids and names."""
    query = select(Contact.id, Contact.name).where(
        Contact.kind == ContactKind.COMPANY,
        col(Contact.deleted_at).is_(None),
        seen_contacts(actor),
        *(col(Contact.sort_key).contains(word, autoescape=True) for word in words_of(text)),
    )
    found = session.exec(query.order_by(col(Contact.sort_key), col(Contact.id)).limit(limit))
    return [(company_id or 0, name) for company_id, name in found]
