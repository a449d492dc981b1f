"""Writing a contact's timeline. Entries are only added; merging and undoing add further ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
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


@dataclass(frozen=True, slots=True)
class Line:
    """What a rule writes down about a contact; see ``note``."""

    contact_id: int
    kind: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    appointment_id: int | None = None


def note_all(session: Session, lines: Sequence[Line], *, by: str = "") -> None:
    """Write down what a rule, or somebody called ``by``, did with many contacts, in one statement."""
    now = clock.now()
    rows = [
        {
            "contact_id": line.contact_id,
            "at": now,
            "kind": line.kind,
            "message": line.message,
            "params": dict(line.params),
            "actor_label": by,
            "appointment_id": line.appointment_id,
        }
        for line in lines
    ]
    if rows:
        session.execute(insert(TimelineEntry), rows)
