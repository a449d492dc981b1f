"""Channels by which services wake us, from making to stopping: SYN-10, traps 55, 58."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.crypto import token_hash
from crm_app.core.jobs import Job
from crm_app.core.kinds import CalendarRole
from crm_app.models import ExternalCalendar, PushChannel, User
from crm_app.sync import jobs as sync_jobs
from crm_app.sync import service
from crm_app.sync.connections import accounts as connections
from crm_app.sync.rules import waking
from crm_app.sync.runs import channels
from tests import factories
from tests.servers.google import Fault, GoogleService
from tests.servers.graph.server import Graph
from tests.sync import abroad, rig
from tests.sync.abroad import Browser, accounts, calendars, somebody

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)


@pytest.fixture
def google(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        kate = somebody(name="Kate")
        browser = Browser(kate)
        browser.back("google", running.account.consent(browser.begin("google")))
        link(kate)
        yield running


def link(user: User) -> None:
    with db.unit_of_work() as session:
        actor = factories.actor(user)
        connections.choose_linked(session, actor, calendars()[0].id)
    rig.settle()


def tick() -> None:
    """What the clock does once a minute, and all that comes of it."""
    with db.unit_of_work() as session:
        sync_jobs.tick_channels(session)
    rig.settle()


def owner() -> User:
    with db.reading() as session:
        return session.get_one(User, accounts()[0].user_id)


def test_syn10_a_used_calendar_gets_one_channel(google: GoogleService) -> None:
    for _ in range(3):
        tick()
    (row,) = abroad.channels()
    (channel,) = google.pushes.channels.values()
    assert channel["address"] == "https://crm.example/hooks/google"
    assert channel["id"] == row.channel_id
    assert channel["resourceId"] == row.resource_id
    assert token_hash(channel["token"]) == row.token_hash
    assert channel["token"] not in str(row.model_dump())
    assert row.expires_at > clock.now() + timedelta(days=1)


@pytest.mark.parametrize("url", ["http://crm.example", "https://localhost", "https://10.0.0.1"])
def test_syn10_none_where_nobody_can_call(
    google: GoogleService, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    abroad.configure(monkeypatch, public_url=url)
    tick()
    assert abroad.channels() == []


def test_syn10_a_failure_is_nobodys_concern_and_tried_again_in_an_hour(
    google: GoogleService,
) -> None:
    google.fail(Fault("events.watch", 401, "push.webhookUrlUnauthorized", times=1))
    google.fail(Fault("events.watch", 403, "forbidden", times=9))
    for _ in range(5):
        tick()
    assert abroad.channels() == []
    assert google.calls.count("events.watch") <= 2
    assert accounts()[0].state == "active"
    with db.reading() as session:
        assert session.exec(select(Job).where(Job.state == "parked")).all() == []
    google.faults.clear()
    with time_machine.travel(datetime.now(UTC) + HOUR):
        tick()
    assert len(abroad.channels()) == 1


def test_syn10_before_its_end_it_is_replaced_and_the_old_one_stopped(
    google: GoogleService,
) -> None:
    tick()
    (before,) = abroad.channels()
    life = before.expires_at - before.created_at
    with time_machine.travel(before.created_at + life * 0.6):
        tick()
        assert [row.channel_id for row in abroad.channels()] == [before.channel_id]
    with time_machine.travel(before.created_at + life * 0.85):
        google.account.access = {}
        tick()
        (after,) = abroad.channels()
    assert after.channel_id != before.channel_id
    assert list(google.pushes.channels) == [after.channel_id]


def test_syn10_what_ran_out_by_itself_is_cleared_away_without_a_word(
    google: GoogleService,
) -> None:
    tick()
    (before,) = abroad.channels()
    google.fail(Fault("channels.stop", 403, "forbidden", times=9))
    with time_machine.travel(before.expires_at + HOUR):
        google.account.access = {}
        tick()
        assert [row.channel_id for row in abroad.channels()] != [before.channel_id]
        assert len(abroad.channels()) == 1
    assert "channels.stop" not in google.calls


def test_syn10_a_calendar_that_is_used_no_more_is_no_longer_told_of(
    google: GoogleService,
) -> None:
    tick()
    with db.unit_of_work() as session:
        actor = factories.actor(owner())
        connections.choose_linked(session, actor, None)
        connections.choose_conflicts(session, actor, [])
    tick()
    assert abroad.channels() == []
    assert google.pushes.channels == {}


def test_syn10_disconnected_the_channel_is_stopped_before_the_access_is_given_back(
    google: GoogleService,
) -> None:
    tick()
    with db.unit_of_work() as session:
        actor = factories.actor(owner())
        connections.disconnect(session, actor, accounts()[0].id or 0)
    rig.settle()
    assert abroad.channels() == []
    assert google.pushes.channels == {}
    assert google.calls.index("revoke") > google.calls.index("channels.stop")


def test_syn10_reconnected_a_channel_of_the_new_access_is_made(google: GoogleService) -> None:
    tick()
    (before,) = abroad.channels()
    browser = Browser(owner())
    browser.back("google", google.account.consent(browser.begin("google")))
    with time_machine.travel(datetime.now(UTC) + HOUR):
        tick()
    (after,) = abroad.channels()
    assert after.channel_id != before.channel_id


def test_syn10_a_calendar_that_is_gone_meanwhile_leaves_no_channel(
    google: GoogleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    kate = owner()
    calendar_id = calendars()[0].id or 0

    def disconnect() -> None:
        with db.unit_of_work() as session:
            actor = factories.actor(kate)
            connections.disconnect(session, actor, accounts()[0].id or 0)

    open_channel = google.pushes.open

    def meanwhile(calendar: object, body: dict[str, object]) -> dict[str, object]:
        disconnect()
        return open_channel(calendar, body)  # type: ignore[arg-type]

    google.pushes.open = meanwhile  # type: ignore[method-assign, assignment]
    channels.tend(calendar_id)
    assert abroad.channels() == []
    assert google.pushes.channels == {}


# How often a calendar is read besides.


def due(after: timedelta) -> int:
    with time_machine.travel(datetime.now(UTC) + after), db.unit_of_work() as session:
        return service.enqueue_due(session, now=clock.now(), every=timedelta(minutes=1))


def heard(number: int = 1) -> None:
    with db.unit_of_work() as session:
        (row,) = session.exec(select(PushChannel)).all()
        channels.is_new(session, row, number)


def test_syn10_a_channel_that_was_heard_of_makes_polling_slow_never_absent(
    google: GoogleService,
) -> None:
    tick()
    assert due(timedelta(minutes=2)) == 1
    with db.unit_of_work() as session:
        (calendar,) = session.exec(select(ExternalCalendar)).all()
        calendar.polled_at = clock.now()
        session.add(calendar)
    heard()
    assert due(timedelta(minutes=2)) == 0
    assert due(waking.SLOW_POLL) == 1


def test_syn10_a_channel_that_ran_out_slows_nothing(google: GoogleService) -> None:
    tick()
    heard()
    with db.unit_of_work() as session:
        (row,) = session.exec(select(PushChannel)).all()
        row.expires_at = clock.now()
        session.add(row)
    assert due(timedelta(minutes=2)) == 1


def test_syn1_a_feed_is_asked_a_few_times_an_hour() -> None:
    kate = rig.connect(roles=(CalendarRole.CONFLICT,))
    with db.unit_of_work() as session:
        account = session.get_one(abroad.ConnectedAccount, kate.account_id)
        account.provider = "ics"
        calendar = session.get_one(ExternalCalendar, kate.calendar_id)
        calendar.polled_at = clock.now()
        session.add_all([account, calendar])
    assert due(timedelta(minutes=2)) == 0
    assert due(waking.SLOW_POLL) == 1


# Microsoft calls our address before it answers.


@pytest.fixture
def microsoft(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with abroad.microsoft(monkeypatch) as running:
        kate = somebody(name="Kate")
        browser = Browser(kate)
        browser.back("microsoft", running.signin.consent(browser.begin("microsoft")))
        link(kate)
        yield running


def test_syn10_a_subscription_whose_address_was_checked_is_trusted_at_once(
    microsoft: Graph,
) -> None:
    tick()
    (row,) = abroad.channels()
    (made,) = microsoft.hooks.subscriptions.values()
    assert made["id"] == row.channel_id
    assert made["notificationUrl"] == "https://crm.example/hooks/microsoft"
    assert token_hash(made["clientState"]) == row.token_hash
    assert row.last_message == 1


def test_syn10_a_subscription_lives_on_under_its_name(microsoft: Graph) -> None:
    tick()
    (before,) = abroad.channels()
    life = before.expires_at - before.created_at
    with time_machine.travel(before.created_at + life * 0.85):
        tick()
        (after,) = abroad.channels()
    assert after.channel_id == before.channel_id
    assert after.expires_at > before.expires_at
    assert len(microsoft.hooks.subscriptions) == 1


def test_syn10_a_subscription_that_is_gone_is_made_anew(microsoft: Graph) -> None:
    tick()
    (before,) = abroad.channels()
    microsoft.hooks.subscriptions.clear()
    life = before.expires_at - before.created_at
    with time_machine.travel(before.created_at + life * 0.85):
        tick()
        (after,) = abroad.channels()
    assert after.channel_id != before.channel_id
    assert list(microsoft.hooks.subscriptions) == [after.channel_id]


def test_syn10_reauthorize_removed_and_missed(microsoft: Graph) -> None:
    tick()
    (before,) = abroad.channels()
    assert microsoft.hooks.lifecycle(before.channel_id, "missed") == 202
    assert woken() == 1
    microsoft.hooks.gives = timedelta(days=3)
    with time_machine.travel(datetime.now(UTC) + HOUR):
        assert microsoft.hooks.lifecycle(before.channel_id, "reauthorizationRequired") == 202
        rig.settle()
        (renewed,) = abroad.channels()
        assert renewed.channel_id == before.channel_id
        assert renewed.expires_at > before.expires_at
        assert microsoft.hooks.lifecycle(before.channel_id, "subscriptionRemoved") == 202
        rig.settle()
        (after,) = abroad.channels()
    assert after.channel_id != before.channel_id
    assert list(microsoft.hooks.subscriptions) == [after.channel_id]


def woken() -> int:
    """How many runs wait because somebody woke us."""
    with db.reading() as session:
        keys = session.exec(select(Job.key).where(Job.state == "ready")).all()
    return len([key for key in keys if (key or "").startswith("wake:")])
