"""SYN-10: what a large first listing may cost, and that no two processes read the same calendar."""

from datetime import timedelta

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.settings import get_settings
from crm_app.sync.runs import runs
from tests.scale import parts

EVENTS = parts.events_wanted(1_000)
PAGE = 50
MEGABYTES = 300


@pytest.mark.slow
def test_syn10_two_processes_at_once_read_a_calendar_once(database: str) -> None:
    with parts.google(EVENTS, page=PAGE) as service:
        calendar_id = parts.connect(service)
        both = [
            parts.start(service, database, "tests.scale.pull", str(calendar_id)) for _ in range(2)
        ]
        for process in both:
            assert process.stderr is not None
            assert process.stderr.readline() == "ready\n"
        for process in both:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        costs = [parts.said(process) for process in both]
        assert service.listed() == EVENTS // PAGE
    with db.reading() as session:
        calendar = session.get_one(models.ExternalCalendar, calendar_id)
        known = session.exec(select(models.ExternalObject.href)).all()
    assert calendar.complete
    assert len(known) == len(set(known)) == EVENTS
    assert max(cost["megabytes"] for cost in costs) < MEGABYTES


def test_syn10_nothing_new_is_one_request(lite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with parts.google(20) as service:
        calendar_id = _connected(service, monkeypatch)
        runs.run(calendar_id)
        before = service.control("look")["calls"]
        runs.run(calendar_id)
        after = service.control("look")["calls"]
    asked = {name: count - before.get(name, 0) for name, count in after.items()}
    assert asked.pop("events.list") == 1
    # Whatever else is asked for is no request about a calendar: a token lasts for many runs.
    assert set(asked) <= {"token"}
    assert asked.get("token", 0) <= 1


def test_trap49_a_failure_on_a_later_page_keeps_those_before_it(
    lite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with parts.google(50, page=10) as service:
        calendar_id = _connected(service, monkeypatch)
        service.control("fail", call="events.list", skip=2)
        runs.run(calendar_id)
        with db.reading() as session:
            assert len(session.exec(select(models.ExternalObject)).all()) == 20
            row = session.get_one(models.ExternalCalendar, calendar_id)
            assert not row.complete
            assert row.next_attempt_at is not None
            assert row.next_attempt_at > clock.now()
        before = service.listed()
        _due(calendar_id)
        runs.run(calendar_id)
        assert service.listed() - before == 3
    with db.reading() as session:
        assert len(session.exec(select(models.ExternalObject)).all()) == 50
        row = session.get_one(models.ExternalCalendar, calendar_id)
        assert row.complete
        assert row.generation == 1


def test_trap48_the_service_says_when_to_come_back_and_the_waits_are_spread(
    lite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []
    with parts.google(10) as service:
        calendar_id = _connected(service, monkeypatch)
        for _ in range(4):
            service.control(
                "fail", call="events.list", status=429, reason="rateLimitExceeded",
                headers={"Retry-After": "300"},
            )  # fmt: skip
            _due(calendar_id)
            before = clock.now()
            runs.run(calendar_id)
            with db.reading() as session:
                row = session.get_one(models.ExternalCalendar, calendar_id)
            assert row.next_attempt_at is not None
            waits.append(row.next_attempt_at - before)
            asked = service.listed()
            runs.run(calendar_id)
            # Nobody asks before the time, whoever wants a run.
            assert service.listed() == asked
    assert min(waits) >= timedelta(seconds=300)
    assert max(waits) <= timedelta(seconds=300 * 1.25 + 10)
    assert len(set(waits)) > 1


def _connected(service: parts.Google, monkeypatch: pytest.MonkeyPatch) -> int:
    """A connected calendar that this process reads."""
    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    return parts.connect(service)


def _due(calendar_id: int) -> None:
    with db.unit_of_work() as session:
        calendar = session.get_one(models.ExternalCalendar, calendar_id)
        calendar.next_attempt_at = None
        session.get_one(models.ConnectedAccount, calendar.account_id).next_attempt_at = None
