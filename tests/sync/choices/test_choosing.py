"""Choosing a sync option, trying it out before, and taking in what is there: SYN-4, SYN-5, SYN-6."""

import time
from datetime import timedelta

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import clock, db, facts
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.kinds import CalendarRole, ContactCreation, Intake
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.connections import accounts
from crm_app.sync.incoming import backfill
from crm_app.sync.rules.ingest import Why
from tests import factories
from tests.sync import rig
from tests.sync.choosing_rig import (
    ASKING,
    ONE_WAY,
    SMART,
    TWO_WAY,
    actor,
    addresses,
    booked,
    choose,
    first_read,
    intakes,
    made,
    preview,
    put,
)

ALWAYS = ContactCreation.ALWAYS


def test_syn6_the_dry_run_says_what_would_be_made_and_writes_nothing(database: str) -> None:
    one = first_read()
    with db.unit_of_work() as session:
        factories.contact(session, name="Lea", email="lead@known.example")
    put(one, "both", "x@new.example", "lead@known.example", at=rig.soon(3), summary="Plans")
    put(one, "new", "x@new.example", at=rig.soon(2), summary="Hello")
    put(one, "mine", at=rig.soon(2), summary="Thinking")
    put(one, "secret", "x@new.example", at=rig.soon(2), lines=("CLASS:PRIVATE",))
    one.run()

    found = preview(one, TWO_WAY)
    assert [line.title for line in found.lines] == ["Hello", "Plans"]
    assert [(p.email, p.contact_id is not None) for p in found.lines[1].people] == [
        ("x@new.example", False),
        ("lead@known.example", True),
    ]
    assert (found.events, found.appointments, found.firing) == (2, 2, 2)
    assert (found.new_contacts, found.known_contacts, found.waiting) == (1, 1, 0)
    assert found.left_out == {Why.PRIVATE: 1}
    assert found.ready

    smart = preview(one, SMART)
    assert [line.title for line in smart.lines] == ["Plans"]
    assert (smart.new_contacts, smart.known_contacts, smart.firing) == (0, 1, 1)
    assert smart.left_out == {Why.PRIVATE: 1, Why.UNKNOWN_GUESTS: 1}

    asking = preview(one, ASKING)
    assert (asking.new_contacts, asking.waiting, asking.appointments) == (0, 1, 1)
    assert [person.waits for person in asking.lines[0].people] == [True]

    assert preview(one, ONE_WAY).events == 0
    assert preview(one, Choice(ALWAYS, triggers=False)).firing == 0
    assert made() == []
    assert addresses() == ["lead@known.example"]


def test_syn6_a_series_counts_each_instance_and_fires_once(lite: str) -> None:
    one = first_read()
    put(one, "weekly", "x@new.example", lines=("RRULE:FREQ=WEEKLY;COUNT=4",))
    put(one, "over", "y@new.example", at=rig.soon(-1))
    one.run()
    once = preview(one, TWO_WAY)
    assert (once.events, once.appointments, once.firing, once.new_contacts) == (1, 4, 1, 1)
    each = preview(one, Choice(ALWAYS, triggers=True, triggers_per_instance=True))
    assert each.firing == 4


def test_syn6_the_list_is_capped_and_the_totals_are_not(lite: str) -> None:
    one = first_read(page_size=50)
    for number in range(12):
        put(one, f"e{number}", f"x{number}@new.example", at=rig.soon(2 + number))
    one.run()
    found = preview(one, TWO_WAY, most=5)
    assert [line.starts_at for line in found.lines] == [rig.soon(2 + n) for n in range(5)]
    assert (found.events, found.new_contacts) == (12, 12)


def test_syn6_the_dry_run_of_five_thousand_events_is_quick(lite: str) -> None:
    one = first_read(page_size=1000)
    for number in range(5_000):
        at = rig.soon(2) + timedelta(hours=number % 9_000)
        put(one, f"e{number}", f"x{number % 700}@new.example", "kate@team.example", at=at)
    one.run()
    before = time.process_time()
    found = preview(one, TWO_WAY)
    assert time.process_time() - before < 5
    assert (found.looked_at, found.new_contacts, len(found.lines)) == (5_000, 701, 50)


