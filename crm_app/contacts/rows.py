"""Lines of the contact list: contacts with what stands beside them, read in a few queries a page."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from crm_app.contacts.views import ContactRow
from crm_app.models import Contact, ContactEmail, ContactPhone, ContactTag, Tag, User


def rows_of(session: Session, contacts: Sequence[Contact]) -> tuple[ContactRow, ...]:
    """The lines of ``contacts``, in the same order; five queries however many they are."""
    ids = [contact.id or 0 for contact in contacts]
    emails, phones = _first_emails(session, ids), _first_phones(session, ids)
    tags, owners = tags_of(session, ids), _owners(session, contacts)
    companies = companies_of(session, contacts)
    return tuple(
        ContactRow(
            id=contact.id or 0,
            kind=contact.kind,
            name=contact.name,
            email=emails.get(contact.id or 0, ""),
            phone=phones.get(contact.id or 0, ""),
            company=companies.get(contact.company_id or 0, ""),
            owner_id=contact.owner_id,
            owner_name=owners[contact.owner_id].name if contact.owner_id in owners else "",
            owner_color=owners[contact.owner_id].color if contact.owner_id in owners else 0,
            tags=tuple(tags.get(contact.id or 0, ())),
            created_at=contact.created_at,
            changed_at=contact.changed_at,
            deleted_at=contact.deleted_at,
        )
        for contact in contacts
    )


def tags_of(session: Session, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the tags of each contact that has some, in alphabetical order."""
    named = session.exec(
        select(ContactTag.contact_id, Tag.name)
        .join(Tag, col(Tag.id) == ContactTag.tag_id)
        .where(col(ContactTag.contact_id).in_(contact_ids))
        .order_by(col(Tag.key))
    )
    found: dict[int, list[str]] = {}
    for contact_id, name in named:
        found.setdefault(contact_id, []).append(name)
    return found


def _first_emails(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.exec(
        select(ContactEmail.contact_id, ContactEmail.address)
        .where(col(ContactEmail.contact_id).in_(ids))
        .order_by(col(ContactEmail.position).desc(), col(ContactEmail.id).desc())
    )
    # Later rows overwrite earlier ones, so the first in the contact's own order stays.
    return dict(rows.all())


def _first_phones(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.exec(
        select(ContactPhone.contact_id, ContactPhone.number)
        .where(col(ContactPhone.contact_id).in_(ids))
        .order_by(col(ContactPhone.position).desc(), col(ContactPhone.id).desc())
    )
    return dict(rows.all())


def _owners(session: Session, contacts: Sequence[Contact]) -> dict[int | None, User]:
    ids = {contact.owner_id for contact in contacts if contact.owner_id}
    return {user.id: user for user in session.exec(select(User).where(col(User.id).in_(ids)))}


def companies_of(session: Session, contacts: Sequence[Contact]) -> dict[int, str]:
    """The names of the companies that ``contacts`` belong to, by id; deleted ones are left out."""
    ids = {contact.company_id for contact in contacts if contact.company_id}
    rows = session.exec(
        select(Contact.id, Contact.name).where(
            col(Contact.id).in_(ids), col(Contact.deleted_at).is_(None)
        )
    )
    return {company_id or 0: name for company_id, name in rows}
