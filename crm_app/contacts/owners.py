"""Who owns a contact: the one place where an owner changes, and the way back (CON-5).

Every change leaves a row that says who or which rule did it, an entry on the timeline and a fact.
"""

from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.contacts import queries, timeline
from crm_app.contacts.history import note
from crm_app.contacts.visibility import require_change
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.models import Contact, OwnerChange, User

# Decided by a person, who needs the right to change the contact; other rules act for the calendar,
# campaign or wizard that was allowed to.
_BY_PEOPLE = frozenset({timeline.BY_HAND, timeline.UNDO})


def lock_owner(session: Session, contact: Contact) -> None:
    """Read the owner as it is now and hold the row until the commit.

    To be called before a rule looks at the owner: two rules must not decide on the same one.
    """
    session.flush()
    session.refresh(contact, attribute_names=["owner_id"], with_for_update=True)


def set_owner(
    session: Session,
    actor: Actor,
    contact: Contact,
    user_id: int | None,
    *,
    rule: str,
    appointment_id: int | None = None,
) -> OwnerChange | None:
    """Give ``contact`` to the user, or to nobody; None when that is so already.

    ``rule`` is why: a key of ``timeline.REASONS``. Invalid when the user does not work here.
    """
    lock_owner(session, contact)
    if rule in _BY_PEOPLE:
        require_change(actor, contact)
    if contact.owner_id == user_id:
        return None
    _require_active(session, user_id)
    change = OwnerChange(
        contact_id=contact.id or 0,
        from_user_id=contact.owner_id,
        to_user_id=user_id,
        at=clock.now(),
        actor_user_id=actor.user_id,
        rule=rule,
        appointment_id=appointment_id,
    )
    contact.owner_id, contact.changed_at = user_id, change.at
    session.add_all([contact, change])
    session.flush()
    _announce(session, actor, contact, change)
    return change


def undo_owner_change(session: Session, actor: Actor, change_id: int) -> OwnerChange:
    """Give the contact back to whom it belonged before the change; the new row says so.

    NotFound, NotAllowed as for the contact; Conflict when the owner changed again since, the
    change was undone already, or the owner of before has left.
    """
    change, contact = queries.get_owner_change(session, actor, change_id)
    lock_owner(session, contact)
    require_change(actor, contact)
    latest = session.exec(
        select(OwnerChange.id)
        .where(OwnerChange.contact_id == contact.id)
        .order_by(col(OwnerChange.id).desc())
        .limit(1)
    ).one()
    if change.id != latest or change.undone_at is not None or change.to_user_id != contact.owner_id:
        raise Conflict(N_("The owner was changed again since. Choose the owner by hand."))
    if not works_here(session, change.from_user_id):
        raise Conflict(N_("The owner before has left the team. Choose the owner by hand."))
    back = set_owner(session, actor, contact, change.from_user_id, rule=timeline.UNDO)
    if back is None:
        raise Conflict
    change.undone_at = back.at
    session.add(change)
    session.flush()
    return back


def works_here(session: Session, user_id: int | None) -> bool:
    """Whether a contact can be given to the user; None is nobody, which is always possible."""
    if user_id is None:
        return True
    user = session.get(User, user_id) if is_id(user_id) else None
    return user is not None and user.active


def _require_active(session: Session, user_id: int | None) -> None:
    if not works_here(session, user_id):
        raise Invalid(fields={"owner_id": N_("Choose somebody who works here.")})


def _announce(session: Session, actor: Actor, contact: Contact, change: OwnerChange) -> None:
    names = {
        "from_name": _name(session, change.from_user_id),
        "to_name": _name(session, change.to_user_id),
        "rule": change.rule,
    }
    had, has = change.from_user_id is not None, change.to_user_id is not None
    message = timeline.owner_message(had, has)
    note(session, actor, contact, "owner", message, names, change.appointment_id)
    facts.record(
        session,
        facts.ContactAssigned(
            contact_id=change.contact_id,
            from_user_id=change.from_user_id,
            to_user_id=change.to_user_id,
            triggers=not actor.silent,
            by=actor.modified_by,
        ),
    )
    audit.record(
        session,
        actor,
        "contact.assigned",
        subject_kind="contact",
        subject_id=contact.id,
        from_user_id=change.from_user_id,
        to_user_id=change.to_user_id,
        rule=change.rule,
    )


def _name(session: Session, user_id: int | None) -> str:
    return session.get_one(User, user_id).name if user_id is not None else ""
