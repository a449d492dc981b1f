"""Q-3 and CAM-8 on the Outbox page: what is seen by whom, and what a person decides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.job_runner import drain
from crm_app.core.kinds import MessageState
from crm_app.messaging.ui import outbox_rows
from crm_app.messaging.ui.outbox_state import Outbox, message_in
from crm_app.messaging.ui.state_words import TONES, WORDS
from crm_app.models import User, Workspace
from tests.messaging.written import Write, stored
from tests.servers.smtp import SmtpSink
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


def use_server(sink: SmtpSink) -> None:
    with db.unit_of_work() as session:
        workspace = session.exec(select(Workspace)).one()
        workspace.smtp_url = sink.url
        session.add(workspace)


def ids(tab: Tab) -> list[int]:
    return [int(row["id"]) for row in tab.see(Outbox).rows]


def opened(open_tab: OpenTab, user: User, message_id: int) -> Tab:
    return open_tab(user, f"/outbox/{message_id}").fire(Outbox.load)


def test_q3_the_list_is_newest_first_and_filtered_by_state(
    open_tab: OpenTab, ada: User, write: Write
) -> None:
    first, second = write(), write(MessageState.SENT)
    third, fourth = write(MessageState.UNKNOWN), write(MessageState.SKIPPED)
    tab = open_tab(ada, "/outbox").fire(Outbox.load)
    assert ids(tab) == [fourth, third, second, first]
    counts = tab.see(Outbox).counts
    assert (counts["outbox"], counts["check"], counts["failed"], counts["queued"]) == (
        "1",
        "1",
        "1",
        "",
    )
    for view, expected in (("outbox", [first]), ("check", [third]), ("failed", [fourth])):
        assert ids(tab.fire(Outbox.set_view, view=view)) == expected
    assert ids(tab.fire(Outbox.set_view, view="nonsense")) == [fourth, third, second, first]
    assert tab.see(Outbox).rows[1]["words"] == "Please check"


def test_every_state_has_its_words() -> None:
    assert set(WORDS) == set(TONES) == set(MessageState)
    listed = [state for states in outbox_rows.VIEWS.values() if states for state in states]
    assert sorted(listed) == sorted(MessageState)


def test_q3_a_long_list_comes_in_pages(open_tab: OpenTab, ada: User, write: Write) -> None:
    for _ in range(outbox_rows.PAGE + 3):
        write()
    tab = open_tab(ada, "/outbox").fire(Outbox.load)
    assert len(ids(tab)) == outbox_rows.PAGE
    assert tab.see(Outbox).more
    tab.fire(Outbox.load_more)
    assert len(set(ids(tab))) == outbox_rows.PAGE + 3
    assert not tab.see(Outbox).more


def test_q3_a_message_opens_by_its_address_with_text_invitation_and_source(
    open_tab: OpenTab, ada: User, write: Write
) -> None:
    message_id = write(ics="BEGIN:VCALENDAR", ics_method="REQUEST", reply_to="ben@team.example")
    tab = opened(open_tab, ada, message_id)
    shown = tab.see(Outbox).shown
    assert tab.see(Outbox).opened
    assert (shown["text"], shown["ics"]) == ("See you on Monday", "BEGIN:VCALENDAR")
    assert shown["reply_to"] == "ben@team.example"
    assert "tandem@crm.example" in shown["from"]
    assert tab.see(Outbox).source == ""
    tab.fire(Outbox.set_part, part="source")
    assert "Subject: You are booked" in tab.see(Outbox).source
    assert "text/calendar" in tab.see(Outbox).source
    tab.fire(Outbox.set_part, part="secrets")
    assert tab.see(Outbox).part == "text"


def test_usr3_members_see_their_own_and_nothing_confidential(
    open_tab: OpenTab, ada: User, ben: User, write: Write
) -> None:
    his, hers = write(of=ben), write(of=ada)
    secret = write(of=ben, confidential=True, text="https://crm.example/reset/abc")
    assert ids(open_tab(ben, "/outbox").fire(Outbox.load)) == [his]
    assert ids(open_tab(ada, "/outbox").fire(Outbox.load)) == [secret, hers, his]
    for forbidden in (hers, secret, 999_999):
        tab = opened(open_tab, ben, forbidden)
        assert not tab.see(Outbox).opened
        assert "does not exist" in tab.said
        assert "/reset/" not in str(tab.held)


def test_q3_i_sent_this_myself(open_tab: OpenTab, ben: User, write: Write) -> None:
    message_id = write(of=ben)
    tab = opened(open_tab, ben, message_id).fire(Outbox.mark_sent)
    assert stored(message_id).state is MessageState.SENT
    assert tab.see(Outbox).shown["state"] == "sent"
    assert tab.see(Outbox).shown["sent"]
    tab.fire(Outbox.mark_sent)
    assert "sent already" in tab.said


def test_q3_without_a_server_nothing_can_be_sent(
    open_tab: OpenTab, ada: User, write: Write
) -> None:
    message_id = write()
    tab = opened(open_tab, ada, message_id)
    assert not tab.see(Outbox).can_send
    assert "mail server" in tab.fire(Outbox.send_now).said
    assert "mail server" in tab.fire(Outbox.send_all).said
    assert stored(message_id).state is MessageState.OUTBOX


@pytest.mark.server
def test_q3_with_a_server_what_waits_is_sent(
    open_tab: OpenTab, ada: User, write: Write, smtp_sink: SmtpSink
) -> None:
    message_id = write()
    use_server(smtp_sink)
    tab = opened(open_tab, ada, message_id)
    assert tab.see(Outbox).can_send
    tab.fire(Outbox.send_now)
    assert "on its way" in tab.said
    drain()
    assert [one.recipient for one in smtp_sink.received] == ["lea@guests.example"]
    assert tab.fire(Outbox.follow).see(Outbox).shown["state"] == "sent"


@pytest.mark.server
def test_cam8_what_may_have_arrived_is_sent_again_only_when_somebody_says_so(
    open_tab: OpenTab, ada: User, write: Write, smtp_sink: SmtpSink
) -> None:
    message_id = write(MessageState.UNKNOWN)
    use_server(smtp_sink)
    tab = opened(open_tab, ada, message_id)
    tab.fire(Outbox.send_now).fire(Outbox.send_all)
    drain()
    assert smtp_sink.received == []
    tab.fire(Outbox.send_again)
    drain()
    assert len(smtp_sink.received) == 1


@pytest.mark.server
def test_q3_all_that_waits_is_sent_but_what_is_over(
    open_tab: OpenTab, ada: User, ben: User, write: Write, smtp_sink: SmtpSink
) -> None:
    now = clock.now()
    his = write(of=ben, expires_at=now + timedelta(hours=1))
    hers = write(of=ada)
    late = write(of=ben, expires_at=now - timedelta(hours=1))
    secret = write(of=ben, confidential=True)
    use_server(smtp_sink)
    tab = open_tab(ben, "/outbox").fire(Outbox.load).fire(Outbox.send_all)
    assert "1 message is on its way" in tab.said
    assert stored(his).state is MessageState.QUEUED
    assert {stored(one).state for one in (hers, late, secret)} == {MessageState.OUTBOX}
    tab = open_tab(ada, "/outbox").fire(Outbox.load).fire(Outbox.send_all)
    assert "2 messages are on their way" in tab.said
    assert stored(late).state is MessageState.OUTBOX


def test_usr3_nobody_decides_about_what_is_not_his(
    open_tab: OpenTab, ada: User, ben: User, write: Write
) -> None:
    his, hers = write(of=ben), write(of=ada)
    tab = opened(open_tab, ben, his)
    tab.held[Outbox.get_full_name()] = {}
    # A browser cannot choose what is decided about: the open message stays on the server.
    tab.fire(Outbox.mark_sent)
    assert stored(hers).state is MessageState.OUTBOX


def test_q3_a_failure_is_told_in_our_words_and_the_servers(
    open_tab: OpenTab, ada: User, write: Write
) -> None:
    message_id = write(MessageState.FAILED)
    with db.unit_of_work() as session:
        message = session.get_one(type(stored(message_id)), message_id)
        message.error, message.error_detail = "The mail server refused the message.", "550 no"
    shown = opened(open_tab, ada, message_id).see(Outbox).shown
    assert (shown["error"], shown["server_words"]) == (
        "The mail server refused the message.",
        "550 no",
    )


def test_a_stranger_gets_nothing(open_tab: OpenTab, ada: User, write: Write) -> None:
    message_id = write()
    tab = open_tab(None, f"/outbox/{message_id}")
    calls: list[tuple[Any, dict[str, Any]]] = [
        (Outbox.load, {}),
        (Outbox.set_part, {"part": "source"}),
        (Outbox.mark_sent, {}),
        (Outbox.send_all, {}),
    ]
    for handler, payload in calls:
        assert "/login" in tab.fire(handler, **payload).said
    assert "Monday" not in str(tab.held)
    assert stored(message_id).state is MessageState.OUTBOX


@pytest.mark.parametrize(
    ("path", "message_id"),
    [("/outbox/7", 7), ("/outbox/7/", 7), ("/outbox", 0), ("/outbox/x", 0), ("/evil/7", 0)],
)
def test_the_address_names_the_message(path: str, message_id: int) -> None:
    assert message_in(path) == message_id
