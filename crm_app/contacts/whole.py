"""Contacts with all that belongs to them, many at once: for files that leave and files that come in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from crm_app.contacts import rows
from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.models import Contact, ContactAddress, ContactEmail, ContactPhone, User

_Row = TypeVar("_Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Whole:
    """A contact and what stands in other tables. Deleted companies have no name here."""

    contact: Contact
    emails: tuple[Email, ...]
    phones: tuple[Phone, ...]
    addresses: tuple[Address, ...]
    tags: tuple[str, ...]
    company: str
    owner: str

    @property
    def fields(self) -> ContactFields:
        """The fields as ``service.update`` takes them."""
        contact = self.contact
        return {
            "kind": contact.kind,
            "name": contact.name,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "emails": list(self.emails),
            "phones": list(self.phones),
            "addresses": list(self.addresses),
            "tags": list(self.tags),
            "company_id": contact.company_id,
            "owner_id": contact.owner_id,
            "time_zone": contact.time_zone,
            "locale": contact.locale,
            "do_not_disturb": list(contact.do_not_disturb),
            "note": contact.note,
            "custom": dict(contact.custom),
        }


def whole(session: Session, contacts: Sequence[Contact]) -> list[Whole]:
    """``contacts``, which were got before, in their order; seven queries however many they are."""
    ids = [contact.id or 0 for contact in contacts]
    emails = _lines(session, ContactEmail, ids)
    phones = _lines(session, ContactPhone, ids)
    places = _lines(session, ContactAddress, ids)
    tags = rows.tags_of(session, ids)
    companies = rows.companies_of(session, contacts)
    owners = _owners(session, contacts)
    return [
        Whole(
            contact=contact,
            emails=tuple(Email(row.address, row.label) for row in emails[contact.id or 0]),
            phones=tuple(Phone(row.number, row.label, row.e164) for row in phones[contact.id or 0]),
            addresses=tuple(_address(row) for row in places[contact.id or 0]),
            tags=tuple(tags.get(contact.id or 0, ())),
            company=companies.get(contact.company_id or 0, ""),
            owner=owners.get(contact.owner_id or 0, ""),
        )
        for contact in contacts
    ]


def _lines(session: Session, table: type[_Row], ids: Sequence[int]) -> dict[int, list[_Row]]:
    # All three tables have a contact and a position.
    lines: Any = table
    found: dict[int, list[_Row]] = defaultdict(list)
    query = select(table).where(col(lines.contact_id).in_(ids))
    for row in session.exec(query.order_by(col(lines.position), col(lines.id))):
        found[getattr(row, "contact_id", 0)].append(row)
    return found


def _address(row: ContactAddress) -> Address:
    return Address(row.street, row.postal_code, row.city, row.region, row.country, row.label)


def _owners(session: Session, contacts: Sequence[Contact]) -> dict[int, str]:
    ids = {contact.owner_id for contact in contacts if contact.owner_id}
    found = session.exec(select(User.id, User.name).where(col(User.id).in_(ids)))
    return {user_id or 0: name for user_id, name in found}
