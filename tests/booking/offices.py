"""A team with a booking page, for the tests of the plain pages: a Friday, and a free Monday after it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crm_app import models
from crm_app.core import db
from tests import factories

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
# 9:00 in Berlin, the first time that is offered on Monday.
NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)

QUESTIONS = [
    {"key": "goal", "label": "What is it about?", "kind": "text", "required": True},
    {"key": "size", "label": "Roof", "kind": "choice", "required": False, "choices": ["S", "L"]},
]


def open_office(*, members: int = 2, **values: Any) -> models.Calendar:
    """A calendar ``advice`` of half hours, served by Anna, Kate and so on."""
    with db.unit_of_work() as session:
        factories.workspace(session, name="Sun House", privacy_url="https://sun.example/privacy")
        names = ("Anna Berger", "Kate Wójcik", "Marco Rossi")[:members]
        users = [factories.user(session, name=name, slug=name.split()[0].lower()) for name in names]
        defaults = {"slug": "advice", "name": "First talk", "location": "Phone"}
        return factories.calendar(session, *users, **{**defaults, **values})


def take(calendar: models.Calendar, at: datetime, *, email: str = "other@example.com") -> str:
    """Somebody else books ``at``; the appointment's public id."""
    from crm_app.booking import service

    with db.unit_of_work() as session:
        made = service.book(
            session,
            calendar=session.get_one(models.Calendar, calendar.id),
            starts_at=at,
            lead=service.Lead(name="Other", email=email, locale="de", time_zone="Europe/Berlin"),
            now=NOW,
        )
        return made.public_id


def appointments() -> list[models.Appointment]:
    """All appointments, in order of booking."""
    from sqlmodel import col, select

    with db.reading() as session:
        return list(session.exec(select(models.Appointment).order_by(col(models.Appointment.id))))
