"""The whole way against a real CalDAV server: connect, read, write, break and recover."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.appointments import service as appointments
from crm_app.booking import service as booking
from crm_app.core import clock, db
from crm_app.core.errors import LoginExpired
from crm_app.core.kinds import AccountState, AppointmentStatus
from crm_app.core.settings import get_settings
from crm_app.models import Appointment, Calendar, ExternalCalendar, User
from crm_app.sync import queries, service
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting
from crm_app.sync.rules.health import Condition
from tests import factories
from tests.servers.radicale import RadicaleServer, RadicaleUser
from tests.sync import objects, rig
from tests.sync.rig import ACTOR, soon, stamp

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("database")]


@pytest.fixture
def remote(radicale_server: RadicaleServer, monkeypatch: pytest.MonkeyPatch) -> RadicaleUser:
    """An account with two calendars on a server that the administrator has opened."""
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")
    get_settings.cache_clear()
    user = radicale_server.make_user()
    user.make_calendar("work", "Work")
    user.make_calendar("private", "Private")
    return user


def connected(remote: RadicaleUser) -> tuple[User, int, dict[str, int]]:
    """A member who connected that account, writes into "Work" and reads "Private" too."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
    actor, now = factories.actor(user), datetime.now(UTC)
    with db.unit_of_work() as session:
        login = accounts.check(
            session,
            actor,
            kind="caldav",
            server_url=f"http://127.0.0.1:{remote.port}/",
            username=remote.name,
            password=remote.password,
            now=now,
        )
    seen = connecting.look(login)
    with db.unit_of_work() as session:
        account = accounts.add(session, actor, login, seen, label="Radicale", now=now)
        rows = session.exec(select(ExternalCalendar)).all()
        ids = {row.name: row.id or 0 for row in rows}
        accounts.choose_linked(session, actor, ids["Work"])
        accounts.choose_conflicts(session, actor, [ids["Private"]])
    return user, account.id or 0, ids


def poll(ids: dict[str, int]) -> None:
    for calendar_id in ids.values():
        with db.unit_of_work() as session:
            row = session.get_one(ExternalCalendar, calendar_id)
            row.next_attempt_at = None
    with db.unit_of_work() as session:
        service.enqueue_due(session, now=clock.now(), every=timedelta(0))
    rig.settle()


def entries(remote: RadicaleUser, calendar: str) -> list[str]:
    """The texts in a calendar, as another program sees them."""
    listing = remote.ask("PROPFIND", remote.path(calendar), "", Depth="1").text
    paths = [
        part.split("</href>")[0]
        for part in listing.split("<href>")[1:]
        if part.split("</href>")[0].endswith(".ics")
    ]
    return [remote.get(path) for path in paths]


def test_syn1_syn2_the_whole_way(remote: RadicaleUser) -> None:
    remote.put("private", "dentist.ics", rig.entry("dentist", soon(2)))
    remote.put("work", "weekly.ics", rig.entry("weekly", soon(3), "RRULE:FREQ=WEEKLY;COUNT=3"))
    user, account_id, ids = connected(remote)
    rig.settle()
    assert [row.starts_at for row in rig.busy(user)] == sorted(
        [soon(2), soon(3), soon(10), soon(17)]
    )
    made = rig.book(user, at=soon(4), title="Ann Lead")
    rig.settle()
    texts = [text for text in entries(remote, "work") if made.ical_uid in text]
    assert len(texts) == 1
    assert "SUMMARY:Ann Lead" in texts[0]
    for _ in range(3):
        poll(ids)
    assert len(rig.busy(user)) == 4
    path = remote.path("work", f"{made.ical_uid}.ics")
    raw = remote.get(path)
    moved = raw.replace(stamp(soon(4)), stamp(soon(5))).replace(
        stamp(soon(4) + timedelta(minutes=30)), stamp(soon(5) + timedelta(minutes=30))
    )
    remote.put("work", f"{made.ical_uid}.ics", moved)
    poll(ids)
    assert rig.appointment(made.id).starts_at == soon(5)
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.edit(session, ACTOR, row, title="Renamed", note="", location="Room 2")
    rig.settle()
    assert "SUMMARY:Renamed" in remote.get(path)
    assert f"DTSTART:{stamp(soon(5))}" in remote.get(path)
    assert remote.ask("DELETE", path).status == 200
    poll(ids)
    poll(ids)
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    with db.reading() as session:
        (found,) = queries.connections(session, factories.actor(user), now=datetime.now(UTC))
    assert found.condition is Condition.IN_STEP
    assert found.id == account_id


