"""Writing a contact's timeline. Entries are only added; merging and undoing add further ones."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.models import Contact, TimelineEntry


def note(
    session: Session,
    actor: Actor,
    contact: Contact,
    kind: str,
    message: str,
    params: Mapping[str, Any] | None = None,
    appointment_id: int | None = None,
) -> TimelineEntry:
    """Write down that something happened with ``contact``.

    ``kind`` is an icon's name, ``message`` an ``N_`` message id whose fields ``params`` (JSON)
    fill. Only people are named as the one who did it; a rule is part of the sentence.
    """
    entry = TimelineEntry(
        contact_id=contact.id or 0,
        at=clock.now(),
        kind=kind,
        message=message,
        params=dict(params or {}),
        actor_label=actor.label if actor.is_user else "",
        appointment_id=appointment_id,
    )
    session.add(entry)
    return entry
