"""SYN-2: what was put into a member's calendar a moment ago already stops a booking with him."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_app.booking import asking, service
from crm_app.core import clock, db
from crm_app.core.errors import RemoteUnavailable
from crm_app.models import Calendar, ExternalCalendar, Workspace
from tests import factories
from tests.sync import rig

ALWAYS = {"weekly": {str(day): [[0, 1440]] for day in range(7)}}


@pytest.fixture
def anna(database: str) -> rig.Connected:
    """A member who works around the clock, and whose calendar was read a while ago."""
    connected = rig.connect(name="Anna Berg", hours=ALWAYS, time_zone="UTC")
    connected.run()
    with db.unit_of_work() as session:
        row = session.get_one(ExternalCalendar, connected.calendar_id)
        row.last_success_at = datetime.now(UTC) - timedelta(minutes=1)
        session.add(row)
    return connected


def _calendar(*users: Any) -> Calendar:
    with db.unit_of_work() as session:
        return factories.calendar(session, *users)


def _book(calendar: Calendar, at: datetime) -> int:
    asking.ask_members(calendar, at, now=clock.now())
    with db.unit_of_work() as session:
        lead = service.Lead("Lea Lind", "lea@guests.example")
        made = service.book(session, calendar=calendar, starts_at=at, lead=lead, now=clock.now())
        return made.user_id


def test_syn2_a_new_external_event_stops_the_booking(anna: rig.Connected) -> None:
    calendar = _calendar(anna.user)
    anna.put("lunch", rig.soon(hour=9))
    with pytest.raises(service.SlotTaken):
        _book(calendar, rig.soon(hour=9))
    assert _book(calendar, rig.soon(hour=12)) == anna.user.id


def test_syn2_another_member_is_drawn_instead(anna: rig.Connected) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session, hours=ALWAYS, time_zone="UTC")
    calendar = _calendar(anna.user, ben)
    anna.put("lunch", rig.soon(hour=9))
    assert _book(calendar, rig.soon(hour=9)) == ben.id


@pytest.mark.parametrize(("policy", "booked"), [("keep", True), ("block", False)])
def test_syn11_server_away_follows_the_workspace(
    anna: rig.Connected, policy: str, booked: bool
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Workspace, 1).when_unreachable = policy
    calendar = _calendar(anna.user)
    anna.service.fail(RemoteUnavailable(), times=99)
    if booked:
        assert _book(calendar, rig.soon(hour=9)) == anna.user.id
        return
    with pytest.raises(service.SlotTaken):
        _book(calendar, rig.soon(hour=9))


def test_times_that_are_not_offered_ask_nobody(anna: rig.Connected) -> None:
    calendar = _calendar(anna.user)
    before = len(anna.service.calls)
    asking.ask_members(calendar, rig.soon(hour=9, minute=7), now=clock.now())
    asking.ask_members(calendar, datetime.now(UTC) - timedelta(days=2), now=clock.now())
    assert len(anna.service.calls) == before
