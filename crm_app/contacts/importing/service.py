"""Writing imports: taking a file in, saying how it is read, starting, stopping, taking back.

Nothing of a file reaches the contacts before ``start``. The file lies in the database under a number of
its own; the name that it had is only shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.contacts.importing import choices, columns, decoding, source, table
from crm_app.contacts.importing.queries import KEPT, can_undo
from crm_app.contacts.importing.table import Format
from crm_app.contacts.names import cleaned
from crm_app.core import clock, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import WorkState
from crm_app.models import ContactImport, ImportRow, User

RUN, UNDO = "contacts.import", "contacts.import_undo"
# Bytes; an address book of ten thousand people with small pictures.
LARGEST_FILE = 32_000_000
MOST_BEGUN = 5
TOO_LARGE = N_("This file is larger than 32 MB. Split it, or export it without pictures.")
_NO_ROWS = N_("There are no contacts in this file.")
_RUNNING = N_("This import has begun already.")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file was found to be."""

    kind: str
    mapping: dict[str, Any]
    total: int


def look(content: bytes) -> Looked:
    """What a file is and how it is meant, as far as that can be guessed. Invalid (``file``) says what is
    wrong with it. A large file takes seconds, so look before a transaction begins."""
    if len(content) > LARGEST_FILE:
        raise Invalid(fields={"file": TOO_LARGE})
    kind = decoding.judged(content)
    reading = table.guess(content) if kind == decoding.CSV else Format()
    total = source.count(content, kind, reading)
    if not total:
        raise Invalid(fields={"file": _NO_ROWS})
    mapping: dict[str, Any] = {}
    if kind == decoding.CSV:
        mapping = {**table.as_json(reading), "columns": source.guessed(content, reading)}
    return Looked(kind, mapping, total)


def begin(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    content: bytes,
    looked: Looked | None = None,
) -> ContactImport:
    """Take a file in, as it was ``looked`` at, or looks now. Invalid: see ``look``."""
    user_id = actor.require_user()
    seen = looked or look(content)
    row = ContactImport(
        user_id=user_id,
        file_name=cleaned(file_name, longest=120) or "?",
        format=seen.kind,
        content=content,
        mapping=seen.mapping,
        options=choices.Choices(owner_id=user_id).as_json(),
        total=seen.total,
        created_at=clock.now(),
    )
    _forget_older(session, user_id)
    session.add(row)
    session.flush()
    return row


def read_as(session: Session, row: ContactImport, reading: Format) -> None:
    """Read the table in another way; the columns are guessed anew. For an import got before."""
    _require_preparing(row)
    row.total = source.count(row.content, row.format, reading)
    row.mapping = {**table.as_json(reading), "columns": source.guessed(row.content, reading)}
    session.add(row)


def set_column(session: Session, row: ContactImport, place: int, target: str) -> None:
    """Make column ``place`` the field ``target``."""
    _require_preparing(row)
    targets = source.targets_of(row)
    if not 0 <= place < len(targets) or not columns.is_target(target):
        raise Invalid(fields={f"column.{place}": N_("Choose a field from the list.")})
    targets[place] = target
    row.mapping = {**row.mapping, "columns": targets}
    session.add(row)


def require_sense(row: ContactImport) -> None:
    """A table has to say whom its rows mean, and each field only once. Invalid: ``columns``, or
    ``column.<place>``."""
    if row.format != decoding.CSV:
        return
    targets = source.targets_of(row)
    doubled = columns.clashes(targets)
    if doubled:
        twice = N_("Another column leads to this field already. Choose another one.")
        raise Invalid(fields={f"column.{place}": twice for place in doubled})
    parts = {target.partition("/")[0] for target in targets}
    if not parts & {"name", "first_name", "last_name", "email", "company"}:
        raise Invalid(
            fields={"columns": N_("Choose which column holds the names or the e-mail addresses.")}
        )


