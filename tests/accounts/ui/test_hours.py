"""USR-4 and CAL-2 on Settings > Working hours: the week, dates, limits, time off."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app.accounts.ui import absences
from crm_app.accounts.ui.hours_state import WorkHours
from crm_app.core import clock, db
from crm_app.core.errors import Invalid
from crm_app.models import TimeOff, User
from tests import factories
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
ROUTE = "/settings/hours"


def stored(user: User) -> User:
    with db.reading() as session:
        return session.get_one(User, user.id)


def times_off() -> list[TimeOff]:
    with db.reading() as session:
        return list(session.exec(select(TimeOff)))


def in_days(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_usr4_the_week_is_edited_and_saved_with_several_ranges(
    open_tab: OpenTab, ben: User
) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    assert [row["on"] for row in tab.see(WorkHours).rows] == ["yes"] * 5 + ["", ""]
    tab.fire(WorkHours.put_time, day=0, position=0, name="end", value="12:00")
    tab.fire(WorkHours.add_range, day=0)
    tab.fire(WorkHours.put_time, day=0, position=1, name="start", value="13:30")
    tab.fire(WorkHours.switch_day, day=5, on=True)
    tab.fire(WorkHours.switch_day, day=4, on=False)
    tab.fire(WorkHours.set_cap, name="day_cap", value="6")
    assert tab.see(WorkHours).changed
    tab.fire(WorkHours.save)
    assert not tab.see(WorkHours).changed
    user = stored(ben)
    assert user.hours["weekly"]["0"] == [[540, 720], [810, 1080]]
    assert user.hours["weekly"]["5"] == [[540, 1020]]
    assert "4" not in user.hours["weekly"]
    assert (user.day_cap, user.week_cap) == (6, None)


def test_q1_a_range_that_cannot_be_is_marked_and_stays_as_typed(
    open_tab: OpenTab, ben: User
) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    tab.fire(WorkHours.put_time, day=0, position=0, name="start", value="18:00")
    tab.fire(WorkHours.save)
    assert "hours" in tab.see(WorkHours).errors
    assert tab.see(WorkHours).rows[0]["ranges"][0]["start"] == "18:00"
    tab.fire(WorkHours.put_time, day=0, position=0, name="start", value="")
    tab.fire(WorkHours.save)
    assert "hours" in tab.see(WorkHours).errors
    tab.fire(WorkHours.load)
    tab.fire(WorkHours.set_cap, name="week_cap", value="many").fire(WorkHours.save)
    assert set(tab.see(WorkHours).errors) == {"week_cap"}
    assert tab.see(WorkHours).week_cap == "many"


def test_cal2_a_date_gets_other_hours_or_none(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    later, sooner = in_days(20), in_days(10)
    tab.fire(WorkHours.add_date, form={"new_date": later})
    tab.fire(WorkHours.add_date, form={"new_date": sooner})
    assert [row["date"] for row in tab.see(WorkHours).dates] == [sooner, later]
    assert tab.see(WorkHours).dates[0]["on"] == ""
    step = {"step": "add", "place": 0, "position": 0, "name": "", "value": ""}
    tab.fire(WorkHours.date_step, **step)
    step |= {"step": "put", "name": "start", "value": "10:15"}
    tab.fire(WorkHours.date_step, **step)
    tab.fire(WorkHours.save)
    assert stored(ben).hours["overrides"] == {sooner: [[615, 1080]], later: []}
    tab.fire(WorkHours.remove_date, place=0).fire(WorkHours.save)
    assert list(stored(ben).hours["overrides"]) == [later]


@pytest.mark.parametrize("typed", ["", "soon", "2020-01-01", "again"])
def test_q1_a_date_that_cannot_be_is_refused_beside_its_field(
    open_tab: OpenTab, ben: User, typed: str
) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    tab.fire(WorkHours.add_date, form={"new_date": in_days(9)})
    day = in_days(9) if typed == "again" else typed
    tab.fire(WorkHours.add_date, form={"new_date": day})
    assert set(tab.see(WorkHours).errors) == {"new_date"}
    assert len(tab.see(WorkHours).dates) == 1


def test_q1_a_bad_range_on_a_date_names_the_day(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    tab.fire(WorkHours.add_date, form={"new_date": in_days(9)})
    step: dict[str, Any] = {"place": 0, "position": 0, "name": "start", "value": "23:30"}
    tab.fire(WorkHours.date_step, step="add", **step)
    tab.fire(WorkHours.date_step, step="put", **step).fire(WorkHours.save)
    error = tab.see(WorkHours).errors["overrides"]
    assert tab.see(WorkHours).dates[0]["label"] in error


def test_cal2_steps_on_dates_that_are_not_there_do_nothing(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    step: dict[str, Any] = {"position": 7, "name": "start", "value": "1"}
    for place in (-1, 0, 5):
        tab.fire(WorkHours.date_step, step="put", place=place, **step)
        tab.fire(WorkHours.remove_date, place=place)
    assert tab.see(WorkHours).dates == []
    assert not tab.failures


def test_usr4_time_off_in_whole_days_and_its_undo(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    first, last = in_days(10), in_days(12)
    form = {"first": first, "begin": "", "last": last, "end": "", "reason": "Skiing"}
    tab.fire(WorkHours.set_adding, on=True).fire(WorkHours.add_time_off, form=form)
    assert not tab.see(WorkHours).adding
    (row,) = tab.see(WorkHours).away
    assert row["reason"] == "Skiing"
    assert row["state"] == "ahead"
    tab.fire(WorkHours.remove_time_off, row_id=row["id"])
    assert tab.see(WorkHours).away == []
    assert "Undo" in tab.said
    kept = datetime.fromisoformat(first).replace(tzinfo=UTC)
    tab.fire(
        WorkHours.restore_time_off,
        starts=kept.isoformat(),
        ends=(kept + timedelta(days=1)).isoformat(),
        reason="Skiing",
    )
    assert len(tab.see(WorkHours).away) == 1


def test_usr4_the_same_time_off_is_noted_once(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    for _ in range(2):
        tab.fire(WorkHours.add_time_off, form={"first": in_days(10), "last": in_days(12)})
    assert "noted already" in tab.said
    assert len(times_off()) == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "first"),
        ({"first": "2027-03-02", "last": "2027-03-01"}, "last"),
        ({"first": "2027-03-02", "begin": "25:00"}, "begin"),
        ({"first": "2027-03-02", "end": "noon"}, "end"),
        ({"first": "2027-03-02", "begin": "14:00", "end": "13:00"}, "last"),
        ({"first": "2027-03-02", "last": "2031-03-01"}, "ends_at"),
        ({"first": "2027-03-02", "reason": "x" * 300}, "reason"),
    ],
)
def test_q1_a_time_off_that_cannot_be_is_marked(
    open_tab: OpenTab, ben: User, form: dict[str, Any], field: str
) -> None:
    tab = open_tab(ben, ROUTE).fire(WorkHours.load).fire(WorkHours.set_adding, on=True)
    tab.fire(WorkHours.add_time_off, form=form)
    assert set(tab.see(WorkHours).errors) == {field}
    assert tab.see(WorkHours).adding
    assert times_off() == []


def test_cal3_time_off_counts_in_the_users_zone_over_a_clock_change() -> None:
    # Clocks in Berlin go forward on 28 March 2027 and back on 31 October 2027.
    assert absences.time_off({"first": "2027-03-28"}, "Europe/Berlin") == (
        datetime(2027, 3, 27, 23, tzinfo=UTC),
        datetime(2027, 3, 28, 22, tzinfo=UTC),
    )
    form = {"first": "2027-10-31", "begin": "02:30", "end": "02:30", "last": "2027-10-31"}
    starts_at, ends_at = absences.time_off(form, "Europe/Berlin")
    assert (starts_at.hour, ends_at.hour) == (0, 1)


def test_time_off_reads_as_people_say_it() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)

    def words(**form: str) -> str:
        starts_at, ends_at = absences.time_off(form, "Europe/Berlin")
        return absences.time_off_words(starts_at, ends_at, "en", "Europe/Berlin", now)

    assert words(first="2027-03-02") == "Tue 2 Mar"
    assert words(first="2027-03-02", last="2027-03-05") == "Tue 2 Mar – Fri 5 Mar"
    assert words(first="2027-03-02", begin="14:00", end="16:00") == "Tue 2 Mar, 14:00–16:00"
    assert words(first="2027-03-02", begin="14:00", last="2027-03-03", end="09:00") == (
        "Tue 2 Mar, 14:00 – Wed 3 Mar, 09:00"
    )


def test_a_list_of_dates_has_an_end() -> None:
    rows: list[dict[str, Any]] = []
    today = date(2027, 1, 1)
    for step in range(absences.MOST_DATES):
        day = (today + timedelta(days=step)).isoformat()
        rows = absences.with_date(rows, day, today, "en", "UTC")
    with pytest.raises(Invalid):
        absences.with_date(rows, "2028-01-01", today, "en", "UTC")


def test_usr3_an_administrator_changes_anybodys_hours_and_a_member_only_his_own(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    tab = open_tab(ada, f"{ROUTE}?user={ben.id}").fire(WorkHours.load)
    assert tab.see(WorkHours).whose == "Ben Nowak"
    tab.fire(WorkHours.switch_day, day=0, on=False).fire(WorkHours.save)
    assert "0" not in stored(ben).hours["weekly"]
    assert "0" in stored(ada).hours["weekly"]
    curious = open_tab(ben, f"{ROUTE}?user={ada.id}").fire(WorkHours.load)
    assert "does not exist" in curious.said
    assert "Ada" not in str(curious.held)
    curious.fire(WorkHours.save)
    curious.fire(WorkHours.add_time_off, form={"first": in_days(3)})
    assert times_off() == []


def test_usr3_somebody_elses_time_off_cannot_be_taken_away(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    with db.unit_of_work() as session:
        row = TimeOff(user_id=ada.id or 0, starts_at=factories.LONG_AGO, ends_at=clock.now())
        session.add(row)
        session.flush()
        row_id = str(row.id)
    tab = open_tab(ben, ROUTE).fire(WorkHours.load)
    tab.fire(WorkHours.remove_time_off, row_id=row_id)
    assert "does not exist" in tab.said
    assert len(times_off()) == 1
