"""Series that become appointments and are followed: SYN-8, SYN-9 and traps 25, 26, 27, 31.

Each test runs with a service that keeps a series in one object, and with one that keeps each changed
instance in its own.
"""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.appointments import service as appointments
from crm_app.core import clock, db, facts
from crm_app.core.kinds import AppointmentStatus, LinkState, SyncOption
from crm_app.models import Appointment, EventLink, ExternalObject, TimelineEntry
from tests.sync import objects, rig
from tests.sync.incoming.test_intake import ANN, GUEST, linked
from tests.sync.rig import soon, stamp

pytestmark = pytest.mark.usefixtures("database")
UID = "weekly"
WEEK = timedelta(days=7)


@pytest.fixture(params=[False, True], ids=["whole", "apart"])
def kate(request: pytest.FixtureRequest) -> rig.Connected:
    """A user with the option Two-way."""
    return linked(SyncOption.TWO_WAY, split_series=request.param)


def weekly(
    *exceptions: list[str],
    start: datetime | None = None,
    count: int = 4,
    lines: tuple[str, ...] = (GUEST,),
    uid: str = UID,
    rule: str = "",
) -> str:
    begins = start or soon()
    return objects.event(
        rule or f"RRULE:FREQ=WEEKLY;COUNT={count}",
        *lines,
        uid=uid,
        start=f"DTSTART:{stamp(begins)}",
        end=f"DTEND:{stamp(begins + timedelta(minutes=30))}",
        summary="Jour fixe",
        more=[line for exception in exceptions for line in exception],
    )


def changed(
    named: datetime, *lines: str, at: datetime | None = None, summary: str = "Jour fixe"
) -> list[str]:
    """An exception: the instance that the rule puts at ``named``."""
    begins = at or named
    return objects.exception(
        f"RECURRENCE-ID:{stamp(named)}",
        f"DTSTART:{stamp(begins)}",
        f"DTEND:{stamp(begins + timedelta(minutes=30))}",
        f"SUMMARY:{summary}",
        *lines,
        uid=UID,
    )


def starts(*statuses: AppointmentStatus) -> list[datetime]:
    wanted = statuses or (AppointmentStatus.CONFIRMED,)
    return [row.starts_at for row in rig.taken() if row.status in wanted]


def blocked(kate: rig.Connected) -> list[datetime]:
    return [row.starts_at for row in rig.busy(kate.user)]


def series_of(number: int) -> list[datetime]:
    return [soon() + WEEK * week for week in range(number)]


def put(kate: rig.Connected, raw: str, name: str = "series") -> str:
    href = kate.service.put(kate.ref, name, raw)
    kate.run()
    rig.settle()
    return href


def test_syn8_trap25_an_appointment_per_instance_and_one_booking(kate: rig.Connected) -> None:
    put(kate, weekly())
    kate.run()
    assert starts() == blocked(kate) == series_of(4)
    assert rig.people() == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == rig.told(facts.AppointmentBooked) == 1
    assert rig.fired(facts.ContactCreated) == 1
    with db.reading() as session:
        (entry,) = session.exec(select(TimelineEntry).where(TimelineEntry.kind == "appointment"))
        first = session.exec(select(Appointment).where(Appointment.starts_at == soon())).one()
        assert entry.appointment_id == first.id
        assert len({row.ical_uid for row in session.exec(select(Appointment))}) == 4


def test_syn8_a_setting_makes_every_instance_fire(kate: rig.Connected) -> None:
    rig.choose(kate, SyncOption.TWO_WAY, triggers_per_instance=True)
    put(kate, weekly(count=3))
    assert rig.fired(facts.AppointmentBooked) == 3


def test_syn8_without_an_end_it_goes_on_as_the_window_moves(kate: rig.Connected) -> None:
    put(kate, weekly(rule="RRULE:FREQ=WEEKLY"))
    before = starts()
    assert before == blocked(kate)
    assert len(before) > 70
    with time_machine.travel(clock.now() + timedelta(days=21)):
        kate.run()
        rig.settle()
        after = starts()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3
    assert rig.fired(facts.AppointmentBooked) == 1


def test_trap65_window_moves_take_no_history_in(kate: rig.Connected) -> None:
    rig.choose(kate, SyncOption.ONE_WAY)
    put(kate, weekly(rule="RRULE:FREQ=WEEKLY"))
    rig.choose(kate, SyncOption.TWO_WAY)
    with db.unit_of_work() as session:
        for row in session.exec(select(ExternalObject)):
            row.history = True
    with time_machine.travel(clock.now() + timedelta(days=21)):
        kate.run()
        assert rig.taken() == []


def test_syn8_trap26_one_instance_moved(kate: rig.Connected) -> None:
    put(kate, weekly())
    there = series_of(4)
    moved = there[1] + timedelta(days=1)
    put(kate, weekly(changed(there[1], GUEST, at=moved, summary="Later")))
    kate.run()
    assert starts() == blocked(kate) == [there[0], moved, *there[2:]]
    assert [row.title for row in rig.taken()] == ["Jour fixe", "Later", "Jour fixe", "Jour fixe"]
    assert rig.told(facts.AppointmentRescheduled) == rig.fired(facts.AppointmentRescheduled) == 1
    assert rig.told(facts.AppointmentCancelled) == 0
    # And back to where the rule has it.
    put(kate, weekly(changed(there[1], GUEST)))
    assert starts() == blocked(kate) == there


