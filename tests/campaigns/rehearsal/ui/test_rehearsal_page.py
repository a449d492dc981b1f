"""The rehearsal page through Reflex's whole pipeline, without a browser (CAM-7)."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_app import models
from crm_app.campaigns.editing import service
from crm_app.campaigns.plans.plan import parse
from crm_app.campaigns.rehearsal.ui.rehearsal_state import REAL, Rehearsal
from crm_app.core import db
from tests import factories


@pytest.fixture
def ada(lite: str) -> models.User:
    """An administrator with a campaign of one SMS after two hours, number 1."""
    plan = {
        "settings": {"stop_on_booking": True},
        "steps": [
            {
                "id": "sms",
                "kind": "sms",
                "delay": {"amount": 2, "unit": "hours"},
                "config": {"body": "Hello {{contact.first_name}}"},
            }
        ],
    }
    with db.unit_of_work() as session:
        factories.workspace(session)
        ada = factories.admin(session, name="Ada")
        service.create(session, factories.actor(ada), name="Ask to Book", plan=parse(plan))
        factories.contact(session, name="Ben Field", email="ben@example.com")
        return ada


def _open(open_tab: Callable[..., Any], user: models.User | None) -> Any:
    return open_tab(user, "/campaigns/1/rehearsal").fire(Rehearsal.load)


def test_cam7_the_page_rehearses_at_once(open_tab: Callable[..., Any], ada: models.User) -> None:
    seen = _open(open_tab, ada).see(Rehearsal)
    assert seen.campaign == "Ask to Book"
    message = next(scene for scene in seen.scenes if scene.channel)
    assert (message.body, message.channel) == ("Hello Zoë", "sms")
    assert seen.summary.startswith("1 message in 2 hours")


def test_cam7_booking_first_leaves_nothing_to_send(
    open_tab: Callable[..., Any], ada: models.User
) -> None:
    tab = _open(open_tab, ada).fire(Rehearsal.add_act)
    assert [scene for scene in tab.see(Rehearsal).scenes if scene.channel] == []
    tab.fire(Rehearsal.change_act, index=0, field="amount", value="3")
    assert [scene for scene in tab.see(Rehearsal).scenes if scene.channel] != []
    tab.fire(Rehearsal.change_act, index=0, field="amount", value="soon")
    assert set(tab.see(Rehearsal).errors) == {"act-0"}
    tab.fire(Rehearsal.drop_act, index=0)
    assert tab.see(Rehearsal).errors == {}


def test_cam7_a_real_contact_plays(open_tab: Callable[..., Any], ada: models.User) -> None:
    tab = _open(open_tab, ada).fire(Rehearsal.set_who, who=REAL)
    tab.fire(Rehearsal.rehearse, form={})
    assert set(tab.see(Rehearsal).errors) == {"contact"}
    tab.fire(Rehearsal.look_for, text="ben")
    (found,) = tab.see(Rehearsal).found
    tab.fire(Rehearsal.choose, contact_id=found["id"])
    seen = tab.see(Rehearsal)
    assert "no phone number" in " ".join(scene.reason for scene in seen.scenes)


def test_q1_a_time_that_is_none_is_refused_beside_its_field(
    open_tab: Callable[..., Any], ada: models.User
) -> None:
    tab = _open(open_tab, ada).fire(Rehearsal.rehearse, form={"starts_at": "soon", "name": "Max"})
    assert set(tab.see(Rehearsal).errors) == {"starts_at"}
    assert tab.see(Rehearsal).name == "Max"


def test_usr3_strangers_see_nothing(open_tab: Callable[..., Any], ada: models.User) -> None:
    assert _open(open_tab, None).held.get(Rehearsal.get_full_name(), {}) == {}
