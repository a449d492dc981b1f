"""Calendars both ways on real parts: the served product, a browser, Radicale, and a plain HTTP client.

Mara connects her calendar, tries each sync option on a guest who is known and on one who is not,
moves an appointment here and there, and nothing of it gives her password away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect
from sqlmodel import col, select

from crm_app import models
from crm_app.appointments import service
from crm_app.core.facts import FactRow
from crm_app.core.kinds import AppointmentSource, CalendarRole
from tests import factories
from tests.browser.conftest import Served, serve
from tests.browser.journey.desk import Desk
from tests.browser.journey.outside import entries, has_entry
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.week import FRI, MON, THU, TUE, WED, Week
from tests.browser.journey.windows import Windows
from tests.servers.radicale import RadicaleServer, RadicaleUser, radicale_server

pytestmark = pytest.mark.browser

__all__ = ["radicale_server"]

# The app password that must show up nowhere.
SECRET = "abcd-efgh-sync-journey"
WORK, PRIVATE, CLUB = "work", "private", "club"
POLL = 2.0


@dataclass
class Place:
    """Mara's desk, her own calendars, and everything that went over the sockets."""

    served: Served
    windows: Windows
    desk: Desk
    outside: RadicaleUser
    mara: models.User
    calendar: models.Calendar
    week: Week
    traffic: list[str] = field(default_factory=list)

    def contact(self, email: str) -> models.Contact | None:
        with self.served.unit_of_work() as session:
            return session.exec(
                select(models.Contact)
                .join(models.ContactEmail, col(models.ContactEmail.contact_id) == models.Contact.id)
                .where(models.ContactEmail.address == email)
            ).first()

    def booked(self, title: str) -> list[bool]:
        """Whether each "booked" that was recorded for the appointments of that title may trigger."""
        with self.served.unit_of_work() as session:
            ids = set(
                session.exec(select(models.Appointment.id).where(models.Appointment.title == title))
            )
            rows = session.exec(select(FactRow).where(FactRow.kind == "AppointmentBooked"))
            return [row.data["triggers"] for row in rows if row.data["appointment_id"] in ids]

    def meet(self, name: str, at: datetime, guest: str, *lines: str) -> None:
        """Mara writes a meeting with a guest into her own calendar, with her other program."""
        self.outside.put(WORK, f"{_slug(name)}.ics", _meeting(name, at, guest, *lines))


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def _meeting(name: str, at: datetime, guest: str, *lines: str) -> str:
    body = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Other//Program//EN",
        "BEGIN:VEVENT",
        f"UID:{_slug(name)}@other.example",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART:{at:%Y%m%dT%H%M%SZ}",
        f"DTEND:{at + timedelta(minutes=45):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{name}",
        "ORGANIZER:mailto:mara@team.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:mara@team.example",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{guest}",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(body)


