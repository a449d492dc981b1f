"""The campaign builder in a real browser: by keyboard alone, by mouse, by finger; axe; the outline."""

import re
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from crm_app.campaigns.editing import known, service
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.models import Campaign, User
from tests import factories
from tests.browser.conftest import OpenPage, Served
from tests.browser.dragging import drag, pick_up, press_and_drag
from tests.browser.journey.barriers import settle
from tests.campaigns.editing.conftest import MAIL, WAIT, plan, step

pytestmark = pytest.mark.browser

FORK = step(
    "branch",
    "fork",
    tests=[{"field": "replied", "op": "yes", "value": ""}],
    arms=[
        {"key": "yes", "steps": [step("task", "task", title="Say thanks", who="owner")]},
        {"key": "no", "steps": []},
    ],
)


@pytest.fixture(scope="module")
def ada(served: Served) -> User:
    return served.user(name="Ada Builder", slug="ada-builder")


def make(served: Served, ada: User, *steps: dict[str, Any], live: bool = False) -> int:
    """A campaign; its id."""
    with served.unit_of_work() as session:
        actor = factories.actor(session.get_one(User, ada.id))
        made = service.create(session, actor, name="Spring fair", plan=plan(*steps))
        if live:
            service.publish(session, actor, made, known=known.load(session, made))
        return made.id or 0


def saved(served: Served, campaign_id: int) -> Plan:
    """The draft in the database."""
    with served.unit_of_work() as session:
        return parse(session.get_one(Campaign, campaign_id).draft)


def ids(served: Served, campaign_id: int) -> list[str]:
    return [each.id for each in saved(served, campaign_id).walk()]


def kinds(served: Served, campaign_id: int) -> list[str]:
    return [each.kind.value for each in saved(served, campaign_id).walk()]


def ready(page: Page) -> Page:
    expect(page.get_by_label("Name of the campaign")).to_have_value("Spring fair")
    return page


def settled(page: Page) -> None:
    """All that was done is in the database."""
    expect(page.locator(".save-state-good")).to_be_visible()


def card(page: Page, step_id: str) -> Locator:
    return page.locator(f'[data-drag="{step_id}"]')


def titles(page: Page) -> list[str]:
    """The sentences of the cards in the order of the page."""
    return [each.get_attribute("aria-label") or "" for each in page.locator(".step-open").all()]


def more(page: Page, step_id: str, act: str) -> None:
    """Choose from a card's menu, by keyboard."""
    card(page, step_id).get_by_role("button", name=re.compile("^More about")).focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name=act, exact=True)
    expect(item).to_be_visible()
    item.focus()
    page.keyboard.press("Enter")
    expect(item).to_be_hidden()


