"""What administrators are told when a circle was stopped at run time (TRG-4): once a day and contact."""

from datetime import datetime

from sqlmodel import Session

from crm_app.campaigns.triggers.deciding import Decision
from crm_app.campaigns.triggers.rule import Rule
from crm_app.core.i18n import N_
from crm_app.messaging import notifications
from crm_app.models import Contact

STOPPED = N_(
    "Triggers acted {count} times for {contact} within half an hour, so they were stopped. The last"
    " one was “{trigger}”. Please look for a circle."
)


def loop(
    session: Session, rule: Rule, contact: Contact, decision: Decision, *, now: datetime
) -> None:
    """Tell every administrator, by the bell and by mail."""
    for user_id in notifications.administrators(session):
        notifications.notify(
            session,
            user_id=user_id,
            key=f"trigger-loop:{contact.id}:{now:%Y-%m-%d}:{user_id}",
            message=STOPPED,
            params={
                "count": decision.detail.get("count", 0),
                "contact": contact.name,
                "trigger": rule.name,
            },
            path=f"/triggers/{rule.id}",
            kind="warning",
            mail=True,
        )
