"""Making messages and deciding what becomes of them. Sending itself is a job (``jobs.py``).

A message is finished text: whoever queues it has rendered it. Its ``key`` says what it is for, so
queuing the same twice makes one. Without a mail server, or an account for its channel, a message
rests in the outbox, where a person may send it later or note that he sent it himself (Q-3).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Unpack

from sqlalchemy import or_
from sqlmodel import Session, col, select

from crm_app.core import clock, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotAllowed
from crm_app.core.i18n import N_
from crm_app.core.kinds import MessageState
from crm_app.messaging import channels, composing, settled, tracking
from crm_app.messaging.drafts import CHANNELS, EMAIL, Draft
from crm_app.messaging.once import insert_all
from crm_app.models import Message

SEND = "messages.send"
NO_SERVER = N_("Enter a mail server in the settings first.")
NO_ACCOUNT = N_("Set this channel up in Settings > Messages first.")
# What a person may still decide about.
_UNSENT = (MessageState.OUTBOX, MessageState.FAILED, MessageState.UNKNOWN, MessageState.SKIPPED)


def queue(session: Session, **draft: Unpack[Draft]) -> Message:
    """Have one message sent to one person after the commit. A known ``key`` gives the first message.

    Without a way out for its channel the message rests in the outbox from the start. Raises Invalid
    when the recipient is none.
    """
    ids = _queue(session, [draft], later=False)
    return session.get_one(Message, ids[draft["key"]])


def queue_many(session: Session, drafts: Sequence[Draft]) -> dict[str, int]:
    """Queue all ``drafts`` in a few statements, however many they are; key -> the message's id.

    Invalid when one of them has no possible recipient: then none is queued. What can leave is
    finished only then (``composing``); what rests in the outbox is whole from the start.
    """
    return _queue(session, drafts, later=True)


def _queue(session: Session, drafts: Sequence[Draft], *, later: bool) -> dict[str, int]:
    if not drafts:
        return {}
    used = {each.get("channel", EMAIL) for each in drafts}
    ready = {channel for channel in used if channels.is_ready(session, channel)}
    written = composing.compose(session, drafts, later=ready if later else ())
    for each in written:
        leaves = each.channel in ready
        each.values["state"] = MessageState.QUEUED if leaves else MessageState.OUTBOX
    rows = [each.values for each in written]
    fresh = insert_all(session, Message, rows, unique="key", own="message_id")
    tracking.keep(session, {fresh[one.key]: one.links for one in written if one.key in fresh})
    leaving = [fresh[one.key] for one in written if one.key in fresh and one.channel in ready]
    jobs.enqueue_all(session, SEND, [(f"message:{n}:0", {"message_id": n}) for n in leaving])
    if fresh:
        # One is enough to have the open tabs look.
        facts.record(session, facts.MessageChanged(max(fresh.values())))
    return fresh | _known(session, {one.key for one in written} - set(fresh))


def _known(session: Session, keys: Collection[str]) -> dict[str, int]:
    if not keys:
        return {}
    found = session.exec(select(Message.key, Message.id).where(col(Message.key).in_(keys)))
    return {key: message_id or 0 for key, message_id in found}


def send_now(session: Session, actor: Actor, message: Message) -> Message:
    """Send what waits in the outbox, failed or was skipped; a person decided (Q-3).

    Conflict for a message that was sent, is on its way, or may have arrived already: the last is
    for ``send_again``. Invalid without a mail server.
    """
    return _send(session, actor, message, (*_UNSENT[:2], MessageState.SKIPPED))


def send_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """Send what rests in the outbox, is the actor's business and still of use; how many that were.

    What is over by now (a reminder of yesterday) stays where it is, and so does what has no way out
    yet. Invalid when no channel can send.
    """
    waiting = select(Message).where(
        Message.state == MessageState.OUTBOX,
        or_(col(Message.expires_at).is_(None), col(Message.expires_at) > now),
    )
    if not actor.is_admin:
        mine = col(Message.user_id) == actor.require_user()
        waiting = waiting.where(mine, col(Message.confidential).is_(False))
    ready = [channel for channel in CHANNELS if channels.is_ready(session, channel)]
    out = waiting.where(col(Message.channel).in_(ready)).order_by(col(Message.id))
    messages = session.exec(out.with_for_update()).all()
    if not messages and session.exec(waiting.limit(1)).first() is not None:
        raise Invalid(NO_SERVER)
    for message in messages:
        queue_again(session, message)
    return len(messages)


def send_again(session: Session, actor: Actor, message: Message) -> Message:
    """Send what may have arrived already; the person knows that it can come twice (CAM-8)."""
    return _send(session, actor, message, (MessageState.UNKNOWN,))


def queue_again(session: Session, message: Message) -> None:
    """Another attempt at a message that certainly did not go out."""
    message.attempt += 1
    message.external_id, message.delivered_at = "", None
    _dispatch(session, message)


def mark_sent_by_hand(session: Session, actor: Actor, message: Message) -> Message:
    """A person has sent it by other means, or knows that it arrived."""
    _require(actor, message, _UNSENT)
    message.state, message.error, message.sent_at = MessageState.SENT, "", clock.now()
    # The outbox page may be open in two tabs, and a late answer may come: the attempt is over.
    message.attempt += 1
    _note(session, message)
    settled.tell(session, message)
    return message


def _send(
    session: Session, actor: Actor, message: Message, states: tuple[MessageState, ...]
) -> Message:
    session.refresh(message, with_for_update=True)
    _require(actor, message, states)
    if not channels.is_ready(session, message.channel):
        raise Invalid(NO_SERVER if message.channel == EMAIL else NO_ACCOUNT)
    message.expires_at = None
    queue_again(session, message)
    return message


def _require(actor: Actor, message: Message, states: tuple[MessageState, ...]) -> None:
    if not actor.is_admin and (message.confidential or message.user_id != actor.require_user()):
        raise NotAllowed
    if message.state not in states:
        raise Conflict(N_("This message is being sent or was sent already."))


def _dispatch(session: Session, message: Message) -> None:
    message.error, message.error_detail = "", ""
    if channels.is_ready(session, message.channel):
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
