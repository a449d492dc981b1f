"""The sample team is whole, true to the rules, and never moves into somebody's own data (API-2)."""

from sqlmodel import Session, col, func, select

from crm_app.accounts import passwords
from crm_app.core.kinds import AppointmentStatus, Role
from crm_app.demo import PASSWORD, fill
from crm_app.models import (
    Appointment,
    Calendar,
    Contact,
    DrawEntry,
    Enrolment,
    ExternalCalendar,
    TimelineEntry,
    User,
)
from tests import factories
from tests.demo.conftest import NOW


def test_api2_everybody_can_sign_in_and_one_administers(filled: Session) -> None:
    users = filled.exec(select(User)).all()
    assert [user.role for user in users].count(Role.ADMIN) == 1
    assert all(passwords.verify(user.password_hash, PASSWORD) for user in users)


def test_api2_there_is_a_past_with_outcomes_and_a_future(filled: Session) -> None:
    rows = filled.exec(select(Appointment)).all()
    behind = {row.status for row in rows if row.ends_at <= NOW}
    assert behind == {AppointmentStatus.SHOWED, AppointmentStatus.NO_SHOW}
    ahead = [row for row in rows if row.starts_at > NOW]
    assert len(ahead) >= 10
    assert {row.calendar_id for row in ahead} == set(filled.exec(select(Calendar.id)))
    assert any(row.status == AppointmentStatus.CANCELLED for row in ahead)


def test_cal4_the_draws_of_the_sample_are_in_the_ledger(filled: Session) -> None:
    team = filled.exec(select(Calendar).where(Calendar.slug == "consultation")).one()
    booked = filled.exec(select(func.count()).where(Appointment.calendar_id == team.id)).one()
    drawn = filled.exec(select(func.count()).where(DrawEntry.calendar_id == team.id)).one()
    assert drawn >= booked > 20


def test_own1_leads_have_owners_and_a_story(filled: Session) -> None:
    leads = filled.exec(select(Contact).join(Appointment)).all()
    assert leads
    assert all(lead.owner_id is not None for lead in leads)
    told = set(filled.exec(select(TimelineEntry.contact_id)))
    assert {lead.id for lead in leads} <= told
    assert filled.exec(select(func.max(col(Contact.created_at)))).one() <= NOW


def test_syn11_the_sample_calendar_is_asked_by_nobody(filled: Session) -> None:
    from crm_app.sync import service

    calendar = filled.exec(select(ExternalCalendar)).one()
    assert calendar.complete
    assert service.enqueue_due(filled, now=NOW, every=service._RETRY) == 0


def test_usr1_an_installation_with_users_is_left_alone(session: Session) -> None:
    factories.workspace(session)
    factories.user(session)
    assert not fill(session, now=NOW)
    assert session.exec(select(func.count()).select_from(Appointment)).one() == 0


def test_api2_the_team_moves_in_on_either_database_and_once(session: Session) -> None:
    assert fill(session, now=NOW)
    made = [len(session.exec(select(table.id)).all()) for table in (Appointment, Enrolment)]
    assert all(made)
    assert not fill(session, now=NOW)
    again = [len(session.exec(select(table.id)).all()) for table in (Appointment, Enrolment)]
    assert again == made
