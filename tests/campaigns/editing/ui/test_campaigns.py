"""The list of campaigns: new from a template, copies, the archive."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.campaigns.editing import service
from crm_app.campaigns.editing.ui.campaigns_state import Campaigns
from crm_app.core import db
from crm_app.core.kinds import CampaignState
from crm_app.models import Campaign, Form, Trigger
from tests import factories
from tests.campaigns.editing.conftest import MAIL, plan
from tests.ui.tabs import Tab


@pytest.fixture
def ada(lite: str) -> models.User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        ada = factories.admin(session, name="Ada Admin")
        service.create(session, factories.actor(ada), name="Spring fair", plan=plan(MAIL))
        return ada


def rows(tab: Tab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tab.see(Campaigns).rows
    return found


def test_cam1_the_list_says_what_each_campaign_does(
    open_tab: Callable[..., Tab], ada: models.User
) -> None:
    (row,) = rows(open_tab(ada, "/campaigns").fire(Campaigns.load))
    assert (row["name"], row["label"], row["inside"], row["sent"], row["steps"]) == (
        "Spring fair",
        "Draft",
        "0",
        "0",
        "1 step",
    )


def test_cam_a_new_campaign_from_nothing_or_from_a_template(
    open_tab: Callable[..., Tab], ada: models.User
) -> None:
    tab = open_tab(ada, "/campaigns").fire(Campaigns.load).fire(Campaigns.begin)
    tab.fire(Campaigns.create, template="")
    assert "/campaigns/2" in tab.said
    tab.fire(Campaigns.create, template="ask_to_book")
    with db.reading() as session:
        assert len(session.exec(select(Campaign)).all()) == 4
        assert len(session.exec(select(Trigger)).all()) == 2
        assert len(session.exec(select(Form)).all()) == 1
    tab.fire(Campaigns.create, template="no such")
    assert "does not exist" in tab.said


def test_cam1_archive_with_undo_and_copy(open_tab: Callable[..., Tab], ada: models.User) -> None:
    tab = open_tab(ada, "/campaigns").fire(Campaigns.load)
    (row,) = rows(tab)
    tab.fire(Campaigns.archive, campaign_id=row["id"])
    assert rows(tab) == []
    assert "Undo" in tab.said
    assert len(rows(tab.fire(Campaigns.set_view, view="archived"))) == 1
    tab.fire(Campaigns.bring_back, campaign_id=row["id"], to="draft")
    assert len(rows(tab.fire(Campaigns.set_view, view="used"))) == 1
    tab.fire(Campaigns.duplicate, campaign_id=row["id"])
    assert "/campaigns/2" in tab.said
    for nonsense in ("", "x", "999", "²"):
        tab.fire(Campaigns.archive, campaign_id=nonsense)
        assert "does not exist" in tab.said


def test_usr3_members_see_the_list_and_change_nothing(
    open_tab: Callable[..., Tab], ada: models.User
) -> None:
    with db.unit_of_work() as session:
        max_member = factories.user(session)
    tab = open_tab(max_member, "/campaigns").fire(Campaigns.load)
    (row,) = rows(tab)
    for handler, payload in (
        (Campaigns.begin, {}),
        (Campaigns.create, {"template": ""}),
        (Campaigns.duplicate, {"campaign_id": row["id"]}),
        (Campaigns.archive, {"campaign_id": row["id"]}),
        (Campaigns.bring_back, {"campaign_id": row["id"], "to": ""}),
    ):
        tab.fire(handler, **payload)
        assert "administrator" in tab.said
    with db.reading() as session:
        assert session.exec(select(Campaign.state)).all() == [CampaignState.DRAFT]
