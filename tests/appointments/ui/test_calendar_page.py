"""CAL-9 and OWN-1 as the browser meets them: through Reflex's whole pipeline, guard included."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.appointments import service
from crm_app.appointments.ui.appointment_state import AppointmentDialog, span, typed_span
from crm_app.appointments.ui.calendar_state import CalendarPage, instant
from crm_app.appointments.ui.calendars_state import Calendars
from crm_app.appointments.ui.teams_state import Teams
from crm_app.core import clock, db
from crm_app.core.errors import Invalid
from crm_app.core.kinds import AppointmentSource
from tests import factories


def _monday_ten() -> datetime:
    today = clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


class Office:
    """A team with one appointment next Monday, committed."""

    def __init__(self) -> None:
        self.at = _monday_ten()
        with db.unit_of_work() as session:
            factories.workspace(session)
            self.boss = factories.admin(session, name="Ada Byron")
            self.anna = factories.user(session, name="Anna Berg")
            self.ben = factories.user(session, name="Ben Nowak")
            self.stranger = factories.user(session, name="Sid Sly")
            self.calendar = factories.calendar(session, self.anna, self.ben, name="Consultation")
            self.lead = factories.contact(session, name="Lea Lind", email="lea@guests.example")
            self.made = service.create(
                session,
                factories.actor(self.boss),
                calendar=self.calendar,
                user_id=self.anna.id or 0,
                starts_at=self.at,
                ends_at=self.at + timedelta(minutes=30),
                source=AppointmentSource.USER,
                contact=self.lead,
            )

    def now(self) -> models.Appointment:
        with db.reading() as session:
            return session.get_one(models.Appointment, self.made.id)

    def box(self, hours: float = 0, **values: Any) -> dict[str, Any]:
        starts = self.at + timedelta(hours=hours)
        return {
            "id": f"a{self.made.id}",
            "kind": "appointment",
            "start": starts.isoformat(),
            "end": (starts + timedelta(minutes=30)).isoformat(),
            "allDay": False,
            **values,
        }

    def week(self) -> dict[str, Any]:
        monday = self.at.replace(hour=0)
        return {
            "start": monday.isoformat(),
            "end": (monday + timedelta(days=7)).isoformat(),
            "view": "timeGridWeek",
        }


@pytest.fixture
def office(lite: str) -> Office:
    return Office()


def _calendar(open_tab: Any, office: Office, user: models.User | None) -> Any:
    return (
        open_tab(user, "/calendar")
        .fire(CalendarPage.load)
        .fire(CalendarPage.dates, shown=office.week())
    )


def test_cal9_members_see_the_teams_boxes(open_tab: Any, office: Office) -> None:
    seen = _calendar(open_tab, office, office.ben).see(CalendarPage)
    assert [row["title"] for row in seen.rows] == ["AB · Lea Lind"]
    assert seen.rows[0]["editable"]
    assert {person["name"] for person in seen.people} == {"Anna Berg", "Ben Nowak"}


def test_cal9_others_see_nothing_of_it(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.stranger)
    assert tab.see(CalendarPage).rows == []
    assert "Lea" not in str(tab.held)
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    assert tab.see(AppointmentDialog).mode == ""
    tab.fire(CalendarPage.moved, box=office.box(2))
    assert office.now().starts_at == office.at


def test_cal9_drag_moves_and_tells(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.ben)
    tab.fire(CalendarPage.moved, box=office.box(2))
    assert office.now().starts_at == office.at + timedelta(hours=2)
    assert office.now().ical_sequence == 1


@pytest.mark.parametrize(
    "values",
    [{"allDay": True}, {"id": "x1"}, {"id": "a0"}, {"start": "yesterday"}, {"id": "a1; DROP"}],
)
def test_cal9_what_cannot_be_meant_is_put_back(
    open_tab: Any, office: Office, values: dict[str, Any]
) -> None:
    tab = _calendar(open_tab, office, office.ben)
    tab.fire(CalendarPage.moved, box=office.box(2, **values))
    assert office.now().starts_at == office.at
    assert "toast" in tab.said


def test_cal9_a_refused_drop_raises_rev(open_tab: Any, office: Office) -> None:
    with db.unit_of_work() as session:
        session.add(
            models.TimeOff(
                user_id=office.anna.id or 0,
                starts_at=office.at + timedelta(hours=2),
                ends_at=office.at + timedelta(hours=3),
            )
        )
    tab = _calendar(open_tab, office, office.anna)
    rev = next(row for row in tab.see(CalendarPage).rows if row["kind"] == "appointment")["rev"]
    tab.fire(CalendarPage.moved, box=office.box(2))
    row = next(row for row in tab.see(CalendarPage).rows if row["kind"] == "appointment")
    assert row["rev"] == rev + 1
    assert office.now().starts_at == office.at


def test_cal10_dialog_changes_time_member_and_words(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.boss)
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    shown = tab.see(AppointmentDialog)
    assert shown.mode == "edit"
    assert [one["label"] for one in shown.members] == ["Anna Berg", "Ben Nowak"]
    for name, value in (("member_id", str(office.ben.id)), ("title", "Plan"), ("note", "quiet")):
        tab.fire(AppointmentDialog.set_field, name=name, value=value)
    tab.fire(AppointmentDialog.save)
    now = office.now()
    assert (now.user_id, now.title, now.note) == (office.ben.id, "Plan", "quiet")


def test_cal10_conflict_asks_before_it_books_all_the_same(open_tab: Any, office: Office) -> None:
    with db.unit_of_work() as session:
        session.add(
            models.TimeOff(
                user_id=office.ben.id or 0,
                starts_at=office.at - timedelta(hours=1),
                ends_at=office.at + timedelta(hours=1),
            )
        )
    tab = _calendar(open_tab, office, office.boss)
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    tab.fire(AppointmentDialog.set_field, name="member_id", value=str(office.ben.id))
    tab.fire(AppointmentDialog.save)
    assert tab.see(AppointmentDialog).conflict
    assert office.now().user_id == office.anna.id
    tab.fire(AppointmentDialog.save_anyway)
    assert office.now().user_id == office.ben.id


def test_cal9_new_appointment_with_a_new_contact(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.ben)
    start = (office.at + timedelta(hours=3)).isoformat()
    end = (office.at + timedelta(hours=4)).isoformat()
    tab.fire(AppointmentDialog.begin, start=start, end=end, all_day=False, calendar_id="")
    tab.fire(AppointmentDialog.suggest, text="Max Muster")
    tab.fire(AppointmentDialog.set_field, name="contact_email", value="max@guests.example")
    tab.fire(AppointmentDialog.save)
    with db.reading() as session:
        made = session.exec(
            select(models.Appointment).where(models.Appointment.title == "Max Muster")
        ).one()
        assert made.user_id == office.ben.id
        contact = session.get_one(models.Contact, made.contact_id)
        # OWN-1 counts for appointments by hand too.
        assert contact.owner_id == office.ben.id


def test_q1_dialog_keeps_what_was_typed(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.boss)
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    tab.fire(AppointmentDialog.set_field, name="title", value="Kept")
    tab.fire(AppointmentDialog.set_field, name="date", value="31.31.2026")
    tab.fire(AppointmentDialog.save)
    shown = tab.see(AppointmentDialog)
    assert shown.mode == "edit"
    assert shown.form["title"] == "Kept"
    assert "date" in shown.errors


def test_cal8_cancel_and_outcome_by_dialog(open_tab: Any, office: Office) -> None:
    tab = _calendar(open_tab, office, office.anna)
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    tab.fire(AppointmentDialog.set_status, status="cancelled")
    assert office.now().status == "confirmed"
    tab.fire(AppointmentDialog.open, box_id=f"a{office.made.id}")
    tab.fire(AppointmentDialog.set_field, name="reason", value="ill")
    tab.fire(AppointmentDialog.cancel)
    assert (office.now().status, office.now().cancel_reason) == ("cancelled", "ill")


def test_own1_page_is_for_administrators(open_tab: Any, office: Office) -> None:
    tab = open_tab(office.anna, "/settings/teams").fire(Teams.load)
    assert not hasattr(tab.see(Teams), "members") or tab.see(Teams).members == []
    tab.fire(Teams.set_assign, on=False).fire(Teams.save_switches)
    with db.reading() as session:
        assert session.get_one(models.Workspace, 1).assign_owner_on_booking


def test_own1_switches_are_saved(open_tab: Any, office: Office) -> None:
    tab = open_tab(office.boss, "/settings/teams").fire(Teams.load)
    shown = tab.see(Teams)
    assert (shown.assign, shown.keep) == (True, True)
    assert [row["turns"] for row in shown.members] == ["1", "0"]
    assert [row["next"] for row in shown.members] == ["", "yes"]
    tab.fire(Teams.set_keep, on=False)
    with db.reading() as session:
        assert session.get_one(models.Workspace, 1).keep_existing_owner
    tab.fire(Teams.save_switches)
    with db.reading() as session:
        assert not session.get_one(models.Workspace, 1).keep_existing_owner


def test_cal4_weights_are_saved_and_checked(open_tab: Any, office: Office) -> None:
    tab = open_tab(office.boss, "/settings/teams").fire(Teams.load)
    tab.fire(Teams.set_number, position=0, name="weight", value="lots")
    tab.fire(Teams.save_members)
    assert "members" in tab.see(Teams).errors
    assert tab.see(Teams).members[0]["weight"] == "lots"
    tab.fire(Teams.set_number, position=0, name="weight", value="3").fire(Teams.save_members)
    with db.reading() as session:
        weights = session.exec(
            select(models.CalendarMember.weight).order_by(models.CalendarMember.position)  # type: ignore[arg-type]
        ).all()
    assert list(weights) == [3, 1]


def test_cal1_calendar_is_made_and_configured_on_its_page(open_tab: Any, office: Office) -> None:
    tab = open_tab(office.boss, "/settings/calendars").fire(Calendars.load).fire(Calendars.begin)
    tab.fire(Calendars.set_field, name="name", value="Große Runde")
    assert tab.see(Calendars).form["slug"] == "grosse-runde"
    tab.fire(Calendars.create)
    assert tab.see(Calendars).mode == "edit"
    tab.fire(Calendars.add_member, user_id=str(office.ben.id))
    tab.fire(Calendars.set_field, name="duration", value="45")
    tab.fire(Calendars.set_limited, on=True)
    tab.fire(Calendars.put_time, day=0, position=0, name="start", value="10:30")
    tab.fire(Calendars.add_question)
    tab.fire(Calendars.set_question, position=0, name="label", value="What about?")
    tab.fire(Calendars.save)
    assert tab.see(Calendars).errors == {}
    with db.reading() as session:
        made = session.exec(
            select(models.Calendar).where(models.Calendar.slug == "grosse-runde")
        ).one()
        assert made.duration == 45
        assert made.hours is not None
        assert made.hours["weekly"]["0"] == [[630, 1020]]
        assert made.form_fields[0]["label"] == "What about?"


def test_q1_bad_calendar_form_marks_the_field(open_tab: Any, office: Office) -> None:
    tab = open_tab(office.boss, "/settings/calendars").fire(Calendars.load)
    tab.fire(Calendars.open, calendar_id=str(office.calendar.id))
    tab.fire(Calendars.set_field, name="duration", value="soon").fire(Calendars.save)
    assert "duration" in tab.see(Calendars).errors
    assert tab.see(Calendars).form["duration"] == "soon"
    tab.fire(Calendars.discard)
    assert tab.see(Calendars).form["duration"] == "30"


def test_drawn_spans_and_typed_times() -> None:
    starts, ends = span("2026-11-24", "2026-11-25", True, "Europe/Berlin", 45)
    assert (starts.hour, ends - starts) == (9, timedelta(minutes=45))
    starts, _ = span(
        "2026-11-24T10:00:00+01:00[Europe/Berlin]", "2026-11-24T11:00:00+01:00", False, "UTC", 30
    )
    assert starts.hour == 9
    form = {"date": "2026-11-24", "start": "23:30", "end": "00:30"}
    assert typed_span(form, "Europe/Berlin")[1] == datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    with pytest.raises(Invalid):
        typed_span({"date": "2027-03-28", "start": "02:30", "end": "03:30"}, "Europe/Berlin")
    assert instant("2026-11-24T10:00:00+01:00[Europe/Berlin]").hour == 9
    with pytest.raises(Invalid):
        instant(None)


def test_cal8_a_calendar_leaves_out_mails_that_its_leads_shall_not_get(open_tab: Any) -> None:
    office = Office()
    tab = open_tab(office.boss, "/settings/calendars").fire(Calendars.load)
    tab.fire(Calendars.open, calendar_id=str(office.calendar.id))
    assert {tab.see(Calendars).form[f"mail_{kind}"] for kind in ("booked", "no_show")} == {"yes"}
    tab.fire(Calendars.set_flag, name="mail_no_show", on=False)
    tab.fire(Calendars.set_flag, name="mail_cancelled", on=False)
    assert "mail_cancelled" not in tab.see(Calendars).form
    tab.fire(Calendars.save)
    with db.reading() as session:
        stands = session.get_one(models.Calendar, office.calendar.id)
        assert stands.muted_mails == ["no_show"]
    assert tab.see(Calendars).form["mail_no_show"] == ""
