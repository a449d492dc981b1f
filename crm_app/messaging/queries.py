"""Reading messages, and who may: the Outbox page (Q-3). Ids enter the room through ``get_message``.

An administrator sees all. A member sees those that are his business (``user_id``), except the
confidential ones, whose text holds a link that opens somebody's account.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from crm_app.contacts.visibility import seen_contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import MessageState
from crm_app.messaging import channels, composing, sender
from crm_app.messaging.drafts import EMAIL
from crm_app.models import Contact, IncomingMessage, Message


def get_message(session: Session, actor: Actor, message_id: int) -> Message:
    """The message, if ``actor`` may see it; NotFound otherwise."""
    if not is_id(message_id):
        raise NotFound
    found = session.exec(select(Message).where(Message.id == message_id, _visible(actor))).first()
    if found is None:
        raise NotFound
    return found


def shown_message(session: Session, actor: Actor, message_id: int) -> Message:
    """The same, to be read by a person: whole, even when it will be finished only as it leaves."""
    return composing.shown(session, get_message(session, actor, message_id))


def list_messages(
    session: Session,
    actor: Actor,
    *,
    states: Collection[MessageState] | None = None,
    contact_id: int | None = None,
    appointment_id: int | None = None,
    channel: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """The messages that ``actor`` may see, newest first; ``before_id`` continues a list.

    ``channel`` "": all of them."""
    query = select(Message).where(_visible(actor)).order_by(col(Message.id).desc()).limit(limit)
    if states is not None:
        query = query.where(col(Message.state).in_(list(states)))
    if contact_id is not None:
        query = query.where(Message.contact_id == contact_id)
    if appointment_id is not None:
        query = query.where(Message.appointment_id == appointment_id)
    if channel:
        query = query.where(Message.channel == channel)
    if before_id is not None:
        query = query.where(col(Message.id) < before_id)
    return list(session.exec(query))


def count_by_state(session: Session, actor: Actor, *, channel: str = "") -> dict[MessageState, int]:
    """How many messages that ``actor`` may see stand in each state; absent means none."""
    query = select(Message.state, func.count()).where(_visible(actor))
    if channel:
        query = query.where(Message.channel == channel)
    rows = session.exec(query.group_by(col(Message.state)))
    return {MessageState(state): count for state, count in rows}


def can_send(session: Session, channel: str = EMAIL) -> bool:
    """Whether ``channel`` is set up, so that its messages go out instead of waiting in the outbox."""
    return channels.is_ready(session, channel)


def eml(session: Session, message: Message) -> bytes:
    """The message as a file that mail programs open (RFC 5322); NotFound when it is no mail."""
    if message.channel != EMAIL:
        raise NotFound
    return sender.content(session, composing.shown(session, message))


def list_received(
    session: Session, actor: Actor, *, before_id: int | None = None, limit: int = 50
) -> list[IncomingMessage]:
    """What contacts wrote that ``actor`` may see, newest first; administrators see strangers' too."""
    query = select(IncomingMessage).where(_received(actor))
    if before_id is not None:
        query = query.where(col(IncomingMessage.id) < before_id)
    return list(session.exec(query.order_by(col(IncomingMessage.id).desc()).limit(limit)))


def get_received(session: Session, actor: Actor, incoming_id: int) -> IncomingMessage:
    """A received message, if ``actor`` may see it; NotFound otherwise."""
    query = select(IncomingMessage).where(IncomingMessage.id == incoming_id, _received(actor))
    found = session.exec(query).first() if is_id(incoming_id) else None
    if found is None:
        raise NotFound
    return found


def unassigned(session: Session, actor: Actor) -> int:
    """How many received messages belong to nobody yet, for administrators; 0 for others."""
    if not actor.is_admin:
        return 0
    query = select(func.count()).select_from(IncomingMessage)
    return session.exec(query.where(col(IncomingMessage.contact_id).is_(None))).one()


def _received(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return col(IncomingMessage.id).is_not(None)
    actor.require_user()
    seen = select(Contact.id).where(seen_contacts(actor))
    return col(IncomingMessage.contact_id).in_(seen)


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return col(Message.id).is_not(None)
    return and_(col(Message.user_id) == actor.require_user(), col(Message.confidential).is_(False))
