"""CAL-5: however many try at once, from however many processes, a member is held once."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from crm_app.appointments import service as appointments
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.errors import Conflict
from crm_app.core.kinds import AppointmentSource
from crm_app.models import Appointment, Calendar
from tests import factories

PROCESSES = 4

# Knows nothing of our code: pairs of standing appointments of one user that overlap.
OVERLAPS = text(
    "SELECT count(*) FROM appointment a JOIN appointment b"
    " ON a.user_id = b.user_id AND a.id < b.id"
    " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    " WHERE a.status IN ('new', 'confirmed', 'showed') AND b.status IN ('new', 'confirmed', 'showed')"
)


def _monday() -> datetime:
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


def _team(**values: Any) -> tuple[int, list[int]]:
    with db.unit_of_work() as session:
        factories.workspace(session)
        always = {"weekly": {str(day): [[0, 1440]] for day in range(7)}}
        users = [factories.user(session, time_zone="UTC", hours=always) for _ in range(3)]
        calendar = factories.calendar(session, *users, **values)
        return calendar.id or 0, [user.id or 0 for user in users]


def _together(url: str, kind: str, calendar: int, moment: datetime, each: int) -> list[Any]:
    running = [
        subprocess.Popen(
            [
                sys.executable, "-m", "tests.booking.rush", url, kind, str(calendar),
                moment.isoformat(), str(each), str(number * each),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    return [result for process in running for result in json.loads(process.communicate()[0])]


@pytest.mark.slow
def test_cal5_sixty_four_visitors_three_members(database: str) -> None:
    calendar, members = _team()
    slot = _monday() + timedelta(hours=10)
    results = _together(database, "rush", calendar, slot, 64 // PROCESSES)
    assert len(results) == 64
    assert Counter(r["member"] for r in results if "member" in r) == Counter(members)
    losers = [r for r in results if "member" not in r]
    assert len(losers) == 61
    assert all(r.get("others", 0) > 0 for r in losers), losers
    with Session(db.engine()) as session:
        assert session.execute(OVERLAPS).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM appointment")).scalar_one() == 3


@pytest.mark.slow
def test_cal5_random_acts_leave_no_overlap(database: str) -> None:
    calendar, _ = _team(interval=15, reschedule_keeps_member=False)
    results = _together(database, "chaos", calendar, _monday(), 200 // PROCESSES)
    assert [r for r in results if "error" in r] == []
    done = Counter(r["done"] for r in results)
    assert done["book"] > 20, done
    with Session(db.engine()) as session:
        assert session.execute(OVERLAPS).scalar_one() == 0
        standing = session.execute(
            text("SELECT count(*) FROM appointment WHERE status = 'confirmed'")
        ).scalar_one()
        assert session.execute(text("SELECT count(*) FROM time_claim")).scalar_one() == standing
        credit = session.execute(text("SELECT sum(credit) FROM calendar_member")).scalar_one()
        assert credit == 0


def test_monday_is_ahead() -> None:
    assert _monday() > datetime.now(UTC)


def test_cal5_a_move_does_not_outlive_a_cancellation_meanwhile(postgres_url: str) -> None:
    db.use(postgres_url)
    calendar, (member, *_) = _team()
    start = _monday() + timedelta(hours=10)
    with db.unit_of_work() as session:
        made = appointments.create(
            session,
            system("test"),
            calendar=session.get_one(Calendar, calendar),
            user_id=member,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            source=AppointmentSource.USER,
        )
    with db.unit_of_work() as slow:
        read_before = slow.get_one(Appointment, made.id)
        with db.unit_of_work() as quick:
            appointments.cancel(
                quick, system("test"), quick.get_one(Appointment, made.id), by="user"
            )
        with pytest.raises(Conflict):
            appointments.reschedule(
                slow,
                system("test"),
                read_before,
                starts_at=start + timedelta(hours=1),
                ends_at=start + timedelta(hours=2),
            )
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM time_claim")).scalar_one() == 0
