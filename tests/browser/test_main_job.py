"""The main job on real parts: from an empty database to an appointment that everybody agrees on.

Real are the served product, the browser, the CalDAV server (Radicale), the mail server and the
clock; see ``tests/browser/journey`` for the actors. Tests share one team and keep out of each
other's time: each plays on days or with people of its own.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm_app.models import Appointment
from tests.browser.conftest import serve
from tests.browser.journey.barriers import barriers
from tests.browser.journey.desk import Desk
from tests.browser.journey.engagements import PRIVATE, WORK
from tests.browser.journey.lead import Lead, german
from tests.browser.journey.mailbox import Mailbox
from tests.browser.journey.office import (
    ADA,
    ANNA,
    BEN,
    ENVIRONMENT,
    KATE,
    QUESTION,
    SLUG,
    TEAM,
    Office,
    address_of,
    open_office,
)
from tests.browser.journey.outside import entries, has_entry, lost_entry
from tests.browser.journey.standing import Standing, all_agree
from tests.browser.journey.steps import chapter, picture, step
from tests.browser.journey.week import FRI, THU, TUE, WED
from tests.browser.journey.windows import Windows
from tests.servers.radicale import RadicaleServer, radicale_server
from tests.servers.smtp import SmtpSink

pytestmark = pytest.mark.browser

__all__ = ["radicale_server"]


@pytest.fixture(scope="module")
def office(
    built: None,
    browser: Browser,
    radicale_server: RadicaleServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """The team, set up through the pages of an empty product."""
    sink = SmtpSink().start()
    served = serve(tmp_path_factory.mktemp("journey"), CRM_SMTP_URL=sink.url, **ENVIRONMENT)
    windows = Windows(browser, served.url)
    try:
        yield open_office(served, windows, Mailbox(sink), radicale_server)
    finally:
        windows.close()
        ended = served.stop()
        sink.stop()
    assert ended == 0
    assert "Traceback" not in served.log, served.log


@pytest.fixture(autouse=True)
def nothing_complains(office: Office) -> Iterator[None]:
    """No page may throw or log an error, whatever else a test looks at."""
    yield
    complaints, office.windows.complaints = office.windows.complaints, []
    assert complaints == []


def test_usr1_the_set_up_page_is_gone_once_there_is_an_administrator(office: Office) -> None:
    stranger = office.windows.desktop()
    answer = stranger.goto("/setup")
    assert answer is not None
    assert answer.status == 404
    stranger.goto("/")
    expect(stranger).to_have_url(f"{office.served.url}/login")
    stranger.close()


def test_own1_cal7_syn2_a_lead_books_moves_is_handed_over_and_cancels(office: Office) -> None:
    week, desk = office.week, office.desk
    lead = Lead(office.windows.phone(), "Lea Sommer", "lea@kundin.example")
    page = f"/cal/{SLUG}"

    chapter("A lead books on her phone, in German")
    _sees_just_what_is_free(office, lead, page, *TEAM)
    _sees_just_what_is_free(office, lead, f"{page}/anna-berger", ANNA)
    first = week.at(THU, "15:30")
    step("She chooses Thursday 15:30, when all three are free, and books")
    lead.open(page)
    assert first in lead.times_of(week.day(THU))
    lead.choose(first)
    lead.fill_in(**{QUESTION: "Eine Solaranlage"})
    picture(lead.page, "lead-form")
    lead.book()
    picture(lead.page, "lead-confirmation")
    assert (lead.told_host, lead.told_start) == (ANNA, first)
    standing = Standing(lead, ANNA, ANNA, first, sequence=0)
    uid = all_agree(office, standing, timeline=f"Appointment booked: {lead.name} with {ANNA}")

    chapter("She moves it by the link in her mail")
    second = week.at(WED, "12:30")
    lead.open(office.mailbox.invitation(lead.email, "REQUEST", 0).link("/booking/"))
    lead.page.get_by_role("link", name=german("Change the time")).click()
    step("Only Anna's times are offered, and her own appointment does not stand in the way")
    assert _all_times(office, lead) == office.offered(ANNA)
    lead.times_of(week.day(WED))
    lead.move_to(second)
    picture(lead.page, "lead-moved")
    standing = standing.now(starts_at=second, sequence=1)
    timeline = f"Appointment moved: {lead.name} with {ANNA}"
    assert all_agree(office, standing, timeline=timeline) == uid
    assert "Mittwoch" in office.mailbox.invitation(lead.email, "REQUEST", 1).text

    chapter("Ada gives it to Kate by hand")
    desk.show_week(week)
    dialog = desk.open_box(desk.box(week.day(WED), lead.name))
    dialog.get_by_text("Why this member?").click()
    expect(dialog.get_by_role("row", name=ANNA)).to_contain_text("drawn")
    picture(desk.page, "dialog")
    dialog.get_by_label("With").select_option(label=KATE)
    desk.save(dialog)
    step("It leaves Anna's calendar for Kate's; the owner rule keeps Anna as contact owner")
    standing = standing.now(member=KATE, sequence=2)
    timeline = f"Appointment given to {KATE}: {lead.name}"
    assert all_agree(office, standing, timeline=timeline) == uid
    lost_entry(office.outside[ANNA], WORK, uid)
    taken_back = office.mailbox.invitation(address_of(ANNA), "CANCEL", 2).invitation
    assert taken_back is not None
    assert taken_back.uid == uid
    assert taken_back.attendees == {address_of(ANNA)}

    chapter("She cancels by the link in her mail")
    lead.open(office.mailbox.invitation(lead.email, "REQUEST", 2).link("/booking/"))
    assert (lead.told_host, lead.told_start) == (KATE, second)
    lead.cancel("Wir ziehen um.")
    picture(lead.page, "lead-cancelled")
    for reader in (lead.email, address_of(KATE)):
        letter = office.mailbox.invitation(reader, "CANCEL", 3)
        assert letter.invitation is not None
        assert (letter.invitation.uid, letter.invitation.status) == (uid, "CANCELLED")
    assert "Wir ziehen um." in office.mailbox.invitation(address_of(KATE), "CANCEL", 3).text
    step("It is gone from Kate's calendar and from the team's, and the time is free again")
    lost_entry(office.outside[KATE], WORK, uid)
    desk.show_week(week)
    expect(desk.boxes("Stand-up").first).to_be_visible()
    expect(desk.boxes(lead.name)).to_have_count(0)
    desk.open_contact(lead.name)
    desk.expect_on_timeline(f"Appointment cancelled: {lead.name} with {KATE}")
    _sees_just_what_is_free(office, lead, page, *TEAM)
    step("Nothing else happened to the members' own calendars")
    assert {entry.summary for entry in entries(office.outside[KATE], WORK).values()} == {"Klient"}
    assert len(entries(office.outside[ANNA], PRIVATE)) == 1


def _sees_just_what_is_free(office: Office, lead: Lead, path: str, *names: str) -> None:
    """The whole week on the booking page, against the search that tries every minute."""
    who = " or ".join(name.split()[0] for name in names)
    step(f"{path} offers just the times at which {who} is free")
    lead.open(path)
    shown = _all_times(office, lead)
    wanted = office.offered(*names)
    assert wanted, "the week has no free times at all"
    assert shown == wanted


def _all_times(office: Office, lead: Lead) -> list[Any]:
    return [time for day in range(5) for time in lead.times_of(office.week.day(day))]


# A and B, then what becomes of the owner of a contact that has none, and of one that Ada owns.
BECOMES, STAYS = "becomes", "stays"
OWNER_RULES = [
    (True, True, BECOMES, STAYS),
    (True, False, BECOMES, BECOMES),
    (False, True, STAYS, STAYS),
]


@pytest.mark.parametrize(("assign", "keep", "unowned", "owned"), OWNER_RULES)
def test_own1_each_row_of_the_table_as_the_switches_stand(
    office: Office, assign: bool, keep: bool, unowned: str, owned: str
) -> None:
    row = f"{assign:d}{keep:d}"
    chapter(
        f"Bookings while assigning is {'on' if assign else 'off'} and skipping {'on' if keep else 'off'}"
    )
    step("Two leads have the form open: one is unknown, one is Ada's")
    new = Lead(office.windows.phone(), f"Nora Neu{row}", f"nora{row}@kundin.example")
    known = Lead(office.windows.phone(), f"Karl Kunde{row}", f"karl{row}@kunde.example")
    office.know(known.name, known.email, owner=ADA)
    day = office.week.next.day(OWNER_RULES.index((assign, keep, unowned, owned)))
    for lead in (new, known):
        lead.open(f"/cal/{SLUG}?day={day.isoformat()}")
        # Two different times, so that both find who they saw.
        lead.choose(lead.times_of(day)[3 if lead is new else 6])
        lead.fill_in(**{QUESTION: "Die Wärmepumpe"})
    step("Ada moves the switches and reads what they will do")
    office.desk.set_switches(assign=assign, keep=keep)
    picture(office.desk.page, f"teams-{row}")
    office.desk.expect_outcome("Lead without one", _sentence(unowned))
    office.desk.expect_outcome("Lead with an owner", "changes from" if owned == BECOMES else STAYS)
    step("Both book, and the contacts' owners are as the table says")
    for lead, before, after in ((new, "Nobody", unowned), (known, ADA, owned)):
        lead.book()
        assert lead.told_host in TEAM
        office.desk.open_contact(lead.name)
        office.desk.expect_owner(lead.told_host if after == BECOMES else before)
    step("It is the same when the member is changed by hand")
    _change_member(office, known, to=(other := _another(known.told_host)))
    office.desk.open_contact(known.name)
    office.desk.expect_on_timeline(f"Appointment given to {other}: {known.name}")
    office.desk.expect_owner(other if owned == BECOMES else ADA)


def _sentence(outcome: str) -> str:
    return "becomes Lea's owner" if outcome == BECOMES else "without an owner"


def _another(member: str) -> str:
    """Ben has nothing else to do; else Kate, who is free whenever Ben works that early."""
    return KATE if member == BEN else BEN


def _change_member(office: Office, lead: Lead, *, to: str) -> None:
    desk = office.desk
    desk.show_week(office.week.next)
    dialog = desk.open_box(desk.boxes(lead.name))
    dialog.get_by_label("With").select_option(label=to)
    desk.save(dialog)


def test_cal6_a_lead_without_scripts_books_too(office: Office) -> None:
    chapter("A lead whose telephone runs no scripts")
    lead = Lead(office.windows.phone(java_script_enabled=False), "Olga Ohne", "olga@kundin.example")
    day = office.week.next.day(FRI)
    lead.open(f"/cal/{SLUG}?tz=Europe/Berlin")
    times = lead.times_of(day)
    assert times
    lead.choose(times[-1])
    lead.fill_in(**{QUESTION: "Nur Text"})
    lead.book()
    assert (lead.told_host, lead.told_start) == (BEN, times[-1])
    invited = office.mailbox.invitation(lead.email, "REQUEST", 0).invitation
    assert invited is not None
    assert invited.starts_at == times[-1]


def test_cal9_moved_by_dragging_and_by_keyboard_alone_while_another_tab_follows(
    office: Office,
) -> None:
    chapter("An appointment is moved on the calendar page")
    week, desk = office.week.next.next, office.desk
    booked = office.book("Dora Drag", week.at(THU, "11:00"))
    other = Desk(office.windows.another_tab(desk.page))
    for each in (desk, other):
        each.show_week(week)
        expect(each.box(week.day(THU), "AB · Dora Drag")).to_be_visible()
    step("Dragged from Thursday 11:00 to Tuesday 13:00, and the other tab follows")
    desk.drag(desk.box(week.day(THU), "Dora Drag"), to_day=week.day(TUE), minutes=120)
    for each in (desk, other):
        expect(each.box(week.day(TUE), "AB · Dora Drag")).to_be_visible()
        expect(each.box(week.day(TUE), "AB · Dora Drag")).to_contain_text("1:00 – 1:45")
        expect(each.boxes("Dora Drag")).to_have_count(1)
    _moved_everywhere(office, booked, week.at(TUE, "13:00"), sequence=1)
    step("By keyboard alone to 15:00, and the other tab follows")
    box = desk.box(week.day(TUE), "Dora Drag")
    desk.show_week(week)
    desk.tab_to(box)
    desk.page.keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value("Dora Drag")
    for label in ("Start", "End"):
        desk.tab_to(dialog.get_by_label(label))
        desk.page.keyboard.press("ArrowUp")
        desk.page.keyboard.press("ArrowUp")
    expect(dialog.get_by_label("End")).to_have_value("15:45")
    desk.tab_to(dialog.get_by_role("button", name="Save"))
    desk.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    for each in (desk, other):
        expect(each.box(week.day(TUE), "AB · Dora Drag")).to_contain_text("3:00 – 3:45")
    _moved_everywhere(office, booked, week.at(TUE, "15:00"), sequence=2)


def _moved_everywhere(
    office: Office, booked: Appointment, starts_at: datetime, *, sequence: int
) -> None:
    letter = office.mailbox.invitation(booked.lead_email, "REQUEST", sequence)
    assert letter.invitation is not None
    assert letter.invitation.starts_at == starts_at
    has_entry(office.outside[ANNA], WORK, booked.ical_uid, starts_at)


def test_cal10_a_member_with_another_engagement_is_given_it_only_on_purpose(office: Office) -> None:
    chapter("An appointment is given to somebody who has a meeting elsewhere")
    week, desk = office.week.next.next.next, office.desk
    booked = office.book("Conny Konflikt", week.at(TUE, "12:00"))
    desk.show_week(week)
    box = desk.box(week.day(TUE), "Conny Konflikt")
    expect(box).to_contain_text("AB · ")
    dialog = desk.open_box(box)
    dialog.get_by_label("With").select_option(label=KATE)
    dialog.get_by_role("button", name="Save").click()
    step("Kate's own calendar stands against it, and the dialog says so")
    expect(dialog.get_by_text("This member has another engagement at that time.")).to_be_visible()
    picture(desk.page, "conflict")
    expect(box).to_contain_text("AB · ")
    step("Ada wants it all the same")
    dialog.get_by_role("button", name="Book all the same").click()
    expect(dialog).to_be_hidden()
    expect(box).to_contain_text("KW · ")
    has_entry(office.outside[KATE], WORK, booked.ical_uid, booked.starts_at)
    lost_entry(office.outside[ANNA], WORK, booked.ical_uid)


def test_q1_nothing_is_lost_however_fast_one_types(office: Office) -> None:
    chapter("Somebody types faster than the server answers")
    desk = office.desk
    desk.go("/calendar", "Calendar")
    desk.page.get_by_role("button", name="New appointment").click()
    dialog = desk.page.get_by_role("dialog")
    words = "The quick brown fox jumps over the lazy dog"
    for label in ("Title", "Contact", "Note"):
        control = dialog.get_by_label(label, exact=False).first
        control.press_sequentially(words, delay=0)
        expect(control).to_have_value(words)
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_q6_no_page_of_the_job_shuts_anybody_out(office: Office, dark: bool) -> None:
    week = office.week.next.next.next
    name = "Doris Dunkel" if dark else "Hella Hell"
    booked = office.book(name, week.at(WED if dark else THU, "11:00"))
    visitor = office.windows.phone(dark=dark)
    desk = Desk(office.windows.desktop(office.cookie(ADA), dark=dark))
    found: dict[str, list[str]] = {}

    def look(page: Page, where: str) -> None:
        picture(page, f"{'dark' if dark else 'light'}-{where}")
        found[where] = barriers(page)

    for where, path in (
        ("login", "/login"),
        ("booking page", f"/cal/{SLUG}?tz=Europe/Berlin&day={week.day(TUE)}"),
        ("form", f"/cal/{SLUG}?tz=Europe/Berlin&slot={week.at(TUE, '14:00'):%Y-%m-%dT%H:%MZ}"),
        ("confirmation", f"{office.page_of(booked)}?news=booked"),
    ):
        visitor.goto(path)
        expect(visitor.get_by_role("heading", level=1)).to_be_visible()
        look(visitor, where)
    desk.show_week(week)
    expect(desk.boxes(name)).to_be_visible()
    look(desk.page, "calendar page")
    desk.open_box(desk.boxes(name))
    look(desk.page, "appointment")
    desk.go("/settings/teams", "Team calendar configuration")
    expect(desk.page.locator(".team-member").first).to_be_visible()
    look(desk.page, "teams page")
    desk.go("/contacts", "Contacts")
    expect(desk.page.get_by_role("row", name=name)).to_be_visible()
    look(desk.page, "contacts page")
    desk.open_contact(name)
    desk.expect_on_timeline("Appointment booked")
    look(desk.page, "contact")
    assert {where: faults for where, faults in found.items() if faults} == {}
