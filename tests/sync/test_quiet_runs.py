"""Runs that find nothing new: what they cost, and that nothing which waits is passed over (SYN-10)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event
from sqlmodel import col, select

from crm_app.core import db
from crm_app.core.errors import RemoteUnavailable
from crm_app.core.kinds import AppointmentStatus, LinkNews
from crm_app.models import ConnectedAccount, EventLink, ExternalCalendar, ExternalObject
from crm_app.providers.calendar_port import Page
from crm_app.providers.memory_calendars import MemoryAccount, MemoryCalendars
from crm_app.sync.reaching import connecting, lanes
from crm_app.sync.runs import runs
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


@contextmanager
def said() -> Iterator[list[str]]:
    """The statements of a block, "COMMIT" among them."""
    heard: list[str] = []

    def say(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            heard.append(statement)

    def commit(_connection: Any) -> None:
        heard.append("COMMIT")

    event.listen(db.engine(), "before_cursor_execute", say)
    event.listen(db.engine(), "commit", commit)
    try:
        yield heard
    finally:
        event.remove(db.engine(), "before_cursor_execute", say)
        event.remove(db.engine(), "commit", commit)


def quiet(**values: Any) -> rig.Connected:
    """A user whose calendar was read and brings nothing new."""
    kate = rig.connect(page_size=50, **values)
    for number in range(3):
        kate.put(f"e{number}", soon(number + 1))
    kate.run()
    kate.run()
    kate.service.calls.clear()
    return kate


def test_syn10_nothing_new_takes_one_request_and_two_transactions() -> None:
    kate = quiet()
    with said() as heard:
        kate.run()
    assert kate.service.calls == ["pull"]
    assert heard.count("COMMIT") == 2
    assert len(heard) - 2 == 5


def test_syn11_a_quiet_run_notes_that_it_went_well_and_leaves_the_lane() -> None:
    kate = quiet()
    later = datetime.now(UTC) + timedelta(minutes=5)
    with time_machine.travel(later, tick=False):
        assert runs.run(kate.calendar_id) is runs.Ended.DONE
    row, account = rig.calendar(kate.calendar_id), rig.account(kate.account_id)
    assert row.polled_at == row.last_success_at == account.last_success_at
    assert row.last_success_at is not None
    assert abs(row.last_success_at - later) < timedelta(seconds=1)
    assert row.lease_until is None
    assert row.complete


def test_syn11_a_quiet_run_ends_trouble() -> None:
    kate = quiet()
    kate.service.fail(RemoteUnavailable())
    kate.run()
    assert rig.calendar(kate.calendar_id).last_error
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        kate.run()
    row, account = rig.calendar(kate.calendar_id), rig.account(kate.account_id)
    assert (row.last_error, row.failure_count, row.next_attempt_at) == ("", 0, None)
    assert (account.state.value, account.last_error) == ("active", "")


class Onwards(MemoryCalendars):
    """Gives a new cursor each time, as services do that count their answers."""

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(calendar_ref, cursor):
            yield Page(
                page.changed,
                page.removed,
                cursor=f"{page.cursor} ",
                complete=page.complete,
                full=page.full,
            )


def test_syn10_a_quiet_run_saves_its_cursor() -> None:
    kate = quiet()
    before = rig.calendar(kate.calendar_id).cursor
    connecting.offer("onwards", lambda _login, _timeout: Onwards(kate.service))
    with db.unit_of_work() as session:
        session.get_one(ConnectedAccount, kate.account_id).provider = "onwards"
    kate.run()
    assert rig.calendar(kate.calendar_id).cursor == f"{before} "


def test_syn9_what_waits_to_be_written_is_written_by_a_run_that_reads_nothing_new() -> None:
    kate = quiet()
    rig.book(kate.user, at=soon(8))
    rig.settle()
    (link,) = rig.links()
    assert link.href in kate.remote()


def test_syn10_what_an_interrupted_run_marked_missing_goes_with_the_next_quiet_one() -> None:
    kate = quiet()
    with db.unit_of_work() as session:
        # As if the process had died between the page that marked it and the last one.
        row = session.exec(select(ExternalObject).order_by(col(ExternalObject.id))).first()
        assert row is not None
        row.missing_since = datetime.now(UTC)
    assert len(rig.busy(kate.user)) == 3
    kate.run()
    assert len(rig.busy(kate.user)) == 2


def test_syn10_deletions_that_wait_for_nothing_any_more_are_not_asked_about() -> None:
    kate = quiet()
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).deletions_waiting = 9
    kate.run()
    assert rig.calendar(kate.calendar_id).deletions_waiting == 0


def test_syn9_news_that_an_interrupted_run_left_is_settled_by_the_next_quiet_one() -> None:
    kate = quiet()
    appointment = rig.book(kate.user, at=soon(8))
    rig.settle()
    (link,) = rig.links()
    kate.service.remove(kate.ref, link.href)
    with db.unit_of_work() as session:
        # As if the process had died after the page and before it was settled.
        stored = session.get_one(EventLink, link.id)
        stored.news, stored.news_since = LinkNews.MISSING, datetime.now(UTC) - timedelta(days=1)
    kate.run()
    assert rig.links()[0].news == LinkNews.NONE
    assert rig.appointment(appointment.id).status == AppointmentStatus.CANCELLED


def test_syn3_a_farther_horizon_is_seen_by_the_next_run() -> None:
    kate = quiet()
    before = rig.calendar(kate.calendar_id).window_until
    with db.unit_of_work() as session:
        factories.calendar(session, horizon_days=900)
    kate.run()
    after = rig.calendar(kate.calendar_id).window_until
    assert before is not None
    assert after is not None
    assert after > before + timedelta(days=300)


class Held(MemoryCalendars):
    """Stands still before it answers, until the test lets it go on."""

    def __init__(self, account: MemoryAccount) -> None:
        super().__init__(account)
        self.stopped, self.go_on = threading.Event(), threading.Event()

    def pull(self, calendar_ref: str, cursor: str | None) -> Iterator[Page]:
        self.stopped.set()
        assert self.go_on.wait(20)
        yield from super().pull(calendar_ref, cursor)


def test_syn10_a_quiet_run_that_was_overtaken_writes_nothing() -> None:
    kate = quiet()
    ended, thread, held = _standing(kate)
    with time_machine.travel(datetime.now(UTC) + lanes.LEASE * 1.1):
        runs.run(kate.calendar_id)
    row, account = rig.calendar(kate.calendar_id), rig.account(kate.account_id)
    held.go_on.set()
    thread.join(20)
    assert ended == [runs.Ended.FAILED]
    assert rig.calendar(kate.calendar_id) == row
    assert rig.account(kate.account_id) == account


def test_trap60_what_is_booked_during_a_quiet_run_is_written_by_the_one_after_it() -> None:
    kate = quiet()
    ended, thread, held = _standing(kate)
    rig.book(kate.user, at=soon(8))
    rig.settle()
    held.go_on.set()
    thread.join(20)
    assert ended == [runs.Ended.DONE]
    rig.settle()
    assert rig.links()[0].href in kate.remote()


def _standing(kate: rig.Connected) -> tuple[list[runs.Ended], threading.Thread, Held]:
    """A run that waits for its answer; how it ends."""
    held = Held(kate.service)
    connecting.offer("held", lambda _login, _timeout: held)
    with db.unit_of_work() as session:
        session.get_one(ConnectedAccount, kate.account_id).provider = "held"
    ended: list[runs.Ended] = []
    thread = threading.Thread(target=lambda: ended.append(runs.run(kate.calendar_id)))
    thread.start()
    assert held.stopped.wait(20)
    with db.unit_of_work() as session:
        session.get_one(ConnectedAccount, kate.account_id).provider = "memory"
    return ended, thread, held
