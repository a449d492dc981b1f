"""CAM-9, Q-3: of many mails that are queued at once, each gets its looks and its links as it leaves."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

import crm_app.worker  # noqa: F401 - declares the job that hands facts on
from crm_app.core import clock, db, job_runner
from crm_app.core.kinds import MessageState
from crm_app.messaging import delivery, http, queries, service, unsubscribe
from crm_app.messaging.drafts import Draft
from crm_app.messaging.ui import outbox_rows
from crm_app.models import Contact, Message, TrackedLink, Workspace
from crm_app.providers import memory_mail
from crm_app.providers.memory_mail import MemoryMail
from tests import factories
from tests.messaging.channel_rig import BASE
from tests.ui.tabs import cookie_of

SHOP = "https://shop.example/new"
TEXT = f"Hello,\n\nlook: {SHOP}"


@pytest.fixture
def box(database: str) -> Iterator[MemoryMail]:
    with db.unit_of_work() as session:
        factories.workspace(session, smtp_url="memory://finishing")
    yield memory_mail.box("finishing")
    memory_mail.forget("finishing")


def _mails(count: int = 1, **values: object) -> list[int]:
    """Queued together, each to a contact of his own; their ids."""
    with db.unit_of_work() as session:
        drafts = []
        for number in range(count):
            address = f"lea{number}@lead.example"
            contact = factories.contact(session, email=address)
            drafts.append(
                Draft(
                    key=f"k{number}", kind="campaign", to_address=address, subject="News", text=TEXT,
                    contact_id=contact.id, marketing=True, track_links=True,
                )
            )  # fmt: skip
            drafts[-1].update(values)  # type: ignore[typeddict-item]
        return sorted(service.queue_many(session, drafts).values())


def _message(message_id: int) -> Message:
    with db.reading() as session:
        return session.get_one(Message, message_id)


def _links() -> list[TrackedLink]:
    with db.reading() as session:
        return list(session.exec(select(TrackedLink)))


def _way_out(message: Message) -> str:
    return unsubscribe.address(BASE, message.contact_id or 0, "email")


def test_cam9_what_leaves_has_looks_counted_links_and_the_way_to_unsubscribe(
    box: MemoryMail,
) -> None:
    ids = _mails(3)
    assert {_message(each).text for each in ids} == {TEXT}
    assert _links() == []
    job_runner.drain()
    assert len(box.sent) == 3
    # Mails that are due at the same instant leave in any order.
    links = sorted(_links(), key=lambda link: link.message_id)
    for message_id, link in zip(ids, links, strict=True):
        message = _message(message_id)
        assert (link.message_id, link.url) == (message_id, SHOP)
        for form in (message.text, message.html):
            assert f"{BASE}/l/{link.token}" in form
            assert _way_out(message) in form
        assert f"look: {SHOP}" not in message.text
        [mail] = [each for each in box.sent if each.recipient == message.to_address]
        carried = message_from_bytes(mail.content, policy=policy.default)
        plain = carried.get_body(("plain",))
        assert plain is not None
        assert _way_out(message) in plain.get_content()
        assert carried["List-Unsubscribe"] == f"<{_way_out(message)}>"


def test_cam6_links_are_counted_only_where_that_was_wanted(box: MemoryMail) -> None:
    [message_id] = _mails(track_links=False)
    job_runner.drain()
    assert f"look: {SHOP}" in _message(message_id).text
    assert _links() == []


def test_cam8_a_second_attempt_finds_the_same_mail(box: MemoryMail) -> None:
    [message_id] = _mails()
    for _ in range(2):
        with db.unit_of_work() as session:
            delivery.begin(session, message_id, now=clock.now())
    message = _message(message_id)
    assert message.text.count(_way_out(message)) == 1
    assert len(_links()) == 1


def test_q3_what_waits_in_the_queue_is_shown_whole_and_stays_as_it_is(box: MemoryMail) -> None:
    [message_id] = _mails()
    with db.unit_of_work() as session:
        boss = factories.admin(session)
    browser = TestClient(Starlette(routes=http.routes), base_url=BASE)
    cookie = {"cookie": cookie_of(boss)}
    look = browser.get(f"/outbox/{message_id}/look", headers=cookie).text
    file = browser.get(f"/outbox/{message_id}.eml", headers=cookie).content
    way_out = _way_out(_message(message_id))
    assert way_out in look
    assert SHOP in look
    assert b"text/html" in file
    with db.reading() as session:
        row = outbox_rows.detail(session, factories.actor(boss), message_id)
    assert way_out in row["text"]
    assert row["html"] == "yes"
    assert _message(message_id).text == TEXT
    assert _links() == []


@pytest.mark.parametrize("state", [MessageState.OUTBOX, MessageState.SKIPPED])
def test_q3_what_does_not_leave_is_whole_too(box: MemoryMail, state: MessageState) -> None:
    [message_id] = _mails()
    with db.unit_of_work() as session:
        if state is MessageState.OUTBOX:
            session.get_one(Workspace, 1).smtp_url = ""
        else:
            contact = session.get_one(Contact, _message(message_id).contact_id)
            contact.do_not_disturb = ["email"]
    job_runner.drain()
    message = _message(message_id)
    assert message.state is state
    assert _way_out(message) in message.text
    assert re.search(rf'href="{BASE}/l/', message.html)
    with db.reading() as session:
        assert _way_out(message).encode() in queries.eml(session, message)


def test_q3_without_a_mail_server_many_rest_whole_from_the_start(database: str) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
    for message_id in _mails(2):
        message = _message(message_id)
        assert message.state is MessageState.OUTBOX
        assert _way_out(message) in message.html
    assert len(_links()) == 2


def test_cam8_a_known_key_gives_the_first_message_beside_new_ones(box: MemoryMail) -> None:
    [first] = _mails()
    with db.unit_of_work() as session:
        drafts = [
            Draft(key=key, kind="campaign", to_address="bo@lead.example", text="Other")
            for key in ("k0", "k9")
        ]
        ids = service.queue_many(session, drafts)
    assert ids["k0"] == first
    assert (_message(first).text, _message(ids["k9"]).text) == (TEXT, "Other")
    assert job_runner.drain() >= 2
    assert len(box.sent) == 2