def choose(session: Session, actor: Actor, row: ContactImport, given: Mapping[str, Any]) -> None:
    """Remember how known contacts are met and what new ones get."""
    _require_preparing(row)
    chosen = choices.from_json({**row.options, **given})
    if chosen.owner_id is not None:
        _require_colleague(session, actor, chosen.owner_id)
    row.options = {**row.options, **chosen.as_json()}
    session.add(row)


def start(session: Session, actor: Actor, row: ContactImport) -> None:
    """Let the import begin. Conflict when it has begun already."""
    _require_preparing(row)
    require_sense(row)
    audit.record(
        session,
        actor,
        "contacts.imported",
        subject_kind="import",
        subject_id=row.id,
        rows=row.total,
    )
    _go(session, row)


def stop(session: Session, row: ContactImport) -> None:
    """Let it be after the rows that are at work now; what was done stays."""
    _move(session, row, (WorkState.RUNNING,), WorkState.STOPPED)
    row.ended_at = clock.now()


def go_on(session: Session, row: ContactImport) -> None:
    """Go on with one that was stopped."""
    if row.state is not WorkState.STOPPED or not row.content:
        raise Conflict
    _go(session, row)


def undo(session: Session, actor: Actor, row: ContactImport) -> None:
    """Take the import back: new contacts are deleted, changed ones are as they were."""
    if not can_undo(row, now=clock.now()):
        raise Conflict(N_("This import cannot be taken back any more."))
    last = select(func.max(ImportRow.position)).where(ImportRow.import_id == row.id)
    begin_at = session.exec(last).one() or 0
    row.options = {**row.options, "undone_by": actor.user_id, "undo_from": begin_at}
    row.done, row.state = begin_at, WorkState.UNDOING
    session.add(row)
    audit.record(session, actor, "contacts.import_undone", subject_kind="import", subject_id=row.id)
    facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))
    jobs.enqueue(session, UNDO, import_id=row.id)


def discard(session: Session, row: ContactImport) -> None:
    """Forget a file that was only looked at."""
    _require_preparing(row)
    session.delete(row)


def forget_files(session: Session, *, now: datetime) -> int:
    """Forget the files that are over their time, and imports that nobody began; how many files."""
    begun = col(ContactImport.created_at) < now - KEPT
    old = select(ContactImport.id).where(begun, func.length(ContactImport.content) > 0)
    ids = list(session.exec(old))
    session.execute(
        update(ContactImport)
        .where(col(ContactImport.id).in_(ids))
        .values(content=b"")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(ContactImport).where(
            col(ContactImport.state) == WorkState.PREPARING,
            col(ContactImport.created_at) < now - KEPT,
        )
    )
    return len(ids)


def _go(session: Session, row: ContactImport) -> None:
    now = clock.now()
    row.state, row.ended_at, row.error = WorkState.RUNNING, None, ""
    row.options = {**row.options, "began_at": now.isoformat(), "began_done": row.done}
    session.add(row)
    facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))
    jobs.enqueue(session, RUN, import_id=row.id)


def _move(
    session: Session, row: ContactImport, before: Sequence[WorkState], after: WorkState
) -> None:
    if row.state not in before:
        raise Conflict
    row.state = after
    session.add(row)
    facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))


def _require_preparing(row: ContactImport) -> None:
    if row.state is not WorkState.PREPARING:
        raise Conflict(_RUNNING)


def _require_colleague(session: Session, actor: Actor, user_id: int) -> None:
    user: User = accounts.get_user(session, actor, user_id)
    if not user.active:
        raise Invalid(fields={"owner": N_("Choose somebody who works here.")})


def _forget_older(session: Session, user_id: int) -> None:
    """Of the files that a user only looked at the last few are kept."""
    begun = select(ContactImport.id).where(
        ContactImport.user_id == user_id, ContactImport.state == WorkState.PREPARING
    )
    ids = list(session.exec(begun.order_by(col(ContactImport.id).desc())))[MOST_BEGUN - 1 :]
    session.execute(delete(ContactImport).where(col(ContactImport.id).in_(ids)))
