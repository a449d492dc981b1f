"""The background work as an administrator sees it: what waits, what runs, what needs a look.

Part of the job port, like ``jobs``: pages ask here and never read the engine's table themselves.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, update
from sqlmodel import Session, col, select

from crm_app.core import clock, db
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState


class Heap(StrEnum):
    """Where a job lies. ``again`` waits for another attempt, ``parked`` for a person."""

    PARKED = "parked"
    AGAIN = "again"
    RUNNING = "running"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Piece:
    """A job. ``run_at`` (UTC) is when it is due, or when it was claimed last."""

    id: int
    kind: str
    args: dict[str, Any]
    heap: Heap
    attempts: int
    run_at: datetime
    created_at: datetime
    error: str


def counts(session: Session) -> dict[Heap, int]:
    """How much lies on each heap."""
    return {
        heap: session.exec(select(func.count()).select_from(Job).where(_on(heap))).one()
        for heap in Heap
    }


def listed(session: Session, heap: Heap, *, limit: int = 50) -> list[Piece]:
    """The jobs of a heap: what is due first comes first, parked ones newest first."""
    order = col(Job.id).desc() if heap is Heap.PARKED else col(Job.run_at)
    rows = session.exec(select(Job).where(_on(heap)).order_by(order, col(Job.id)).limit(limit))
    return [
        Piece(
            id=row.id or 0,
            kind=row.kind,
            args=dict(row.args),
            heap=heap,
            attempts=row.attempts,
            run_at=row.run_at,
            created_at=row.created_at,
            error=row.last_error,
        )
        for row in rows
    ]


def retry_all(session: Session) -> int:
    """Make all parked jobs ready again, with all their attempts; how many that were."""
    changed = session.execute(
        update(Job)
        .where(_on(Heap.PARKED))
        .values(state=JobState.READY, attempts=0, run_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.info["jobs_enqueued"] = True
    return db.rows_changed(changed)


def dismiss(session: Session, job_id: int) -> bool:
    """Give a parked job up for good; False when it is not parked. Its key stays known."""
    changed = session.execute(
        update(Job)
        .where(_on(Heap.PARKED), col(Job.id) == job_id)
        .values(state=JobState.DONE, finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return db.rows_changed(changed) > 0


def _on(heap: Heap) -> ColumnElement[bool]:
    if heap is Heap.PARKED:
        return col(Job.state) == JobState.PARKED
    if heap is Heap.RUNNING:
        return col(Job.state) == JobState.RUNNING
    tried = col(Job.attempts) > 0
    return and_(col(Job.state) == JobState.READY, tried if heap is Heap.AGAIN else ~tried)
