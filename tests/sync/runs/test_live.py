"""Asking calendars just before a booking commits: SYN-2, SYN-11."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm_app.appointments import busy as busy_rows
from crm_app.core import db
from crm_app.core.access import system
from crm_app.core.errors import LoginExpired, RemoteUnavailable
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import ExternalCalendar, User, Workspace
from crm_app.providers.memory_calendars import MemoryCalendars
from crm_app.sync import service
from crm_app.sync.reaching import connecting
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


def check(*users: User, timeout: float = 5) -> frozenset[int]:
    return service.live_check(
        [user.id or 0 for user in users], soon(3), soon(3, 10), timeout=timeout
    )


def stale(kate: rig.Connected) -> None:
    """As if the calendars had been read a while ago."""
    with db.unit_of_work() as session:
        for calendar_id in kate.calendar_ids:
            row = session.get_one(ExternalCalendar, calendar_id)
            row.last_success_at = datetime.now(UTC) - timedelta(minutes=1)


def policy(when_unreachable: str) -> None:
    with db.unit_of_work() as session:
        session.get_one(Workspace, 1).when_unreachable = when_unreachable


def blocked(user: User) -> bool:
    """Whether the slot search is kept from offering the user."""
    with db.reading() as session:
        return bool(busy_rows.absences(session, [user.id or 0], soon(3), soon(3, 10)))


def taken(user: User) -> int:
    with db.reading() as session:
        found = busy_rows.external(
            session, system("test"), [user.id or 0], soon(3), soon(3, 10), blocking_only=True
        )
    return len(found)


def test_syn2_what_was_entered_a_moment_ago_blocks() -> None:
    kate, paul = rig.connect(calendars=2), rig.connect()
    for who in (kate, paul):
        who.run()
    kate.run(1)
    stale(kate)
    stale(paul)
    kate.put("new", soon(3), which=1)
    assert check(kate.user, paul.user) == frozenset()
    assert taken(kate.user) == 1
    assert taken(paul.user) == 0


def test_syn2_what_was_read_just_now_is_not_asked_for_again() -> None:
    kate = rig.connect()
    kate.run()
    asked = len(kate.service.calls)
    assert check(kate.user) == frozenset()
    assert len(kate.service.calls) == asked


def test_syn11_keep_goes_on_with_what_is_known() -> None:
    kate = rig.connect()
    kate.put("old", soon(3))
    kate.run()
    stale(kate)
    kate.service.fail(RemoteUnavailable())
    assert check(kate.user) == frozenset({kate.user.id})
    assert taken(kate.user) == 1
    assert not blocked(kate.user)


@pytest.mark.parametrize("error", [RemoteUnavailable(), LoginExpired()])
def test_syn11_block_holds_the_member_back_until_his_calendar_is_reached(error: Exception) -> None:
    kate, paul = rig.connect(), rig.connect()
    policy("block")
    for who in (kate, paul):
        who.run()
        stale(who)
    kate.service.fail(error)
    assert check(kate.user, paul.user) == frozenset({kate.user.id})
    assert blocked(kate.user)
    assert not blocked(paul.user)


def test_syn11_block_holds_whoever_does_not_answer_in_time() -> None:
    kate = rig.connect()
    policy("block")
    kate.run()
    stale(kate)
    go_on = threading.Event()

    class Hanging(MemoryCalendars):
        def pull(self, calendar_ref: str, cursor: str | None):  # type: ignore[no-untyped-def]
            go_on.wait(20)
            return super().pull(calendar_ref, cursor)

    connecting.offer("hanging", lambda _login, _timeout: Hanging(kate.service))
    with db.unit_of_work() as session:
        session.get_one(type(rig.account(kate.account_id)), kate.account_id).provider = "hanging"
    assert check(kate.user, timeout=0.3) == frozenset({kate.user.id})
    assert blocked(kate.user)
    go_on.set()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "_ask" in thread.name:
            thread.join(20)
    assert rig.account(kate.account_id).state == AccountState.ACTIVE
    assert not blocked(kate.user)


def test_syn11_a_calendar_out_of_reach_is_not_asked_at_each_booking() -> None:
    kate = rig.connect()
    kate.run()
    stale(kate)
    kate.service.fail(RemoteUnavailable(), times=10)
    check(kate.user)
    asked = len(kate.service.calls)
    check(kate.user)
    assert len(kate.service.calls) == asked


def test_syn2_during_the_first_listing_the_span_itself_is_asked_for() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon(3, 12))
    for number in range(4):
        kate.put(f"a{number}", soon(number + 5))
    kate.put("z", soon(3), summary="Late in the listing")
    kate.put("z-free", soon(3), "TRANSP:TRANSPARENT")
    kate.service.fail(RemoteUnavailable(), call="page")
    rig.settle()
    assert not rig.calendar(kate.calendar_id).complete
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).next_attempt_at = None
    kate.service.calls.clear()
    assert check(kate.user) == frozenset()
    assert kate.service.calls == ["free_busy"]
    assert taken(kate.user) == 1
    assert check(kate.user) == frozenset()
    assert taken(kate.user) == 1
    kate.run()
    assert rig.calendar(kate.calendar_id).complete
    assert taken(kate.user) == 1
    assert rig.calendar(kate.calendar_id).deletions_waiting == 0
    assert made.id is not None
    assert len(rig.busy(kate.user)) == 6


def test_syn3_unused_calendars_are_not_asked() -> None:
    kate = rig.connect(roles=(CalendarRole.UNUSED,))
    assert check(kate.user) == frozenset()
    assert kate.service.calls == []


def test_syn2_a_run_under_way_is_waited_for() -> None:
    kate = rig.connect()
    kate.run()
    stale(kate)
    with db.unit_of_work() as session:
        row = session.get_one(ExternalCalendar, kate.calendar_id)
        row.lease_until = datetime.now(UTC) + timedelta(seconds=60)

    def finish() -> None:
        with db.unit_of_work() as session:
            row = session.get_one(ExternalCalendar, kate.calendar_id)
            row.lease_until, row.last_success_at = None, datetime.now(UTC)

    timer = threading.Timer(0.3, finish)
    timer.start()
    assert check(kate.user) == frozenset()
    timer.join()


def test_nobody_without_calendars_waits() -> None:
    with time_machine.travel(datetime.now(UTC)):
        assert service.live_check([1, 2, 3], soon(1), soon(2), timeout=0.01) == frozenset()
