"""What somebody put into his own calendar a moment ago keeps a visitor from booking that time."""

from datetime import timedelta

from sqlmodel import Session

from crm_app import models
from crm_app.booking import form_token
from crm_app.booking.visit import slot_text
from crm_app.core import clock, db
from tests.booking.offices import appointments, open_office
from tests.booking.visitor import Visitor
from tests.sync import rig

TYPED = {"name": "Zoë Nowak", "email": "zoe@example.com"}
ROUND_THE_CLOCK = {"weekly": {str(day): [[0, 1440]] for day in range(7)}}


def _anna(session: Session, calendar: models.Calendar) -> models.User:
    from crm_app.appointments import queries

    ((_, user),) = queries.members_of(session, calendar.id or 0)
    user.hours = ROUND_THE_CLOCK
    session.add(user)
    return user


def _office() -> tuple[models.Calendar, rig.Connected]:
    calendar = open_office(members=1)
    with db.unit_of_work() as session:
        anna = _anna(session, calendar)
    connected = rig.connect(user=anna)
    connected.run()
    return calendar, connected


def _token(calendar: models.Calendar) -> str:
    """A form that was opened long enough ago."""
    return form_token.issue(calendar.id or 0, clock.now() - timedelta(minutes=1)).text()


def test_syn11_time_taken_outside_a_moment_ago_is_not_booked(lite: str) -> None:
    calendar, anna = _office()
    at = rig.soon()
    visitor = Visitor().open("/cal/advice", slot=slot_text(at))
    assert visitor.fields()["slot"] == slot_text(at)
    anna.put("dentist.ics", at)
    _forget_the_last_look(anna)
    visitor.submit(**TYPED, form=_token(calendar))
    assert visitor.status == 409
    assert visitor.fields()["name"] == TYPED["name"]
    assert appointments() == []


def test_syn11_nor_is_an_appointment_moved_there(lite: str) -> None:
    calendar, anna = _office()
    at = rig.soon()
    visitor = Visitor().open("/cal/advice", slot=slot_text(at))
    visitor.submit(**TYPED, form=_token(calendar))
    (booked,) = appointments()
    later = at + timedelta(hours=3)
    anna.put("dentist.ics", later)
    _forget_the_last_look(anna)
    visitor.post(f"{visitor.url.split('?')[0]}/reschedule", {"slot": slot_text(later)})
    assert visitor.status == 409
    assert appointments()[0].starts_at == booked.starts_at == at


def test_syn11_a_calendar_that_does_not_answer_keeps_nobody_from_booking(lite: str) -> None:
    calendar, anna = _office()
    with db.unit_of_work() as session:
        row = session.get_one(models.ConnectedAccount, anna.account_id)
        row.server_url = "memory://nowhere"
        session.add(row)
    _forget_the_last_look(anna)
    visitor = Visitor().open("/cal/advice", slot=slot_text(rig.soon()))
    visitor.submit(**TYPED, form=_token(calendar))
    assert "/booking/" in visitor.url


def _forget_the_last_look(connected: rig.Connected) -> None:
    """As if the calendar had been read a while ago."""
    with db.unit_of_work() as session:
        row = session.get_one(models.ExternalCalendar, connected.calendar_id)
        row.last_success_at = clock.now() - timedelta(minutes=5)
        session.add(row)
