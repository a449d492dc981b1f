"""Events come, change and go while options, filters and decisions change, by chance: SYN-4, SYN-6, SYN-7.

What must hold is asked after every step: who is from the team or was filtered all along never becomes
a contact, no booking fires under a silent option or twice, and without an appointment nothing does.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.core import clock, db, facts
from crm_app.core.errors import Conflict
from crm_app.core.kinds import ContactCreation
from crm_app.sync.choices import filters, review
from crm_app.sync.choices.choosing import Choice
from tests import factories
from tests.sync import rig
from tests.sync.choosing_rig import TWO_WAY, actor, addresses, choose, first_read, guest

NEW = [f"x{number}@new.example" for number in range(4)]
NEVER_CONTACTS = ["kate.alias@team.example", "ben@team.example", "z@ignored.example", "nobody"]
CHOICES = [
    Choice(creation, triggers, review=asks)
    for creation in ContactCreation
    for triggers in (False, True)
    for asks in (False, True)
]
# The combinations in which most happens come more often.
CHOICES += [Choice(ContactCreation.ALWAYS, True, review=asks) for asks in (False, True)] * 4


class Walk:
    """A calendar, and what was done to it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.one = first_read(email="kate@team.example")
        with db.unit_of_work() as session:
            factories.user(session, email="ben@team.example")
            account = session.get_one(models.ConnectedAccount, self.one.account_id)
            account.aliases = ["Kate.Alias@team.example"]
            filters.add_filter(
                session, actor(self.one.user), "ignored.example", user_id=self.one.user.id,
                now=clock.now(),
            )  # fmt: skip
        self.hrefs: list[str] = []
        self.may_fire: set[str] = set()
        self.firing = False

    def step(self) -> None:
        """One thing that happens, then a reading."""
        steps = [*[self.arrive] * 5, *[self.rename, self.choose, self.decide] * 2]
        self.chance.choice(steps)()
        self.one.run()
        rig.settle()

    def arrive(self) -> None:
        name = f"event{len(self.hrefs)}"
        people = self.chance.sample([*NEW, *NEVER_CONTACTS], self.chance.randint(0, 4))
        lines = [line for line in ("CLASS:PRIVATE", "TRANSP:TRANSPARENT", "STATUS:TENTATIVE",
                                   "RRULE:FREQ=WEEKLY;COUNT=3")
                 if self.chance.random() < 0.2]  # fmt: skip
        at = rig.soon(self.chance.randint(1, 40)) + timedelta(hours=self.chance.randint(0, 8))
        self.hrefs.append(self.one.put(name, at, *guest(*people), *lines))
        if self.firing:
            self.may_fire.add(name)

    def rename(self) -> None:
        if self.hrefs:
            href = self.chance.choice(self.hrefs)
            self.one.edit(href, "SUMMARY:", "SUMMARY:Again ")

    def choose(self, choice: Choice | None = None) -> None:
        choice = choice or self.chance.choice(CHOICES)
        before = rig.calendar(self.one.calendar_id)
        choose(self.one, choice, backfill=self.chance.random() < 0.3)
        self.firing = choice.triggers and choice.creation is not ContactCreation.NEVER
        if (before.creation, before.triggers, before.review) != (
            choice.creation,
            choice.triggers,
            choice.review,
        ):
            # What is there is history from now on.
            self.may_fire -= {name for name in self.may_fire if name not in self.followed()}

    def decide(self) -> None:
        with db.reading() as session:
            rows = review.waiting(session, actor(self.one.user), now=clock.now())
        if not rows:
            return
        row = self.chance.choice(rows)
        emails = [person.email for person in row.people if person.waits]
        with db.unit_of_work() as session:
            try:
                if self.chance.random() < 0.5:
                    review.accept(session, actor(self.one.user), row.object_id,
                                  emails=emails[:1], now=clock.now())  # fmt: skip
                else:
                    review.decline(session, actor(self.one.user), row.object_id, now=clock.now())
            except Conflict:
                pytest.fail("what is shown as waiting can be decided about")

    def followed(self) -> set[str]:
        with db.reading() as session:
            uids = session.exec(select(models.Appointment.ical_uid)).all()
        return {uid.partition("#")[0] for uid in uids}

    def fired(self) -> list[str]:
        """The UIDs of the bookings that may trigger something."""
        with db.reading() as session:
            told = session.exec(
                select(facts.FactRow).where(facts.FactRow.kind == "AppointmentBooked")
            ).all()
            ids = [row.data["appointment_id"] for row in told if row.data["triggers"]]
            found = [session.get_one(models.Appointment, number) for number in ids]
        return [one.ical_uid.partition("#")[0] for one in found]


@pytest.mark.parametrize("seed", range(6))
def test_syn4_syn6_syn7_whatever_happens(seed: int, lite: str) -> None:
    walk = Walk(seed)
    walk.choose(TWO_WAY)
    walk.arrive()
    for _ in range(30):
        walk.step()
        assert set(addresses()) <= set(NEW)
        assert len(addresses()) == len(set(addresses()))
        fired = Counter(walk.fired())
        assert set(fired.values()) <= {1}
        assert set(fired) <= walk.may_fire
        with db.reading() as session:
            for one in session.exec(select(models.Appointment)):
                assert one.contact_id is not None
        private = [row for row in rig.objects_of(walk.one.calendar_id) if "PRIVATE" in row.raw]
        assert not walk.followed() & {row.uid for row in private}


def test_syn4_the_walks_get_somewhere(lite: str) -> None:
    walk = Walk(seed=7)
    walk.choose(TWO_WAY)
    for _ in range(8):
        walk.arrive()
    walk.one.run()
    rig.settle()
    assert walk.fired()
    assert set(walk.fired()) == walk.followed()
