"""The details of a contact that take part in the synchronisation (SCT-7), read and put back."""

from sqlmodel import Session

from crm_app.contacts import queries as contacts
from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact
from crm_app.providers.address_book_port import (
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    WantedNames,
)
from crm_app.sync.rules.card_merge import Details

# The key among a contact's custom fields under which an import keeps a company that is no contact.
ORGANIZATION = "organization"


def of_contact(session: Session, contact: Contact) -> Details:
    """What a contact says. For a contact that was got before."""
    return Details(
        emails=tuple(
            CardEmail(row.address, row.label) for row in contacts.emails_of(session, contact)
        ),
        phones=tuple(
            CardPhone(row.number, row.label) for row in contacts.phones_of(session, contact)
        ),
        addresses=tuple(
            CardAddress(row.street, row.postal_code, row.city, row.region, row.country, row.label)
            for row in contacts.addresses_of(session, contact)
        ),
        names=_names(session, contact),
    )


def _names(session: Session, contact: Contact) -> WantedNames:
    if contact.kind is ContactKind.COMPANY:
        return WantedNames(contact.name, CardKind.COMPANY, organization=contact.name)
    return WantedNames(
        name=contact.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        organization=_organization(session, contact),
    )


def _organization(session: Session, contact: Contact) -> str:
    company = session.get(Contact, contact.company_id) if contact.company_id else None
    if company is not None and company.deleted_at is None:
        return company.name
    return str(contact.custom.get(ORGANIZATION, ""))


def changes(before: Details, then: Details) -> ContactFields:
    """What to change of a contact that says ``before`` so that it says ``then``, names left out."""
    fields: ContactFields = {}
    if then.emails != before.emails:
        fields["emails"] = [Email(line.address, line.label) for line in then.emails]
    if then.phones != before.phones:
        fields["phones"] = [Phone(line.number, line.label) for line in then.phones]
    if then.addresses != before.addresses:
        fields["addresses"] = [
            Address(line.street, line.postal_code, line.city, line.region, line.country, line.label)
            for line in then.addresses
        ]
    return fields
