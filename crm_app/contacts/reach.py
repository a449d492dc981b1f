"""Where a contact can be reached: who has a number, who wants nothing, which address is dead (CAM-9).

Callers are rules of ours, acting for what the person himself did or what a mail server said; each
change is on the timeline like one by hand.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from crm_app.contacts import matching, queries, records
from crm_app.contacts.changes import announce_change
from crm_app.contacts.fields import CHANNELS, Phone
from crm_app.contacts.history import note
from crm_app.core import facts
from crm_app.core.access import Actor, system
from crm_app.core.i18n import N_
from crm_app.models import Contact, ContactEmail, ContactPhone

BOUNCED = N_("Mail to {address} came back: nobody has this address")


def with_number(session: Session, e164: str) -> list[Contact]:
    """The contacts that have the number, oldest first (CON-2)."""
    if not e164:
        return []
    having = select(ContactPhone.contact_id).where(ContactPhone.e164 == e164)
    return _present(session, col(Contact.id).in_(having))


def with_messenger(session: Session, messenger_id: str) -> list[Contact]:
    """The contacts that are this person at our page, oldest first."""
    return _present(session, col(Contact.messenger_id) == messenger_id) if messenger_id else []


def with_address(session: Session, address: str) -> list[Contact]:
    """The contacts that have the e-mail address, oldest first."""
    try:
        key = matching.email_key(address)
    except ValueError:
        return []
    having = select(ContactEmail.contact_id).where(ContactEmail.key == key)
    return _present(session, col(Contact.id).in_(having))


def add_number(session: Session, actor: Actor, contact: Contact, e164: str) -> None:
    """Give the contact a number that he wrote from, unless he has it."""
    numbers = queries.phones_of(session, contact)
    if e164 in {row.e164 for row in numbers}:
        return
    changed = records.put(session, contact, {"phones": [*numbers, Phone(e164, e164=e164)]})
    announce_change(session, actor, contact, changed)


def _present(session: Session, which: ColumnElement[bool]) -> list[Contact]:
    query = select(Contact).where(which, col(Contact.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(Contact.created_at), col(Contact.id))))


def set_quiet(session: Session, actor: Actor, contact: Contact, channel: str, quiet: bool) -> bool:
    """Have the contact left alone on ``channel``, or not any more; whether that changed anything."""
    session.refresh(contact, with_for_update=True)
    if (channel in contact.do_not_disturb) is quiet or channel not in CHANNELS:
        return False
    wanted = {*contact.do_not_disturb, channel} if quiet else {*contact.do_not_disturb} - {channel}
    contact.do_not_disturb = [name for name in CHANNELS if name in wanted]
    announce_change(session, actor, contact, ("do_not_disturb",))
    if quiet:
        facts.record(session, facts.ContactUnsubscribed(contact.id or 0, channel))
    return True


def set_messenger(session: Session, actor: Actor, contact: Contact, messenger_id: str) -> None:
    """Know the contact by his id at our page; whoever bore it before does not any more."""
    for other in with_messenger(session, messenger_id):
        if other.id != contact.id:
            other.messenger_id = ""
            session.add(other)
    contact.messenger_id = messenger_id
    announce_change(session, actor, contact, ("messenger_id",))


def bounced(session: Session, contact: Contact, address: str, *, now: datetime) -> None:
    """A mail server said for good that nobody has ``address``."""
    key = matching.email_key(address)
    marked = session.execute(
        update(ContactEmail)
        .where(col(ContactEmail.key) == key, col(ContactEmail.bounced_at).is_(None))
        .values(bounced_at=now)
        .returning(col(ContactEmail.contact_id))
    ).all()
    if marked:
        note(session, system("messages"), contact, "message", BOUNCED, {"address": address})
        facts.record(session, facts.ContactChanged(contact.id or 0, ("emails",), triggers=False))


def has_bounced(session: Session, contact: Contact, address: str) -> bool:
    """Whether mail to this address of the contact came back."""
    key = matching.email_key(address)
    query = select(ContactEmail.bounced_at).where(
        ContactEmail.contact_id == contact.id, ContactEmail.key == key
    )
    return any(at is not None for at in session.exec(query))
