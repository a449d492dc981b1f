"""Appointments follow their events, and events what is done here: SYN-9 and traps 22, 37, 38, 41-43, 45, 53."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from crm_app.appointments import busy
from crm_app.appointments import service as appointments
from crm_app.contacts import service as contacts
from crm_app.core import db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, RemoteUnavailable
from crm_app.core.kinds import AppointmentStatus, LinkState, SyncOption
from crm_app.models import (
    Appointment,
    Contact,
    EventLink,
    ExternalCalendar,
    Message,
    TimeClaim,
    TimelineEntry,
)
from crm_app.sync import queries
from crm_app.sync.connections import accounts
from crm_app.sync.records import outside
from crm_app.sync.runs import deletions
from tests import factories
from tests.sync import rig
from tests.sync.incoming.test_intake import ANN, GUEST, linked
from tests.sync.rig import soon, stamp

pytestmark = pytest.mark.usefixtures("database")
BOSS = "ORGANIZER;CN=Boss:mailto:boss@firm.example"


def taken_in(
    *lines: str, option: SyncOption = SyncOption.TWO_WAY
) -> tuple[rig.Connected, Appointment, str]:
    """A user, an event of his with a guest, and the appointment that it became."""
    kate = linked(option)
    href = kate.put("meeting", soon(), GUEST, *lines, summary="Kick-off", minutes=30)
    kate.run()
    rig.settle()
    (made,) = rig.taken()
    return kate, made, href


def move(kate: rig.Connected, href: str, at: datetime, minutes: int = 30) -> None:
    raw = kate.remote()[href]
    start, end = raw.split("DTSTART:")[1][:16], raw.split("DTEND:")[1][:16]
    kate.edit(href, f"DTSTART:{start}", f"DTSTART:{stamp(at)}")
    kate.edit(href, f"DTEND:{end}", f"DTEND:{stamp(at + timedelta(minutes=minutes))}")


def here(made: Appointment, act: Callable[[Session, Appointment], object]) -> None:
    with db.unit_of_work() as session:
        act(session, session.get_one(Appointment, made.id))


def reschedule(made: Appointment, at: datetime, actor: Actor = rig.ACTOR, **values: bool) -> None:
    here(
        made,
        lambda session, row: appointments.reschedule(
            session, actor, row, starts_at=at, ends_at=at + timedelta(minutes=30), **values
        ),
    )


def rename(made: Appointment, title: str, actor: Actor = rig.ACTOR, **values: str) -> None:
    here(
        made,
        lambda session, row: appointments.edit(
            session,
            actor,
            row,
            title=title,
            note=values.get("note", row.note),
            location=values.get("location", row.location),
        ),
    )


def claims() -> int:
    with db.reading() as session:
        return len(session.exec(select(TimeClaim.id)).all())


def clash(made: Appointment) -> str:
    with db.reading() as session:
        found = queries.clash_of(session, session.get_one(Appointment, made.id))
        return found.message if found else ""


# --- changed outside --------------------------------------------------------------------------------


def test_syn9_moved_and_renamed_outside_is_so_here_once() -> None:
    kate, made, href = taken_in()
    move(kate, href, soon(4), minutes=45)
    kate.run()
    kate.edit(href, "SUMMARY:Kick-off", "SUMMARY:Second talk\r\nLOCATION:Room 2")
    for _ in range(2):
        kate.run()
        rig.settle()
    now = rig.appointment(made.id)
    assert (now.starts_at, now.ends_at) == (soon(4), soon(4) + timedelta(minutes=45))
    assert (now.title, now.location) == ("Second talk", "Room 2")
    assert rig.fired(facts.AppointmentRescheduled) == rig.fired(facts.AppointmentEdited) == 1
    assert rig.fired(facts.AppointmentBooked) == 1
    assert "amend" not in kate.service.calls
    assert claims() == 0


@pytest.mark.parametrize("later", [None, SyncOption.ONE_WAY], ids=["silent", "one-way since"])
def test_syn4_syn9_followed_whatever_the_option_is_and_silently(later: SyncOption | None) -> None:
    option = SyncOption.TWO_WAY if later else SyncOption.DISABLE_TRIGGER
    kate, made, href = taken_in(option=option)
    if later:
        rig.choose(kate, later)
    move(kate, href, soon(4))
    kate.run()
    assert rig.appointment(made.id).starts_at == soon(4)
    assert rig.told(facts.AppointmentRescheduled) == 1
    assert rig.fired(facts.AppointmentRescheduled) == 0
    kate.service.remove(kate.ref, href)
    kate.run()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert rig.fired(facts.AppointmentCancelled) == 0


def test_syn9_guests_who_come_later_take_part_in_the_same_appointment() -> None:
    kate, made, href = taken_in()
    kate.edit(href, GUEST, f"{GUEST}\r\n{ANN}")
    for _ in range(2):
        kate.run()
        rig.settle()
    assert rig.people() == ["ann@lead.example", "nora@new.example"]
    assert [guest["email"] for guest in rig.taken()[0].guests] == ["ann@lead.example"]
    assert rig.fired(facts.ContactCreated) == 2
    assert rig.fired(facts.AppointmentBooked) == 1
    with db.reading() as session:
        ann = session.exec(select(Contact).where(Contact.name == "Ann")).one()
        entries = session.exec(
            select(TimelineEntry).where(
                TimelineEntry.contact_id == ann.id, TimelineEntry.appointment_id == made.id
            )
        ).all()
    assert len([one for one in entries if one.kind == "appointment"]) == 1


def test_syn4_a_contact_that_was_deleted_here_does_not_come_back_with_each_change() -> None:
    kate, made, href = taken_in()
    with db.unit_of_work() as session:
        nora = session.get_one(Contact, made.contact_id)
        contacts.delete(session, rig.ACTOR, nora)
    kate.edit(href, "SUMMARY:Kick-off", "SUMMARY:Second talk")
    kate.run()
    assert rig.appointment(made.id).title == "Second talk"
    with db.reading() as session:
        assert len(session.exec(select(Contact.id)).all()) == 1


def test_syn7_smart_asks_anew_about_a_guest_who_comes_later() -> None:
    kate = linked(None)
    with db.unit_of_work() as session:
        factories.contact(session, name="Nora", email="nora@new.example")
    rig.choose(kate, SyncOption.SMART)
    href = kate.put("meeting", soon(), GUEST)
    kate.run()
    kate.edit(href, GUEST, f"{GUEST}\r\n{ANN}")
    kate.run()
    assert rig.people() == ["nora@new.example"]


@pytest.mark.parametrize("how", ["deleted", "status", "declined"])
def test_syn9_ended_outside_is_cancelled_here_once_with_its_reason(how: str) -> None:
    kate, made, href = taken_in()
    if how == "deleted":
        kate.service.remove(kate.ref, href)
    elif how == "status":
        kate.edit(href, "END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT")
    else:
        line = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{kate.user.email}"
        kate.edit(href, "END:VEVENT", f"{line}\r\nEND:VEVENT")
    for _ in range(3):
        kate.run()
        rig.settle()
    now = rig.appointment(made.id)
    assert now.status == AppointmentStatus.CANCELLED
    assert now.cancel_reason == (outside.DECLINED if how == "declined" else outside.DELETED)
    assert rig.fired(facts.AppointmentCancelled) == rig.told(facts.AppointmentCancelled) == 1
    assert rig.busy(kate.user) == []
    assert "amend" not in kate.service.calls
    with db.reading() as session:
        assert session.exec(select(Message.id)).all() == []


@pytest.mark.parametrize("name", ["meeting", "meeting-restored"])
def test_trap42_restored_outside_the_same_appointment_stands_again(name: str) -> None:
    kate, made, href = taken_in()
    raw = kate.remote()[href]
    kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    kate.service.put(kate.ref, name, raw.replace("SUMMARY:Kick-off", "SUMMARY:Again"))
    for _ in range(2):
        kate.run()
        rig.settle()
    (now,) = rig.taken()
    assert now.id == made.id
    assert (now.status, now.title, now.cancel_reason) == (AppointmentStatus.CONFIRMED, "Again", "")
    assert rig.people() == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == 1
    assert rig.told(facts.AppointmentRestored) == 1
    assert rig.fired(facts.AppointmentRestored) == 0
    assert len(rig.busy(kate.user)) == 1
    # From here on it is followed as before.
    (where,) = kate.remote()
    kate.service.remove(kate.ref, where)
    kate.run()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED


def test_trap42_restored_after_a_month_is_just_an_event() -> None:
    kate, made, href = taken_in()
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
        assert rig.fired(facts.AppointmentBooked) == 1


def test_syn10_many_deletions_wait_for_a_yes_and_so_do_the_cancellations() -> None:
    kate = linked()
    hrefs = [kate.put(f"m{n}", soon(2 + n), GUEST) for n in range(12)]
    kate.run()
    for href in hrefs:
        kate.service.remove(kate.ref, href)
    kate.run()
    assert rig.calendar(kate.calendar_id).deletions_waiting == 12
    assert {row.status for row in rig.taken()} == {AppointmentStatus.CONFIRMED}
    assert len(rig.busy(kate.user)) == 12
    with db.unit_of_work() as session:
        calendar = session.get_one(ExternalCalendar, kate.calendar_id)
        deletions.carry_out(session, calendar, now=rig.clock.now())
    assert {row.status for row in rig.taken()} == {AppointmentStatus.CANCELLED}
    assert rig.fired(facts.AppointmentCancelled) == 12


def test_syn9_what_is_over_is_not_cancelled_by_tidying_up() -> None:
    kate, made, href = taken_in()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=10)):
        kate.service.remove(kate.ref, href)
        kate.run()
        assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED


def test_syn12_what_becomes_private_keeps_its_old_words() -> None:
    kate, made, href = taken_in()
    kate.edit(href, "SUMMARY:Kick-off", "SUMMARY:Secret\r\nCLASS:PRIVATE")
    move(kate, href, soon(4))
    kate.run()
    now = rig.appointment(made.id)
    assert (now.title, now.starts_at) == ("Kick-off", soon(4))


# --- changed here -----------------------------------------------------------------------------------


def test_syn9_moved_here_is_moved_outside_and_held_until_it_is_seen_there() -> None:
    kate, made, href = taken_in("X-KEPT:yes")
    actor = factories.actor(kate.user)
    reschedule(made, soon() + timedelta(minutes=15), actor, despite_conflicts=False)
    assert claims() == 1
    with pytest.raises(Conflict):
        rig.book(kate.user, at=soon(minute=15))
    rig.settle()
    raw = kate.remote()[href]
    assert f"DTSTART:{stamp(soon(minute=15))}" in raw
    assert "X-KEPT:yes" in raw
    assert GUEST in raw
    kate.run()
    assert claims() == 0
    assert [row.starts_at for row in rig.busy(kate.user)] == [soon(minute=15)]
    assert rig.appointment(made.id).starts_at == soon(minute=15)
    assert kate.service.calls.count("amend") == 1
    assert rig.told(facts.AppointmentRescheduled) == 1
    for _ in range(2):
        kate.run()
        rig.settle()
    assert kate.service.calls.count("amend") == 1


def test_syn9_renamed_here_and_a_note_that_stays_here() -> None:
    kate, made, href = taken_in()
    rename(made, "Second talk", location="Room 2", note="private note")
    rig.settle()
    raw = kate.remote()[href]
    assert "SUMMARY:Second talk" in raw
    assert "LOCATION:Room 2" in raw
    assert "private note" not in raw
    kate.run()
    assert rig.appointment(made.id).title == "Second talk"
    assert rig.told(facts.AppointmentEdited) == 1


def test_trap43_cancelled_here_is_removed_outside() -> None:
    kate, made, _ = taken_in()
    here(made, lambda session, row: appointments.cancel(session, rig.ACTOR, row, by="user"))
    for _ in range(2):
        rig.settle()
        kate.run()
    assert kate.remote() == {}
    assert rig.busy(kate.user) == []
    assert rig.told(facts.AppointmentCancelled) == 1
    assert [link.state for link in rig.links()] == [LinkState.GONE]


@pytest.mark.parametrize("after", [False, True], ids=["before", "lost answer"])
def test_trap37_a_change_that_fails_or_loses_its_answer_happens_once(after: bool) -> None:
    kate, made, href = taken_in()
    reschedule(made, soon(5))
    kate.service.fail(RemoteUnavailable(), call="amend", after=after)
    rig.settle()
    assert rig.calendar(kate.calendar_id).last_error
    # Meanwhile it is moved once more.
    reschedule(made, soon(6))
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).next_attempt_at = None
        for link in session.exec(select(EventLink)):
            link.next_attempt_at = None
    for _ in range(3):
        kate.run()
        rig.settle()
    assert f"DTSTART:{stamp(soon(6))}" in kate.remote()[href]
    assert rig.appointment(made.id).starts_at == soon(6)
    assert clash(made) == ""
    assert claims() == 0
    assert rig.told(facts.AppointmentRescheduled) == 2


def test_syn9_changed_on_both_sides_in_different_parts_both_survive() -> None:
    kate, made, href = taken_in()
    kate.edit(href, "SUMMARY:Kick-off", "SUMMARY:Kick-off and more")
    reschedule(made, soon(5))
    for _ in range(2):
        rig.settle()
        kate.run()
    now = rig.appointment(made.id)
    assert (now.title, now.starts_at) == ("Kick-off and more", soon(5))
    raw = kate.remote()[href]
    assert "SUMMARY:Kick-off and more" in raw
    assert f"DTSTART:{stamp(soon(5))}" in raw
    assert clash(made) == ""
    assert claims() == 0


def test_syn9_a_real_conflict_is_shown_and_the_version_here_stays() -> None:
    kate, made, href = taken_in()
    move(kate, href, soon(4))
    reschedule(made, soon(5))
    for _ in range(2):
        rig.settle()
        kate.run()
    assert rig.appointment(made.id).starts_at == soon(5)
    assert f"DTSTART:{stamp(soon(5))}" in kate.remote()[href]
    assert clash(made) == outside.CHANGED_TWICE
    assert claims() == 0


def test_trap41_changed_here_and_deleted_there_stays_cancelled() -> None:
    kate, made, href = taken_in()
    kate.service.remove(kate.ref, href)
    reschedule(made, soon(5))
    for _ in range(2):
        rig.settle()
        kate.run()
    now = rig.appointment(made.id)
    assert (now.status, now.cancel_reason) == (AppointmentStatus.CANCELLED, outside.DELETED)
    assert kate.remote() == {}
    assert claims() == 0


def test_trap22_what_somebody_else_organises_is_not_changed_here() -> None:
    kate, made, href = taken_in(BOSS)
    actor = factories.actor(kate.user)
    raw = kate.remote()[href]
    with pytest.raises(Conflict, match="organise"):
        reschedule(made, soon(5), actor)
    with pytest.raises(Conflict, match="organise"):
        rename(made, "Other", actor)
    with pytest.raises(Conflict, match="organise"):
        here(made, lambda session, row: appointments.cancel(session, actor, row, by="user"))
    rename(made, made.title, actor, note="mine")
    for _ in range(2):
        rig.settle()
        kate.run()
    assert kate.remote()[href] == raw
    assert "amend" not in kate.service.calls
    assert rig.appointment(made.id).note == "mine"
    move(kate, href, soon(4))
    kate.run()
    assert rig.appointment(made.id).starts_at == soon(4)


def test_cal10_an_appointment_from_outside_keeps_its_member() -> None:
    _, made, _ = taken_in()
    with db.unit_of_work() as session:
        paul = factories.user(session).id or 0
    with pytest.raises(Conflict, match="stays with its owner"):
        here(made, lambda session, row: appointments.change_member(session, rig.ACTOR, row, paul))


def test_syn9_a_calendar_that_lets_nobody_write_keeps_its_version() -> None:
    kate, made, href = taken_in()
    calendar = kate.service.calendars[kate.ref]
    calendar.shown = type(calendar.shown)(kate.ref, "Calendar", writable=False)
    raw = kate.remote()[href]
    reschedule(made, soon(5))
    for _ in range(2):
        rig.settle()
        kate.run()
    now = rig.appointment(made.id)
    assert now.starts_at == soon()
    assert now.organized_elsewhere is True
    assert clash(made) == outside.NOT_ALLOWED
    assert kate.remote()[href] == raw
    assert claims() == 0


def test_cal8_an_outcome_noted_here_stays_here() -> None:
    kate, made, href = taken_in()
    for status in (AppointmentStatus.NO_SHOW, AppointmentStatus.SHOWED):
        here(
            made,
            lambda session, row, status=status: appointments.set_status(
                session, rig.ACTOR, row, status
            ),
        )
        rig.settle()
        kate.run()
    assert rig.appointment(made.id).status == AppointmentStatus.SHOWED
    assert list(kate.remote()) == [href]
    assert claims() == 0
    with db.reading() as session:
        assert session.exec(select(Message.id)).all() == []


# --- two calendars ----------------------------------------------------------------------------------


def test_trap45_a_shared_meeting_ends_with_the_organizers_copy() -> None:
    kate, paul = linked(), linked()
    lines = (f"ORGANIZER:mailto:{kate.user.email}", f"ATTENDEE:mailto:{paul.user.email}", GUEST)
    hers, his = (who.put("meeting", soon(), *lines) for who in (kate, paul))
    for who in (kate, paul):
        who.run()
        rig.settle()
    (made,) = rig.taken()
    paul.service.remove(paul.ref, his)
    paul.run()
    assert rig.appointment(made.id).status == AppointmentStatus.CONFIRMED
    reschedule(made, soon(5), factories.actor(kate.user))
    rig.settle()
    kate.run()
    assert f"DTSTART:{stamp(soon(5))}" in kate.remote()[hers]
    kate.service.remove(kate.ref, hers)
    kate.run()
    rig.settle()
    assert rig.appointment(made.id).status == AppointmentStatus.CANCELLED
    assert rig.fired(facts.AppointmentCancelled) == 1


def test_trap45_the_organizers_copy_counts_when_it_comes_later() -> None:
    kate, paul = linked(), linked()
    lines = (f"ORGANIZER:mailto:{kate.user.email}", GUEST)
    paul.put("meeting", soon(), *lines, summary="As I call it")
    paul.run()
    kate.put("meeting", soon(4), *lines, summary="Kick-off")
    kate.run()
    rig.settle()
    (made,) = rig.taken()
    assert (made.title, made.starts_at) == ("Kick-off", soon(4))
    assert "amend" not in kate.service.calls + paul.service.calls


def test_trap45_an_invited_colleague_does_not_move_the_meeting() -> None:
    kate, paul = linked(), linked()
    lines = (f"ORGANIZER:mailto:{kate.user.email}", GUEST)
    for who in (kate, paul):
        who.put("meeting", soon(), *lines, minutes=30)
        who.run()
    (made,) = rig.taken()
    (his,) = paul.remote()
    move(paul, his, soon(4))
    paul.run()
    assert rig.appointment(made.id).starts_at == soon()
    assert claims() == 0


def test_syn1_another_linked_calendar_takes_nothing_away_outside() -> None:
    kate, made, href = taken_in()
    with db.unit_of_work() as session:
        from crm_app.sync.records import links

        assert made.id not in links.to_gather(session, kate.user.id or 0, now=rig.clock.now())
        links.gather(session, made.id or 0, kate.user.id or 0, now=rig.clock.now())
    rig.settle()
    kate.run()
    assert list(kate.remote()) == [href]


@pytest.mark.parametrize("how", ["disconnected", "not used"])
def test_syn1_without_its_calendar_it_holds_its_time_and_follows_when_that_is_back(
    how: str,
) -> None:
    kate, made, href = taken_in(BOSS)
    kate.put("open", soon(4), GUEST, "TRANSP:TRANSPARENT")
    kate.run()
    with db.unit_of_work() as session:
        if how == "disconnected":
            accounts.disconnect(session, rig.ACTOR, kate.account_id)
        else:
            accounts.choose_linked(session, rig.ACTOR, None, user_id=kate.user.id)
            accounts.set_used(session, rig.ACTOR, kate.calendar_id, False)
    assert claims() == 1
    assert rig.busy(kate.user) == []
    rename(made, "Ours now", factories.actor(kate.user))
    rename(made, "Kick-off", factories.actor(kate.user))
    if how == "disconnected":
        back = rig.connect(user=kate.user)
        back.service.put(back.ref, "meeting", kate.remote()[href])
        rig.choose(back, SyncOption.TWO_WAY)
    else:
        back = kate
        with db.unit_of_work() as session:
            accounts.choose_linked(session, rig.ACTOR, kate.calendar_id, user_id=kate.user.id)
    for _ in range(2):
        back.run()
        rig.settle()
    assert claims() == 0
    assert rig.appointment(made.id).organized_elsewhere is True
    (href,) = [name for name in back.remote() if name.endswith("meeting")]
    move(back, href, soon(6))
    back.run()
    assert rig.appointment(made.id).starts_at == soon(6)
    assert rig.fired(facts.AppointmentBooked) == 2
    assert len(rig.taken()) == 2


def test_syn9_its_own_event_is_not_in_the_way_of_moving_it_but_others_are() -> None:
    kate, made, _ = taken_in()
    kate.put("other", soon(hour=11))
    kate.run()
    actor = factories.actor(kate.user)
    with pytest.raises(Conflict, match="another engagement"):
        reschedule(made, soon(hour=11), actor, despite_conflicts=False)
    reschedule(made, soon(minute=15), actor, despite_conflicts=False)
    with db.reading() as session:
        rows = busy.external(
            session, actor, [kate.user.id or 0], soon(1), soon(9), blocking_only=True
        )
        assert [row.starts_at for row in rows] == [soon(), soon(hour=11)]
        assert session.exec(select(Appointment.starts_at).order_by(col(Appointment.id))).all() == [
            soon(minute=15)
        ]
