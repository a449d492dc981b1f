"""Forms in a real browser: laid out by mouse and by keyboard, sent from a phone with and without script."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from crm_app import models
from crm_app.campaigns.forms import service, starts
from crm_app.core.access import system
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import barriers

pytestmark = pytest.mark.browser


def _form(served: Served, name: str, *, start: str = "plain", **settings: Any) -> models.Form:
    with served.unit_of_work() as session:
        draft = {**starts.draft(start, name, str), **settings}
        return service.create(session, system("test"), name=name, draft=draft)


def _builder(open_page: OpenPage, served: Served, form: models.Form, **look: Any) -> Page:
    page = open_page(f"/forms/{form.id}", user=served.user(), **look)
    expect(page.locator(".form-field").first).to_be_visible()
    return page


def _labels(page: Page) -> list[str]:
    return [text.removesuffix(" *") for text in page.locator(".form-field-label").all_inner_texts()]


def _drag(page: Page, what: str, onto: str) -> None:
    source, goal = page.locator(what).bounding_box(), page.locator(onto).bounding_box()
    assert source is not None
    assert goal is not None
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"], steps=12)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2, steps=3)
    page.mouse.up()


def test_frm1_a_form_is_laid_out_by_mouse_and_by_keyboard_and_published(
    open_page: OpenPage, served: Served
) -> None:
    page = open_page("/forms", user=served.user())
    page.get_by_role("button", name="New form").first.click()
    page.get_by_label("Name", exact=True).fill("Ask for an offer")
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".form-field")).to_have_count(2)
    _drag(page, "[data-drag=kind-choice]", "[data-drop=before-f2]")
    expect(page.locator(".form-field")).to_have_count(3)
    assert _labels(page) == ["Name", "Which one?", "E-mail"]
    # By keyboard: pick up, two places down, drop.
    page.locator("[data-drag-handle=field-f1]").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    expect(page.locator(".form-field-label").first).to_contain_text("Which one?")
    expect(page.locator("[data-drag-handle=field-f1]")).to_be_focused()
    # By a press alone: a new field below the selected one, then its label.
    page.locator(".form-field-name").first.click()
    page.get_by_role("button", name="Date", exact=True).click()
    expect(page.get_by_label("Label")).to_have_value("When?")
    page.get_by_label("Label").fill("When shall we start?")
    preview = page.frame_locator(".form-preview iframe")
    expect(preview.get_by_label("When shall we start?")).to_be_visible()
    # Undo by the keys that everybody knows, outside of text.
    page.locator(".form-field-name").first.focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("When shall we start?")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".form-field-label").nth(1)).to_contain_text("When shall we start?")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("dialog")).to_contain_text("Share the form")
    expect(page.get_by_label("Link", exact=True)).to_have_value(
        re.compile("http://.*/f/ask-for-an-offer")
    )
    page.reload()
    expect(page.locator(".form-field")).to_have_count(4)
    stranger = open_page("/f/ask-for-an-offer")
    expect(stranger.get_by_label("When shall we start?")).to_be_visible()


def _published(served: Served, name: str, **settings: Any) -> models.Form:
    form = _form(served, name, start="survey", **settings)
    with served.unit_of_work() as session:
        service.publish(session, system("test"), session.get_one(models.Form, form.id))
    return form


def _fill_in(page: Page, *, script: bool) -> None:
    """The survey from the first question to the button, with a field that one answer brings."""
    page.get_by_text("As soon as possible").click()
    if not script:
        # The question that depends on it comes with the next look at the page.
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("one more question")).to_be_visible()
    page.get_by_label("Is there a date to keep?").fill("2026-12-24")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#step")).to_have_text("Step 2 of 2")
    page.get_by_label("Name").fill("Zoë Nowak")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("As soon as possible")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Name")).to_have_value("Zoë Nowak")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please enter your e-mail address.").last).to_be_visible()
    page.get_by_label("E-mail").fill("zoe@example.com")
    page.get_by_text("I agree that my details").click()
    page.wait_for_timeout(2100)  # nobody is quicker than that
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_frm1_a_survey_is_sent_from_a_phone(browser: Browser, served: Served, script: bool) -> None:
    name = f"Survey {'with' if script else 'without'} script"
    form = _published(served, name)
    context = browser.new_context(
        base_url=served.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=script,
        locale="en-GB",
    )
    try:
        page = context.new_page()
        page.goto(f"/f/{form.slug}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390 if script else True
        _fill_in(page, script=script)
    finally:
        context.close()
    with served.unit_of_work() as session:
        (sent,) = session.exec(
            select(models.FormSubmission).where(col(models.FormSubmission.form_id) == form.id)
        ).all()
    assert [row["value"] for row in sent.answers] == [
        "As soon as possible",
        "2026-12-24",
        "",
        "Zoë Nowak",
        "zoe@example.com",
        "",
        "yes",
    ]


def test_frm1_a_question_hides_again_and_what_was_typed_is_not_sent(
    open_page: OpenPage, served: Served
) -> None:
    form = _published(served, "Changing one's mind")
    page = open_page(f"/f/{form.slug}")
    date = page.get_by_label("Is there a date to keep?")
    expect(date).to_be_hidden()
    page.get_by_text("As soon as possible").click()
    date.fill("2026-12-24")
    page.get_by_text("I am only looking around").click()
    expect(date).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    assert "2026-12-24" not in page.content()


@pytest.fixture
def shop(served: Served) -> Iterator[str]:
    """Somebody else's site, with our form pasted into its page; its address."""
    code = (
        f'<!doctype html><title>Shop</title><h1>Shop</h1><div data-tandem="{served.url}/f/inside">'
        f'</div><script async src="{served.url}/public/embed.js"></script>'
    ).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(code)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # By another name, so that it is another origin.
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_api4_a_form_inside_another_site_grows_and_leads_on(
    browser: Browser, served: Served, shop: str
) -> None:
    goal = f"{served.url}/login"
    form = _form(served, "Inside", after={"kind": "redirect", "url": goal})
    with served.unit_of_work() as session:
        service.publish(session, system("test"), session.get_one(models.Form, form.id))
    context = browser.new_context(locale="en-GB")
    try:
        page = context.new_page()
        page.goto(shop)
        frame = page.frame_locator("iframe")
        frame.get_by_label("Name").fill("Zoë")
        frame.get_by_label("E-mail").fill("zoe@example.com")
        expect(page.locator("iframe")).not_to_have_css("height", "620px")
        page.wait_for_timeout(2100)  # nobody is quicker than that
        frame.get_by_role("button", name="Send").click()
        page.wait_for_url(goal)
    finally:
        context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_q6_forms_have_no_barriers(open_page: OpenPage, served: Served, dark: bool) -> None:
    form = _published(served, f"Barriers {dark}", intro="A few short questions.")
    for phone in (False, True):
        page = open_page(f"/f/{form.slug}", dark=dark, phone=phone)
        page.get_by_text("As soon as possible").click()
        assert barriers(page) == []
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#errors")).to_be_focused()
        assert barriers(page) == []
        page.goto(f"/f/{form.slug}/sent")
        assert barriers(page) == []
    desk = _builder(open_page, served, form, dark=dark)
    desk.wait_for_timeout(400)
    assert barriers(desk) == []
    desk.locator(".form-field-name").nth(1).click()
    expect(desk.get_by_label("It depends on")).to_be_visible()
    assert barriers(desk) == []
    desk.get_by_role("tab", name="Sent").click()
    assert barriers(desk) == []
    listed = open_page("/forms", user=served.user(), dark=dark)
    expect(listed.locator("tr.opens").first).to_be_visible()
    assert barriers(listed) == []


def test_q6_the_builder_on_a_phone(open_page: OpenPage, served: Served) -> None:
    form = _form(served, "On a phone", start="call")
    page = _builder(open_page, served, form, phone=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".form-field-name").nth(2).tap()
    expect(page.get_by_label("Label")).to_be_in_viewport()
    page.get_by_role("button", name="Back to the whole form").tap()
    page.get_by_role("button", name="Actions for Phone").tap()
    page.get_by_role("menuitem", name="Move up").tap()
    expect(page.locator(".form-field-label").nth(1)).to_contain_text("Phone")
