"""Taking a decision of the review back: the guests of an event wait again (SYN-7).

Only for what was declined; what was accepted has become contacts and appointments by then.
"""

from typing import Literal

from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import Intake
from crm_app.models import ExternalObject, GuestFilter
from crm_app.sync import queries


def reopen(
    session: Session,
    actor: Actor,
    object_id: int,
    *,
    ignored: Literal["", "address", "domain"] = "",
) -> None:
    """Undo ``review.decline`` of an event: whom it declined waits again, and the filters that it
    made for these guests are removed. Raises NotFound."""
    row = accounts.by_id(session, ExternalObject, object_id)
    if row is None:
        raise NotFound
    calendar, account = queries.get_external_calendar(session, actor, row.external_calendar_id)
    if not row.declined:
        raise NotFound
    keys = list(row.declined)
    if ignored:
        patterns = keys if ignored == "address" else [f"@{key.rpartition('@')[2]}" for key in keys]
        mine = (GuestFilter.user_id == account.user_id, col(GuestFilter.pattern).in_(patterns))
        for found in session.exec(select(GuestFilter).where(*mine)):
            session.delete(found)
    row.declined, row.intake = [], Intake.REVIEW
    session.add(row)
    audit.record(
        session,
        actor,
        "review.reopened",
        subject_kind="external_object",
        subject_id=row.id,
        calendar=calendar.name,
        guests=keys,
    )
    facts.record(session, facts.ConnectionChanged(calendar.account_id, state="review"))
