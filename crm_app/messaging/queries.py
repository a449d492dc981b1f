"""Reading messages, and who may: the Outbox page (Q-3). Ids enter the room through ``get_message``.

An administrator sees all. A member sees those that are his business (``user_id``), except the
confidential ones, whose text holds a link that opens somebody's account.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.core.kinds import MessageState
from crm_app.messaging import sender
from crm_app.models import Message


def get_message(session: Session, actor: Actor, message_id: int) -> Message:
    """The message, if ``actor`` may see it; NotFound otherwise."""
    if not is_id(message_id):
        raise NotFound
    found = session.exec(select(Message).where(Message.id == message_id, _visible(actor))).first()
    if found is None:
        raise NotFound
    return found


def list_messages(
    session: Session,
    actor: Actor,
    *,
    states: Collection[MessageState] | None = None,
    contact_id: int | None = None,
    appointment_id: int | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """The messages that ``actor`` may see, newest first; ``before_id`` continues a list."""
    query = select(Message).where(_visible(actor)).order_by(col(Message.id).desc()).limit(limit)
    if states is not None:
        query = query.where(col(Message.state).in_(list(states)))
    if contact_id is not None:
        query = query.where(Message.contact_id == contact_id)
    if appointment_id is not None:
        query = query.where(Message.appointment_id == appointment_id)
    if before_id is not None:
        query = query.where(col(Message.id) < before_id)
    return list(session.exec(query))


def count_by_state(session: Session, actor: Actor) -> dict[MessageState, int]:
    """How many messages that ``actor`` may see stand in each state; absent means none."""
    rows = session.exec(
        select(Message.state, func.count()).where(_visible(actor)).group_by(col(Message.state))
    )
    return {MessageState(state): count for state, count in rows}


def can_send(session: Session) -> bool:
    """Whether a mail server is set, so that mail goes out instead of waiting in the outbox."""
    return bool(sender.smtp_url(session))


def eml(session: Session, message: Message) -> bytes:
    """The message as a file that mail programs open (RFC 5322)."""
    return sender.content(session, message)


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return col(Message.id).is_not(None)
    return and_(col(Message.user_id) == actor.require_user(), col(Message.confidential).is_(False))
