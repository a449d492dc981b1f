"""API-2: ``crm sync run`` brings calendars in step at once and says how each is."""

from datetime import UTC, datetime

import pytest

from crm_app.core import db
from crm_app.core.errors import RemoteUnavailable
from crm_app.core.kinds import CalendarRole
from crm_app.models import ExternalCalendar
from crm_app.sync import foreground
from crm_app.sync.reaching import lanes
from tests.scale import parts
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("lite")


def lines(account_id: int | None = None, *, everything: bool = False) -> list[tuple[str, bool]]:
    return [
        (told.line.rpartition(": ")[2], told.well)
        for told in foreground.run(account_id=account_id, everything=everything)
    ]


def test_api2_due_calendars_are_read_and_then_nothing_is_due() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.UNUSED))
    kate.put("a", soon(1))
    assert lines() == [("in step, 1 events known", True)]
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(1)]
    assert lines() == []


def test_api2_all_means_those_that_are_not_due_too() -> None:
    kate = rig.connect(calendars=2)
    lines()
    kate.put("a", soon(1), which=1)
    assert lines(everything=True) == [
        ("in step, 0 events known", True),
        ("in step, 1 events known", True),
    ]


def test_api2_one_connection_only() -> None:
    kate, ben = rig.connect(), rig.connect()
    assert len(lines(kate.account_id)) == 1
    assert kate.service.calls.count("pull") == 1
    assert ben.service.calls.count("pull") == 0
    assert len(lines(ben.account_id, everything=True)) == 1
    assert lines(ben.account_id + 1, everything=True) == []


def test_api2_trouble_is_said_and_the_others_go_on() -> None:
    kate, ben = rig.connect(), rig.connect()
    kate.service.fail(RemoteUnavailable(), call="pull")
    assert [well for _, well in lines()] == [False, True]
    (words, _), _ = lines(everything=True)
    assert words
    assert ben.service.calls.count("pull") == 2


def test_api2_a_calendar_that_another_process_reads_is_left_to_it() -> None:
    kate = rig.connect()
    with db.unit_of_work() as session:
        now = datetime.now(UTC)
        assert lanes.take(session, ExternalCalendar, kate.calendar_id, now=now, follow_up=False)
    assert lines() == [("another process is at it and will go on with it", True)]
    assert "pull" not in kate.service.calls
    with db.reading() as session:
        assert session.get_one(ExternalCalendar, kate.calendar_id).wanted_again


def test_api2_the_command_prints_a_line_per_calendar(lite: str) -> None:
    with parts.google(20) as service:
        parts.connect(service)
        outcomes = []
        for _ in range(2):
            process = parts.start(service, lite, "crm_app.cli", "sync", "run")
            outcomes.append((*process.communicate(timeout=120), process.returncode))
    said = "Google (me@example.org), Work: in step, 20 events known\n"
    assert outcomes == [(said, "", 0), ("", "", 0)]
