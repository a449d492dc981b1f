"""Seed 001's workaround from nothing to a booking, on real parts: built by hand, lived through by leads.

Real are the served product, the browser, the mail server and a service that speaks Twilio's
interface; the server's clock is moved by the test, so that half an hour passes at once. See
``tests/browser/campaigns`` for the actors. The tests go on from each other: one builds, one lives
through it, the others take the link of a message that was sent.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.campaigns.agency import (
    ADA,
    CALENDAR,
    LINK,
    SLUG,
    SLUGS,
    TEAM,
    Agency,
    open_agency,
)
from tests.browser.campaigns.prospect import AGENT, Prospect
from tests.browser.campaigns.workbench import Workbench
from tests.browser.clocked import Clock
from tests.browser.conftest import serve
from tests.browser.journey.mailbox import Mailbox
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.week import MON
from tests.browser.journey.windows import Windows
from tests.servers.smtp import SmtpSink
from tests.servers.twilio import twilio_service

pytestmark = pytest.mark.browser

ASK, WAIT, FORM = "Ask to Book", "Wait", "Beratung"
NOTE, AGAIN = "New lead assigned", "Not booked within 10 minutes"
THANKS = "Danke, wir melden uns."
SUBJECT = "Wann passt es Ihnen?"
SMS = "Hallo {{contact.first_name}}, hier ist {{user.name}}: {{user.calendar_link}}"
ROUNDS = 2


@pytest.fixture(scope="module")
def agency(
    built: None, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agency]:
    """The team with the whole workaround, both made through the pages of an empty product."""
    folder = tmp_path_factory.mktemp("campaigns")
    moved, sink = Clock(folder / "clock"), SmtpSink().start()
    with twilio_service() as sms:
        served = serve(
            folder / "data",
            command=moved.command,
            CRM_SMTP_URL=sink.url,
            CRM_MAIL_FROM="termine@sonnenhaus.example",
            CRM_TWILIO_API=sms.url,
        )
        windows = Windows(browser, served.url)
        try:
            made = open_agency(served, windows, Mailbox(sink), sms, moved)
            _build(made)
            yield made
        finally:
            windows.close()
            ended = served.stop()
            sink.stop()
    assert ended == 0
    assert "Traceback" not in served.log, served.log


@pytest.fixture(autouse=True)
def nothing_complains(agency: Agency) -> Iterator[None]:
    """No page may throw or log an error, whatever else a test looks at."""
    yield
    complaints, agency.windows.complaints = agency.windows.complaints, []
    assert complaints == []


def _build(agency: Agency) -> None:
    bench = Workbench(agency.desk)
    chapter("Ada builds the seed's workaround from nothing")
    _ask_to_book(bench, agency.served.url)
    _wait(bench)
    _form(bench)
    _triggers(bench)


def _ask_to_book(bench: Workbench, url: str) -> None:
    step(f"The campaign {ASK!r}: the calendar draws the owner, an SMS and a mail carry his link")
    page = bench.page
    bench.new_campaign(ASK)
    bench.drag_in("SMS")
    bench.type("Text", SMS)
    bench.drag_in("E-mail")
    bench.type("Subject", SUBJECT)
    typed = f"{url}/cal/{SLUG}/{{{{user.slug}}}}"
    bench.type(
        "Text",
        f"Guten Tag {{{{contact.name}}}},\n\n{{{{user.calendar_link}}}}\n\noder hier: {typed}\n\n"
        "{{user.name}}",
    )
    picture(page, "03-ask-to-book")
    sheet = bench.open_settings()
    sheet.get_by_label("Who becomes the owner").select_option(label="As a team calendar draws")
    sheet.get_by_label("Calendar", exact=True).select_option(label=CALENDAR)
    sheet.get_by_role("switch", name="Only contacts without an owner").click()
    sheet.get_by_label("Calendar of the links to book").select_option(label=CALENDAR)
    sheet.get_by_role("switch", name="Stop on a booking").click()
    picture(page, "04-settings")
    bench.done(sheet)
    bench.publish_campaign()
    picture(page, "05-published")


def _wait(bench: Workbench) -> None:
    step(f"The campaign {WAIT!r}: a Messenger step of 30 minutes, off by a click beside it")
    page = bench.page
    bench.new_campaign(WAIT)
    card = bench.drag_in("Messenger")
    bench.type("Wait before it", "30")
    expect(card).to_contain_text("30 minutes")
    bench.click_outside()
    expect(page.get_by_text("Step switched off: silent wait.")).to_be_visible()
    expect(card).to_have_attribute("data-off", "true")
    picture(page, "06-silent-wait")
    sheet = bench.open_settings()
    expect(sheet.get_by_label("Who becomes the owner")).to_have_value("none")
    sheet.get_by_label("Next campaign").select_option(label=ASK)
    sheet.get_by_role("switch", name="Stop on a booking").click()
    bench.done(sheet)
    bench.publish_campaign()


def _form(bench: Workbench) -> None:
    step(f"The form {FORM!r}: nobody becomes the owner, the contact goes into {WAIT!r}")
    page = bench.page
    bench.new_form(FORM)
    bench.drag_field("phone", 3)
    picture(page, "07-form")
    bench.choose_for_form("Goes into the campaign", WAIT)
    expect(page.get_by_label("Becomes the contact of")).to_have_value("none")
    page.get_by_label("Text", exact=True).fill(THANKS)
    page.get_by_label("Text", exact=True).press("Tab")
    link = bench.publish_form()
    assert link.endswith("/f/beratung")


def _triggers(bench: Workbench) -> None:
    page = bench.page
    step(f"The trigger {NOTE!r}")
    bench.new_trigger(NOTE, "Campaigns: A contact is added to a campaign")
    bench.only_for_campaign(ASK)
    bench.then("Notify the team").get_by_label("Text").fill(
        "New lead assigned: {{contact.name}}. Please check."
    )
    bench.switch_on()
    step(f"The trigger {AGAIN!r}, at most {ROUNDS} times")
    bench.new_trigger(AGAIN, "Appointments: No appointment is booked in time")
    page.get_by_label("No booking within").fill("10")
    page.get_by_label("At most so many times per contact").fill(str(ROUNDS))
    bench.only_for_campaign(ASK)
    again = bench.then("Add to a campaign")
    again.get_by_role("combobox", name="Campaign").select_option(label=ASK)
    expect(again.get_by_label("Start over")).to_be_checked()
    picture(page, "08-trigger")
    bench.switch_on()
    picture(page, "09-trigger-on")


@pytest.fixture(scope="module")
def lea(agency: Agency) -> Prospect:
    """The lead of the story."""
    phone = agency.windows.phone(user_agent=AGENT)
    return Prospect(phone, "Lea Sommer", "lea@kundin.example", "+491701234567")


def test_cam4_trg3_a_lead_meets_only_the_owner_and_hears_nothing_after_booking(
    agency: Agency, lea: Prospect
) -> None:
    chapter("A lead fills in the form on her phone, in German")
    lea.send_form("/f/beratung", THANKS)
    picture(lea.page, "10-form-sent")
    (contact,) = until(lambda: agency.contacts_called(lea.name) or None, "the contact")
    assert contact.owner_id is None
    step("Half an hour passes in silence")
    agency.wait(29)
    assert agency.entries(contact) == [(WAIT, 0)]
    agency.wait(1)

    chapter("She is given an owner, and gets his link")
    text = agency.texts(lea.phone, 1)[0]
    letter = agency.letters(lea.email, SUBJECT, 1)[0]
    assert agency.entries(contact) == [(WAIT, 0), (ASK, 30)]
    (contact,) = agency.contacts_called(lea.name)
    owner = _name_of(agency, contact.owner_id)
    assert text.body.startswith(f"Hallo Lea, hier ist {owner}: http")
    assert letter.text.count(owner) == 1
    assert not any(each in text.body + letter.text for each in TEAM if each != owner)
    links = [*LINK.findall(text.body), *LINK.findall(letter.text)[:2]]
    assert len(links) == 3
    for link in links:
        step(f"{link} offers just the times at which {owner} is free")
        lea.follow(link, SLUGS[owner])
        assert lea.all_times(agency.week) == agency.offered(owner)
    picture(lea.page, "11-slots")
    _told_by_the_bell(agency, owner, lea.name, 1)

    chapter("She does not book")
    for number in range(2, ROUNDS + 2):
        agency.wait(10)
        texts = agency.texts(lea.phone, number)
        assert owner in texts[-1].body
        agency.letters(lea.email, SUBJECT, number)
        assert _owner(agency, lea) == owner
    step(f"After {ROUNDS} times more she is left alone")
    agency.wait(11)
    _stopped_by_the_cap(agency)
    assert agency.entries(contact) == [(WAIT, 0), (ASK, 30), (ASK, 40), (ASK, 50)]
    _told_by_the_bell(agency, owner, lea.name, ROUNDS + 1)

    chapter("She books by the link of the last text message")
    lea.follow(LINK.findall(agency.texts(lea.phone, ROUNDS + 1)[-1].body)[0], SLUGS[owner])
    moment = lea.lead.times_of(agency.week.day(MON))[0]
    booked = lea.book_at(moment)
    picture(lea.page, "12-booked")
    assert (booked.told_host, booked.told_start) == (owner, moment)
    _all_is_one(agency, lea, owner, moment)

    chapter("A day later")
    _a_day_passes(agency, lea)
    _all_is_one(agency, lea, owner, moment)
    _shown_to_ada(agency, lea, owner)


def _name_of(agency: Agency, user_id: int | None) -> str:
    return next(name for name, number in agency.ids.items() if number == user_id)


def _owner(agency: Agency, lead: Prospect) -> str:
    (contact,) = agency.contacts_called(lead.name)
    return _name_of(agency, contact.owner_id)


def _told_by_the_bell(agency: Agency, owner: str, lead: str, number: int) -> None:
    step(f"{owner}'s bell says so")
    desk = agency.window_of(owner)
    desk.go("/contacts", "Contacts")
    bell = desk.page.get_by_label(f"Notifications, {number} unread")
    bell.click()
    told = desk.page.get_by_text(f"New lead assigned: {lead}. Please check.")
    expect(told).to_have_count(number)
    picture(desk.page, f"20-bell-{number}")
    desk.page.context.close()
    assert agency.told() == {owner}


def _stopped_by_the_cap(agency: Agency) -> None:
    agency.desk.go("/triggers", "Triggers")
    agency.desk.page.get_by_role("tab", name="Log").click()
    stopped = agency.desk.page.locator(".trigger-outcome", has_text="Stopped")
    expect(stopped).to_have_count(1)
    picture(agency.desk.page, "21-log")


def _all_is_one(agency: Agency, lead: Prospect, owner: str, moment: datetime) -> None:
    step("One contact, one owner, one appointment, and it is the owner's")
    (contact,) = agency.contacts_called(lead.name)
    (appointment,) = agency.appointments_of(contact)
    assert contact.owner_id == appointment.user_id == agency.ids[owner]
    assert appointment.starts_at == moment


def _a_day_passes(agency: Agency, lead: Prospect) -> None:
    step("Another lead comes after her, so that it can be told that the day did pass")
    other = Prospect(agency.windows.phone(), "Ole Herbst", "ole@kunde.example", "+491707654321")
    other.send_form("/f/beratung", THANKS)
    until(lambda: agency.contacts_called(other.name) or None, "the contact")
    agency.wait(24 * 60)
    agency.texts(other.phone, 1)
    assert _owner(agency, other) != _owner(agency, lead)
    agency.wait(10)
    agency.texts(other.phone, 2)
    agency.letters(other.email, SUBJECT, 2)
    step("She heard nothing after the confirmation")
    agency.texts(lead.phone, ROUNDS + 1)
    agency.letters(lead.email, SUBJECT, ROUNDS + 1)
    assert len(agency.mailbox.letters(lead.email) or []) == ROUNDS + 2


def _shown_to_ada(agency: Agency, lead: Prospect, owner: str) -> None:
    desk = agency.desk
    desk.open_contact(lead.name)
    desk.expect_owner(owner)
    desk.expect_on_timeline(f"Appointment booked: {lead.name} with {owner}")
    picture(desk.page, "22-contact")
    step("The campaign counts what was sent, and that she followed the links")
    desk.go("/campaigns", "Campaigns")
    desk.page.get_by_role("link", name=ASK).click()
    # Sent to her, and twice to the lead who came after her; only she followed links.
    for place, clicked in ((0, 2), (1, 1)):
        card = desk.page.locator(".step-card").nth(place)
        expect(card.get_by_role("button", name=f"{ROUNDS + 3} sent")).to_be_visible()
        expect(card.get_by_role("button", name=f"{clicked} clicked")).to_be_visible()
    picture(desk.page, "23-counts")


# A and B, then what becomes of a contact without an owner, and of one with another owner.
TABLE = [(True, True, True, False), (True, False, True, True), (False, True, False, False)]


@pytest.mark.parametrize(("assign", "keep", "unowned", "owned"), TABLE)
def test_own1_each_row_of_the_table_by_the_same_link(
    agency: Agency, lea: Prospect, assign: bool, keep: bool, unowned: bool, owned: bool
) -> None:
    row = f"{assign:d}{keep:d}"
    chapter(f"The same link while assigning is {assign} and skipping {keep}")
    (contact,) = agency.contacts_called(lea.name)
    text = agency.texts(lea.phone, ROUNDS + 1)[-1]
    host = next(name for name in TEAM if name in text.body)
    agency.desk.set_switches(assign=assign, keep=keep)
    day = agency.week.next.day(TABLE.index((assign, keep, unowned, owned)))
    for before, becomes in ((None, unowned), (ADA, owned)):
        step(f"The contact is {before or 'nobody'}'s, and books with {host}")
        agency.give(contact, before)
        lea.follow(LINK.findall(text.body)[0], SLUGS[host])
        booked = lea.book_at(lea.lead.times_of(day)[0])
        assert booked.told_host == host
        (contact,) = agency.contacts_called(lea.name)
        wanted = host if becomes else before
        assert contact.owner_id == (agency.ids[wanted] if wanted else None), row
