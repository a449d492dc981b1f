"""What people do to our copies in their own calendars: SYN-9 and traps 8, 36, 41, 42, 45."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import col, select

from crm_app.appointments import service as appointments
from crm_app.core import db, facts
from crm_app.core.kinds import AppointmentStatus, CalendarKind, CalendarRole, LinkState
from crm_app.models import Appointment, AuditEntry, ConnectedAccount, Contact, TimelineEntry
from crm_app.providers.calendar_port import OutgoingEvent, Stored
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.memory_calendars import MemoryCalendars
from crm_app.sync import queries
from crm_app.sync.reaching import connecting
from crm_app.sync.records import notices
from tests import factories
from tests.sync import rig
from tests.sync.rig import ACTOR, soon, stamp

pytestmark = pytest.mark.usefixtures("database")


def booked(
    *,
    calendars: int = 1,
    roles: tuple[CalendarRole, ...] = (CalendarRole.LINKED,),
    **values: object,
) -> tuple[rig.Connected, Appointment, str]:
    """A user, an appointment of his in step with his calendar, and the href of its copy."""
    kate = rig.connect(calendars=calendars, roles=roles)
    with db.unit_of_work() as session:
        contact = factories.contact(session, name="Ann", email="ann@lead.example")
    made = rig.book(kate.user, at=soon(), contact=contact, title="Ann", **values)  # type: ignore[arg-type]
    rig.settle()
    kate.run()
    (href,) = kate.remote()
    return kate, made, href


def move(kate: rig.Connected, href: str, at: datetime, minutes: int = 30) -> None:
    raw = kate.remote()[href]
    old_start = raw.split("DTSTART:")[1][:16]
    old_end = raw.split("DTEND:")[1][:16]
    kate.edit(href, f"DTSTART:{old_start}", f"DTSTART:{stamp(at)}")
    kate.edit(href, f"DTEND:{old_end}", f"DTEND:{stamp(at + timedelta(minutes=minutes))}")


def clash(appointment_id: int | None) -> str:
    with db.reading() as session:
        found = queries.clash_of(session, session.get_one(Appointment, appointment_id))
        return found.message if found else ""


def test_syn9_moved_outside_is_moved_here_once() -> None:
    kate, made, href = booked()
    move(kate, href, soon(4), minutes=45)
    kate.run()
    rig.settle()
    now = rig.appointment(made.id)
    assert (now.starts_at, now.ends_at) == (soon(4), soon(4) + timedelta(minutes=45))
    assert rig.told(facts.AppointmentRescheduled) == 1
    kate.run()
    rig.settle()
    assert rig.told(facts.AppointmentRescheduled) == 1
    assert kate.service.calls.count("update") == 0
    assert clash(made.id) == ""


def test_syn9_renamed_and_given_another_place_outside() -> None:
    kate, made, href = booked(location="Room 1")
    kate.edit(href, "SUMMARY:Ann", "SUMMARY:Ann and Bob")
    kate.edit(href, "LOCATION:Room 1", "LOCATION:Room 2")
    kate.run()
    rig.settle()
    now = rig.appointment(made.id)
    assert (now.title, now.location) == ("Ann and Bob", "Room 2")
    assert kate.service.calls.count("update") == 0


def test_syn9_changed_on_both_sides_in_different_parts_both_survive() -> None:
    kate, made, href = booked()
    kate.edit(href, "SUMMARY:Ann", "SUMMARY:Ann and Bob")
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.reschedule(
            session, ACTOR, row, starts_at=soon(5), ends_at=soon(5) + timedelta(minutes=30)
        )
    rig.settle()
    now = rig.appointment(made.id)
    assert (now.title, now.starts_at) == ("Ann and Bob", soon(5))
    assert f"DTSTART:{stamp(soon(5))}" in kate.remote()[href]
    assert "SUMMARY:Ann and Bob" in kate.remote()[href]
    assert clash(made.id) == ""


def test_syn9_a_real_conflict_is_shown_and_the_later_version_stays() -> None:
    kate, made, href = booked()
    move(kate, href, soon(4))
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.reschedule(
            session, ACTOR, row, starts_at=soon(5), ends_at=soon(5) + timedelta(minutes=30)
        )
    rig.settle()
    assert rig.appointment(made.id).starts_at == soon(5)
    assert f"DTSTART:{stamp(soon(5))}" in kate.remote()[href]
    assert clash(made.id) == notices.CHANGED_TWICE
    with db.reading() as session:
        shown = queries.clash_of(session, session.get_one(Appointment, made.id))
        assert shown is not None
        assert shown.theirs is not None
        assert shown.theirs.starts_at == soon(4)
        entries = session.exec(select(TimelineEntry.message)).all()
    assert notices.CHANGED_TWICE in entries
    with db.unit_of_work() as session:
        notices.dismiss(session, made.id or 0)
    assert clash(made.id) == ""


def test_syn9_moved_outside_onto_another_appointment_is_put_back() -> None:
    kate, made, href = booked()
    rig.book(kate.user, at=soon(4))
    rig.settle()
    move(kate, href, soon(4))
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).starts_at == soon()
    assert f"DTSTART:{stamp(soon())}" in kate.remote()[href]
    assert clash(made.id) == notices.MOVED_AND_TAKEN
    updates = kate.service.calls.count("update")
    kate.run()
    rig.settle()
    assert kate.service.calls.count("update") == updates == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SUMMARY:Ann", "SUMMARY:", notices.NOT_TAKEN_OVER),
        ("SUMMARY:Ann", "SUMMARY:" + "x" * 301, notices.NOT_TAKEN_OVER),
    ],
)
def test_syn9_what_cannot_be_here_is_put_back(old: str, new: str, message: str) -> None:
    kate, made, href = booked()
    kate.edit(href, old, new)
    kate.run()
    rig.settle()
    kate.run()
    assert rig.appointment(made.id).title == "Ann"
    assert old in kate.remote()[href]
    assert clash(made.id) == message
    assert kate.service.calls.count("update") == 1


def test_syn9_trap8_made_all_day_outside_is_put_back() -> None:
    kate, made, href = booked()
    day = soon(6)
    kate.edit(href, f"DTSTART:{stamp(soon())}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}")
    kate.edit(
        href,
        f"DTEND:{stamp(soon() + timedelta(minutes=30))}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
    )
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).starts_at == soon()
    assert f"DTSTART:{stamp(soon())}" in kate.remote()[href]
    assert clash(made.id) == notices.MADE_ALL_DAY


def test_trap38_what_a_service_shortens_is_neither_taken_over_nor_written_again() -> None:
    kate = rig.connect()

    class Shortening(MemoryCalendars):
        """Keeps ten characters of a title, and tells the version that it keeps."""

        def create(self, calendar_ref: str, event: OutgoingEvent) -> Stored:
            stored = super().create(calendar_ref, event)
            calendar = kate.service.calendars[calendar_ref]
            kept = (calendar.raw(stored.href) or "").replace(event.summary, event.summary[:10])
            etag = calendar.store(stored.href, kept)
            return Stored(stored.href, etag, fingerprint(kept))

    connecting.offer("shortening", lambda _login, _timeout: Shortening(kate.service))
    with db.unit_of_work() as session:
        session.get_one(ConnectedAccount, kate.account_id).provider = "shortening"
    made = rig.book(kate.user, at=soon(), title="A title of many words")
    rig.settle()
    kate.run()
    (href,) = kate.remote()
    move(kate, href, soon(4))
    kate.run()
    rig.settle()
    kate.run()
    now = rig.appointment(made.id)
    assert (now.title, now.starts_at) == ("A title of many words", soon(4))
    assert kate.service.calls.count("update") == 0


def test_syn9_a_description_written_outside_survives_our_writes() -> None:
    kate, made, href = booked()
    kate.edit(href, "DESCRIPTION:", "DESCRIPTION:Bring the contract. ")
    kate.run()
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.edit(session, ACTOR, row, title="Other", note="new note", location="")
    rig.settle()
    assert "Bring the contract" in kate.remote()[href]
    assert "SUMMARY:Other" in kate.remote()[href]


def test_syn9_deleted_outside_is_cancelled_here_with_that_reason_once() -> None:
    kate, made, href = booked()
    kate.service.remove(kate.ref, href)
    for _ in range(3):
        kate.run()
        rig.settle()
    now = rig.appointment(made.id)
    assert now.status == AppointmentStatus.CANCELLED
    assert now.cancel_reason == notices.DELETED_OUTSIDE
    assert rig.told(facts.AppointmentCancelled) == 1
    assert kate.remote() == {}


def test_syn9_cancelled_outside_by_its_status_is_cancelled_here() -> None:
    kate, made, href = booked()
    kate.edit(href, "STATUS:CONFIRMED", "STATUS:CANCELLED")
    kate.run()
    rig.settle()
    kate.run()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert rig.told(facts.AppointmentCancelled) == 1


def test_trap42_restored_outside_is_restored_here_without_a_new_booking() -> None:
    kate, made, href = booked()
    raw = kate.remote()[href]
    kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    kate.service.calendars[kate.ref].store(href, raw)
    kate.run()
    rig.settle()
    now = rig.appointment(made.id)
    assert now.status == AppointmentStatus.CONFIRMED
    assert now.cancel_reason == ""
    assert rig.told(facts.AppointmentBooked) == 1
    assert rig.told(facts.AppointmentRestored) == 1
    assert rig.busy(kate.user) == []
    assert len(kate.remote()) == 1
    with db.reading() as session:
        assert len(session.exec(select(Contact.id)).all()) == 1


def test_trap42_restored_under_another_name_in_the_calendar() -> None:
    kate, made, href = booked()
    raw = kate.remote()[href]
    kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    kate.service.put(kate.ref, "restored", raw)
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    assert rig.busy(kate.user) == []


def test_trap42_restored_after_a_month_is_just_an_event() -> None:
    kate, made, href = booked()
    raw = kate.remote()[href].replace(stamp(soon()), stamp(soon(60)))
    raw = raw.replace(stamp(soon() + timedelta(minutes=30)), stamp(soon(60, minute=30)))
    kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        kate.service.calendars[kate.ref].store(href, raw)
        kate.run()
        rig.settle()
        assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
        assert len(rig.busy(kate.user)) == 1


def test_trap42_restored_when_the_time_is_taken_says_so() -> None:
    kate, made, href = booked()
    raw = kate.remote()[href]
    kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    rig.book(kate.user, at=soon())
    rig.settle()
    kate.service.calendars[kate.ref].store(href, raw)
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert clash(made.id) == notices.NOT_RESTORED


def test_trap41_edited_here_and_deleted_there_stays_cancelled() -> None:
    kate, made, href = booked()
    kate.service.remove(kate.ref, href)
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.reschedule(
            session, ACTOR, row, starts_at=soon(5), ends_at=soon(5) + timedelta(minutes=30)
        )
    rig.settle()
    kate.run()
    now = rig.appointment(made.id)
    assert now.status == AppointmentStatus.CANCELLED
    assert now.cancel_reason == notices.DELETED_OUTSIDE
    assert kate.remote() == {}


def test_syn9_written_and_deleted_there_before_any_pull_brought_it() -> None:
    kate = rig.connect()
    kate.run()
    made = rig.book(kate.user, at=soon())
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        assert row.ical_uid
    kate.service.fail(RuntimeError("the pull never comes"), call="pull")
    rig.settle()
    (href,) = kate.remote()
    kate.service.remove(kate.ref, href)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        kate.run()
        rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED


def test_syn9_old_copies_tidied_away_cancel_nothing() -> None:
    kate, made, href = booked()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=10)):
        kate.service.remove(kate.ref, href)
        kate.run()
        rig.settle()
        assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
        assert rig.told(facts.AppointmentCancelled) == 0


def test_trap45_carried_to_another_of_ones_calendars_it_lives_on_there() -> None:
    kate, made, href = booked(calendars=2)
    raw = kate.remote()[href]
    kate.service.remove(kate.ref, href)
    there = kate.service.put(kate.refs[1], "carried", raw)
    kate.run(0)
    # The other calendar was not read since: it may be there.
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    kate.run(1)
    kate.run(0)
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    assert rig.busy(kate.user) == []
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.edit(session, ACTOR, row, title="Renamed", note="", location="")
    rig.settle()
    assert "SUMMARY:Renamed" in kate.remote(1)[there]
    assert kate.remote(0) == {}
    with db.unit_of_work() as session:
        row = session.get_one(Appointment, made.id)
        appointments.cancel(session, ACTOR, row, by="user")
    rig.settle()
    assert kate.remote(1) == {}


def test_syn9_deleted_with_two_calendars_is_cancelled_once_both_were_read() -> None:
    kate, made, href = booked(calendars=2)
    kate.run(1)
    kate.service.remove(kate.ref, href)
    kate.run(0)
    kate.run(1)
    kate.run(0)
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED


def test_cal1_only_the_owners_copy_of_a_collective_appointment_speaks() -> None:
    kate, paul = rig.connect(), rig.connect()
    with db.unit_of_work() as session:
        together = factories.calendar(session, kate.user, paul.user, kind=CalendarKind.COLLECTIVE)
    made = rig.book(kate.user, at=soon(), calendar=together)
    rig.settle()
    for who in (kate, paul):
        who.run()
    (href,) = paul.remote()
    move(paul, href, soon(4))
    paul.run()
    rig.settle()
    assert rig.appointment(made.id).starts_at == soon()
    assert f"DTSTART:{stamp(soon())}" in paul.remote()[href]
    paul.service.remove(paul.ref, href)
    paul.run()
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    (href,) = kate.remote()
    move(kate, href, soon(4))
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).starts_at == soon(4)


def test_syn9_trap46_a_lost_cursor_does_not_touch_appointments() -> None:
    kate, made, _ = booked()
    kate.service.expire_cursors(kate.ref)
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    assert rig.busy(kate.user) == []
    assert kate.service.calls.count("update") == 0


def test_syn9_nothing_of_this_is_written_into_the_audit_log_as_somebodys_act() -> None:
    kate, made, href = booked()
    move(kate, href, soon(4))
    kate.run()
    with db.reading() as session:
        entry = session.exec(
            select(AuditEntry)
            .where(AuditEntry.action == "appointment.moved")
            .order_by(col(AuditEntry.id).desc())
        ).one()
    assert (entry.actor_kind, entry.actor_label) == ("system", "sync")
    assert [link.state for link in rig.links()] == [LinkState.WRITTEN]
    assert made.id == entry.subject_id
