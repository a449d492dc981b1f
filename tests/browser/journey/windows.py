"""Browser windows of different people on different devices, and what their browsers complained of."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from crm_app.accounts import sessions
from tests.browser.journey.week import BERLIN

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
# A button that takes longer to appear than this is a fault.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Windows:
    """Opens windows on the server at ``url``. ``complaints`` are errors of pages, of all windows."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def desktop(self, cookie: str | None = None, *, dark: bool = False, **options: Any) -> Page:
        """A window on a desk in Berlin; ``cookie`` is a session's."""
        page = self._open(viewport=DESKTOP, color_scheme=_scheme(dark=dark), **options)
        if cookie is not None:
            self.sign_in(page, cookie)
        return page

    def phone(self, *, dark: bool = False, locale: str = "de-DE", **options: Any) -> Page:
        """A telephone in Berlin that speaks German, unless said otherwise."""
        scheme = _scheme(dark=dark)
        touch = {"has_touch": True, "is_mobile": True}
        return self._open(viewport=PHONE, color_scheme=scheme, locale=locale, **touch, **options)

    def sign_in(self, page: Page, cookie: str) -> None:
        """Give the window a session without the sign-in page."""
        page.context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": self.url}])

    def another_tab(self, page: Page) -> Page:
        """One more tab in the same window."""
        return self._followed(page.context.new_page())

    def close(self) -> None:
        """Close all windows."""
        while self._contexts:
            self._contexts.pop().close()

    def _open(self, **options: Any) -> Page:
        defaults = {"locale": "en-GB", "timezone_id": BERLIN, "reduced_motion": "reduce"}
        context = self.browser.new_context(base_url=self.url, **{**defaults, **options})
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return self._followed(context.new_page())

    def _followed(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        # An answer of 4xx is an answer, no fault of the page.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.complaints.append(message.text)


def _scheme(*, dark: bool) -> str:
    return "dark" if dark else "light"
