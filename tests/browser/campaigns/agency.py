"""The team of the story, its mail, its text messages and its clock: what is there before any campaign.

Ada runs the place; Anna (Berlin) and Kate (Warsaw, afternoons only) serve its team calendar, so that
whose times a page offers can be told from the times.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from crm_app import models
from crm_app.accounts import queries as users
from crm_app.accounts import service as accounts
from crm_app.contacts import service as contacts
from crm_app.contacts import timeline
from crm_app.core import clock, hours
from crm_app.core.access import Actor
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState, MessageState
from tests.browser.clocked import Clock
from tests.browser.conftest import Served
from tests.browser.journey import expected
from tests.browser.journey.desk import Desk
from tests.browser.journey.expected import Working
from tests.browser.journey.mailbox import Letter, Mailbox
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.week import BERLIN, WARSAW, Week
from tests.browser.journey.windows import Windows
from tests.servers import twilio
from tests.servers.twilio import Text, TwilioService

CALENDAR, SLUG, QUESTION = "Erstgespräch", "erstgespraech", "Worum geht es?"
ADA, ANNA, KATE = "Ada König", "Anna Berger", "Kate Wójcik"
HOURS = {ANNA: Working(BERLIN, 9 * 60, 13 * 60), KATE: Working(WARSAW, 14 * 60, 18 * 60)}
SLUGS = {ANNA: "anna-berger", KATE: "kate-wojcik"}
TEAM = tuple(HOURS)
LINK = re.compile(r"https?://\S+")


@dataclass
class Agency:
    """Everything that is there before the first lead comes."""

    served: Served
    windows: Windows
    mailbox: Mailbox
    sms: TwilioService
    clock: Clock
    desk: Desk
    week: Week
    ids: dict[str, int] = field(default_factory=dict)

    def window_of(self, name: str) -> Desk:
        """A desk at which a member is signed in."""
        with self.served.unit_of_work() as session:
            user = session.get_one(models.User, self.ids[name])
        return Desk(self.windows.desktop(self.served.cookie(user)))

    def wait(self, minutes: int) -> None:
        """So much time passes, while nothing is being done."""
        until(self._rests, "the server has nothing to do")
        self.clock.move(timedelta(minutes=minutes))

    def _rests(self) -> bool:
        with self.served.unit_of_work() as session:
            busy = session.exec(
                select(func.count())
                .select_from(Job)
                .where(
                    (col(Job.state) == JobState.RUNNING)
                    | ((col(Job.state) == JobState.READY) & (col(Job.run_at) <= self.clock.now()))
                )
            ).one()
            waiting = session.exec(
                select(func.count())
                .select_from(models.Message)
                .where(models.Message.state == MessageState.QUEUED)
            ).one()
        return not busy and not waiting

    def texts(self, phone: str, number: int) -> list[Text]:
        """The text messages to a telephone, as soon as there are so many; never more."""

        def look() -> list[Text] | None:
            found = [text for text in list(self.sms.taken) if text.to == phone]
            return found if len(found) >= number else None

        found = until(look, f"{number} text messages to {phone}")
        assert len(found) == number
        return found

    def letters(self, to: str, subject: str, number: int) -> list[Letter]:
        """The mails with that subject to an address, as soon as there are so many; never more."""

        def look() -> list[Letter] | None:
            found = [each for each in self.mailbox.letters(to) or [] if each.subject == subject]
            return found if len(found) >= number else None

        found = until(look, f"{number} mails to {to}")
        assert len(found) == number
        return found

    def contacts_called(self, name: str) -> list[models.Contact]:
        """All contacts of that name, as the database has them."""
        with self.served.unit_of_work() as session:
            return list(session.exec(select(models.Contact).where(models.Contact.name == name)))

    def appointments_of(self, contact: models.Contact) -> list[models.Appointment]:
        """The appointments of a contact, in the order in which they were made."""
        with self.served.unit_of_work() as session:
            query = select(models.Appointment).where(models.Appointment.contact_id == contact.id)
            return list(session.exec(query.order_by(col(models.Appointment.id))))

    def entries(self, contact: models.Contact) -> list[tuple[str, int]]:
        """The campaigns that a contact entered, each with the minutes since the first entry."""
        with self.served.unit_of_work() as session:
            found = session.exec(
                select(models.Campaign.name, models.Enrolment.entered_at)
                .join(models.Enrolment, col(models.Enrolment.campaign_id) == models.Campaign.id)
                .where(models.Enrolment.contact_id == contact.id)
                .order_by(col(models.Enrolment.id))
            ).all()
        return [(name, (at - found[0][1]) // timedelta(minutes=1)) for name, at in found]

    def told(self) -> set[str]:
        """The users who have anything behind the bell."""
        with self.served.unit_of_work() as session:
            found = set(session.exec(select(models.Notification.user_id)).all())
        return {name for name, number in self.ids.items() if number in found}

    def give(self, contact: models.Contact, owner: str | None) -> None:
        """Somebody at a desk changes the contact's owner."""
        with self.served.unit_of_work() as session:
            kept = session.get_one(models.Contact, contact.id)
            contacts.set_owner(
                session,
                _ada(session),
                kept,
                self.ids[owner] if owner else None,
                rule=timeline.BY_HAND,
            )

    def offered(self, name: str, *booked: datetime) -> list[datetime]:
        """The times at which that member alone is free in the week; ``booked`` are his."""
        number = self.ids[name]
        length = timedelta(minutes=expected.LENGTH)
        return expected.offered(
            {number: HOURS[name]},
            self.week.begins,
            self.week.ends,
            now=self.clock.now(),
            booked=[(number, (at, at + length)) for at in booked],
        )


