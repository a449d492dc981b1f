"""The deletion guard (SYN-10; trap 90) and calendars that vanish as a whole."""

from datetime import UTC, datetime

import pytest

from crm_app.core import db, facts
from crm_app.core.errors import NotFound
from crm_app.core.kinds import AccountState, AppointmentStatus
from crm_app.models import ExternalCalendar
from crm_app.providers.calendar_port import AccessLost, CalendarGone
from crm_app.sync import queries, service
from crm_app.sync.rules.health import Condition
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")


def filled(count: int) -> tuple[rig.Connected, list[str]]:
    kate = rig.connect(page_size=7)
    hrefs = [kate.put(f"e{number:02}", soon(number + 1)) for number in range(count)]
    kate.run()
    return kate, hrefs


def waiting(kate: rig.Connected) -> int:
    return rig.calendar(kate.calendar_id).deletions_waiting


def test_syn10_a_few_deletions_happen_at_once() -> None:
    kate, hrefs = filled(15)
    for href in hrefs[:10]:
        kate.service.remove(kate.ref, href)
    kate.run()
    assert len(rig.busy(kate.user)) == 5
    assert waiting(kate) == 0


def test_syn10_trap90_many_deletions_wait_for_a_yes_and_block_meanwhile() -> None:
    kate, hrefs = filled(15)
    for href in hrefs[:11]:
        kate.service.remove(kate.ref, href)
    for _ in range(3):
        kate.run()
    assert len(rig.busy(kate.user)) == 15
    assert waiting(kate) == 11
    actor = factories.actor(kate.user)
    with db.reading() as session:
        (found,) = queries.connections(session, actor, now=datetime.now(UTC))
    assert found.condition is Condition.WAITING
    before = rig.told(facts.BusyTimeChanged)
    with db.unit_of_work() as session:
        assert service.delete_missing(session, actor, kate.calendar_id, now=datetime.now(UTC)) == 11
    rig.settle()
    assert len(rig.busy(kate.user)) == 4
    assert waiting(kate) == 0
    assert rig.told(facts.BusyTimeChanged) == before + 1


def test_syn10_what_comes_back_is_simply_there_again() -> None:
    kate, hrefs = filled(12)
    texts = kate.remote()
    ids = [row.id for row in rig.objects_of(kate.calendar_id)]
    for href in hrefs:
        kate.service.remove(kate.ref, href)
    kate.run()
    assert waiting(kate) == 12
    for href in hrefs:
        kate.service.calendars[kate.ref].store(href, texts[href])
    kate.run()
    assert waiting(kate) == 0
    assert [row.id for row in rig.objects_of(kate.calendar_id)] == ids
    assert len(rig.busy(kate.user)) == 12


@pytest.mark.parametrize("count", [1, 3, 12])
def test_syn10_trap90_an_empty_listing_deletes_nothing(count: int) -> None:
    kate, _ = filled(count)
    kate.service.calendars[kate.ref].objects.clear()
    kate.service.expire_cursors(kate.ref)
    for _ in range(3):
        kate.run()
    assert len(rig.busy(kate.user)) == count
    assert waiting(kate) == count


def test_syn10_a_short_listing_deletes_nothing() -> None:
    kate, hrefs = filled(14)
    for href in hrefs[:12]:
        del kate.service.calendars[kate.ref].objects[href]
    kate.service.expire_cursors(kate.ref)
    kate.run()
    assert len(rig.busy(kate.user)) == 14
    assert waiting(kate) == 12


def test_syn10_waiting_deletions_do_not_slip_through_with_a_later_run() -> None:
    kate, hrefs = filled(3)
    texts = kate.remote()
    kate.service.calendars[kate.ref].objects.clear()
    kate.service.expire_cursors(kate.ref)
    kate.run()
    kate.service.calendars[kate.ref].store(hrefs[0], texts[hrefs[0]])
    kate.run()
    assert waiting(kate) == 2
    assert len(rig.busy(kate.user)) == 3


def test_syn10_instead_of_a_yes_everything_can_be_listed_anew() -> None:
    kate, _ = filled(12)
    objects = dict(kate.service.calendars[kate.ref].objects)
    kate.service.calendars[kate.ref].objects.clear()
    kate.service.expire_cursors(kate.ref)
    kate.run()
    kate.service.calendars[kate.ref].objects.update(objects)
    with db.unit_of_work() as session:
        service.list_again(session, factories.actor(kate.user), kate.calendar_id)
    rig.settle()
    assert waiting(kate) == 0
    assert len(rig.busy(kate.user)) == 12


def test_syn10_many_vanished_appointments_are_not_cancelled_without_a_yes() -> None:
    kate = rig.connect(page_size=50)
    made = [rig.book(kate.user, at=soon(number + 1)) for number in range(12)]
    rig.settle()
    kate.run()
    for href in list(kate.remote()):
        kate.service.remove(kate.ref, href)
    kate.run()
    rig.settle()
    assert waiting(kate) == 12
    assert {rig.appointment(row.id).status for row in made} == {AppointmentStatus.CONFIRMED}
    with db.unit_of_work() as session:
        service.delete_missing(
            session, factories.actor(kate.user), kate.calendar_id, now=datetime.now(UTC)
        )
    rig.settle()
    assert {rig.appointment(row.id).status for row in made} == {AppointmentStatus.CANCELLED}


@pytest.mark.parametrize("error", [CalendarGone(), AccessLost()])
def test_trap90_a_calendar_that_is_gone_deletes_no_events(error: Exception) -> None:
    kate, _ = filled(3)
    kate.service.fail(error, call="pull", times=5)
    kate.run()
    assert len(rig.busy(kate.user)) == 3
    assert rig.account(kate.account_id).state == AccountState.ERROR
    row = rig.calendar(kate.calendar_id)
    assert row.last_error != ""
    assert (row.gone_at is not None) is isinstance(error, CalendarGone)
    assert row.next_attempt_at is not None


def test_usr3_only_the_owner_and_administrators_say_yes() -> None:
    kate, _ = filled(1)
    with db.unit_of_work() as session:
        paul, boss = factories.user(session), factories.admin(session)
    with db.unit_of_work() as session, pytest.raises(NotFound):
        service.delete_missing(
            session, factories.actor(paul), kate.calendar_id, now=datetime.now(UTC)
        )
    with db.unit_of_work() as session, pytest.raises(NotFound):
        service.list_again(session, factories.actor(paul), kate.calendar_id)
    with db.unit_of_work() as session:
        service.list_again(session, factories.actor(boss), kate.calendar_id)
        assert session.get_one(ExternalCalendar, kate.calendar_id).cursor is None
