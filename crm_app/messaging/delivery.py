"""What is written down before and after a message is handed to the service that carries it.

``begin`` commits the claim; the send happens outside any transaction; then ``ended`` records how
it went. That may be late, after a person or another worker took the message for lost, so it looks
at what stands there by then: only "sent" overrules everything.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.core import facts
from crm_app.core.errors import CrmError, Rejected, RemoteError
from crm_app.core.i18n import N_
from crm_app.core.kinds import LedgerState, MessageState
from crm_app.messaging import channels, composing, consent, ledger, service, settled, turns
from crm_app.messaging.drafts import EMAIL
from crm_app.models import Message
from crm_app.providers.mail_port import DeliveryUnknown, SetupNeeded

# How long a message that the server cannot take at the moment is tried again.
PATIENCE = timedelta(hours=48)
_OPEN = (MessageState.QUEUED, MessageState.UNKNOWN)
TOO_LATE = N_("It was too late to send this.")
BAD_ADDRESS = N_("An address in this message is not valid.")
INTERRUPTED = N_(
    "Sending was interrupted. It may have arrived: please check before you send it again."
)
GAVE_UP = N_("The mail server could not be reached for two days.")
SERVICE_GAVE_UP = N_("The service that carries it could not be reached for two days.")


@dataclass(frozen=True, slots=True)
class Going:
    """A claimed attempt, and what hands the message over."""

    message_id: int
    attempt: int
    send: channels.Carrier = field(repr=False)

    @property
    def key(self) -> str:
        """The attempt's key in the send ledger."""
        return ledger_key(self.message_id, self.attempt)


def ledger_key(message_id: int, attempt: int) -> str:
    """The key of a message's attempt in the send ledger."""
    return f"message:{message_id}:{attempt}"


def begin(
    session: Session, message_id: int, *, now: datetime, has_slot: bool = False
) -> Going | None:
    """Claim the next attempt of a queued message; None when there is nothing to send (yet).

    ``has_slot``: its turn under the channel's limit was given before, and has come.
    """
    message = _locked(session, message_id)
    if message is None or message.state != MessageState.QUEUED:
        return None
    composing.finish(session, message)
    if message.expires_at is not None and message.expires_at <= now:
        _stop(session, message, MessageState.SKIPPED, TOO_LATE)
        return None
    refusal = consent.refusal(session, message, now=now)
    if refusal:
        _stop(session, message, MessageState.SKIPPED, refusal)
        return None
    if not has_slot and turns.wait(session, message, now=now):
        return None
    return _going(session, message, now)


def _going(session: Session, message: Message, now: datetime) -> Going | None:
    try:
        send = channels.carrier(session, message)
    except ValueError:
        _stop(session, message, MessageState.FAILED, BAD_ADDRESS)
        return None
    if send is None:
        _stop(session, message, MessageState.OUTBOX, "")
    elif _claimed(session, message, now):
        return Going(message.id or 0, message.attempt, send)
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
    session: Session,
    going: Going,
    failure: CrmError | None,
    *,
    answer: str,
    external_id: str = "",
    now: datetime,
) -> bool:
    """Record how the send went; whether to try again later.

    ``answer`` is in the server's words, ``external_id`` what it calls the message.
    """
    detail = getattr(failure, "detail", "")
    if failure is None:
        ledger.sent(session, going.key, now=now, detail=answer)
        _sent(session, going, external_id, now)
    elif isinstance(failure, DeliveryUnknown):
        ledger.unknown(session, going.key, now=now, detail=detail)
        _end(session, going, MessageState.UNKNOWN, failure)
    elif isinstance(failure, Rejected):
        ledger.skipped(session, going.key, now=now, detail=detail)
        _end(session, going, MessageState.FAILED, failure)
        settled.refused(session, going.message_id, failure, now=now)
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


def _sent(session: Session, going: Going, external_id: str, now: datetime) -> None:
    message = _locked(session, going.message_id)
    if message is None:
        return
    message.external_id = external_id or message.external_id
    if message.state == MessageState.SENT:
        return
    message.sent_at = now
    if message.confidential:
        # The link inside opens an account; nobody needs to read it here any more.
        message.text = message.html = ""
    _stop(session, message, MessageState.SENT, "")
    settled.tell(session, message)


def _postpone(session: Session, going: Going, failure: CrmError, now: datetime) -> bool:
    message = _locked(session, going.message_id)
    if message is None or message.attempt != going.attempt or message.state not in _OPEN:
        return False
    detail = getattr(failure, "detail", "")
    if now - message.created_at > PATIENCE:
        gave_up = GAVE_UP if message.channel == EMAIL else SERVICE_GAVE_UP
        _stop(session, message, MessageState.FAILED, gave_up, detail)
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
