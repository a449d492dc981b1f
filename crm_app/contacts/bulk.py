"""Carrying out an act on many contacts: piece by piece, with progress, stop and undo (CON-3, Q-2).

A run is a row that says which contacts, what, and how far it came. A piece is one unit of work: the
contacts, what they were like before, and the run's own progress are committed together, so that a
crash anywhere continues behind the last piece. The first piece is done at once, so that a click on
a few contacts needs nobody in the background.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.contacts import bulk_acts, queries, search
from crm_app.contacts.bulk_acts import Act
from crm_app.contacts.filters import Filters, parse
from crm_app.core import clock, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.core.kinds import WorkState
from crm_app.models import BulkChange, BulkRun, Contact, User

RUN = "contacts.bulk"
# A unit of work holds SQLite's one write lock, so a piece takes a fraction of a second.
PIECE = 50
MOST_CHOSEN = 5_000
KEPT = timedelta(days=30)
_UNDERWAY = (WorkState.RUNNING, WorkState.UNDOING)


@dataclass(frozen=True, slots=True)
class Progress:
    """A run as its user sees it. ``done`` counts those that were looked at, ``refused`` among them."""

    id: int
    act: str
    label: str
    state: WorkState
    total: int
    done: int
    changed: int
    refused: int

    @property
    def underway(self) -> bool:
        """Whether it still goes on."""
        return self.state in _UNDERWAY


def start(
    session: Session,
    actor: Actor,
    act: str,
    params: bulk_acts.Params,
    *,
    ids: Iterable[int] = (),
    filters: Filters | None = None,
) -> BulkRun:
    """Do ``act`` with the contacts ``ids``, or with all that fit ``filters`` now.

    The first piece is done in this unit of work, the rest by a job. Invalid names wrong parameters.
    """
    doing = bulk_acts.act_of(act)
    clean = doing.check(session, actor, params)
    chosen = sorted({i for i in ids if is_id(i)})
    if len(chosen) > MOST_CHOSEN:
        raise Invalid(N_("Those are too many to choose one by one. Use a filter instead."))
    run = BulkRun(
        user_id=actor.require_user(),
        act=act,
        params=clean,
        wanted={"ids": chosen} if filters is None else {"filters": dict(filters)},
        up_to_id=session.exec(select(func.max(Contact.id))).one() or 0,
        total=len(chosen) if filters is None else queries.count(session, actor, **filters),
        created_at=clock.now(),
    )
    session.add(run)
    session.flush()
    audit.record(
        session, actor, f"contact.bulk_{act}", subject_kind="bulk_run", subject_id=run.id, **clean
    )
    piece(session, actor, run)
    _continue(session, run)
    return run


def get_run(session: Session, actor: Actor, run_id: int) -> BulkRun:
    """A run of ``actor``'s own; NotFound otherwise."""
    run = session.get(BulkRun, run_id) if is_id(run_id) else None
    if run is None or run.user_id != actor.user_id:
        raise NotFound
    return run


def progress(session: Session, actor: Actor, run_id: int) -> Progress:
    """Where a run of ``actor``'s stands."""
    return _progress(session, get_run(session, actor, run_id))


def latest(session: Session, actor: Actor) -> Progress | None:
    """The last run of ``actor`` if it is still going on, for a page that was opened anew."""
    query = select(BulkRun).where(
        BulkRun.user_id == actor.user_id, col(BulkRun.state).in_(_UNDERWAY)
    )
    run = session.exec(query.order_by(col(BulkRun.id).desc()).limit(1)).first()
    return _progress(session, run) if run else None


def stop(session: Session, actor: Actor, run_id: int) -> None:
    """Leave the rest as it is. What was done can be undone."""
    run = _held(session, get_run(session, actor, run_id))
    if run.state is WorkState.RUNNING:
        _end(run, WorkState.STOPPED)
        _tell(session, run)


def undo(session: Session, actor: Actor, run_id: int) -> None:
    """Take back what the run did, where it is still so; its first piece at once."""
    run = _held(session, get_run(session, actor, run_id))
    if run.state not in (WorkState.DONE, WorkState.STOPPED):
        return
    run.state, run.ended_at = WorkState.UNDOING, None
    run.total, run.done, run.refused, run.after_id = _changed(session, run), 0, 0, 0
    session.add(run)
    audit.record(session, actor, "contact.bulk_undone", subject_kind="bulk_run", subject_id=run.id)
    piece(session, actor, run)
    _continue(session, run)


