"""The contact list in a real browser: filters, views, ticking by keyboard, bulk acts, merging (CON-3)."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from crm_app.contacts import service
from crm_app.contacts.fields import Email
from crm_app.core.access import system
from crm_app.models import User
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import barriers

pytestmark = pytest.mark.browser


def _people(served: Served, word: str, count: int, **fields: Any) -> User:
    """``count`` contacts whose names begin with ``word``, all of a new user, so that tests keep apart."""
    ada = served.user(name=f"Ada {word}")
    with served.unit_of_work() as session:
        for number in range(count):
            service.create(
                session,
                system("test", silent=True),
                name=f"{word} {number:03}",
                emails=[Email(f"{word.lower()}{number}@x.example")],
                owner_id=ada.id,
                **fields,
            )
    return ada


def _open(open_page: OpenPage, user: User, word: str, **look: Any) -> Page:
    page = open_page("/contacts", user=user, **look)
    expect(_rows(page).first).to_be_visible()
    page.get_by_role("searchbox", name="Search contacts").fill(word)
    expect(_rows(page).filter(has_not_text=word)).to_have_count(0)
    return page


def _rows(page: Page) -> Locator:
    return page.locator(".contacts-list tbody tr")


def _chosen(page: Page) -> Locator:
    return page.locator(".contacts-list tbody input:checked")


def test_con3_search_filter_and_a_view_that_stays(open_page: OpenPage, served: Served) -> None:
    ada = _people(served, "Filtered", 4, tags=["Fair"])
    _people(served, "FilteredOther", 2)
    page = _open(open_page, ada, "Filtered")
    expect(_rows(page)).to_have_count(6)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("menuitem", name="Tags").click()
    page.locator(".filter-pop").get_by_label("Fair").click()
    expect(_rows(page)).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".filter-pop")).to_have_count(0)
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
    page.keyboard.type("From the fair")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="From the fair")).to_have_attribute("data-state", "active")
    page.get_by_role("tab", name="Everybody").click()
    expect(page.locator(".list-chip")).to_have_count(0)
    page.reload()
    page.get_by_role("tab", name="From the fair").click()
    expect(_rows(page)).to_have_count(4)
    expect(page.locator(".list-chip")).to_contain_text("Fair")
    expect(page.get_by_role("searchbox", name="Search contacts")).to_have_value("Filtered")
    page.get_by_role("button", name="Remove the filter Tags").click()
    expect(_rows(page)).to_have_count(6)
    page.get_by_role("button", name="Reset").click()
    expect(_rows(page)).to_have_count(4)


def test_con3_ticking_and_acting_by_keyboard_alone(open_page: OpenPage, served: Served) -> None:
    page = _open(open_page, _people(served, "Keyed", 5), "Keyed")
    page.get_by_role("heading", name="Contacts").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search contacts")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(_rows(page).first).to_be_focused()
    page.keyboard.press("x")
    expect(_chosen(page)).to_have_count(1)
    page.keyboard.press("Shift+ArrowDown")
    expect(_chosen(page)).to_have_count(2)
    page.keyboard.press("Control+a")
    expect(_chosen(page)).to_have_count(5)
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.keyboard.press("Control+a")
    expect(page.get_by_role("toolbar")).to_contain_text("5 chosen")
    page.get_by_role("button", name="Add tag").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    page.keyboard.type("Keyed tag")
    page.keyboard.press("Enter")
    expect(page.locator(".contacts-list .badge", has_text="Keyed tag")).to_have_count(5)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".contacts-list .badge", has_text="Keyed tag")).to_have_count(0)


def test_con3_a_click_with_shift_ticks_all_between_and_deleting_is_undone(
    open_page: OpenPage, served: Served
) -> None:
    page = _open(open_page, _people(served, "Shifted", 6), "Shifted")
    ticks = page.locator(".contacts-list tbody input[type=checkbox]")
    ticks.nth(1).click()
    expect(_chosen(page)).to_have_count(1)
    ticks.nth(4).click(modifiers=["Shift"])
    expect(_chosen(page)).to_have_count(4)
    expect(page.locator(".sheet")).to_have_count(0)
    page.get_by_role("toolbar").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(_rows(page)).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(_rows(page)).to_have_count(6)


def test_q2_all_that_fit_with_progress_and_undo(open_page: OpenPage, served: Served) -> None:
    page = _open(open_page, _people(served, "Plenty", 120), "Plenty")
    page.get_by_label("Choose all that are shown").click()
    page.get_by_role("button", name="Choose all 120").click()
    expect(page.get_by_role("toolbar")).to_contain_text("120 chosen")
    page.get_by_role("button", name="Add tag").click()
    page.get_by_label("Tag", exact=True).fill("Plenty tag")
    page.keyboard.press("Enter")
    card = page.locator(".run-card")
    expect(card).to_contain_text("Adding a tag")
    expect(card).to_contain_text("120 contacts were changed.", timeout=30_000)
    card.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("It is as it was before.", timeout=30_000)
    card.get_by_role("button", name="Close").click()
    expect(card).to_have_count(0)


def test_con3_duplicates_are_compared_merged_and_parted(
    open_page: OpenPage, served: Served
) -> None:
    ada = served.user(name="Ada Merges")
    with served.unit_of_work() as session:
        root = system("test", silent=True)
        twice = [Email("twice@merged.example")]
        kept = service.create(session, root, name="Meta Kept", emails=twice, note="One")
        service.create(session, root, name="Meta Gone", emails=twice, note="Two", tags=["Gone tag"])
        kept_id = kept.id
    page = open_page("/duplicates", user=ada)
    group = page.locator(".alike", has_text="twice@merged.example")
    group.get_by_role("button", name="Compare and merge").click()
    dialog = page.get_by_role("dialog", name="Merge contacts")
    expect(dialog.get_by_role("group", name="Note").get_by_role("radio").first).to_be_checked()
    dialog.get_by_role("group", name="Name").get_by_label("Meta Gone").click()
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(group).to_have_count(0)
    page.goto(f"/contacts/{kept_id}")
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text("Meta Gone")
    expect(sheet.locator(".card-tags")).to_contain_text("Gone tag")
    sheet.get_by_role("button", name="Undo the merge with Meta Gone").click()
    expect(sheet).to_contain_text("This may be the same contact")
    expect(page.locator(".sheet .floating-title")).to_have_text("Meta Kept")


@pytest.mark.parametrize("look", [{}, {"phone": True, "dark": True}], ids=["desktop", "phone"])
def test_q6_no_barriers(open_page: OpenPage, served: Served, look: dict[str, bool]) -> None:
    word = "Phoned" if look else "Desked"
    page = _open(open_page, _people(served, word, 3, tags=["Fair"]), word, **look)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("menuitem", name="Created").click()
    page.locator(".filter-pop").get_by_label("Last 7 days").click()
    expect(_rows(page)).to_have_count(3)
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("Choose all that are shown").click()
    expect(_chosen(page)).to_have_count(3)
    assert barriers(page) == []
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("dialog", name="Merge contacts")).to_be_visible()
    assert barriers(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wider