def test_syn8_moved_out_of_the_window_it_still_stands(kate: rig.Connected) -> None:
    put(kate, weekly())
    far = soon(700)
    put(kate, weekly(changed(series_of(4)[3], GUEST, at=far)))
    assert starts() == [*series_of(3), far]
    assert rig.told(facts.AppointmentCancelled) == 0


@pytest.mark.parametrize("how", ["exdate", "status"])
def test_syn8_trap27_one_instance_cancelled(kate: rig.Connected, how: str) -> None:
    put(kate, weekly())
    there = series_of(4)
    if how == "exdate":
        raw = weekly(lines=(GUEST, f"EXDATE:{stamp(there[2])}"))
    else:
        raw = weekly(changed(there[2], GUEST, "STATUS:CANCELLED"))
    put(kate, raw)
    kate.run()
    assert starts() == blocked(kate) == [there[0], there[1], there[3]]
    assert starts(AppointmentStatus.CANCELLED) == [there[2]]
    assert rig.told(facts.AppointmentCancelled) == rig.fired(facts.AppointmentCancelled) == 1
    # Brought back, the same appointment stands again.
    put(kate, weekly())
    assert starts() == there
    assert len(rig.taken()) == 4
    assert rig.fired(facts.AppointmentBooked) == 1
    assert rig.fired(facts.AppointmentRestored) == 0


@pytest.mark.parametrize(
    "shift", [timedelta(hours=1), timedelta(days=1), timedelta(days=3)], ids=["hour", "day", "days"]
)
def test_syn9_the_whole_series_moves_and_nothing_is_booked_anew(
    kate: rig.Connected, shift: timedelta
) -> None:
    put(kate, weekly())
    before = {row.id for row in rig.taken()}
    put(kate, weekly(start=soon() + shift))
    kate.run()
    assert starts() == blocked(kate) == [at + shift for at in series_of(4)]
    assert {row.id for row in rig.taken()} == before
    assert rig.told(facts.AppointmentCancelled) == 0
    assert rig.fired(facts.AppointmentBooked) == 1
    assert rig.fired(facts.AppointmentRescheduled) == 1


def test_syn9_this_and_following_split_off_by_google_goes_on(kate: rig.Connected) -> None:
    put(kate, weekly(uid="abc@google.com"))
    there = series_of(4)
    before = {row.id: row.starts_at for row in rig.taken()}
    until = there[2] - timedelta(seconds=1)
    first = weekly(uid="abc@google.com", rule=f"RRULE:FREQ=WEEKLY;UNTIL={stamp(until)}")
    second = weekly(uid=f"abc_R{stamp(there[2])}@google.com", start=there[2], count=2)
    kate.service.put(kate.ref, "series", first)
    kate.service.put(kate.ref, "series_R", second.replace("Jour fixe", "New name"))
    for _ in range(2):
        kate.run()
        rig.settle()
    assert starts() == blocked(kate) == there
    assert {row.id: row.starts_at for row in rig.taken()} == before
    assert [row.title for row in rig.taken()] == ["Jour fixe", "Jour fixe", "New name", "New name"]
    assert rig.fired(facts.AppointmentBooked) == 1


def test_syn9_split_off_elsewhere_the_rest_ends_and_the_new_one_begins(kate: rig.Connected) -> None:
    put(kate, weekly())
    there = series_of(4)
    until = there[2] - timedelta(seconds=1)
    put(kate, weekly(rule=f"RRULE:FREQ=WEEKLY;UNTIL={stamp(until)}"))
    put(kate, weekly(uid="other", start=there[2] + timedelta(hours=2), count=2), "other")
    assert starts() == blocked(kate)
    assert len(starts()) == 4
    assert len(starts(AppointmentStatus.CANCELLED)) == 2
    assert rig.fired(facts.AppointmentCancelled) == 1


def test_syn9_the_series_is_deleted_with_all_its_instances(kate: rig.Connected) -> None:
    there = series_of(4)
    href = put(kate, weekly(changed(there[1], GUEST, at=there[1] + timedelta(hours=3))))
    kate.service.remove(kate.ref, href)
    for _ in range(2):
        kate.run()
        rig.settle()
    assert starts() == blocked(kate) == []
    assert len(starts(AppointmentStatus.CANCELLED)) == 4
    assert rig.fired(facts.AppointmentCancelled) == 1
    with db.reading() as session:
        assert session.exec(select(ExternalObject.id)).all() == []
    put(kate, weekly(changed(there[1], GUEST, at=there[1] + timedelta(hours=3))))
    assert len(starts()) == 4
    assert rig.fired(facts.AppointmentBooked) == 1


