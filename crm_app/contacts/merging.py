"""Making one contact of two, and two of them again: all that happened stays, nothing is lost (CON-3).

The kept record gets the fields that were chosen and every row of every table that refers to the other
(``references``); the other is deleted, keeps its own fields, and waits 30 days to come back. Undoing
gives back exactly the rows that were moved, and takes out of the kept record what the merge brought,
unless it was changed since. Merging is keeping order, so it triggers nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.contacts import merge_fields, owners, queries, records, references, timeline
from crm_app.contacts.changes import tell
from crm_app.contacts.fields import ContactFields
from crm_app.contacts.history import note
from crm_app.contacts.merge_fields import Record
from crm_app.contacts.service import KEPT_AFTER_DELETION
from crm_app.contacts.visibility import may_change, require_change
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, ContactEmail, ContactMerge, User

MOST_AT_ONCE = 10
MERGED = N_("Merged with {name}. All that happened with both is here.")
MERGED_INTO = N_("Merged into {name}")
PARTED = N_("The merge with {name} was undone")


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A merge that can be undone still: which record went into the contact, when, by whom."""

    id: int
    gone_id: int
    gone_name: str
    at: datetime
    by: str


def record_of(session: Session, contact: Contact) -> Record:
    """The contact's own fields."""
    return Record(
        id=contact.id or 0,
        kind=contact.kind,
        name=contact.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company_id=contact.company_id,
        owner_id=contact.owner_id,
        time_zone=contact.time_zone,
        locale=contact.locale,
        note=contact.note,
        messenger_id=contact.messenger_id,
        emails=queries.emails_of(session, contact),
        phones=queries.phones_of(session, contact),
        addresses=queries.addresses_of(session, contact),
        tags=tuple(records.tags_on(session, contact)),
        do_not_disturb=tuple(contact.do_not_disturb),
        custom=dict(contact.custom),
    )


def candidates(session: Session, actor: Actor, ids: Sequence[int]) -> list[Record]:
    """The records that ``actor`` wants to merge, in the order of ``ids``.

    NotFound, NotAllowed; Invalid when they are too few, too many, or a company and a person.
    """
    wanted = list(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MOST_AT_ONCE:
        raise Invalid(N_("Choose two to ten contacts to merge."))
    contacts = [queries.changeable_contact(session, actor, each) for each in wanted]
    _check_kinds(contacts)
    return [record_of(session, contact) for contact in contacts]


def merge(
    session: Session,
    actor: Actor,
    *,
    kept_id: int,
    gone_ids: Sequence[int],
    choices: Mapping[str, int] | None = None,
) -> list[ContactMerge]:
    """Make one contact of them. ``choices``: by field the id of the record whose value is wanted.

    NotFound, NotAllowed; Invalid when they are too few, too many, or a company and a person.
    """
    candidates(session, actor, [kept_id, *gone_ids])
    contacts = {row.id: row for row in _held(session, [kept_id, *gone_ids])}
    return [
        _merge_two(session, actor, contacts[kept_id], contacts[gone_id], choices or {})
        for gone_id in dict.fromkeys(gone_ids)
        if gone_id != kept_id
    ]


def merges_of(session: Session, actor: Actor, contact_id: int) -> list[MergeLine]:
    """The merges into the contact that ``actor`` can undo now, latest first."""
    contact = queries.get_contact(session, actor, contact_id)
    if not may_change(actor, contact):
        return []
    rows = session.exec(
        select(ContactMerge, Contact.name, User.name)
        .join(Contact, col(Contact.id) == ContactMerge.gone_id)
        .outerjoin(User, col(User.id) == ContactMerge.by_user_id)
        .where(
            ContactMerge.kept_id == contact.id,
            col(ContactMerge.undone_at).is_(None),
            col(ContactMerge.at) > clock.now() - KEPT_AFTER_DELETION,
        )
        .order_by(col(ContactMerge.id).desc())
    )
    return [
        MergeLine(row.id or 0, row.gone_id, gone_name, row.at, by or "")
        for row, gone_name, by in rows
    ]


def undo(session: Session, actor: Actor, merge_id: int) -> ContactMerge:
    """Make two contacts again of what a merge made one.

    NotFound, NotAllowed; Conflict when it was undone already, the kept record was deleted or merged
    into another since, or the 30 days are over.
    """
    row = session.get(ContactMerge, merge_id) if is_id(merge_id) else None
    if row is None:
        raise NotFound
    kept = queries.get_contact(session, actor, row.kept_id, deleted=None)
    require_change(actor, kept)
    held = {contact.id: contact for contact in _held(session, [row.kept_id, row.gone_id])}
    session.refresh(row, with_for_update=True)
    kept, gone = held[row.kept_id], held[row.gone_id]
    _check_undo(row, kept)
    _part(session, actor, row, kept, gone)
    return row


def _check_kinds(contacts: Sequence[Contact]) -> None:
    if len({contact.kind is ContactKind.COMPANY for contact in contacts}) > 1:
        raise Invalid(N_("A company and a person cannot be one contact. Change the kind first."))


def _held(session: Session, ids: Sequence[int]) -> Sequence[Contact]:
    # In one order everywhere: two that merge the same contacts must not wait crosswise.
    query = select(Contact).where(col(Contact.id).in_(ids)).order_by(col(Contact.id))
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).all()


