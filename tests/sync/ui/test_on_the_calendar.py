"""CAL-9 and SYN-9 where the calendar page shows what came from outside."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.accounts import queries as accounts
from crm_app.appointments import service as appointments
from crm_app.appointments.ui.appointment_state import AppointmentDialog
from crm_app.appointments.ui.calendar_state import CalendarPage
from crm_app.core import clock, db
from crm_app.core.kinds import CalendarRole, SyncOption
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from tests import factories
from tests.sync import objects, rig
from tests.sync.rig import soon
from tests.sync.ui.conftest import with_guest


def choose(kate: rig.Connected, option: SyncOption) -> None:
    with db.unit_of_work() as session:
        actor = accounts.actor_of(session.get_one(models.User, kate.user.id))
        choosing.choose(
            session,
            actor,
            kate.calendar_id,
            Choice.preset(option),
            backfill=True,
            now=clock.now(),
        )
    rig.settle()


def opened(open_tab: Any, user: models.User | None) -> Any:
    week = {
        "start": soon(0, hour=0).isoformat(),
        "end": soon(14, hour=0).isoformat(),
        "view": "timeGridWeek",
    }
    return open_tab(user, "/calendar").fire(CalendarPage.load).fire(CalendarPage.dates, shown=week)


def boxes(tab: Any) -> dict[str, dict[str, Any]]:
    """The boxes by their titles, without the initials."""
    rows = tab.see(CalendarPage).rows
    found = {row["title"].partition(" · ")[2]: row for row in rows}
    assert len(found) == len(rows), rows
    return found


def looks(tab: Any, title: str) -> set[str]:
    return set(boxes(tab)[title]["class"].split())


def moved(box: dict[str, Any], hours: int) -> dict[str, Any]:
    return {
        "id": box["id"],
        "kind": box["kind"],
        "start": (soon(2) + timedelta(hours=hours)).isoformat(),
        "end": (soon(2) + timedelta(hours=hours + 1)).isoformat(),
        "allDay": False,
    }


def the_appointment() -> models.Appointment:
    with db.reading() as session:
        return session.exec(select(models.Appointment)).one()


def test_syn4_one_way_leaves_all_grey(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user)
    assert looks(tab, "Roof survey") == {"external"}
    assert looks(tab, "Lunch") == {"external"}
    assert not boxes(tab)["Roof survey"]["editable"]


def test_syn4_two_way_draws_all_in_colour(open_tab: Any, kate: rig.Connected) -> None:
    choose(kate, SyncOption.TWO_WAY)
    tab = opened(open_tab, kate.user)
    box = boxes(tab)["Roof survey"]
    # Once: the grey twin is hidden (``boxes`` asserts that no title comes twice).
    assert box["kind"] == "appointment"
    assert looks(tab, "Roof survey") == {"appointment", "synced"}
    assert box["hint"] == "From a connected calendar"
    assert box["editable"]
    assert looks(tab, "Lunch") == {"external", "coloured"}
    assert boxes(tab)["Lunch"]["color"] == box["color"]


def test_syn4_smart_colours_the_known_only(open_tab: Any, kate: rig.Connected) -> None:
    with db.unit_of_work() as session:
        factories.contact(session, name="Lea", email="lea@kunde.example")
    choose(kate, SyncOption.SMART)
    tab = opened(open_tab, kate.user)
    assert looks(tab, "Roof survey") == {"appointment", "synced"}
    assert looks(tab, "Lunch") == {"external"}


def test_syn3_conflict_calendars_stay_grey_and_free_ones_outlined(
    open_tab: Any, kate: rig.Connected
) -> None:
    kate.put("maybe", soon(4), "TRANSP:TRANSPARENT", summary="Fair", which=1)
    kate.put("gym", soon(5), *with_guest("Max", "max@kunde.example"), summary="Gym", which=1)
    kate.run(1)
    choose(kate, SyncOption.TWO_WAY)
    tab = opened(open_tab, kate.user)
    assert looks(tab, "Fair") == {"free"}
    assert looks(tab, "Gym") == {"external"}


def test_cal9_what_is_taken_in_but_free_is_outlined(open_tab: Any, kate: rig.Connected) -> None:
    guest = with_guest("Max", "max@kunde.example")
    kate.put("open", soon(4), "TRANSP:TRANSPARENT", *guest, summary="Open house")
    kate.run()
    choose(kate, SyncOption.TWO_WAY)
    assert looks(opened(open_tab, kate.user), "Open house") == {"appointment", "synced", "open"}


def test_syn12_private_ones_are_busy_to_others(
    open_tab: Any, kate: rig.Connected, boss: models.User
) -> None:
    kate.put("doctor", soon(4), "CLASS:PRIVATE", summary="Doctor")
    kate.run()
    choose(kate, SyncOption.TWO_WAY)
    assert looks(opened(open_tab, kate.user), "Doctor") == {"external", "private"}
    tab = opened(open_tab, boss)
    assert looks(tab, "Busy") == {"external", "private"}
    assert "Doctor" not in str(tab.held)


def test_syn12_whole_days_are_whole_days(open_tab: Any, kate: rig.Connected) -> None:
    first, behind = soon(4).date(), soon(6).date()
    raw = objects.event(
        *with_guest("Max", "max@kunde.example"),
        uid="days",
        start=f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        end=f"DTEND;VALUE=DATE:{behind:%Y%m%d}",
        summary="Site visit",
    )
    kate.service.put(kate.ref, "days", raw)
    kate.run()
    choose(kate, SyncOption.TWO_WAY)
    tab = opened(open_tab, kate.user)
    box = boxes(tab)["Site visit"]
    assert (box["allDay"], box["editable"]) == (True, False)
    assert (box["start"], box["end"]) == (first.isoformat(), behind.isoformat())
    tab.fire(AppointmentDialog.open, box_id=box["id"])
    facts = tab.see(AppointmentDialog).facts
    assert facts["whole_days"] == "yes"
    assert facts["when"].startswith("All day, ")
    tab.fire(AppointmentDialog.set_field, name="title", value="Visit")
    tab.fire(AppointmentDialog.set_field, name="start", value="10:00")
    tab.fire(AppointmentDialog.save)
    now = boxes(tab)["Visit"]
    assert (now["start"], now["end"]) == (box["start"], box["end"])
    tab.fire(CalendarPage.moved, box=moved(now, 2))
    assert "Whole days" in tab.said
    assert boxes(tab)["Visit"]["start"] == box["start"]


@pytest.fixture
def invited(kate: rig.Connected) -> rig.Connected:
    """Kate is on an event to which a guest invites; its title becomes an appointment's."""
    lines = (
        "ORGANIZER;CN=Giulia Rossi:mailto:giulia@invest.example",
        "ATTENDEE;CN=Giulia Rossi:mailto:giulia@invest.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:kate@team.example",
        "LOCATION:Their office",
    )
    kate.put("board", soon(4), *lines, summary="Board")
    kate.run()
    choose(kate, SyncOption.TWO_WAY)
    return kate


