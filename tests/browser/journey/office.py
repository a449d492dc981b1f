"""The team of the story and the real parts around it: built once, then lived in.

Ada runs the place from Berlin; Anna (Berlin), Kate (Warsaw) and Ben (New York) serve the calendar.
Anna and Kate keep calendars of their own on a CalDAV server.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from crm_app import models
from crm_app.accounts import queries as users
from crm_app.accounts import service as accounts
from crm_app.appointments import links
from crm_app.appointments import queries as appointments
from crm_app.booking import service as booking
from crm_app.contacts import service as contacts
from crm_app.contacts import timeline
from crm_app.core import clock, hours
from crm_app.core.kinds import CalendarRole
from crm_app.core.settings import get_settings
from crm_app.sync.connections import accounts as connections
from crm_app.sync.reaching import connecting
from tests.browser.conftest import Served
from tests.browser.journey import engagements, expected
from tests.browser.journey.desk import Desk
from tests.browser.journey.engagements import PRIVATE, UNUSED, WORK, Entry
from tests.browser.journey.expected import Working
from tests.browser.journey.mailbox import Mailbox
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.week import BERLIN, NEW_YORK, WARSAW, Week
from tests.browser.journey.windows import Windows
from tests.servers.radicale import RadicaleServer, RadicaleUser

# The server gets these; the CalDAV server is on loopback, where typed addresses lead nowhere else.
ENVIRONMENT = {
    "CRM_SECRET_KEY": "the secret that the server and its story share",
    "CRM_ALLOW_PRIVATE_ADDRESSES": "127.0.0.0/8",
    "CRM_MAIL_FROM": "termine@sonnenhaus.example",
}
CALENDAR, SLUG = "Erstgespräch", "erstgespraech"
QUESTION = "Worum geht es?"
ADA, ANNA, KATE, BEN = "Ada König", "Anna Berger", "Kate Wójcik", "Ben Carter"
TEAM = (ANNA, KATE, BEN)
LANGUAGE = {ANNA: "de", KATE: "pl", BEN: "en"}
_NINE, _FIVE = 9 * 60, 17 * 60


@dataclass
class Office:
    """Everything that is there before the first lead comes."""

    served: Served
    windows: Windows
    mailbox: Mailbox
    radicale: RadicaleServer
    desk: Desk
    week: Week
    ids: dict[str, int]
    outside: dict[str, RadicaleUser]

    def cookie(self, name: str) -> str:
        """A new session of a user."""
        with self.served.unit_of_work() as session:
            user = session.get_one(models.User, self.ids[name])
        return self.served.cookie(user)

    def appointment(self, lead: str) -> models.Appointment:
        """The latest appointment of a lead, as the database has it."""
        with self.served.unit_of_work() as session:
            query = select(models.Appointment).where(models.Appointment.lead_email == lead)
            return session.exec(query.order_by(col(models.Appointment.id).desc())).first()  # type: ignore[return-value]

    def book(self, name: str, at: datetime) -> models.Appointment:
        """Somebody else books, without a browser: for tests that begin later."""
        email = f"{name.split()[0].lower()}@kunde.example"
        lead = booking.Lead(name=name, email=email, locale="de", time_zone=BERLIN)
        with settings_of_the_server(), self.served.unit_of_work() as session:
            calendar = appointments.public_calendar(session, SLUG)
            return booking.book(
                session, calendar=calendar, starts_at=at, lead=lead, now=clock.now()
            )

    def page_of(self, appointment: models.Appointment) -> str:
        """The path of the page on which its lead changes it."""
        with settings_of_the_server():
            return f"/booking/{links.manage_token(appointment.public_id)}"

    def know(self, name: str, email: str, *, owner: str) -> None:
        """A contact that somebody owns."""
        with self.served.unit_of_work() as session:
            actor = users.actor_of(session.get_one(models.User, self.ids[ADA]))
            contact, _ = contacts.find_or_make(session, actor, email=email, name=name)
            contacts.set_owner(session, actor, contact, self.ids[owner], rule=timeline.BY_HAND)

    def working(self, *names: str) -> dict[int, Working]:
        """What is known of these members' time, by their ids."""
        return {self.ids[name]: workweek(name, self.week) for name in names}

    def offered(
        self,
        *names: str,
        since: datetime | None = None,
        until: datetime | None = None,
        booked: tuple[tuple[str, datetime], ...] = (),
    ) -> list[datetime]:
        """The times at which one of these members is free, in the week or a part of it."""
        held = [(self.ids[name], engagements.lasting(at, expected.LENGTH)) for name, at in booked]
        return expected.offered(
            self.working(*names),
            since or self.week.begins,
            until or self.week.ends,
            now=datetime.now(UTC),
            booked=held,
        )


def address_of(name: str) -> str:
    """A user's mail address."""
    return f"{name.split()[0].lower()}@sonnenhaus.example"


