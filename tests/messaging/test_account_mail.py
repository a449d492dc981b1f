"""Mails with a link that opens an account (USR-2): to the right person, once, and kept private."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlmodel import Session, select

import crm_app.worker  # noqa: F401 - the table of listeners
from crm_app.accounts import recovery, tokens
from crm_app.core import db, facts, job_runner
from crm_app.core.kinds import MessageState
from crm_app.messaging import queries
from crm_app.models import Message, Workspace
from crm_app.providers import memory_mail
from crm_app.providers.memory_mail import MemoryMail
from tests import factories

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def box(lite: str) -> Iterator[MemoryMail]:
    """A workspace with a mail server in memory, and Anna, who reads German."""
    with time_machine.travel(NOW, tick=False):
        with db.unit_of_work() as session:
            factories.workspace(session, name="Tandem Team", smtp_url="memory://accounts")
            factories.user(session, slug="anna", name="Anna Arlt", locale="de")
        yield memory_mail.box("accounts")
    memory_mail.forget("accounts")


def _reset(email: str) -> None:
    with db.unit_of_work() as session:
        recovery.request_reset(session, email=email, address="192.0.2.1", now=NOW)
    job_runner.drain()


def test_usr2_a_reset_link_is_mailed(box: MemoryMail) -> None:
    _reset("Anna@Team.example")
    [sent] = box.sent
    mail = message_from_bytes(sent.content, policy=policy.default)
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert sent.recipient == "anna@team.example"
    assert mail["From"] == "Tandem Team <tandem@crm.example>"
    assert "Neues Passwort" in mail["Subject"]
    token = text.split("https://crm.example/reset/")[1].split()[0]
    with db.reading() as session:
        assert recovery.holder(session, tokens.RESET, token, NOW).name == "Anna Arlt"
    assert "Fr., 20. Nov. 2026, 10:00" in text
    with db.reading() as session:
        [message] = session.exec(select(Message)).all()
        assert (message.state, message.text, message.html) == (MessageState.SENT, "", "")


def test_usr2_nobody_is_mailed_when_nobody_has_the_address(box: MemoryMail) -> None:
    _reset("nobody@team.example")
    assert box.sent == []
    with db.reading() as session:
        assert session.exec(select(Message)).all() == []


def test_an_invitation_is_mailed(box: MemoryMail) -> None:
    with db.unit_of_work() as session:
        anna = session.get_one(factories.models.User, 1)
        row, token = tokens.issue(
            session,
            tokens.INVITE,
            user_id=anna.id,
            lifetime=timedelta(days=7),
            now=NOW,
            readable=True,
        )
        facts.record(session, facts.UserInvited(row.id or 0))
    job_runner.drain()
    [sent] = box.sent
    mail = message_from_bytes(sent.content, policy=policy.default)
    assert mail["Subject"] == "Sie sind zu Tandem Team eingeladen"
    assert f"https://crm.example/invite/{token}" in _text(mail)


def _text(mail: object) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[attr-defined]


def test_the_link_is_hidden_from_members_in_the_outbox(box: MemoryMail) -> None:
    with db.unit_of_work() as session:
        session.get_one(Workspace, 1).smtp_url = None
    _reset("anna@team.example")
    with db.reading() as session:
        [message] = session.exec(select(Message)).all()
        assert (message.state, message.confidential) == (MessageState.OUTBOX, True)
        anna = session.get_one(factories.models.User, 1)
        assert queries.list_messages(session, factories.actor(anna)) == []
        assert queries.list_messages(session, _chief(session)) == [message]


def _chief(session: Session) -> factories.Actor:
    return factories.actor(factories.admin(session))


def test_the_mail_is_of_no_use_once_the_link_is_over(box: MemoryMail) -> None:
    with db.unit_of_work() as session:
        session.get_one(Workspace, 1).smtp_url = None
    _reset("anna@team.example")
    with db.unit_of_work() as session:
        [message] = session.exec(select(Message)).all()
        assert message.expires_at == NOW + recovery.RESET_LIFETIME
