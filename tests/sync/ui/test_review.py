"""SYN-7, the queue: accept some or all, decline once or for good, and take it back."""

from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.accounts import queries as accounts
from crm_app.booking.ui.home_state import Home
from crm_app.core import clock, db
from crm_app.core.kinds import Intake, SyncOption
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.review_state import Review
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon
from tests.sync.ui.conftest import PAGE, appointments, contacts, nothing_of


@pytest.fixture
def asked(kate: rig.Connected) -> rig.Connected:
    """Kate looks at new guests first; two wait on one event, one beside a known one on another."""
    with db.unit_of_work() as session:
        factories.contact(session, name="Lea Lind", email="lea@kunde.example")
        actor = accounts.actor_of(session.get_one(models.User, kate.user.id))
        choice = Choice.preset(SyncOption.TWO_WAY, review=True)
        choosing.choose(session, actor, kate.calendar_id, choice, now=clock.now())
    organizer = "ORGANIZER:mailto:kate@team.example"
    two = (
        "ATTENDEE;CN=Nina Graf:mailto:nina@graf.example",
        "ATTENDEE;CN=Tom:mailto:tom@reis.example",
    )
    both = ("ATTENDEE;CN=Lea Lind:mailto:lea@kunde.example", "ATTENDEE:mailto:ida@kunde.example")
    kate.put("coffee", soon(4), organizer, *two, summary="Coffee")
    kate.put("site", soon(5), organizer, *both, summary="Site check")
    kate.run()
    rig.settle()
    return kate


def opened(open_tab: Any, user: models.User | None, path: str = PAGE) -> Any:
    return open_tab(user, path).fire(Connections.load).fire(Review.load)


def filters() -> set[str]:
    with db.reading() as session:
        return set(session.exec(select(models.GuestFilter.pattern)))


def test_syn7_who_waits_is_shown_with_what_would_happen(
    open_tab: Any, asked: rig.Connected
) -> None:
    seen = opened(open_tab, asked.user).see(Review)
    assert seen.count == 2
    assert [row["title"] for row in seen.rows] == ["Coffee", "Site check"]
    coffee, site = seen.rows
    assert [one["name"] for one in coffee["people"]] == ["Nina Graf", "Tom"]
    assert coffee["fires"] == "yes"
    assert [one["email"] for one in site["people"]] == ["ida@kunde.example"]
    assert [one["name"] for one in site["known"]] == ["Lea Lind"]
    # Known ones are linked without asking.
    assert appointments() == ["Site check"]


def test_syn7_accept_all(open_tab: Any, asked: rig.Connected) -> None:
    tab = opened(open_tab, asked.user)
    tab.fire(Review.accept, object_id=tab.see(Review).rows[0]["id"])
    assert contacts() == ["Lea Lind", "Nina Graf", "Tom"]
    assert appointments() == ["Coffee", "Site check"]
    assert tab.see(Review).count == 1
    assert "2 contacts were made" in tab.said


def test_syn7_accept_some(open_tab: Any, asked: rig.Connected) -> None:
    tab = opened(open_tab, asked.user)
    coffee = tab.see(Review).rows[0]["id"]
    tab.fire(Review.tick, object_id=coffee, email="tom@reis.example", on=False)
    assert tab.see(Review).rows[0]["ticks"] == "1"
    # What happens elsewhere meanwhile does not tick him again.
    tab.fire(Review.follow)
    tab.fire(Review.accept, object_id=coffee)
    assert contacts() == ["Lea Lind", "Nina Graf"]
    assert [row["title"] for row in tab.see(Review).rows] == ["Site check"]


def test_syn7_accepting_nobody_is_refused(open_tab: Any, asked: rig.Connected) -> None:
    tab = opened(open_tab, asked.user)
    site = tab.see(Review).rows[1]["id"]
    tab.fire(Review.tick, object_id=site, email="ida@kunde.example", on=False)
    tab.fire(Review.accept, object_id=site)
    assert tab.see(Review).count == 2
    assert contacts() == ["Lea Lind"]


