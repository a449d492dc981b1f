"""SYN-1, SYN-3, SYN-10: a feed as a conflict calendar, through the whole engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.kinds import AccountState
from crm_app.core.settings import get_settings
from crm_app.models import ExternalCalendar, User
from crm_app.sync import service
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting, typed_login
from crm_app.sync.runs import runs
from tests import factories
from tests.servers.plain_http import PlainServer, Told, plain_server
from tests.sync import objects, rig
from tests.sync.rig import soon, stamp

pytestmark = pytest.mark.usefixtures("lite")


def told(*days: int) -> Told:
    """A feed with an hour on each of some coming days."""
    lines = [
        line
        for day in days
        for line in (
            "BEGIN:VEVENT",
            f"UID:day-{day}",
            f"DTSTART:{stamp(soon(day))}",
            f"DTEND:{stamp(soon(day) + timedelta(hours=1))}",
            "ATTENDEE:mailto:guest@example.org",
            "END:VEVENT",
        )
    ]
    return Told(200, {"Content-Type": "text/calendar"}, objects.calendar(*lines).encode())


@dataclass
class Feed:
    """A connected feed whose answer the test decides."""

    server: PlainServer
    user: User
    account_id: int
    calendar_id: int

    def reads(self, answer: Told) -> ExternalCalendar:
        """One run in which the server says ``answer``."""
        self.server.answer = lambda asked: answer
        with db.unit_of_work() as session:
            session.get_one(ExternalCalendar, self.calendar_id).next_attempt_at = None
        runs.run(self.calendar_id)
        return rig.calendar(self.calendar_id)

    def busy(self) -> list[datetime]:
        return [row.starts_at for row in rig.busy(self.user)]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")
    get_settings.cache_clear()
    with plain_server(lambda asked: told(2, 3)) as server:
        login = typed_login.feed(server.url("/private-4711/basic.ics"))
        seen = connecting.look(login)
        with db.unit_of_work() as session:
            factories.workspace(session)
            user = factories.user(session)
        actor = factories.actor(user)
        with db.unit_of_work() as session:
            account = accounts.add(session, actor, login, seen, label="Fairs", now=clock.now())
            row = session.exec(select(ExternalCalendar)).one()
            accounts.choose_conflicts(session, actor, [row.id or 0])
            made = Feed(server, user, account.id or 0, row.id or 0)
        rig.settle()
        yield made


def test_syn3_a_feed_blocks_time_and_follows_its_server(feed: Feed) -> None:
    assert feed.busy() == [soon(2), soon(3)]
    feed.reads(told(2, 3, 4))
    assert feed.busy() == [soon(2), soon(3), soon(4)]
    feed.reads(told(2, 4))
    assert feed.busy() == [soon(2), soon(4)]


@pytest.mark.parametrize(
    "answer",
    [
        Told(200, {}, b""),
        Told(200, {}, told(2, 3).body[:-30]),
        Told(200, {}, b"<!doctype html><p>Sign in"),
        Told(404),
        Told(403),
        Told(500),
    ],
)
def test_syn10_a_feed_that_fails_goes_on_blocking(feed: Feed, answer: Told) -> None:
    calendar = feed.reads(answer)
    assert feed.busy() == [soon(2), soon(3)]
    assert calendar.deletions_waiting == 0
    assert calendar.last_error
    assert "4711" not in calendar.last_error
    assert feed.reads(told(2)).last_error == ""
    assert feed.busy() == [soon(2)]


def test_syn10_an_emptied_feed_waits_for_a_yes(feed: Feed) -> None:
    for _ in range(2):
        calendar = feed.reads(told())
        assert calendar.deletions_waiting == 2
        assert feed.busy() == [soon(2), soon(3)]
    with db.unit_of_work() as session:
        service.delete_missing(
            session, factories.actor(feed.user), feed.calendar_id, now=clock.now()
        )
    assert feed.busy() == []
    feed.reads(told(5))
    assert feed.busy() == [soon(5)]


def test_syn10_what_is_back_was_never_gone(feed: Feed) -> None:
    feed.reads(told())
    calendar = feed.reads(told(2, 3))
    assert calendar.deletions_waiting == 0
    assert feed.busy() == [soon(2), soon(3)]


def test_syn11_a_feed_that_asks_for_a_password_is_to_be_reconnected(feed: Feed) -> None:
    feed.reads(Told(401))
    assert rig.account(feed.account_id).state == AccountState.NEEDS_RECONNECT
    assert feed.busy() == [soon(2), soon(3)]