def test_cam6_every_act_by_keyboard_alone(open_page: OpenPage, served: Served, ada: User) -> None:
    campaign_id = make(served, ada, WAIT, MAIL)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))

    # Insert between: the place first, then the step from the palette, which has the focus by then.
    page.get_by_role("button", name="Add a step before E-mail: Hello").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".palette-step").first).to_be_focused()
    page.locator(".palette-step", has_text="SMS").focus()
    page.keyboard.press("Enter")
    body = page.get_by_label("Text", exact=True)
    expect(body).to_be_visible()
    body.focus()
    page.keyboard.type("See you at the fair")
    page.keyboard.press("Tab")
    expect(page.locator(".step-open").nth(1)).to_have_attribute(
        "aria-label", "SMS: See you at the fair"
    )
    settled(page)
    assert kinds(served, campaign_id) == ["wait", "sms", "email"]

    # Escape closes the step, the palette adds at the end.
    page.keyboard.press("Escape")
    expect(page.locator("#inspector-close")).to_have_count(0)
    page.locator(".palette-step", has_text="If / else").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".step-card")).to_have_count(4)
    settled(page)
    assert kinds(served, campaign_id)[-1] == "branch"

    # Pick up by the handle, arrows from place to place, drop.
    handle = card(page, "mail").locator(".drag-handle")
    handle.focus()
    pick_up(page)
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-over]")).to_have_count(1)
    spoken = page.locator("[id^=DndLiveRegion]")
    expect(spoken).to_contain_text("before SMS")
    page.keyboard.press("ArrowUp")
    expect(spoken).to_contain_text("before Wait 1 day")
    page.keyboard.press("Space")
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "E-mail: Hello")
    expect(card(page, "mail").locator(".drag-handle")).to_be_focused()
    settled(page)
    assert kinds(served, campaign_id)[0] == "email"

    # Escape puts back.
    pick_up(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-over]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".drag-ghost")).to_have_count(0)
    assert kinds(served, campaign_id)[0] == "email"

    # Undo and redo by keys.
    page.keyboard.press("Control+z")
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "Wait 1 day")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "E-mail: Hello")

    # The menu: down, into the branch, duplicate, off and on, delete, and take it back.
    more(page, "mail", "Move down")
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "Wait 1 day")
    more(page, "mail", "Duplicate")
    expect(page.get_by_role("button", name="E-mail: Hello", exact=True)).to_have_count(2)
    more(page, "mail", "Switch off")
    expect(card(page, "mail")).to_have_attribute("data-off", "true")
    more(page, "mail", "Switch on")
    expect(card(page, "mail")).to_have_attribute("data-off", "false")
    more(page, "mail", "Delete")
    expect(card(page, "mail")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(card(page, "mail")).to_have_count(1)
    more(page, "mail", "Move to …")
    place = page.get_by_label("New place")
    expect(place).to_be_visible()
    place.select_option(label=next(t for t in _options(place) if t.startswith("at the end of Yes")))
    page.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(page.locator(".arm-yes").locator('[data-drag="mail"]')).to_have_count(1)
    settled(page)


def _options(control: Locator) -> list[str]:
    return control.locator("option").all_inner_texts()


def test_cam6_drag_by_mouse(open_page: OpenPage, served: Served, ada: User) -> None:
    campaign_id = make(served, ada, WAIT, MAIL, FORK)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))
    drag(page, page.locator(".palette-step", has_text="Call"), '[data-drop="fork/no|0"]')
    expect(page.locator(".arm-no .step-card")).to_have_count(1)
    settled(page)
    drag(page, card(page, "mail").locator(".step-icon"), '[data-drop="|0"]')
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "E-mail: Hello")
    drag(page, card(page, "task").locator(".step-icon"), '[data-drop="|2"]')
    expect(page.locator(".arm-yes .step-card")).to_have_count(0)
    settled(page)
    assert ids(served, campaign_id)[:4] == ["mail", "wait", "task", "fork"]
    # Far from every place nothing is dropped, and a branch does not go into itself.
    drag(page, page.locator(".palette-step", has_text="Goal"), ".builder-top")
    expect(page.locator(".step-card")).to_have_count(5)
    drag(page, card(page, "fork").locator(".step-icon"), '[data-drop="fork/yes|0"]')
    settled(page)
    assert kinds(served, campaign_id) == ["email", "wait", "task", "branch", "call"]
    page.locator("#builder-undo").click()
    expect(page.locator(".arm-yes .step-card")).to_have_count(1)
    page.locator("#builder-redo").click()
    expect(page.locator(".arm-yes .step-card")).to_have_count(0)


def test_cam3_a_click_on_the_grey_ground_makes_a_silent_wait(
    open_page: OpenPage, served: Served, ada: User
) -> None:
    campaign_id = make(served, ada)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))
    page.locator(".palette-step", has_text="Messenger").click()
    expect(page.locator(".step-card.chosen")).to_be_visible()
    page.locator(".canvas").click(position={"x": 12, "y": 300})
    expect(page.get_by_text("Step switched off: silent wait.")).to_be_visible()
    expect(page.locator(".step-card")).to_have_attribute("data-off", "true")
    settled(page)
    assert [each.on for each in saved(served, campaign_id).steps] == [False]
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".step-card")).to_have_attribute("data-off", "false")
    # With a text in it the same click only closes it.
    page.locator(".step-open").click()
    page.get_by_label("Text", exact=True).fill("Hello there")
    page.locator(".canvas").click(position={"x": 12, "y": 300})
    expect(page.locator("#inspector-close")).to_have_count(0)
    expect(page.locator(".step-card")).to_have_attribute("data-off", "false")
    settled(page)
    (kept,) = saved(served, campaign_id).steps
    assert (kept.on, kept.config["body"]) == (True, "Hello there")


