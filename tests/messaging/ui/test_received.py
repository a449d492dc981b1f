"""Received messages: who sees what, and linking a stranger (USR-3, CAM-2)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crm_app.core import db
from crm_app.messaging import incoming
from crm_app.messaging.ui.outbox_state import Outbox
from crm_app.messaging.ui.received_state import Received
from crm_app.models import IncomingMessage, User
from tests import factories
from tests.messaging.channel_rig import NUMBER, lead, queue
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def _came(text: str, number: str = NUMBER) -> int:
    with db.unit_of_work() as session:
        row = incoming.take(
            session, channel="sms", external_id=text, from_address=number, text=text, at=AT
        )
    assert row is not None
    return row.id or 0


def _contact_of(incoming_id: int) -> int | None:
    with db.reading() as session:
        return session.get_one(IncomingMessage, incoming_id).contact_id


def test_usr3_members_see_what_their_contacts_wrote_and_no_strangers(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    with db.unit_of_work() as session:
        lead(session, name="Lea", owner_id=ben.id)
        lead(session, name="Max", number="+491709999999", owner_id=ada.id)
    _came("mine")
    _came("hers", "+491709999999")
    _came("nobody's", "+491708888888")
    tab = open_tab(ben).fire(Received.load)
    assert [row["text"] for row in tab.see(Received).rows] == ["mine"]
    tab = open_tab(ada).fire(Received.load)
    assert [row["text"] for row in tab.see(Received).rows] == ["nobody's", "hers", "mine"]
    assert open_tab(ada).fire(Outbox.load).see(Outbox).strangers == "1"
    assert not open_tab(ben).fire(Outbox.load).see(Outbox).strangers


def test_a_stranger_is_linked_to_the_contact_that_was_found(open_tab: OpenTab, ada: User) -> None:
    with db.unit_of_work() as session:
        contact = factories.contact(session, name="Lea Lind", search_text="lea lind")
    row_id = _came("Hello?")
    tab = open_tab(ada).fire(Received.load).fire(Received.begin, incoming_id=str(row_id))
    tab.fire(Received.look, text="lind")
    [found] = tab.see(Received).found
    assert found["name"] == "Lea Lind"
    tab.fire(Received.link, contact_id=found["id"])
    assert _contact_of(row_id) == contact.id
    assert tab.see(Received).linking == ""
    assert tab.see(Received).rows[0]["from"] == "Lea Lind"


@pytest.mark.parametrize("made_up", ["", "x", "0", "999", "9" * 12])
def test_syn13_made_up_ids_link_nothing(open_tab: OpenTab, ada: User, made_up: str) -> None:
    row_id = _came("Hello?")
    tab = open_tab(ada).fire(Received.load).fire(Received.begin, incoming_id=str(row_id))
    tab.fire(Received.link, contact_id=made_up)
    assert _contact_of(row_id) is None
    assert not tab.failures


def test_usr3_a_member_links_no_stranger(open_tab: OpenTab, ben: User) -> None:
    with db.unit_of_work() as session:
        contact = factories.contact(session, owner_id=ben.id)
    row_id = _came("Hello?")
    tab = open_tab(ben).fire(Received.begin, incoming_id=str(row_id))
    tab.fire(Received.link, contact_id=str(contact.id))
    assert _contact_of(row_id) is None


def test_q3_the_outbox_shows_every_channel_and_filters(open_tab: OpenTab, ada: User) -> None:
    with db.unit_of_work() as session:
        queue(session, key="a", text="First line\nSecond")
        queue(session, "email", key="b", to_address="lea@lead.example", subject="News")
    tab = open_tab(ada, "/outbox").fire(Outbox.load)
    assert [(row["channel"], row["subject"]) for row in tab.see(Outbox).rows] == [
        ("email", "News"),
        ("sms", "First line"),
    ]
    tab.fire(Outbox.set_channel, channel="sms")
    assert [row["channel"] for row in tab.see(Outbox).rows] == ["sms"]
    assert tab.see(Outbox).counts["outbox"] == "1"
    sms_id = tab.see(Outbox).rows[0]["id"]
    tab = open_tab(ada, f"/outbox/{sms_id}").fire(Outbox.load)
    assert (tab.see(Outbox).shown["channel"], tab.see(Outbox).shown["ready"]) == ("sms", "")
    tab.fire(Outbox.set_part, part="source")
    assert not tab.failures
