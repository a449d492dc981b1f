"""A user with a linked calendar in memory, as the calendar configuration shows him."""

from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import db
from crm_app.core.kinds import CalendarRole
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

PAGE = "/settings/connections"


def with_guest(name: str, email: str) -> tuple[str, str]:
    """The lines of an event to which its calendar's owner invites one guest."""
    return (
        "ORGANIZER:mailto:kate@team.example",
        f"ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{email}",
    )


@pytest.fixture
def kate(lite: str) -> rig.Connected:
    """Kate serves a calendar; her linked one has an event with a guest, another one blocks."""
    kate = rig.connect(
        calendars=2,
        roles=(CalendarRole.LINKED, CalendarRole.CONFLICT),
        name="Kate Miller",
        slug="kate",
        email="kate@team.example",
    )
    with db.unit_of_work() as session:
        factories.calendar(session, kate.user, name="Consultation")
    kate.put("roof", soon(2), *with_guest("Lea Lind", "lea@kunde.example"), summary="Roof survey")
    kate.put("lunch", soon(3), summary="Lunch")
    kate.run()
    return kate


@pytest.fixture
def paul(kate: rig.Connected) -> models.User:
    """A colleague without rights over Kate's calendars."""
    with db.unit_of_work() as session:
        return factories.user(session, name="Paul", slug="paul", email="paul@team.example")


@pytest.fixture
def boss(kate: rig.Connected) -> models.User:
    """An administrator."""
    with db.unit_of_work() as session:
        return factories.admin(session, name="Ada Byron", slug="boss", email="boss@team.example")


def contacts() -> list[str]:
    """The names of all contacts."""
    with db.reading() as session:
        return sorted(session.exec(select(models.Contact.name)))


def appointments() -> list[str]:
    """The titles of all appointments."""
    with db.reading() as session:
        return sorted(session.exec(select(models.Appointment.title)))


def nothing_of(tab: Any, state: Any) -> bool:
    """Whether the browser holds nothing at all of a state."""
    return not tab.held.get(state.get_full_name())
