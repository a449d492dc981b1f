"""Whether a message may still go out now: consent is asked again at the last moment (CAM-9).

Between writing and sending lie waits and limits; who unsubscribed meanwhile gets nothing. What a
booking brings about (a confirmation, a reminder) is no advertising and is not asked about.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.contacts import reach
from crm_app.core.i18n import N_
from crm_app.messaging.drafts import EMAIL, MESSENGER, WEBHOOK
from crm_app.models import Contact, IncomingMessage, Message

# Messenger Platform: a page may answer for so long after the person's last message.
MESSENGER_WINDOW = timedelta(hours=24)
QUIET = N_("The contact does not want messages on this channel.")
BOUNCED = N_("Mail to this address came back before, so it was not tried again.")
GONE = N_("The contact was deleted.")
CLOSED = N_("Messenger lets a page write only within 24 hours of the person's last message.")


def refusal(session: Session, message: Message, *, now: datetime) -> str:
    """Why ``message`` must not be sent, as a message id; "" when it may."""
    if message.channel == MESSENGER:
        until = messenger_until(session, message.to_address)
        if until is None or until <= now:
            return CLOSED
    if message.channel == WEBHOOK or not (message.marketing or message.campaign_id):
        return ""
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is None:
        return ""
    if contact.deleted_at is not None:
        return GONE
    if message.channel in contact.do_not_disturb:
        return QUIET
    if message.channel == EMAIL and reach.has_bounced(session, contact, message.to_address):
        return BOUNCED
    return ""


def messenger_until(session: Session, messenger_id: str) -> datetime | None:
    """Until when the page may write to the person; None when he never wrote."""
    last: datetime | None = session.exec(
        select(func.max(col(IncomingMessage.at))).where(
            IncomingMessage.from_address == messenger_id, IncomingMessage.channel == MESSENGER
        )
    ).one()
    return last + MESSENGER_WINDOW if last else None
