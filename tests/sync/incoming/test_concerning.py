"""SYN-4, SYN-10: which of a page's new events are looked at for contacts and appointments at all."""

from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlmodel import select

from crm_app.core import db
from crm_app.core.kinds import CalendarRole, LinkOrigin, SyncOption
from crm_app.models import EventLink, ExternalCalendar, User
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.sync.incoming import intake
from crm_app.sync.records import busy_rows
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")

GUEST = "ATTENDEE;CN=Nora New:mailto:nora@new.example"
HOST = "ORGANIZER:mailto:boss@new.example"


def seen(name: str, *lines: str) -> RemoteEvent:
    """An event that a listing brings for the first time."""
    return RemoteEvent(f"/{name}.ics", '"1"', name, rig.entry(name, soon(), *lines), f"hash-{name}")


MET, HOSTED, ALONE = seen("met", GUEST), seen("hosted", HOST), seen("alone")


def connected(option: SyncOption = SyncOption.TWO_WAY) -> rig.Connected:
    """A user whose calendar was read once and has that option."""
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.CONFLICT))
    kate.run(0)
    kate.run(1)
    rig.choose(kate, option)
    return kate


def asked(
    kate: rig.Connected, *events: RemoteEvent, history: bool = False, which: int = 0
) -> list[str]:
    """What concerns us of ``events``, new in a calendar of hers."""
    with db.reading() as session:
        calendar = session.get_one(ExternalCalendar, kate.calendar_ids[which])
        where = busy_rows.whose(session, calendar)
        return intake.concerning(session, calendar, where, events, history=history)


def made(kate: rig.Connected, name: str) -> RemoteEvent:
    """An event of which an appointment was made, and which names nobody any more."""
    href = kate.put(name, soon(), GUEST)
    kate.run()
    assert [one.ical_uid for one in rig.taken()] == [name]
    return replace(seen(name), href=href)


def connected_anew() -> None:
    """What is linked to a calendar loses that, as when its account is taken away."""
    with db.unit_of_work() as session:
        session.execute(delete(EventLink))


def test_syn4_events_with_people_on_them_concern_us_in_their_order() -> None:
    kate = connected()
    assert asked(kate, HOSTED, ALONE, MET) == [HOSTED.href, MET.href]
    assert asked(kate) == []
    assert asked(kate, ALONE) == []


def test_syn4_nothing_concerns_us_where_nothing_is_made() -> None:
    assert asked(connected(SyncOption.ONE_WAY), MET, HOSTED) == []


def test_syn4_nothing_concerns_us_in_a_conflict_calendar() -> None:
    kate = connected()
    assert asked(kate, MET, which=1) == []


def test_syn4_nothing_concerns_us_of_a_user_who_left() -> None:
    kate = connected()
    with db.unit_of_work() as session:
        session.get_one(User, kate.user.id).active = False
    assert asked(kate, MET, HOSTED) == []


@pytest.mark.parametrize("option", [SyncOption.ONE_WAY, SyncOption.TWO_WAY])
@pytest.mark.parametrize("history", [False, True])
def test_syn9_what_something_was_made_of_always_concerns_us(
    option: SyncOption, history: bool
) -> None:
    kate = connected()
    taken = made(kate, "taken")
    rig.choose(kate, option)
    assert asked(kate, ALONE, taken, history=history) == [taken.href]


def test_syn9_neither_our_copies_nor_another_calendars_events_concern_us() -> None:
    kate = connected()
    taken = made(kate, "taken")
    assert asked(kate, taken, which=1) == []
    with db.unit_of_work() as session:
        session.exec(select(EventLink)).one().origin = LinkOrigin.HERE
    assert asked(kate, taken) == []


def test_syn10_history_concerns_us_only_where_an_appointment_lost_its_calendar() -> None:
    kate = connected()
    taken = made(kate, "taken")
    connected_anew()
    assert asked(kate, MET, taken, ALONE, history=True) == [taken.href]
    assert asked(kate, MET, taken, ALONE, history=False) == [MET.href]
    rig.choose(kate, SyncOption.ONE_WAY)
    assert asked(kate, taken, history=True) == []


def test_syn10_what_another_user_lost_does_not_concern_us() -> None:
    taken = made(connected(), "taken")
    connected_anew()
    ben = rig.connect()
    ben.run()
    rig.choose(ben, SyncOption.TWO_WAY)
    assert asked(ben, taken, history=True) == []
