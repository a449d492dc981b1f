"""The Outbox page's acts (Q-3): who sees a message, and what a person may decide about it."""

from email import message_from_bytes, policy

import pytest
from sqlmodel import Session

from crm_app.core import access
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_app.core.kinds import MessageState
from crm_app.messaging import queries, sender, service
from crm_app.models import Message, User
from tests import factories


def _queue(session: Session, key: str = "k", **values: object) -> Message:
    defaults: dict[str, object] = {
        "kind": "booked",
        "to_name": "Lea",
        "to_address": "lea@lead.example",
        "subject": "Hello",
        "text": "Text",
    }
    return service.queue(session, key=key, **{**defaults, **values})  # type: ignore[arg-type]


@pytest.fixture
def anna(session: Session) -> User:
    """A member, in a workspace without a mail server."""
    factories.workspace(session)
    return factories.user(session, slug="anna")


def test_members_see_theirs_and_administrators_all(session: Session, anna: User) -> None:
    ben, chief = factories.user(session), factories.admin(session)
    hers, his = _queue(session, "a", user_id=anna.id), _queue(session, "b", user_id=ben.id)
    secret = _queue(session, "c", user_id=anna.id, confidential=True)
    assert queries.list_messages(session, factories.actor(anna)) == [hers]
    assert queries.list_messages(session, factories.actor(chief)) == [secret, his, hers]
    assert queries.count_by_state(session, factories.actor(chief)) == {MessageState.OUTBOX: 3}
    for hidden in (his, secret):
        with pytest.raises(NotFound):
            queries.get_message(session, factories.actor(anna), hidden.id or 0)
    with pytest.raises(NotAllowed):
        queries.list_messages(session, access.visitor())


@pytest.mark.parametrize("message_id", [0, -1, 999, 2**70])
def test_ids_that_are_none_are_not_found(session: Session, anna: User, message_id: int) -> None:
    with pytest.raises(NotFound):
        queries.get_message(session, factories.actor(anna), message_id)


def test_lists_continue_and_filter(session: Session, anna: User) -> None:
    made = [_queue(session, f"k{n}", user_id=anna.id, appointment_id=n) for n in range(5)]
    who = factories.actor(anna)
    first = queries.list_messages(session, who, limit=2)
    assert first == [made[4], made[3]]
    assert queries.list_messages(session, who, limit=2, before_id=made[3].id) == made[2:0:-1]
    assert queries.list_messages(session, who, appointment_id=2) == [made[2]]
    assert queries.list_messages(session, who, states=[MessageState.SENT]) == []


def test_q3_what_waits_is_sent_once_a_server_is_set(session: Session, anna: User) -> None:
    message = _queue(session, user_id=anna.id)
    with pytest.raises(Invalid, match="mail server"):
        service.send_now(session, factories.actor(anna), message)
    session.get_one(factories.models.Workspace, 1).smtp_url = "memory://x"
    service.send_now(session, factories.actor(anna), message)
    assert (message.state, message.attempt) == (MessageState.QUEUED, 1)
    with pytest.raises(Conflict):
        service.send_now(session, factories.actor(anna), message)


def test_cam8_what_may_have_arrived_needs_its_own_word(session: Session, anna: User) -> None:
    session.get_one(factories.models.Workspace, 1).smtp_url = "memory://x"
    message = _queue(session, user_id=anna.id)
    message.state = MessageState.UNKNOWN
    session.flush()
    with pytest.raises(Conflict):
        service.send_now(session, factories.actor(anna), message)
    service.send_again(session, factories.actor(anna), message)
    assert message.state is MessageState.QUEUED


def test_q3_sent_by_hand(session: Session, anna: User) -> None:
    message = _queue(session, user_id=anna.id)
    service.mark_sent_by_hand(session, factories.actor(anna), message)
    assert message.state is MessageState.SENT
    with pytest.raises(Conflict):
        service.mark_sent_by_hand(session, factories.actor(anna), message)


def test_others_may_not_decide(session: Session, anna: User) -> None:
    message = _queue(session, user_id=anna.id)
    with pytest.raises(NotAllowed):
        service.mark_sent_by_hand(session, factories.actor(factories.user(session)), message)


@pytest.mark.parametrize("address", ["", "lea", "lea@", "lea@lead.example\nBcc: x@y.example"])
def test_q1_no_address_no_message(session: Session, address: str) -> None:
    with pytest.raises(Invalid):
        _queue(session, to_address=address)


def test_the_file_is_the_mail(session: Session, anna: User) -> None:
    message = _queue(
        session, user_id=anna.id, from_name="Anna via Team", reply_to="anna@team.example"
    )
    mail = message_from_bytes(queries.eml(session, message), policy=policy.default)
    assert mail["From"] == "Anna via Team <tandem@crm.example>"
    assert mail["To"] == "Lea <lea@lead.example>"
    assert mail["Message-ID"] == message.message_id


@pytest.mark.parametrize(
    ("workspace", "settings", "expected"),
    [
        ("", "", "tandem@crm.example"),
        ("", "crm@host.example", "crm@host.example"),
        ("Team <team@firm.example>", "crm@host.example", "team@firm.example"),
    ],
)
def test_the_sender_is_the_workspaces_then_the_hosts_then_ours(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    workspace: str,
    settings: str,
    expected: str,
) -> None:
    from crm_app.core.settings import get_settings

    monkeypatch.setenv("CRM_MAIL_FROM", settings)
    get_settings.cache_clear()
    factories.workspace(session, mail_from=workspace)
    assert sender.from_address(session) == expected
