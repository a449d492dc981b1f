"""An import at work: some rows per transaction, each with a line that says what became of it.

``done`` is the cursor: it moves with the rows that it counts, in their transaction, so that a run which
is cut off goes on where it stood, and of two runs at once one finds that it is not where it thought and
ends. A row that cannot be kept is refused with its reason and never stops the others.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.contacts.importing import choices, lookup, source
from crm_app.contacts.importing.drafts import Draft
from crm_app.contacts.importing.taking import Taking
from crm_app.contacts.making import region_for
from crm_app.core import clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import RowOutcome, WorkState
from crm_app.models import ContactImport, ImportRow, User

# Small enough that others find the one writer of SQLite free in between.
AT_ONCE = 50
_TOLD_EVERY = timedelta(seconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
GONE = N_("The user who began this import has left.")
_COUNTERS = {
    RowOutcome.MADE: "made",
    RowOutcome.UPDATED: "updated",
    RowOutcome.SKIPPED: "skipped",
    RowOutcome.REFUSED: "refused",
}


@dataclass(slots=True)
class Run:
    """Where a run stands, and when open pages heard of it last."""

    import_id: int
    done: int
    told_at: datetime = _NEVER


def run(import_id: int, *, seconds: float) -> bool:
    """Go through the rows that are left, until the end, a stop, or about ``seconds`` are over: whether
    there is more to do."""
    until = time.monotonic() + seconds
    with db.reading() as session:
        row = session.get(ContactImport, import_id)
        if row is None or row.state is not WorkState.RUNNING:
            return False
        region = region_for(session, "")
    state = Run(import_id, row.done)
    left = source.read(row, region=region, skip=row.done)
    while _step(state, left):
        if time.monotonic() > until:
            return True
    return False


def _step(state: Run, left: Iterator[Draft]) -> bool:
    """Some rows; False when that is all for now."""
    drafts = list(islice(left, AT_ONCE))
    with db.unit_of_work() as session:
        row = session.get(ContactImport, state.import_id, with_for_update=True)
        if row is None or row.state is not WorkState.RUNNING or row.done != state.done:
            return False
        actor = _actor(session, row)
        if actor is None:
            _end(session, row, WorkState.FAILED, GONE)
        elif drafts:
            _take(session, actor, row, drafts)
            _tell(session, row, state)
        else:
            _end(session, row, WorkState.DONE)
        state.done = row.done
        return bool(drafts) and actor is not None


def _actor(session: Session, row: ContactImport) -> Actor | None:
    user = session.get(User, row.user_id)
    if user is None or not user.active:
        return None
    silent = not choices.from_json(row.options).triggers
    return replace(accounts.actor_of(user), silent=silent)


def _take(session: Session, actor: Actor, row: ContactImport, drafts: list[Draft]) -> None:
    chosen = choices.from_json(row.options)
    register = lookup.register(session, actor, drafts, chosen.kind)
    register.team = lookup.team(session, actor)
    lines = Taking(session, actor, chosen, register, row).take(drafts)
    table: Any = ImportRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    db.insert_many(session, table, [{"import_id": row.id, **line} for line in lines])
    for line in lines:
        counter = _COUNTERS[line["outcome"]]
        setattr(row, counter, getattr(row, counter) + 1)
    row.done += len(drafts)
    session.add(row)


def _end(session: Session, row: ContactImport, state: WorkState, error: str = "") -> None:
    row.state, row.error, row.ended_at = state, error, clock.now()
    row.total = max(row.done, row.total) if state is not WorkState.DONE else row.done
    session.add(row)
    facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))


def _tell(session: Session, row: ContactImport, state: Run) -> None:
    """Open pages hear of the progress once a second, however fast it goes."""
    now = clock.now()
    if now - state.told_at >= _TOLD_EVERY:
        state.told_at = now
        facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))
