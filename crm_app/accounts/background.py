"""What administrators may do with the background work: look, try again, give up (Q-2)."""

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.core import job_board, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.core.job_board import Heap, Piece
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState

NOT_PARKED = N_("This work no longer waits for a decision.")


def overview(session: Session, actor: Actor, heap: Heap) -> tuple[dict[Heap, int], list[Piece]]:
    """How much lies on each heap, and the first of one."""
    actor.require_admin()
    return job_board.counts(session), job_board.listed(session, heap)


def retry(session: Session, actor: Actor, job_id: int) -> None:
    """Have a parked job done after all; Conflict when it is not parked any more."""
    actor.require_admin()
    row = session.get(Job, job_id, with_for_update=True) if is_id(job_id) else None
    if row is None or row.state != JobState.PARKED:
        raise Conflict(NOT_PARKED)
    jobs.retry(session, job_id)
    audit.record(session, actor, "work.retried", subject_kind="work", subject_id=job_id)


def retry_all(session: Session, actor: Actor) -> int:
    """Have all parked jobs done after all; how many that were."""
    actor.require_admin()
    count = job_board.retry_all(session)
    audit.record(session, actor, "work.retried", count=count)
    return count


def dismiss(session: Session, actor: Actor, job_id: int) -> None:
    """Give a parked job up; Conflict when it is not parked any more."""
    actor.require_admin()
    if not is_id(job_id) or not job_board.dismiss(session, job_id):
        raise Conflict(NOT_PARKED)
    audit.record(session, actor, "work.dismissed", subject_kind="work", subject_id=job_id)
