"""Making messages and deciding what becomes of them. Sending itself is a job (``jobs.py``).

A message is finished text: whoever queues it has rendered it. Its ``key`` says what it is for, so
queuing the same twice makes one. Without a mail server a message rests in the outbox, where a
person may send it later or note that he sent it himself (Q-3).
"""

from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from crm_app.core import clock, crypto, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotAllowed
from crm_app.core.i18n import N_
from crm_app.core.kinds import MessageState
from crm_app.core.settings import get_settings
from crm_app.messaging import addresses, sender
from crm_app.messaging.once import insert_new
from crm_app.models import Message

SEND = "messages.send"
# What a person may still decide about.
_UNSENT = (MessageState.OUTBOX, MessageState.FAILED, MessageState.UNKNOWN, MessageState.SKIPPED)


def queue(
    session: Session,
    *,
    key: str,
    kind: str,
    to_name: str,
    to_address: str,
    subject: str,
    text: str,
    html: str = "",
    ics: str = "",
    ics_method: str = "",
    from_name: str = "",
    reply_to: str = "",
    locale: str = "en",
    user_id: int | None = None,
    contact_id: int | None = None,
    appointment_id: int | None = None,
    confidential: bool = False,
    expires_at: datetime | None = None,
) -> Message:
    """Have one mail sent to one person after the commit. A known ``key`` gives the first message.

    Without a mail server the message rests in the outbox from the start. ``user_id`` says whose
    business it is, ``expires_at`` (UTC) when it is of no use any more. Raises Invalid when
    ``to_address`` is no e-mail address.
    """
    try:
        to_address = addresses.deliverable(to_address)
    except ValueError as error:
        raise Invalid(fields={"email": N_("Enter a valid e-mail address.")}) from error
    message = Message(
        key=key,
        kind=kind,
        to_name=addresses.one_line(to_name),
        to_address=to_address,
        from_name=addresses.one_line(from_name),
        reply_to=reply_to,
        subject=addresses.one_line(subject),
        text=text,
        html=html,
        ics=ics,
        ics_method=ics_method,
        message_id=f"<{crypto.new_token()}@{addresses.host_of(get_settings().url)}>",
        locale=locale,
        user_id=user_id,
        contact_id=contact_id,
        appointment_id=appointment_id,
        confidential=confidential,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    fresh = insert_new(session, message, unique="key")
    stored = session.exec(select(Message).where(Message.key == key)).one()
    if fresh:
        _dispatch(session, stored)
    return stored


def send_now(session: Session, actor: Actor, message: Message) -> Message:
    """Send what waits in the outbox, failed or was skipped; a person decided (Q-3).

    Conflict for a message that was sent, is on its way, or may have arrived already: the last is
    for ``send_again``. Invalid without a mail server.
    """
    return _send(session, actor, message, (*_UNSENT[:2], MessageState.SKIPPED))


def send_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """Send what rests in the outbox, is the actor's business and still of use; how many that were.

    What is over by now (a reminder of yesterday) stays where it is. Invalid without a mail server.
    """
    waiting = select(Message).where(
        Message.state == MessageState.OUTBOX,
        or_(col(Message.expires_at).is_(None), col(Message.expires_at) > now),
    )
    if not actor.is_admin:
        mine = col(Message.user_id) == actor.require_user()
        waiting = waiting.where(mine, col(Message.confidential).is_(False))
    _require_server(session)
    messages = session.exec(waiting.order_by(col(Message.id)).with_for_update()).all()
    for message in messages:
        queue_again(session, message)
    return len(messages)


def send_again(session: Session, actor: Actor, message: Message) -> Message:
    """Send what may have arrived already; the person knows that it can come twice (CAM-8)."""
    return _send(session, actor, message, (MessageState.UNKNOWN,))


def queue_again(session: Session, message: Message) -> None:
    """Another attempt at a message that certainly did not go out."""
    message.attempt += 1
    _dispatch(session, message)


def mark_sent_by_hand(session: Session, actor: Actor, message: Message) -> Message:
    """A person has sent it by other means, or knows that it arrived."""
    _require(actor, message, _UNSENT)
    message.state, message.error, message.sent_at = MessageState.SENT, "", clock.now()
    # The outbox page may be open in two tabs, and a late answer may come: the attempt is over.
    message.attempt += 1
    _note(session, message)
    return message


def _send(
    session: Session, actor: Actor, message: Message, states: tuple[MessageState, ...]
) -> Message:
    session.refresh(message, with_for_update=True)
    _require(actor, message, states)
    _require_server(session)
    message.expires_at = None
    queue_again(session, message)
    return message


def _require_server(session: Session) -> None:
    if not sender.smtp_url(session):
        raise Invalid(N_("Enter a mail server in the settings first."))


def _require(actor: Actor, message: Message, states: tuple[MessageState, ...]) -> None:
    if not actor.is_admin and (message.confidential or message.user_id != actor.require_user()):
        raise NotAllowed
    if message.state not in states:
        raise Conflict(N_("This message is being sent or was sent already."))


def _dispatch(session: Session, message: Message) -> None:
    message.error, message.error_detail = "", ""
    if sender.smtp_url(session):
        message.state = MessageState.QUEUED
        key = f"message:{message.id}:{message.attempt}"
        jobs.enqueue(session, SEND, key=key, message_id=message.id)
    else:
        message.state = MessageState.OUTBOX
    _note(session, message)


def _note(session: Session, message: Message) -> None:
    session.add(message)
    session.flush()
    facts.record(session, facts.MessageChanged(message.id or 0))