@pytest.fixture(scope="module")
def place(
    built: None,
    browser: Browser,
    radicale_server: RadicaleServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    served = serve(
        tmp_path_factory.mktemp("sync"),
        CRM_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8",
        CRM_POLL_SECONDS=str(POLL),
        CRM_LOG_LEVEL="DEBUG",
    )
    windows = Windows(browser, served.url)
    with served.unit_of_work() as session:
        factories.workspace(session)
        mara = factories.admin(
            session, name="Mara Lenz", email="mara@team.example", time_zone="Europe/Berlin"
        )
        calendar = factories.calendar(session, mara, name="Consultation")
        factories.contact(session, name="Karl Kunde", email="karl@known.example")
    outside = radicale_server.make_user("mara@team.example", SECRET)
    for name in (WORK, PRIVATE, CLUB):
        outside.make_calendar(name)
    page = windows.desktop(served.cookie(mara))
    there = Place(
        served,
        windows,
        Desk(page),
        outside,
        mara,
        calendar,
        Week.ahead_of(datetime.now(UTC)),
    )
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


@pytest.fixture(autouse=True)
def nothing_complains(place: Place) -> Iterator[None]:
    """No page may throw or log an error, whatever else a test looks at."""
    yield
    complaints, place.windows.complaints = place.windows.complaints, []
    assert complaints == []


def _configuration(place: Place, part: str) -> Page:
    place.desk.go(f"/settings/connections?part={part}", "Calendar configuration")
    return place.desk.page


def test_syn1_mara_connects_and_chooses_her_calendars(place: Place) -> None:
    chapter("Mara connects her calendar")
    place.outside.put(
        PRIVATE, "dentist.ics", _meeting("Dentist", place.week.at(MON, "09:00"), "dr@teeth.example")
    )
    place.desk.connect(
        f"http://127.0.0.1:{place.outside.port}/",
        place.outside.name,
        SECRET,
        linked=WORK,
        unused=CLUB,
    )
    picture(place.desk.page, "sync-connected")
    step("Her calendars are read")

    def read() -> bool:
        with place.served.unit_of_work() as session:
            rows = session.exec(select(models.ExternalCalendar)).all()
            used = [row for row in rows if row.role != CalendarRole.UNUSED]
            return len(used) == 2 and all(row.complete for row in used)

    until(read, "the calendars are read")
    step("What stands in the conflict calendar is grey, and its guest is no contact")
    place.desk.show_week(place.week)
    dentist = place.desk.box(place.week.day(MON), "Dentist")
    expect(dentist).to_be_visible()
    assert _is_grey(dentist)
    assert place.contact("dr@teeth.example") is None


def _is_grey(box: Locator) -> bool:
    return "external" in (box.get_attribute("class") or "").split()


# Option, then for an unknown and for a known guest: is it in colour?
OPTIONS: list[tuple[str, int, bool, bool, bool]] = [
    ("One-way", TUE, False, False, False),
    ("Two-way", WED, True, True, True),
    ("Smart", THU, False, True, True),
    ("Disable trigger", FRI, True, True, False),
]


@pytest.mark.parametrize(
    ("option", "weekday", "unknown_in_colour", "known_in_colour", "fires"),
    OPTIONS,
    ids=[row[0] for row in OPTIONS],
)
def test_syn4_each_option_makes_what_it_says(
    place: Place,
    option: str,
    weekday: int,
    unknown_in_colour: bool,
    known_in_colour: bool,
    fires: bool,
) -> None:
    chapter(f"The option {option}")
    _choose(place, option)
    slug = option.split("-")[0].split()[0].lower()
    new, known = f"New {slug}", f"Known {slug}"
    stranger = f"{slug}@new.example"
    place.meet(new, place.week.at(weekday, "09:00"), stranger)
    place.meet(known, place.week.at(weekday, "11:00"), "karl@known.example")
    step("Both meetings appear on the calendar page, in the right colour")
    place.desk.show_week(place.week)
    for title, coloured in ((new, unknown_in_colour), (known, known_in_colour)):
        box = place.desk.boxes(title)
        expect(box).to_have_count(1, timeout=20_000)
        assert _is_grey(box) is not coloured, (title, box.get_attribute("class"))
    picture(place.desk.page, f"sync-{slug}")
    step("The contact list knows just whom the option makes")
    assert (place.contact(stranger) is not None) is unknown_in_colour
    place.desk.go("/contacts", "Contacts")
    place.desk.page.get_by_role("searchbox", name="Search contacts").fill(stranger)
    rows = place.desk.page.get_by_role("row", name=stranger)
    expect(rows).to_have_count(1 if unknown_in_colour else 0)
    step("And just what the option says may trigger")
    assert place.booked(new) == ([fires] if unknown_in_colour else [])
    assert place.booked(known) == ([fires] if known_in_colour else [])
    if known_in_colour:
        place.desk.open_contact("Karl Kunde")
        place.desk.card.get_by_role("tab", name="Appointments").click()
        expect(place.desk.card.get_by_text(known, exact=True)).to_be_visible()


def _choose(place: Place, option: str) -> None:
    page = _configuration(place, "option")
    choice = page.locator("button.sync-option", has=page.locator(f"strong:text-is('{option}')"))
    expect(choice).to_be_visible()
    if choice.get_attribute("aria-pressed") == "true":
        return
    choice.click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_text("Nothing is changed until you save.")).to_be_visible()
    picture(page, f"sync-dry-run-{option.split()[0].lower()}")
    asked.get_by_role("button", name="Save").click()
    expect(asked).to_be_hidden()
    expect(choice).to_have_attribute("aria-pressed", "true")


def test_syn9_moved_here_and_moved_there(place: Place) -> None:
    chapter("One appointment, moved on both sides")
    week = place.week.next
    booked = _book(place, week.at(THU, "11:00"))
    has_entry(place.outside, WORK, booked.ical_uid, week.at(THU, "11:00"))
    step("Dragged on the calendar page; Radicale tells the new time to a plain HTTP client")
    place.desk.show_week(week)
    expect(place.desk.box(week.day(THU), "Dora Drag")).to_be_visible()
    place.desk.drag(place.desk.box(week.day(THU), "Dora Drag"), to_day=week.day(TUE), minutes=120)
    has_entry(place.outside, WORK, booked.ical_uid, week.at(TUE, "13:00"))
    step("Moved in Radicale; the page follows within one poll")
    _move_outside(place, booked.ical_uid, week.at(WED, "10:00"))
    expect(place.desk.box(week.day(WED), "Dora Drag")).to_be_visible(timeout=(POLL + 8) * 1000)
    expect(place.desk.boxes("Dora Drag")).to_have_count(1)


