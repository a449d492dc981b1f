"""Making a contact from given fields, whoever asked for it; rights are asked by the callers."""

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.contacts import matching, queries, records, timeline
from crm_app.contacts.changes import put_tags
from crm_app.contacts.fields import ContactFields, checked, named
from crm_app.contacts.history import note
from crm_app.contacts.names import cleaned
from crm_app.contacts.owners import set_owner
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, Workspace


def make(session: Session, actor: Actor, source: str, fields: ContactFields) -> Contact:
    """Make a contact. Invalid names the fields to correct; without a name the address serves."""
    clean = checked(fields, region=region_for(session, fields.get("time_zone", "")))
    kind = clean.get("kind", ContactKind.LEAD)
    clean = named(clean, kind)
    emails = clean.get("emails", [])
    if not clean.get("name"):
        if not emails:
            raise Invalid(fields={"name": N_("Give a name or an e-mail address.")})
        clean["name"] = emails[0].address
    now = clock.now()
    contact = Contact(
        kind=kind,
        name=clean["name"],
        source=cleaned(source, longest=60),
        created_at=now,
        changed_at=now,
    )
    session.add(contact)
    session.flush()
    check_company(session, actor, contact, clean)
    records.put(session, contact, clean)
    note(session, actor, contact, "created", timeline.created_message(source))
    facts.record(
        session,
        facts.ContactCreated(
            contact_id=contact.id or 0, triggers=not actor.silent, by=actor.modified_by
        ),
    )
    audit.record(session, actor, "contact.created", subject_kind="contact", subject_id=contact.id)
    if clean.get("tags"):
        put_tags(session, actor, contact, clean["tags"])
    if clean.get("owner_id") is not None:
        set_owner(session, actor, contact, clean["owner_id"], rule=timeline.AT_CREATION)
    return contact


def region_for(session: Session, time_zone: str) -> str | None:
    """The country that numbers without a country code belong to: the zone's, else the team's."""
    workspace = session.get(Workspace, 1)
    return matching.region_of(time_zone, workspace.time_zone if workspace else "")


def check_company(session: Session, actor: Actor, contact: Contact, fields: ContactFields) -> None:
    """Invalid unless the company is one that ``actor`` may see, and not ``contact`` itself."""
    company_id = fields.get("company_id")
    if company_id is None or company_id == contact.company_id:
        return
    try:
        company = queries.get_contact(session, actor, company_id)
    except NotFound:
        company = None
    if company is None or company.kind is not ContactKind.COMPANY or company is contact:
        raise Invalid(fields={"company_id": N_("Choose a company from the list.")})