def test_syn9_changed_on_both_sides_at_once(remote: RadicaleUser) -> None:
    user, _, ids = connected(remote)
    made = rig.book(user, at=soon(4), title="Ann")
    rig.settle()
    path = remote.path("work", f"{made.ical_uid}.ics")
    remote.put(
        "work",
        f"{made.ical_uid}.ics",
        remote.get(path).replace("SUMMARY:Ann", "SUMMARY:Ann and Bob"),
    )
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.reschedule(
            session, ACTOR, row, starts_at=soon(6), ends_at=soon(6) + timedelta(minutes=30)
        )
    rig.settle()
    poll(ids)
    now = rig.appointment(made.id)
    assert (now.title, now.starts_at) == ("Ann and Bob", soon(6))
    assert "SUMMARY:Ann and Bob" in remote.get(path)
    assert f"DTSTART:{stamp(soon(6))}" in remote.get(path)


def test_syn11_trap55_a_changed_password_and_the_way_back(
    remote: RadicaleUser, radicale_server: RadicaleServer
) -> None:
    remote.put("private", "a.ics", rig.entry("a", soon(2)))
    user, account_id, ids = connected(remote)
    rig.settle()
    users = radicale_server.users_file
    users.write_text(users.read_text().replace(f"{remote.name}:", f"{remote.name}:new-"))
    poll(ids)
    assert rig.account(account_id).state == AccountState.NEEDS_RECONNECT
    assert len(rig.busy(user)) == 1
    rig.book(user, at=soon(4))
    rig.settle()
    actor, now = factories.actor(user), datetime.now(UTC)
    with db.unit_of_work() as session:
        wrong = accounts.login_again(session, actor, account_id, "wrong", now=now)
        right = accounts.login_again(session, actor, account_id, f"new-{remote.password}", now=now)
    with pytest.raises(LoginExpired):
        connecting.look(wrong)
    seen = connecting.look(right)
    with db.unit_of_work() as session:
        accounts.renew(session, actor, account_id, right, seen)
    rig.settle()
    assert rig.account(account_id).state == AccountState.ACTIVE
    remote.password = f"new-{remote.password}"
    assert len(entries(remote, "work")) == 1


def test_syn10_a_deleted_calendar_deletes_no_events(remote: RadicaleUser) -> None:
    for number in range(3):
        remote.put("private", f"{number}.ics", rig.entry(f"e{number}", soon(number + 1)))
    user, _, ids = connected(remote)
    rig.settle()
    assert remote.ask("DELETE", remote.path("private")).status == 200
    poll(ids)
    assert len(rig.busy(user)) == 3
    row = rig.calendar(ids["Private"])
    assert row.gone_at is not None
    assert rig.calendar(ids["Work"]).last_error == ""


def test_syn2_cal5_a_slot_that_was_taken_outside_a_moment_ago_is_refused(
    remote: RadicaleUser,
) -> None:
    user, _, _ = connected(remote)
    rig.settle()
    monday = _monday()
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, user)
    remote.put("private", "late.ics", rig.entry("late", monday, minutes=30))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=10)):
        assert (
            service.live_check([user.id or 0], monday, monday + timedelta(minutes=30), timeout=10)
            == frozenset()
        )
    lead = booking.Lead(name="Ann", email="ann@lead.example")
    with db.unit_of_work() as session, pytest.raises(booking.SlotTaken):
        booking.book(
            session,
            calendar=session.get_one(Calendar, calendar.id),
            starts_at=monday,
            lead=lead,
            now=clock.now(),
        )


def test_syn10_a_large_calendar_is_read_in_pages_and_only_changes_afterwards(
    remote: RadicaleUser,
) -> None:
    for number in range(120):
        remote.put("private", f"{number}.ics", rig.entry(f"e{number}", soon(number + 1)))
    user, _, ids = connected(remote)
    rig.settle()
    assert len(rig.busy(user)) == 120
    remote.put("private", "5.ics", rig.entry("e5", soon(300)))
    poll(ids)
    assert len(rig.busy(user)) == 120
    assert soon(300) in [row.starts_at for row in rig.busy(user)]


def test_syn12_all_day_and_private(remote: RadicaleUser) -> None:
    day = soon(5)
    remote.put(
        "private",
        "day.ics",
        objects.event(
            "CLASS:PRIVATE",
            uid="day",
            start=f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            end=f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        ),
    )
    user, _, _ = connected(remote)
    rig.settle()
    (row,) = rig.busy(user)
    assert row.all_day
    assert row.private
    assert row.local_start == day.date().isoformat()
    assert row.blocks


def _monday() -> datetime:
    """Ten o'clock in Berlin on a coming Monday, UTC."""
    day = soon(8, 9)
    while day.weekday() != 0:
        day += timedelta(days=1)
    return day
