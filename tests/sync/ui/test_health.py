"""SYN-11: how a connection is, in numbers that add up and words that say what to do."""

from typing import Any

import pytest

from crm_app import models
from crm_app.accounts import queries as accounts
from crm_app.core import clock, db
from crm_app.core.errors import LoginExpired, RemoteUnavailable
from crm_app.core.kinds import SyncOption
from crm_app.sync import tallies
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.ui.connections_state import PARTS, Connections
from tests.sync import rig
from tests.sync.rig import soon
from tests.sync.ui.conftest import PAGE, with_guest


def health(tab: Any) -> dict[str, Any]:
    (row,) = tab.see(Connections).rows
    return dict(row["health"])


def opened(open_tab: Any, user: models.User | None, path: str = PAGE) -> Any:
    return open_tab(user, path).fire(Connections.load)


def test_syn11_counts_add_up(open_tab: Any, kate: rig.Connected) -> None:
    with db.unit_of_work() as session:
        actor = accounts.actor_of(session.get_one(models.User, kate.user.id))
        choice = Choice.preset(SyncOption.TWO_WAY, review=True)
        choosing.choose(session, actor, kate.calendar_id, choice, now=clock.now())
    kate.put("new", soon(4), *with_guest("Max", "max@kunde.example"), summary="New one")
    rig.book(kate.user, at=soon(6), title="Ann")
    rig.settle()
    kate.run()
    rig.settle()
    with db.reading() as session:
        found = tallies.tally(session, kate.calendar_ids)
    assert found == tallies.Tally(ours=1, review=1, time_only=2)
    shown = health(opened(open_tab, kate.user))
    assert shown["read"] == "4"
    assert sum(int(fate["count"]) for fate in shown["fates"]) == 4
    assert {fate["name"]: fate["count"] for fate in shown["fates"]} == {
        "Your appointments": "1",
        "Waiting for you": "1",
        "Only show or block time": "2",
    }
    assert (shown["written"], shown["waiting"], shown["failing"]) == ("1", "0", "")


def test_syn11_last_success_and_lag(open_tab: Any, kate: rig.Connected) -> None:
    # The conflict calendar was not read yet, so nobody can say how far behind it is.
    assert health(opened(open_tab, kate.user))["lag"] == "Not read yet"
    kate.run(1)
    shown = health(opened(open_tab, kate.user))
    assert shown["lag"] == "Less than a minute"
    assert shown["last"].startswith("Today, ")
    assert shown["errors"] == []
    assert shown["listing"] == []


@pytest.mark.parametrize(
    ("error", "words", "advice"),
    [
        (RemoteUnavailable(), "cannot be reached", "tried again by itself"),
        (LoginExpired(), "", "Reconnect"),
    ],
)
def test_syn11_errors_in_plain_words_with_what_to_do(
    open_tab: Any, kate: rig.Connected, error: Exception, words: str, advice: str
) -> None:
    kate.service.fail(error)
    kate.run()
    shown = health(opened(open_tab, kate.user))
    assert any(words in one["text"] for one in shown["errors"])
    assert advice in shown["advice"]
    assert "Error" not in str(shown)


def test_syn10_a_first_listing_shows_how_far_it_is(open_tab: Any, kate: rig.Connected) -> None:
    with db.unit_of_work() as session:
        row = session.get_one(models.ExternalCalendar, kate.calendar_ids[1])
        row.complete, row.events_seen = False, 1234
    assert health(opened(open_tab, kate.user))["listing"] == [
        {"name": "Calendar 2", "seen": "1,234"}
    ]


def test_syn11_administrators_see_everybodys(
    open_tab: Any, kate: rig.Connected, paul: models.User, boss: models.User
) -> None:
    (row,) = opened(open_tab, boss).see(Connections).everyone
    assert (row["user"], row["lag"]) == ("Kate Miller", "Not read yet")
    assert opened(open_tab, paul).see(Connections).everyone == []


def test_parts_are_in_the_address(open_tab: Any, kate: rig.Connected) -> None:
    for part in PARTS:
        assert opened(open_tab, kate.user, f"{PAGE}?part={part}").see(Connections).part == part
    tab = opened(open_tab, kate.user, f"{PAGE}?part=secrets")
    assert tab.see(Connections).part == PARTS[0]
    tab.fire(Connections.show, part="review")
    assert tab.see(Connections).part == "review"
    tab.fire(Connections.show, part="everything")
    assert tab.see(Connections).part == PARTS[0]
