"""The whole way against Microsoft: read, write, follow, break and recover (SYN-2, SYN-4, SYN-8 to SYN-12)."""

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
from tests.servers.graph import Graph, zones
from tests.servers.graph.store import Calendar, Event
from tests.sync import abroad, rig
from tests.sync.rig import ACTOR, soon

pytestmark = pytest.mark.usefixtures("database")

ME = "me@example.org"
HALF_HOUR = timedelta(minutes=30)


def person(address: str, answer: str = "accepted") -> dict[str, Any]:
    return {
        "emailAddress": {"address": address, "name": address.split("@")[0].title()},
        "type": "required",
        "status": {"response": answer, "time": "0001-01-01T00:00:00Z"},
    }


NORA = person("nora@new.example")


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with abroad.microsoft(monkeypatch) as running:
        yield running
    get_settings.cache_clear()


@pytest.fixture
def there(graph: Graph) -> Calendar:
    return next(iter(graph.mailbox.calendars.values()))


@pytest.fixture
def kate(graph: Graph, there: Calendar) -> rig.Connected:
    """A user who connected the account and writes into its calendar."""
    user = abroad.somebody()
    with db.unit_of_work() as session:
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            provider="microsoft",
            label="Microsoft 365",
            username=ME,
            secret=graph.secret(),
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        row = models.ExternalCalendar(
            account_id=account.id or 0,
            ref=there.id,
            name="Calendar",
            time_zone="Europe/Berlin",
            role=CalendarRole.LINKED,
        )
        session.add(row)
        session.flush()
        return rig.Connected(user, None, account.id or 0, [there.id], [row.id or 0])  # type: ignore[arg-type]


def poll(kate: rig.Connected) -> None:
    """What the clock does every few minutes."""
    with db.unit_of_work() as session:
        session.get_one(models.ExternalCalendar, kate.calendar_id).next_attempt_at = None
        session.get_one(models.ConnectedAccount, kate.account_id).next_attempt_at = None
    with db.unit_of_work() as session:
        syncing.enqueue_due(session, now=clock.now(), every=timedelta(0))
    rig.settle()


def times(at: datetime, minutes: int = 60) -> Event:
    return {"start": zones.told(at), "end": zones.told(at + timedelta(minutes=minutes))}


def put(graph: Graph, there: Calendar, subject: str, at: datetime, **more: Any) -> str:
    """What the person enters in Outlook; its id."""
    made = graph.mailbox.add(there, {"subject": subject, **times(at), **more})
    return str(made["id"])


def ours(there: Calendar) -> list[Event]:
    """Our copies that stand there."""
    return [each for each in there.events.values() if each["transactionId"]]


def writes(graph: Graph) -> int:
    return sum(1 for method, path in graph.asked if method != "GET" and "batch" not in path)


def test_syn2_syn9_our_appointment_there_and_back(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    graph.api.settles = True
    put(graph, there, "Dentist", soon(2))
    kate.run()
    made = rig.book(kate.user, at=soon(4), title="Ann Lead")
    rig.settle()
    (copy,) = ours(there)
    assert (copy["subject"], copy["start"]["dateTime"]) == ("Ann Lead", f"{soon(4):%FT%T}")
    written = writes(graph)
    for _ in range(3):
        poll(kate)
    assert writes(graph) == written
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(2)]

    graph.mailbox.change(there, copy["id"], times(soon(5), 30))
    poll(kate)
    assert rig.appointment(made.id).starts_at == soon(5)
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, made.id)
        appointments.edit(session, ACTOR, row, title="Renamed", note="", location="Room 2")
    rig.settle()
    poll(kate)
    (copy,) = ours(there)
    assert (copy["subject"], copy["location"]["displayName"]) == ("Renamed", "Room 2")
    assert rig.appointment(made.id).starts_at == soon(5)

    graph.mailbox.remove(there, copy["id"])
    poll(kate)
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert rig.told(facts.AppointmentCancelled) == 1
    assert rig.told(facts.AppointmentBooked) == 1
    assert graph.mailbox.mails == []


def test_syn9_trap37_a_lost_answer_makes_no_second_copy(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    kate.run()
    graph.fail(0, method="POST", path="/events", after=True)
    rig.book(kate.user, at=soon(4))
    rig.settle()
    with db.unit_of_work() as session:
        for link in session.exec(select(models.EventLink)):
            link.next_attempt_at = None
    for _ in range(3):
        poll(kate)
    assert len(ours(there)) == 1
    assert rig.busy(kate.user) == []


def weekly(graph: Graph, there: Calendar) -> str:
    first = soon(3)
    day = f"{first:%A}".lower()
    recurrence = {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "month": 0,
            "dayOfMonth": 0,
            "daysOfWeek": [day],
            "firstDayOfWeek": "monday",
            "index": "first",
        },
        "range": {
            "type": "numbered",
            "startDate": f"{first:%F}",
            "endDate": "0001-01-01",
            "numberOfOccurrences": 4,
            "recurrenceTimeZone": "UTC",
        },
    }
    return put(graph, there, "Weekly", first, recurrence=recurrence, attendees=[NORA])


def instance(series: str, number: int) -> str:
    return f"{series}-occ-{soon(3 + 7 * number):%F}"


