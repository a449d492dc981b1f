"""How an appointment stands, and that everybody who can look at it sees the same."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.journey.desk import Shown
from tests.browser.journey.engagements import WORK
from tests.browser.journey.expected import LENGTH
from tests.browser.journey.lead import Lead
from tests.browser.journey.office import LANGUAGE, Office, address_of
from tests.browser.journey.outside import has_entry
from tests.browser.journey.steps import picture, step
from tests.browser.journey.week import BERLIN

# The days from Monday on, as the mails' readers call them.
_DAYS = {
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"],
    "pl": ["poniedziałek", "wtorek", "środa", "czwartek", "piątek"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
}


@dataclass(frozen=True)
class Standing:
    """An appointment that stands: whose it is, whose the contact is, when, and which revision."""

    lead: Lead
    member: str
    owner: str
    starts_at: datetime
    sequence: int

    def now(self, **changed: Any) -> "Standing":
        """The same after a change."""
        return replace(self, **changed)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=LENGTH)


def all_agree(office: Office, standing: Standing, *, timeline: str) -> str:
    """Mails, the member's own calendar, the dashboard and the contact; the UID that they share."""
    uid = _mails_agree(office, standing)
    step("The event in the member's own calendar says the same")
    entry = has_entry(office.outside[standing.member], WORK, uid, standing.starts_at)
    assert (entry.ends_at, entry.summary) == (standing.ends_at, standing.lead.name)
    assert not entry.transparent
    _calendar_page_agrees(office, standing)
    step(f"The contact belongs to {standing.owner}, and the timeline tells what happened")
    office.desk.open_contact(standing.lead.name)
    office.desk.expect_owner(standing.owner)
    office.desk.expect_on_timeline(timeline)
    picture(office.desk.page, f"contact-{standing.sequence}")
    return uid


def _mails_agree(office: Office, standing: Standing) -> str:
    step("The mails to lead and member invite to the same meeting, each in the reader's language")
    member = address_of(standing.member)
    letters = {
        address: office.mailbox.invitation(address, "REQUEST", standing.sequence)
        for address in (standing.lead.email, member)
    }
    for letter in letters.values():
        invitation = letter.invitation
        assert invitation is not None
        assert (invitation.starts_at, invitation.ends_at) == (standing.starts_at, standing.ends_at)
        assert invitation.attendees == {standing.lead.email, member}
        assert invitation.organizer == member
        assert invitation.status == "CONFIRMED"
    to_lead, to_member = letters[standing.lead.email], letters[member]
    assert (to_lead.language, to_lead.reply_to) == ("de", member)
    assert f"Guten Tag {standing.lead.name}" in to_lead.text
    assert standing.member in to_lead.text
    assert (to_member.language, to_member.reply_to) == (
        LANGUAGE[standing.member],
        standing.lead.email,
    )
    weekday = standing.starts_at.astimezone(ZoneInfo(BERLIN)).weekday()
    for letter in letters.values():
        assert _DAYS[letter.language][weekday] in letter.text
    (uid,) = {letter.invitation.uid for letter in letters.values() if letter.invitation}
    return uid


def _calendar_page_agrees(office: Office, standing: Standing) -> None:
    step("The calendar page shows it there, and only there")
    desk, local = office.desk, standing.starts_at.astimezone(ZoneInfo(BERLIN))
    desk.show_week(office.week)
    initials = "".join(part[0] for part in standing.member.split())
    box = desk.box(local.date(), f"{initials} · {standing.lead.name}")
    expect(box).to_be_visible()
    expect(desk.boxes(standing.lead.name)).to_have_count(1)
    box.scroll_into_view_if_needed()
    picture(desk.page, f"week-{standing.sequence}")
    dialog = desk.open_box(box)
    ends = standing.ends_at.astimezone(ZoneInfo(BERLIN))
    assert desk.shown(dialog) == Shown(
        title=standing.lead.name,
        starts=f"{local:%Y-%m-%d %H:%M}",
        ends=f"{ends:%Y-%m-%d %H:%M}",
        member=standing.member,
    )
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
