"""Guests who wait for a decision, and what people decide: SYN-7."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any, Literal

import pytest
from sqlmodel import col, select

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.kinds import Intake, SyncOption
from crm_app.sync.choices import review
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.choices.review import ReviewRow
from tests import factories
from tests.sync import rig
from tests.sync.choosing_rig import (
    ASKING,
    ONE_WAY,
    actor,
    addresses,
    booked,
    choose,
    first_read,
    intakes,
    made,
    put,
)


def asking(choice: Choice = ASKING) -> rig.Connected:
    """A user whose calendar asks before it makes contacts."""
    one = first_read()
    choose(one, choice)
    return one


def waiting(by: models.User, **more: Any) -> list[ReviewRow]:
    with db.reading() as session:
        return review.waiting(session, actor(by), now=clock.now(), **more)


def accept(by: models.User, object_id: int, *emails: str, now: datetime | None = None) -> None:
    with db.unit_of_work() as session:
        review.accept(session, actor(by), object_id, emails=emails, now=now or clock.now())


def decline(by: models.User, object_id: int, ignore: Literal["", "address", "domain"] = "") -> None:
    with db.unit_of_work() as session:
        review.decline(session, actor(by), object_id, ignore=ignore, now=clock.now())


def actions() -> list[str]:
    with db.reading() as session:
        query = select(models.AuditEntry.action).order_by(col(models.AuditEntry.id))
        return [action for action in session.exec(query) if action.startswith("review.")]


def waiting_people(rows: Collection[ReviewRow]) -> list[list[str]]:
    return [[person.email for person in row.people if person.waits] for row in rows]


def test_syn7_new_guests_wait_and_nothing_is_made(database: str) -> None:
    one = asking()
    put(one, "later", "x@new.example", "y@new.example", at=rig.soon(5), summary="Later")
    put(one, "sooner", "x@new.example", at=rig.soon(3), summary="Sooner")
    put(one, "mine", at=rig.soon(3))
    put(one, "secret", "x@new.example", at=rig.soon(3), lines=("CLASS:PRIVATE",))
    one.run()
    rows = waiting(one.user)
    assert [(row.title, row.starts_at, row.triggers) for row in rows] == [
        ("Sooner", rig.soon(3), True),
        ("Later", rig.soon(5), True),
    ]
    assert waiting_people(rows) == [["x@new.example"], ["x@new.example", "y@new.example"]]
    assert (made(), addresses()) == ([], [])
    assert len(rig.busy(one.user)) == 4


def test_syn7_the_accepted_guests_become_contacts(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example", "y@new.example")
    one.run()
    (row,) = waiting(one.user)
    accept(one.user, row.object_id, "Y@New.example")
    rig.settle()
    assert addresses() == ["y@new.example"]
    assert booked() == [True]
    assert len(made()) == 1
    assert intakes(one) == {"event": Intake.TAKEN}
    assert waiting(one.user) == []
    assert actions() == ["review.accepted"]


def test_syn7_nobody_is_asked_twice_about_the_same_guest(database: str) -> None:
    one = asking()
    declined = put(one, "declined", "x@new.example", at=rig.soon(3))
    partly = put(one, "partly", "x@new.example", "y@new.example", at=rig.soon(4))
    one.run()
    first, second = waiting(one.user)
    decline(one.user, first.object_id)
    accept(one.user, second.object_id, "y@new.example")
    for href, name in ((declined, "declined"), (partly, "partly")):
        one.edit(href, "SUMMARY:Busy", f"SUMMARY:Renamed {name}")
    one.run()
    rig.settle()
    assert waiting(one.user) == []
    assert addresses() == ["y@new.example"]
    assert intakes(one) == {"declined": Intake.DECLINED, "partly": Intake.TAKEN}
    assert len(rig.busy(one.user)) == 2


def test_syn7_one_who_is_known_is_linked_at_once_and_the_other_waits(database: str) -> None:
    one = asking()
    with db.unit_of_work() as session:
        lead = factories.contact(session, email="lead@known.example")
    put(one, "event", "x@new.example", "lead@known.example")
    one.run()
    assert [row.contact_id for row in made()] == [lead.id]
    (row,) = waiting(one.user)
    assert [(p.email, p.contact_id, p.waits) for p in row.people] == [
        ("x@new.example", None, True),
        ("lead@known.example", lead.id, False),
    ]
    accept(one.user, row.object_id, "x@new.example")
    rig.settle()
    assert len(made()) == 1
    assert addresses() == ["lead@known.example", "x@new.example"]
    with db.reading() as session:
        others = session.exec(select(models.AppointmentContact.contact_id)).all()
        query = select(models.ContactEmail.contact_id).where(
            models.ContactEmail.key == "x@new.example"
        )
        assert others == session.exec(query).all()
    assert booked() == [True]


def test_syn7_declining_leaves_followed_events_followed(database: str) -> None:
    one = asking()
    with db.unit_of_work() as session:
        factories.contact(session, email="lead@known.example")
    put(one, "event", "x@new.example", "lead@known.example")
    one.run()
    decline(one.user, waiting(one.user)[0].object_id)
    assert intakes(one) == {"event": Intake.TAKEN}
    assert waiting(one.user) == []
    assert actions() == ["review.declined"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("", [["x@new.example"], ["x@new.example", "y@other.example"], ["z@new.example"]]),
        ("address", [["y@other.example"], ["z@new.example"]]),
        ("domain", [["y@other.example"]]),
    ],
)
def test_syn7_ignoring_for_good_takes_others_along(
    database: str, ignore: Literal["", "address", "domain"], left: list[list[str]]
) -> None:
    one = asking()
    put(one, "a", "x@new.example", at=rig.soon(2))
    put(one, "b", "x@new.example", at=rig.soon(3))
    put(one, "c", "x@new.example", "y@other.example", at=rig.soon(4))
    put(one, "d", "z@new.example", at=rig.soon(5))
    one.run()
    decline(one.user, waiting(one.user)[0].object_id, ignore)
    assert waiting_people(waiting(one.user)) == left
    with db.reading() as session:
        patterns = session.exec(select(models.GuestFilter.pattern)).all()
    assert patterns == {"": [], "address": ["x@new.example"], "domain": ["@new.example"]}[ignore]


def test_syn7_a_domain_of_strangers_cannot_be_ignored(database: str) -> None:
    one = asking()
    put(one, "event", "x@gmail.com")
    one.run()
    (row,) = waiting(one.user)
    with pytest.raises(Invalid):
        decline(one.user, row.object_id, "domain")
    assert waiting(one.user) == [row]


def test_syn7_only_ones_own_queue_and_the_administrators(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example", summary="Salary")
    one.run()
    with db.unit_of_work() as session:
        other, boss = factories.user(session), factories.admin(session)
    (row,) = waiting(one.user)
    assert waiting(other) == []
    with pytest.raises(NotFound):
        waiting(other, user_id=one.user.id)
    for attempt in (accept, decline):
        with pytest.raises(NotFound):
            attempt(other, row.object_id)
    with pytest.raises(NotFound):
        accept(boss, 99_999, "x@new.example")
    assert waiting(boss) == []
    assert waiting(boss, user_id=one.user.id) == [row]
    accept(boss, row.object_id, "x@new.example")
    assert addresses() == ["x@new.example"]


def test_syn7_what_became_private_is_shown_to_nobody(database: str) -> None:
    one = asking()
    href = put(one, "event", "x@new.example", summary="Doctor")
    one.run()
    (row,) = waiting(one.user)
    one.edit(href, "SUMMARY:Doctor", "CLASS:PRIVATE\r\nSUMMARY:Doctor")
    one.run()
    assert waiting(one.user) == []
    with pytest.raises(Conflict):
        accept(one.user, row.object_id, "x@new.example")


def test_syn7_a_decision_is_made_once(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example")
    one.run()
    (row,) = waiting(one.user)
    decline(one.user, row.object_id)
    for attempt in (lambda: accept(one.user, row.object_id, "x@new.example"),
                    lambda: decline(one.user, row.object_id)):  # fmt: skip
        with pytest.raises(Conflict):
            attempt()


def test_syn7_of_two_who_decide_at_once_one_is_told(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example", "y@new.example")
    one.run()
    (row,) = waiting(one.user)
    begin = Barrier(2)

    def decided(email: str) -> bool:
        begin.wait()
        try:
            accept(one.user, row.object_id, email)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(decided, ["x@new.example", "y@new.example"]))
    assert sorted(told) == [False, True]
    assert len(addresses()) == len(made()) == 1


@pytest.mark.parametrize("emails", [[], ["nobody"], ["z@elsewhere.example"], ["x@new.example", ""]])
def test_syn7_only_those_who_wait_can_be_chosen(lite: str, emails: list[str]) -> None:
    one = asking()
    put(one, "event", "x@new.example")
    one.run()
    (row,) = waiting(one.user)
    if emails == ["x@new.example", ""]:
        accept(one.user, row.object_id, *emails)
        assert addresses() == ["x@new.example"]
        return
    with pytest.raises(Invalid) as refused:
        accept(one.user, row.object_id, *emails)
    assert list(refused.value.fields) == ["emails"]
    assert addresses() == []


def test_syn7_disable_trigger_stays_silent_when_accepted(database: str) -> None:
    one = asking(Choice.preset(SyncOption.DISABLE_TRIGGER, review=True))
    put(one, "event", "x@new.example")
    one.run()
    (row,) = waiting(one.user)
    assert not row.triggers
    accept(one.user, row.object_id, "x@new.example")
    assert booked() == [False]


def test_syn7_syn6_what_was_there_before_waits_only_when_asked_for(database: str) -> None:
    one = first_read()
    put(one, "before", "x@new.example")
    one.run()
    choose(one, ASKING)
    one.run()
    assert waiting(one.user) == []
    choose(one, ASKING, backfill=True)
    rig.settle()
    (row,) = waiting(one.user)
    assert not row.triggers
    accept(one.user, row.object_id, "x@new.example")
    rig.settle()
    assert addresses() == ["x@new.example"]
    assert booked() == [False]


def test_syn7_an_option_that_does_not_ask_empties_the_queue(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example")
    one.run()
    choose(one, ONE_WAY)
    assert waiting(one.user) == []
    assert intakes(one) == {"event": Intake.NONE}
    assert addresses() == []


def test_syn7_a_series_is_decided_about_as_a_whole(database: str) -> None:
    one = asking()
    put(one, "weekly", "x@new.example", lines=("RRULE:FREQ=WEEKLY;COUNT=3",))
    one.run()
    (row,) = waiting(one.user)
    assert row.recurring
    accept(one.user, row.object_id, "x@new.example")
    rig.settle()
    assert len(made()) == 3
    assert booked() == [True]


def test_syn7_what_is_over_waits_no_more(database: str) -> None:
    one = asking()
    put(one, "event", "x@new.example", at=rig.soon(3))
    one.run()
    (row,) = waiting(one.user)
    with db.reading() as session:
        assert review.waiting(session, actor(one.user), now=rig.soon(4)) == []
    with pytest.raises(Conflict):
        accept(one.user, row.object_id, "x@new.example", now=rig.soon(4))
