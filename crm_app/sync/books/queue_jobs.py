"""The jobs of the queue: importing what is marked, and judging cards anew when rules changed.

Both go piece by piece, are safe to run twice, and make room for other work after a while.
"""

import time

from crm_app.core import clock, db, jobs
from crm_app.sync.books import card_rules, importing, queue

# So long one job works before it has another one go on.
SLICE = 20.0


@jobs.handles(queue.IMPORT, lease=120)
def import_cards(user_id: int, make_companies: bool = False, seconds: float = SLICE) -> None:
    """Import the cards that a user asked for."""
    until = time.monotonic() + seconds
    while importing.import_some(user_id, make_companies=make_companies, now=clock.now()):
        if time.monotonic() >= until:
            with db.unit_of_work() as session:
                jobs.enqueue(session, queue.IMPORT, user_id=user_id, make_companies=make_companies)
            return


@jobs.handles(card_rules.APPLY, lease=120)
def apply_rules(user_id: int) -> None:
    """Judge the cards of a user's queue by his rules as they are now."""
    after: int | None = 0
    while after is not None:
        with db.unit_of_work() as session:
            after = card_rules.apply_some(session, user_id, after=after)
