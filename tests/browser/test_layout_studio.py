"""The layout studio in a real browser (CON-4): by mouse, by keyboard, by finger; and the card after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, delete, select

from crm_app.contacts import queries, service
from crm_app.contacts.fields import Phone
from crm_app.contacts.views import Card
from crm_app.core.access import system
from crm_app.core.kinds import ContactKind
from crm_app.models import CardLayout, Contact, User
from tests.browser.conftest import OpenPage, Served
from tests.browser.dragging import drag, pick_up, press_and_drag
from tests.browser.journey.barriers import barriers

pytestmark = pytest.mark.browser
PATH = "/settings/layout"
SYSTEM = system("test")


@pytest.fixture
def ada(served: Served) -> Iterator[User]:
    """An administrator, while all cards are as they come."""
    yield served.user(name="Ada Lovelace")
    with served.unit_of_work() as session:
        session.execute(delete(CardLayout))


def _contact(served: Served, **fields: Any) -> int:
    with served.unit_of_work() as session:
        return service.create(session, SYSTEM, **{"name": "Anna Ek", **fields}).id or 0


def _stored(served: Served, contact_id: int) -> Card:
    with served.unit_of_work() as session:
        return queries.card(session, SYSTEM, contact_id)


def _studio(open_page: OpenPage, user: User, **look: Any) -> Page:
    page = open_page(PATH, user=user, **look)
    expect(page.locator(".layout-field").first).to_be_visible()
    return page


def _shows(page: Page, group: int, fields: list[str]) -> None:
    shown = page.locator(".layout-canvas .layout-group").nth(group)
    expect(shown.locator(".layout-label")).to_have_text(fields)


def _order(page: Page, *groups: str) -> None:
    names = [f"Actions for {name}" for name in groups]
    heads = page.locator(".layout-group-head").get_by_role("button", name="Actions for")
    expect(heads).to_have_count(len(names))
    for at, name in enumerate(names):
        expect(heads.nth(at)).to_have_accessible_name(name)


def _carry(page: Page, arrow: str, *places: str) -> None:
    """From the focused handle by keyboard, arrow by arrow over ``places``, and dropped on the last."""
    pick_up(page)
    for place in places:
        page.keyboard.press(arrow)
        expect(page.locator(f"[data-drop={place}][data-over]")).to_be_attached()
    page.keyboard.press("Space")


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Everybody's cards look like this now")).to_be_visible()
    expect(page.locator(".save-bar")).to_have_count(0)


def test_con4_by_mouse_a_field_is_hidden_and_keeps_its_value(
    open_page: OpenPage, served: Served, ada: User
) -> None:
    contact_id = _contact(
        served, phones=[Phone("030 123456")], custom={"roof": "flat"}, do_not_disturb=["sms"]
    )
    before = _stored(served, contact_id)
    page = _studio(open_page, ada)
    # All groups in view, so that one drag reaches each place.
    page.set_viewport_size({"width": 1440, "height": 1700})
    sheet = page.locator(".layout-sheet")
    expect(sheet.get_by_text("Phone numbers")).to_be_visible()
    drag(page, page.locator("[data-drag=field-phones] .layout-icon"), "[data-drop=hidden]")
    expect(page.locator(".layout-tray [data-drag=field-phones]")).to_be_visible()
    expect(sheet.get_by_text("Phone numbers")).to_have_count(0)
    drag(page, page.locator("[data-drag=field-note] .layout-icon"), "[data-drop=before-first_name]")
    _shows(page, 1, ["Note", "First name", "Last name", "Company", "Kind"])
    # An own field gets a place among the names.
    own = page.locator(".layout-tray .layout-field", has_text="roof")
    drag(page, own.locator(".layout-icon"), "[data-drop=before-company]")
    expect(own).to_have_count(0)
    _shows(page, 1, ["Note", "First name", "Last name", "roof", "Company", "Kind"])
    # A whole group, by its handle; fields do not go between groups, nor groups into groups.
    drag(page, page.locator("[data-drag-handle=group-g3]"), "[data-drop=group-before-g1]")
    _order(page, "Messages", "Group 2", "How to reach", "More")
    # A field of a room above is hidden like any other.
    expect(sheet.get_by_text("Sync mobile")).to_be_visible()
    page.get_by_role("button", name="Hide Sync mobile").click()
    expect(page.locator(".layout-tray [data-drag=field-sync_mobile]")).to_be_visible()
    page.get_by_role("button", name="Hide Do not disturb").click()
    expect(page.locator(".layout-tray [data-drag=field-do_not_disturb]")).to_be_visible()
    page.locator("#layout-undo").click()
    expect(page.locator(".layout-tray [data-drag=field-do_not_disturb]")).to_have_count(0)
    page.locator("#layout-redo").click()
    expect(page.locator(".layout-tray [data-drag=field-do_not_disturb]")).to_be_visible()
    _save(page)

    card = open_page(f"/contacts/{contact_id}", user=ada)
    note = card.get_by_label("Note", exact=True).first
    expect(note).to_be_visible()
    expect(card.get_by_label("roof")).to_have_value("flat")
    expect(card.locator("#card-details").get_by_text("Phone numbers")).to_have_count(0)
    expect(card.locator("#card-details").get_by_text("Do not disturb")).to_have_count(0)
    expect(card.get_by_role("switch", name="Sync mobile")).to_have_count(0)
    note.fill("Wants a quote")
    card.get_by_label("roof").fill("gable")
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.get_by_text("Saved.", exact=True)).to_be_visible()
    after = _stored(served, contact_id)
    assert (after.note, after.custom) == ("Wants a quote", {"roof": "gable"})
    assert (after.phones, after.do_not_disturb) == (before.phones, before.do_not_disturb)
    # Shown again, it is as it was; the open card follows without being asked.
    page.get_by_role("button", name="Put Phone numbers on the card").click()
    page.get_by_role("button", name="Put Sync mobile on the card").click()
    _save(page)
    expect(card.get_by_role("switch", name="Sync mobile")).to_be_visible()
    expect(card.locator("#card-details").get_by_text("Phone numbers")).to_be_visible()
    expect(card.get_by_label("Phone numbers", exact=True)).to_have_value("030 123456")


def test_con4_by_keyboard_alone(open_page: OpenPage, served: Served, ada: User) -> None:
    page = _studio(open_page, ada)
    page.locator("[data-drag-handle=field-kind]").focus()
    _carry(page, "ArrowUp", "before-kind", "before-company", "before-last_name")
    _shows(page, 1, ["First name", "Kind", "Last name", "Company"])
    expect(page.locator("[data-drag-handle=field-kind]")).to_be_focused()
    # Into the group below, by its menu; the focus goes along.
    page.get_by_role("button", name="Actions for Kind").press("Enter")
    page.get_by_role("menuitem", name="To How to reach").press("Enter")
    reach = ["E-mail addresses", "Phone numbers", "Addresses", "Sync mobile"]
    _shows(page, 2, [*reach, "Kind"])
    expect(page.locator("[data-drag-handle=field-kind]")).to_be_focused()
    # What is hidden leaves the focus to its neighbour.
    page.get_by_role("button", name="Hide Kind").press("Enter")
    expect(page.locator(".layout-tray [data-drag=field-kind]")).to_be_visible()
    expect(page.locator("[data-drag-handle=field-sync_mobile]")).to_be_focused()
    # Back by the keys that everybody knows, except in text.
    page.keyboard.press("Control+z")
    expect(page.locator(".layout-tray [data-drag=field-kind]")).to_have_count(0)
    heading = page.get_by_label("Heading of Group 1")
    heading.fill("Who")
    expect(page.locator(".layout-sheet h3").first).to_have_text("Who")
    page.get_by_role("button", name="Actions for Who").press("Enter")
    page.get_by_role("menuitem", name="Begin folded").press("Enter")
    expect(page.locator(".layout-sheet details").first).not_to_have_attribute("open", "")
    # A group by its handle, below the next one.
    page.locator("[data-drag-handle=group-g1]").focus()
    _carry(page, "ArrowDown", "group-before-g2", "group-before-g3")
    expect(page.locator("[data-drag-handle=group-g1]")).to_be_focused()
    _order(page, "How to reach", "Who", "Messages", "More")
    page.get_by_label("New own field").fill("Shoe size")
    page.keyboard.press("Enter")
    added = page.locator(".layout-canvas .layout-field", has_text="Shoe size")
    expect(added.locator(".drag-handle")).to_be_focused()
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_text("Give the field a name.")).to_be_visible()
    expect(page.get_by_label("New own field")).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator(".save-bar")).to_have_count(0)
    page.reload()
    expect(page.locator(".layout-title").first).to_have_value("How to reach")
    # The card: a folded group opens by keyboard, and by itself when something in it is wrong.
    contact_id = _contact(served)
    page.goto(f"/contacts/{contact_id}")
    expect(page.get_by_label("Shoe size")).to_be_visible()
    expect(page.get_by_label("First name")).to_be_hidden()
    page.locator("summary", has_text="Who").press("Enter")
    page.get_by_label("First name").fill("")
    page.get_by_label("Last name").fill("")
    page.locator("summary", has_text="Who").press("Enter")
    expect(page.get_by_label("First name")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Give a name.")).to_be_visible()
    expect(page.get_by_label("First name")).to_be_focused()


def test_con4_on_a_phone_by_finger(open_page: OpenPage, served: Served, ada: User) -> None:
    page = _studio(open_page, ada, phone=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press_and_drag(
        page,
        page.locator("[data-drag=field-last_name] .layout-icon"),
        "[data-drop=before-first_name]",
    )
    _shows(page, 1, ["Last name", "First name", "Company", "Kind"])
    page.get_by_role("button", name="Actions for Company").tap()
    page.get_by_role("menuitem", name="Hide").tap()
    page.get_by_role("button", name="Preview").tap()
    sheet = page.locator(".layout-sheet")
    expect(sheet).to_be_visible()
    expect(page.locator(".layout-canvas")).to_be_hidden()
    expect(sheet.locator("[name=company]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("tab", name="Company").tap()
    expect(sheet.get_by_text("Lindberg & Co").first).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_q6_no_barrier_that_axe_can_find(
    open_page: OpenPage, served: Served, ada: User, phone: bool, dark: bool
) -> None:
    contact_id = _contact(served, custom={"roof": "flat"}, kind=ContactKind.CONTACT)
    page = _studio(open_page, ada, phone=phone, dark=dark)
    assert barriers(page) == []
    page.get_by_role("tab", name="Contact").click()
    page.get_by_role("button", name="Hide Phone numbers").click()
    page.get_by_role("switch", name="Show Tags").click()
    page.get_by_role("button", name="Put roof on the card").click()
    page.get_by_role("button", name="Actions for More").click()
    page.get_by_role("menuitem", name="Begin folded").click()
    page.get_by_role("button", name="Add group").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Give the field a name.")).to_be_visible()
    assert barriers(page) == []
    if phone:
        page.get_by_role("button", name="Preview").tap()
        expect(page.locator(".layout-sheet")).to_be_visible()
        assert barriers(page) == []
    _save(page)
    page.goto(f"/contacts/{contact_id}")
    expect(page.get_by_label("First name")).to_be_visible()
    assert barriers(page) == []
    with served.unit_of_work() as session:
        found = session.exec(select(Contact).where(col(Contact.id) == contact_id)).one()
        assert found.custom == {"roof": "flat"}
