"""A lead with a telephone: opens the booking page, chooses, fills in, and comes back by the link.

The lead reads German. What stands on buttons is looked up in the German catalogue and must not be
English; times are read from the page's own ``datetime`` attributes.
"""

import time
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from crm_app.booking import form_token
from crm_app.core.i18n import translate
from tests.browser.journey.steps import until

# Whoever is through with the form sooner is taken for a program; seconds, and a bit more.
_QUICKEST = form_token.QUICKEST.total_seconds() + 0.2


def german(message: str) -> str:
    """``message`` in German, which there must be."""
    words = translate("de", message)
    assert words != message, f"not translated: {message}"
    return words


@dataclass
class Lead:
    """Somebody with a name, an address and a browser."""

    page: Page
    name: str
    email: str
    _reads_since: float = 0.0

    def open(self, path: str) -> None:
        """Go to a page for visitors, or by a link from a mail."""
        self.page.goto(urlsplit(path)._replace(scheme="", netloc="").geturl())
        expect(self.page.locator("html")).to_have_attribute("lang", "de")

    def times_of(self, day: date) -> list[datetime]:
        """The times that are offered on a day, after a tap on it; none where it cannot be tapped."""
        link = self.page.locator(f"#day-{day.isoformat()}")
        while not link.count():
            last = self.page.locator(".days li a").last.get_attribute("id") or ""
            if last.removeprefix("day-") > day.isoformat():
                return []
            self._turn_month()
        link.click()
        expect(self.page.locator(f"#day-{day.isoformat()}[aria-current]")).to_be_visible()
        attributes = "times => times.map(time => time.getAttribute('datetime'))"
        found = self.page.locator(".slot time").evaluate_all(attributes)
        return [datetime.fromisoformat(text) for text in found]

    def _turn_month(self) -> None:
        month = self.page.locator("#month")
        before = month.inner_text()
        self.page.locator("#later").click()
        expect(month).not_to_have_text(before)

    def choose(self, moment: datetime) -> None:
        """Tap on a time of the day that is shown."""
        self.page.locator(f'.slot:has(time[datetime="{moment:%Y-%m-%dT%H:%MZ}"])').click()

    def fill_in(self, **answers: str) -> None:
        """Name, address and the answers to the calendar's own questions."""
        expect(self.page.locator("#details")).to_be_visible()
        self._reads_since = time.monotonic()
        typed = {translate("de", "Name"): self.name, german("E-mail"): self.email}
        for label, text in {**typed, **answers}.items():
            self.page.get_by_role("textbox", name=label).first.fill(text)

    def book(self) -> None:
        """Press the button, no sooner than a person would; the confirmation has to come."""
        until(lambda: time.monotonic() - self._reads_since > _QUICKEST, "time to read the form")
        self.page.get_by_role("button", name=german("Book this appointment")).click()
        self._sees(german("You are booked"))

    def move_to(self, moment: datetime) -> None:
        """In the picker of the appointment's own page: this time instead."""
        self.choose(moment)
        self.page.get_by_role("button", name=german("Move the appointment")).click()
        self._sees(german("Your appointment was moved"))

    def cancel(self, reason: str) -> None:
        """On the appointment's own page: not at all."""
        self.page.get_by_role("link", name=german("Cancel the appointment")).click()
        self.page.locator("[name=reason]").fill(reason)
        self.page.get_by_role("button", name=german("Cancel the appointment")).click()
        self._sees(german("This appointment was cancelled"))

    @property
    def told_host(self) -> str:
        """With whom, as the appointment's own page says."""
        return self.page.locator(".booked .who > span").last.inner_text().split("\n")[0]

    @property
    def told_start(self) -> datetime:
        """When, as the appointment's own page says."""
        text = self.page.locator(".booked .chosen time").get_attribute("datetime")
        return datetime.fromisoformat(text or "")

    def _sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
