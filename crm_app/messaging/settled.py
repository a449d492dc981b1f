"""What follows when a message was sent or refused for good: the timeline, facts, a dead address."""

import re
from datetime import datetime

from sqlmodel import Session

from crm_app.contacts import reach
from crm_app.contacts import service as contacts
from crm_app.core import access, facts
from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.messaging.drafts import EMAIL, MESSENGER, SMS, WEBHOOK
from crm_app.models import Contact, Message
from crm_app.providers.message_port import Unsubscribed

_MESSAGES = access.system("messages")
_LONGEST_SHOWN = 300
SENT: dict[str, str] = {
    EMAIL: N_("E-mail sent: {subject}"),
    SMS: N_("Text message sent: {text}"),
    MESSENGER: N_("Messenger message sent: {text}"),
    WEBHOOK: N_("A web address was called: {address}"),
}
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 5321 §4.2.3 where the server gives no enhanced code: no such mailbox, not local, bad name.
_NO_MAILBOX = ("550", "551", "553")


def tell(session: Session, message: Message) -> None:
    """Say on the contact's timeline, and to the campaigns, that ``message`` was sent."""
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is None:
        return
    contacts.note(
        session,
        _MESSAGES,
        contact,
        "message",
        SENT.get(message.channel, SENT[EMAIL]),
        _shown(message),
        appointment_id=message.appointment_id,
    )
    facts.record(
        session,
        facts.MessageSent(
            message_id=message.id or 0,
            contact_id=contact.id or 0,
            channel=message.channel,
            enrolment_id=message.enrolment_id,
            step_id=message.step_id,
        ),
    )


def _shown(message: Message) -> dict[str, str]:
    if message.channel == EMAIL:
        return {"subject": message.subject}
    if message.channel == WEBHOOK:
        return {"address": message.to_address.partition("?")[0]}
    return {"text": " ".join(message.text.split())[:_LONGEST_SHOWN]}


def refused(session: Session, message_id: int, failure: Rejected, *, now: datetime) -> None:
    """Remember that nobody has the address, or that he wants nothing there."""
    message = session.get(Message, message_id)
    contact = session.get(Contact, message.contact_id) if message and message.contact_id else None
    if message is None or contact is None:
        return
    if isinstance(failure, Unsubscribed):
        reach.set_quiet(session, _MESSAGES, contact, message.channel, True)
    elif message.channel == EMAIL and is_bounce(failure.detail):
        reach.bounced(session, contact, message.to_address, now=now)


def is_bounce(answer: str) -> bool:
    """Whether a mail server's final no means that nobody has the address (RFC 3463).

    Other reasons (policy, size, content) say nothing against the address.
    """
    code = _ENHANCED.search(answer)
    if code:
        kind, subject, detail = code.groups()
        return kind == "5" and (subject == "1" or (subject, detail) == ("2", "1"))
    return answer.startswith(_NO_MAILBOX)
