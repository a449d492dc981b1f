"""An administrator and a member, and messages in every state."""

import pytest

from crm_app.core import db
from crm_app.core.kinds import MessageState
from crm_app.messaging import service
from crm_app.models import User
from tests import factories
from tests.messaging.written import Write


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Byron", slug="ada")


@pytest.fixture
def ben(ada: User) -> User:
    with db.unit_of_work() as session:
        return factories.user(session, name="Ben Nowak", slug="ben")


@pytest.fixture
def write(ada: User) -> Write:
    """Queues a message and puts it in a state; its id."""

    def queue(
        state: MessageState = MessageState.OUTBOX, *, of: User | None = None, **values: object
    ) -> int:
        defaults: dict[str, object] = {
            "key": f"message {len(made)}",
            "kind": "booked",
            "to_name": "Lea Lind",
            "to_address": "lea@guests.example",
            "subject": "You are booked",
            "text": "See you on Monday",
            "html": "<p>See you on Monday</p>",
        }
        with db.unit_of_work() as session:
            message = service.queue(
                session,
                user_id=of.id if of else None,
                **(defaults | values),  # type: ignore[arg-type]
            )
            message.state = state
            session.add(message)
            session.flush()
            made.append(message.id or 0)
        return made[-1]

    made: list[int] = []
    return queue
