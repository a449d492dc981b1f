"""Our appointments in their owners' calendars: SYN-2, SYN-9 and traps 36, 37, 41, 43, 55."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm_app.appointments import service as appointments
from crm_app.core import clock, db, facts
from crm_app.core.errors import Conflict, LoginExpired, RateLimited, Rejected
from crm_app.core.kinds import (
    AccountState,
    AppointmentStatus,
    CalendarKind,
    CalendarRole,
    LinkState,
)
from crm_app.models import Appointment, ConnectedAccount, ExternalCalendar
from crm_app.providers.calendar_port import OutgoingEvent, Stored
from crm_app.providers.memory_calendars import MemoryCalendars
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting
from crm_app.sync.records import links
from crm_app.sync.runs import outcome
from tests import factories
from tests.sync import rig
from tests.sync.rig import ACTOR, soon, stamp

pytestmark = pytest.mark.usefixtures("database")


def only(kate: rig.Connected, which: int = 0) -> str:
    """The one entry of a calendar."""
    (raw,) = kate.remote(which).values()
    return raw


def value(raw: str, name: str) -> str:
    found = re.search(rf"^{name}(?:;[^:]*)?:(.*?)\r?$", raw, re.MULTILINE)
    return found.group(1) if found else ""


def change(appointment_id: int | None, **values: object) -> None:
    """Reschedule, or with ``title`` rename."""
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, appointment_id)
        if "title" in values:
            appointments.edit(
                session, ACTOR, row, title=str(values["title"]), note="", location=row.location
            )
        else:
            at = values["at"]
            assert isinstance(at, datetime)
            appointments.reschedule(
                session, ACTOR, row, starts_at=at, ends_at=at + timedelta(minutes=30)
            )


def cancel(appointment_id: int | None) -> None:
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, appointment_id)
        appointments.cancel(session, ACTOR, row, by="user")


def test_syn2_booked_appointments_stand_in_the_linked_calendar() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon(), title="Ann Lead", location="Room 1", note="Hello")
    rig.settle()
    raw = only(kate)
    assert value(raw, "UID") == made.ical_uid
    assert value(raw, "SUMMARY") == "Ann Lead"
    assert value(raw, "DTSTART") == stamp(soon())
    assert value(raw, "LOCATION") == "Room 1"
    assert "Hello" in raw
    assert "ATTENDEE" not in raw
    assert [link.state for link in rig.links()] == [LinkState.WRITTEN]


def test_syn9_trap36_our_own_copy_takes_no_time_twice_and_is_no_news() -> None:
    kate = rig.connect(calendars=2)
    made = rig.book(kate.user, at=soon())
    rig.settle()
    before = rig.appointment(made.id)
    for _ in range(3):
        kate.run()
    assert rig.busy(kate.user) == []
    assert rig.appointment(made.id) == before
    assert kate.service.calls.count("create") == 1
    assert kate.service.calls.count("update") == 0


def test_syn2_a_moved_appointment_moves_there_and_a_renamed_one_is_renamed() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    change(made.id, at=soon(4))
    rig.settle()
    assert value(only(kate), "DTSTART") == stamp(soon(4))
    change(made.id, title="New name")
    rig.settle()
    assert value(only(kate), "SUMMARY") == "New name"
    assert int(value(only(kate), "SEQUENCE")) == rig.appointment(made.id).ical_sequence
    assert kate.service.calls.count("create") == 1


def test_syn2_trap43_cancelled_here_is_removed_there() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    kate.run()
    cancel(made.id)
    rig.settle()
    kate.run()
    assert kate.remote() == {}
    assert [link.state for link in rig.links()] == [LinkState.GONE]
    assert rig.objects_of(kate.calendar_id) == []


def test_cal8_a_no_show_stays_and_an_invalid_booking_goes() -> None:
    kate = rig.connect()
    kept, dropped = rig.book(kate.user, at=soon()), rig.book(kate.user, at=soon(4))
    rig.settle()
    for row, status in ((kept, AppointmentStatus.NO_SHOW), (dropped, AppointmentStatus.INVALID)):
        with db.unit_of_work() as session:
            found = session.get_one(Appointment, row.id)
            appointments.set_status(session, ACTOR, found, status)
    rig.settle()
    assert value(only(kate), "UID") == kept.ical_uid


def test_cal8_a_no_show_that_was_never_written_is_not_tried_for_ever() -> None:
    kate = rig.connect()
    kate.service.fail(Rejected(), call="create")
    made = rig.book(kate.user, at=soon())
    rig.settle()
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.set_status(session, ACTOR, row, AppointmentStatus.NO_SHOW)
    rig.settle()
    retry(kate)
    assert [link.state for link in rig.links()] == [LinkState.GONE]
    assert kate.remote() == {}


def test_cal8_an_unconfirmed_appointment_is_tentative_until_confirmed() -> None:
    kate = rig.connect()
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, kate.user, needs_confirmation=True)
    made = rig.book(kate.user, at=soon(), calendar=calendar)
    rig.settle()
    assert value(only(kate), "STATUS") == "TENTATIVE"
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.set_status(session, ACTOR, row, AppointmentStatus.CONFIRMED)
    rig.settle()
    assert value(only(kate), "STATUS") == "CONFIRMED"


def test_cal10_another_member_gets_it_and_the_one_before_loses_it() -> None:
    kate, paul = rig.connect(), rig.connect()
    made = rig.book(kate.user, paul.user, at=soon())
    rig.settle()
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.change_member(session, ACTOR, row, paul.user.id or 0)
    rig.settle()
    assert kate.remote() == {}
    assert value(only(paul), "UID") == made.ical_uid
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.change_member(session, ACTOR, row, kate.user.id or 0)
    rig.settle()
    assert paul.remote() == {}
    assert value(only(kate), "UID") == made.ical_uid
    kate.run()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED


def test_cal1_each_holder_of_a_collective_appointment_has_a_copy() -> None:
    kate, paul = rig.connect(), rig.connect()
    with db.unit_of_work() as session:
        together = factories.calendar(session, kate.user, paul.user, kind=CalendarKind.COLLECTIVE)
    made = rig.book(kate.user, at=soon(), calendar=together)
    rig.settle()
    assert value(only(kate), "UID") == value(only(paul), "UID") == made.ical_uid
    cancel(made.id)
    rig.settle()
    assert kate.remote() == paul.remote() == {}


@pytest.mark.parametrize("call", ["create", None])
def test_trap37_a_lost_answer_leads_to_one_entry(call: str | None) -> None:
    kate = rig.connect()
    kate.service.lose_answer(call)
    made = rig.book(kate.user, at=soon())
    rig.settle()
    assert [link.state for link in rig.links()] == [LinkState.WANTED]
    retry(kate)
    assert value(only(kate), "UID") == made.ical_uid
    assert [link.state for link in rig.links()] == [LinkState.WRITTEN]
    assert rig.busy(kate.user) == []


def test_trap37_moved_before_the_lost_write_is_repeated() -> None:
    kate = rig.connect()
    kate.service.lose_answer("create")
    made = rig.book(kate.user, at=soon())
    rig.settle()
    change(made.id, at=soon(5))
    retry(kate)
    assert value(only(kate), "DTSTART") == stamp(soon(5))
    assert rig.appointment(made.id).starts_at == soon(5)


def test_trap37_a_lost_answer_to_an_update() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    kate.service.lose_answer("update")
    change(made.id, at=soon(5))
    rig.settle()
    change(made.id, at=soon(6))
    retry(kate)
    assert value(only(kate), "DTSTART") == stamp(soon(6))
    assert rig.appointment(made.id).starts_at == soon(6)
    assert [link.conflict for link in rig.links()] == [None]


def test_trap37_moved_back_after_an_answer_was_lost() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    kate.service.lose_answer("update")
    change(made.id, at=soon(5))
    rig.settle()
    change(made.id, at=soon())
    retry(kate)
    assert value(only(kate), "DTSTART") == stamp(soon())
    assert rig.appointment(made.id).starts_at == soon()
    assert [link.conflict for link in rig.links()] == [None]


def test_trap37_a_lost_answer_to_a_removal() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    kate.service.lose_answer("delete")
    cancel(made.id)
    rig.settle()
    retry(kate)
    assert kate.remote() == {}
    assert [link.state for link in rig.links()] == [LinkState.GONE]


def test_trap37_cancelled_before_the_lost_write_is_known_leaves_nothing_behind() -> None:
    kate = rig.connect()
    kate.service.lose_answer("create")
    made = rig.book(kate.user, at=soon())
    rig.settle()
    cancel(made.id)
    rig.settle()
    retry(kate)
    assert kate.remote() == {}


def test_syn2_what_was_cancelled_is_not_written_even_before_that_is_known_to_its_copies() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    with db.unit_of_work() as session:
        links.plan(session, made.id or 0, now=clock.now())
    cancel(made.id)
    kate.run()
    assert kate.service.calls.count("create") == 0


def test_a_booking_cancelled_before_it_was_written_writes_nothing() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    cancel(made.id)
    rig.settle()
    assert kate.service.calls.count("create") == 0
    assert kate.remote() == {}


def test_syn11_trap55_appointments_booked_while_locked_out_are_written_after_reconnecting() -> None:
    kate = rig.connect()
    kate.service.fail(LoginExpired(), times=1000)
    rig.book(kate.user, at=soon())
    rig.settle()
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    asked = len(kate.service.calls)
    rig.book(kate.user, at=soon(4))
    rig.settle()
    kate.run()
    assert len(kate.service.calls) == asked
    kate.service._faults.clear()
    with db.unit_of_work() as session:
        account = session.get_one(type(rig.account(kate.account_id)), kate.account_id)
        outcome.reconnected(session, account)
    rig.settle()
    assert len(kate.remote()) == 2
    assert rig.account(kate.account_id).state == AccountState.ACTIVE


def test_trap48_a_rate_limit_is_honoured() -> None:
    kate = rig.connect()
    kate.service.fail(RateLimited(retry_after=3600), call="create")
    rig.book(kate.user, at=soon())
    rig.settle()
    retry(kate, timedelta(minutes=50))
    assert kate.remote() == {}
    retry(kate, timedelta(minutes=80))
    assert len(kate.remote()) == 1


def test_syn11_what_the_service_refuses_does_not_hold_up_the_rest() -> None:
    kate = rig.connect()
    kate.service.fail(Rejected(), call="create")
    rig.book(kate.user, at=soon())
    rig.book(kate.user, at=soon(4))
    rig.settle()
    assert len(kate.remote()) == 1
    assert rig.account(kate.account_id).state == AccountState.ACTIVE
    assert sorted(link.last_error != "" for link in rig.links()) == [False, True]
    retry(kate)
    assert len(kate.remote()) == 2


def test_syn1_a_linked_calendar_chosen_later_gets_the_coming_appointments() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.UNUSED, CalendarRole.UNUSED))
    coming = rig.book(kate.user, at=soon())
    past = rig.book(kate.user, at=soon(-3))
    rig.settle()
    actor = factories.actor(kate.user)
    with db.unit_of_work() as session:
        accounts.choose_linked(session, actor, kate.calendar_ids[0])
    rig.settle()
    assert value(only(kate, 0), "UID") == coming.ical_uid
    with db.unit_of_work() as session:
        accounts.choose_linked(session, actor, kate.calendar_ids[1])
    rig.settle()
    assert kate.remote(0) == {}
    assert value(only(kate, 1), "UID") == coming.ical_uid
    with db.unit_of_work() as session:
        accounts.choose_linked(session, actor, None)
    rig.settle()
    assert kate.remote(1) == {}
    assert rig.appointment(coming.id).status == AppointmentStatus.CONFIRMED
    assert past.id not in {link.appointment_id for link in rig.links()}


def test_syn1_connected_again_the_copies_are_taken_up() -> None:
    kate = rig.connect()
    kept, gone = rig.book(kate.user, at=soon()), rig.book(kate.user, at=soon(4))
    rig.settle()
    with db.unit_of_work() as session:
        accounts.disconnect(session, factories.actor(kate.user), kate.account_id)
    assert len(kate.remote()) == 2
    cancel(gone.id)
    change(kept.id, at=soon(5))
    again = rig.connect(user=kate.user)
    again.service.calendars[again.ref].objects.update(kate.service.calendars[kate.ref].objects)
    again.service.calendars[again.ref].revision = 10
    again.run()
    rig.settle()
    again.run()
    assert value(only(again), "DTSTART") == stamp(soon(5))
    assert rig.busy(kate.user) == []


def test_syn9_somebody_elses_appointment_in_a_shared_calendar_blocks() -> None:
    kate, paul = rig.connect(), rig.connect(roles=(CalendarRole.CONFLICT,))
    rig.book(kate.user, at=soon())
    rig.settle()
    paul.service.put(paul.ref, "copy", only(kate))
    paul.run()
    assert [row.starts_at for row in rig.busy(paul.user)] == [soon()]
    assert rig.busy(kate.user) == []


def test_syn9_an_invitation_to_ones_own_appointment_takes_no_time_twice() -> None:
    kate = rig.connect(calendars=2)
    made = rig.book(kate.user, at=soon())
    rig.settle()
    kate.put(made.ical_uid, soon(), which=1)
    kate.run(1)
    assert rig.busy(kate.user) == []


def test_syn2_what_is_changed_while_it_is_written_is_written_next() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())

    class Meddled(MemoryCalendars):
        """The appointment moves while its first version is on its way."""

        def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
            stored = super().create(calendar_ref, event)
            change(made.id, at=soon(5))
            with db.unit_of_work() as session:
                links.plan(session, made.id or 0, now=clock.now())
            return stored

    connecting.offer("meddled", lambda _login, _timeout: Meddled(kate.service))
    with db.unit_of_work() as session:
        links.plan(session, made.id or 0, now=clock.now())
        session.get_one(ConnectedAccount, kate.account_id).provider = "meddled"
    kate.run()
    kate.run()
    assert value(only(kate), "DTSTART") == stamp(soon(5))


def test_cal5_pushing_never_loses_what_is_changed_meanwhile() -> None:
    kate = rig.connect()
    made = rig.book(kate.user, at=soon())
    rig.settle()
    with pytest.raises(Conflict):
        rig.book(kate.user, at=soon())
    assert len(kate.remote()) == 1
    assert rig.told(facts.AppointmentBooked) == 1
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED


def retry(kate: rig.Connected, after: timedelta = timedelta(minutes=5)) -> None:
    """Later, when what failed is due again."""
    with time_machine.travel(datetime.now(UTC) + after):
        for calendar_id in kate.calendar_ids:
            with db.unit_of_work() as session:
                row = session.get_one(ExternalCalendar, calendar_id)
                assert row.lease_until is None or row.lease_until < clock.now()
        for which in range(len(kate.calendar_ids)):
            kate.run(which)
        rig.settle()