def workweek(name: str, week: Week) -> Working:
    """When a member works, and what is written in the calendars that he chose."""
    if name == ANNA:
        return Working(BERLIN, _NINE, _FIVE, _taken(engagements.annas(week)))
    if name == KATE:
        # Afternoons only, so that the mornings show what stands in Anna's calendars.
        return Working(WARSAW, 12 * 60, 18 * 60, _taken(engagements.kates(week)))
    return Working(NEW_YORK, _NINE, _FIVE)


def _taken(entries: list[Entry]) -> list[engagements.Taken]:
    return [span for entry in entries for span in entry.takes]


def open_office(
    served: Served, windows: Windows, mailbox: Mailbox, radicale: RadicaleServer
) -> Office:
    """From an empty database to a team that can be booked."""
    chapter("The team sets itself up")
    desk = Desk(windows.desktop())
    step("Ada opens the empty product and fills in its one set-up page")
    desk.set_up(workspace="Sonnenhaus", name=ADA, email=address_of(ADA))
    picture(desk.page, "home")
    office = Office(
        served, windows, mailbox, radicale, desk, Week.ahead_of(datetime.now(UTC)), {}, {}
    )
    _hire(office)
    step(f"She makes the team calendar {CALENDAR!r} with {', '.join(TEAM)}")
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
    picture(desk.page, "calendar-settings")
    return office


def _hire(office: Office) -> None:
    step("She invites Anna, who follows the link in her mail and sets a password")
    office.desk.invite(ANNA, address_of(ANNA), locale=LANGUAGE[ANNA])
    at_annas = Desk(office.windows.desktop(locale="de-DE"), LANGUAGE[ANNA])
    at_annas.accept_invitation(office.mailbox.first(address_of(ANNA)).link("/invite/"))
    step("Kate in Warsaw and Ben in New York join too, with hours of their own")
    with office.served.unit_of_work() as session:
        ada = users.actor_of(session.get_one(models.User, 1))
        for name in (KATE, BEN):
            working = workweek(name, office.week)
            user = accounts.create_user(
                session,
                ada,
                email=address_of(name),
                name=name,
                time_zone=working.zone,
                locale=LANGUAGE[name],
                now=clock.now(),
            )
            opens = ((working.opens, working.closes),)
            user.hours = hours.Hours(dict.fromkeys(range(5), opens)).to_json()
            session.add(user)
        for user in session.exec(select(models.User)):
            office.ids[user.name] = user.id or 0
    _keep_calendars(office, ANNA, engagements.annas(office.week))
    step(f"Anna connects that server: {WORK!r} is linked, {PRIVATE!r} blocks time")
    outside = office.outside[ANNA]
    at_annas.connect(
        office.radicale.url, outside.name, outside.password, linked=WORK, unused=UNUSED
    )
    picture(at_annas.page, "connections")
    _keep_calendars(office, KATE, engagements.kates(office.week))
    _connect(office, KATE)
    for name in (ANNA, KATE):
        until(lambda name=name: _all_read(office, name), f"{name}'s calendars are read")


def _keep_calendars(office: Office, name: str, entries: list[Entry]) -> None:
    """The member's own calendars, as another program fills them."""
    user = office.radicale.make_user(name.split()[0].lower())
    office.outside[name] = user
    for calendar in (WORK, PRIVATE, UNUSED):
        user.make_calendar(calendar)
    for entry in entries:
        step(f"{name.split()[0]}'s own calendar {entry.calendar!r} holds {entry.why}")
        user.put(entry.calendar, f"{entry.name}.ics", entry.ics)


def _connect(office: Office, name: str) -> None:
    """The same as Anna does, without a browser."""
    step(f"{name.split()[0]} connects it as well")
    with settings_of_the_server():
        with office.served.unit_of_work() as session:
            actor = users.actor_of(session.get_one(models.User, office.ids[name]))
            login = connections.check(
                session,
                actor,
                kind="caldav",
                server_url=office.radicale.url,
                username=office.outside[name].name,
                password=office.outside[name].password,
                now=clock.now(),
            )
        seen = connecting.look(login)
        with office.served.unit_of_work() as session:
            account = connections.add(
                session, actor, login, seen, label="Radicale", now=clock.now()
            )
            rows = session.exec(
                select(models.ExternalCalendar).where(
                    models.ExternalCalendar.account_id == account.id
                )
            ).all()
            found = {row.name: row.id or 0 for row in rows}
            connections.choose_linked(session, actor, found[WORK])
            connections.choose_conflicts(session, actor, [found[PRIVATE]])


@contextlib.contextmanager
def settings_of_the_server() -> Iterator[None]:
    """What is written here has to be readable there."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


def _all_read(office: Office, name: str) -> bool:
    with office.served.unit_of_work() as session:
        rows = session.exec(
            select(models.ExternalCalendar.complete)
            .join(models.ConnectedAccount)
            .where(
                models.ConnectedAccount.user_id == office.ids[name],
                models.ExternalCalendar.role != CalendarRole.UNUSED,
            )
        ).all()
    return len(rows) == 2 and all(rows)