def piece(session: Session, actor: Actor, run: BulkRun, *, size: int = PIECE) -> None:
    """The next ``size`` contacts of a run that is under way."""
    act = bulk_acts.act_of(run.act)
    if run.state is WorkState.RUNNING:
        ids = _next(session, actor, run, size)
        for contact_id in ids:
            _do(session, actor, run, act, contact_id)
        over, end = len(ids) < size, WorkState.DONE
    elif run.state is WorkState.UNDOING:
        ids = _next_changed(session, run, size)
        for contact_id in ids:
            _undo_one(session, actor, run, act, contact_id)
        over, end = len(ids) < size, WorkState.UNDONE
    else:
        return
    run.after_id, run.done = (ids[-1] if ids else run.after_id), run.done + len(ids)
    if over:
        _end(run, end)
    session.add(run)
    _tell(session, run)


def continued(session: Session, run_id: int) -> bool:
    """For the job: one more piece as the run's user; whether there is more to do."""
    run = session.get(BulkRun, run_id)
    if run is None or _held(session, run).state not in _UNDERWAY:
        return False
    user = session.get_one(User, run.user_id)
    if not user.active:
        _end(run, WorkState.FAILED)
        session.add(run)
        return False
    piece(session, accounts.actor_of(user), run)
    return run.state in _UNDERWAY


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget runs that were made more than 30 days ago; they cannot be undone any more."""
    session.execute(delete(BulkRun).where(col(BulkRun.created_at) < now - KEPT))


def _continue(session: Session, run: BulkRun) -> None:
    if run.state in _UNDERWAY:
        jobs.enqueue(session, RUN, run_id=run.id)


def _held(session: Session, run: BulkRun) -> BulkRun:
    session.refresh(run, with_for_update=True)
    return run


def _next(session: Session, actor: Actor, run: BulkRun, size: int) -> list[int]:
    if "ids" in run.wanted:
        return [i for i in run.wanted["ids"] if i > run.after_id][:size]
    filters = parse(run.wanted.get("filters"))
    return search.ids(
        session, actor, after_id=run.after_id, up_to_id=run.up_to_id, limit=size, **filters
    )


def _next_changed(session: Session, run: BulkRun, size: int) -> list[int]:
    query = select(BulkChange.contact_id).where(
        BulkChange.run_id == run.id, BulkChange.contact_id > run.after_id
    )
    return list(session.exec(query.order_by(col(BulkChange.contact_id)).limit(size)))


def _do(session: Session, actor: Actor, run: BulkRun, act: Act, contact_id: int) -> None:
    try:
        with session.begin_nested():
            # Only bringing back concerns what was deleted.
            either = None if act.key == bulk_acts.RESTORE else False
            contact = queries.get_contact(session, actor, contact_id, deleted=either)
            before = act.apply(session, actor, contact, run.params)
    except CrmError:
        # One that may not be changed, or cannot, is no reason to leave the others.
        run.refused += 1
        return
    if before is not None:
        session.add(BulkChange(run_id=run.id or 0, contact_id=contact_id, before=before))


def _undo_one(session: Session, actor: Actor, run: BulkRun, act: Act, contact_id: int) -> None:
    change = session.get_one(BulkChange, (run.id, contact_id))
    try:
        with session.begin_nested():
            contact = session.get_one(Contact, contact_id)
            act.undo(session, actor, contact, run.params, change.before)
            session.delete(change)
    except CrmError:
        run.refused += 1


def _end(run: BulkRun, state: WorkState) -> None:
    run.state, run.ended_at = state, clock.now()


def _changed(session: Session, run: BulkRun) -> int:
    query = select(func.count()).select_from(BulkChange).where(BulkChange.run_id == run.id)
    return session.exec(query).one()


def _progress(session: Session, run: BulkRun) -> Progress:
    return Progress(
        id=run.id or 0,
        act=run.act,
        label=bulk_acts.act_of(run.act).label,
        state=run.state,
        total=run.total,
        done=run.done,
        changed=_changed(session, run),
        refused=run.refused,
    )


def _tell(session: Session, run: BulkRun) -> None:
    facts.record(session, facts.ContactWorkChanged(run.user_id))
