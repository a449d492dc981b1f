"""The booking page in a real browser: with and without script, by keyboard, on a phone, in a frame."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from crm_app.appointments import links
from crm_app.booking import service
from crm_app.core import db
from crm_app.core.settings import get_settings
from crm_app.models import Calendar
from tests.booking.offices import QUESTIONS, appointments, open_office
from tests.browser.journey.barriers import settle

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(lite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on this test's database; its address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("CRM_PUBLIC_URL", address)
    get_settings.cache_clear()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "tests.browser.plain_site:app"],
            env={**os.environ, "CRM_DATABASE_URL": lite},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(f"{address}/public/style.css")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; the machine's own where Playwright's is not installed."""
    with sync_playwright() as playwright:
        installed = Path(playwright.chromium.executable_path).exists()
        own = None if installed else "/usr/bin/chromium"
        opened = playwright.chromium.launch(executable_path=own)
        yield opened
        opened.close()


class Console:
    """What the browser complained of. An answer of 4xx is no complaint about the page."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Any]:
    """Opens pages in contexts of their own, and checks at the end that none complained."""
    opened: list[tuple[Any, Console]] = []

    def new(**options: Any) -> Page:
        defaults = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
        context = browser.new_context(**{**defaults, **options})
        page = context.new_page()
        opened.append((context, Console(page)))
        return page

    yield new
    for context, console in opened:
        context.close()
        assert console.complaints == []


def _booked(calendar: Calendar) -> str:
    """Book the first free time; the path of its page."""
    now = datetime.now(UTC)
    with db.unit_of_work() as session:
        found = session.get_one(Calendar, calendar.id)
        slots = service.find_slots(
            session, found, since=now, until=now + timedelta(days=10), now=now
        )
        lead = service.Lead(name="Lea", email="lea@example.com", time_zone="Europe/Berlin")
        made = service.book(
            session, calendar=found, starts_at=slots[-1].starts_at, lead=lead, now=now
        )
        return f"/booking/{links.manage_token(made.public_id)}"


def _fill_in(page: Page) -> None:
    page.get_by_label("Name").fill("Zoë Nowak")
    page.get_by_label("E-mail", exact=True).fill("zoe@example.com")


def test_cal6_booked_by_keyboard_in_the_visitors_own_zone(site: str, visit: Any) -> None:
    open_office()
    page = visit(timezone_id="America/New_York", locale="en-US")
    page.goto(f"{site}/cal/advice")
    page.wait_for_url("**tz=America*New_York*")
    expect(page.locator(".zone")).to_contain_text("Eastern Time")
    page.locator(".days a[aria-current]").focus()
    page.keyboard.press("ArrowRight")
    chosen = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{chosen}[aria-current]")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("free times")
    page.locator(".slot").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Zoë Nowak")
    page.keyboard.press("Tab")
    page.keyboard.type("zoe@example.com")
    page.wait_for_timeout(2100)  # faster, and the form takes him for a program
    page.keyboard.press("Enter")
    page.wait_for_url("**/booking/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert appointments()[0].time_zone == "America/New_York"


def test_cal6_month_turns_by_key_and_back_button_returns(site: str, visit: Any) -> None:
    open_office()
    page = visit()
    page.goto(f"{site}/cal/advice?tz=Europe/Berlin")
    before = page.locator("#month").inner_text()
    page.locator(".days a").first.focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#month")).not_to_have_text(before)
    page.locator(".days a").last.focus()
    page.keyboard.press("Home")
    expect(page.locator(".days a").first).to_be_focused()
    page.go_back()
    expect(page.locator("#month")).to_have_text(before)


def test_cal6_what_was_typed_survives_choosing_another_time(site: str, visit: Any) -> None:
    open_office(form_fields=QUESTIONS)
    page = visit()
    page.goto(f"{site}/cal/advice?tz=Europe/Berlin")
    page.locator(".slot").first.click()
    _fill_in(page)
    page.get_by_label("L", exact=True).check()
    page.get_by_text("Choose another time").click()
    page.locator(".slot").nth(2).click()
    expect(page.get_by_label("Name")).to_have_value("Zoë Nowak")
    expect(page.get_by_label("L", exact=True)).to_be_checked()


def test_cal5_two_clicks_book_once(site: str, visit: Any) -> None:
    open_office()
    page = visit()
    page.goto(f"{site}/cal/advice?tz=Europe/Berlin")
    page.locator(".slot").first.click()
    _fill_in(page)
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Book this appointment").dblclick()
    page.wait_for_url("**/booking/**")
    assert len(appointments()) == 1


def test_cal6_everything_works_without_a_script(site: str, visit: Any) -> None:
    open_office()
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto(f"{site}/cal/advice")
    page.locator(".slot").first.click()
    _fill_in(page)
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    page.get_by_role("link", name="Change the time").click()
    page.locator(".slot").last.click()
    page.get_by_role("button", name="Move the appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment was moved")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This appointment was cancelled")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (PHONE, "dark")],
    ids=["desktop by day", "phone by night"],
)
def test_q6_no_page_has_a_barrier(site: str, visit: Any, size: dict[str, int], scheme: str) -> None:
    calendar = open_office(form_fields=QUESTIONS, consent_text="Use my data for this.")
    address = _booked(calendar)
    page = visit(viewport=size, color_scheme=scheme)
    page.goto(f"{site}/cal/advice?tz=Europe/Berlin")
    slot = page.locator(".slot").first.get_attribute("href")
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    while day.weekday() != 6:
        day += timedelta(days=1)
    paths = [
        "/cal/advice?tz=Europe/Berlin",
        f"/cal/advice/kate?tz=Europe/Berlin&day={day.isoformat()}",
        "/cal/advice?tz=Europe/Berlin&choose=zone",
        str(slot),
        address,
        f"{address}?news=booked",
        f"{address}/cancel",
        f"{address}/reschedule",
        "/cal/nothing",
    ]
    for path in paths:
        page.goto(site + path)
        _no_barrier(page, path)
    page.goto(site + str(slot))
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.locator("#errors")).to_be_focused()
    _no_barrier(page, "form with errors")


def _no_barrier(page: Page, where: str) -> None:
    settle(page)
    found = Axe().run(page, options={"resultTypes": ["violations"]})["violations"]
    short = [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]
    assert short == [], where
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{where} scrolls sideways"
    targets = page.evaluate(
        "[...document.querySelectorAll('a,button,input:not([type=hidden]),select,summary')]"
        ".filter(e => e.offsetParent && !e.closest('.pot,p,.choice,.facts,li:not([class]) > span'))"
        ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])"
        ".filter(([, r]) => r.width && r.height < 24).map(([html]) => html)"
    )
    assert targets == [], f"{where}: too small to hit"


def test_cal6_a_phone_shows_days_as_a_strip_with_the_chosen_one_in_view(
    site: str, visit: Any
) -> None:
    open_office()
    page = visit(viewport=PHONE, has_touch=True)
    page.goto(f"{site}/cal/advice?tz=Europe/Berlin")
    page.locator(".days a").last.click()
    chosen = page.locator(".days a[aria-current]")
    expect(chosen).to_be_in_viewport()
    boxes = [each.bounding_box() for each in page.locator(".days a").all()[:3]]
    assert len({box["y"] for box in boxes if box}) == 1
    slot = page.locator(".slot").first.bounding_box()
    assert slot is not None
    assert slot["height"] >= 48


def test_api4_frames_grow_with_the_page_and_book(site: str, visit: Any) -> None:
    open_office()
    page = visit()
    page.goto(f"{site.replace('127.0.0.1', 'localhost')}/outside")
    frame = page.frame_locator("iframe").first
    expect(frame.locator(".slot").first).to_be_visible()
    page.wait_for_function(
        "Math.abs(document.querySelector('iframe').offsetHeight - 620) > 5", timeout=5000
    )
    frame.locator(".slot").first.click()
    _fill_in(frame)  # type: ignore[arg-type]
    page.wait_for_timeout(2100)
    frame.get_by_role("button", name="Book this appointment").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("You are booked")
    page.get_by_role("link", name="Book a talk").click()
    expect(page.locator("dialog iframe")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
