"""The Tasks page through Reflex's whole pipeline, without a browser (INV-1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm_app import models
from crm_app.activities import service
from crm_app.activities.ui.tasks_state import DONE, EVERYONE, Tasks
from crm_app.core import clock, db
from tests import factories

PAGE = "/tasks"


@pytest.fixture
def anna(lite: str) -> models.User:
    """A user with one late call, beside a colleague's task."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        anna, ben = factories.user(session, name="Anna"), factories.user(session, name="Ben")
        late = clock.now() - timedelta(hours=2)
        for who, title in ((anna, "Call Zoë"), (ben, "Write Max")):
            service.add(
                session, factories.actor(who), title=title, kind="call", user_id=who.id, due_at=late
            )
        return anna


def test_inv1_the_list_shows_ones_own_and_what_is_late(
    open_tab: Callable[..., Any], anna: models.User
) -> None:
    tab = open_tab(anna, PAGE).fire(Tasks.load)
    (row,) = tab.see(Tasks).rows
    assert (row["title"], row["head"], row["late"]) == ("Call Zoë", "Overdue", "yes")
    # Ben's task hangs on no contact that she sees.
    assert len(tab.fire(Tasks.set_whose, whose=EVERYONE).see(Tasks).rows) == 1


def test_inv1_a_tick_moves_it_to_done_and_undo_brings_it_back(
    open_tab: Callable[..., Any], anna: models.User
) -> None:
    tab = open_tab(anna, PAGE).fire(Tasks.load)
    (row,) = tab.see(Tasks).rows
    tab.fire(Tasks.tick, activity_id=row["id"])
    assert tab.see(Tasks).rows == []
    tab.fire(Tasks.set_view, view=DONE)
    assert [one["id"] for one in tab.see(Tasks).rows] == [row["id"]]
    tab.fire(Tasks.untick, activity_id=row["id"])
    assert tab.see(Tasks).rows == []


def test_q1_a_task_without_words_is_not_added(
    open_tab: Callable[..., Any], anna: models.User
) -> None:
    tab = open_tab(anna, PAGE).fire(Tasks.load).fire(Tasks.open_form)
    tab.fire(Tasks.add, form={"title": "", "due_at": ""})
    assert set(tab.see(Tasks).errors) == {"title"}
    tab.fire(Tasks.add, form={"title": "Write", "due_at": "when it rains"})
    assert set(tab.see(Tasks).errors) == {"due_at"}
    tab.fire(Tasks.add, form={"title": "Write", "kind": "task", "due_at": "2099-01-02T09:00"})
    assert [row["title"] for row in tab.see(Tasks).rows] == ["Call Zoë", "Write"]
    assert not tab.see(Tasks).adding


def test_usr3_strangers_and_colleagues_cannot_tick(
    open_tab: Callable[..., Any], anna: models.User
) -> None:
    row = open_tab(anna, PAGE).fire(Tasks.load).see(Tasks).rows[0]
    with db.unit_of_work() as session:
        ida = factories.user(session, name="Ida")
    open_tab(ida, PAGE).fire(Tasks.tick, activity_id=row["id"])
    assert open_tab(None, PAGE).fire(Tasks.load).held.get(Tasks.get_full_name(), {}) == {}
    assert len(open_tab(anna, PAGE).fire(Tasks.load).see(Tasks).rows) == 1