def test_syn8_a_series_is_followed_instance_by_instance(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    series = weekly(graph, there)
    poll(kate)
    made = rig.taken()
    assert [one.starts_at for one in made] == [soon(3 + 7 * number) for number in range(4)]
    assert rig.people() == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == 1

    graph.mailbox.change(there, instance(series, 1), times(soon(11)))
    graph.mailbox.remove(there, instance(series, 2))
    poll(kate)
    assert rig.appointment(made[1].id).starts_at == soon(11)
    assert rig.appointment(made[2].id).status == AppointmentStatus.CANCELLED
    assert rig.appointment(made[0].id).starts_at == soon(3)
    assert soon(17) not in [row.starts_at for row in rig.busy(kate.user) if row.blocks]

    graph.mailbox.mails.clear()
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, made[3].id)
        appointments.reschedule(
            session, ACTOR, row, starts_at=soon(25), ends_at=soon(25) + HALF_HOUR
        )
    rig.settle()
    moved = graph.mailbox.find(there, instance(series, 3))
    assert moved is not None
    assert zones.parse(moved["start"]) == soon(25)
    for _ in range(2):
        poll(kate)
    assert rig.appointment(made[3].id).starts_at == soon(25)
    with db.unit_of_work() as session:
        row = session.get_one(models.Appointment, made[0].id)
        appointments.cancel(session, ACTOR, row, by="user")
    rig.settle()
    poll(kate)
    assert graph.mailbox.find(there, instance(series, 0)) is None
    assert series in there.events


def test_syn10_trap46_after_a_lost_state_nothing_doubles_and_nothing_fires(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    weekly(graph, there)
    lunch = put(graph, there, "Lunch", soon(6), attendees=[NORA])
    rig.book(kate.user, at=soon(4))
    rig.settle()
    poll(kate)
    before = (len(rig.taken()), rig.told(facts.AppointmentBooked), len(rig.busy(kate.user)))
    graph.mailbox.remove(there, lunch)
    there.oldest = graph.mailbox.revision + 1
    graph.mailbox.revision += 1
    for _ in range(3):
        poll(kate)
    assert (len(rig.taken()), rig.told(facts.AppointmentBooked)) == before[:2]
    assert len(rig.busy(kate.user)) == before[2] - 1
    assert len(ours(there)) == 1


def test_syn11_a_renewed_token_is_kept(graph: Graph, there: Calendar, kate: rig.Connected) -> None:
    stored = rig.account(kate.account_id).secret
    for times_renewed in (1, 2):
        graph.signin.access.clear()
        poll(kate)
        assert graph.signin.refreshes == times_renewed
        assert rig.account(kate.account_id).state == AccountState.ACTIVE
    assert rig.account(kate.account_id).secret != stored


def test_syn11_trap55_withdrawn_access_and_the_way_back(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    put(graph, there, "Dentist", soon(2))
    kate.run()
    graph.signin.access.clear()
    graph.signin.revoked = True
    asked = graph.signin.asked
    for _ in range(3):
        poll(kate)
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    assert graph.signin.asked - asked <= 3
    assert len(rig.busy(kate.user)) == 1
    rig.book(kate.user, at=soon(4))
    rig.settle()
    graph.signin.revoked = False
    with db.unit_of_work() as session:
        account = session.get_one(models.ConnectedAccount, kate.account_id)
        account.secret, account.state = graph.secret(), AccountState.ACTIVE
    for _ in range(2):
        poll(kate)
    assert len(ours(there)) == 1
    assert len(rig.busy(kate.user)) == 1


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [
        (429, "ApplicationThrottled", {"Retry-After": "600"}),
        (503, "MailboxConcurrency", {}),
    ],
)
def test_syn10_trap48_a_quota_is_waited_for(
    graph: Graph,
    there: Calendar,
    kate: rig.Connected,
    status: int,
    code: str,
    headers: dict[str, str],
) -> None:
    put(graph, there, "Dentist", soon(2))
    graph.fail(status, code, headers=headers, path="/delta")
    kate.run()
    waits = rig.calendar(kate.calendar_id).next_attempt_at
    assert waits is not None
    assert waits > clock.now() + timedelta(seconds=590 if headers else 10)
    assert rig.account(kate.account_id).state != AccountState.NEEDS_RECONNECT
    poll(kate)
    assert len(rig.busy(kate.user)) == 1


def test_syn12_trap6_what_is_no_meeting_makes_nothing(
    graph: Graph, there: Calendar, kate: rig.Connected
) -> None:
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    put(graph, there, "Elsewhere", soon(2), showAs="workingElsewhere")
    put(graph, there, "Focus", soon(3))
    put(graph, there, "Secret", soon(4), sensitivity="private", attendees=[NORA])
    declined = {"response": "declined", "time": "0001-01-01T00:00:00Z"}
    put(
        graph,
        there,
        "Declined",
        soon(5),
        isOrganizer=False,
        organizer={"emailAddress": {"address": "boss@other.example", "name": "Boss"}},
        responseStatus=declined,
        attendees=[person(ME, "declined"), NORA],
    )
    room = person("room@example.org") | {"type": "resource"}
    put(graph, there, "Room", soon(6), attendees=[room])
    put(graph, there, "Off", soon(7), isCancelled=True, attendees=[NORA])
    poll(kate)
    assert rig.taken() == []
    assert rig.people() == []
    blocking = [row.starts_at for row in rig.busy(kate.user) if row.blocks]
    assert blocking == [soon(3), soon(4), soon(6)]