def test_syn9_what_others_invite_to_is_not_moved_here(
    open_tab: Any, invited: rig.Connected
) -> None:
    tab = opened(open_tab, invited.user)
    box = dict(boxes(tab)["Board"])
    assert looks(tab, "Board") == {"appointment", "synced", "elsewhere"}
    assert not box["editable"]
    assert "somebody else invites" in box["hint"]
    tab.fire(CalendarPage.moved, box=moved(box, 3))
    now = boxes(tab)["Board"]
    assert (now["start"], now["rev"]) == (box["start"], box["rev"] + 1)
    assert "organise" in tab.said


def test_syn9_the_dialog_says_who_invites_and_keeps_our_note(
    open_tab: Any, invited: rig.Connected
) -> None:
    tab = opened(open_tab, invited.user)
    tab.fire(AppointmentDialog.open, box_id=boxes(tab)["Board"]["id"])
    seen = tab.see(AppointmentDialog)
    assert seen.facts["fixed"].startswith("Giulia Rossi invites to it.")
    assert seen.facts["origin"] == "From “Calendar 1”"
    assert seen.form["location"] == "Their office"
    for name, value in (("title", "Mine now"), ("start", "23:00"), ("note", "Bring the plans")):
        tab.fire(AppointmentDialog.set_field, name=name, value=value)
    tab.fire(AppointmentDialog.save)
    with db.reading() as session:
        made = session.exec(
            select(models.Appointment).where(models.Appointment.organized_elsewhere)
        ).one()
    assert (made.title, made.starts_at, made.note) == ("Board", soon(4), "Bring the plans")
    tab.fire(AppointmentDialog.open, box_id=f"a{made.id}").fire(AppointmentDialog.cancel)
    assert "Board" in boxes(tab)


