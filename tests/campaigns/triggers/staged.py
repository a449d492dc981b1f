"""A small workspace for triggers: who works here, triggers in a line, and what came of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

import crm_app.worker
from crm_app import models
from crm_app.appointments import service as appointments
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Email, Phone
from crm_app.core import clock, db, job_runner
from crm_app.core.access import Actor, system
from crm_app.core.kinds import AppointmentSource, TimerState
from tests import factories


@dataclass(frozen=True, slots=True)
class Office:
    """An administrator, Kate, and a team calendar that Kate serves."""

    boss: models.User
    kate: models.User
    calendar: models.Calendar

    @property
    def actor(self) -> Actor:
        """The administrator, acting."""
        return factories.actor(self.boss)


def opened() -> Office:
    """The workspace, committed."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        boss = factories.admin(session, name="Boss", slug="boss")
        kate = factories.user(session, name="Kate Test", slug="kate")
        calendar = factories.calendar(session, kate, boss, name="Intro", slug="intro")
    return Office(boss, kate, calendar)


def lead(**values: Any) -> models.Contact:
    """A lead who was there before anything happened."""
    with db.unit_of_work() as session:
        found: models.Contact = factories.contact(
            session, **{"name": "Ann Lee", "email": "ann@lead.example", **values}
        )
    return found


def new_lead(name: str = "Ben Fox", *, by: Actor | None = None, **fields: Any) -> models.Contact:
    """A lead who comes in now, which is a fact."""
    with db.unit_of_work() as session:
        return contacts.create(
            session,
            by or system("api"),
            name=name,
            emails=[Email(f"{name.split()[0].lower()}@lead.example")],
            phones=[Phone("+49 30 1234567")],
            **fields,
        )


def trigger(
    event: str,
    *actions: dict[str, Any],
    filters: Any = (),
    enabled: bool = True,
    name: str = "",
    **options: Any,
) -> models.Trigger:
    """A trigger as it is stored; by default it puts a tag on."""
    with db.unit_of_work() as session:
        row = models.Trigger(
            name=name or event,
            event=event,
            options=options,
            filters=[
                {"field": field, "op": op, "value": str(value)} for field, op, value in filters
            ],
            actions=list(actions) or [{"kind": "add_tag", "tag": "seen"}],
            enabled=enabled,
            created_at=factories.LONG_AGO,
            changed_at=factories.LONG_AGO,
        )
        session.add(row)
        session.flush()
    return row


def settle() -> None:
    """Everything that is to be done now is done: facts, campaigns, looks of triggers."""
    for _ in range(50):
        crm_app.worker.tick_triggers()
        if not job_runner.drain():
            return
    raise AssertionError("it never came to an end")


def runs(trigger_id: int | None = None) -> list[tuple[str, str]]:
    """Outcome and reason of all looks, oldest first."""
    with db.reading() as session:
        query = select(models.TriggerRun).order_by(col(models.TriggerRun.id))
        if trigger_id is not None:
            query = query.where(models.TriggerRun.trigger_id == trigger_id)
        return [(row.outcome.value, row.reason) for row in session.exec(query)]


def acted(trigger_id: int | None = None) -> int:
    """How often a trigger acted."""
    return [outcome for outcome, _ in runs(trigger_id)].count("acted")


def waiting() -> list[models.TriggerTimer]:
    """The times that run."""
    with db.reading() as session:
        query = select(models.TriggerTimer).where(models.TriggerTimer.state == TimerState.WAITING)
        return list(session.exec(query))


def pass_time(minutes: float) -> None:
    """Let time pass for all that waits: everything that happened is that much longer ago."""
    by = timedelta(minutes=minutes)
    columns = (
        (models.TriggerTimer, ("started_at", "due_at")),
        (models.TriggerRun, ("at",)),
        (models.Enrolment, ("entered_at", "arrived_at", "due_at", "ended_at")),
        (models.Appointment, ("created_at", "starts_at", "ends_at")),
    )
    with db.unit_of_work() as session:
        for timer in session.exec(select(models.TriggerTimer)):
            # The key of a time names the start that it counts from.
            head, _, start = timer.key.rpartition(":20")
            if head.startswith("trigger:") and start and timer.appointment_id:
                moved = datetime.fromisoformat("20" + start) - by
                timer.key = f"{head}:{moved.isoformat()}"
                session.add(timer)
        for table, names in columns:
            for row in session.exec(select(table)):
                for name in names:
                    at = getattr(row, name)
                    if at is not None:
                        setattr(row, name, at - by)
                session.add(row)


def tags(contact: models.Contact) -> set[str]:
    """The names of the contact's tags."""
    with db.reading() as session:
        named = select(models.Tag.name).join(
            models.ContactTag, col(models.ContactTag.tag_id) == models.Tag.id
        )
        return set(session.exec(named.where(models.ContactTag.contact_id == contact.id)))


def fresh(row: Any) -> Any:
    """The row as it is now."""
    with db.reading() as session:
        return session.get_one(type(row), row.id)


def all_of(table: Any) -> list[Any]:
    """All rows of a table, in their order."""
    with db.reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def book(
    office: Office,
    contact: models.Contact,
    *,
    by: Actor | None = None,
    source: AppointmentSource = AppointmentSource.USER,
    hours: float = 48,
) -> models.Appointment:
    """The contact books, ``hours`` from now."""
    starts_at = clock.now().replace(second=0, microsecond=0) + timedelta(hours=hours)
    with db.unit_of_work() as session:
        return appointments.create(
            session,
            by or system("test"),
            calendar=session.get_one(models.Calendar, office.calendar.id),
            user_id=office.kate.id or 0,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            source=source,
            contact=session.get_one(models.Contact, contact.id),
        )


def do(change: Any) -> Any:
    """``change(session)`` in one unit of work."""
    with db.unit_of_work() as session:
        return change(session)
