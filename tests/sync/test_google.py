"""The whole way against Google: read, write, follow, break and recover (SYN-2, SYN-4, SYN-8 to SYN-11)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.appointments import service as appointments
from crm_app.core import clock, db, facts
from crm_app.core.kinds import AccountState, AppointmentStatus, CalendarRole, SyncOption
from crm_app.core.settings import get_settings
from crm_app.sync import service as syncing
from tests.servers.google import Fault, GoogleCalendar, GoogleService
from tests.servers.google.person import cancel, edit, expire_tokens, put, restore, timed
from tests.sync import abroad, rig
from tests.sync.rig import ACTOR, soon, stamp

pytestmark = pytest.mark.usefixtures("database")

ME = "me@example.org"
NORA = {"email": "nora@new.example", "displayName": "Nora New", "responseStatus": "accepted"}
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        yield running
    get_settings.cache_clear()


@pytest.fixture
def there(service: GoogleService) -> GoogleCalendar:
    return service.calendars[ME]


@pytest.fixture
def kate(service: GoogleService) -> rig.Connected:
    """A user who connected the account and writes into its calendar."""
    user = abroad.somebody()
    with db.unit_of_work() as session:
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            provider="google",
            label="Google",
            username=ME,
            secret=service.secret(),
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        row = models.ExternalCalendar(
            account_id=account.id or 0,
            ref=ME,
            name="Work",
            time_zone="Europe/Berlin",
            role=CalendarRole.LINKED,
        )
        session.add(row)
        session.flush()
        return rig.Connected(user, None, account.id or 0, [ME], [row.id or 0])  # type: ignore[arg-type]


def poll(kate: rig.Connected) -> None:
    """What the clock does every few minutes."""
    with db.unit_of_work() as session:
        session.get_one(models.ExternalCalendar, kate.calendar_id).next_attempt_at = None
        session.get_one(models.ConnectedAccount, kate.account_id).next_attempt_at = None
    with db.unit_of_work() as session:
        syncing.enqueue_due(session, now=clock.now(), every=timedelta(0))
    rig.settle()


def ours(there: GoogleCalendar) -> list[dict[str, Any]]:
    """Our copies that stand there."""
    return [
        one
        for one in there.events.values()
        if "extendedProperties" in one and one["status"] != "cancelled"
    ]


def writes(service: GoogleService) -> int:
    return sum(
        1 for call in service.calls if call in {"events.insert", "events.patch", "events.update"}
    )


def moved_here(appointment: models.Appointment, to: datetime) -> None:
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, appointment.id)
        appointments.reschedule(session, ACTOR, row, starts_at=to, ends_at=to + HALF_HOUR)
    rig.settle()


def test_syn2_syn9_our_appointment_there_and_back(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    put(there, "dentist", **timed(soon(2)))
    kate.run()
    made = rig.book(kate.user, at=soon(4), title="Ann Lead")
    rig.settle()
    (copy,) = ours(there)
    assert (copy["summary"], copy["start"]["dateTime"]) == ("Ann Lead", f"{soon(4):%FT%TZ}")
    written = writes(service)
    for _ in range(3):
        poll(kate)
    assert writes(service) == written
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(2)]

    edit(there, copy["id"], **timed(soon(5), 30))
    poll(kate)
    assert rig.appointment(made.id).starts_at == soon(5)
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, made.id)
        appointments.edit(session, ACTOR, row, title="Renamed", note="", location="Room 2")
    rig.settle()
    poll(kate)
    (copy,) = ours(there)
    assert (copy["summary"], copy["location"]) == ("Renamed", "Room 2")
    assert rig.appointment(made.id).starts_at == soon(5)

    cancel(there, copy["id"])
    poll(kate)
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert rig.told(facts.AppointmentCancelled) == 1
    restore(there, copy["id"])
    poll(kate)
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    assert rig.told(facts.AppointmentBooked) == 1
    assert service.mails == []


def test_syn9_trap37_a_lost_answer_makes_no_second_copy(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    kate.run()
    service.fail(Fault("events.insert", after=True, drop=True))
    rig.book(kate.user, at=soon(4))
    rig.settle()
    with db.unit_of_work() as session:
        for link in session.exec(select(models.EventLink)):
            link.next_attempt_at = None
    for _ in range(3):
        poll(kate)
    assert len(ours(there)) == 1
    assert rig.busy(kate.user) == []


def weekly(there: GoogleCalendar, **more: Any) -> None:
    put(
        there,
        "weekly",
        summary="Weekly with Nora",
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"],
        attendees=[{"email": ME, "self": True, "responseStatus": "accepted"}, NORA],
        **timed(soon(3), 60, "UTC"),
        **more,
    )


def instance(number: int) -> str:
    return f"weekly_{stamp(soon(3 + 7 * number))}"


def test_syn8_a_series_is_followed_instance_by_instance(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    weekly(there)
    poll(kate)
    made = rig.taken()
    assert [one.starts_at for one in made] == [soon(3 + 7 * number) for number in range(4)]
    assert rig.people() == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == 1

    edit(there, instance(1), **timed(soon(11), 60, "UTC"))
    service.bare_cancelled = True
    cancel(there, instance(2))
    poll(kate)
    assert rig.appointment(made[1].id).starts_at == soon(11)
    assert rig.appointment(made[2].id).status == AppointmentStatus.CANCELLED
    assert rig.appointment(made[0].id).starts_at == soon(3)
    assert soon(17) not in [row.starts_at for row in rig.busy(kate.user) if row.blocks]

    moved_here(made[3], soon(25))
    assert there.events[instance(3)]["start"]["dateTime"] == f"{soon(25):%FT%TZ}"
    for _ in range(2):
        poll(kate)
    assert rig.appointment(made[3].id).starts_at == soon(25)
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, made[0].id)
        appointments.cancel(session, ACTOR, row, by="user")
    rig.settle()
    poll(kate)
    assert there.events[instance(0)]["status"] == "cancelled"
    assert there.events["weekly"]["status"] == "confirmed"
    assert service.mails == []


def test_syn10_trap46_after_a_lost_token_nothing_doubles_and_nothing_fires(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    weekly(there)
    put(there, "lunch", attendees=[NORA], **timed(soon(6)))
    rig.book(kate.user, at=soon(4))
    rig.settle()
    poll(kate)
    before = (len(rig.taken()), rig.told(facts.AppointmentBooked), len(rig.busy(kate.user)))
    expire_tokens(there)
    cancel(there, "lunch")
    for _ in range(3):
        poll(kate)
    assert (len(rig.taken()), rig.told(facts.AppointmentBooked)) == before[:2]
    assert len(rig.busy(kate.user)) == before[2] - 1
    assert len(ours(there)) == 1


def test_syn11_trap55_withdrawn_access_and_the_way_back(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    put(there, "dentist", **timed(soon(2)))
    kate.run()
    stored = rig.account(kate.account_id).secret
    assert "ya29" in stored
    service.account.revoke_all()
    service.calls.clear()
    for _ in range(3):
        poll(kate)
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    assert service.calls.count("token") <= 3
    assert len(rig.busy(kate.user)) == 1
    rig.book(kate.user, at=soon(4))
    rig.settle()
    with db.unit_of_work() as session:
        account = session.get_one(models.ConnectedAccount, kate.account_id)
        account.secret, account.state = service.secret(), AccountState.ACTIVE
    for _ in range(2):
        poll(kate)
    assert len(ours(there)) == 1
    assert len(rig.busy(kate.user)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("events.list", 429, "rateLimitExceeded", {"Retry-After": "600"}),
        Fault("events.list", 403, "userRateLimitExceeded"),
    ],
)
def test_syn10_trap48_a_quota_is_waited_for(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected, fault: Fault
) -> None:
    put(there, "dentist", **timed(soon(2)))
    service.fail(fault)
    kate.run()
    waits = rig.calendar(kate.calendar_id).next_attempt_at
    assert waits is not None
    assert waits > clock.now() + timedelta(seconds=590 if fault.headers else 10)
    assert rig.account(kate.account_id).state != AccountState.NEEDS_RECONNECT
    poll(kate)
    assert len(rig.busy(kate.user)) == 1


def test_syn12_what_is_no_meeting_makes_nothing(
    service: GoogleService, there: GoogleCalendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    both = [{"email": "alias@brand.example", "self": True, "responseStatus": "accepted"}, NORA]
    put(there, "office", eventType="workingLocation", attendees=both, **timed(soon(2)))
    put(there, "focus", eventType="focusTime", attendees=both, **timed(soon(3)))
    put(there, "away", eventType="outOfOffice", attendees=both, **timed(soon(4)))
    put(there, "alone", attendees=both[:1], **timed(soon(5)))
    put(there, "secret", visibility="private", attendees=both, **timed(soon(6)))
    declined = [{**both[0], "responseStatus": "declined"}, NORA]
    put(there, "declined", attendees=declined, **timed(soon(7)))
    poll(kate)
    assert rig.taken() == []
    assert rig.people() == []
    blocking = [row.starts_at for row in rig.busy(kate.user) if row.blocks]
    assert blocking == [soon(3), soon(4), soon(5), soon(6)]
