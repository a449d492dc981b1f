"""The guard that keeps an empty or short listing from emptying the CRM (SYN-10, SCT-8)."""

from sqlmodel import Session

from crm_app.models import AddressBook, ExternalCalendar
from crm_app.sync.rules.plan import may_delete
from crm_app.sync.runs import telling


def lets_go(
    session: Session,
    followed: ExternalCalendar | AddressBook,
    *,
    missing: int,
    known: int,
    listed: int | None,
) -> bool:
    """Whether what is missing may be deleted now; what may not waits for a yes, and is counted.

    ``known`` includes what is missing. ``listed``: see ``plan.may_delete``.
    """
    waits = missing > 0 and (
        followed.deletions_waiting > 0
        or not may_delete(missing=missing, known=known, listed=listed)
    )
    if waits and followed.deletions_waiting != missing:
        followed.deletions_waiting = missing
        telling.tell_of(session, followed, state="waiting")
    if not waits:
        followed.deletions_waiting = 0
    session.add(followed)
    return missing > 0 and not waits
