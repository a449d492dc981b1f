"""Messages that the tests of this room have written."""

from collections.abc import Callable

from crm_app.core import db
from crm_app.models import Message

# Queues a message with the given columns and puts it in a state; its id.
Write = Callable[..., int]


def stored(message_id: int) -> Message:
    """The message as the database has it."""
    with db.reading() as session:
        return session.get_one(Message, message_id)
