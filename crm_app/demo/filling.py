"""Writing the sample data: first the bookings, each on its day, then ten days of campaigns and answers.

Jobs that the past would have set off are taken away again: nothing of it is anybody's work today, and
nothing of it may leave the house. Mails about appointments are written all the same, for the Outbox.
"""

import random
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.accounts import service as users
from crm_app.appointments import calendars
from crm_app.appointments import service as appointments
from crm_app.appointments.calendars import MemberRow
from crm_app.booking import service as booking
from crm_app.contacts import service as contacts
from crm_app.core import clock, jobs
from crm_app.core.access import Actor, system
from crm_app.core.errors import Conflict
from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.core.kinds import (
    AccountState,
    AppointmentStatus,
    CalendarKind,
    CalendarRole,
    ContactKind,
    MessageState,
)
from crm_app.demo import cast, life, recipes, story
from crm_app.models import (
    Appointment,
    BusyTime,
    Calendar,
    ConnectedAccount,
    Contact,
    ExternalCalendar,
    ExternalObject,
    Message,
    Notification,
    User,
)

PASSWORD = "look around in peace"  # noqa: S105 - for sample data that anybody may see
_ACTOR = system("demo")
# What it does sets no trigger off.
_QUIET = system("demo", silent=True)
_BEHIND, _AHEAD = 28, 12
_BEFORE = timedelta(days=4)
# Since when the team has campaigns, and how old a line behind the bell is when it has been read.
_AUTOMATED = timedelta(days=10)
_READ = timedelta(hours=30)
_MAIL = "appointments.mail"


def fill(session: Session, *, now: datetime) -> bool:
    """Fill an empty installation; False (and nothing written) when there are users already."""
    if accounts.has_users(session):
        return False
    chance = random.Random(20)  # noqa: S311 - the same sample data every time
    with clock.held(now - timedelta(days=_BEHIND + 5)):
        team = _team(session, now)
        pages = _pages(session, team)
        _companies(session, team)
    for page, count in zip(pages, (34, 5, 3, 6), strict=True):
        _bookings(session, page, count, chance, now)
    _outcomes(session, chance, now)
    _touches(session, team, chance)
    _elsewhere(session, team[0], now)
    _automate(session, team, pages[0], now)
    _rest(session, now)
    return True


def _automate(session: Session, team: list[User], calendar: Calendar, now: datetime) -> None:
    """The team makes campaigns, and lives with them up to now."""
    begins = now - _AUTOMATED
    with clock.held(begins):
        made = recipes.install(session, accounts.actor_of(team[0]))
    life.live(session, story.deeds(made, team, calendar, now), since=begins, until=now)


def _rest(session: Session, now: datetime) -> None:
    """Nothing of the past is left to do, except to write the mails about appointments."""
    session.execute(delete(Job))
    session.execute(
        update(Message)
        .where(col(Message.state) == MessageState.QUEUED)
        .values(state=MessageState.OUTBOX)
    )
    session.execute(
        update(Notification).where(col(Notification.at) < now - _READ).values(read_at=now)
    )
    told = select(FactRow.id).where(
        col(FactRow.kind).in_(("AppointmentBooked", "AppointmentCancelled"))
    )
    for fact_id in session.exec(told.order_by(col(FactRow.id))):
        key = f"fact:{fact_id}:{_MAIL}"
        jobs.enqueue(session, _MAIL, key=key, fact_id=fact_id)


def _team(session: Session, now: datetime) -> list[User]:
    first, *others = cast.TEAM
    admin = users.set_up(
        session,
        workspace_name=cast.WORKSPACE,
        name=first.name,
        email=first.email,
        password=PASSWORD,
        time_zone=first.zone,
        locale=first.locale,
        now=now,
    )
    team = [admin]
    for player in others:
        team.append(
            users.create_user(
                session,
                _ACTOR,
                email=player.email,
                name=player.name,
                password=PASSWORD,
                role=player.role,
                time_zone=player.zone,
                locale=player.locale,
                now=now,
            )
        )
    for user, player in zip(team, cast.TEAM, strict=True):
        hours = {"weekly": {str(day): [list(player.day)] for day in range(5)}}
        users.update_profile(session, _ACTOR, user, color=player.color, hours=hours)
    return team


def _pages(session: Session, team: list[User]) -> list[Calendar]:
    made = []
    for page in cast.PAGES:
        calendar = calendars.create_calendar(
            session, _ACTOR, slug=page.slug, name=page.name, kind=page.kind, **page.fields
        )
        rows = [MemberRow(team[who].id or 0, weight=weight) for who, weight in page.members]
        calendars.set_members(session, _ACTOR, calendar, rows)
        made.append(calendar)
    return made


def _companies(session: Session, team: list[User]) -> None:
    for number, name in enumerate(cast.COMPANIES):
        contacts.create(
            session,
            _ACTOR,
            source="demo",
            kind=ContactKind.COMPANY,
            name=name,
            owner_id=team[number % len(team)].id,
        )


