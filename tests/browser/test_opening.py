"""What was opened before is not shown at another's address, however long the server takes (Q-1)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from sqlmodel import Session

from crm_app.accounts import sessions
from crm_app.campaigns.editing import service as campaigns
from crm_app.campaigns.forms import service as forms
from crm_app.campaigns.forms import starts
from crm_app.core.access import system
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@contextmanager
def slow_window(browser: Browser, served: Served) -> Iterator[tuple[Page, dict[str, bool]]]:
    """A signed-in window on a server whose words get lost while ``silent`` is true."""
    context = browser.new_context(base_url=served.url, locale="en-GB")
    value = served.cookie(served.user())
    context.add_cookies([{"name": sessions.COOKIE, "value": value, "url": served.url}])
    page, state = context.new_page(), {"silent": False}

    def between(line: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            if not state["silent"]:
                line.send(message)

        line.connect_to_server().on_message(hear)

    page.route_web_socket(re.compile("/_event"), between)
    try:
        yield page, state
    finally:
        context.close()


def _campaign(session: Session, name: str) -> str:
    made = campaigns.create(session, system("test"), name=name)
    return f"/campaigns/{made.id}"


def _form(session: Session, name: str) -> str:
    draft = starts.draft("plain", name, str)
    return f"/forms/{forms.create(session, system('test'), name=name, draft=draft).id}"


@pytest.mark.parametrize("what", ["campaigns", "forms"])
def test_q1_the_one_that_was_open_before_is_not_shown_at_the_others_address(
    browser: Browser, served: Served, what: str
) -> None:
    make = _campaign if what == "campaigns" else _form
    with served.unit_of_work() as session:
        first, _ = make(session, "The first"), make(session, "The second")
    builder = ".builder-name" if what == "campaigns" else ".form-builder"
    with slow_window(browser, served) as (page, state):
        page.goto(first)
        expect(page.locator(builder)).to_be_visible()
        page.goto(f"/{what}")
        row = page.get_by_role("row", name="The second").first
        expect(row).to_be_visible()
        state["silent"] = True
        (row.get_by_role("link").first if what == "campaigns" else row).click()
        page.wait_for_url(re.compile(rf"/{what}/\d+"))
        expect(page.locator(".skeleton").first).to_be_visible()
        expect(page.locator(builder)).to_have_count(0)
        state["silent"] = False
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("The second")
        expect(page.locator(builder)).to_be_visible()
