"""Writing activities: what a user is to do with a contact, and that it is done (INV-1).

Campaigns and triggers make them too, each once by its key.
"""

from datetime import datetime

from sqlmodel import Session, select

from crm_app.accounts import audit
from crm_app.activities import queries
from crm_app.contacts import service as contacts
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.messaging.once import insert_new
from crm_app.models import Activity, Contact, User

KINDS: dict[str, str] = {
    "task": N_("Task"),
    "call": N_("Call"),
    "voicemail": N_("Voicemail"),
    "meeting": N_("Meeting"),
    "deadline": N_("Deadline"),
    "email": N_("E-mail"),
    "lunch": N_("Lunch"),
}
LONGEST_TITLE, LONGEST_NOTE = 200, 4000
ADDED = N_("To do: {title}")
DONE = N_("Done: {title}")


def add(
    session: Session,
    actor: Actor,
    *,
    title: str,
    kind: str = "task",
    note: str = "",
    due_at: datetime | None = None,
    user_id: int | None = None,
    contact: Contact | None = None,
    key: str | None = None,
) -> Activity:
    """Something to do; ``due_at`` in UTC. A known ``key`` gives the first one. Invalid by field."""
    title = " ".join(title.split())[:LONGEST_TITLE]
    errors: dict[str, str] = {}
    if not title:
        errors["title"] = N_("Please say what is to be done.")
    if kind not in KINDS:
        errors["kind"] = N_("Please choose a kind from the list.")
    if user_id is not None and not _works_here(session, user_id):
        errors["user_id"] = N_("Choose somebody who works here.")
    if errors:
        raise Invalid(fields=errors)
    if key is not None and (known := _by_key(session, key)) is not None:
        return known
    activity = Activity(
        key=key,
        kind=kind,
        title=title,
        note=note.strip()[:LONGEST_NOTE],
        due_at=due_at,
        user_id=user_id,
        contact_id=contact.id if contact else None,
        created_at=clock.now(),
        created_by=actor.label,
    )
    return _stored(session, actor, activity)


def set_done(session: Session, actor: Actor, activity_id: int, *, done: bool) -> Activity:
    """Tick it off, or take the tick back. NotFound unless the actor may see it."""
    activity = queries.get_activity(session, actor, activity_id)
    if (activity.done_at is not None) == done:
        return activity
    activity.done_at = clock.now() if done else None
    session.add(activity)
    session.flush()
    if done:
        _note(session, actor, activity, DONE)
    facts.record(session, facts.ActivityChanged(activity.id or 0))
    return activity


def give_to(session: Session, actor: Actor, activity_id: int, user_id: int) -> Activity:
    """Hand it to another user. NotFound, Invalid."""
    activity = queries.get_activity(session, actor, activity_id)
    if not _works_here(session, user_id):
        raise Invalid(fields={"user_id": N_("Choose somebody who works here.")})
    activity.user_id = user_id
    session.add(activity)
    session.flush()
    facts.record(session, facts.ActivityChanged(activity.id or 0))
    return activity


def _stored(session: Session, actor: Actor, activity: Activity) -> Activity:
    if activity.key is not None:
        fresh = insert_new(session, activity, unique="key")
        stored = _by_key(session, activity.key)
        if stored is None or not fresh:
            return stored or activity
        activity = stored
    else:
        session.add(activity)
        session.flush()
    _note(session, actor, activity, ADDED)
    facts.record(session, facts.ActivityChanged(activity.id or 0))
    audit.record(session, actor, "activity.added", subject_kind="activity", subject_id=activity.id)
    return activity


def _note(session: Session, actor: Actor, activity: Activity, message: str) -> None:
    contact = session.get(Contact, activity.contact_id) if activity.contact_id else None
    if contact is not None:
        contacts.note(session, actor, contact, "task", message, {"title": activity.title})


def _by_key(session: Session, key: str) -> Activity | None:
    return session.exec(select(Activity).where(Activity.key == key)).first()


def _works_here(session: Session, user_id: int) -> bool:
    user = session.get(User, user_id)
    return user is not None and user.active
