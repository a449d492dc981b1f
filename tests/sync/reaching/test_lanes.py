"""One run per calendar at a time, and none that was overtaken writes (SYN-10; traps 58, 60)."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from crm_app.core import db
from crm_app.core.errors import RemoteUnavailable
from crm_app.core.kinds import AccountState
from crm_app.models import ExternalCalendar
from crm_app.providers.calendar_port import Page
from crm_app.providers.memory_calendars import MemoryAccount, MemoryCalendars
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting, lanes
from crm_app.sync.runs import runs
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


class Slow(MemoryCalendars):
    """Stops between two pages until the test lets it go on."""

    def __init__(self, account: MemoryAccount) -> None:
        super().__init__(account)
        self.stopped, self.go_on = threading.Event(), threading.Event()

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(calendar_ref, cursor):
            yield page
            self.stopped.set()
            assert self.go_on.wait(20)


def slowly(kate: rig.Connected) -> tuple[Slow, threading.Thread]:
    """A run that stands still after its first page."""
    slow = Slow(kate.service)
    connecting.offer("slow", lambda _login, _timeout: slow)
    with db.unit_of_work() as session:
        account = session.get_one(type(rig.account(kate.account_id)), kate.account_id)
        account.provider = "slow"
    thread = threading.Thread(target=runs.run, args=(kate.calendar_id,))
    thread.start()
    assert slow.stopped.wait(20)
    # The next page may be fetched while the first one is still being written.
    deadline = time.monotonic() + 20
    while not rig.objects_of(kate.calendar_id):
        assert time.monotonic() < deadline
        slow.go_on.wait(0.02)
    with db.unit_of_work() as session:
        account = session.get_one(type(rig.account(kate.account_id)), kate.account_id)
        account.provider = "memory"
    return slow, thread


def test_trap60_a_wake_during_a_run_makes_one_run_after_it() -> None:
    kate = rig.connect()
    for number in range(4):
        kate.put(f"e{number}", soon(number + 1))
    slow, thread = slowly(kate)
    pulls = kate.service.calls.count("pull")
    for _ in range(3):
        runs.run(kate.calendar_id)
    assert kate.service.calls.count("pull") == pulls
    slow.go_on.set()
    thread.join(20)
    rig.settle()
    assert kate.service.calls.count("pull") == pulls + 1
    assert len(rig.busy(kate.user)) == 4


def test_syn10_a_run_that_was_overtaken_writes_nothing_any_more() -> None:
    kate = rig.connect()
    for number in range(4):
        kate.put(f"e{number}", soon(number + 1))
    slow, thread = slowly(kate)
    with time_machine.travel(datetime.now(UTC) + lanes.LEASE * 1.1):
        runs.run(kate.calendar_id)
    row = rig.calendar(kate.calendar_id)
    seen = rig.objects_of(kate.calendar_id)
    assert len(seen) == 4
    slow.go_on.set()
    thread.join(20)
    assert rig.calendar(kate.calendar_id) == row
    assert rig.objects_of(kate.calendar_id) == seen


def test_syn10_of_two_that_take_the_lane_at_once_one_gets_it() -> None:
    kate = rig.connect()
    got: list[lanes.Lane | None] = []
    barrier = threading.Barrier(4)

    def take() -> None:
        barrier.wait()
        with db.unit_of_work() as session:
            got.append(
                lanes.take(
                    session,
                    ExternalCalendar,
                    kate.calendar_id,
                    now=datetime.now(UTC),
                    follow_up=False,
                )
            )

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(lane is not None for lane in got) == [False, False, False, True]


def test_a_calendar_that_was_disconnected_ends_its_run_quietly() -> None:
    kate = rig.connect()
    for number in range(4):
        kate.put(f"e{number}", soon(number + 1))
    slow, thread = slowly(kate)
    with db.unit_of_work() as session:
        accounts.disconnect(session, factories.actor(kate.user), kate.account_id)
    slow.go_on.set()
    thread.join(20)
    runs.run(kate.calendar_id)
    assert rig.busy(kate.user) == []


def test_a_run_that_waits_for_its_next_attempt_asks_nobody() -> None:
    kate = rig.connect()
    kate.service.fail(RemoteUnavailable())
    kate.run()
    asked = len(kate.service.calls)
    kate.run()
    assert len(kate.service.calls) == asked
    assert rig.account(kate.account_id).state == AccountState.ERROR
