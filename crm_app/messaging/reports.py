"""What a service tells later about a message that it took: delivered, or not after all.

A report names the message by our own id, in the address that was called, so it may come before the
answer to the request. It also answers the question that a lost answer left open: whoever reports about a
message has taken it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from crm_app.contacts import reach
from crm_app.core import access, facts
from crm_app.core.kinds import MessageState
from crm_app.core.settings import get_settings
from crm_app.messaging import addresses, delivery, ledger, settled
from crm_app.models import Contact, Message
from crm_app.providers import twilio

_NOT_DELIVERED = ("failed", "undelivered")
_DELIVERED = ("delivered", "read")
_TAKEN = (MessageState.QUEUED, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Report:
    """``ours`` and ``attempt`` are what we gave with the message, ``theirs`` is the service's id.

    ``code`` is the service's number for what went wrong, 0 for nothing.
    """

    ours: str
    theirs: str
    status: str
    code: int = 0
    attempt: int = 0


def take(session: Session, report: Report, *, now: datetime) -> bool:
    """Write a report down; whether it is about a message of ours. Safe to hear twice."""
    message = _message(session, report)
    if message is None:
        return False
    if report.theirs and not message.external_id:
        message.external_id = report.theirs
    if report.status in _NOT_DELIVERED:
        _failed(session, message, report)
    else:
        _went_out(session, message, report, now)
    session.add(message)
    session.flush()
    facts.record(session, facts.MessageChanged(message.id or 0))
    return True


def _message(session: Session, report: Report) -> Message | None:
    known = f"<{report.ours}@{addresses.host_of(get_settings().url)}>"
    query = select(Message).where(Message.message_id == known).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).first()
    # A message has a life at the service for each attempt; only the last one counts.
    if found is None or found.attempt != report.attempt:
        return None
    return found if found.external_id in ("", report.theirs) else None


def _went_out(session: Session, message: Message, report: Report, now: datetime) -> None:
    if report.status in _DELIVERED and message.delivered_at is None:
        message.delivered_at = now
    if message.state in _TAKEN:
        key = delivery.ledger_key(message.id or 0, message.attempt)
        ledger.sent(session, key, now=now, detail=report.status)
        message.state, message.error, message.error_detail = MessageState.SENT, "", ""
        message.sent_at = now
        settled.tell(session, message)


def _failed(session: Session, message: Message, report: Report) -> None:
    if message.delivered_at is not None:
        return
    message.state = MessageState.FAILED
    message.error = twilio.reason(report.code)
    message.error_detail = f"{report.status} {report.code or ''}".strip()
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is not None and report.code == twilio.UNSUBSCRIBED:
        reach.set_quiet(session, access.system("messages"), contact, message.channel, True)
