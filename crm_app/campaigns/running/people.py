"""The contacts of a batch as the rules see them: each kind of row in one query, whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.campaigns.running.standing import Person
from crm_app.models import (
    Contact,
    ContactEmail,
    ContactPhone,
    ContactTag,
    IncomingMessage,
    Tag,
)

# How long a page may write after a person wrote to it (Messenger Platform, "standard messaging").
ANSWER_WITHIN = timedelta(hours=24)
_CONTACT = (
    col(Contact.id),
    col(Contact.kind),
    col(Contact.name),
    col(Contact.first_name),
    col(Contact.last_name),
    col(Contact.company_id),
    col(Contact.owner_id),
    col(Contact.time_zone),
    col(Contact.locale),
    col(Contact.do_not_disturb),
    col(Contact.custom),
    col(Contact.source),
    col(Contact.messenger_id),
)


def load(session: Session, contact_ids: Collection[int], *, locale: str) -> dict[int, Person]:
    """The contacts by id; ``locale`` is of those who have none of their own."""
    query = select(*_CONTACT).where(col(Contact.id).in_(contact_ids))  # type: ignore[call-overload]  # columns of a table
    rows = session.execute(query).all()
    emails = _emails(session, contact_ids)
    phones = _phones(session, contact_ids)
    tags = _tags(session, contact_ids)
    companies = _companies(session, {row.company_id for row in rows if row.company_id})
    heard = _last_at_the_page(session, [row.id for row in rows if row.messenger_id])
    people = {}
    # By place, in the order of ``_CONTACT``: a row's names are looked up at length each time.
    for (
        number, kind, name, first_name, last_name, company_id, owner_id, time_zone, own_locale,
        do_not_disturb, custom, source, messenger_id,
    ) in rows:  # fmt: skip
        addresses = emails.get(number, ())
        usable = [address for address, bounced in addresses if not bounced]
        people[number] = Person(
            id=number,
            kind=kind.value,
            name=name,
            first_name=first_name,
            last_name=last_name,
            company=companies.get(company_id, ""),
            email=usable[0] if usable else "",
            phone=phones.get(number, ""),
            messenger=messenger_id,
            messenger_until=heard.get(number),
            bounced=bool(addresses) and not usable,
            locale=own_locale or locale,
            time_zone=time_zone,
            owner_id=owner_id,
            source=source,
            tags=frozenset(tags.get(number, ())),
            do_not_disturb=frozenset(do_not_disturb or ()),
            custom=custom or {},
        )
    return people


def _emails(
    session: Session, contact_ids: Collection[int]
) -> dict[int, list[tuple[str, datetime | None]]]:
    """Addresses in their order, with when mail to them came back."""
    found = defaultdict(list)
    for contact_id, address, bounced_at in _all(
        session,
        select(ContactEmail.contact_id, ContactEmail.address, ContactEmail.bounced_at)
        .where(col(ContactEmail.contact_id).in_(contact_ids))
        .order_by(col(ContactEmail.contact_id), col(ContactEmail.position), col(ContactEmail.id)),
    ):
        found[contact_id].append((address, bounced_at))
    return found


def _phones(session: Session, contact_ids: Collection[int]) -> dict[int, str]:
    """The first number of each that can be called from anywhere."""
    found: dict[int, str] = {}
    for contact_id, number in _all(
        session,
        select(ContactPhone.contact_id, ContactPhone.e164)
        .where(col(ContactPhone.contact_id).in_(contact_ids), col(ContactPhone.e164) != "")
        .order_by(col(ContactPhone.contact_id), col(ContactPhone.position), col(ContactPhone.id)),
    ):
        found.setdefault(contact_id, number)
    return found


def _tags(session: Session, contact_ids: Collection[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    for contact_id, key in _all(
        session,
        select(ContactTag.contact_id, Tag.key)
        .join(Tag, col(Tag.id) == ContactTag.tag_id)
        .where(col(ContactTag.contact_id).in_(contact_ids)),
    ):
        found[contact_id].append(key)
    return found


def _companies(session: Session, company_ids: Collection[int]) -> dict[int | None, str]:
    if not company_ids:
        return {}
    query = select(Contact.id, Contact.name).where(col(Contact.id).in_(company_ids))
    return dict(tuple(row) for row in _all(session, query))


def _last_at_the_page(session: Session, contact_ids: Collection[int]) -> dict[int, datetime]:
    """Until when the page may answer each of them."""
    if not contact_ids:
        return {}
    query = (
        select(IncomingMessage.contact_id, func.max(IncomingMessage.at))
        .where(
            col(IncomingMessage.contact_id).in_(contact_ids),
            IncomingMessage.channel == "messenger",
        )
        .group_by(col(IncomingMessage.contact_id))
    )
    return {contact_id: at + ANSWER_WITHIN for contact_id, at in _all(session, query)}


def _all(session: Session, query: Any) -> Sequence[Any]:
    return session.execute(query).all()
