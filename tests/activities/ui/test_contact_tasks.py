"""The tasks on a contact's card, through Reflex's whole pipeline (INV-1, USR-3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.activities import service
from crm_app.activities.ui.contact_state import ContactTasks
from crm_app.core import clock, db
from tests import factories

Open = Callable[..., Any]


@dataclass
class House:
    """Anna owns the lead and has a late call with it; Ben sees neither."""

    anna: models.User
    ben: models.User
    path: str


@pytest.fixture
def house(lite: str) -> House:
    with db.unit_of_work() as session:
        factories.workspace(session)
        anna, ben = factories.user(session, name="Anna"), factories.user(session, name="Ben")
        lead = factories.contact(session, name="Lea", email="lea@x.example", owner_id=anna.id)
        late = clock.now() - timedelta(hours=1)
        actor = factories.actor(anna)
        service.add(
            session,
            actor,
            title="Call Lea",
            kind="call",
            due_at=late,
            user_id=anna.id,
            contact=lead,
        )
        service.add(session, actor, title="Something else", user_id=anna.id)
        return House(anna, ben, f"/contacts/{lead.id}")


def test_inv1_the_card_lists_what_is_open_with_this_contact(house: House, open_tab: Open) -> None:
    seen = open_tab(house.anna, house.path).fire(ContactTasks.load).see(ContactTasks)
    assert [(row["title"], row["kind"], row["late"]) for row in seen.rows] == [
        ("Call Lea", "Call", "yes")
    ]
    nowhere = open_tab(house.anna, "/contacts").fire(ContactTasks.load).see(ContactTasks)
    assert getattr(nowhere, "rows", []) == []


def test_inv1_a_tick_takes_it_off_the_card_and_undo_brings_it_back(
    house: House, open_tab: Open
) -> None:
    tab = open_tab(house.anna, house.path).fire(ContactTasks.load)
    number = tab.see(ContactTasks).rows[0]["id"]
    assert tab.fire(ContactTasks.tick, activity_id=number).see(ContactTasks).rows == []
    assert "Undo" in tab.said
    tab.fire(ContactTasks.untick, activity_id=number)
    assert [row["id"] for row in tab.see(ContactTasks).rows] == [number]


def test_inv1_a_task_is_added_for_oneself_with_the_contact(house: House, open_tab: Open) -> None:
    tab = open_tab(house.anna, house.path).fire(ContactTasks.load)
    tab.fire(ContactTasks.add, form={"task-title": "", "task-due": ""})
    assert set(tab.see(ContactTasks).errors) == {"title"}
    tab.fire(ContactTasks.add, form={"task-title": "Send a map", "task-due": "soon"})
    assert set(tab.see(ContactTasks).errors) == {"task-due"}
    tab.fire(ContactTasks.add, form={"task-title": "Send a map", "task-due": "2099-01-02T09:00"})
    assert [row["title"] for row in tab.see(ContactTasks).rows] == ["Call Lea", "Send a map"]
    assert tab.see(ContactTasks).version == 1
    with db.reading() as session:
        made = session.exec(
            select(models.Activity).where(models.Activity.title == "Send a map")
        ).one()
    assert (made.user_id, f"/contacts/{made.contact_id}") == (house.anna.id, house.path)


def test_usr3_others_neither_see_nor_tick_nor_add(house: House, open_tab: Open) -> None:
    number = (
        open_tab(house.anna, house.path).fire(ContactTasks.load).see(ContactTasks).rows[0]["id"]
    )
    ben = open_tab(house.ben, house.path).fire(ContactTasks.load)
    assert ben.see(ContactTasks).rows == []
    ben.fire(ContactTasks.tick, activity_id=number)
    ben.fire(ContactTasks.add, form={"task-title": "Look inside"})
    seen = open_tab(house.anna, house.path).fire(ContactTasks.load).see(ContactTasks)
    assert [row["title"] for row in seen.rows] == ["Call Lea"]
    assert vars(open_tab(None, house.path).fire(ContactTasks.load).see(ContactTasks)) == {}
