"""The contact behind an inbound call: which field of the body is what, and whom that means.

``options["fields"]`` maps a contact's field to a path in the body ("email" -> "lead.address.mail"); a
field without a path is looked for under its own name. A known contact gets only what he lacks.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from crm_app.contacts import matching
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Phone
from crm_app.contacts.making import region_for
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.models import Contact, ContactPhone

FIELDS: Mapping[str, str] = {
    "email": N_("E-mail address"),
    "phone": N_("Phone number"),
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
}
SOURCE = "webhook"
_LONGEST = 400


def find_or_make(
    session: Session, actor: Actor, body: Mapping[str, Any], options: Mapping[str, Any]
) -> Contact:
    """The contact that the call is about. Invalid when it names neither an address nor a number."""
    paths = options.get("fields") or {}
    given = {name: value_at(body, str(paths.get(name) or name)) for name in FIELDS}
    name = given["name"] or " ".join(filter(None, (given["first_name"], given["last_name"])))
    if given["email"]:
        found, _ = contacts.find_or_make(
            session,
            actor,
            email=given["email"],
            name=name,
            phone=given["phone"],
            source=SOURCE,
        )
        return found
    if not given["phone"]:
        raise Invalid(fields={"email": N_("Send an e-mail address or a phone number.")})
    return _by_phone(session, given["phone"]) or contacts.create(
        session,
        actor,
        source=SOURCE,
        name=name or given["phone"],
        phones=[Phone(given["phone"])],
    )


def value_at(body: Mapping[str, Any], path: str) -> str:
    """The text at a path like "lead.mail"; "" where there is none."""
    found: Any = body.get(path)
    if found is None:
        found = body
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).replace("\x00", "").strip()[:_LONGEST]


def _by_phone(session: Session, number: str) -> Contact | None:
    """The oldest contact with that number."""
    form = matching.e164(number, region=region_for(session, ""))
    if not form:
        return None
    return session.exec(
        select(Contact)
        .join(ContactPhone, col(ContactPhone.contact_id) == Contact.id)
        .where(ContactPhone.e164 == form, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.created_at), col(Contact.id))
        .limit(1)
    ).first()
