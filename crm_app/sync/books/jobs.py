"""The jobs of this part: runs of address books, and contacts that changed, were merged or forgotten.

All are safe to run twice. A run notes its own failures and when it is due again.
"""

from datetime import timedelta

from sqlmodel import Session

from crm_app.core import clock, db, facts, jobs
from crm_app.core.settings import get_settings
from crm_app.sync.books import due, links, merged, runs

# What of a contact an entry says, and whether it is there at all.
_SAID = {
    "name",
    "first_name",
    "last_name",
    "kind",
    "company_id",
    "custom",
    "emails",
    "phones",
    "addresses",
    "deleted_at",
}


@jobs.handles(links.RUN, max_attempts=3, lease=120)
def run(book_id: int) -> None:
    """Bring one address book and the CRM in step."""
    runs.run(book_id)


@jobs.handles("sync.card_changed")
def card_changed(fact_id: int) -> None:
    """Bring the entries of a contact that changed in line, and those that name it as a company."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        changed = set(getattr(fact, "fields", ()))
        if changed & _SAID:
            contact_id = getattr(fact, "contact_id", 0)
            links.plan(session, contact_id, now=clock.now())
            if changed & {"name", "deleted_at"}:
                for person in links.people_of(session, contact_id):
                    links.plan(session, person, now=clock.now())
        jobs.ends_with(session)


@jobs.handles("sync.cards_merged")
def cards_merged(fact_id: int) -> None:
    """Bring the entries of contacts that became one, or two again, in line."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        if isinstance(fact, facts.ContactsMerged):
            act = merged.merging_undone if fact.undone else merged.contacts_merged
            act(session, fact.kept_id, fact.gone_id, now=clock.now())
        jobs.ends_with(session)


@jobs.handles("sync.forget_entries")
def forget_entries() -> None:
    """Forget removed entries that cannot come back any more."""
    with db.unit_of_work() as session:
        due.forget_entries(session, now=clock.now())


def tick(session: Session) -> None:
    """What the clock does every few seconds: have the due address books read."""
    every = timedelta(seconds=get_settings().poll_seconds)
    due.enqueue_due(session, now=clock.now(), every=every)
