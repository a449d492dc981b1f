"""Text messages in a real browser: an account is entered, a text goes out, the answer rings the bell."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm_app.messaging import unsubscribe
from crm_app.models import Contact, ContactPhone
from tests import factories
from tests.browser.conftest import Served, serve
from tests.browser.journey.barriers import settle
from tests.servers import twilio
from tests.servers.twilio import TwilioService, twilio_service

pytestmark = pytest.mark.browser
LEA, STRANGER = "+491701234567", "+491709990000"
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def sms() -> Iterator[TwilioService]:
    with twilio_service() as running:
        yield running


@pytest.fixture(scope="module")
def served(
    built: None, sms: TwilioService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server whose text messages go to ``sms``."""
    running = serve(
        tmp_path_factory.mktemp("messages"),
        CRM_TWILIO_API=sms.url,
        CRM_SECRET_KEY="a-secret-key-for-tests-only",
    )
    with running.unit_of_work() as session:
        factories.workspace(session)
        factories.admin(session, name="Olive Owner", slug="owner")
    yield running
    running.stop()


def _lead(served: Served, owner_id: int | None) -> Contact:
    with served.unit_of_work() as session:
        contact = factories.contact(
            session, name="Lea Lind", search_text="lea lind", owner_id=owner_id
        )
        session.add(ContactPhone(contact_id=contact.id or 0, number=LEA, e164=LEA))
    return contact


def _no_mistakes(page: Page) -> None:
    settle(page)
    found = Axe().run(page)["violations"]
    assert [each["id"] for each in found] == []


def test_cam2_sms_from_the_account_to_the_answer_behind_the_bell(
    open_page: OpenPage, served: Served, sms: TwilioService
) -> None:
    ada = served.user(name="Ada", locale="en")
    _lead(served, ada.id)
    page = open_page("/settings/messages", user=ada)
    page.get_by_role("button", name="Set up").first.click()
    page.get_by_label("Account SID").fill(twilio.SID)
    page.get_by_label("Auth token").fill(twilio.TOKEN)
    page.get_by_label("Sender").fill("+1 500 555 0006")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    hook = page.locator(".copy-box code").first
    expect(hook).to_have_text(re.compile("/hooks/twilio/incoming$"))
    page.get_by_label("Send a test message to").fill("0170 7654321")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()
    assert [text.to for text in sms.taken] == ["+491707654321"]
    assert sms.report(sms.taken[0], "delivered") == 204
    _no_mistakes(page)

    address = hook.inner_text()
    assert sms.text(address, LEA, "Can we meet at nine?") == 200
    assert sms.text(address, STRANGER, "Who is this?") == 200
    assert sms.text(address, LEA, "STOP", token="guessed") == 403
    bell = page.get_by_label("Notifications, 2 unread")
    expect(bell).to_be_visible()
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Lea Lind wrote a text message")).to_be_visible()
    _no_mistakes(page)
    page.keyboard.press("Escape")
    expect(bell).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="A text message came from the unknown number").click()
    page.wait_for_url("**/received")
    expect(page.get_by_label("Notifications, 1 unread")).to_be_visible()

    page.get_by_role("button", name="Link to a contact").click()
    page.get_by_role("searchbox", name="Contact").fill("lea")
    page.get_by_role("dialog").get_by_role("button", name="Lea Lind").click()
    expect(page.get_by_text("Linked.")).to_be_visible()
    expect(page.get_by_role("button", name="Link to a contact")).to_have_count(0)
    _no_mistakes(page)


def test_cam9_a_lead_leaves_and_comes_back_on_a_phone(open_page: OpenPage, served: Served) -> None:
    lea = _lead(served, None)
    page = open_page(unsubscribe.address("", lea.id or 0, "email"), phone=True, locale="de-DE")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    _no_mistakes(page)
    page.get_by_role("button").click()
    with served.unit_of_work() as session:
        assert session.get_one(Contact, lea.id).do_not_disturb == ["email"]
    page.get_by_role("button").click()
    with served.unit_of_work() as session:
        assert session.get_one(Contact, lea.id).do_not_disturb == []
