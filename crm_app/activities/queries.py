"""Reading what is to do, and who may see it.

A member sees what is his, what he may see of a contact's, and nobody else's; an administrator sees
all, also what belongs to nobody yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import Session, col, select

from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.models import Activity, Contact, User


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity with the names that a list shows. Instants are UTC."""

    id: int
    kind: str
    title: str
    note: str
    due_at: datetime | None
    done_at: datetime | None
    user_id: int | None
    user_name: str
    user_color: int
    contact_id: int | None
    contact_name: str


def get_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """The activity that ``actor`` may see; NotFound otherwise."""
    found = session.get(Activity, activity_id) if is_id(activity_id) else None
    seen = select(Activity.id).where(Activity.id == activity_id, _seen(actor))
    if found is None or session.exec(seen).first() is None:
        raise NotFound
    return found


def list_activities(
    session: Session,
    actor: Actor,
    *,
    user_id: int | None = None,
    contact_id: int | None = None,
    done: bool = False,
    limit: int = 200,
) -> list[ActivityRow]:
    """Open ones by due time (those without one last), done ones by when they were done, last first."""
    query = (
        select(Activity, User, Contact)
        .join(User, col(User.id) == Activity.user_id, isouter=True)
        .join(Contact, col(Contact.id) == Activity.contact_id, isouter=True)
        .where(_seen(actor), col(Activity.done_at).is_not(None) == done)
    )
    if user_id is not None:
        query = query.where(Activity.user_id == user_id)
    if contact_id is not None:
        query = query.where(Activity.contact_id == contact_id)
    by_time = (
        (col(Activity.done_at).desc(), col(Activity.id).desc())
        if done
        else (col(Activity.due_at).is_(None), col(Activity.due_at), col(Activity.id))
    )
    found: Sequence[tuple[Activity, User | None, Contact | None]] = session.exec(
        query.order_by(*by_time).limit(limit)
    ).all()
    return [_row(*parts) for parts in found]


def count_open(session: Session, actor: Actor, *, due_before: datetime) -> int:
    """How many of one's own are due before that instant."""
    return session.exec(
        select(func.count()).where(
            Activity.user_id == actor.require_user(),
            col(Activity.done_at).is_(None),
            col(Activity.due_at) < due_before,
        )
    ).one()


def _seen(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    theirs = select(Contact.id).where(seen_contacts(actor), col(Contact.deleted_at).is_(None))
    return or_(
        col(Activity.user_id) == actor.require_user(),
        and_(col(Activity.contact_id).is_not(None), col(Activity.contact_id).in_(theirs)),
    )


def _row(activity: Activity, user: User | None, contact: Contact | None) -> ActivityRow:
    return ActivityRow(
        id=activity.id or 0,
        kind=activity.kind,
        title=activity.title,
        note=activity.note,
        due_at=activity.due_at,
        done_at=activity.done_at,
        user_id=activity.user_id,
        user_name=user.name if user else "",
        user_color=user.color if user else 0,
        contact_id=contact.id if contact else None,
        contact_name=contact.name if contact else "",
    )
