"""Filters of guests: whose they are, what may be filtered, and what they do: SYN-7."""

from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.access import visitor
from crm_app.core.errors import Invalid, NotAllowed, NotFound
from crm_app.core.kinds import Intake
from crm_app.sync.choices import filters
from tests import factories
from tests.sync.choosing_rig import ASKING, TWO_WAY, actor, addresses, choose, first_read, put
from tests.sync.choosing_rig import intakes as intakes_of


def add(by: models.User, pattern: str, **more: Any) -> models.GuestFilter:
    with db.unit_of_work() as session:
        return filters.add_filter(session, actor(by), pattern, now=clock.now(), **more)


def listed(by: models.User, **more: Any) -> list[str]:
    with db.reading() as session:
        return [row.pattern for row in filters.filters_of(session, actor(by), **more)]


def people() -> tuple[models.User, models.User, models.User]:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return (
            factories.user(session, email="kate@team.example"),
            factories.user(session, email="ben@team.example"),
            factories.admin(session, email="boss@team.example"),
        )


def test_syn7_filters_for_oneself_and_for_everybody(database: str) -> None:
    kate, ben, boss = people()
    add(kate, "Family@Home.example", user_id=kate.id)
    add(boss, "*.partner.example")
    add(boss, "team.example", own=True)
    assert listed(kate, user_id=kate.id) == [
        "family@home.example",
        "@*.partner.example",
        "@team.example",
    ]
    assert listed(ben, user_id=ben.id) == listed(ben) == ["@*.partner.example", "@team.example"]
    with db.reading() as session:
        rows = filters.filters_of(session, actor(boss), user_id=kate.id)
    assert [(row.everybody, row.own) for row in rows] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_syn7_the_same_filter_is_kept_once(database: str) -> None:
    kate, _, boss = people()
    assert add(boss, "x.example").id == add(boss, "@X.example").id
    assert add(kate, "x.example", user_id=kate.id).id != add(boss, "x.example").id
    with db.reading() as session:
        assert len(session.exec(select(models.GuestFilter)).all()) == 2


def test_syn7_others_filters_are_not_ones_own(database: str) -> None:
    kate, ben, boss = people()
    his = add(ben, "x.example", user_id=ben.id)
    everybodys = add(boss, "y.example")
    for attempt in (
        lambda s: filters.add_filter(s, actor(kate), "z.example", user_id=ben.id, now=clock.now()),
        lambda s: filters.remove_filter(s, actor(kate), his.id or 0),
        lambda s: filters.remove_filter(s, actor(kate), 99_999),
        lambda s: filters.filters_of(s, actor(kate), user_id=ben.id),
    ):
        with db.unit_of_work() as session, pytest.raises(NotFound):
            attempt(session)
    for attempt in (
        lambda s: filters.add_filter(s, actor(kate), "z.example", now=clock.now()),
        lambda s: filters.remove_filter(s, actor(kate), everybodys.id or 0),
        lambda s: filters.suggested_domains(s, actor(kate)),
        lambda s: filters.filters_of(s, visitor()),
    ):
        with db.unit_of_work() as session, pytest.raises(NotAllowed):
            attempt(session)
    with db.unit_of_work() as session:
        filters.remove_filter(session, actor(boss), his.id or 0)
    assert listed(ben, user_id=ben.id) == ["@y.example"]


@pytest.mark.parametrize("typed", ["", "nonsense", "@com", "gmail.com"])
def test_syn7_what_cannot_be_a_filter_is_refused(lite: str, typed: str) -> None:
    kate, _, _ = people()
    with pytest.raises(Invalid) as refused:
        add(kate, typed, user_id=kate.id)
    assert list(refused.value.fields) == ["pattern"]
    assert listed(kate, user_id=kate.id) == []


def test_syn7_the_teams_own_domains_are_suggested(database: str) -> None:
    _, _, boss = people()
    with db.unit_of_work() as session:
        factories.user(session, email="ann@gmail.com")
        factories.user(session, email="uwe@bücher.example", email_key="uwe@xn--bcher-kva.example")
        factories.user(session, email="gone@old.example", active=False)
        assert filters.suggested_domains(session, actor(boss)) == [
            "team.example",
            "xn--bcher-kva.example",
        ]
    add(boss, "team.example", own=True)
    with db.reading() as session:
        assert filters.suggested_domains(session, actor(boss)) == ["xn--bcher-kva.example"]


def test_syn7_whom_a_filter_covers_never_becomes_a_contact(database: str) -> None:
    one = first_read()
    choose(one, TWO_WAY)
    add(one.user, "new.example", user_id=one.user.id)
    put(one, "event", "x@new.example", "y@other.example")
    one.run()
    assert addresses() == ["y@other.example"]


def test_syn7_a_new_filter_empties_the_queue_of_whom_it_covers(database: str) -> None:
    one, other = first_read(), first_read()
    for each in (one, other):
        choose(each, ASKING)
        put(each, f"{each.user.slug}-a", "x@new.example")
        put(each, f"{each.user.slug}-b", "x@new.example", "y@other.example")
        each.run()
    add(one.user, "new.example", user_id=one.user.id)
    assert list(intakes_of(one).values()) == [Intake.NONE, Intake.REVIEW]
    assert list(intakes_of(other).values()) == [Intake.REVIEW, Intake.REVIEW]
    with db.unit_of_work() as session:
        boss = factories.admin(session)
    add(boss, "new.example")
    assert list(intakes_of(other).values()) == [Intake.NONE, Intake.REVIEW]