@pytest.mark.parametrize(
    ("ignore", "kept"),
    [
        ("", set()),
        ("address", {"nina@graf.example", "tom@reis.example"}),
        ("domain", {"@graf.example", "@reis.example"}),
    ],
)
def test_syn7_decline_and_take_it_back(
    open_tab: Any, asked: rig.Connected, ignore: str, kept: set[str]
) -> None:
    tab = opened(open_tab, asked.user)
    coffee = tab.see(Review).rows[0]["id"]
    tab.fire(Review.decline, object_id=coffee, ignore=ignore)
    assert filters() == kept
    assert [row["title"] for row in tab.see(Review).rows] == ["Site check"]
    assert contacts() == ["Lea Lind"]
    assert "Undo" in tab.said
    tab.fire(Review.reopen, object_id=coffee, ignored=ignore)
    assert filters() == set()
    assert [row["title"] for row in tab.see(Review).rows] == ["Coffee", "Site check"]
    tab.fire(Review.accept, object_id=coffee)
    assert contacts() == ["Lea Lind", "Nina Graf", "Tom"]


def test_syn7_what_was_never_declined_is_not_reopened(open_tab: Any, asked: rig.Connected) -> None:
    tab = opened(open_tab, asked.user)
    coffee = tab.see(Review).rows[0]["id"]
    tab.fire(Review.accept, object_id=coffee).fire(Review.reopen, object_id=coffee, ignored="")
    (row,) = [one for one in rig.objects_of(asked.calendar_id) if str(one.id) == coffee]
    assert row.intake == Intake.TAKEN


def test_syn7_home_says_that_guests_wait(
    open_tab: Any, asked: rig.Connected, paul: models.User
) -> None:
    (row,) = open_tab(asked.user, "/").fire(Home.load).see(Home).attention
    assert row["title"] == "Guests of 2 events wait for your decision"
    assert row["page"] == f"{PAGE}?part=review"
    assert open_tab(paul, "/").fire(Home.load).see(Home).attention == []


def test_payloads_of_other_kinds_are_dropped(open_tab: Any, asked: rig.Connected) -> None:
    tab = opened(open_tab, asked.user)
    coffee = tab.see(Review).rows[0]["id"]
    tab.fire(Review.decline, object_id=coffee, ignore="everything")
    tab.fire(Review.decline, object_id={"$ne": ""}, ignore="")
    tab.fire(Review.accept, object_id="999999")
    assert opened(open_tab, asked.user).see(Review).count == 2


def test_usr3_another_users_queue(
    open_tab: Any, asked: rig.Connected, paul: models.User, boss: models.User
) -> None:
    theirs = f"{PAGE}?user={asked.user.id}"
    coffee = opened(open_tab, asked.user).see(Review).rows[0]["id"]
    tab = opened(open_tab, paul, theirs)
    assert "Coffee" not in str(tab.held)
    for fired in (
        lambda: tab.fire(Review.accept, object_id=coffee),
        lambda: tab.fire(Review.decline, object_id=coffee, ignore="domain"),
        lambda: tab.fire(Review.reopen, object_id=coffee, ignored=""),
        lambda: tab.fire(Review.tick, object_id=coffee, email="tom@reis.example", on=False),
    ):
        fired()
    assert (contacts(), filters()) == (["Lea Lind"], set())
    admin = opened(open_tab, boss, theirs)
    assert admin.see(Review).count == 2
    admin.fire(Review.decline, object_id=coffee, ignore="address")
    assert filters() == {"nina@graf.example", "tom@reis.example"}
    with db.reading() as session:
        whose = set(session.exec(select(models.GuestFilter.user_id)))
    assert whose == {asked.user.id}


def test_nobody_gets_nothing(open_tab: Any, asked: rig.Connected) -> None:
    coffee = opened(open_tab, asked.user).see(Review).rows[0]["id"]
    tab = open_tab(None, PAGE).fire(Review.load).fire(Review.follow)
    tab.fire(Review.accept, object_id=coffee).fire(Review.decline, object_id=coffee, ignore="")
    tab.fire(Review.reopen, object_id=coffee, ignored="")
    assert nothing_of(tab, Review)
    assert contacts() == ["Lea Lind"]
