"""What the engine needs to know of anything outside that it follows: a calendar or an address book."""

from datetime import datetime

from sqlmodel import SQLModel


class Followed(SQLModel):
    """A collection of a connected account that is read page by page, one run at a time.

    The cursor is the service's own, saved with each page. Only the run that holds the newest lease
    token may write (the fencing token).
    """

    cursor: str | None = None
    # False while a first (or repeated) full listing is under way.
    complete: bool = False
    # Rises with each full listing; rows that a complete listing did not touch are gone.
    generation: int = 0
    # How many objects the listing under way has brought so far.
    events_seen: int = 0
    polled_at: datetime | None = None
    next_attempt_at: datetime | None = None
    failure_count: int = 0
    last_success_at: datetime | None = None
    # A message id for people; empty when the last run went well.
    last_error: str = ""
    # The service says that the collection itself does not exist any more; what was read stays here.
    gone_at: datetime | None = None
    lease_until: datetime | None = None
    lease_token: int = 0
    # Somebody wanted a run while one was under way: one more follows it.
    wanted_again: bool = False
    # Set when a run wants to delete more than the share that is deleted without a yes (SYN-10, SCT-8).
    deletions_waiting: int = 0
