"""Campaigns, triggers and forms built as a person builds them: by pointer, drag and typing."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.journey.desk import Desk


def drag(page: Page, item: Locator, onto: Locator) -> None:
    """With the mouse, in steps as a hand makes them."""
    item.scroll_into_view_if_needed()
    start = item.bounding_box()
    assert start
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y, steps=3)
    expect(page.locator(".drag-ghost")).to_be_visible()
    # Places make room for what is dragged, so where they are is asked only now.
    end = onto.bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.up()
    expect(page.locator(".drag-ghost")).to_have_count(0)


@dataclass
class Workbench:
    """The pages of automation at an administrator's desk."""

    desk: Desk

    @property
    def page(self) -> Page:
        """The window."""
        return self.desk.page

    # Campaigns -------------------------------------------------------------------------------

    def new_campaign(self, name: str) -> None:
        """An empty campaign with that name, opened."""
        page = self.page
        self.desk.go("/campaigns", "Campaigns")
        page.get_by_role("button", name="New campaign").first.click()
        page.get_by_role("dialog").get_by_role("button", name="From nothing").click()
        title = page.get_by_label("Name of the campaign")
        expect(title).to_be_visible()
        title.fill(name)
        title.press("Tab")
        self.settled()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Campaign: {name}")

    def drag_in(self, kind: str) -> Locator:
        """Drag a step from the palette to the end of the campaign; its card, which is open then."""
        page = self.page
        cards = page.locator(".step-card")
        before = cards.count()
        drag(
            page,
            page.locator(".palette-step", has_text=kind).first,
            page.locator(f'[data-drop="|{before}"]'),
        )
        expect(cards).to_have_count(before + 1)
        expect(page.locator("#inspector-close")).to_be_visible()
        return cards.last

    def type(self, label: str, text: str) -> None:
        """Fill a field of the open step and leave it."""
        control = self.page.locator("#inspector").get_by_label(label, exact=True)
        control.fill(text)
        control.press("Tab")

    def click_outside(self) -> None:
        """On the grey ground beside the step."""
        self.page.locator(".canvas").click(position={"x": 12, "y": 300})
        expect(self.page.locator("#inspector-close")).to_have_count(0)

    def open_settings(self) -> Locator:
        """The sheet of the campaign's settings."""
        self.page.get_by_role("button", name="Settings", exact=True).first.click()
        sheet = self.page.get_by_role("dialog")
        expect(sheet.get_by_role("heading", name="Settings of the campaign")).to_be_visible()
        return sheet

    def done(self, sheet: Locator) -> None:
        """Close the sheet; what was set is saved."""
        sheet.get_by_role("button", name="Done").click()
        expect(sheet).to_be_hidden()
        self.settled()

    def settled(self) -> None:
        """All that was done in the builder is in the database."""
        expect(self.page.locator(".save-state-good")).to_be_visible()

    def publish_campaign(self, *changes: str) -> None:
        """Read what changes, and publish."""
        self.settled()
        self.page.get_by_role("button", name="Publish").click()
        asked = self.page.get_by_role("dialog")
        for words in changes:
            expect(asked.get_by_text(words, exact=False).first).to_be_visible()
        asked.get_by_role("button", name="Publish").click()
        expect(self.page.locator(".builder-top .badge")).to_have_text("Live")

    # Forms -----------------------------------------------------------------------------------

    def new_form(self, name: str) -> None:
        """A form with name and e-mail, opened."""
        page = self.page
        self.desk.go("/forms", "Forms")
        page.get_by_role("button", name="New form").first.click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Create").click()
        expect(page.locator(".form-field")).to_have_count(2)

    def drag_field(self, kind: str, number: int) -> None:
        """Drag a kind of field to the end of the page; it is the one of that number."""
        page = self.page
        drag(page, page.locator(f"[data-drag=kind-{kind}]"), page.locator("[data-drop^=end-]"))
        expect(page.locator(".form-field")).to_have_count(number)

    def choose_for_form(self, label: str, option: str) -> None:
        """Set something of the whole form."""
        back = self.page.get_by_role("button", name="Back to the whole form")
        if back.count():
            back.click()
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def publish_form(self) -> str:
        """Publish; its link."""
        self.page.get_by_role("button", name="Publish").click()
        asked = self.page.get_by_role("dialog")
        expect(asked).to_contain_text("Share the form")
        link = asked.get_by_label("Link", exact=True).input_value()
        asked.get_by_role("button", name="Done").click()
        return link

    # Triggers --------------------------------------------------------------------------------

    def new_trigger(self, name: str, event: str) -> None:
        """A trigger on that event, opened."""
        page = self.page
        self.desk.go("/triggers", "Triggers")
        page.get_by_role("button", name="New trigger").click()
        page.get_by_label("What sets it off").select_option(label=event)
        page.get_by_label("Name", exact=True).fill(name)

    def only_for_campaign(self, name: str) -> None:
        """Only if the campaign is that one."""
        page = self.page
        page.get_by_role("button", name="Add a condition").click()
        page.get_by_label("Value").select_option(label=name)

    def then(self, action: str) -> Locator:
        """One more thing to do; its card."""
        page = self.page
        page.get_by_role("button", name="Add an action").click()
        page.get_by_role("menuitem", name=action).click()
        return page.locator(".trigger-action").last

    def switch_on(self) -> None:
        """Save, and switch on."""
        page = self.page
        expect(page.get_by_text("Nothing is missing.")).to_be_visible()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The trigger is saved.")).to_be_visible()
        page.get_by_role("switch").click()
        expect(page.get_by_text("It is on.")).to_be_visible()
