"""Work of the room that nobody waits for: acts on many contacts and imports go on, and deleted contacts
and old files go for good after their 30 days (Q-2)."""

import time

from sqlalchemy import delete
from sqlmodel import col, select

from crm_app.accounts import audit
from crm_app.contacts import bulk
from crm_app.contacts.importing import running, undoing
from crm_app.contacts.importing import service as importing
from crm_app.contacts.service import KEPT_AFTER_DELETION
from crm_app.core import access, clock, db, jobs
from crm_app.models import Contact

PURGE = "contacts.purge"
# Small enough that a unit of work stays short on SQLite, where it holds the one write lock.
_AT_ONCE = 200
# Seconds after which a long run makes room for other jobs.
_SLICE = 20.0


@jobs.handles(bulk.RUN)
def go_on(run_id: int) -> None:
    """Do the rest of a run, or undo it, piece by piece; a stop is heard of between two pieces."""
    until = time.monotonic() + _SLICE
    while time.monotonic() < until:
        with db.unit_of_work() as session:
            if not bulk.continued(session, run_id):
                return
    with db.unit_of_work() as session:
        jobs.enqueue(session, bulk.RUN, run_id=run_id)


@jobs.handles(importing.RUN)
def take_in(import_id: int) -> None:
    """Go on with an import; a stop is heard of between two pieces."""
    if running.run(import_id, seconds=_SLICE):
        with db.unit_of_work() as session:
            jobs.enqueue(session, importing.RUN, import_id=import_id)


@jobs.handles(importing.UNDO)
def take_back(import_id: int) -> None:
    """Take an import back, piece by piece."""
    if undoing.undo(import_id, seconds=_SLICE):
        with db.unit_of_work() as session:
            jobs.enqueue(session, importing.UNDO, import_id=import_id)


@jobs.handles(PURGE)
def purge() -> None:
    """Remove contacts that were deleted more than 30 days ago, with all that hangs on them."""
    with db.unit_of_work() as session:
        bulk.forget_old(session, now=clock.now())
        importing.forget_files(session, now=clock.now())
    before = clock.now() - KEPT_AFTER_DELETION
    while True:
        with db.unit_of_work() as session:
            overdue = select(Contact.id).where(col(Contact.deleted_at) < before)
            ids = list(session.exec(overdue.order_by(col(Contact.id)).limit(_AT_ONCE)))
            session.execute(delete(Contact).where(col(Contact.id).in_(ids)))
            for contact_id in ids:
                audit.record(
                    session,
                    access.system(PURGE),
                    "contact.purged",
                    subject_kind="contact",
                    subject_id=contact_id,
                )
        if len(ids) < _AT_ONCE:
            return
