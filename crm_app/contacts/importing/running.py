"""An import at work: some rows per transaction, each with a line that says what became of it.

``done`` is the cursor: it moves with the rows that it counts, in their transaction, so that a run which
is cut off goes on where it stood, and of two runs at once one finds that it is not where it thought and
ends. A row that cannot be kept is refused with its reason and never stops the others.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, select

from crm_app.accounts import queries as accounts
from crm_app.contacts.importing import acting, choices, lookup, source
from crm_app.contacts.importing.choices import Choices
from crm_app.contacts.importing.drafts import Draft, Trouble
from crm_app.contacts.importing.meeting import Register, Standing, weighed
from crm_app.contacts.making import region_for
from crm_app.core import clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState
from crm_app.models import Contact, ContactImport, ImportRow, User

# Small enough that others find the one writer of SQLite free in between.
AT_ONCE = 20
_TOLD_EVERY = timedelta(seconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
NOT_KEPT = N_("The database cannot keep this row.")
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
    taking = _Taking(session, actor, chosen, register, row)
    lines = [taking.row(draft) for draft in drafts]
    table: Any = ImportRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    db.insert_many(session, table, [{"import_id": row.id, **line} for line in lines])
    for line in lines:
        counter = _COUNTERS[line["outcome"]]
        setattr(row, counter, getattr(row, counter) + 1)
    row.done += len(drafts)
    session.add(row)


@dataclass(slots=True)
class _Taking:
    """The rows of one transaction, one after another."""

    session: Session
    actor: Actor
    choices: Choices
    register: Register
    work: ContactImport
    made: dict[int, int] = field(default_factory=dict)

    def row(self, draft: Draft) -> dict[str, Any]:
        """What became of ``draft``, as its line says it."""
        decision = weighed(draft, self.register, self._standing, self.choices)
        met = decision.met.id if decision.met else None
        if decision.outcome in (RowOutcome.SKIPPED, RowOutcome.REFUSED):
            return _line(draft, decision.outcome, contact_id=met, why=decision.why)
        try:
            with self.session.begin_nested():
                acted = acting.act(
                    self.session, self.actor, decision, draft, self.choices, self.register
                )
        except CrmError as error:
            return _line(draft, RowOutcome.REFUSED, contact_id=met, why=_why(error))
        except (DataError, IntegrityError):
            return _line(draft, RowOutcome.REFUSED, contact_id=met, why=Trouble(NOT_KEPT))
        if decision.outcome is RowOutcome.MADE:
            self.made[acted.contact.id or 0] = draft.number
        return _line(
            draft,
            decision.outcome,
            contact_id=acted.contact.id,
            params=acted.params | ({"bare": True} if decision.met and decision.met.bare else {}),
            before=acted.before,
        )

    def _standing(self, contact_id: int) -> Standing | None:
        found = lookup.standings(self.session, self.actor, [contact_id]).get(contact_id)
        if found is None:
            return None
        row = self._row_of(contact_id)
        return replace(found, row=row, bare=not row and self._made_in_passing(contact_id))

    def _made_in_passing(self, contact_id: int) -> bool:
        """Whether it is a company that came with this file because a row named it."""
        contact = self.session.get_one(Contact, contact_id)
        return (
            contact.kind is ContactKind.COMPANY
            and contact.source == acting.SOURCE
            and contact.created_at >= self.work.created_at
        )

    def _row_of(self, contact_id: int) -> int:
        """The row of this file that made the contact; 0: it was here before."""
        if contact_id in self.made:
            return self.made[contact_id]
        made = select(ImportRow.position).where(
            ImportRow.contact_id == contact_id,
            ImportRow.import_id == self.work.id,
            ImportRow.outcome == RowOutcome.MADE,
        )
        return self.session.exec(made.limit(1)).first() or 0


def _line(
    draft: Draft,
    outcome: RowOutcome,
    *,
    contact_id: int | None,
    why: Trouble | None = None,
    params: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "position": draft.number,
        "outcome": outcome,
        "contact_id": contact_id,
        "reason": why.message if why else "",
        "params": {
            "title": draft.title[:200],
            **(dict(why.params) if why else {}),
            **(params or {}),
        },
        "before": before,
    }


def _why(error: CrmError) -> Trouble:
    if isinstance(error, Invalid) and error.fields:
        return Trouble(next(iter(error.fields.values())))
    return Trouble(error.user_message, {name: str(value) for name, value in error.params.items()})


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