def test_cam5_a_merge_field_goes_where_one_writes(
    open_page: OpenPage, served: Served, ada: User
) -> None:
    campaign_id = make(served, ada, MAIL)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))
    card(page, "mail").locator(".step-open").click()
    body = page.get_by_label("Text", exact=True)
    body.fill("Hello , how are you?")
    body.evaluate("e => e.setSelectionRange(6, 6)")
    page.locator(".writing", has=body).get_by_role("button", name="Insert field").click()
    page.get_by_label("Search fields").fill("first name")
    expect(page.locator(".merge-row")).to_have_count(2)
    page.get_by_role("button", name="First name Contact", exact=True).click()
    expect(body).to_have_value("Hello {{contact.first_name}}, how are you?")
    expect(page.locator(".preview-text")).to_contain_text(", how are you?")
    settled(page)


def test_cam1_publish_from_the_page(open_page: OpenPage, served: Served, ada: User) -> None:
    campaign_id = make(served, ada, WAIT, MAIL)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Wait 1 day")).to_be_visible()
    dialog.get_by_role("button", name="Publish").click()
    expect(page.locator(".builder-top .badge")).to_have_text("Live")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".builder-top .badge")).to_have_text("Draft")


def test_cam6_the_picture_is_an_outline_too(open_page: OpenPage, served: Served, ada: User) -> None:
    campaign_id = make(served, ada, WAIT, FORK)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada))
    outline = page.get_by_role("region", name="Steps of the campaign").get_by_role("list").first
    expect(outline.locator("> li > .step-card")).to_have_count(2)
    inner = outline.get_by_role("region", name="Yes").get_by_role("list")
    expect(inner.get_by_role("heading", level=3)).to_have_text("Task for the owner: Say thanks")
    expect(outline.get_by_role("heading", level=2)).to_have_count(2)
    first = outline.get_by_role("button", name="Wait 1 day", exact=True)
    expect(first).to_have_accessible_description("Step 1 of 2")
    # Every place, also that of an empty branch, is a button with a name of its own.
    expect(
        outline.get_by_role("button", name=re.compile("Add a step at the end of No"))
    ).to_have_count(1)


def test_cam6_on_a_phone_by_finger(open_page: OpenPage, served: Served, ada: User) -> None:
    campaign_id = make(served, ada, WAIT)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada, phone=True))
    page.get_by_role("button", name="Add a step", exact=True).tap()
    page.locator(".palette-step", has_text="SMS").tap()
    body = page.get_by_label("Text", exact=True)
    expect(body).to_be_visible()
    body.fill("Hi")
    page.get_by_role("button", name="Close", exact=True).last.tap()
    expect(body).to_be_hidden()
    settled_on_phone(page)
    assert kinds(served, campaign_id) == ["wait", "sms"]
    press_and_drag(page, page.locator(".step-card .step-icon").nth(1), '[data-drop="|0"]')
    expect(page.locator(".step-open").first).to_have_attribute("aria-label", "SMS: Hi")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def settled_on_phone(page: Page) -> None:
    expect(page.locator(".save-state-good svg")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_q6_no_barrier_that_axe_can_find(
    open_page: OpenPage, served: Served, ada: User, phone: bool, dark: bool
) -> None:
    off = step("messenger", "off", body="", on=False, delay={"amount": 30, "unit": "minutes"})
    campaign_id = make(served, ada, WAIT, MAIL, FORK, off, live=True)
    page = ready(open_page(f"/campaigns/{campaign_id}", user=ada, phone=phone, dark=dark))
    assert barriers(page) == []
    card(page, "mail").locator(".step-open").click()
    expect(page.get_by_label("Subject")).to_be_visible()
    assert barriers(page) == []
    page.locator("#inspector-close").click()
    page.get_by_role("button", name="Settings", exact=True).first.click()
    expect(page.get_by_role("heading", name="Settings of the campaign")).to_be_visible()
    assert barriers(page) == []
    page.goto("/campaigns")
    expect(page.get_by_role("link", name="Spring fair").first).to_be_visible()
    assert barriers(page) == []


def barriers(page: Page) -> list[Any]:
    page.wait_for_load_state("networkidle")
    settle(page)
    found = Axe().run(page)["violations"]
    return [
        (each["id"], each["impact"], [node["target"] for node in each["nodes"]]) for each in found
    ]
