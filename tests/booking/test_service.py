"""Booking end to end on a real database: draw, contact, owner rule, ledger, idempotency."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.appointments import queries
from crm_app.appointments import service as appointments
from crm_app.booking import service
from crm_app.core.errors import Conflict
from crm_app.core.kinds import AppointmentStatus, CalendarKind, DrawMode
from tests import factories

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=8)  # 9:00 in Berlin


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def _lead(name: str = "Lea Lind", email: str = "lea@guests.example", **more: Any) -> service.Lead:
    return service.Lead(name=name, email=email, locale="de", time_zone="Europe/Berlin", **more)


def _team(session: Session, **values: Any) -> tuple[models.Calendar, list[models.User]]:
    factories.workspace(session)
    users = [
        factories.user(session, slug=slug, name=slug.title()) for slug in ("anna", "ben", "kate")
    ]
    return factories.calendar(session, *users, **values), users


def _book(
    session: Session, calendar: models.Calendar, at: datetime, n: int = 0, **more: Any
) -> models.Appointment:
    lead = _lead(f"Lead {n}", f"lead{n}@guests.example")
    return service.book(session, calendar=calendar, starts_at=at, lead=lead, now=NOW, **more)


def _slots(session: Session, calendar: models.Calendar, **more: Any) -> list[Any]:
    return service.find_slots(
        session, calendar, since=MONDAY, until=MONDAY + timedelta(days=1), now=NOW, **more
    )


def test_cal1_team_calendar_shows_the_union(session: Session) -> None:
    calendar, (anna, ben, kate) = _team(session)
    ben.hours = {"weekly": {"0": [[1080, 1140]]}}
    session.add(ben)
    session.flush()
    found = _slots(session, calendar)
    assert found[0].starts_at == NINE
    assert found[0].members == (anna.id, kate.id)
    assert found[-1].members == (ben.id,)
    assert len(found) == 16 + 2


def test_cal4_equal_draw_is_fair_and_ledger_says_why(session: Session) -> None:
    calendar, users = _team(session)
    drawn = [
        _book(session, calendar, NINE + timedelta(minutes=30 * n), n).user_id for n in range(6)
    ]
    assert sorted(drawn[:3]) == sorted(user.id for user in users)
    assert sorted(drawn[3:]) == sorted(user.id for user in users)
    entries = session.exec(select(models.DrawEntry)).all()
    assert len(entries) == 6
    assert entries[0].reason["rule"] == "drawn"
    assert len(entries[0].reason["rows"]) == 3
    credits = [m.credit for m, _ in queries.members_of(session, calendar.id or 0)]
    assert sum(credits) == 0
    assert max(credits) - min(credits) <= 2


def test_cal4_availability_first_follows_priority(session: Session) -> None:
    calendar, (_, _, kate) = _team(session, draw_mode=DrawMode.AVAILABILITY)
    for member, user in queries.members_of(session, calendar.id or 0):
        member.priority = 5 if user.id == kate.id else 0
        session.add(member)
    session.flush()
    assert _book(session, calendar, NINE, 1).user_id == kate.id
    assert _book(session, calendar, NINE + timedelta(hours=1), 2).user_id == kate.id
    assert _book(session, calendar, NINE, 3).user_id != kate.id


def test_cal4_cancelling_gives_the_turn_back(session: Session) -> None:
    calendar, _ = _team(session)
    made = _book(session, calendar, NINE)
    before = {m.user_id: m.credit for m, _ in queries.members_of(session, calendar.id or 0)}
    assert before[made.user_id] < 0
    appointments.cancel(session, factories.actor(factories.admin(session)), made, by="user")
    assert all(m.credit == 0 for m, _ in queries.members_of(session, calendar.id or 0))
    again = _book(session, calendar, NINE, 1)
    assert again.user_id == made.user_id


def test_cal4_no_show_gives_the_turn_back_and_showing_takes_it(session: Session) -> None:
    calendar, _ = _team(session)
    boss = factories.actor(factories.admin(session))
    made = _book(session, calendar, NINE)
    appointments.set_status(session, boss, made, AppointmentStatus.NO_SHOW)
    assert all(m.credit == 0 for m, _ in queries.members_of(session, calendar.id or 0))
    appointments.set_status(session, boss, made, AppointmentStatus.SHOWED)
    credits = {m.user_id: m.credit for m, _ in queries.members_of(session, calendar.id or 0)}
    assert credits[made.user_id] < 0
    assert sum(credits.values()) == 0


def test_cal4_absent_member_is_not_flooded_afterwards(session: Session) -> None:
    calendar, (anna, *_) = _team(session)
    session.add(
        models.TimeOff(user_id=anna.id or 0, starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1))
    )
    session.flush()
    for n in range(8):
        assert _book(session, calendar, NINE + timedelta(minutes=30 * n), n).user_id != anna.id
    tuesday = NINE + timedelta(days=1)
    back = [
        _book(session, calendar, tuesday + timedelta(minutes=30 * n), 20 + n).user_id
        for n in range(6)
    ]
    assert back.count(anna.id or 0) == 2


def test_cal5_taken_slot_is_refused_and_others_offered(session: Session) -> None:
    calendar, _ = _team(session)
    for n in range(3):
        _book(session, calendar, NINE, n)
    with pytest.raises(service.SlotTaken):
        _book(session, calendar, NINE, 9)
    assert _slots(session, calendar)[0].starts_at == NINE + timedelta(minutes=30)


def test_cal5_a_time_never_offered_is_refused(session: Session) -> None:
    calendar, _ = _team(session)
    for odd in (NINE + timedelta(minutes=7), NINE - timedelta(hours=3), NINE + timedelta(days=400)):
        with pytest.raises(service.SlotTaken):
            _book(session, calendar, odd)


def test_cal5_same_form_twice_is_one_booking(session: Session) -> None:
    calendar, _ = _team(session)
    first = _book(session, calendar, NINE, 1, public_id="nonce-1")
    second = _book(session, calendar, NINE, 1, public_id="nonce-1")
    assert first.id == second.id


def test_cal6_member_page_books_only_that_member(session: Session) -> None:
    calendar, (_, ben, _) = _team(session)
    assert _book(session, calendar, NINE, 1, user_slug="ben").user_id == ben.id
    with pytest.raises(service.SlotTaken):
        _book(session, calendar, NINE, 2, user_slug="ben")
    assert NINE not in [slot.starts_at for slot in _slots(session, calendar, user_slug="ben")]


def test_cal1_collective_takes_everybody(session: Session) -> None:
    calendar, users = _team(session, kind=CalendarKind.COLLECTIVE)
    made = _book(session, calendar, NINE)
    held = session.exec(select(models.TimeClaim.user_id)).all()
    assert sorted(held) == sorted(user.id for user in users)
    with pytest.raises(service.SlotTaken):
        _book(session, calendar, NINE, 2)
    appointments.cancel(session, factories.actor(factories.admin(session)), made, by="user")
    assert _book(session, calendar, NINE, 2)


def test_cal1_class_has_seats(session: Session) -> None:
    calendar, _ = _team(session, kind=CalendarKind.CLASS, seats=2)
    first = _book(session, calendar, NINE, 1)
    assert _slots(session, calendar)[0].seats_left == 1
    _book(session, calendar, NINE, 2)
    assert _slots(session, calendar)[0].starts_at > NINE
    with pytest.raises(Conflict):
        _book(session, calendar, NINE, 3)
    appointments.cancel(session, factories.actor(factories.admin(session)), first, by="lead")
    assert _book(session, calendar, NINE, 3).user_id == first.user_id


def test_cal2_user_day_cap_counts_across_calendars(session: Session) -> None:
    calendar, (anna, *_) = _team(session)
    anna.day_cap = 1
    session.add(anna)
    other = factories.calendar(session, anna)
    _book(session, other, NINE + timedelta(hours=4))
    assert anna.id not in {m for slot in _slots(session, calendar) for m in slot.members}


def test_cal2_buffers_of_neighbours_merge(session: Session) -> None:
    anna = factories.user(session)
    factories.workspace(session)
    calendar = factories.calendar(session, anna, buffer_before=30, buffer_after=30)
    _book(session, calendar, NINE)
    starts = [slot.starts_at for slot in _slots(session, calendar)]
    assert NINE + timedelta(minutes=30) not in starts
    assert NINE + timedelta(minutes=60) in starts


def test_cal7_rescheduling_keeps_the_member(session: Session) -> None:
    calendar, _ = _team(session)
    made = _book(session, calendar, NINE)
    member = made.user_id
    moved = service.move(session, appointment=made, starts_at=NINE + timedelta(hours=2), now=NOW)
    assert (moved.user_id, moved.starts_at) == (member, NINE + timedelta(hours=2))
    assert moved.ical_sequence == 1
    assert moved.ends_at - moved.starts_at == timedelta(minutes=30)


def test_cal7_rescheduling_draws_anew_where_the_calendar_says_so(session: Session) -> None:
    calendar, _ = _team(session, reschedule_keeps_member=False)
    made = _book(session, calendar, NINE)
    before = made.user_id
    session.add(
        models.TimeOff(
            user_id=before, starts_at=NINE + timedelta(days=1), ends_at=NINE + timedelta(days=2)
        )
    )
    session.flush()
    moved = service.move(session, appointment=made, starts_at=NINE + timedelta(days=1), now=NOW)
    assert moved.user_id != before
    open_entries = session.exec(
        select(models.DrawEntry).where(col(models.DrawEntry.reverted_at).is_(None))
    ).all()
    assert [entry.user_id for entry in open_entries] == [moved.user_id]


@pytest.mark.parametrize("owned", [False, True])
@pytest.mark.parametrize(
    ("assign", "keep"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_own1_table_when_booked(session: Session, assign: bool, keep: bool, owned: bool) -> None:
    calendar, _ = _team(session)
    workspace = session.get_one(models.Workspace, 1)
    workspace.assign_owner_on_booking, workspace.keep_existing_owner = assign, keep
    boss = factories.admin(session)
    contact = factories.contact(
        session, email="lea@guests.example", owner_id=boss.id if owned else None
    )
    session.flush()
    made = service.book(session, calendar=calendar, starts_at=NINE, lead=_lead(), now=NOW)
    session.refresh(contact)
    assert made.contact_id == contact.id
    expected = {
        (True, True, False): made.user_id,
        (True, False, False): made.user_id,
        (True, True, True): boss.id,
        (True, False, True): made.user_id,
        (False, True, False): None,
        (False, False, False): None,
        (False, True, True): boss.id,
        (False, False, True): boss.id,
    }[assign, keep, owned]
    assert contact.owner_id == expected


def test_own1_changing_the_member_applies_the_table(session: Session) -> None:
    calendar, users = _team(session)
    workspace = session.get_one(models.Workspace, 1)
    workspace.keep_existing_owner = False
    session.add(workspace)
    made = _book(session, calendar, NINE)
    other = next(user for user in users if user.id != made.user_id)
    appointments.change_member(
        session, factories.actor(factories.admin(session)), made, other.id or 0
    )
    assert session.get_one(models.Contact, made.contact_id).owner_id == other.id
    history = session.exec(select(models.OwnerChange)).all()
    assert [change.to_user_id for change in history][-1] == other.id


def test_cal10_changing_to_a_busy_member_is_refused(session: Session) -> None:
    calendar, _ = _team(session)
    first, second = _book(session, calendar, NINE, 1), _book(session, calendar, NINE, 2)
    boss = factories.actor(factories.admin(session))
    with pytest.raises(Conflict):
        appointments.change_member(session, boss, first, second.user_id)
