"""Traps 53, 54: killed at any moment of a first listing, it goes on, and history triggers nothing."""

import random
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.core import clock, db, facts, job_runner, jobs
from crm_app.sync.records import links
from crm_app.sync.runs import runs
from tests.scale import parts
from tests.scale.parts import Google

EVENTS = parts.events_wanted(2_000)
PAGE = max(50, EVENTS // 60)
KILLS = 5
SEED = 54


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_trap54_a_first_sync_that_is_killed_ends_with_exactly_the_right_rows(
    lite: str, sqlite_template: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(SEED)
    with parts.google(EVENTS, page=PAGE) as service:
        calendar_id = parts.connect(service)
        want_run(calendar_id)
        marks = sorted(dice.sample(range(EVENTS * 9 // 10), KILLS))
        kills = 0
        for mark in [*marks, EVENTS * 2]:
            worker = parts.start(service, lite, "crm_app.cli", "worker")
            try:
                kills += _kill_after(worker, calendar_id, mark, dice)
            finally:
                worker.kill()
                worker.communicate()
            _leases_run_out(calendar_id)
        asked = service.listed()
        rows = _rows(calendar_id)
        assert kills == KILLS
        _read_undisturbed(service, calendar_id, monkeypatch)
        expected = _rows(calendar_id)
    assert rows == expected
    assert len({href for href, *_ in rows[0]}) == len(rows[0]) == EVENTS
    # It went on from where it was: besides the pages themselves, at most what each death cost.
    assert asked <= -(-EVENTS // PAGE) + 3 * KILLS + 2
    assert _triggered() == {"fact": 0, "appointment": 0, "contact": 0, "mail": 0}


def want_run(calendar_id: int) -> None:
    with db.unit_of_work() as session:
        jobs.enqueue(session, links.RUN, calendar_id=calendar_id)


def _kill_after(
    worker: "subprocess.Popen[str]", calendar_id: int, mark: int, dice: random.Random
) -> int:
    """Kill it when it has read ``mark`` events, and then at any moment of a page; whether that was
    before its end."""
    while True:
        row = _calendar(calendar_id)
        if row.complete:
            return 0
        if row.events_seen > mark:
            break
        _stays_alive(worker, 0.01)
    _stays_alive(worker, dice.uniform(0, 0.1))
    worker.kill()
    worker.wait()
    return 0 if _calendar(calendar_id).complete else 1


def _stays_alive(worker: "subprocess.Popen[str]", seconds: float) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(seconds)


def _calendar(calendar_id: int) -> models.ExternalCalendar:
    with db.reading() as session:
        return session.get_one(models.ExternalCalendar, calendar_id)


def _leases_run_out(calendar_id: int) -> None:
    """As two minutes later: nobody waits for the dead any more."""
    with db.unit_of_work() as session:
        job_runner.reap(session, now=clock.now() + timedelta(minutes=2))
        session.execute(
            update(models.ExternalCalendar)
            .where(col(models.ExternalCalendar.id) == calendar_id)
            .values(lease_until=clock.now())
        )


def _rows(calendar_id: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All that was read, without the ids of rows."""
    known, busy = models.ExternalObject, models.BusyTime
    with db.reading() as session:
        objects = session.exec(
            select(
                known.href, known.series, known.uid, known.etag, known.content_hash,
                known.continues, known.trouble, known.history, known.missing_since,
            ).where(known.external_calendar_id == calendar_id).order_by(known.href)
        )  # type: ignore[call-overload]  # fmt: skip
        times = session.exec(
            select(known.href, busy.starts_at, busy.ends_at, busy.blocks, busy.summary)
            .join(known, col(known.id) == busy.external_object_id)
            .where(known.external_calendar_id == calendar_id)
            .order_by(known.href, busy.starts_at)
        )  # type: ignore[call-overload]
        return [tuple(row) for row in objects], [tuple(row) for row in times]


def _read_undisturbed(service: Google, calendar_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same calendar read anew in one go, by this process."""
    from crm_app.core.settings import get_settings
    from crm_app.sync.records import busy_rows

    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with db.unit_of_work() as session:
        calendar = session.get_one(models.ExternalCalendar, calendar_id)
        account = session.get_one(models.ConnectedAccount, calendar.account_id)
        busy_rows.forget(session, calendar, account.user_id)
    runs.run(calendar_id, seconds=3600)
    assert _calendar(calendar_id).complete


def _triggered() -> dict[str, int]:
    """What came of history: it must be nothing."""
    with db.reading() as session:
        return {
            "fact": _count(
                session,
                select(func.count()).where(
                    col(facts.FactRow.kind).in_(["AppointmentBooked", "ContactCreated"])
                ),
            ),
            "appointment": _count(session, select(func.count()).select_from(models.Appointment)),
            "contact": _count(session, select(func.count()).select_from(models.Contact)),
            "mail": _count(session, select(func.count()).select_from(models.Message)),
        }


def _count(session: Session, query: object) -> int:
    return int(session.exec(query).one())  # type: ignore[call-overload]
