"""The send ledger: what reaches the outside goes out once, or a person is asked (CAM-8).

An attempt is committed as *claimed* before the send and as *sent* after it. Who finds a claim that
was never settled cannot know whether the send happened, marks it *unknown*, and does not send. An
attempt that certainly reached nobody is given back, so that it can be claimed again. A late "sent"
of a worker that everybody took for dead wins over "unknown", since it is the truth.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col

from crm_app.core.kinds import LedgerState
from crm_app.messaging.once import insert_new
from crm_app.models import SendAttempt

_OPEN = (LedgerState.CLAIMED, LedgerState.UNKNOWN)


def claim(session: Session, key: str, *, channel: str, now: datetime) -> LedgerState | None:
    """Claim the attempt ``key``. None: it is ours, commit and send. Else how it stands: do not send.

    A claim that is found unsettled becomes unknown.
    """
    if insert_new(session, SendAttempt(key=key, channel=channel, claimed_at=now), unique="key"):
        return None
    session.execute(
        update(SendAttempt)
        .where(col(SendAttempt.key) == key, col(SendAttempt.state) == LedgerState.CLAIMED)
        .values(state=LedgerState.UNKNOWN, settled_at=now)
    )
    return session.get_one(SendAttempt, key, populate_existing=True).state


def sent(session: Session, key: str, *, now: datetime, detail: str = "") -> None:
    """The outside has taken it."""
    _settle(session, key, LedgerState.SENT, now, detail)


def unknown(session: Session, key: str, *, now: datetime, detail: str = "") -> None:
    """Nobody can tell whether the outside has taken it."""
    _settle(session, key, LedgerState.UNKNOWN, now, detail)


def skipped(session: Session, key: str, *, now: datetime, detail: str = "") -> None:
    """The outside refused it for good."""
    _settle(session, key, LedgerState.SKIPPED, now, detail)


def give_back(session: Session, key: str) -> None:
    """The attempt certainly reached nobody; it may be claimed again."""
    session.execute(
        delete(SendAttempt).where(col(SendAttempt.key) == key, col(SendAttempt.state).in_(_OPEN))
    )


def _settle(session: Session, key: str, state: LedgerState, now: datetime, detail: str) -> None:
    session.execute(
        update(SendAttempt)
        .where(col(SendAttempt.key) == key, col(SendAttempt.state).in_(_OPEN))
        .values(state=state, settled_at=now, detail=detail[:500])
    )
