"""SYN-4, SYN-5 and SYN-6 as the page does them: propose, look, save."""

from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import db
from crm_app.core.kinds import CalendarRole, ContactCreation
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.option_state import SyncOptions
from tests.sync import rig
from tests.sync.rig import soon
from tests.sync.ui.conftest import PAGE, appointments, contacts, nothing_of, with_guest


def opened(open_tab: Any, user: models.User | None, path: str = PAGE) -> Any:
    return open_tab(user, path).fire(Connections.load).fire(SyncOptions.load)


def stored(kate: rig.Connected) -> tuple[Any, ...]:
    row = rig.calendar(kate.calendar_id)
    return row.creation, row.triggers, row.for_team, row.default_calendar_id is not None


NEVER = (ContactCreation.NEVER, False, False, False)


def test_syn4_one_way_stands_at_the_beginning(open_tab: Any, kate: rig.Connected) -> None:
    seen = opened(open_tab, kate.user).see(SyncOptions)
    assert (seen.option, seen.saved_scope, seen.takes) == ("one_way", "own", False)
    assert seen.calendar_id == str(kate.calendar_id)


def test_syn6_a_click_only_shows_what_it_would_do(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    seen = tab.see(SyncOptions)
    assert seen.proposing
    assert not seen.looking
    assert seen.found["contacts"] == "1"
    assert seen.found["appointments"] == "1"
    assert seen.found["fires"] == "1"
    assert [one["title"] for one in seen.appointments] == ["Roof survey"]
    assert [one["name"] for one in seen.contacts] == ["Lea Lind"]
    assert stored(kate) == NEVER
    assert contacts() == []
    tab.fire(SyncOptions.close)
    assert not tab.see(SyncOptions).proposing
    assert tab.see(SyncOptions).option == "one_way"


@pytest.mark.parametrize(
    ("option", "creation", "triggers"),
    [
        ("two_way", ContactCreation.ALWAYS, True),
        ("smart", ContactCreation.EXISTING, True),
        ("disable_trigger", ContactCreation.ALWAYS, False),
    ],
)
def test_syn4_save_chooses_the_option(
    open_tab: Any, kate: rig.Connected, option: str, creation: ContactCreation, triggers: bool
) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option=option).fire(SyncOptions.save)
    assert stored(kate) == (creation, triggers, False, False)
    seen = tab.see(SyncOptions)
    assert (seen.option, seen.proposing, seen.takes) == (option, False, True)
    rig.settle()
    # A choice counts for what arrives from then on (SYN-6).
    assert appointments() == []
    kate.put("new", soon(4), *with_guest("Max", "max@kunde.example"), summary="New one")
    kate.run()
    assert appointments() == (["New one"] if creation is ContactCreation.ALWAYS else [])


def test_syn6_what_is_there_is_taken_in_when_it_is_ticked(
    open_tab: Any, kate: rig.Connected
) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.set_backfill, on=True).fire(SyncOptions.save)
    assert "taken in now" in tab.said
    rig.settle()
    assert appointments() == ["Roof survey"]
    with db.reading() as session:
        (made,) = session.exec(select(models.Appointment))
    assert made.starts_at == soon(2)


def test_q2_taking_in_shows_how_far_it_is(open_tab: Any, kate: rig.Connected) -> None:
    with db.unit_of_work() as session:
        row = session.get_one(models.ExternalCalendar, kate.calendar_id)
        row.backfilled_to = min(one.id or 0 for one in rig.objects_of(kate.calendar_id))
    seen = opened(open_tab, kate.user).see(SyncOptions).filling
    assert "1 of 2 entries" in seen["words"]
    assert seen["percent"] == "50"
    with db.unit_of_work() as session:
        session.get_one(models.ExternalCalendar, kate.calendar_id).backfilled_to = None
    assert opened(open_tab, kate.user).see(SyncOptions).filling == {}


def test_syn6_what_is_followed_already_is_said(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.set_backfill, on=True).fire(SyncOptions.save)
    rig.settle()
    found = tab.fire(SyncOptions.pick, option="one_way").see(SyncOptions).found
    assert found["nothing"] == "Every coming event with guests is an appointment already."
    assert found["followed"].startswith("1 event is an appointment already")


def test_syn1_appointments_can_be_put_into_another_calendar(
    open_tab: Any, kate: rig.Connected
) -> None:
    tab = (
        opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way").fire(SyncOptions.save)
    )
    place = tab.see(SyncOptions).places[1]
    assert place["label"] == "Consultation"
    tab.fire(SyncOptions.choose_place, value=place["value"]).fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.ALWAYS, True, False, True)
    # Another option keeps it.
    tab.fire(SyncOptions.pick, option="smart").fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.EXISTING, True, False, True)
    assert tab.see(SyncOptions).own_calendar == place["value"]


