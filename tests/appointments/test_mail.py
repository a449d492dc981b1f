"""Who is mailed what when something happens with an appointment (CAL-8, INV-4), end to end.

The services make facts, the jobs run, and what a mail server in memory was given is parsed back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from icalendar import Calendar as Ical
from sqlmodel import Session, select

import crm_app.worker
from crm_app.appointments import calendars, links, restoring
from crm_app.appointments import service as appointments
from crm_app.core import db, facts, job_runner
from crm_app.core.access import system
from crm_app.core.kinds import AppointmentSource, AppointmentStatus, CalendarKind
from crm_app.models import Appointment, Calendar, Contact, Message, User
from crm_app.providers import memory_mail
from tests import factories

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
US = system("test")


@dataclass
class World:
    """A team of two with a calendar, and a lead who brings a guest. Rows are detached."""

    anna: User
    ben: User
    calendar: Calendar
    lead: Contact
    clock: time_machine.Traveller
    mails: "Mails"

    def book(self, **values: Any) -> int:
        """An appointment of Anna's at START; its id."""
        fields: dict[str, Any] = {
            "calendar": self.calendar,
            "user_id": self.anna.id,
            "starts_at": START,
            "ends_at": START + timedelta(minutes=30),
            "contact": self.lead,
            "source": AppointmentSource.PAGE,
        }
        details = appointments.Details(
            title="Lea Lead",
            lead_name="Lea Lead",
            lead_email="Lea@lead.example",
            locale="de",
            time_zone="Europe/Berlin",
            location="Main Street 1",
            guests=[{"name": "Gus", "email": "gus@guest.example"}],
        )
        with db.unit_of_work() as session:
            made = appointments.create(session, US, **{**fields, "details": details, **values})
            return made.id or 0

    def change(self, act: Any, appointment_id: int, *args: Any, **values: Any) -> None:
        """Do something with the appointment in its own transaction."""
        with db.unit_of_work() as session:
            act(session, US, session.get_one(Appointment, appointment_id), *args, **values)


class Mails:
    """What the mail server was given since the last look."""

    def __init__(self) -> None:
        self.box = memory_mail.box("appointments")
        self.seen = 0

    def new(self) -> dict[str, Any]:
        """Run all due jobs; the mails sent by them, by recipient: one each."""
        job_runner.drain()
        fresh, self.seen = self.box.sent[self.seen :], len(self.box.sent)
        found = {
            mail.recipient: message_from_bytes(mail.content, policy=policy.default)
            for mail in fresh
        }
        assert len(found) == len(fresh), "somebody got two mails"
        return found


@pytest.fixture
def world(database: str) -> Iterator[World]:
    """Everything stands; the clock is at NOW."""
    with time_machine.travel(NOW, tick=False) as clock:
        with db.unit_of_work() as session:
            factories.workspace(session, name="Tandem Team", smtp_url="memory://appointments")
            anna = factories.user(session, name="Anna Arlt", slug="anna", locale="pl")
            ben = factories.user(session, name="Ben Berg", slug="ben")
            calendar = factories.calendar(session, anna, ben, name="First talk", slug="talk")
            lead = factories.contact(session, name="Lea L. (VIP)", email="other@lead.example")
        yield World(anna, ben, calendar, lead, clock, Mails())
    memory_mail.forget("appointments")


LEAD, GUEST, ANNA, BEN = (
    "Lea@lead.example",
    "gus@guest.example",
    "anna@team.example",
    "ben@team.example",
)


