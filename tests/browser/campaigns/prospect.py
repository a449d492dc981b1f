"""A lead who comes by a form and books by a link from a message; reads German, on a telephone."""

import time
from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import Page, expect

from crm_app.campaigns.forms import token
from crm_app.core.i18n import translate
from tests.browser.campaigns.agency import QUESTION, SLUG
from tests.browser.journey.lead import Lead
from tests.browser.journey.steps import until
from tests.browser.journey.week import Week

_QUICKEST = token.QUICKEST.total_seconds() + 0.2
# What telephones say; a browser that calls itself headless does not count as a person who clicks.
AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)


@dataclass
class Prospect:
    """Somebody with a name, an address and a number; ``page`` is the browser of the telephone."""

    page: Page
    name: str
    email: str
    phone: str

    @property
    def lead(self) -> Lead:
        """The same person in front of a booking page."""
        return Lead(self.page, self.name, self.email)

    def send_form(self, path: str, thanks: str) -> None:
        """Fill the form in and send it, no sooner than a person would."""
        self.page.goto(path)
        since = time.monotonic()
        expect(self.page.locator("html")).to_have_attribute("lang", "de")
        typed = {"Name": self.name, "E-mail": self.email, "Phone": self.phone}
        for label, text in typed.items():
            self.page.get_by_label(label, exact=False).first.fill(text)
        until(lambda: time.monotonic() - since > _QUICKEST, "time to read the form")
        self.page.get_by_role("button", name=translate("de", "Send")).click()
        expect(self.page.get_by_text(thanks)).to_be_visible()

    def follow(self, link: str, slug: str) -> None:
        """Tap on a link in a message; it ends on the page with that user's times only."""
        self.page.goto(link)
        expect(self.page.locator("html")).to_have_attribute("lang", "de")
        assert f"/cal/{SLUG}/{slug}" in self.page.url, self.page.url

    def all_times(self, week: Week) -> list[datetime]:
        """Every time that the open page offers in the week."""
        return [time for day in range(5) for time in self.lead.times_of(week.day(day))]

    def book_at(self, moment: datetime) -> Lead:
        """Choose the time, check what the form knows already, and book."""
        lead = self.lead
        lead.choose(moment)
        known = self.page.get_by_role("textbox", name=translate("de", "Name")).first
        expect(known).to_have_value(self.name)
        lead.fill_in(**{QUESTION: "Eine Solaranlage"})
        lead.book()
        return lead
