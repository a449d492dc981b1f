"""For which time external events are laid out, and when the next attempt is due. Pure."""

from datetime import datetime, timedelta

# A day back, so that what is under way is seen; so far ahead as people plan (SYN-8).
BACK = timedelta(days=1)
AHEAD = timedelta(days=548)
# The window moves in steps of a day; it is made a little longer than needed, so that it always does.
STEP = timedelta(days=1)

_FIRST_WAIT = 15.0
_LONGEST_WAIT = 6 * 3600.0


def window(now: datetime, *, horizon_days: int) -> tuple[datetime, datetime]:
    """[from, until) in UTC; it reaches behind the farthest day that a calendar offers."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = max(AHEAD, timedelta(days=horizon_days + 2))
    return midnight - BACK, midnight + ahead + STEP


def next_attempt(
    now: datetime, failures: int, *, retry_after: float | None, jitter: float
) -> datetime:
    """When to try again after ``failures`` in a row, never before the service allows it.

    ``jitter`` in [0, 1) spreads those who failed together. Waits grow from 15 s to 6 h.
    """
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (max(failures, 1) - 1))
    # Services often name too short a time (iCloud), so theirs only ever lengthens ours.
    return now + timedelta(seconds=max(wait, retry_after or 0.0) * (1 + jitter / 4))