def _bookings(
    session: Session, calendar: Calendar, count: int, chance: random.Random, now: datetime
) -> None:
    """``count`` leads book, each some days before the day that he gets."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    leads = chance.sample(cast.LEADS, min(count, len(cast.LEADS)))
    span = _BEHIND + _AHEAD
    for number, lead in enumerate(leads):
        day = midnight + timedelta(days=span * (number + 1) // count - _BEHIND)
        booked_at = min(day - _BEFORE, now - timedelta(minutes=chance.randint(20, 4000)))
        slots = booking.find_slots(
            session, calendar, since=day, until=day + timedelta(days=4), now=booked_at
        )
        if not slots:
            continue
        _book(
            session,
            calendar,
            chance.choice(slots[: len(slots) // 2 + 1]).starts_at,
            lead,
            chance,
            booked_at,
        )


def _book(
    session: Session,
    calendar: Calendar,
    starts_at: datetime,
    lead: cast.Lead,
    chance: random.Random,
    booked_at: datetime,
) -> None:
    asked = calendar.kind == CalendarKind.TEAM
    try:
        with clock.held(booked_at):
            booking.book(
                session,
                calendar=calendar,
                starts_at=starts_at,
                lead=booking.Lead(
                    name=lead.name,
                    email=lead.email,
                    phone=lead.phone,
                    locale=lead.locale,
                    time_zone=lead.zone,
                    answers=_answers(chance) if asked else {},
                ),
                now=booked_at,
            )
    except Conflict:
        # Another sample booking has that time; one fewer does not matter.
        return


def _answers(chance: random.Random) -> dict[str, str]:
    return {"roof": "Pitched", "wish": chance.choice(cast.WISHES)}


def _outcomes(session: Session, chance: random.Random, now: datetime) -> None:
    """How the past turned out; and two of the coming ones are called off."""
    rows = session.exec(select(Appointment).order_by(col(Appointment.starts_at))).all()
    for row in rows:
        if row.ends_at <= now:
            turned_out = (
                AppointmentStatus.NO_SHOW if chance.random() < 0.15 else AppointmentStatus.SHOWED
            )
            with clock.held(row.ends_at):
                appointments.set_status(session, _ACTOR, row, turned_out)
    ahead = [row for row in rows if row.starts_at > now + timedelta(days=2)]
    for row in ahead[3:10:6]:
        with clock.held(now - timedelta(hours=30)):
            appointments.cancel(session, _ACTOR, row, by="lead", reason="Something came up, sorry.")


def _touches(session: Session, team: list[User], chance: random.Random) -> None:
    """Tags and notes, as people leave them."""
    rows = session.exec(
        select(Contact).where(Contact.kind != ContactKind.COMPANY).order_by(col(Contact.id))
    ).all()
    for contact in rows:
        with clock.held(contact.created_at + timedelta(minutes=chance.randint(1, 15))):
            contacts.change_tags(
                session, _QUIET, contact, add=chance.sample(cast.TAGS, chance.randint(0, 2))
            )
            if chance.random() < 0.3:
                author: Actor = accounts.actor_of(chance.choice(team))
                if author.is_admin or contact.owner_id == author.user_id:
                    contacts.add_note(session, author, contact, chance.choice(cast.NOTES))


def _elsewhere(session: Session, user: User, now: datetime) -> None:
    """Something in a calendar of Anna's own; it is a sample, so nobody is asked for it."""
    account = ConnectedAccount(
        user_id=user.id or 0,
        provider="caldav",
        label="Sample calendar",
        server_url="https://calendar.example",
        username=user.email,
        secret="",
        state=AccountState.PAUSED,
        last_success_at=now,
        created_at=now,
    )
    session.add(account)
    session.flush()
    calendar = ExternalCalendar(
        account_id=account.id or 0,
        ref="https://calendar.example/anna/",
        name="Anna",
        role=CalendarRole.CONFLICT,
        complete=True,
        last_success_at=now,
    )
    session.add(calendar)
    session.flush()
    monday = (now - timedelta(days=now.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    for week in range(-1, 3):
        for weekday, hour, length, what, private in cast.ELSEWHERE:
            starts_at = monday + timedelta(weeks=week, days=weekday, hours=hour - 1)
            _busy(session, calendar, user, starts_at, length, what, private=private)


def _busy(
    session: Session,
    calendar: ExternalCalendar,
    user: User,
    starts_at: datetime,
    hours: float,
    what: str,
    *,
    private: bool,
) -> None:
    name = f"{starts_at:%Y%m%dT%H%M}-{what}"
    row = ExternalObject(
        external_calendar_id=calendar.id or 0,
        href=name,
        series=name,
        uid=name,
        history=True,
    )
    session.add(row)
    session.flush()
    session.add(
        BusyTime(
            user_id=user.id or 0,
            external_calendar_id=calendar.id or 0,
            external_object_id=row.id or 0,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            private=private,
            summary=what,
        )
    )
