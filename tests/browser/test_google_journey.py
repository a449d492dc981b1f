"""Google in a browser: an administrator enters the app, connects her account, and meetings arrive.

Google is the tests' own, on loopback; its consent page agrees at once. Neither the app's secret nor
a token may show up in the log, the database, the pages or on the sockets (SYN-13).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect
from sqlmodel import select

from crm_app import models
from tests import factories
from tests.browser.conftest import Served, serve
from tests.browser.journey.barriers import barriers
from tests.browser.journey.desk import Desk
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.week import THU, WED, Week
from tests.browser.journey.windows import Windows
from tests.servers.google import CLIENT_ID, CLIENT_SECRET, GoogleService, google_server
from tests.servers.google.person import edit, put
from tests.servers.plain_http import Asked, Told

pytestmark = pytest.mark.browser
POLL = 2.0


@dataclass
class Place:
    """A served product whose Google is on loopback."""

    served: Served
    windows: Windows
    google: GoogleService
    desk: Desk
    week: Week
    traffic: list[str] = field(default_factory=list)


def _with_consent(google: GoogleService) -> None:
    """The consent page: the person agrees, and the browser goes back with a code."""
    answer = google.answer

    def told(asked: Asked) -> Told:
        if urlsplit(asked.path).path != "/authorize":
            return answer(asked)
        address = google.server.url(asked.path)
        granted = google.account.consent(address)
        (place,) = parse_qs(urlsplit(asked.path).query)["redirect_uri"]
        return Told(302, {"Location": f"{place}?{urlencode(granted)}"})

    google.server.answer = told


@pytest.fixture(scope="module")
def place(
    built: None, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with google_server() as google:
        _with_consent(google)
        google.account.email = "mara@team.example"
        google.add_calendar("Mara", id="mara@team.example", primary=True, zone="Europe/Berlin")
        served = serve(
            tmp_path_factory.mktemp("google"),
            CRM_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8",
            CRM_POLL_SECONDS=str(POLL),
            CRM_LOG_LEVEL="DEBUG",
            CRM_GOOGLE_CALENDAR_API=google.api,
            CRM_GOOGLE_TOKEN_URL=google.token_url,
            CRM_GOOGLE_AUTHORIZE_URL=google.authorize_url,
            CRM_GOOGLE_REVOKE_URL=google.revoke_url,
        )
        # As the server calls itself, so that the way back from Google leads to the same session.
        windows = Windows(browser, served.url.replace("127.0.0.1", "localhost"))
        with served.unit_of_work() as session:
            factories.workspace(session)
            mara = factories.admin(
                session, name="Mara Lenz", email="mara@team.example", time_zone="Europe/Berlin"
            )
            factories.calendar(session, mara, name="Consultation")
        page = windows.desktop(served.cookie(mara))
        there = Place(served, windows, google, Desk(page), Week.ahead_of(datetime.now(UTC)))
        _listen(page, there.traffic)
        try:
            yield there
        finally:
            windows.close()
            ended = served.stop()
        assert ended == 0
        assert "Traceback" not in served.log, served.log


def _listen(page: Page, traffic: list[str]) -> None:
    def follow(socket: WebSocket) -> None:
        for name in ("framesent", "framereceived"):
            socket.on(name, lambda frame: traffic.append(str(frame)))

    page.on("websocket", follow)


def test_syn1_the_app_is_entered_and_an_account_connected(place: Place) -> None:
    chapter("Mara enters the app of her team")
    page = place.desk.page
    place.desk.go("/settings/integrations", "Integrations")
    google = page.get_by_role("region", name="Google", exact=True)
    expect(google).to_contain_text("Google")
    picture(page, "google-before")
    page.get_by_role("button", name="Set up").first.click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text(f"{place.windows.url}/connect/google/back")
    expect(asked).to_contain_text("https://www.googleapis.com/auth/calendar.events")
    asked.get_by_label("Client ID").fill(CLIENT_ID)
    asked.get_by_label("Client secret").fill(CLIENT_SECRET)
    picture(page, "google-app")
    asked.get_by_role("button", name="Save").click()
    expect(asked).to_be_hidden()
    switch = page.get_by_label("Let people connect their calendars").first
    if not switch.is_checked():
        switch.click()
        expect(switch).to_be_checked()
    step("She connects her account, and Google lets her in")
    place.desk.go("/settings/integrations", "Integrations")
    google.get_by_role("link", name="Connect").click()
    step("She has her appointments written there")
    asked = page.get_by_role("dialog")
    asked.locator("#write-where").select_option(label="Mara")
    picture(page, "google-calendars")
    asked.get_by_role("button", name="Done").click()
    expect(asked).to_be_hidden()
    expect(google).to_contain_text("mara@team.example")
    picture(page, "google-done")
    assert barriers(page) == []
    with place.served.unit_of_work() as session:
        assert session.exec(select(models.ConnectedAccount.provider)).all() == ["google"]


def test_syn4_a_meeting_from_google_becomes_an_appointment_and_is_followed(place: Place) -> None:
    chapter("A meeting is made in Google")
    _listed(place)
    place.desk.go("/settings/connections?part=option", "Calendar configuration")
    choice = place.desk.page.locator("button.sync-option", has_text="Two-way")
    choice.click()
    asked = place.desk.page.get_by_role("dialog")
    asked.get_by_role("button", name="Save").click()
    expect(asked).to_be_hidden()
    (calendar,) = place.google.calendars.values()
    start, end = place.week.span(WED, "11:00", 45)
    with place.google.lock:
        put(
            calendar,
            "roof0talk",
            summary="Roof talk",
            start={"dateTime": start.isoformat()},
            end={"dateTime": end.isoformat()},
            attendees=[{"email": "lea@lead.example", "displayName": "Lea Lind"}],
        )
    place.desk.show_week(place.week)
    box = place.desk.box(place.week.day(WED), "Roof talk")
    expect(box).to_be_visible(timeout=20_000)
    assert "external" not in (box.get_attribute("class") or "").split()
    step("It is moved in Google, and here")
    start, end = place.week.span(THU, "12:00", 45)
    with place.google.lock:
        edit(
            calendar,
            "roof0talk",
            start={"dateTime": start.isoformat()},
            end={"dateTime": end.isoformat()},
        )
    moved = place.desk.box(place.week.day(THU), "Roof talk")
    expect(moved).to_be_visible(timeout=20_000)
    step("And back: dragged here, it moves in Google, and nobody is mailed by Google")
    place.desk.drag(moved, to_day=place.week.day(WED), minutes=60)
    wanted = place.week.at(WED, "13:00")
    until(lambda: _starts(place) == wanted, "the new time in Google")
    assert place.google.mails == []
    assert place.google.problems == []


def test_syn13_neither_tokens_nor_the_apps_secret_are_anywhere(place: Place) -> None:
    account = place.google.account
    used = [CLIENT_SECRET, *account.refresh, *account.access]
    assert len(used) >= 3
    assert len(place.traffic) > 20
    stored = b"".join(file.read_bytes() for file in place.served.data_dir.glob("tandem.sqlite3*"))
    for secret in used:
        frames = [frame for frame in place.traffic if secret in frame]
        # The app's secret is typed once, and so goes up once.
        assert len(frames) <= (1 if secret == CLIENT_SECRET else 0), frames
        assert secret not in place.desk.page.content()
        assert secret not in place.served.log
        assert secret.encode() not in stored
    assert b"mara@team.example" in stored


def test_syn11_a_withdrawn_access_asks_for_signing_in_again(place: Place) -> None:
    chapter("Mara withdraws the access in her Google account")
    place.google.account.revoke_all()
    page = place.desk.page
    place.desk.go("/settings/integrations", "Integrations")
    expect(page.get_by_role("button", name="Reconnect").first).to_be_visible(timeout=20_000)
    picture(page, "google-withdrawn")
    page.get_by_role("button", name="Reconnect").first.click()
    expect(page.get_by_text("In step").first).to_be_visible(timeout=20_000)
    with place.served.unit_of_work() as session:
        assert session.exec(select(models.ConnectedAccount.state)).all() == ["active"]


def _starts(place: Place) -> datetime:
    (calendar,) = place.google.calendars.values()
    with place.google.lock:
        told = calendar.get("roof0talk")["start"]["dateTime"]
    return datetime.fromisoformat(told).astimezone(UTC)


def _listed(place: Place) -> None:
    def complete() -> bool:
        with place.served.unit_of_work() as session:
            calendar = session.get(models.ExternalCalendar, 1)
            return calendar is not None and calendar.complete

    until(complete, "the first listing")
