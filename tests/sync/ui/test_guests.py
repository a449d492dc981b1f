"""SYN-7, the filters: own ones by each, those for everybody by administrators."""

from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import db
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.guests_state import Guests
from tests.sync import rig
from tests.sync.ui.conftest import PAGE, nothing_of


def opened(open_tab: Any, user: models.User | None, path: str = PAGE) -> Any:
    return open_tab(user, path).fire(Connections.load).fire(Guests.load)


def stored() -> set[tuple[str, int | None, bool]]:
    with db.reading() as session:
        rows = session.exec(select(models.GuestFilter))
        return {(row.pattern, row.user_id, row.own) for row in rows}


def test_syn7_her_own_filters(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(
        Guests.set_typed, name="ignored", value="Mum@Home.example"
    )
    tab.fire(Guests.add, own=False, everybody=False)
    assert stored() == {("mum@home.example", kate.user.id, False)}
    (row,) = tab.see(Guests).ignored
    assert (row["name"], row["everybody"], row["may"]) == ("mum@home.example", "", "yes")
    assert tab.see(Guests).typed_ignored == ""
    tab.fire(Guests.set_typed, name="own", value="team.example")
    tab.fire(Guests.add, own=True, everybody=False)
    assert [row["name"] for row in tab.see(Guests).own] == ["team.example"]


def test_q1_what_cannot_be_a_filter_is_said_beside_the_field(
    open_tab: Any, kate: rig.Connected
) -> None:
    tab = opened(open_tab, kate.user).fire(Guests.set_typed, name="own", value="not a domain")
    tab.fire(Guests.add, own=True, everybody=False)
    seen = tab.see(Guests)
    assert list(seen.errors) == ["own"]
    assert seen.typed_own == "not a domain"
    tab.fire(Guests.set_typed, name="ignored", value="gmail.com")
    tab.fire(Guests.add, own=False, everybody=False)
    assert "gmail.com" in tab.see(Guests).errors["ignored"]
    assert stored() == set()


def test_syn7_removing_can_be_undone(open_tab: Any, kate: rig.Connected) -> None:
    tab = opened(open_tab, kate.user).fire(Guests.set_typed, name="ignored", value="spam.example")
    tab.fire(Guests.add, own=False, everybody=False)
    (row,) = tab.see(Guests).ignored
    tab.fire(Guests.remove, filter_id=row["id"])
    assert stored() == set()
    assert "Undo" in tab.said
    tab.fire(Guests.put_back, pattern=row["pattern"], own=False, everybody=False)
    assert stored() == {("@spam.example", kate.user.id, False)}


def test_syn7_filters_for_everybody_are_an_administrators(
    open_tab: Any, kate: rig.Connected, boss: models.User
) -> None:
    tab = opened(open_tab, kate.user).fire(Guests.set_typed, name="own", value="team.example")
    tab.fire(Guests.add, own=True, everybody=True)
    tab.fire(Guests.take_suggested, domain="team.example")
    tab.fire(Guests.put_back, pattern="@team.example", own=True, everybody=True)
    assert stored() == set()
    assert tab.see(Guests).suggested == []
    admin = opened(open_tab, boss)
    assert admin.see(Guests).suggested == ["team.example"]
    admin.fire(Guests.take_suggested, domain="team.example")
    assert stored() == {("@team.example", None, True)}
    assert admin.see(Guests).suggested == []
    tab.fire(Guests.load)
    (row,) = tab.see(Guests).own
    assert (row["everybody"], row["may"]) == ("yes", "")
    tab.fire(Guests.remove, filter_id=row["id"])
    assert stored() == {("@team.example", None, True)}
    admin.fire(Guests.remove, filter_id=row["id"])
    assert stored() == set()


def test_usr3_another_users_filters(
    open_tab: Any, kate: rig.Connected, paul: models.User, boss: models.User
) -> None:
    hers = opened(open_tab, kate.user).fire(
        Guests.set_typed, name="ignored", value="mum@home.example"
    )
    hers.fire(Guests.add, own=False, everybody=False)
    (row,) = hers.see(Guests).ignored
    theirs = f"{PAGE}?user={kate.user.id}"
    tab = opened(open_tab, paul, theirs).fire(Guests.remove, filter_id=row["id"])
    assert "mum@home.example" not in str(tab.held)
    tab.fire(Guests.set_typed, name="ignored", value="x@y.example")
    tab.fire(Guests.add, own=False, everybody=False)
    assert stored() == {("mum@home.example", kate.user.id, False)}
    opened(open_tab, boss, theirs).fire(Guests.remove, filter_id=row["id"])
    assert stored() == set()


@pytest.mark.parametrize("number", ["", "0", "-1", "1e3", "9" * 30, "999"])
def test_ids_that_are_none(open_tab: Any, kate: rig.Connected, number: str) -> None:
    tab = opened(open_tab, kate.user).fire(Guests.remove, filter_id=number)
    assert "toast" in tab.said


def test_nobody_gets_nothing(open_tab: Any, kate: rig.Connected) -> None:
    tab = (
        open_tab(None, PAGE).fire(Guests.load).fire(Guests.set_typed, name="own", value="a.example")
    )
    tab.fire(Guests.add, own=True, everybody=False).fire(Guests.take_suggested, domain="b.example")
    tab.fire(Guests.put_back, pattern="@c.example", own=False, everybody=False)
    tab.fire(Guests.remove, filter_id="1")
    assert nothing_of(tab, Guests)
    assert stored() == set()
