"""How connections fall ill and recover: SYN-11 and traps 48, 55."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.core import db, facts
from crm_app.core.access import visitor
from crm_app.core.errors import (
    Conflict,
    LoginExpired,
    NotAllowed,
    NotFound,
    RateLimited,
    RemoteUnavailable,
)
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import AuditEntry, ExternalCalendar, Message
from crm_app.sync import queries, service
from crm_app.sync.connections import accounts as connections
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.connecting import Seen
from crm_app.sync.rules.health import Condition
from crm_app.sync.runs import outcome
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


def connection(kate: rig.Connected) -> queries.Connection:
    with db.reading() as session:
        actor = factories.actor(kate.user)
        (found,) = queries.connections(session, actor, now=datetime.now(UTC))
        return found


def messages() -> list[Message]:
    with db.reading() as session:
        return list(session.exec(select(Message).where(Message.kind == "connection")))


def test_syn11_trap55_a_refused_login_is_told_once_and_nothing_is_deleted() -> None:
    kate = rig.connect(calendars=2)
    with db.unit_of_work() as session:
        boss = factories.admin(session)
        factories.user(session)
    kate.put("a", soon(1))
    kate.run(0)
    kate.run(1)
    kate.service.fail(LoginExpired(), times=1000)
    for _ in range(3):
        kate.run(0)
        kate.run(1)
        rig.settle()
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    assert len(rig.busy(kate.user)) == 1
    assert {message.user_id for message in messages()} == {kate.user.id, boss.id}
    assert len(messages()) == 2
    assert connection(kate).condition is Condition.LOCKED_OUT
    asked = len(kate.service.calls)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)), db.unit_of_work() as session:
        assert service.enqueue_due(session, now=datetime.now(UTC), every=timedelta(0)) == 0
    assert len(kate.service.calls) == asked
    with db.reading() as session:
        actions = session.exec(select(AuditEntry.action)).all()
    assert list(actions).count("connection.needs_reconnect") == 1


def test_syn11_the_mail_says_what_holds_meanwhile_and_bears_no_secret() -> None:
    kate = rig.connect(locale="de")
    kate.run()
    kate.service.fail(LoginExpired())
    kate.run()
    (message,) = messages()
    assert "https://crm.example/settings/connections" in message.text
    assert "open sesame" not in message.text + message.html
    assert message.expires_at is not None


def test_syn11_reconnected_it_is_in_step_again() -> None:
    kate = rig.connect()
    kate.service.fail(LoginExpired())
    kate.run()
    actor = factories.actor(kate.user)
    kate.put("a", soon(1))
    with db.unit_of_work() as session:
        login = connections.login_again(
            session, actor, kate.account_id, "a new one", now=datetime.now(UTC)
        )
    assert login.secret == "a new one"
    seen = connecting.look(login)
    with db.unit_of_work() as session:
        connections.renew(session, actor, kate.account_id, login, seen)
    rig.settle()
    found = connection(kate)
    assert found.condition is Condition.IN_STEP
    assert len(rig.busy(kate.user)) == 1
    assert rig.account(kate.account_id).secret == "a new one"


def test_syn11_other_trouble_does_not_hide_that_the_login_was_refused() -> None:
    kate = rig.connect(calendars=2)
    kate.service.fail(LoginExpired())
    kate.run(0)
    with db.unit_of_work() as session:
        # A run of the other calendar was under way when the login was refused.
        other = session.get_one(ExternalCalendar, kate.calendar_ids[1])
        outcome.went_wrong(session, other, RemoteUnavailable(), now=datetime.now(UTC), jitter=0)
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    with db.unit_of_work() as session:
        other = session.get_one(ExternalCalendar, kate.calendar_ids[1])
        outcome.went_wrong(session, other, LoginExpired(), now=datetime.now(UTC), jitter=0)
    assert len(messages()) == 1


def test_trap48_waiting_grows_and_honours_the_service() -> None:
    kate = rig.connect()
    waits = []
    at = datetime.now(UTC)
    for _ in range(4):
        with time_machine.travel(at, tick=False):
            kate.service.fail(RemoteUnavailable())
            kate.run()
            row = rig.calendar(kate.calendar_id)
            assert row.next_attempt_at is not None
            waits.append((row.next_attempt_at - at).total_seconds())
            at = row.next_attempt_at + timedelta(seconds=1)
    assert waits == sorted(waits)
    assert waits[0] >= 15
    assert waits[3] >= 120
    with time_machine.travel(at, tick=False):
        kate.service.fail(RateLimited(retry_after=7200))
        kate.run()
        again = rig.account(kate.account_id).next_attempt_at
        assert again is not None
        assert (again - at).total_seconds() >= 7200


def test_trap48_other_accounts_go_on() -> None:
    kate, paul = rig.connect(), rig.connect()
    kate.service.fail(RateLimited(retry_after=7200))
    kate.run()
    paul.put("a", soon(1))
    paul.run()
    assert len(rig.busy(paul.user)) == 1


def test_syn11_trouble_of_one_calendar_leaves_the_others_in_step() -> None:
    kate = rig.connect(calendars=2)
    kate.run(1)
    kate.service.fail(RemoteUnavailable())
    kate.run(0)
    found = connection(kate)
    assert found.condition is Condition.TROUBLE
    assert [line.condition for line in found.calendars] == [Condition.TROUBLE, Condition.IN_STEP]
    kate.run(1)
    assert rig.account(kate.account_id).state == AccountState.ERROR
    with db.unit_of_work() as session:
        service.sync_now(session, factories.actor(kate.user), kate.account_id)
    rig.settle()
    assert connection(kate).condition is Condition.IN_STEP


def test_syn11_a_mistake_of_ours_is_noted_and_tried_again() -> None:
    kate = rig.connect()
    kate.service.fail(KeyError("a bug"))
    kate.run()
    row = rig.calendar(kate.calendar_id)
    assert row.last_error != ""
    assert "KeyError" not in row.last_error
    assert row.lease_until is None
    assert row.next_attempt_at is not None


def test_syn11_health_counts_and_progress() -> None:
    kate = rig.connect()
    assert connection(kate).condition is Condition.LISTING
    for number in range(5):
        kate.put(f"e{number}", soon(number + 1))
    kate.service.put(kate.ref, "odd", rig.entry("odd", soon(2)).replace("DTSTART:", "DTSTART:x"))
    kate.service.fail(RemoteUnavailable(), call="page")
    kate.run()
    (line,) = connection(kate).calendars
    assert (line.events, line.seen) == (2, 2)
    with db.unit_of_work() as session:
        service.sync_now(session, factories.actor(kate.user), kate.account_id)
    rig.settle()
    (line,) = connection(kate).calendars
    assert (line.events, line.troubles) == (6, 1)
    assert line.last_success_at is not None


def test_syn11_a_calendar_that_is_silent_for_long_is_late() -> None:
    kate = rig.connect()
    kate.run()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20)):
        assert connection(kate).condition is Condition.LATE


def test_syn11_tabs_are_told_of_changes_only() -> None:
    kate = rig.connect()
    kate.run()
    before = rig.told(facts.ConnectionChanged)
    kate.run()
    kate.run()
    assert rig.told(facts.ConnectionChanged) == before
    kate.service.fail(RemoteUnavailable())
    kate.run()
    assert rig.told(facts.ConnectionChanged) == before + 1


def test_usr3_connections_are_their_owners_and_administrators_see_the_state_of_all() -> None:
    kate, paul = rig.connect(), rig.connect()
    now = datetime.now(UTC)
    with db.unit_of_work() as session:
        boss = factories.actor(factories.admin(session))
    mine, his = factories.actor(kate.user), factories.actor(paul.user)
    with db.reading() as session:
        assert [one.user_id for one in queries.connections(session, mine, now=now)] == [
            kate.user.id
        ]
        for actor in (his, visitor()):
            with pytest.raises(NotFound):
                queries.connections(session, actor, now=now, user_id=kate.user.id)
            with pytest.raises(NotFound):
                queries.get_account(session, actor, kate.account_id)
            with pytest.raises(NotFound):
                queries.get_external_calendar(session, actor, kate.calendar_id)
        with pytest.raises(NotAllowed):
            queries.all_connections(session, mine, now=now)
        assert len(queries.all_connections(session, boss, now=now)) == 2
        assert "open sesame" not in repr(queries.all_connections(session, boss, now=now))
        for missing in (0, -1, 10**30):
            with pytest.raises(NotFound):
                queries.get_account(session, boss, missing)
    with db.unit_of_work() as session, pytest.raises(NotFound):
        service.sync_now(session, his, kate.account_id)


def test_syn11_sync_now_asks_for_a_reconnect_first() -> None:
    kate = rig.connect()
    kate.service.fail(LoginExpired())
    kate.run()
    with db.unit_of_work() as session, pytest.raises(Conflict):
        service.sync_now(session, factories.actor(kate.user), kate.account_id)


def test_syn1_a_calendar_that_the_account_no_longer_names() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.UNUSED))
    actor = factories.actor(kate.user)
    with db.unit_of_work() as session:
        login = connections.login_again(
            session, actor, kate.account_id, "open sesame", now=datetime.now(UTC)
        )
        connections.renew(session, actor, kate.account_id, login, Seen(()))
    assert [line.id for line in connection(kate).calendars] == [kate.calendar_id]