def test_syn6_before_the_first_reading_there_is_nothing_to_try(lite: str) -> None:
    one = rig.connect()
    assert not preview(one, TWO_WAY).ready


def test_syn6_what_is_taken_in_already_is_not_announced_again(lite: str) -> None:
    one = first_read()
    choose(one, TWO_WAY)
    put(one, "new", "x@new.example")
    one.run()
    found = preview(one, TWO_WAY)
    assert (found.events, found.followed) == (0, 1)


def test_syn6_trap45_a_colleagues_meeting_is_not_announced_again(database: str) -> None:
    one, other = first_read(), first_read()
    choose(one, TWO_WAY)
    for each in (one, other):
        put(each, "shared", "x@new.example", lines=("RRULE:FREQ=WEEKLY;COUNT=2",))
        each.run()
    found = preview(other, TWO_WAY)
    assert (found.events, found.appointments, found.followed) == (0, 0, 1)


def test_syn4_what_was_read_for_its_time_is_history_once_the_calendar_is_linked(
    database: str,
) -> None:
    one = first_read(calendars=2)
    choose(one, TWO_WAY)
    for which in (1, 0):
        with db.unit_of_work() as session:
            accounts.choose_linked(session, actor(one.user), one.calendar_ids[which])
        if which:
            href = put(one, "meanwhile", "x@new.example")
            one.run()
    one.run()
    assert intakes(one) == {"meanwhile": Intake.NONE}
    one.edit(href, "SUMMARY:Busy", "SUMMARY:Plans")
    one.run()
    rig.settle()
    assert intakes(one) == {"meanwhile": Intake.TAKEN}
    assert booked() == [False]


def test_syn4_an_option_counts_for_what_arrives_from_then_on(database: str) -> None:
    one = first_read()
    put(one, "before", "x@new.example")
    one.run()
    row = choose(one, TWO_WAY)
    assert (row.creation, row.triggers) == (ALWAYS, True)
    assert row.option_changed_at is not None
    put(one, "after", "y@new.example", at=rig.soon(4))
    one.run()
    rig.settle()
    assert intakes(one) == {"before": Intake.NONE, "after": Intake.TAKEN}
    assert addresses() == ["y@new.example"]
    assert booked() == [True]
    with db.reading() as session:
        entries = session.exec(select(models.AuditEntry)).all()
        assert [e.action for e in entries if e.action.startswith("connection.")] == [
            "connection.sync_option"
        ]


def test_syn4_trap65_a_change_of_option_replays_nothing(database: str) -> None:
    one = first_read()
    put(one, "before", "x@new.example")
    one.run()
    for choice in (TWO_WAY, ONE_WAY, SMART, TWO_WAY):
        choose(one, choice)
        one.run()
    rig.settle()
    assert (made(), addresses(), booked()) == ([], [], [])
    assert [row.history for row in rig.objects_of(one.calendar_id)] == [True]


def test_syn4_choosing_the_same_again_changes_nothing(lite: str) -> None:
    one = first_read()
    first = choose(one, TWO_WAY).option_changed_at
    told = rig.told(facts.ConnectionChanged)
    put(one, "news", "x@new.example")
    one.run()
    assert choose(one, TWO_WAY).option_changed_at == first
    assert rig.told(facts.ConnectionChanged) == told
    assert [row.history for row in rig.objects_of(one.calendar_id)] == [False]


def test_syn6_trap65_what_was_there_is_taken_in_silently_when_asked(database: str) -> None:
    one = first_read()
    put(one, "before", "x@new.example")
    put(one, "weekly", "y@new.example", at=rig.soon(4), lines=("RRULE:FREQ=WEEKLY;COUNT=3",))
    put(one, "over", "z@new.example", at=rig.soon(-1))
    one.run()
    choose(one, TWO_WAY, backfill=True)
    with db.reading() as session:
        under_way = backfill.progress(session, rig.calendar(one.calendar_id), now=clock.now())
        assert under_way == backfill.Progress(0, 2)
    rig.settle()
    assert addresses() == ["x@new.example", "y@new.example"]
    assert len(made()) == 4
    assert not any(booked())
    assert rig.calendar(one.calendar_id).backfilled_to is None
    choose(one, TWO_WAY, backfill=True)
    rig.settle()
    assert len(made()) == 4


