"""The calendar configuration and the key of colours in a real browser: focus, keys, axe, phone."""

from datetime import timedelta
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm_app import models
from crm_app.core import clock
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.core.settings import get_settings
from crm_app.sync.records import busy_rows
from crm_app.sync.ui.connections_state import PARTS
from tests import factories
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import settle
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.browser
PAGE = "/settings/connections"
GUEST = (
    "ORGANIZER:mailto:vera@team.example",
    "ATTENDEE;CN=Lea Lind;PARTSTAT=ACCEPTED:mailto:lea@kunde.example",
)


@pytest.fixture(scope="module")
def vera(served: Served) -> models.User:
    """An administrator whose linked calendar was read; nobody polls it."""
    with pytest.MonkeyPatch.context() as patch, served.unit_of_work() as session:
        # Secrets are encrypted with the key that the server finds in its folder.
        patch.setenv("CRM_DATA_DIR", str(served.data_dir))
        patch.delenv("CRM_SECRET_KEY", raising=False)
        get_settings.cache_clear()
        vera = factories.admin(session, name="Vera Vogel", slug="vera", email="vera@team.example")
        factories.calendar(session, vera, name="Visits")
        now = clock.now()
        account = models.ConnectedAccount(
            user_id=vera.id or 0,
            provider="caldav",
            label="Nextcloud",
            server_url="https://cloud.example",
            username="vera",
            secret="open sesame",
            state=AccountState.PAUSED,
            created_at=now,
            last_success_at=now,
        )
        session.add(account)
        session.flush()
        calendar = models.ExternalCalendar(
            account_id=account.id or 0,
            ref="/vera/",
            name="Work",
            time_zone="Europe/Berlin",
            role=CalendarRole.LINKED,
            complete=True,
            last_success_at=now,
            window_from=now - timedelta(days=30),
            window_until=now + timedelta(days=300),
        )
        session.add(calendar)
        session.flush()
        kept = models.ExternalObject(
            external_calendar_id=calendar.id or 0,
            href="/vera/roof",
            series="/vera/roof",
            uid="roof",
            raw=rig.entry("roof", soon(2), *GUEST, summary="Roof survey"),
            history=True,
        )
        session.add(kept)
        session.flush()
        busy_rows.lay(session, busy_rows.whose(session, calendar), [kept])
    get_settings.cache_clear()
    return vera


def barriers(page: Page) -> list[tuple[str, Any]]:
    """What axe finds, without what concerns the page behind an open dialog."""
    settle(page)
    found = Axe().run(page)["violations"]
    return [
        (each["id"], [node["target"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def settled(page: Page) -> Page:
    expect(page.locator(".user-name")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_q6_no_barrier_in_any_part(
    open_page: OpenPage, vera: models.User, dark: bool, phone: bool
) -> None:
    page = settled(open_page(PAGE, user=vera, phone=phone, dark=dark))
    for part in PARTS:
        page.locator(f"[role=tab][aria-controls=part-{part}]").click()
        expect(page.locator(f"#part-{part}")).to_be_visible()
        assert barriers(page) == [], part
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, part


def test_syn6_the_dry_run_is_read_and_left_by_keys(open_page: OpenPage, vera: models.User) -> None:
    page = settled(open_page(f"{PAGE}?part=option", user=vera))
    option = page.get_by_role("button", name="Two-way")
    expect(option).to_have_attribute("aria-pressed", "false")
    option.focus()
    page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name="Two-way")
    expect(asked.get_by_text("Roof survey")).to_be_visible()
    expect(asked.get_by_text("Lea Lind").first).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(option).to_be_focused()
    expect(option).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Team and group calendars").click()
    expect(page.get_by_label("Default calendar")).to_have_value("")
    expect(page.get_by_label("Allow triggers")).to_have_count(0)
    assert barriers(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_cal9_the_round_question_mark_explains_the_colours(
    open_page: OpenPage, vera: models.User, dark: bool
) -> None:
    page = settled(open_page("/calendar", user=vera, dark=dark))
    round_one = page.get_by_role("button", name="What the colours mean")
    sides = round_one.bounding_box()
    assert sides is not None
    assert sides["width"] == sides["height"]
    round_one.click()
    asked = page.get_by_role("dialog")
    for kind in (
        "Appointment",
        "Taken in",
        "Invited to",
        "Busy elsewhere",
        "Free elsewhere",
        "Private",
    ):
        expect(asked.get_by_text(kind, exact=True)).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(round_one).to_be_focused()
