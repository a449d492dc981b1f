"""Reading external calendars: SYN-2, SYN-3, SYN-8, SYN-10, SYN-12 and traps 5, 26, 46, 49, 53, 54."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.core import db, facts
from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import BusyTime, ExternalCalendar
from crm_app.sync import service
from crm_app.sync.reaching import lanes
from crm_app.sync.runs import runs
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


def test_syn2_busy_events_block_and_free_ones_are_shown_open() -> None:
    kate = rig.connect()
    kate.put("busy", soon(1))
    kate.put("free", soon(2), "TRANSP:TRANSPARENT")
    kate.run()
    found = rig.busy(kate.user)
    assert [(row.starts_at, row.blocks) for row in found] == [(soon(1), True), (soon(2), False)]
    row = rig.calendar(kate.calendar_id)
    assert row.complete
    assert row.last_error == ""
    assert rig.account(kate.account_id).state == AccountState.ACTIVE


def test_syn10_only_what_changed_is_read_and_told() -> None:
    kate = rig.connect()
    kate.put("a", soon(1))
    kate.put("b", soon(2))
    kate.run()
    before = rig.told(facts.BusyTimeChanged)
    kate.run()
    assert rig.told(facts.BusyTimeChanged) == before
    kate.put("b", soon(3))
    kate.run()
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(1), soon(3)]
    assert rig.told(facts.BusyTimeChanged) == before + 1


def test_trap38_a_rewritten_text_changes_nothing_and_tells_nobody() -> None:
    kate = rig.connect()
    href = kate.put("a", soon(1))
    kate.run()
    before = (rig.told(facts.BusyTimeChanged), [row.id for row in rig.busy(kate.user)])
    kate.edit(href, "DTSTAMP:20261101T000000Z", "DTSTAMP:20261102T000000Z")
    kate.run()
    assert (rig.told(facts.BusyTimeChanged), [row.id for row in rig.busy(kate.user)]) == before


def test_trap5_busy_to_free_and_back() -> None:
    kate = rig.connect()
    href = kate.put("a", soon(1), "TRANSP:OPAQUE")
    blocking = []
    for old, new in (("OPAQUE", "OPAQUE"), ("OPAQUE", "TRANSPARENT"), ("TRANSPARENT", "OPAQUE")):
        kate.edit(href, old, new)
        kate.run()
        blocking.append([row.blocks for row in rig.busy(kate.user)])
    assert blocking == [[True], [False], [True]]


def test_syn8_a_series_is_one_object_and_many_busy_times() -> None:
    kate = rig.connect()
    kate.put("series", soon(1), "RRULE:FREQ=WEEKLY;COUNT=5")
    kate.run()
    assert len(rig.busy(kate.user)) == 5
    assert len(rig.objects_of(kate.calendar_id)) == 1
    assert all(row.recurring for row in rig.busy(kate.user))


def test_syn10_deleted_outside_is_free_here() -> None:
    kate = rig.connect()
    href = kate.put("a", soon(1))
    kate.put("b", soon(2))
    kate.run()
    kate.service.remove(kate.ref, href)
    kate.run()
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(2)]


def test_syn10_trap46_a_lost_cursor_neither_doubles_nor_drops() -> None:
    kate = rig.connect()
    hrefs = [kate.put(f"e{number}", soon(number + 1)) for number in range(5)]
    kate.run()
    ids = [row.id for row in rig.busy(kate.user)]
    kate.service.remove(kate.ref, hrefs[0])
    kate.put("new", soon(9))
    kate.service.expire_cursors(kate.ref)
    kate.run()
    found = rig.busy(kate.user)
    assert [row.starts_at for row in found] == [*(soon(n + 1) for n in range(1, 5)), soon(9)]
    assert [row.id for row in found[:4]] == ids[1:]


def test_trap49_pages_before_a_failure_are_kept_and_the_listing_goes_on() -> None:
    kate = rig.connect()
    for number in range(10):
        kate.put(f"e{number}", soon(number + 1))
    kate.service.fail(RemoteUnavailable(), call="page")
    kate.run()
    assert len(rig.busy(kate.user)) == 2
    assert not rig.calendar(kate.calendar_id).complete
    assert rig.account(kate.account_id).state == AccountState.ERROR
    kate.service.calls.clear()
    _due_now(kate.calendar_id)
    kate.run()
    assert len(rig.busy(kate.user)) == 10
    assert rig.calendar(kate.calendar_id).generation == 1
    assert kate.service.calls.count("page") == 3
    assert rig.account(kate.account_id).state == AccountState.ACTIVE


class Killed(BaseException):
    """The process dies: nothing catches this, nothing is tidied up."""


def test_trap53_trap54_a_process_killed_in_a_first_listing_resumes() -> None:
    kate = rig.connect()
    for number in range(10):
        kate.put(f"e{number}", soon(number + 1))
    kate.service.fail(Killed(), call="page")
    with pytest.raises(Killed):
        kate.run()
    assert len(rig.busy(kate.user)) == 2
    # Its lease keeps others out until it has run out.
    kate.run()
    assert len(rig.busy(kate.user)) == 2
    with time_machine.travel(datetime.now(UTC) + lanes.LEASE * 1.1):
        kate.run()
        assert len(rig.busy(kate.user)) == 10
        assert len(rig.objects_of(kate.calendar_id)) == 10
        assert rig.calendar(kate.calendar_id).generation == 1


def test_trap53_a_page_applied_twice_changes_nothing() -> None:
    kate = rig.connect()
    for number in range(3):
        kate.put(f"e{number}", soon(number + 1))
    kate.run()
    ids = [row.id for row in rig.busy(kate.user)]
    with db.unit_of_work() as session:
        # As if the process had died before the cursor was saved.
        session.get_one(ExternalCalendar, kate.calendar_id).cursor = '[0, "", 0, false]'
    kate.run()
    assert [row.id for row in rig.busy(kate.user)] == ids


def test_syn10_a_listing_that_never_settles_ends_as_trouble_and_not_in_a_circle() -> None:
    kate = rig.connect()
    kate.put("a", soon(1))
    kate.service.fail(CursorExpired(), call="pull", times=50)
    kate.run()
    assert kate.service.calls.count("pull") <= 2
    assert rig.account(kate.account_id).state == AccountState.ERROR


def test_trap87_one_broken_object_stops_nothing_and_is_counted() -> None:
    kate = rig.connect(page_size=10)
    kate.put("good", soon(1))
    kate.service.put(kate.ref, "odd", rig.entry("odd", soon(2)).replace("DTSTART:", "DTSTART:x"))
    kate.service.put(kate.ref, "nul", rig.entry("nul", soon(3), summary="a\x00b"))
    kate.service.put(kate.ref, "x" * 5000, rig.entry("long", soon(4)))
    kate.service.put(kate.ref, "uid", rig.entry("u" * 5000, soon(5)))
    kate.run()
    assert {row.starts_at for row in rig.busy(kate.user)} >= {soon(1), soon(3), soon(5)}
    assert rig.calendar(kate.calendar_id).complete
    assert rig.account(kate.account_id).state == AccountState.ACTIVE
    assert [row.trouble for row in rig.objects_of(kate.calendar_id)].count("broken") == 1


def test_syn3_the_window_moves_and_series_go_on() -> None:
    kate = rig.connect()
    kate.put("series", soon(1), "RRULE:FREQ=DAILY")
    kate.put("far", soon(700))
    kate.put("past", soon(-10))
    kate.run()
    before = rig.busy(kate.user)
    later = datetime.now(UTC) + timedelta(days=200)
    with time_machine.travel(later):
        service_down(kate)
        kate.run()
        after = rig.busy(kate.user)
    assert soon(700) not in [row.starts_at for row in before]
    assert soon(700) in [row.starts_at for row in after]
    assert min(row.ends_at for row in after) >= later - timedelta(days=2)
    assert max(row.starts_at for row in after if row.recurring) > max(
        row.starts_at for row in before
    )


def service_down(kate: rig.Connected) -> None:
    """The window moves without the server."""
    kate.service.fail(RemoteUnavailable(), times=100)


def test_syn3_a_changed_setting_lays_all_out_anew() -> None:
    kate = rig.connect()
    kate.put("maybe", soon(1), "STATUS:TENTATIVE")
    kate.run()
    assert [row.blocks for row in rig.busy(kate.user)] == [True]
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).tentative_blocks = False
    kate.run()
    assert [row.blocks for row in rig.busy(kate.user)] == [False]


def test_syn3_unused_calendars_are_not_read() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.UNUSED))
    kate.put("a", soon(1), which=1)
    kate.run(1)
    assert rig.busy(kate.user) == []
    assert "pull" not in kate.service.calls


def test_syn10_a_long_listing_lets_others_in_and_goes_on() -> None:
    kate = rig.connect()
    for number in range(6):
        kate.put(f"e{number}", soon(number + 1))
    runs.run(kate.calendar_id, seconds=-1)
    assert len(rig.busy(kate.user)) == 2
    rig.settle()
    assert len(rig.busy(kate.user)) == 6


def test_polls_are_spread_over_the_processes_and_each_calendar_is_claimed_once() -> None:
    kate = rig.connect(calendars=2)
    now = datetime.now(UTC)
    minute = timedelta(minutes=1)
    with db.unit_of_work() as session:
        assert service.enqueue_due(session, now=now, every=minute) == 2
    with db.unit_of_work() as session:
        assert service.enqueue_due(session, now=now, every=minute) == 0
    kate.put("a", soon(1))
    rig.settle()
    assert len(rig.busy(kate.user)) == 1
    with db.unit_of_work() as session:
        assert service.enqueue_due(session, now=now + 2 * minute, every=minute) == 2


def test_calendars_of_users_who_left_are_not_polled() -> None:
    rig.connect(active=False)
    with db.unit_of_work() as session:
        assert service.enqueue_due(session, now=datetime.now(UTC), every=timedelta(0)) == 0


def _due_now(calendar_id: int) -> None:
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, calendar_id).next_attempt_at = None


def test_syn12_private_events_keep_their_name_for_their_owner_only() -> None:
    kate = rig.connect()
    kate.put("a", soon(1), "CLASS:PRIVATE", summary="Doctor")
    kate.run()
    with rig.reading() as session:
        row = session.exec(select(BusyTime)).one()
    assert row.private
    assert row.summary == "Doctor"
