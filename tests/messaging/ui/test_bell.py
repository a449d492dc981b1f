"""The bell in the frame: its number, its list, what a click does."""

from collections.abc import Callable

import pytest

from crm_app.core import db
from crm_app.messaging import notifications
from crm_app.messaging.ui.bell_state import Bell, counted
from crm_app.models import User
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


def _tell(user: User, *keys: str) -> None:
    with db.unit_of_work() as session:
        for key in keys:
            notifications.notify(
                session,
                user_id=user.id or 0,
                key=key,
                message="{text}",
                params={"text": f"News {key}"},
                path=f"/contacts/{key}",
            )


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (7, "7"), (99, "99"), (100, "99+")])
def test_the_number_stays_short(number: int, shown: str) -> None:
    assert counted(number) == shown


def test_usr3_the_bell_counts_and_lists_ones_own(open_tab: OpenTab, ada: User, ben: User) -> None:
    _tell(ben, "1", "2")
    _tell(ada, "3")
    tab = open_tab(ben).fire(Bell.refresh)
    assert tab.see(Bell).count == "2"
    tab.fire(Bell.set_opened, opened=True)
    assert [row["text"] for row in tab.see(Bell).rows] == ["News 2", "News 1"]


def test_a_click_opens_what_it_is_about_and_counts_as_read(open_tab: OpenTab, ben: User) -> None:
    _tell(ben, "1", "2")
    tab = open_tab(ben).fire(Bell.refresh).fire(Bell.set_opened, opened=True)
    first = tab.see(Bell).rows[0]["id"]
    assert "/contacts/2" in tab.fire(Bell.follow, notification_id=first).said
    assert (tab.see(Bell).count, tab.see(Bell).opened) == ("1", False)


def test_all_are_read_at_once_and_others_keep_theirs(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    _tell(ben, "1", "2")
    _tell(ada, "3")
    tab = open_tab(ben).fire(Bell.set_opened, opened=True).fire(Bell.read_all)
    assert tab.see(Bell).count == ""
    assert {row["unread"] for row in tab.see(Bell).rows} == {""}
    assert open_tab(ada).fire(Bell.refresh).see(Bell).count == "1"


@pytest.mark.parametrize("made_up", ["", "x", "-1", "²", "9" * 30])
def test_syn13_a_made_up_line_does_nothing(open_tab: OpenTab, ben: User, made_up: str) -> None:
    _tell(ben, "1")
    tab = open_tab(ben).fire(Bell.follow, notification_id=made_up)
    assert tab.see(Bell).count == "1"
    assert not tab.failures
