"""A workspace with a user whose calendars lie in memory, and what tests do with them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

import crm_app.worker  # noqa: F401 - declares all handlers and what they listen to
from crm_app import models
from crm_app.appointments import service as appointments
from crm_app.core import clock, db, facts, job_runner
from crm_app.core.access import system
from crm_app.core.kinds import AppointmentSource, CalendarRole, SyncOption
from crm_app.providers.memory_calendars import MemoryAccount, MemoryCalendars
from crm_app.sync.reaching import connecting
from crm_app.sync.rules.options import PRESETS
from crm_app.sync.runs import runs
from tests import factories
from tests.sync import objects

ACTOR = system("test")
_services: dict[str, MemoryAccount] = {}


def _open(login: connecting.Login, _timeout: float) -> MemoryCalendars:
    return MemoryCalendars(_services[login.server_url])


connecting.offer("memory", _open)


def soon(days: int = 3, hour: int = 9, minute: int = 0) -> datetime:
    """A full hour of a coming day, UTC."""
    day = datetime.now(UTC) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def stamp(at: datetime) -> str:
    """An instant as iCalendar writes it."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def entry(uid: str, at: datetime, *lines: str, minutes: int = 60, summary: str = "Busy") -> str:
    """An event at ``at``."""
    return objects.event(
        *lines,
        uid=uid,
        start=f"DTSTART:{stamp(at)}",
        end=f"DTEND:{stamp(at + timedelta(minutes=minutes))}",
        summary=summary,
    )


@dataclass
class Connected:
    """A user, the service where his calendars are, and the rows that stand for them."""

    user: models.User
    service: MemoryAccount
    account_id: int
    refs: list[str] = field(default_factory=list)
    calendar_ids: list[int] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return self.refs[0]

    @property
    def calendar_id(self) -> int:
        return self.calendar_ids[0]

    def run(self, which: int = 0) -> None:
        """One run for a calendar, now."""
        runs.run(self.calendar_ids[which])

    def put(self, name: str, at: datetime, *lines: str, which: int = 0, **values: Any) -> str:
        """Write an event as the person's own program does; its href."""
        return self.service.put(self.refs[which], name, entry(name, at, *lines, **values))

    def remote(self, which: int = 0) -> dict[str, str]:
        """What stands in the calendar: href -> text."""
        calendar = self.service.calendars[self.refs[which]]
        return {href: kept.raw for href, kept in calendar.objects.items() if kept.raw is not None}

    def edit(self, href: str, old: str, new: str, which: int = 0) -> None:
        """Change the text of an entry as its owner would."""
        raw = self.remote(which)[href]
        assert old in raw, raw
        self.service.calendars[self.refs[which]].store(href, raw.replace(old, new))


def connect(
    *,
    calendars: int = 1,
    roles: tuple[CalendarRole, ...] = (CalendarRole.LINKED,),
    page_size: int = 2,
    user: models.User | None = None,
    split_series: bool = False,
    **values: Any,
) -> Connected:
    """A user with a connected memory account whose calendars have the given roles.

    With ``split_series`` changed instances of a series are objects of their own.
    """
    service = MemoryAccount(page_size=page_size, split_series=split_series)
    with db.unit_of_work() as session:
        if session.get(models.Workspace, 1) is None:
            factories.workspace(session)
        user = user or factories.user(session, **values)
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            provider="memory",
            label="Memory",
            server_url=f"memory://{user.slug}",
            username=user.email,
            secret="open sesame",
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        made = Connected(user, service, account.id or 0)
        for number in range(calendars):
            ref = service.add_calendar(f"Calendar {number + 1}", zone="Europe/Berlin")
            role = roles[number] if number < len(roles) else CalendarRole.CONFLICT
            row = models.ExternalCalendar(
                account_id=account.id or 0,
                ref=ref,
                name=f"Calendar {number + 1}",
                time_zone="Europe/Berlin",
                role=role,
            )
            session.add(row)
            session.flush()
            made.refs.append(ref)
            made.calendar_ids.append(row.id or 0)
    _services[f"memory://{user.slug}"] = service
    return made


def choose(who: Connected, option: SyncOption, **values: Any) -> None:
    """Give the first calendar an option, for what arrives from now on."""
    creation, triggers = PRESETS[option]
    with db.unit_of_work() as session:
        row = session.get_one(models.ExternalCalendar, who.calendar_id)
        row.creation, row.triggers = creation, triggers
        for name, value in values.items():
            setattr(row, name, value)


def taken() -> list[models.Appointment]:
    """The appointments that were made from external events, by start."""
    with db.reading() as session:
        query = select(models.Appointment).where(
            models.Appointment.source == AppointmentSource.SYNC
        )
        return list(session.exec(query.order_by(col(models.Appointment.starts_at))))


def people() -> list[str]:
    """The addresses of all contacts, as often as they are there."""
    with db.reading() as session:
        return sorted(session.exec(select(models.ContactEmail.address)))


def fired(kind: type[facts.Fact]) -> int:
    """How often automation may act on a fact of that kind."""
    with db.reading() as session:
        rows = session.exec(select(facts.FactRow).where(facts.FactRow.kind == kind.__name__))
        return sum(1 for row in rows if row.data["triggers"])


def book(
    *users: models.User, at: datetime, title: str = "Ann", **values: Any
) -> models.Appointment:
    """An appointment of the first user on a calendar that all of them serve."""
    with db.unit_of_work() as session:
        calendar = values.pop("calendar", None) or factories.calendar(session, *users)
        return appointments.create(
            session,
            ACTOR,
            calendar=calendar,
            user_id=users[0].id or 0,
            starts_at=at,
            ends_at=at + timedelta(minutes=30),
            source=AppointmentSource.USER,
            contact=values.pop("contact", None),
            details=appointments.Details(title=title, **values),
        )


def settle() -> None:
    """Run all jobs that are due, and those that they make."""
    job_runner.drain()


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A session to look with."""
    with db.reading() as session:
        yield session


def busy(user: models.User) -> list[models.BusyTime]:
    """The user's external busy time, by start."""
    with db.reading() as session:
        query = select(models.BusyTime).where(models.BusyTime.user_id == user.id)
        return list(session.exec(query.order_by(col(models.BusyTime.starts_at))))


def calendar(calendar_id: int) -> models.ExternalCalendar:
    """The row of an external calendar as it is now."""
    with db.reading() as session:
        return session.get_one(models.ExternalCalendar, calendar_id)


def account(account_id: int) -> models.ConnectedAccount:
    """The row of an account as it is now."""
    with db.reading() as session:
        return session.get_one(models.ConnectedAccount, account_id)


def appointment(appointment_id: int | None) -> models.Appointment:
    """The row of an appointment as it is now."""
    with db.reading() as session:
        return session.get_one(models.Appointment, appointment_id)


def links() -> list[models.EventLink]:
    """All copies."""
    with db.reading() as session:
        return list(session.exec(select(models.EventLink).order_by(col(models.EventLink.id))))


def objects_of(calendar_id: int) -> list[models.ExternalObject]:
    """What was read of a calendar."""
    with db.reading() as session:
        query = select(models.ExternalObject).where(
            models.ExternalObject.external_calendar_id == calendar_id
        )
        return list(session.exec(query.order_by(models.ExternalObject.href)))


def told(kind: type[facts.Fact]) -> int:
    """How often a fact was recorded."""
    with db.reading() as session:
        query = select(facts.FactRow.id).where(facts.FactRow.kind == kind.__name__)
        return len(session.exec(query).all())
