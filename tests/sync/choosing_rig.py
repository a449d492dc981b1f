"""A connected user whose calendar has guests on its events, and shorthands for looking at it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.kinds import AppointmentSource, Intake, SyncOption
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.choices.dry_run import Preview
from tests import factories
from tests.sync import rig

TWO_WAY = Choice.preset(SyncOption.TWO_WAY)
SMART = Choice.preset(SyncOption.SMART)
ONE_WAY = Choice.preset(SyncOption.ONE_WAY)
ASKING = Choice.preset(SyncOption.TWO_WAY, review=True)


def guest(*addresses: str) -> tuple[str, ...]:
    """ATTENDEE lines."""
    return tuple(f"ATTENDEE:mailto:{address}" for address in addresses)


def actor(of: models.User) -> Actor:
    """Who acts when that user does."""
    return factories.actor(of)


def choose(
    one: rig.Connected, choice: Choice, *, by: models.User | None = None, **more: Any
) -> models.ExternalCalendar:
    """Choose the option of the first calendar, as its user."""
    with db.unit_of_work() as session:
        return choosing.choose(
            session, actor(by or one.user), one.calendar_id, choice, now=clock.now(), **more
        )


def preview(one: rig.Connected, choice: Choice, **more: Any) -> Preview:
    """The dry run of an option, in a session that only reads."""
    with db.reading() as session:
        return choosing.preview(
            session, actor(one.user), one.calendar_id, choice, now=clock.now(), **more
        )


def intakes(one: rig.Connected) -> dict[str, Intake]:
    """UID -> what became of the object."""
    return {row.uid: row.intake for row in rig.objects_of(one.calendar_id)}


def made() -> list[models.Appointment]:
    """The appointments that came from external events, by start."""
    with db.reading() as session:
        query = select(models.Appointment).where(
            models.Appointment.source == AppointmentSource.SYNC
        )
        return list(session.exec(query.order_by(col(models.Appointment.starts_at))))


def addresses(session: Session | None = None) -> list[str]:
    """The keys of all contacts' addresses."""
    if session is None:
        with db.reading() as opened:
            return addresses(opened)
    return sorted(session.exec(select(models.ContactEmail.key)))


def booked() -> list[bool]:
    """For each booking that was recorded, whether it may trigger something."""
    from crm_app.core import facts

    with db.reading() as session:
        query = select(facts.FactRow).where(facts.FactRow.kind == "AppointmentBooked")
        return [bool(row.data["triggers"]) for row in session.exec(query)]


def first_read(**values: Any) -> rig.Connected:
    """A connected user whose (empty) calendar has been read once, so that all else is news."""
    one = rig.connect(**values)
    one.run()
    return one


def put(
    one: rig.Connected, name: str, *people: str, at: datetime | None = None, **more: Any
) -> str:
    """An event with guests, as the person's own program writes it."""
    lines = (*guest(*people), *more.pop("lines", ()))
    return one.put(name, at or rig.soon(), *lines, **more)
