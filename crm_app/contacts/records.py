"""Putting checked fields into a contact's rows. No rights are asked and nothing is announced here.

What always holds afterwards: ``sort_key`` and ``search_text`` agree with the rows, of the contact
and of the people of a company that was renamed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from crm_app.contacts import queries, rows
from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.contacts.names import folded
from crm_app.contacts.search_words import document
from crm_app.core import db
from crm_app.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactTag,
    Tag,
)

_PLAIN = (
    "kind",
    "name",
    "first_name",
    "last_name",
    "company_id",
    "time_zone",
    "locale",
    "do_not_disturb",
    "note",
    "custom",
)


def put(session: Session, contact: Contact, fields: ContactFields) -> tuple[str, ...]:
    """Store the checked ``fields`` and say which of them differ from what was there.

    The owner is not stored here: it changes in ``owners`` only. Tags: see ``put_tags``.
    """
    values: dict[str, Any] = dict(fields)
    changed = [name for name in _PLAIN if name in values and getattr(contact, name) != values[name]]
    for name in changed:
        setattr(contact, name, values[name])
    session.add(contact)
    session.flush()
    if "emails" in fields and tuple(fields["emails"]) != queries.emails_of(session, contact):
        # A dead address stays dead when the card is saved.
        dead = _bounces(session, contact)
        lines = [_email_row(row) | {"bounced_at": dead.get(row.key)} for row in fields["emails"]]
        _replace(session, contact, ContactEmail, lines)
        changed.append("emails")
    if "phones" in fields and tuple(fields["phones"]) != queries.phones_of(session, contact):
        _replace(session, contact, ContactPhone, [_phone_row(row) for row in fields["phones"]])
        changed.append("phones")
    if "addresses" in fields and tuple(fields["addresses"]) != queries.addresses_of(
        session, contact
    ):
        placed = [_address_row(row) for row in fields["addresses"]]
        _replace(session, contact, ContactAddress, placed)
        changed.append("addresses")
    _fold(session, contact)
    if "name" in changed:
        fold_people(session, contact)
    return tuple(changed)


def put_tags(
    session: Session, contact: Contact, names: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Make ``names`` the contact's tags; the names that came and those that went."""
    wanted = tags_called(session, names)
    before = {tag.id: tag for tag in _tag_rows(session, contact)}
    came = [tag for tag in wanted if tag.id not in before]
    went = [tag for tag in before.values() if tag.id not in {tag.id for tag in wanted}]
    if came:
        lines = [{"contact_id": contact.id, "tag_id": tag.id} for tag in came]
        session.execute(insert(ContactTag), lines)
    if went:
        session.execute(
            delete(ContactTag).where(
                col(ContactTag.contact_id) == contact.id,
                col(ContactTag.tag_id).in_([tag.id for tag in went]),
            )
        )
    return [tag.name for tag in came], [tag.name for tag in went]


def tags_on(session: Session, contact: Contact) -> list[str]:
    """The names of the contact's tags."""
    return [tag.name for tag in _tag_rows(session, contact)]


def fold_people(session: Session, company: Contact) -> None:
    """Have the people of ``company`` be found by its name, after it or they changed."""
    # Merging gives people another company behind the session's back.
    people = select(Contact).where(Contact.company_id == company.id)
    for person in session.exec(people.execution_options(populate_existing=True)).all():
        _fold(session, person)


def _tag_rows(session: Session, contact: Contact) -> Sequence[Tag]:
    query = select(Tag).join(ContactTag, col(ContactTag.tag_id) == Tag.id)
    return session.exec(query.where(ContactTag.contact_id == contact.id)).all()


def tags_called(session: Session, names: Iterable[str]) -> list[Tag]:
    """The tags called ``names``, made where there is none; "VIP" and "vip" are one."""
    # In one order everywhere: two transactions that make the same tags must not wait crosswise.
    keyed = dict(sorted((folded(name), name) for name in names if folded(name)))
    if not keyed:
        return []
    dialect = sqlite if db.is_sqlite(session) else postgresql
    lines = [{"key": key, "name": name} for key, name in keyed.items()]
    session.execute(
        dialect.insert(Tag).values(lines).on_conflict_do_nothing(index_elements=["key"])
    )
    return list(session.exec(select(Tag).where(col(Tag.key).in_(keyed)).order_by(Tag.key)))


def _replace(
    session: Session, contact: Contact, table: type[SQLModel], lines: list[dict[str, Any]]
) -> None:
    session.execute(delete(table).where(col(table.contact_id) == contact.id))  # type: ignore[attr-defined]  # all three tables have it
    if lines:
        placed = [
            {**line, "contact_id": contact.id, "position": position}
            for position, line in enumerate(lines)
        ]
        session.execute(insert(table), placed)


def _bounces(session: Session, contact: Contact) -> dict[str, datetime]:
    query = select(ContactEmail.key, ContactEmail.bounced_at).where(
        ContactEmail.contact_id == contact.id
    )
    return {key: at for key, at in session.exec(query) if at is not None}


def _email_row(row: Email) -> dict[str, Any]:
    return {"address": row.address, "key": row.key, "label": row.label}


def _phone_row(row: Phone) -> dict[str, Any]:
    return {"number": row.number, "e164": row.e164, "label": row.label}


def _address_row(row: Address) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Address.__slots__}


def _fold(session: Session, contact: Contact) -> None:
    company = rows.companies_of(session, [contact]).get(contact.company_id or 0, "")
    emails = queries.emails_of(session, contact)
    contact.sort_key = folded(contact.name)
    contact.search_text = document(
        names=(contact.name, contact.first_name, contact.last_name),
        emails=[form for row in emails for form in (row.address, row.key)],
        phones=[(row.number, row.e164) for row in queries.phones_of(session, contact)],
        company=company,
    )
    session.add(contact)
    session.flush()
