"""The campaigns on a contact's card, through Reflex's whole pipeline (CAM-6, USR-3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.campaigns.editing import known, service
from crm_app.campaigns.editing.ui.contact_state import ContactCampaigns
from crm_app.campaigns.plans.plan import parse
from crm_app.campaigns.running import engine
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.core import clock, db
from crm_app.core.kinds import EnrolmentState
from crm_app.models import Enrolment
from tests import factories
from tests.campaigns.editing.conftest import WAIT, step
from tests.factories import campaigns as staged
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
NEEDY = step("email", "mail", subject="Hi", body="About {{contact.company}}", marketing=False)


@dataclass
class House:
    """Ada administers, Ben owns the lead, Kate does not see it."""

    ada: models.User
    ben: models.User
    kate: models.User
    campaign: int
    contact: int

    @property
    def path(self) -> str:
        return f"/contacts/{self.contact}"


@pytest.fixture
def house(lite: str) -> House:
    with db.unit_of_work() as session:
        factories.workspace(session)
        ada = factories.admin(session, name="Ada")
        ben, kate = factories.user(session, name="Ben"), factories.user(session, name="Kate")
        made = service.create(
            session,
            factories.actor(ada),
            name="Wait first",
            plan=parse({"settings": {}, "steps": [WAIT, NEEDY]}),
        )
        service.publish(session, factories.actor(ada), made, known=known.load(session, made))
        lead = factories.contact(session, name="Lea Lead", email="lea@x.example", owner_id=ben.id)
        return House(ada, ben, kate, made.id or 0, lead.id or 0)


def _card(open_tab: Open, user: models.User | None, house: House) -> Tab:
    return open_tab(user, house.path).fire(ContactCard.load).fire(ContactCampaigns.load)


def _enrolments() -> list[Enrolment]:
    with db.reading() as session:
        return list(session.exec(select(Enrolment).order_by(Enrolment.id)))  # type: ignore[arg-type]  # a column


def _add(tab: Tab, house: House) -> Tab:
    return tab.fire(ContactCampaigns.add, form={"campaign": str(house.campaign)})


def test_cam6_a_contact_is_added_from_his_card_and_stands_at_the_first_step(
    house: House, open_tab: Open
) -> None:
    tab = _card(open_tab, house.ben, house)
    assert [one["label"] for one in tab.see(ContactCampaigns).choices] == ["Wait first"]
    seen = _add(tab, house).see(ContactCampaigns)
    (row,) = seen.rows
    assert (row["campaign"], row["step"], row["inside"]) == ("Wait first", "Wait 1 day", "yes")
    assert row["reason"].startswith("Waits until")
    assert row["when"] == ""
    assert row["path"] == f"/campaigns/{house.campaign}"
    # He is inside: nobody adds him a second time.
    assert seen.choices == []
    assert "already" in _add(tab, house).said
    (stored,) = _enrolments()
    assert stored.entered_by == f"user:{house.ben.id}"


def test_cam6_the_card_says_why_and_takes_out(house: House, open_tab: Open) -> None:
    tab = _add(_card(open_tab, house.ben, house), house)
    number = tab.see(ContactCampaigns).rows[0]["id"]
    told = tab.fire(ContactCampaigns.ask_why, enrolment_id=number).see(ContactCampaigns)
    assert told.story[0]["reason"] == "Entered the campaign."
    assert told.story[-1]["step"] == "Wait 1 day"
    after = tab.fire(ContactCampaigns.remove, enrolment_id=number).see(ContactCampaigns)
    (row,) = after.rows
    assert (row["state"], row["inside"], row["may_change"]) == ("Left", "", "")
    assert row["reason"] == "Removed by Ben."
    assert row["when"].startswith("Until Today")
    assert [one["label"] for one in after.choices] == ["Wait first"]
    assert tab.fire(ContactCampaigns.ask_why, enrolment_id=number).see(ContactCampaigns).why == ""


def test_cam5_who_needs_attention_is_marked_and_the_step_tried_again(
    house: House, open_tab: Open
) -> None:
    tab = _add(_card(open_tab, house.ben, house), house)
    with db.unit_of_work() as session:
        later = clock.now() + timedelta(days=2)
        while engine.tick(session, now=later):
            pass
    row = tab.fire(ContactCampaigns.load).see(ContactCampaigns).rows[0]
    assert (row["state"], row["attention"]) == ("Needs attention", "yes")
    assert "contact.company" in row["reason"]
    told = tab.fire(ContactCampaigns.ask_why, enrolment_id=row["id"]).see(ContactCampaigns).story
    assert [line["reason"] for line in told].count(row["reason"]) == 1
    tab.fire(ContactCampaigns.again, enrolment_id=row["id"])
    assert [each.state for each in _enrolments()] == [EnrolmentState.ACTIVE]


def test_usr3_others_see_nothing_of_it_and_change_nothing(house: House, open_tab: Open) -> None:
    _add(_card(open_tab, house.ben, house), house)
    (stored,) = _enrolments()
    kate = _card(open_tab, house.kate, house)
    assert kate.see(ContactCampaigns).rows == []
    assert not kate.see(ContactCampaigns).may_add
    calls: tuple[tuple[Any, dict[str, Any]], ...] = (
        (ContactCampaigns.ask_why, {"enrolment_id": str(stored.id)}),
        (ContactCampaigns.remove, {"enrolment_id": str(stored.id)}),
        (ContactCampaigns.again, {"enrolment_id": str(stored.id)}),
        (ContactCampaigns.add, {"form": {"campaign": str(house.campaign)}}),
    )
    for handler, payload in calls:
        kate.fire(handler, **payload)
        assert "Wait first" not in str(kate.held)
    assert [each.state for each in _enrolments()] == [EnrolmentState.ACTIVE]
    assert vars(_card(open_tab, None, house).see(ContactCampaigns)) == {}


def test_usr3_who_only_meets_the_contact_may_look_but_not_add(house: House, open_tab: Open) -> None:
    _add(_card(open_tab, house.ben, house), house)
    with db.unit_of_work() as session:
        lead = session.get_one(models.Contact, house.contact)
        kate = session.get_one(models.User, house.kate.id)
        calendar = factories.calendar(session, kate)
        staged.appointment(session, calendar, kate, lead, clock.now())
    seen = _card(open_tab, house.kate, house).see(ContactCampaigns)
    assert [(row["campaign"], row["may_change"]) for row in seen.rows] == [("Wait first", "")]
    assert (seen.may_add, seen.choices) == (False, [])


def test_cam1_the_tab_is_one_of_the_card(house: House, open_tab: Open) -> None:
    tab = _card(open_tab, house.ben, house)
    for key in ("campaigns", "tasks", "details"):
        assert tab.fire(ContactCard.set_tab, tab=key).see(ContactCard).tab == key
    assert tab.fire(ContactCard.set_tab, tab="elsewhere").see(ContactCard).tab == "details"
