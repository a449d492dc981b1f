"""A calendar at Google connected in a real browser: from Settings > Integrations there and back (SYN-1)."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from crm_app.accounts import sessions
from crm_app.core.kinds import CalendarRole
from crm_app.models import ConnectedAccount, ExternalCalendar
from tests import factories
from tests.browser import conftest as browsing
from tests.browser.conftest import Served
from tests.servers.google import CLIENT_ID, CLIENT_SECRET, GoogleService, google_server
from tests.servers.plain_http import Asked, Told

pytestmark = pytest.mark.browser


@pytest.fixture
def google() -> Iterator[GoogleService]:
    """Google with a page where the person agrees at once."""
    with google_server() as running:
        running.add_calendar("Work", id="me@example.org", primary=True)

        def answer(asked: Asked) -> Told:
            if urlsplit(asked.path).path != "/authorize":
                return running.answer(asked)
            wanted = dict(parse_qsl(urlsplit(asked.path).query))
            brought = urlencode(running.account.consent(asked.path))
            return Told(302, {"Location": f"{wanted['redirect_uri']}?{brought}"})

        running.server.answer = answer
        yield running


@pytest.fixture
def office(
    built: None, google: GoogleService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """A server of its own that knows where this Google is."""
    port = browsing.free_port()
    monkeypatch.setattr(browsing, "free_port", lambda: port)
    running = browsing.serve(
        tmp_path / "data",
        CRM_PUBLIC_URL=f"http://127.0.0.1:{port}",
        CRM_GOOGLE_CALENDAR_API=google.api,
        CRM_GOOGLE_AUTHORIZE_URL=google.authorize_url,
        CRM_GOOGLE_TOKEN_URL=google.token_url,
        CRM_GOOGLE_REVOKE_URL=google.revoke_url,
    )
    with running.unit_of_work() as session:
        factories.workspace(session)
    yield running
    running.stop()


@pytest.fixture
def page(office: Served, browser: Browser) -> Iterator[Page]:
    """An administrator's browser on the page Integrations."""
    olive = office.user(name="Olive Owner", slug="olive")
    context = browser.new_context(base_url=office.url, locale="en-GB")
    cookie = {"name": sessions.COOKIE, "value": office.cookie(olive), "url": office.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    opened = context.new_page()
    opened.goto("/settings/integrations")
    yield opened
    context.close()


def enter_the_app(page: Page) -> None:
    page.get_by_role("button", name="Set up").first.click()
    page.get_by_label("Client ID").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The app for Google is entered.")).to_be_visible()
    expect(page.get_by_role("link", name="Connect")).to_be_visible()


def test_syn1_from_no_app_at_all_to_a_linked_calendar(
    page: Page, office: Served, google: GoogleService
) -> None:
    enter_the_app(page)
    page.get_by_role("link", name="Connect").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("What are these calendars for?")
    expect(page).to_have_url(re.compile(r"/settings/integrations/?$"))
    page.get_by_label("Write my appointments to").select_option(label="Work")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("region", name="Google", exact=True)).to_contain_text("me@example.org")
    with office.unit_of_work() as session:
        assert session.exec(select(ConnectedAccount.provider)).one() == "google"
        assert session.exec(select(ExternalCalendar.role)).one() == CalendarRole.LINKED
    for token in google.account.refresh | google.account.access:
        assert token not in page.content()
    # A second time renews the account and asks again what its calendars are for.
    page.get_by_role("link", name="Connect").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("What are these calendars for?")
    with office.unit_of_work() as session:
        assert len(session.exec(select(ConnectedAccount.id)).all()) == 1


def test_q1_coming_back_with_empty_hands_is_said_and_tried_again(
    page: Page, google: GoogleService
) -> None:
    enter_the_app(page)
    page.goto("/settings/connections?connect=denied&service=google")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You stopped at Google, so nothing was connected.")
    dialog.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("dialog")).to_contain_text("What are these calendars for?")
    assert urlsplit(page.url).path.rstrip("/") == "/settings/connections"
