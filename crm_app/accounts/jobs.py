"""What accounts does by itself: forget sessions, links and counts that are over."""

from crm_app.accounts import rate, sessions, tokens
from crm_app.core import clock, db, jobs


@jobs.handles("accounts.tidy")
def tidy() -> None:
    """Remove what no longer means anything; enqueued once a day."""
    now = clock.now()
    with db.unit_of_work() as session:
        sessions.purge(session, now)
        tokens.purge(session, now)
        rate.purge(session, now)
