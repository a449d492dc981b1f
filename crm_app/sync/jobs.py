"""The jobs of this room: runs of calendars, and copies of appointments that changed.

All are safe to run twice. A run notes its own failures and when it is due again, so a job that
fails here is a mistake of the program, not of a server.
"""

from datetime import timedelta

from sqlmodel import Session

from crm_app.core import clock, db, facts, jobs
from crm_app.core.settings import get_settings
from crm_app.sync import service
from crm_app.sync.choices import choosing
from crm_app.sync.connections import accounts, farewell
from crm_app.sync.incoming import backfill
from crm_app.sync.records import links
from crm_app.sync.runs import channels, runs


@jobs.handles(links.RUN, max_attempts=3, lease=120)
def run(calendar_id: int) -> None:
    """Bring one external calendar and the CRM in step."""
    runs.run(calendar_id)


@jobs.handles("sync.appointment")
def appointment_changed(fact_id: int) -> None:
    """Bring the copies of an appointment that something happened with in line (SYN-2)."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        links.plan(session, getattr(fact, "appointment_id", 0), now=clock.now())


@jobs.handles(accounts.GATHER)
def gather(user_id: int) -> None:
    """Bring the copies of a user's coming appointments into the calendar that he chose."""
    with db.reading() as session:
        waiting = links.to_gather(session, user_id, now=clock.now())
    for appointment_id in waiting:
        with db.unit_of_work() as session:
            links.gather(session, appointment_id, user_id, now=clock.now())


@jobs.handles(choosing.BACKFILL)
def take_in_what_is_there(calendar_id: int) -> None:
    """Make contacts and appointments of what was in a calendar before its option was chosen."""
    backfill.run(calendar_id)


@jobs.handles("sync.windows")
def move_windows() -> None:
    """Have each used calendar's window moved, also of those that cannot be reached."""
    with db.unit_of_work() as session:
        for calendar_id in service.used_calendars(session):
            jobs.enqueue(session, links.RUN, calendar_id=calendar_id)


@jobs.handles(channels.TEND, max_attempts=3, lease=120)
def tend_channel(calendar_id: int) -> None:
    """Make, renew or stop what wakes us for one external calendar (SYN-10)."""
    channels.tend(calendar_id)


@jobs.handles("sync.app_changed")
def app_changed(fact_id: int) -> None:
    """Try the accounts again that a vendor refused, now that another app is entered (SYN-11)."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        service.try_again(session, provider=getattr(fact, "provider", ""))


@jobs.handles(farewell.KIND)
def say_farewell(token_id: int) -> None:
    """Tell a service that somebody disconnected from it."""
    farewell.say(token_id)


def tick_channels(session: Session) -> None:
    """What the clock does every minute: have the channels tended that need it."""
    channels.enqueue_due(session, now=clock.now())


def tick(session: Session) -> None:
    """What the clock does every few seconds: have the due calendars read."""
    every = timedelta(seconds=get_settings().poll_seconds)
    service.enqueue_due(session, now=clock.now(), every=every)
