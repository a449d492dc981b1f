"""The scheduler and job runner of a process, and the one visible table: which jobs listen to which fact.

APScheduler (in-memory store) is only the clock: its ticks claim, reap and enqueue idempotently, so
any number of processes may tick at once. This module never imports Reflex.
"""

import gc
import logging
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

import crm_app.accounts.jobs
import crm_app.appointments.jobs
import crm_app.campaigns.running.jobs
import crm_app.campaigns.triggers.jobs
import crm_app.contacts.jobs
import crm_app.messaging.jobs
import crm_app.sync.books.jobs
import crm_app.sync.books.queue_jobs
import crm_app.sync.jobs  # each declares its room's handlers
from crm_app.campaigns.editing.bulk_act import ADD_TO_CAMPAIGN
from crm_app.contacts import bulk_acts
from crm_app.core import clock, db, facts, jobs
from crm_app.core.job_runner import Runner, reap
from crm_app.core.settings import Settings

log = logging.getLogger(__name__)
# What rooms above contacts can do with many of them at once.
bulk_acts.offer(ADD_TO_CAMPAIGN)
# After making so many more objects than were thrown away, a few megabytes, Python looks for rings.
_MANY_OBJECTS = 20_000

# What happened -> the jobs that are to hear of it; each gets ``fact_id``.
LISTENERS: dict[type[facts.Fact], tuple[str, ...]] = {
    facts.AppointmentBooked: (
        "appointments.mail",
        "sync.appointment",
        "campaigns.hear",
        "triggers.consider",
    ),
    facts.AppointmentRescheduled: (
        "appointments.mail",
        "sync.appointment",
        "campaigns.hear",
        "triggers.consider",
    ),
    facts.AppointmentMemberChanged: ("appointments.mail", "sync.appointment"),
    facts.AppointmentEdited: ("appointments.mail", "sync.appointment"),
    facts.AppointmentCancelled: (
        "appointments.mail",
        "sync.appointment",
        "campaigns.hear",
        "triggers.consider",
    ),
    facts.AppointmentStatusChanged: (
        "appointments.mail",
        "sync.appointment",
        "campaigns.hear",
        "triggers.consider",
    ),
    facts.AppointmentRestored: (
        "appointments.mail",
        "sync.appointment",
        "campaigns.hear",
        "triggers.consider",
    ),
    facts.MessageReplied: ("campaigns.hear", "triggers.consider"),
    facts.LinkClicked: ("campaigns.hear", "triggers.consider"),
    facts.ContactUnsubscribed: ("campaigns.hear", "triggers.consider"),
    facts.ContactTagged: ("campaigns.hear", "triggers.consider"),
    facts.CampaignChanged: ("campaigns.release",),
    facts.ContactCreated: ("triggers.consider",),
    facts.ContactChanged: ("triggers.consider", "sync.card_changed"),
    facts.ContactsMerged: ("sync.cards_merged",),
    facts.ContactAssigned: ("triggers.consider",),
    facts.MessageSent: ("triggers.consider",),
    facts.CampaignEntered: ("triggers.consider",),
    facts.CampaignLeft: ("triggers.consider",),
    facts.FormSubmitted: ("triggers.consider",),
    facts.AppChanged: ("sync.app_changed",),
    facts.PasswordResetRequested: ("messages.account_link",),
    facts.UserInvited: ("messages.account_link",),
}


@jobs.handles("facts.dispatch")
def dispatch(fact_id: int) -> None:
    """Enqueue the jobs that listen to the fact, each once."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        for kind in LISTENERS.get(type(fact), ()):
            jobs.enqueue(session, kind, key=f"fact:{fact_id}:{kind}", fact_id=fact_id)
        jobs.ends_with(session)


def tick_reap() -> None:
    """Give back what dead workers held."""
    with db.unit_of_work() as session:
        given_back = reap(session, now=clock.now())
    if given_back:
        log.warning("%s jobs of dead workers were given back", given_back)


def tick_sync() -> None:
    """Have the external calendars and address books read that are due."""
    with db.unit_of_work() as session:
        crm_app.sync.jobs.tick(session)
        crm_app.sync.books.jobs.tick(session)


def tick_channels() -> None:
    """Have the channels tended by which services wake us."""
    with db.unit_of_work() as session:
        crm_app.sync.jobs.tick_channels(session)


def tick_triggers() -> None:
    """Have the triggers look again whose time is over."""
    if crm_app.campaigns.triggers.jobs.any_due():
        with db.unit_of_work() as session:
            crm_app.campaigns.triggers.jobs.tick(session)


def tick_tidy() -> None:
    """Once a day: forget what is over, and move the windows of external calendars."""
    with db.unit_of_work() as session:
        for kind in (
            "accounts.tidy",
            "contacts.purge",
            "messages.tidy",
            "sync.windows",
            "sync.forget_entries",
            "triggers.tidy",
        ):
            enqueue_tick(session, kind, every=timedelta(days=1), now=clock.now())


def enqueue_tick(session: Session, kind: str, *, every: timedelta, now: datetime) -> None:
    """Enqueue a periodic job once per period, however many processes tick."""
    period = int(now.timestamp() // every.total_seconds())
    jobs.enqueue(session, kind, key=f"tick:{kind}:{period}")


def settle_in() -> None:
    """Tell Python that what is loaded by now stays, and to look for something to throw away only when
    there may be much. While a job makes many small objects, it would look through all of them again
    and again, which is a seventh of a first sync.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MANY_OBJECTS)


class Worker:
    """The threads of this process that do work in the background."""

    def __init__(self, settings: Settings) -> None:
        self.runner = Runner(threads=settings.job_threads)
        self.scheduler = BackgroundScheduler(timezone="UTC")
        # Often enough that what a dead worker held waits hardly longer than its lease.
        reap_every = min(10, settings.job_lease_seconds / 2)
        self.scheduler.add_job(
            tick_reap, "interval", seconds=reap_every, coalesce=True, max_instances=1
        )
        self.scheduler.add_job(tick_sync, "interval", seconds=5, coalesce=True, max_instances=1)
        self.scheduler.add_job(
            tick_channels, "interval", seconds=60, coalesce=True, max_instances=1
        )
        self.scheduler.add_job(
            self._tick_campaigns, "interval", seconds=1, coalesce=True, max_instances=1
        )
        self.scheduler.add_job(tick_triggers, "interval", seconds=1, coalesce=True, max_instances=1)
        self.scheduler.add_job(tick_tidy, "interval", hours=1, coalesce=True, max_instances=1)

    def start(self) -> None:
        """Begin to tick and to run jobs."""
        settle_in()
        self.runner.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Stop ticking, finish what runs."""
        self.scheduler.shutdown(wait=False)
        self.runner.stop()

    def _tick_campaigns(self) -> None:
        """Carry out what is due, and be back at the very moment when more becomes due."""
        due_at = crm_app.campaigns.running.jobs.tick()
        self.runner.wake()
        if due_at is not None and due_at < clock.now() + timedelta(seconds=1):
            self.scheduler.add_job(
                self._tick_campaigns,
                "date",
                run_date=due_at,
                id="campaigns.next",
                replace_existing=True,
                misfire_grace_time=None,
            )