def test_syn6_taking_in_goes_on_where_it_stopped(
    lite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "_CHUNK", 2)
    one = first_read()
    for number in range(5):
        put(one, f"e{number}", f"x{number}@new.example", at=rig.soon(2 + number))
    one.run()
    choose(one, TWO_WAY, backfill=True)
    with db.unit_of_work() as session:
        assert backfill.take_some(session, one.calendar_id, now=clock.now(), most=2)
        assert backfill.progress(
            session, session.get_one(models.ExternalCalendar, one.calendar_id), now=clock.now()
        ) == backfill.Progress(2, 5)
    assert len(made()) == 2
    backfill.run(one.calendar_id)
    assert len(made()) == 5
    backfill.run(one.calendar_id)
    assert len(made()) == 5


def test_syn6_another_option_ends_the_taking_in(lite: str) -> None:
    one = first_read()
    put(one, "before", "x@new.example")
    one.run()
    choose(one, TWO_WAY, backfill=True)
    choose(one, ONE_WAY)
    rig.settle()
    assert made() == []


def test_syn4_only_the_linked_calendar_has_an_option(lite: str) -> None:
    one = rig.connect(roles=(CalendarRole.CONFLICT,))
    with pytest.raises(Conflict):
        choose(one, TWO_WAY)
    with pytest.raises(Conflict):
        preview(one, TWO_WAY)


def test_syn4_ones_own_calendar_or_as_administrator(database: str) -> None:
    one = first_read()
    with db.unit_of_work() as session:
        other, boss = factories.user(session), factories.admin(session)
    with pytest.raises(NotFound):
        choose(one, TWO_WAY, by=other)
    with db.reading() as session, pytest.raises(NotFound):
        choosing.preview(session, actor(other), one.calendar_id, TWO_WAY, now=clock.now())
    with db.reading() as session, pytest.raises(NotFound):
        choosing.preview(session, actor(boss), 99_999, TWO_WAY, now=clock.now())
    assert choose(one, TWO_WAY, by=boss).creation is ALWAYS


def test_syn5_a_default_calendar_is_one_that_the_user_serves(database: str) -> None:
    one = first_read()
    with db.unit_of_work() as session:
        boss = factories.admin(session)
        his = factories.calendar(session, one.user)
        others = factories.calendar(session, boss)
        closed = factories.calendar(session, one.user, active=False)
    for wrong in (others.id, closed.id, 99_999):
        with pytest.raises(Invalid) as refused:
            choose(one, Choice(ALWAYS, default_calendar_id=wrong), by=boss)
        assert "serves" in refused.value.fields["default_calendar_id"]
    row = choose(one, Choice(for_team=True, default_calendar_id=his.id, triggers=True))
    assert (row.creation, row.triggers, row.default_calendar_id) == (ALWAYS, True, his.id)
    with db.reading() as session:
        assert [c.id for c in choosing.offered_calendars(session, one.user.id or 0)] == [his.id]


def test_syn5_triggers_count_only_with_a_default_calendar(lite: str) -> None:
    one = first_read()
    row = choose(one, Choice(ALWAYS, triggers=True, for_team=True))
    assert (row.creation, row.triggers) == (ContactCreation.NEVER, False)


def test_syn5_contacts_end_with_the_default_calendar(database: str) -> None:
    one = first_read()
    with db.unit_of_work() as session:
        his = factories.calendar(session, one.user)
    choose(one, Choice(for_team=True, default_calendar_id=his.id, triggers=True))
    with db.unit_of_work() as session:
        session.delete(session.get_one(models.Calendar, his.id))
    put(one, "after", "x@new.example")
    one.run()
    assert made() == []
