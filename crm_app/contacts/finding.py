"""Finding the contact behind an address, or making it.

The match rule is here once (CON-2): of several contacts with an address the oldest is meant, and
nothing is ever merged in silence. Two that look for the same new address at the same time end
with one contact. What a visitor types only fills what is empty: whoever knows somebody's address
must not be able to change his name or number.
"""

import hashlib

from sqlalchemy import text
from sqlmodel import Session, col, select

from crm_app.contacts import matching, queries, records, timeline
from crm_app.contacts.changes import announce_change
from crm_app.contacts.fields import ContactFields, Email, Phone, checked, is_time_zone, named
from crm_app.contacts.history import note
from crm_app.contacts.making import make, region_for
from crm_app.contacts.names import folded
from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import LOCALES, N_
from crm_app.models import Contact, ContactEmail


def match_by_email(session: Session, address: str) -> Contact | None:
    """The contact that an address means: the oldest that has it; None when there is none (CON-2)."""
    try:
        key = matching.email_key(address)
    except ValueError:
        return None
    return _oldest_with(session, key)


def find_or_make(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    phone: str = "",
    locale: str = "",
    time_zone: str = "",
    source: str = "",
    meant: Contact | None = None,
) -> tuple[Contact, bool]:
    """The contact behind ``email``, and whether it was made just now.

    ``meant`` is who opened a link of his own: he is the contact when nobody has the address yet.
    The row is held until the commit. A known contact only gets what it lacks; what a visitor typed
    differently goes onto the timeline. An unknown ``locale`` or ``time_zone`` is left out.
    """
    given: ContactFields = {
        "name": name,
        "emails": [Email(email)],
        "phones": [Phone(phone)],
        "locale": locale if locale in LOCALES else "",
        "time_zone": time_zone if is_time_zone(time_zone) else "",
    }
    try:
        clean = checked(given, region=region_for(session, given["time_zone"]))
        key = matching.email_key(email)
    except (Invalid, ValueError) as error:
        raise _as_typed(error) from error
    _one_at_a_time(session, key)
    known = _oldest_with(session, key, lock=True)
    if known is None and meant is not None:
        session.refresh(meant, with_for_update=True)
        known = meant if meant.deleted_at is None else None
    if known is None:
        return make(session, actor, source, clean), True
    _fill_gaps(session, actor, known, clean)
    return known, False


def _as_typed(error: Exception) -> Invalid:
    # The caller knows one address and one number, not the lists that they are kept in.
    typed = {"emails.0": "email", "phones.0": "phone"}
    told = error.fields if isinstance(error, Invalid) else {}
    fields = {typed.get(name, name): message for name, message in told.items()}
    return Invalid(
        fields=fields
        or {"email": N_("This is not an e-mail address. Write it like name@example.com.")}
    )


def _one_at_a_time(session: Session, key: str) -> None:
    """Wait for whoever looks for the same address now. SQLite has one writer anyway."""
    if db.is_sqlite(session):
        return
    digest = hashlib.sha256(f"contact:{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _oldest_with(session: Session, key: str, *, lock: bool = False) -> Contact | None:
    query = (
        select(Contact)
        .where(
            col(Contact.id).in_(select(ContactEmail.contact_id).where(ContactEmail.key == key)),
            col(Contact.deleted_at).is_(None),
        )
        .order_by(col(Contact.created_at), col(Contact.id))
        .limit(1)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(query).first()


def _fill_gaps(session: Session, actor: Actor, contact: Contact, given: ContactFields) -> None:
    gaps: ContactFields = {}
    nameless = not contact.name or matching.is_email(contact.name)
    if given["name"] and nameless:
        gaps["name"] = given["name"]
    if given["emails"] and not queries.emails_of(session, contact):
        gaps["emails"] = given["emails"]
    numbers = queries.phones_of(session, contact)
    if given["phones"] and not numbers:
        gaps["phones"] = given["phones"]
    if given["locale"] and not contact.locale:
        gaps["locale"] = given["locale"]
    if given["time_zone"] and not contact.time_zone:
        gaps["time_zone"] = given["time_zone"]
    if actor.kind == "visitor":
        _note_differences(session, actor, contact, given, gaps)
    changed = records.put(session, contact, named(gaps, contact.kind))
    if changed:
        announce_change(session, actor, contact, changed)


def _note_differences(
    session: Session, actor: Actor, contact: Contact, given: ContactFields, gaps: ContactFields
) -> None:
    if given["name"] and "name" not in gaps and folded(given["name"]) != folded(contact.name):
        note(session, actor, contact, "typed", timeline.OTHER_NAME, {"given": given["name"]})
    addresses = {row.key for row in queries.emails_of(session, contact)}
    for email in given["emails"] if "emails" not in gaps else []:
        if email.key not in addresses:
            note(session, actor, contact, "typed", timeline.OTHER_EMAIL, {"given": email.address})
    known = {form for row in queries.phones_of(session, contact) for form in (row.number, row.e164)}
    for phone in given["phones"] if "phones" not in gaps else []:
        if phone.number not in known and (phone.e164 or phone.number) not in known:
            note(session, actor, contact, "typed", timeline.OTHER_PHONE, {"given": phone.number})
