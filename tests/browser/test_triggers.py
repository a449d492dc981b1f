"""Triggers in a real browser: written by mouse and by keys, checked, tried; the map; axe; phone."""

from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import select

from crm_app import models
from tests import factories
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import settle
from tests.factories import campaigns

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tess(served: Served) -> models.User:
    """An administrator with a campaign, a lead and a trigger."""
    with served.unit_of_work() as session:
        tess = factories.admin(session, name="Tess Trigger", slug="tess", email="tess@team.example")
        ask = campaigns.live(session, campaigns.email(), name="Ask to Book")
        campaigns.live(session, campaigns.wait(30), name="Wait first", next_campaign_id=ask.id)
        factories.contact(session, name="Ann Lee", email="ann@lead.example", owner_id=tess.id)
        session.add(
            models.Trigger(
                name="Ask again",
                event="not_booked",
                options={"since": "campaign", "amount": 10, "unit": "minutes", "most": 3},
                filters=[{"field": "campaign", "op": "is", "value": str(ask.id)}],
                actions=[
                    {"kind": "add_to_campaign", "campaign_id": ask.id, "restart": True},
                    {"kind": "notify", "text": "Asked again", "who": ["owner"], "mail": False},
                    {"kind": "assign", "mode": "round_robin", "user_ids": [tess.id]},
                ],
                enabled=True,
                created_at=factories.LONG_AGO,
                changed_at=factories.LONG_AGO,
            )
        )
    return tess


def barriers(page: Page) -> list[tuple[str, Any]]:
    settle(page)
    found = Axe().run(page)["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def settled(page: Page) -> Page:
    expect(page.locator(".user-button")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def test_trg3_the_seeds_note_is_written_and_tried(
    served: Served, open_page: OpenPage, tess: models.User
) -> None:
    page = settled(open_page("/triggers", user=tess))
    page.get_by_role("button", name="New trigger").click()
    page.get_by_label("What sets it off").select_option("campaign_entered")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Value").select_option(label="Ask to Book")
    page.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Notify the team").click()
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Tell the owner")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The trigger is saved.")).to_be_visible()
    page.get_by_label("Contact", exact=True).press_sequentially("ann")
    page.get_by_role("button", name="Ann Lee").click()
    expect(page.get_by_text("New lead assigned: Ann Lee. Please check.")).to_be_visible()
    page.get_by_role("switch").click()
    expect(page.get_by_text("It is on.")).to_be_visible()
    with served.unit_of_work() as session:
        row = session.exec(
            select(models.Trigger).where(models.Trigger.name == "Tell the owner")
        ).one()
        assert row.enabled
        assert session.exec(select(models.Notification)).first() is None


def test_trg1_a_trigger_is_written_by_keys_alone(
    served: Served, open_page: OpenPage, tess: models.User
) -> None:
    page = settled(open_page("/triggers", user=tess))
    page.get_by_role("button", name="New trigger").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What sets it off").focus()
    page.keyboard.type("Contacts: A contact is cr")
    expect(page.get_by_label("What sets it off")).to_have_value("contact_created")
    page.get_by_role("button", name="Add an action").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    # The menu takes the focus a moment after it is there.
    for before in ("Add to a campaign", "Remove from campaigns", "Assign an owner"):
        expect(page.get_by_role("menuitem", name=before)).to_be_focused()
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Add a tag")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Tag", exact=True).focus()
    page.keyboard.type("by keys")
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The trigger is saved.")).to_be_visible()
    with served.unit_of_work() as session:
        rows = session.exec(select(models.Trigger)).all()
        assert {"kind": "add_tag", "tag": "by keys"} in [a for row in rows for a in row.actions]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_q6_no_barrier_that_axe_can_find(
    open_page: OpenPage, tess: models.User, phone: bool, dark: bool
) -> None:
    page = settled(open_page("/triggers", user=tess, phone=phone, dark=dark))
    for view in ("Triggers", "Log", "Map"):
        page.get_by_role("tab", name=view).click()
        page.wait_for_load_state("networkidle")
        assert barriers(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_role("tab", name="Triggers").click()
    page.get_by_role("link", name="Ask again").click()
    expect(page.get_by_label("What sets it off")).to_be_visible()
    expect(page.get_by_text("This runs in a circle", exact=False).first).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_trg5_the_maps_boxes_lead_to_what_they_show(open_page: OpenPage, tess: models.User) -> None:
    page = settled(open_page("/triggers", user=tess))
    page.get_by_role("tab", name="Map").click()
    page.get_by_role("link", name="Trigger Ask again").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ask again")
