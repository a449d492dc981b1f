"""What is written down before and after a message is handed to the mail server.

``begin`` commits the claim; the send happens outside any transaction; then ``ended`` records how
it went. That may be late, after a person or another worker took the message for lost, so it looks
at what stands there by then: only "sent" overrules everything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.contacts import service as contacts
from crm_app.core import access, facts
from crm_app.core.errors import CrmError, Rejected, RemoteError
from crm_app.core.i18n import N_
from crm_app.core.kinds import LedgerState, MessageState
from crm_app.messaging import ledger, sender, service
from crm_app.models import Contact, Message
from crm_app.providers.mail_port import DeliveryUnknown, Envelope, SetupNeeded

# How long a message that the server cannot take at the moment is tried again.
PATIENCE = timedelta(hours=48)
_OPEN = (MessageState.QUEUED, MessageState.UNKNOWN)
TOO_LATE = N_("It was too late to send this.")
BAD_ADDRESS = N_("An address in this message is not valid.")
INTERRUPTED = N_(
    "Sending was interrupted. It may have arrived: please check before you send it again."
)
GAVE_UP = N_("The mail server could not be reached for two days.")


@dataclass(frozen=True, slots=True)
class Going:
    """A claimed attempt: what is sent, and by which server."""

    message_id: int
    attempt: int
    url: str
    envelope: Envelope

    @property
    def key(self) -> str:
        """The attempt's key in the send ledger."""
        return ledger_key(self.message_id, self.attempt)


def ledger_key(message_id: int, attempt: int) -> str:
    """The key of a message's attempt in the send ledger."""
    return f"message:{message_id}:{attempt}"


def begin(session: Session, message_id: int, *, now: datetime) -> Going | None:
    """Claim the next attempt of a queued message; None when there is nothing to send."""
    message = _locked(session, message_id)
    if message is None or message.state != MessageState.QUEUED:
        return None
    url = sender.smtp_url(session)
    content = _content(session, message)
    if message.expires_at is not None and message.expires_at <= now:
        _stop(session, message, MessageState.SKIPPED, TOO_LATE)
    elif not url:
        _stop(session, message, MessageState.OUTBOX, "")
    elif content is None:
        _stop(session, message, MessageState.FAILED, BAD_ADDRESS)
    elif _claimed(session, message, now):
        envelope = Envelope(sender.from_address(session), message.to_address, content)
        return Going(message_id, message.attempt, url, envelope)
    return None


def _content(session: Session, message: Message) -> bytes | None:
    try:
        return sender.content(session, message)
    except ValueError:
        return None


def _claimed(session: Session, message: Message, now: datetime) -> bool:
    """Claim the attempt; False when it was claimed before, and nobody noted how that ended."""
    key = ledger_key(message.id or 0, message.attempt)
    standing = ledger.claim(session, key, channel=message.channel, now=now)
    if standing is not None:
        was_sent = standing is LedgerState.SENT
        state = MessageState.SENT if was_sent else MessageState.UNKNOWN
        _stop(session, message, state, "" if was_sent else INTERRUPTED)
    return standing is None


def ended(
    session: Session, going: Going, failure: CrmError | None, *, answer: str, now: datetime
) -> bool:
    """Record how the send went, ``answer`` in the server's words; whether to try again later."""
    detail = getattr(failure, "detail", "")
    if failure is None:
        ledger.sent(session, going.key, now=now, detail=answer)
        _sent(session, going, now)
    elif isinstance(failure, DeliveryUnknown):
        ledger.unknown(session, going.key, now=now, detail=detail)
        _end(session, going, MessageState.UNKNOWN, failure)
    elif isinstance(failure, Rejected):
        ledger.skipped(session, going.key, now=now, detail=detail)
        _end(session, going, MessageState.FAILED, failure)
    elif is_passing(failure):
        ledger.give_back(session, going.key)
        return _postpone(session, going, failure, now)
    else:
        # The settings are wrong: back to the outbox until a person has mended them.
        ledger.give_back(session, going.key)
        _end(session, going, MessageState.OUTBOX, failure)
    return False


def is_passing(failure: CrmError) -> bool:
    """Whether waiting may help: nothing was handed over, and nothing was said against us."""
    return isinstance(failure, RemoteError) and not isinstance(
        failure, DeliveryUnknown | Rejected | SetupNeeded
    )


def _sent(session: Session, going: Going, now: datetime) -> None:
    message = _locked(session, going.message_id)
    if message is None or message.state == MessageState.SENT:
        return
    message.sent_at = now
    if message.confidential:
        # The link inside opens an account; nobody needs to read it here any more.
        message.text = message.html = ""
    _stop(session, message, MessageState.SENT, "")
    contact = session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is not None:
        contacts.note(
            session,
            access.system("messages"),
            contact,
            "message",
            N_("E-mail sent: {subject}"),
            {"subject": message.subject},
            appointment_id=message.appointment_id,
        )


def _postpone(session: Session, going: Going, failure: CrmError, now: datetime) -> bool:
    message = _locked(session, going.message_id)
    if message is None or message.attempt != going.attempt or message.state not in _OPEN:
        return False
    detail = getattr(failure, "detail", "")
    if now - message.created_at > PATIENCE:
        _stop(session, message, MessageState.FAILED, GAVE_UP, detail)
        return False
    if message.state == MessageState.UNKNOWN:
        # Another worker took us for dead and closed the job: now we know better.
        service.queue_again(session, message)
        return False
    _stop(session, message, MessageState.QUEUED, failure.user_message, detail)
    return True


def _end(session: Session, going: Going, state: MessageState, failure: CrmError) -> None:
    message = _locked(session, going.message_id)
    if message is not None and message.attempt == going.attempt and message.state in _OPEN:
        _stop(session, message, state, failure.user_message, getattr(failure, "detail", ""))


def _locked(session: Session, message_id: int) -> Message | None:
    return session.get(Message, message_id, with_for_update=True, populate_existing=True)


def _stop(
    session: Session, message: Message, state: MessageState, error: str, detail: str = ""
) -> None:
    message.state, message.error, message.error_detail = state, error, detail[:500]
    session.add(message)
    session.flush()
    facts.record(session, facts.MessageChanged(message.id or 0))
