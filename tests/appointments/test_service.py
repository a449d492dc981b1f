"""Appointments by hand, who may see and change them, and calendars' configuration."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from crm_app import models
from crm_app.appointments import balance, calendars, claims, queries, service
from crm_app.core.access import visitor
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_app.core.facts import FactRow
from crm_app.core.kinds import AppointmentSource, AppointmentStatus, CalendarKind, CalendarRole
from tests import factories

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
TEN = datetime(2026, 11, 23, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


class Office:
    """A team of two with a calendar, and an administrator."""

    def __init__(self, session: Session) -> None:
        self.session = session
        factories.workspace(session)
        self.boss = factories.admin(session)
        self.anna = factories.user(session, name="Anna Berg")
        self.ben = factories.user(session, name="Ben Nowak")
        self.calendar = factories.calendar(session, self.anna, self.ben)

    def book(self, user: models.User, at: datetime = TEN, **more: Any) -> models.Appointment:
        by = more.pop("by", self.boss)
        return service.create(
            self.session,
            factories.actor(by),
            calendar=more.pop("calendar", self.calendar),
            user_id=user.id or 0,
            starts_at=at,
            ends_at=at + more.pop("length", HALF),
            source=AppointmentSource.USER,
            **more,
        )

    def busy(self, user: models.User, at: datetime = TEN, **values: Any) -> models.BusyTime:
        account = models.ConnectedAccount(
            user_id=user.id or 0, provider="caldav", label="x", secret="s", created_at=NOW
        )
        self.session.add(account)
        self.session.flush()
        calendar = models.ExternalCalendar(
            account_id=account.id or 0, ref="/c/", name="c", role=CalendarRole.CONFLICT
        )
        self.session.add(calendar)
        self.session.flush()
        thing = models.ExternalObject(external_calendar_id=calendar.id or 0, href="/c/1", uid="u")
        self.session.add(thing)
        self.session.flush()
        row = models.BusyTime(
            user_id=user.id or 0,
            external_calendar_id=calendar.id or 0,
            external_object_id=thing.id or 0,
            starts_at=at,
            ends_at=at + HALF,
            summary="Dentist",
            **values,
        )
        self.session.add(row)
        self.session.flush()
        return row


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def _facts(session: Session) -> list[str]:
    return [row.kind for row in session.exec(select(FactRow).order_by(FactRow.id))]  # type: ignore[arg-type]


def test_cal5_by_hand_two_appointments_never_overlap(office: Office) -> None:
    office.book(office.anna)
    office.session.commit()
    with pytest.raises(Conflict):
        office.book(office.anna, TEN + timedelta(minutes=15))


def test_cal10_external_events_count_unless_told_otherwise(office: Office) -> None:
    office.busy(office.anna)
    with pytest.raises(Conflict):
        office.book(office.anna, despite_conflicts=False)
    assert office.book(office.anna, despite_conflicts=True).user_id == office.anna.id


def test_cal10_change_of_member_checks_external_events(office: Office) -> None:
    made = office.book(office.anna)
    office.busy(office.ben)
    boss = factories.actor(office.boss)
    with pytest.raises(Conflict):
        service.change_member(office.session, boss, made, office.ben.id or 0)
    service.change_member(office.session, boss, made, office.ben.id or 0, despite_conflicts=True)
    assert claims.holders(office.session, made) == [office.ben.id]


def test_cal10_only_members_can_be_chosen(office: Office) -> None:
    made = office.book(office.anna)
    with pytest.raises(Invalid):
        service.change_member(
            office.session, factories.actor(office.boss), made, office.boss.id or 0
        )


def test_cal8_cancelling_frees_the_time_and_is_told_once(office: Office) -> None:
    made = office.book(office.anna)
    boss = factories.actor(office.boss)
    service.cancel(office.session, boss, made, by="user", reason="ill")
    service.cancel(office.session, boss, made, by="user")
    assert _facts(office.session).count("AppointmentCancelled") == 1
    assert office.book(office.anna).id != made.id
    with pytest.raises(Conflict):
        service.set_status(office.session, boss, made, AppointmentStatus.CONFIRMED)


def test_cal8_no_show_is_no_cancellation(office: Office) -> None:
    made = office.book(office.anna)
    service.set_status(
        office.session, factories.actor(office.boss), made, AppointmentStatus.NO_SHOW
    )
    told = _facts(office.session)
    assert "AppointmentCancelled" not in told
    assert "AppointmentStatusChanged" in told


def test_cal8_a_no_show_that_showed_may_find_its_time_taken(office: Office) -> None:
    made = office.book(office.anna)
    boss = factories.actor(office.boss)
    service.set_status(office.session, boss, made, AppointmentStatus.NO_SHOW)
    office.book(office.anna)
    office.session.commit()
    with pytest.raises(Conflict):
        service.set_status(office.session, boss, made, AppointmentStatus.SHOWED)


def test_cal8_calendar_that_asks_for_a_yes_books_as_new(office: Office) -> None:
    office.calendar.needs_confirmation = True
    assert office.book(office.anna).status == AppointmentStatus.NEW


def test_sequence_rises_with_what_attendees_are_told(office: Office) -> None:
    made = office.book(office.anna)
    boss = factories.actor(office.boss)
    service.edit(office.session, boss, made, title=made.title, note="secret", location="")
    assert made.ical_sequence == 0
    service.edit(office.session, boss, made, title="New title", note="secret", location="")
    service.reschedule(office.session, boss, made, starts_at=TEN + HALF, ends_at=TEN + 2 * HALF)
    service.change_member(office.session, boss, made, office.ben.id or 0)
    assert made.ical_sequence == 3


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-5), timedelta(hours=25)])
def test_impossible_lengths_are_refused(office: Office, length: timedelta) -> None:
    with pytest.raises(Invalid):
        office.book(office.anna, length=length)


def test_usr3_members_see_their_calendars_only(office: Office) -> None:
    session, stranger = office.session, factories.user(office.session)
    made = office.book(office.anna)
    seen = queries.get_appointment(session, factories.actor(office.ben), made.id or 0)
    assert seen.id == made.id
    for see in (
        lambda: queries.get_appointment(session, factories.actor(stranger), made.id or 0),
        lambda: queries.get_calendar(session, factories.actor(stranger), office.calendar.id or 0),
        lambda: queries.get_appointment(session, factories.actor(office.anna), 999_999),
        lambda: queries.get_appointment(session, factories.actor(office.boss), 1 << 40),
        lambda: queries.get_calendar(session, factories.actor(office.boss), 1 << 70),
    ):
        with pytest.raises(NotFound):
            see()
    assert queries.list_calendars(session, factories.actor(stranger)) == []
    span = (TEN - HALF, TEN + HALF)
    assert queries.appointments_between(session, factories.actor(stranger), *span) == []


def test_usr3_may_see_and_may_book_are_separate(office: Office) -> None:
    session, clerk = office.session, factories.user(office.session)
    boss, actor = factories.actor(office.boss), factories.actor(clerk)
    calendars.set_right(session, boss, office.calendar, clerk.id or 0, may_see=True, may_book=False)
    made = office.book(office.anna)
    assert queries.get_appointment(session, actor, made.id or 0)
    with pytest.raises(NotAllowed):
        queries.changeable_appointment(session, actor, made.id or 0)
    with pytest.raises(NotAllowed):
        office.book(office.anna, TEN + HALF, by=clerk)
    calendars.set_right(session, boss, office.calendar, clerk.id or 0, may_see=True, may_book=True)
    assert queries.changeable_appointment(session, actor, made.id or 0)
    assert office.book(office.anna, TEN + HALF, by=clerk)


def test_usr3_only_administrators_configure(office: Office) -> None:
    anna = factories.actor(office.anna)
    with pytest.raises(NotAllowed):
        calendars.create_calendar(office.session, anna, slug="x", name="X")
    with pytest.raises(NotAllowed):
        calendars.update_calendar(office.session, anna, office.calendar, name="Mine")
    with pytest.raises(NotAllowed):
        calendars.set_members(office.session, anna, office.calendar, [])
    with pytest.raises(NotAllowed):
        calendars.set_right(office.session, anna, office.calendar, 1, may_see=True, may_book=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Not A Slug"), ("slug", ""), ("slug", "../x"), ("name", ""), ("duration", "0"),
        ("duration", "abc"), ("interval", -5), ("horizon_days", 10_000), ("per_day_cap", "0"),
        ("kind", "party"), ("hours", {"weekly": {"0": [[600, 500]]}}), ("reminders", ["soon"]),
        ("form_fields", [{"label": "", "kind": "text"}]),
        ("form_fields", [{"label": "Which?", "kind": "choice", "choices": ["one"]}]),
        ("credit", 5),
    ],
)  # fmt: skip
def test_q1_bad_configuration_names_its_field(office: Office, field: str, value: Any) -> None:
    before = office.calendar.name
    with pytest.raises(Invalid) as refused:
        calendars.update_calendar(
            office.session, factories.actor(office.boss), office.calendar, **{field: value}
        )
    assert field in refused.value.fields
    assert office.calendar.name == before


def test_cal1_configuration_is_kept(office: Office) -> None:
    boss = factories.actor(office.boss)
    made = calendars.create_calendar(
        office.session, boss, slug="yoga", name="Yoga", kind="class", seats="12", per_day_cap="",
        hours={"weekly": {"0": [[540, 600], [590, 660]]}}, reminders=["60", 1440],
        form_fields=[{"label": "Level?", "kind": "choice", "choices": ["Low", "High"]}],
    )  # fmt: skip
    assert (made.kind, made.seats, made.per_day_cap) == (CalendarKind.CLASS, 12, None)
    assert made.hours == {"weekly": {"0": [[540, 660]]}, "overrides": {}}
    assert made.reminders == [1440, 60]
    assert made.form_fields[0]["key"] == "level"


def test_members_keep_their_place_in_the_ledger(office: Office) -> None:
    boss = factories.actor(office.boss)
    office.book(office.anna)
    before = {
        m.user_id: m.credit for m, _ in queries.members_of(office.session, office.calendar.id or 0)
    }
    assert before[office.anna.id or 0] < 0
    new = factories.user(office.session)
    calendars.set_members(
        office.session,
        boss,
        office.calendar,
        [calendars.MemberRow(office.ben.id or 0), calendars.MemberRow(office.anna.id or 0, weight=2),
         calendars.MemberRow(new.id or 0)],
    )  # fmt: skip
    after = {
        m.user_id: m.credit for m, _ in queries.members_of(office.session, office.calendar.id or 0)
    }
    assert after == {**before, new.id: 0}


def test_cal4_shares_show_who_is_next(office: Office) -> None:
    office.book(office.anna)
    rows = balance.shares(
        office.session, factories.actor(office.boss), office.calendar, now=NOW + timedelta(days=1)
    )
    assert [(row.user.name, row.turns, row.next) for row in rows] == [
        ("Anna Berg", 1, False),
        ("Ben Nowak", 0, True),
    ]
    assert [round(row.fair_percent) for row in rows] == [50, 50]


def test_visitors_may_not_read_the_back_office(office: Office) -> None:
    with pytest.raises(NotAllowed):
        queries.list_calendars(office.session, visitor())
    with pytest.raises(NotFound):
        queries.get_calendar(office.session, visitor(), office.calendar.id or 0)


def test_syn12_private_events_are_busy_to_others(office: Office) -> None:
    from crm_app.appointments import busy

    office.busy(office.anna, private=True)
    span = (TEN - HALF, TEN + HALF)

    def label(user: models.User) -> str:
        (row,) = busy.external(
            office.session, factories.actor(user), [office.anna.id or 0], *span, blocking_only=True
        )
        return row.label

    assert label(office.anna) == "Dentist"
    assert label(office.boss) == "Busy"
    assert label(office.ben) == "Busy"
