"""What people write to us: signatures, once, whose it is, STOP and START, who is told (CAM-9)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm_app.core import db
from crm_app.core.errors import NotAllowed
from crm_app.core.facts import FactRow
from crm_app.core.kinds import MessageState
from crm_app.messaging import incoming, keywords
from crm_app.messaging.keywords import Wish
from crm_app.models import (
    Contact,
    ContactPhone,
    IncomingMessage,
    Message,
    Notification,
    TimelineEntry,
    User,
)
from tests import factories
from tests.messaging.channel_rig import (
    BASE,
    NUMBER,
    PERSON,
    client,
    lead,
    post_form,
    queue,
    set_up_messenger,
    set_up_sms,
)
from tests.servers.messenger import PAGE, VERIFY, MessengerService, messenger_service
from tests.servers.twilio import TwilioService, twilio_service

HOOK = f"{BASE}/hooks/twilio/incoming"
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MILLISECONDS = int(AT.timestamp() * 1000)


@pytest.fixture
def chief(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session)


@pytest.fixture
def sms(chief: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioService]:
    with twilio_service() as running:
        running.post = post_form
        set_up_sms(monkeypatch, running)
        yield running


@pytest.fixture
def page(chief: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessengerService]:
    with messenger_service() as running:
        set_up_messenger(monkeypatch, running)
        yield running


def _all(table: type[Any]) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(table).order_by(col(table.id))))


def _kinds() -> list[str]:
    return [row.kind for row in _all(FactRow)]


def _lead(**values: Any) -> int:
    with db.unit_of_work() as session:
        return lead(session, **values).id or 0


def _quiet(contact_id: int) -> list[str]:
    with db.reading() as session:
        return session.get_one(Contact, contact_id).do_not_disturb


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("STOP", Wish.STOP),
        (" Stop. ", Wish.STOP),
        ("stopall", Wish.STOP),
        ("Stopp!", Wish.STOP),
        ("Abmelden", Wish.STOP),
        ("rezygnuję", Wish.STOP),
        ("Unsubscribe", Wish.STOP),
        ("START", Wish.START),
        ("yes", Wish.START),
        ("Help", Wish.HELP),
        ("Please stop by at nine", None),
        ("I cannot stop thinking of it", None),
        ("", None),
        ("👍", None),
    ],
)
def test_cam9_only_a_message_that_is_nothing_but_the_word_counts(
    text: str, asked: Wish | None
) -> None:
    assert keywords.wish(text) is asked


def test_cam2_an_answer_reaches_timeline_campaigns_and_the_owner_once(sms: TwilioService) -> None:
    with db.unit_of_work() as session:
        owner = factories.user(session)
        contact = lead(session, name="Lea Lind", owner_id=owner.id)
        sent = queue(session, contact_id=contact.id)
        sent.state, sent.sent_at = MessageState.SENT, AT
        session.add(sent)
    for _ in range(2):
        assert sms.text(HOOK, NUMBER, "Tomorrow\nat nine?", sid="SM7") == 200
    [row] = _all(IncomingMessage)
    assert (row.contact_id, row.answers_message_id, row.text) == (
        contact.id,
        sent.id,
        "Tomorrow\nat nine?",
    )
    [entry] = _all(TimelineEntry)
    assert (entry.kind, entry.params) == ("reply", {"text": "Tomorrow at nine?"})
    [told] = _all(Notification)
    assert (told.user_id, told.path) == (owner.id, f"/contacts/{contact.id}")
    assert _kinds().count("MessageReplied") == 1
    assert _all(Message)[0].replied_at is not None


def test_con2_an_answer_belongs_to_whom_we_wrote_last_and_else_to_the_oldest(
    sms: TwilioService,
) -> None:
    oldest, younger = _lead(), _lead()
    sms.text(HOOK, NUMBER, "Who am I?")
    with db.unit_of_work() as session:
        sent = queue(session, contact_id=younger)
        sent.state, sent.sent_at = MessageState.SENT, AT
        session.add(sent)
    sms.text(HOOK, NUMBER, "And now?")
    assert [row.contact_id for row in _all(IncomingMessage)] == [oldest, younger]


@pytest.mark.parametrize("signature", [None, "", "guessed", "ü"])
def test_syn13_a_call_that_twilio_did_not_sign_changes_nothing(
    sms: TwilioService, signature: str | None
) -> None:
    fields = {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}
    headers = {} if signature is None else {"X-Twilio-Signature": signature.encode()}
    contact_id = _lead()
    answer = client().post("/hooks/twilio/incoming", data=fields, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert (_all(IncomingMessage), _quiet(contact_id)) == ([], [])


def test_syn13_without_an_account_nobody_can_sign(chief: User) -> None:
    with twilio_service() as stranger:
        stranger.post = post_form
        assert stranger.text(HOOK, NUMBER, "STOP", token="") == 403


def test_cam9_stop_counts_for_every_contact_with_the_number_and_start_lifts_it(
    sms: TwilioService,
) -> None:
    one, two, other = _lead(), _lead(), _lead(number="+491709999999")
    assert sms.text(HOOK, NUMBER, "STOP") == 200
    assert [_quiet(each) for each in (one, two, other)] == [["sms"], ["sms"], []]
    assert _kinds().count("ContactUnsubscribed") == 2
    assert _kinds().count("MessageReplied") == 0
    assert _all(Notification) == []
    assert sms.text(HOOK, NUMBER, "Stop") == 200  # once more changes nothing
    assert _kinds().count("ContactUnsubscribed") == 2
    assert sms.text(HOOK, NUMBER, "START") == 200
    assert [_quiet(each) for each in (one, two)] == [[], []]


def test_cam9_yes_of_somebody_who_never_left_is_an_answer(sms: TwilioService) -> None:
    _lead()
    sms.text(HOOK, NUMBER, "Yes")
    assert _kinds().count("MessageReplied") == 1


def test_help_is_told_to_people_and_stops_no_campaign(sms: TwilioService) -> None:
    _lead()
    sms.text(HOOK, NUMBER, "HELP")
    assert _kinds().count("MessageReplied") == 0
    assert len(_all(Notification)) == 1


def test_a_stranger_is_kept_told_and_linked_by_a_person(sms: TwilioService, chief: User) -> None:
    sms.text(HOOK, NUMBER, "Hello?")
    sms.text(HOOK, NUMBER, "Anybody?")
    rows = _all(IncomingMessage)
    assert [row.contact_id for row in rows] == [None, None]
    assert {one.user_id for one in _all(Notification)} == {chief.id}
    with db.unit_of_work() as session:
        contact = factories.contact(session, name="Lea")
        row = session.get_one(IncomingMessage, rows[1].id)
        incoming.link(session, factories.actor(chief), row, contact)
    assert [row.contact_id for row in _all(IncomingMessage)] == [contact.id, contact.id]
    assert [row.e164 for row in _all(ContactPhone)] == [NUMBER]
    assert _kinds().count("MessageReplied") == 1
    sms.text(HOOK, NUMBER, "It is me")
    assert _all(IncomingMessage)[-1].contact_id == contact.id


def test_usr3_who_may_not_change_a_contact_links_nothing_to_it(session: Session) -> None:
    factories.workspace(session)
    owner, other = factories.user(session), factories.user(session)
    contact = factories.contact(session, owner_id=owner.id)
    row = incoming.take(
        session, channel="sms", external_id="1", from_address=NUMBER, text="Hi", at=AT
    )
    assert row is not None
    with pytest.raises(NotAllowed):
        incoming.link(session, factories.actor(other), row, contact)
    assert row.contact_id is None


def _to_hook(body: bytes, headers: Mapping[str, str]) -> int:
    return client().post("/hooks/messenger", content=body, headers=headers).status_code


def test_cam2_messenger_a_message_comes_in_once_with_its_time(page: MessengerService) -> None:
    with db.unit_of_work() as session:
        contact = factories.contact(session, messenger_id=PERSON)
    for _ in range(2):
        assert page.write(_to_hook, PERSON, "Hi", at=MILLISECONDS, mid="m1") == 200
    [row] = _all(IncomingMessage)
    assert (row.channel, row.contact_id, row.at, row.to_address) == (
        "messenger",
        contact.id,
        AT,
        PAGE,
    )


def test_cam2_messenger_echoes_reports_and_nonsense_are_no_messages(
    page: MessengerService,
) -> None:
    assert page.write(_to_hook, PAGE, "ours", at=MILLISECONDS, is_echo=True) == 200
    assert page.write(_to_hook, PAGE, "ours", at=MILLISECONDS) == 200
    assert page.write(_to_hook, PERSON, "Hi", at=MILLISECONDS, secret="guessed") == 403
    assert _to_hook(b"{}", {}) == 403
    assert _all(IncomingMessage) == []


def test_cam2_messenger_a_picture_is_named(page: MessengerService) -> None:
    kinds = [{"type": "image", "payload": {}}]
    page.write(_to_hook, PERSON, "", at=10**18, attachments=kinds)
    [row] = _all(IncomingMessage)
    assert row.text == "[image]"


def test_a_stranger_at_the_page_is_known_once_linked(page: MessengerService, chief: User) -> None:
    page.write(_to_hook, PERSON, "Hi", at=MILLISECONDS)
    with db.unit_of_work() as session:
        old = factories.contact(session, messenger_id=PERSON + "1")
        contact = factories.contact(session)
        [row] = session.exec(select(IncomingMessage)).all()
        incoming.link(session, factories.actor(chief), row, contact)
    assert contact.messenger_id == PERSON
    assert old.messenger_id == PERSON + "1"
    page.write(_to_hook, PERSON, "Again", at=MILLISECONDS)
    assert _all(IncomingMessage)[-1].contact_id == contact.id


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "42"}, 200),
        ({"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "42"}, 403),
        ({"hub.mode": "x", "hub.verify_token": VERIFY, "hub.challenge": "42"}, 403),
        ({}, 403),
    ],
)
def test_cam2_messenger_the_address_is_verified_by_the_token(
    page: MessengerService, query: dict[str, str], status: int
) -> None:
    answer = client().get("/hooks/messenger", params=query)
    assert (answer.status_code, answer.text) == (status, "42" if status == 200 else "")