@pytest.fixture
def clash(kate: rig.Connected) -> models.Appointment:
    """An appointment moved here and there before either heard of it; the version here stands."""
    made = rig.book(kate.user, at=soon(6), title="Ann", location="Room 1")
    rig.settle()
    kate.run()
    (href,) = [href for href, raw in kate.remote().items() if "SUMMARY:Ann" in raw]
    kate.edit(href, f"DTSTART:{rig.stamp(soon(6))}", f"DTSTART:{rig.stamp(soon(7))}")
    end = soon(6) + timedelta(minutes=30)
    kate.edit(href, f"DTEND:{rig.stamp(end)}", f"DTEND:{rig.stamp(soon(7, minute=30))}")
    with db.unit_of_work() as session:
        appointments.reschedule(
            session,
            rig.ACTOR,
            session.get_one(models.Appointment, made.id),
            starts_at=soon(8),
            ends_at=soon(8, minute=30),
        )
    rig.settle()
    kate.run()
    rig.settle()
    return made


def opened_clash(open_tab: Any, user: models.User | None, made: models.Appointment) -> Any:
    return opened(open_tab, user).fire(AppointmentDialog.open, box_id=f"a{made.id}")


def test_syn9_both_versions_are_shown(
    open_tab: Any, kate: rig.Connected, clash: models.Appointment
) -> None:
    shown = opened_clash(open_tab, kate.user, clash).see(AppointmentDialog).clash
    assert "the version here was kept" in shown["message"]
    assert "in “Calendar 1”" in shown["when"]
    assert shown["ours_title"] == shown["theirs_title"] == "Ann"
    assert (shown["ours_time_differs"], shown["theirs_time_differs"]) == ("yes", "yes")
    assert (shown["ours_title_differs"], shown["ours_place_differs"]) == ("", "")


def test_syn9_keep_ours(open_tab: Any, kate: rig.Connected, clash: models.Appointment) -> None:
    tab = opened_clash(open_tab, kate.user, clash).fire(AppointmentDialog.keep_ours)
    assert tab.see(AppointmentDialog).clash == {}
    assert opened_clash(open_tab, kate.user, clash).see(AppointmentDialog).clash == {}
    assert rig.appointment(clash.id).starts_at == soon(8)


def test_syn9_take_theirs(open_tab: Any, kate: rig.Connected, clash: models.Appointment) -> None:
    opened_clash(open_tab, kate.user, clash).fire(AppointmentDialog.take_theirs)
    now = rig.appointment(clash.id)
    assert (now.starts_at, now.ends_at) == (soon(7), soon(7, minute=30))
    assert opened_clash(open_tab, kate.user, clash).see(AppointmentDialog).clash == {}
    rig.settle()
    assert any(f"DTSTART:{rig.stamp(soon(7))}" in raw for raw in kate.remote().values())


def test_syn9_theirs_is_refused_when_the_time_is_taken(
    open_tab: Any, kate: rig.Connected, clash: models.Appointment
) -> None:
    rig.book(kate.user, at=soon(7), title="Bob")
    tab = opened_clash(open_tab, kate.user, clash).fire(AppointmentDialog.take_theirs)
    assert "toast" in tab.said
    assert rig.appointment(clash.id).starts_at == soon(8)
    assert opened_clash(open_tab, kate.user, clash).see(AppointmentDialog).clash["theirs"]


def test_usr3_others_do_not_decide(
    open_tab: Any, kate: rig.Connected, paul: models.User, clash: models.Appointment
) -> None:
    tab = opened_clash(open_tab, paul, clash)
    assert tab.see(AppointmentDialog).mode == ""
    tab.fire(AppointmentDialog.keep_ours).fire(AppointmentDialog.take_theirs)
    nobody = opened_clash(open_tab, None, clash)
    nobody.fire(AppointmentDialog.keep_ours).fire(AppointmentDialog.take_theirs)
    assert rig.appointment(clash.id).starts_at == soon(8)
    assert opened_clash(open_tab, kate.user, clash).see(AppointmentDialog).clash["message"]


def test_syn1_the_calendar_page_asks_no_unused_calendar(open_tab: Any, kate: rig.Connected) -> None:
    with db.unit_of_work() as session:
        session.get_one(models.ExternalCalendar, kate.calendar_id).role = CalendarRole.UNUSED
    assert boxes(opened(open_tab, kate.user)) == {}