def test_syn6_the_tick_does_not_outlive_the_proposal(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.set_backfill, on=True).fire(SyncOptions.close)
    tab.fire(SyncOptions.pick, option="disable_trigger").fire(SyncOptions.save)
    rig.settle()
    assert appointments() == []


def test_syn6_nothing_to_make_is_said(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="one_way")
    assert "Nothing would be made of the 1 coming event" in tab.see(SyncOptions).found["nothing"]


def test_syn4_other_combinations(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.set_creation, value="existing")
    tab.fire(SyncOptions.set_fires, value="").fire(SyncOptions.pick, option="other")
    tab.fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.EXISTING, False, False, False)
    assert tab.see(SyncOptions).option == "other"


def test_syn8_triggers_for_each_instance(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.save).fire(SyncOptions.set_per_instance, on=True)
    assert not rig.calendar(kate.calendar_id).triggers_per_instance
    tab.fire(SyncOptions.save)
    assert rig.calendar(kate.calendar_id).triggers_per_instance
    assert stored(kate) == (ContactCreation.ALWAYS, True, False, False)


def test_syn7_review_makes_new_guests_wait(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.save).fire(SyncOptions.set_review, on=True)
    seen = tab.see(SyncOptions)
    assert (seen.found["waiting"], seen.found["contacts"]) == ("1", "0")
    assert seen.appointments[0]["waits"] == "yes"
    tab.fire(SyncOptions.save)
    assert rig.calendar(kate.calendar_id).review


def test_syn5_the_default_calendar_decides(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.show_scope, scope="team")
    seen = tab.see(SyncOptions)
    assert seen.calendars[0] == {"value": "", "label": "Do not create contacts"}
    assert seen.calendars[1]["label"] == "Consultation"
    assert (seen.team_calendar, seen.saved_scope) == ("", "own")
    tab.fire(SyncOptions.choose_team_calendar, value=seen.calendars[1]["value"])
    # "Allow triggers" is offered for what is saved only, and begins switched off.
    assert tab.see(SyncOptions).team_calendar == ""
    tab.fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.ALWAYS, False, True, True)
    assert tab.see(SyncOptions).team_calendar == seen.calendars[1]["value"]
    assert not tab.see(SyncOptions).team_triggers
    tab.fire(SyncOptions.set_team_triggers, on=True).fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.ALWAYS, True, True, True)
    tab.fire(SyncOptions.choose_team_calendar, value="").fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.NEVER, False, True, False)
    assert not tab.see(SyncOptions).takes


def test_syn5_back_to_ones_own_settings(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user)
    team = tab.see(SyncOptions).calendars[1]["value"]
    tab.fire(SyncOptions.choose_team_calendar, value=team).fire(SyncOptions.save)
    assert tab.see(SyncOptions).scope == "team"
    tab.fire(SyncOptions.pick, option="smart").fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.EXISTING, True, False, False)


def test_syn5_a_calendar_that_she_does_not_serve_is_refused(
    open_tab: Any, kate: rig.Connected
) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.choose_team_calendar, value="999")
    tab.fire(SyncOptions.save)
    assert stored(kate) == NEVER


@pytest.mark.parametrize("value", ["three_way", "", "ONE_WAY", "never"])
def test_syn4_only_known_options(open_tab: Any, kate: rig.Connected, value: str) -> None:
    tab = opened(open_tab, kate.user).fire(SyncOptions.pick, option=value)
    assert not tab.see(SyncOptions).proposing


def test_syn3_conflict_calendars_have_no_option(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(Connections.choose_linked, value="0")
    tab.fire(SyncOptions.load)
    assert tab.see(SyncOptions).calendar_id == ""
    tab.fire(SyncOptions.pick, option="two_way").fire(SyncOptions.save)
    assert rig.calendar(kate.calendar_id).role == CalendarRole.CONFLICT
    assert stored(kate) == NEVER


def test_usr3_another_users_option(
    open_tab: Any, kate: rig.Connected, paul: models.User, boss: models.User
) -> None:
    theirs = f"{PAGE}?user={kate.user.id}"
    tab = opened(open_tab, paul, theirs)
    assert tab.see(SyncOptions).calendar_id == ""
    tab.fire(SyncOptions.pick, option="two_way").fire(SyncOptions.save)
    assert "Roof survey" not in str(tab.held)
    assert stored(kate) == NEVER
    tab = opened(open_tab, boss, theirs).fire(SyncOptions.pick, option="smart")
    tab.fire(SyncOptions.save)
    assert stored(kate) == (ContactCreation.EXISTING, True, False, False)


def test_nobody_gets_nothing(open_tab: Any, kate: rig.Connected) -> None:
    tab = open_tab(None, PAGE).fire(SyncOptions.load).fire(SyncOptions.pick, option="two_way")
    tab.fire(SyncOptions.save).fire(SyncOptions.look).fire(SyncOptions.set_review, on=True)
    assert nothing_of(tab, SyncOptions)
    assert stored(kate) == NEVER