def open_agency(
    served: Served, windows: Windows, mailbox: Mailbox, sms: TwilioService, moved: Clock
) -> Agency:
    """From an empty product to a team with a calendar, mail and text messages."""
    chapter("The team sets itself up")
    desk = Desk(windows.desktop())
    step("Ada opens the empty product and fills in its one set-up page")
    desk.set_up(workspace="Sonnenhaus", name=ADA, email="ada@sonnenhaus.example")
    agency = Agency(served, windows, mailbox, sms, moved, desk, Week.ahead_of(moved.now()))
    _hire(agency)
    step(f"She makes the team calendar {CALENDAR!r} for {' and '.join(TEAM)}")
    desk.make_calendar(
        CALENDAR,
        members=TEAM,
        numbers={
            "Length": str(expected.LENGTH),
            "A start every": str(expected.EVERY),
            "Free after": str(expected.AFTERWARDS),
        },
        question=QUESTION,
    )
    _enter_account(desk)
    step("She sets the owner's switches as the seed recommends: assign, and do not skip")
    desk.set_switches(assign=True, keep=False)
    desk.expect_outcome("Lead with an owner", "changes from")
    picture(desk.page, "01-switches")
    return agency


def _hire(agency: Agency) -> None:
    step("Anna and Kate join, each with hours of her own")
    with agency.served.unit_of_work() as session:
        for name, working in HOURS.items():
            user = accounts.create_user(
                session,
                _ada(session),
                email=f"{name.split()[0].lower()}@sonnenhaus.example",
                name=name,
                time_zone=working.zone,
                locale="en",
                now=clock.now(),
            )
            opens = ((working.opens, working.closes),)
            user.hours = hours.Hours(dict.fromkeys(range(5), opens)).to_json()
            session.add(user)
        for user in session.exec(select(models.User)):
            agency.ids[user.name] = user.id or 0


def _enter_account(desk: Desk) -> None:
    step("She enters the account at Twilio")
    desk.go("/settings/messages", "Messages")
    page = desk.page
    page.get_by_role("button", name="Set up").first.click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("Account SID").fill(twilio.SID)
    asked.get_by_label("Auth token").fill(twilio.TOKEN)
    asked.get_by_label("Sender").fill(twilio.NUMBER)
    asked.get_by_role("button", name="Save").click()
    page.locator(".copy-box code").first.wait_for()
    picture(page, "02-channels")


def _ada(session: Session) -> Actor:
    return users.actor_of(session.get_one(models.User, 1))
