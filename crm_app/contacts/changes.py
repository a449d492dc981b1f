"""What every write of a contact leaves behind: a timeline entry, a fact and a line in the audit log."""

from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.contacts import records, timeline
from crm_app.contacts.history import note
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.models import Contact


def announce_change(
    session: Session, actor: Actor, contact: Contact, changed: tuple[str, ...]
) -> None:
    """Stamp ``contact`` as changed and tell which fields differ."""
    contact.changed_at = clock.now()
    session.add(contact)
    shown = [name for name in changed if name not in {"first_name", "last_name"}] or ["name"]
    note(session, actor, contact, "changed", timeline.CHANGED, {"fields": shown})
    tell(session, actor, contact, "contact.changed", changed)


def put_tags(session: Session, actor: Actor, contact: Contact, names: list[str]) -> None:
    """Make ``names`` the contact's tags, and tell which came and went."""
    came, went = records.put_tags(session, contact, names)
    if came:
        note(session, actor, contact, "tag", timeline.TAGS_ADDED, {"tags": came})
    if went:
        note(session, actor, contact, "tag", timeline.TAGS_REMOVED, {"tags": went})
    if came or went:
        contact.changed_at = clock.now()
        session.add(contact)
        tell(session, actor, contact, "contact.changed", ("tags",), added=came, removed=went)
        facts.record(
            session,
            facts.ContactTagged(
                contact_id=contact.id or 0,
                added=tuple(came),
                removed=tuple(went),
                triggers=not actor.silent,
                by=actor.modified_by,
            ),
        )


def tell(
    session: Session,
    actor: Actor,
    contact: Contact,
    action: str,
    changed: tuple[str, ...],
    **detail: Any,
) -> None:
    """Record the fact and the audit line of a change to the fields ``changed``."""
    fact = facts.ContactChanged(
        contact_id=contact.id or 0,
        fields=changed,
        triggers=not actor.silent,
        by=actor.modified_by,
    )
    facts.record(session, fact)
    audit.record(
        session,
        actor,
        action,
        subject_kind="contact",
        subject_id=contact.id,
        fields=list(changed),
        **detail,
    )