def test_syn10_one_series_is_one_deletion_however_many_dates_were_changed(
    kate: rig.Connected,
) -> None:
    there = series_of(12)
    later = [changed(at, GUEST, at=at + timedelta(hours=2)) for at in there]
    href = put(kate, weekly(*later, count=12))
    assert len(starts()) == 12
    kate.service.remove(kate.ref, href)
    kate.run()
    assert rig.calendar(kate.calendar_id).deletions_waiting == 0
    assert starts() == blocked(kate) == []


def test_syn9_a_lost_cursor_keeps_the_series_in_step(kate: rig.Connected) -> None:
    there = series_of(4)
    href = put(kate, weekly(changed(there[1], GUEST, at=there[1] + timedelta(hours=3))))
    kate.service.expire_cursors(kate.ref)
    kate.run()
    assert len(starts()) == 4
    kate.service.remove(kate.ref, href)
    kate.put("another", soon(5))
    kate.service.expire_cursors(kate.ref)
    for _ in range(2):
        kate.run()
    assert starts() == []
    assert blocked(kate) == [soon(5)]


def test_syn8_another_guest_in_one_instance_only(kate: rig.Connected) -> None:
    put(kate, weekly())
    put(kate, weekly(changed(series_of(4)[1], GUEST, ANN)))
    assert rig.people() == ["ann@lead.example", "nora@new.example"]
    with_ann = [row.starts_at for row in rig.taken() if row.guests]
    assert with_ann == [series_of(4)[1]]
    assert rig.fired(facts.AppointmentBooked) == 1
    assert rig.fired(facts.ContactCreated) == 2


def test_syn9_one_instance_moved_and_one_cancelled_here(kate: rig.Connected) -> None:
    put(kate, weekly())
    there = series_of(4)
    _, second, third, _ = rig.taken()
    moved = there[1] + timedelta(hours=2)
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, second.id)
        appointments.reschedule(
            session, rig.ACTOR, row, starts_at=moved, ends_at=moved + timedelta(minutes=30)
        )
        row = session.get_one(Appointment, third.id)
        appointments.cancel(session, rig.ACTOR, row, by="user")
    for _ in range(3):
        rig.settle()
        kate.run()
    assert starts() == blocked(kate) == [there[0], moved, there[3]]
    assert kate.service.calls.count("amend") == 2
    assert rig.told(facts.AppointmentRescheduled) == rig.told(facts.AppointmentCancelled) == 1
    with db.reading() as session:
        states = [row.state for row in session.exec(select(EventLink).order_by(EventLink.id))]
        assert session.exec(select(rig.models.TimeClaim.id)).all() == []
    assert states == [LinkState.WRITTEN, LinkState.WRITTEN, LinkState.GONE, LinkState.WRITTEN]


def test_syn9_a_single_event_becomes_a_series_and_back(kate: rig.Connected) -> None:
    single = objects.event(
        GUEST,
        uid=UID,
        start=f"DTSTART:{stamp(soon())}",
        end=f"DTEND:{stamp(soon(minute=30))}",
        summary="Jour fixe",
    )
    put(kate, single)
    (first,) = rig.taken()
    put(kate, weekly())
    assert starts() == series_of(4)
    assert rig.taken()[0].id == first.id
    put(kate, single)
    assert starts() == [soon()]
    assert rig.appointment(first.id).status == AppointmentStatus.CONFIRMED
    assert rig.fired(facts.AppointmentBooked) == 1


def test_trap45_a_series_in_two_users_calendars_is_one_appointment_each(
    kate: rig.Connected,
) -> None:
    paul = linked(SyncOption.TWO_WAY, split_series=kate.service.split_series)
    put(kate, weekly())
    put(paul, weekly())
    assert starts() == series_of(4)
    assert len(rig.links()) == 8
    assert rig.fired(facts.AppointmentBooked) == 1


def test_trap54_a_series_in_parts_on_several_first_pages_is_history() -> None:
    kate = rig.connect(split_series=True, page_size=1)
    rig.choose(kate, SyncOption.TWO_WAY)
    there = series_of(4)
    put(kate, weekly(changed(there[1], GUEST, at=there[1] + timedelta(hours=3))))
    assert len(blocked(kate)) == 4
    assert rig.taken() == []
    # A change of one instance is news about the series, and silent.
    put(kate, weekly(changed(there[1], GUEST, at=there[1] + timedelta(hours=4))))
    assert starts() == blocked(kate)
    assert rig.fired(facts.AppointmentBooked) == rig.fired(facts.ContactCreated) == 0


def test_syn10_exceptions_that_come_before_their_rule_are_one_series_with_it() -> None:
    kate = linked(SyncOption.TWO_WAY, split_series=True, page_size=1)
    there = series_of(4)
    moved = there[1] + timedelta(hours=3)
    # By name, the exception sorts before its series, so that it comes on an earlier page.
    kate.service.put(kate.ref, "z", weekly(changed(there[1], GUEST, at=moved)))
    calendar = kate.service.calendars[kate.ref]
    (late,) = [name for name in calendar.objects if not name.endswith("/z")]
    calendar.objects[f"{kate.ref}a"] = calendar.objects.pop(late)
    for _ in range(2):
        kate.run()
        rig.settle()
    assert starts() == blocked(kate) == [there[0], moved, *there[2:]]
    assert rig.fired(facts.AppointmentBooked) == 1
