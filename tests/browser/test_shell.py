"""The frame around every page, in a real browser: palette, appearance, language, live, sign-out."""

from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm_app.accounts import queries
from crm_app.contacts import service
from crm_app.models import User
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def grace(served: Served) -> User:
    return served.user(name="Grace Hopper", slug="grace")


def ready(page: Page) -> Page:
    """The page after its state has come."""
    expect(page.locator(".user-name")).not_to_be_empty()
    return page


def test_the_palette_opens_by_keys_and_goes_where_it_says(open_page: OpenPage, grace: User) -> None:
    page = ready(open_page("/", user=grace))
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search contacts and pages")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Home")).to_be_visible()
    field.press_sequentially("sett")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    expect(field).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()


def test_q6_the_appearance_can_be_chosen_and_stays(open_page: OpenPage, grace: User) -> None:
    page = ready(open_page("/", user=grace))
    light = _background(page)
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Appearance").click()
    page.get_by_role("menuitem", name="Dark").click()
    expect(page.locator("html")).to_have_class("dark")
    page.reload()
    ready(page)
    assert _background(page) != light
    assert _background(ready(open_page("/", user=grace, dark=True))) == _background(page)


def _background(page: Page) -> Any:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_usr4_the_language_is_the_users_and_is_not_seen_to_change(
    open_page: OpenPage, served: Served
) -> None:
    user = served.user(name="Jan Kowalski", locale="pl")
    page = open_page("/", user=user)
    expect(page.get_by_role("link", name="Osoby kontaktowe").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.goto("/", wait_until="commit")
    page.locator(".shell").wait_for(state="attached")
    # What is seen at first glance is nothing, or already Polish.
    seen = page.evaluate(
        "document.documentElement.classList.contains('words-wait')"
        " || document.querySelector('.rail').innerText.includes('Osoby kontaktowe')"
    )
    assert seen
    expect(page.get_by_role("link", name="Osoby kontaktowe").first).to_be_visible()


def test_signing_out_ends_the_session(open_page: OpenPage, grace: User) -> None:
    page = ready(open_page("/", user=grace))
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.locator("input[type=password]").wait_for()
    page.goto("/settings")
    assert "/login?next=/settings" in page.url


def test_an_open_page_hears_of_what_others_do(
    open_page: OpenPage, served: Served, grace: User
) -> None:
    page = ready(open_page("/contacts", user=grace))
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()
    with served.unit_of_work() as session:
        actor = queries.actor_of(session.get_one(User, grace.id))
        service.find_or_make(session, actor, email="maja@lead.example", name="Maja Nowak")
    expect(page.get_by_text("Maja Nowak").first).to_be_visible()


def test_an_address_that_is_none(open_page: OpenPage, grace: User) -> None:
    page = open_page("/there/is/nothing", user=grace)
    page.get_by_role("link", name="Go to Home").click()
    expect(ready(page).get_by_role("heading", name="Hello Grace Hopper")).to_be_visible()


def test_the_keyboard_can_skip_the_rail(open_page: OpenPage, grace: User) -> None:
    page = ready(open_page("/settings", user=grace))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('#main').contains(document.activeElement)")
    assert inside


def test_a_phone_has_its_pages_at_the_thumb(open_page: OpenPage, grace: User) -> None:
    page = ready_on_phone(open_page("/", user=grace, phone=True))
    page.locator(".bottom-bar").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def ready_on_phone(page: Page) -> Page:
    expect(page.locator(".user-button .avatar")).to_have_text("GH")
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/", "/settings", "/nowhere"])
def test_q6_no_barrier_that_axe_can_find(
    open_page: OpenPage, grace: User, path: str, phone: bool, dark: bool
) -> None:
    page = open_page(path, user=grace, phone=phone, dark=dark)
    page.get_by_role("heading").first.wait_for()
    page.wait_for_load_state("networkidle")
    settle(page)
    found = Axe().run(page)["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
