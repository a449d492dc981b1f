"""Writing contacts: making, changing, deleting and bringing back. Finding is in ``finding``.

Every write asks for the actor's right, and leaves a timeline entry, a fact and a line in the audit
log. Services never commit.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Unpack

from sqlmodel import Session, select

from crm_app.contacts import merged, records, timeline
from crm_app.contacts.changes import announce_change, put_tags, tell
from crm_app.contacts.fields import ContactFields, checked, named
from crm_app.contacts.finding import find_or_make, match_by_email
from crm_app.contacts.history import note
from crm_app.contacts.making import check_company, make, region_for
from crm_app.contacts.names import cleaned_lines, folded
from crm_app.contacts.owners import lock_owner, set_owner, undo_owner_change
from crm_app.contacts.visibility import require_change
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotAllowed
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact

__all__ = [
    "KEPT_AFTER_DELETION",
    "add_note",
    "change_tags",
    "create",
    "delete",
    "find_or_make",
    "lock_owner",
    "match_by_email",
    "note",
    "restore",
    "set_owner",
    "undo_owner_change",
    "update",
]

KEPT_AFTER_DELETION = timedelta(days=30)


def create(
    session: Session, actor: Actor, *, source: str = "", **fields: Unpack[ContactFields]
) -> Contact:
    """Make a contact. Invalid names the fields to correct; without a name the address serves."""
    if actor.kind == "visitor":
        raise NotAllowed
    return make(session, actor, source, fields)


def update(
    session: Session, actor: Actor, contact: Contact, **fields: Unpack[ContactFields]
) -> tuple[str, ...]:
    """Change the given fields, and say which differed. A list (e-mails, tags) is replaced whole."""
    require_change(actor, contact)
    clean = checked(fields, region=region_for(session, fields.get("time_zone", contact.time_zone)))
    clean = named(
        clean,
        clean.get("kind", contact.kind),
        first_name=contact.first_name,
        last_name=contact.last_name,
    )
    if "name" in clean and not clean["name"]:
        raise Invalid(fields={"name": N_("Give a name.")})
    check_company(session, actor, contact, clean)
    _check_kind(session, contact, clean)
    changed = records.put(session, contact, clean)
    if changed:
        announce_change(session, actor, contact, changed)
    if "tags" in clean:
        put_tags(session, actor, contact, clean["tags"])
    if "owner_id" in clean:
        set_owner(session, actor, contact, clean["owner_id"], rule=timeline.BY_HAND)
    return changed


def change_tags(
    session: Session,
    actor: Actor,
    contact: Contact,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> None:
    """Add and remove tags, whatever other tags the contact has. For people and rules alike."""
    require_change(actor, contact)
    unwanted = {folded(name) for name in remove}
    before = records.tags_on(session, contact)
    kept = [name for name in before if folded(name) not in unwanted]
    clean = checked({"tags": [*kept, *add]})
    put_tags(session, actor, contact, clean["tags"])


def add_note(session: Session, actor: Actor, contact: Contact, text: str) -> None:
    """Write a note on the timeline; whoever may see the contact may do so."""
    words = cleaned_lines(text, longest=5000)
    if not words:
        raise Invalid(fields={"note": N_("Write something first.")})
    note(session, actor, contact, "note", timeline.NOTE, {"text": words})
    facts.record(session, facts.ContactChanged(contact_id=contact.id or 0, fields=("timeline",)))


def delete(session: Session, actor: Actor, contact: Contact) -> None:
    """Delete the contact. It can be brought back for 30 days (Q-2)."""
    require_change(actor, contact)
    contact.deleted_at = contact.changed_at = clock.now()
    session.add(contact)
    note(session, actor, contact, "deleted", timeline.DELETED)
    tell(session, actor, contact, "contact.deleted", ("deleted_at",))


def restore(session: Session, actor: Actor, contact: Contact) -> None:
    """Bring a deleted contact back; Conflict when its 30 days are over."""
    require_change(actor, contact)
    if contact.deleted_at is None:
        return
    if merged.kept_id(session, contact.id or 0) != contact.id:
        raise Conflict(
            N_("This contact was merged into another. Undo the merge on that one's card.")
        )
    if clock.now() - contact.deleted_at > KEPT_AFTER_DELETION:
        raise Conflict(N_("This was deleted more than 30 days ago and cannot be brought back."))
    contact.deleted_at, contact.changed_at = None, clock.now()
    session.add(contact)
    note(session, actor, contact, "restored", timeline.RESTORED)
    tell(session, actor, contact, "contact.restored", ("deleted_at",))


def _check_kind(session: Session, contact: Contact, fields: ContactFields) -> None:
    if contact.kind is not ContactKind.COMPANY or fields.get("kind") in (None, contact.kind):
        return
    people = select(Contact.id).where(Contact.company_id == contact.id).limit(1)
    if session.exec(people).first() is not None:
        raise Invalid(fields={"kind": N_("People belong to this company, so it has to stay one.")})