def _merge_two(
    session: Session, actor: Actor, kept: Contact, gone: Contact, choices: Mapping[str, int]
) -> ContactMerge:
    quiet = replace(actor, silent=True)
    before, other = record_of(session, kept), record_of(session, gone)
    result = merge_fields.joined(before, other, choices)
    now = clock.now()
    row = ContactMerge(
        kept_id=before.id,
        gone_id=other.id,
        by_user_id=actor.user_id,
        at=now,
        moved=dict(references.move(session, from_id=other.id, to_id=before.id)),
        before={"kept": before.as_json(), "merged": result.as_json()},
    )
    session.add(row)
    _put(session, quiet, kept, result)
    _carry_bounces(session, gone, kept)
    gone.deleted_at = gone.changed_at = kept.changed_at = now
    session.add_all([kept, gone])
    note(session, actor, kept, "merge", MERGED, {"name": other.name})
    note(session, actor, gone, "merge", MERGED_INTO, {"name": kept.name})
    _announce(session, quiet, kept, gone, undone=False)
    return row


def _check_undo(row: ContactMerge, kept: Contact) -> None:
    if row.undone_at is not None:
        raise Conflict(N_("This merge was undone already."))
    if clock.now() - row.at > KEPT_AFTER_DELETION:
        raise Conflict(N_("This merge is more than 30 days old and cannot be undone."))
    if kept.deleted_at is not None:
        raise Conflict(
            N_("{name} was deleted or merged with another contact since. Undo that first."),
            name=kept.name,
        )


def _part(session: Session, actor: Actor, row: ContactMerge, kept: Contact, gone: Contact) -> None:
    quiet = replace(actor, silent=True)
    before, merged = (Record.from_json(row.before[name]) for name in ("kept", "merged"))
    references.move_back(session, row.moved, from_id=row.kept_id, to_id=row.gone_id)
    _put(session, quiet, kept, merge_fields.parted(before, merged, record_of(session, kept)))
    row.undone_at = kept.changed_at = gone.changed_at = clock.now()
    gone.deleted_at = None
    session.add_all([row, kept, gone])
    session.flush()
    records.fold_people(session, gone)
    note(session, actor, kept, "merge", PARTED, {"name": gone.name})
    note(session, actor, gone, "merge", PARTED, {"name": kept.name})
    _announce(session, quiet, kept, gone, undone=True)


def _put(session: Session, actor: Actor, contact: Contact, record: Record) -> None:
    fields: ContactFields = {
        "kind": record.kind,
        "name": record.name,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "company_id": record.company_id,
        "time_zone": record.time_zone,
        "locale": record.locale,
        "note": record.note,
        "do_not_disturb": list(record.do_not_disturb),
        "custom": dict(record.custom),
        "emails": list(record.emails),
        "phones": list(record.phones),
        "addresses": list(record.addresses),
    }
    contact.messenger_id = record.messenger_id
    changed = records.put(session, contact, fields)
    records.fold_people(session, contact)
    came, went = records.put_tags(session, contact, record.tags)
    if owners.works_here(session, record.owner_id):
        owners.set_owner(session, actor, contact, record.owner_id, rule=timeline.MERGE)
    tell(
        session, actor, contact, "contact.changed", (*changed, *(["tags"] if came or went else []))
    )


def _carry_bounces(session: Session, gone: Contact, kept: Contact) -> None:
    """An address that mail came back from is dead in the joined record too."""
    query = select(ContactEmail.key, ContactEmail.bounced_at).where(
        ContactEmail.contact_id == gone.id, col(ContactEmail.bounced_at).is_not(None)
    )
    for key, at in session.exec(query).all():
        session.execute(
            update(ContactEmail)
            .where(
                col(ContactEmail.contact_id) == kept.id,
                col(ContactEmail.key) == key,
                col(ContactEmail.bounced_at).is_(None),
            )
            .values(bounced_at=at)
        )


def _announce(
    session: Session, actor: Actor, kept: Contact, gone: Contact, *, undone: bool
) -> None:
    tell(session, actor, gone, "contact.changed", ("deleted_at",))
    facts.record(session, facts.ContactsMerged(kept.id or 0, gone.id or 0, undone=undone))
    audit.record(
        session,
        actor,
        "contact.merge_undone" if undone else "contact.merged",
        subject_kind="contact",
        subject_id=kept.id,
        gone_id=gone.id,
    )
