"""The dashboard as somebody at a desk uses it: settings, calendar page, contacts.

Ada reads English. Whoever reads another language only does here what says its words by ``say``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from crm_app.core.i18n import translate
from tests.browser.journey.expected import LENGTH
from tests.browser.journey.week import BERLIN, Week

PASSWORD = "three plain words here"


@dataclass(frozen=True)
class Shown:
    """An appointment as its dialog shows it, in Berlin's time."""

    title: str
    starts: str
    ends: str
    member: str


@dataclass
class Desk:
    """A signed-in window on the dashboard; its user's zone is Berlin."""

    page: Page
    locale: str = "en"

    def say(self, message: str) -> str:
        """``message`` as this user reads it."""
        return translate(self.locale, message)

    def go(self, path: str, heading: str) -> None:
        """Open a page of the dashboard."""
        self.page.goto(path)
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        # The heading stands in the page from the start; the user's name comes once it is alive.
        expect(self.page.locator(".user-name")).not_to_be_empty()

    # Setting up ------------------------------------------------------------------------------

    def set_up(self, *, workspace: str, name: str, email: str) -> None:
        """The first page of an empty product (USR-1); its zone is the browser's."""
        self.page.goto("/")
        self.page.get_by_role("textbox", name="Name of the workspace").fill(workspace)
        self.page.get_by_role("textbox", name="Your name").fill(name)
        self.page.get_by_role("textbox", name="Your e-mail address").fill(email)
        self.page.get_by_role("textbox", name="Password").fill(PASSWORD)
        expect(self.page.get_by_role("combobox", name="Time zone")).to_have_value(BERLIN)
        self.page.get_by_role("button", name="Create the workspace").click()
        expect(self.page.get_by_role("link", name="Settings").first).to_be_visible()

    def invite(self, name: str, email: str, *, locale: str) -> None:
        """Settings > Users: somebody joins, who will read that language."""
        self.go("/settings/users", "Users")
        self.page.get_by_role("button", name="Invite somebody").click()
        asked = self.page.get_by_role("dialog")
        asked.get_by_label("Name").fill(name)
        asked.get_by_label("E-mail").fill(email)
        asked.get_by_label("Language").select_option(locale)
        asked.get_by_role("button", name="Invite", exact=True).click()
        asked.get_by_role("button", name="Done").click()
        expect(self.page.get_by_role("row", name=email)).to_be_visible()

    def accept_invitation(self, link: str) -> None:
        """The link from the mail: set a password, and be in."""
        self.page.goto(urlsplit(link).path)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("main button[type=submit]").click()
        expect(self.page.get_by_role("link", name=self.say("Contacts")).first).to_be_visible()

    def connect(self, server: str, user: str, password: str, *, linked: str, unused: str) -> None:
        """Settings > Calendar configuration: a CalDAV server, and what its calendars are for.

        All of them block time but ``unused``.
        """
        self.go("/settings/connections", self.say("Calendar configuration"))
        self.page.get_by_role("button", name=self.say("Connect a calendar")).first.click()
        asked = self.page.get_by_role("dialog")
        asked.get_by_role("button", name=self.say("Any CalDAV server")).click()
        for name, text in (("server_url", server), ("username", user), ("password", password)):
            asked.locator(f"[name={name}]").fill(text)
        asked.get_by_role("button", name=self.say("Connect"), exact=True).click()
        asked.locator("#write-where").select_option(label=linked)
        tick = asked.get_by_role("checkbox", name=unused)
        tick.click()
        expect(tick).not_to_be_checked()
        expect(asked.get_by_role("checkbox", name=linked)).to_be_disabled()
        asked.get_by_role("button", name=self.say("Done")).click()
        expect(asked).to_be_hidden()

    def make_calendar(
        self, name: str, *, members: tuple[str, ...], numbers: dict[str, str], question: str
    ) -> None:
        """Settings > Calendars: a team calendar with its members in this order."""
        self.go("/settings/calendars", "Calendars")
        self.page.get_by_role("button", name="New calendar").first.click()
        asked = self.page.get_by_role("dialog")
        asked.get_by_label("Name").fill(name)
        asked.get_by_role("button", name="Create").click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        others = self.page.get_by_role("group", name="Add a member")
        for member in members:
            others.get_by_role("button", name=member).click()
        for label, value in numbers.items():
            self.page.get_by_label(label, exact=True).fill(value)
        self.page.get_by_role("button", name="Add a question").click()
        self.page.get_by_label("The question").fill(question)
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_text("Saved.")).to_be_visible()

    def set_switches(self, *, assign: bool, keep: bool) -> None:
        """Settings > Teams > Team calendar configuration: both switches, and save (OWN-1)."""
        self.go("/settings/teams", "Team calendar configuration")
        # The second can only be moved while the first is on.
        if (
            self._switch("assign").is_checked() is False
            and self._switch("keep").is_checked() != keep
        ):
            self._turn("assign", on=True)
        if self._switch("assign").is_checked():
            self._turn("keep", on=keep)
        self._turn("assign", on=assign)
        save = self.page.get_by_role("region", name="The switches were moved.")
        if save.is_visible():
            save.get_by_role("button", name="Save").click()
            expect(save).to_be_hidden()

    def expect_outcome(self, which: str, words: str) -> None:
        """What the page's example says happens to a lead: "Lead with an owner" or without."""
        self.page.get_by_role("button", name=which).click()
        expect(self.page.locator(".team-outcome")).to_contain_text(words)

    def _switch(self, name: str) -> Locator:
        return self.page.locator(f"#{name}")

    def _turn(self, name: str, *, on: bool) -> None:
        if self._switch(name).is_checked() != on:
            self._switch(name).click()
            expect(self._switch(name)).to_be_checked(checked=on)

    # The calendar page -----------------------------------------------------------------------

    def show_week(self, week: Week) -> None:
        """The calendar page, turned to the week."""
        # A tab in the background draws seldom, and gets no keys.
        self.page.bring_to_front()
        self.go("/calendar", "Calendar")
        monday = datetime.now(ZoneInfo(BERLIN)).date()
        monday -= timedelta(days=monday.weekday())
        expect(self.column(monday)).to_be_visible()
        while monday < week.monday:
            self.page.get_by_role("button", name="Next week").click()
            monday += timedelta(weeks=1)
            expect(self.column(monday)).to_be_visible()

    def column(self, day: date) -> Locator:
        """The column of a day."""
        return self.page.locator(f'[data-date="{day.isoformat()}"]').last

    def box(self, day: date, words: str) -> Locator:
        """The box on a day that bears these words."""
        return self.page.locator(f'[data-date="{day.isoformat()}"] .entry', has_text=words)

    def boxes(self, words: str) -> Locator:
        """The boxes of all days that bear these words."""
        return self.page.locator(".entry", has_text=words)

    def open_box(self, box: Locator) -> Locator:
        """The dialog behind a box."""
        box.click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_label("Title")).to_be_visible()
        return dialog

    def shown(self, dialog: Locator) -> Shown:
        """What the dialog says."""
        day = dialog.get_by_label("Day").input_value()
        return Shown(
            title=dialog.get_by_label("Title").input_value(),
            starts=f"{day} {dialog.get_by_label('Start').input_value()}",
            ends=f"{day} {dialog.get_by_label('End').input_value()}",
            member=dialog.get_by_label("With").locator("option:checked").inner_text(),
        )

    def save(self, dialog: Locator) -> None:
        """Save and see the dialog close."""
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()

    def drag(self, box: Locator, *, to_day: date, minutes: int) -> None:
        """Drag a box of 45 minutes to another day, and so many minutes later (or earlier)."""
        self.page.bring_to_front()
        box.scroll_into_view_if_needed()
        start, column = box.bounding_box(), self.column(to_day).bounding_box()
        assert start is not None
        assert column is not None
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x, y + 5, steps=2)
        down = start["height"] * minutes / LENGTH
        mouse.move(column["x"] + column["width"] / 2, y + down, steps=12)
        mouse.up()

    def tab_to(self, target: Locator) -> None:
        """Press the tab key until the focus is there."""
        for _ in range(200):
            if target.count() and target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("the tab key never gets there")

    # Contacts --------------------------------------------------------------------------------

    def open_contact(self, name: str) -> None:
        """Find a contact in the list and open the card."""
        self.go("/contacts", "Contacts")
        self.page.get_by_role("searchbox", name="Search contacts").fill(name)
        self.page.get_by_role("row", name=name).click()
        expect(self.card.get_by_role("heading", name=name)).to_be_visible()

    @property
    def card(self) -> Locator:
        """The contact's card."""
        return self.page.get_by_role("dialog")

    def expect_owner(self, name: str) -> None:
        """The contact owner that the open card names, or "Nobody"."""
        expect(self.card.locator("#card-owner option:checked")).to_have_text(name)

    def expect_on_timeline(self, words: str) -> None:
        """The open card's timeline has such an entry; it follows by itself."""
        tab = self.card.get_by_role("tab", name="Timeline")
        if tab.get_attribute("aria-selected") != "true":
            tab.click()
        expect(self.card.locator(".happenings li", has_text=words).first).to_be_visible()