def _event(mail: Any) -> tuple[str, Any]:
    """METHOD and VEVENT of the mail's calendar part."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed = Ical.from_ical(part.get_payload(decode=True))
    assert parsed["METHOD"] == part["Content-Type"].params["method"]
    [event] = parsed.walk("VEVENT")
    return str(parsed["METHOD"]), event


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def _invites(mail: Any) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())


def test_inv4_a_booking_invites_lead_guest_and_member(world: World) -> None:
    world.book()
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA}
    seen = set()
    for address, mail in mails.items():
        method, event = _event(mail)
        assert method == "REQUEST"
        assert (event.start, event.end) == (START, START + timedelta(minutes=30))
        assert (event["SEQUENCE"], str(event["ORGANIZER"])) == (0, "mailto:anna@team.example")
        assert f"mailto:{address}" in map(str, event["ATTENDEE"])
        assert mail["To"].addresses[0].addr_spec == address
        seen.add(str(event["UID"]))
    assert len(seen) == 1


def test_a_leads_mail_says_when_where_with_whom_and_how_to_change_it(world: World) -> None:
    public_id = _public_id(world.book())
    mail = world.mails.new()[LEAD]
    assert mail["From"] == "Anna Arlt über Tandem Team <tandem@crm.example>"
    assert mail["Reply-To"] == "anna@team.example"
    assert mail["Content-Language"] == "de"
    for form in ("plain", "html"):
        text = " ".join(mail.get_body((form,)).get_content().split())
        for wanted in (
            "Dienstag, 24. November 2026",
            "10:00–10:30 Uhr",
            "Mitteleuropäische Zeit (UTC+1)",
            "First talk",
            "Anna Arlt",
            "Main Street 1",
            links.manage_url(public_id),
            "Di., 24. Nov. 2026, 09:00",
        ):
            assert wanted in text
        assert "VIP" not in text


def _public_id(appointment_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Appointment, appointment_id).public_id


def test_only_the_leads_mail_can_change_the_appointment(world: World) -> None:
    token = links.manage_token(_public_id(world.book()))
    mails = world.mails.new()
    holders = {address for address, mail in mails.items() if token in _everything(mail)}
    assert holders == {LEAD}


def _everything(mail: Any) -> str:
    parts = [part.get_payload(decode=True) or b"" for part in mail.walk()]
    return b"".join(parts).decode().replace("\r\n ", "")


def test_the_member_reads_what_the_lead_told_us(world: World) -> None:
    with db.unit_of_work() as session:
        calendar = session.get_one(Calendar, world.calendar.id)
        calendar.form_fields = [
            {"key": "size", "label": "How big is the team?", "kind": "text"},
            {"key": "yes", "label": "Really?", "kind": "checkbox"},
        ]
    details = appointments.Details(
        title="Lea Lead",
        lead_name="Lea Lead",
        note="Please call\nfirst",
        answers={"size": "twelve", "yes": True},
        guests=[{"name": "Gus", "email": "gus@guest.example"}],
    )
    world.book(details=details, calendar=calendar)
    mails = world.mails.new()
    assert set(mails) == {"other@lead.example", GUEST, ANNA}
    text = _text(mails[ANNA])
    for wanted in (
        "other@lead.example",
        "Gus <gus@guest.example>",
        "How big is the team?: twelve",
        "Really?: ✓",
        "Please call\nfirst",
        "wtorek, 24 listopada 2026",
    ):
        assert wanted in text
    assert "Please call" not in _text(mails["other@lead.example"])
    assert mails[ANNA]["Reply-To"] == "other@lead.example"


def test_nobody_is_told_twice_when_the_job_runs_again(world: World) -> None:
    world.book()
    world.mails.new()
    with db.reading() as session:
        [fact_id] = session.exec(
            select(facts.FactRow.id).where(facts.FactRow.kind == "AppointmentBooked")
        )
    crm_app.worker.jobs.handlers()["appointments.mail"].run(fact_id=fact_id)
    assert world.mails.new() == {}


def test_inv4_a_new_time_updates_the_invitation(world: World) -> None:
    made = world.book()
    first = world.mails.new()
    later = START + timedelta(days=1)
    world.change(appointments.reschedule, made, starts_at=later, ends_at=later + timedelta(hours=1))
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA}
    method, event = _event(mails[LEAD])
    assert (method, event["SEQUENCE"], event.start) == ("REQUEST", 1, later)
    assert event["UID"] == _event(first[LEAD])[1]["UID"]
    assert "Mittwoch, 25. November 2026" in _text(mails[LEAD])
    assert "Di., 24. Nov. 2026, 10:00" in _text(mails[LEAD])


def test_cal10_a_new_member_is_invited_and_the_old_one_released(world: World) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.change_member, made, world.ben.id)
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA, BEN}
    method, event = _event(mails[ANNA])
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert str(event["ORGANIZER"]) == "mailto:anna@team.example"
    for address in (LEAD, GUEST, BEN):
        method, event = _event(mails[address])
        assert (method, str(event["ORGANIZER"])) == ("REQUEST", "mailto:ben@team.example")
    assert "Ben Berg" in mails[LEAD]["Subject"]
    assert mails[LEAD]["Reply-To"] == "ben@team.example"


def test_moved_to_another_member_and_time_at_once(world: World) -> None:
    made = world.book()
    world.mails.new()
    later = START + timedelta(hours=2)
    ends = later + timedelta(minutes=30)
    world.change(appointments.reschedule, made, starts_at=later, ends_at=ends, user_id=world.ben.id)
    mails = world.mails.new()
    assert {address: _event(mail)[0] for address, mail in mails.items()} == {
        LEAD: "REQUEST",
        GUEST: "REQUEST",
        BEN: "REQUEST",
        ANNA: "CANCEL",
    }
    assert "Anna Arlt" in _text(mails[LEAD])


def test_another_place_updates_the_invitation(world: World) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.edit, made, title="Contract", note="", location="Hall 2")
    mails = world.mails.new()
    _, event = _event(mails[LEAD])
    assert (event["SUMMARY"], event["LOCATION"], event["SEQUENCE"]) == ("Contract", "Hall 2", 1)


@pytest.mark.parametrize("by", ["lead", "user"])
def test_cal8_a_cancellation_takes_the_invitation_back(world: World, by: str) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.cancel, made, by=by, reason="The flu")
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA}
    for mail in mails.values():
        method, event = _event(mail)
        assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 1, "CANCELLED")
        assert (event.start, event["DTEND"].dt) == (START, START + timedelta(minutes=30))
    told = {address for address, mail in mails.items() if "The flu" in _text(mail)}
    assert told == ({ANNA} if by == "lead" else {LEAD, GUEST})
    assert links.calendar_url("talk") in _text(mails[LEAD])


@pytest.mark.parametrize(
    ("status", "days", "wanted"),
    [
        (AppointmentStatus.NO_SHOW, 4.1, "verpasst"),
        (AppointmentStatus.SHOWED, 4.1, "Vielen Dank"),
        (AppointmentStatus.INVALID, 0, "nicht angenommen"),
    ],
)
def test_cal8_each_status_has_its_own_words_and_cancels_nothing(
    world: World, status: AppointmentStatus, days: float, wanted: str
) -> None:
    made = world.book()
    world.mails.new()
    world.clock.shift(timedelta(days=days))
    world.mails.new()
    world.change(appointments.set_status, made, status)
    mails = world.mails.new()
    assert set(mails) == {LEAD}
    assert wanted in mails[LEAD]["Subject"] + _text(mails[LEAD])
    assert not _invites(mails[LEAD])
    assert b"CANCEL" not in mails[LEAD].as_bytes()
    assert "abgesagt" not in _text(mails[LEAD])


def test_cal8_a_request_waits_for_a_yes(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Calendar, world.calendar.id).needs_confirmation = True
        calendar = session.get_one(Calendar, world.calendar.id)
    made = world.book(calendar=calendar)
    mails = world.mails.new()
    assert set(mails) == {LEAD, ANNA}
    assert not any(map(_invites, mails.values()))
    world.change(appointments.set_status, made, AppointmentStatus.CONFIRMED)
    mails = world.mails.new()
    assert {address: _event(mail)[0] for address, mail in mails.items()} == {
        LEAD: "REQUEST",
        GUEST: "REQUEST",
        ANNA: "REQUEST",
    }


def test_syn9_what_is_restored_is_invited_to_again(world: World) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.cancel, made, by="system")
    cancelled = world.mails.new()
    world.change(restoring.restore, made)
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA}
    method, event = _event(mails[LEAD])
    before = _event(cancelled[LEAD])[1]
    assert (method, event["STATUS"], event["UID"]) == ("REQUEST", "CONFIRMED", before["UID"])
    assert event["SEQUENCE"] > before["SEQUENCE"]


def test_a_request_that_is_withdrawn_never_reaches_the_guest(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Calendar, world.calendar.id).needs_confirmation = True
        calendar = session.get_one(Calendar, world.calendar.id)
    made = world.book(calendar=calendar)
    world.mails.new()
    world.change(appointments.cancel, made, by="lead")
    mails = world.mails.new()
    assert set(mails) == {LEAD, ANNA}
    assert not any(map(_invites, mails.values()))


def test_two_changes_before_the_first_was_told_make_one_mail(world: World) -> None:
    made = world.book()
    later = START + timedelta(days=1)
    ends = later + timedelta(minutes=30)
    world.change(appointments.reschedule, made, starts_at=later, ends_at=ends)
    world.change(appointments.edit, made, title="Contract", note="", location="Hall 2")
    mails = world.mails.new()
    assert set(mails) == {LEAD, GUEST, ANNA}
    _, event = _event(mails[LEAD])
    assert (event.start, event["LOCATION"], event["SEQUENCE"]) == (later, "Hall 2", 2)


def test_a_booking_that_was_cancelled_at_once_is_told_as_that(world: World) -> None:
    made = world.book()
    world.change(appointments.cancel, made, by="user")
    mails = world.mails.new()
    assert set(mails) == {LEAD, ANNA}
    assert "abgesagt" in mails[LEAD]["Subject"].lower()


def test_a_member_who_never_heard_of_it_is_not_told_that_it_is_gone(world: World) -> None:
    made = world.book()
    world.change(appointments.change_member, made, world.ben.id)
    assert set(world.mails.new()) == {LEAD, GUEST, BEN}


def test_what_came_from_a_connected_calendar_is_not_mailed_about(world: World) -> None:
    made = world.book(source=AppointmentSource.SYNC)
    world.change(appointments.cancel, made, by="system")
    assert world.mails.new() == {}


def test_what_is_over_is_not_mailed_about(world: World) -> None:
    past = NOW - timedelta(hours=3)
    made = world.book(starts_at=past, ends_at=past + timedelta(minutes=30))
    world.change(appointments.cancel, made, by="user")
    assert world.mails.new() == {}


def test_a_calendar_can_leave_mails_out(world: World) -> None:
    with db.unit_of_work() as session:
        calendar = session.get_one(Calendar, world.calendar.id)
        calendars.update_calendar(
            session, US, calendar, muted_mails=["no_show", "booked", "cancelled", "nonsense"]
        )
        assert calendar.muted_mails == ["booked", "no_show"]
    made = world.book()
    assert set(world.mails.new()) == {ANNA}
    world.change(appointments.set_status, made, AppointmentStatus.NO_SHOW)
    assert world.mails.new() == {}


def test_a_guest_with_the_leads_address_gets_one_mail(world: World) -> None:
    details = appointments.Details(
        title="x",
        lead_email=LEAD,
        guests=[{"name": "", "email": "lea@LEAD.example"}, {"name": "x"}],
    )
    world.book(details=details)
    assert set(world.mails.new()) == {LEAD, ANNA}


def test_a_deleted_contact_is_left_alone(world: World) -> None:
    made = world.book()
    world.mails.new()
    with db.unit_of_work() as session:
        session.get_one(Contact, world.lead.id).deleted_at = NOW
    world.change(appointments.cancel, made, by="user")
    assert set(world.mails.new()) == {GUEST, ANNA}


def test_cal1_all_members_of_a_collective_calendar_are_told(world: World) -> None:
    with db.unit_of_work() as session:
        calendar = session.get_one(Calendar, world.calendar.id)
        calendar.kind = CalendarKind.COLLECTIVE
    made = world.book(calendar=calendar)
    assert set(world.mails.new()) == {LEAD, GUEST, ANNA, BEN}
    world.change(appointments.cancel, made, by="user")
    assert set(world.mails.new()) == {LEAD, GUEST, ANNA, BEN}


def _at(world: World, before: timedelta) -> dict[str, Any]:
    world.clock.move_to(START - before)
    return world.mails.new()


def test_reminders_come_in_time_to_lead_and_guest(world: World) -> None:
    world.book()
    world.mails.new()
    assert _at(world, timedelta(hours=24, minutes=1)) == {}
    assert set(_at(world, timedelta(hours=24))) == {LEAD, GUEST}
    mails = _at(world, timedelta(hours=1))
    assert set(mails) == {LEAD, GUEST}
    assert "Erinnerung" in mails[LEAD]["Subject"]
    assert not _invites(mails[LEAD])
    assert _at(world, timedelta(0)) == {}


def test_a_new_time_has_its_own_reminders_and_the_old_ones_are_void(world: World) -> None:
    made = world.book()
    later = START + timedelta(days=2)
    ends = later + timedelta(minutes=30)
    world.change(appointments.reschedule, made, starts_at=later, ends_at=ends)
    world.mails.new()
    assert _at(world, timedelta(hours=1)) == {}
    assert set(_at(world, -timedelta(days=1))) == {LEAD, GUEST}


def test_moved_there_and_back_reminds_once(world: World) -> None:
    made = world.book()
    world.mails.new()
    for starts in (START + timedelta(days=2), START):
        ends = starts + timedelta(minutes=30)
        world.change(appointments.reschedule, made, starts_at=starts, ends_at=ends)
        world.mails.new()
    assert set(_at(world, timedelta(hours=24))) == {LEAD, GUEST}


@pytest.mark.parametrize(
    "status", [AppointmentStatus.CANCELLED, AppointmentStatus.INVALID, AppointmentStatus.NO_SHOW]
)
def test_what_does_not_stand_is_not_reminded_of(world: World, status: AppointmentStatus) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.set_status, made, status)
    world.mails.new()
    assert _at(world, timedelta(hours=1)) == {}


def test_an_edited_appointment_is_still_reminded_of(world: World) -> None:
    made = world.book()
    world.mails.new()
    world.change(appointments.edit, made, title="Contract", note="", location="Hall 2")
    world.mails.new()
    mails = _at(world, timedelta(hours=1))
    assert "Contract" in mails[LEAD]["Subject"]


def test_reminders_that_come_late_together_are_one(world: World) -> None:
    world.book()
    world.mails.new()
    assert set(_at(world, timedelta(minutes=30))) == {LEAD, GUEST}


def test_a_reminder_after_the_start_is_none(world: World) -> None:
    world.book()
    world.mails.new()
    assert _at(world, -timedelta(minutes=1)) == {}


def test_a_reminder_that_was_switched_off_meanwhile_is_not_sent(world: World) -> None:
    world.book()
    world.mails.new()
    with db.unit_of_work() as session:
        session.get_one(Calendar, world.calendar.id).reminders = [60]
    assert _at(world, timedelta(hours=24)) == {}


def test_messages_belong_to_the_member_and_the_contact(world: World) -> None:
    made = world.book()
    with db.reading() as session:
        assert _owners(session, made) == {}
    world.mails.new()
    with db.reading() as session:
        assert _owners(session, made) == {
            LEAD: (world.anna.id, world.lead.id),
            GUEST: (world.anna.id, None),
            ANNA: (world.anna.id, None),
        }


def _owners(session: Session, appointment_id: int) -> dict[str, tuple[int | None, int | None]]:
    rows = session.exec(select(Message).where(Message.appointment_id == appointment_id))
    return {row.to_address: (row.user_id, row.contact_id) for row in rows}