def test_syn9_what_was_made_from_a_meeting_moves_both_ways_too(place: Place) -> None:
    chapter("A meeting from outside, moved on both sides")
    _choose(place, "Two-way")
    week = place.week.next.next
    place.meet("Roof talk", week.at(THU, "11:00"), "karl@known.example")
    place.desk.show_week(week)
    box = place.desk.box(week.day(THU), "Roof talk")
    expect(box).to_be_visible(timeout=20_000)
    assert not _is_grey(box)
    step("Dragged here, it moves there, and its guests stay on it")
    place.desk.drag(box, to_day=week.day(TUE), minutes=120)
    uid = "roof-talk@other.example"
    has_entry(place.outside, WORK, uid, week.at(TUE, "13:00"))
    assert "karl@known.example" in place.outside.get(place.outside.path(WORK, "roof-talk.ics"))
    expect(place.desk.boxes("Roof talk")).to_have_count(1)
    step("Moved there, it moves here")
    _move_outside(place, uid, week.at(WED, "10:00"))
    moved = place.desk.box(week.day(WED), "Roof talk")
    expect(moved).to_be_visible(timeout=(POLL + 8) * 1000)
    expect(place.desk.boxes("Roof talk")).to_have_count(1)
    assert not _is_grey(moved)
    step("Deleted there, it is cancelled here, once")
    path = place.outside.path(WORK, "roof-talk.ics")
    assert place.outside.ask("DELETE", path).status == 200
    expect(place.desk.boxes("Roof talk")).to_have_count(0, timeout=20_000)
    with place.served.unit_of_work() as session:
        (row,) = session.exec(
            select(models.Appointment).where(models.Appointment.title == "Roof talk")
        )
        assert row.status == "cancelled"
        assert row.cancel_reason == "Deleted in the connected calendar."
        told = session.exec(select(FactRow).where(FactRow.kind == "AppointmentCancelled")).all()
        assert [fact.data["appointment_id"] for fact in told].count(row.id) == 1


def _book(place: Place, at: datetime) -> models.Appointment:
    with place.served.unit_of_work() as session:
        calendar = session.get_one(models.Calendar, place.calendar.id)
        return service.create(
            session,
            factories.actor(session.get_one(models.User, place.mara.id)),
            calendar=calendar,
            user_id=place.mara.id or 0,
            starts_at=at,
            ends_at=at + timedelta(minutes=45),
            source=AppointmentSource.USER,
            contact=factories.contact(session, name="Dora Drag", email="dora@known.example"),
        )


def _move_outside(place: Place, uid: str, to: datetime) -> None:
    """Move an entry of 45 minutes as another program does: read it, change it, write it back."""
    entry = entries(place.outside, WORK)[uid]
    for name, text in _files(place).items():
        if f"UID:{uid}" in text:
            moved = text
            for old, new in (
                (entry.starts_at, to),
                (entry.ends_at, to + (entry.ends_at - entry.starts_at)),
            ):
                moved = moved.replace(f"{old:%Y%m%dT%H%M%SZ}", f"{new:%Y%m%dT%H%M%SZ}")
            assert moved != text, text
            place.outside.put(WORK, name, moved)
            return
    raise AssertionError(f"{uid} is not there")


def _files(place: Place) -> dict[str, str]:
    listing = place.outside.ask("PROPFIND", place.outside.path(WORK), Depth="1").text
    paths = re.findall(r"<(?:\w+:)?href>([^<]+\.ics)</", listing)
    return {unquote(path).rpartition("/")[2]: place.outside.get(path) for path in paths}


def test_syn13_the_password_is_nowhere(place: Place) -> None:
    chapter("Nobody finds the password")
    _configuration(place, "health")
    expect(place.desk.page.get_by_text(WORK).first).to_be_visible()
    picture(place.desk.page, "sync-health")
    assert len(place.traffic) > 20
    # It was typed once, so it went up once; it never comes down.
    sent = [frame for frame in place.traffic if SECRET in frame]
    assert len(sent) <= 1, sent
    assert SECRET not in place.desk.page.content()
    assert SECRET not in place.served.log
    stored = sorted(place.served.data_dir.glob("tandem.sqlite3*"))
    assert stored
    for file in stored:
        assert SECRET.encode() not in file.read_bytes(), file.name
