"""Which contact an old link or id means: one that was merged leads to the record that was kept."""

from sqlmodel import Session, col, select

from crm_app.core.ids import is_id
from crm_app.models import Contact, ContactMerge

# Nobody merges so often; it ends what would be a ring.
_MOST_STEPS = 20


def kept_id(session: Session, contact_id: int) -> int:
    """The id of the record that the contact is part of now: its own unless it was merged."""
    for _ in range(_MOST_STEPS):
        following = session.exec(
            select(ContactMerge.kept_id)
            .where(ContactMerge.gone_id == contact_id, col(ContactMerge.undone_at).is_(None))
            .order_by(col(ContactMerge.id).desc())
            .limit(1)
        ).first()
        if following is None:
            break
        contact_id = following
    return contact_id


def present(session: Session, contact_id: int) -> Contact | None:
    """The contact that an old id means, None when there is none any more. Asks for no rights."""
    if not is_id(contact_id):
        return None
    contact = session.get(Contact, kept_id(session, contact_id))
    return contact if contact is not None and contact.deleted_at is None else None
