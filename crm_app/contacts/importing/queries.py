"""Reading imports: one's own, and everybody's for administrators. Missing and forbidden: NotFound.

Nothing here gives the whole file away; a list of imports does not even read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from crm_app.contacts.importing import undoing
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import RowOutcome, WorkState
from crm_app.models import ContactImport, ImportRow, User

# The file is kept as long as what was deleted can be brought back.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Past:
    """An import as the list shows it. ``kept``: rows that could not be taken back."""

    id: int
    file_name: str
    format: str
    state: WorkState
    by: str
    created_at: datetime
    total: int
    made: int
    updated: int
    skipped: int
    refused: int
    kept: int


@dataclass(frozen=True, slots=True)
class Told:
    """A row and what became of it. ``reason`` is a message id that ``params`` fill."""

    position: int
    outcome: RowOutcome
    contact_id: int | None
    title: str
    reason: str
    params: dict[str, Any]


def get_import(session: Session, actor: Actor, import_id: int) -> ContactImport:
    """The import, if it is the actor's own or he is an administrator."""
    row = session.get(ContactImport, import_id) if is_id(import_id) else None
    if row is None or not actor.is_user or not (actor.is_admin or row.user_id == actor.user_id):
        raise NotFound
    return row


def list_imports(session: Session, actor: Actor, *, limit: int = 30) -> list[Past]:
    """What was imported, newest first; files that somebody only looked at are the actor's own."""
    actor.require_user()
    content: Any = ContactImport.content
    query = (
        select(ContactImport, User.name)
        .join(User, col(User.id) == ContactImport.user_id)
        .options(defer(content))
    )
    if not actor.is_admin:
        query = query.where(ContactImport.user_id == actor.user_id)
    begun = col(ContactImport.state) != WorkState.PREPARING
    query = query.where(begun | (col(ContactImport.user_id) == actor.user_id))
    found = session.exec(query.order_by(col(ContactImport.id).desc()).limit(limit))
    return [_past(row, name) for row, name in found]


def _past(row: ContactImport, by: str) -> Past:
    return Past(
        id=row.id or 0,
        file_name=row.file_name,
        format=row.format,
        state=row.state,
        by=by,
        created_at=row.created_at,
        total=row.total,
        made=row.made,
        updated=row.updated,
        skipped=row.skipped,
        refused=row.refused,
        kept=row.options.get(undoing.KEPT, 0),
    )


def rows_of(
    session: Session, row: ContactImport, outcome: RowOutcome, *, after: int = 0, limit: int = 50
) -> list[Told]:
    """What became of the rows with ``outcome`` behind position ``after``. For an import got before."""
    query = select(ImportRow).where(
        ImportRow.import_id == row.id,
        ImportRow.outcome == outcome,
        col(ImportRow.position) > after,
    )
    return [
        _told(line) for line in session.exec(query.order_by(col(ImportRow.position)).limit(limit))
    ]


def stayed(session: Session, row: ContactImport, *, limit: int = 20) -> list[Told]:
    """Rows that an undoing left, since somebody worked with their contacts."""
    acted = col(ImportRow.outcome).in_([RowOutcome.MADE, RowOutcome.UPDATED])
    query = select(ImportRow).where(ImportRow.import_id == row.id, acted)
    found: Sequence[ImportRow] = session.exec(query.order_by(col(ImportRow.position))).all()
    return [_told(line) for line in found if line.params.get("back") is False][:limit]


def can_undo(row: ContactImport, *, now: datetime) -> bool:
    """Whether the import can still be taken back."""
    ended = row.state in (WorkState.DONE, WorkState.STOPPED, WorkState.FAILED)
    return ended and bool(row.made or row.updated) and now - row.created_at < KEPT


def _told(line: ImportRow) -> Told:
    return Told(
        position=line.position,
        outcome=line.outcome,
        contact_id=line.contact_id,
        title=str(line.params.get("title", "")),
        reason=line.reason,
        params=dict(line.params),
    )
