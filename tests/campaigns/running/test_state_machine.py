"""CAM-8: whatever happens in whatever order, every visit acts once and nobody is lost.

A campaign is entered, ticked, replied to, booked, clicked, left, published anew, paused and resumed at
random; after every step the tables are looked at.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.campaigns.plans.plan import Arm, Assign, Step
from crm_app.campaigns.running import engine, hearing, service
from crm_app.campaigns.running.service import Refused
from crm_app.core import db, facts
from crm_app.core.access import system
from crm_app.core.kinds import CampaignState, EnrolmentState, StepKind
from tests import factories
from tests.factories import campaigns

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BOSS = system("test")
_INSIDE = (EnrolmentState.ACTIVE, EnrolmentState.ATTENTION)


def _wait(mode: str, step_id: str) -> Step:
    return campaigns.step("wait", step_id, mode=mode, timeout={"amount": 2, "unit": "hours"})


def _branch(step_id: str) -> Step:
    test = {"field": "replied", "op": "is", "value": True}
    arms = (
        Arm("yes", (campaigns.step("add_tag", f"{step_id}y", tag="Hot"),)),
        Arm("no", (campaigns.wait(45, f"{step_id}n"),)),
    )
    return Step(step_id, StepKind.BRANCH, config={"tests": [test]}, arms=arms)


_STEPS = st.lists(
    st.sampled_from(
        [
            lambda n: campaigns.email(f"e{n}", minutes=10),
            lambda n: campaigns.email(f"u{n}", body="{{contact.company}}"),
            lambda n: campaigns.step("messenger", f"q{n}", minutes=30, on=False, body="x"),
            lambda n: campaigns.wait(60, f"w{n}"),
            lambda n: _wait("reply", f"r{n}"),
            lambda n: _wait("booking", f"b{n}"),
            lambda n: _wait("click", f"c{n}"),
            lambda n: campaigns.step("goal", f"g{n}", event="booked", unmet="wait"),
            lambda n: campaigns.step("add_tag", f"t{n}", tag="Warm"),
            lambda n: campaigns.step("task", f"k{n}", title="Ring"),
            lambda n: _branch(f"x{n}"),
        ]
    ),
    min_size=2,
    max_size=5,
)


class Campaigns(RuleBasedStateMachine):
    """One database, two campaigns of which the first leads to the second, three contacts."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(
            db.engine().execution_options(crm_writes=True), expire_on_commit=False
        )
        self.now = START
        self.facts = 0
        self.keys = 0
        # What stood of every visit that was over: it must never change again.
        self.past: dict[tuple[int, int], tuple[str, str]] = {}
        self.over: dict[int, int] = {}

    @initialize(first=_STEPS, second=_STEPS, stop=st.booleans(), reentry=st.booleans())
    def begin(self, first: list, second: list, stop: bool, reentry: bool) -> None:
        factories.workspace(self.session)
        owner = factories.user(self.session)
        self.calendar = factories.calendar(self.session, owner)
        self.owner = owner
        self.options = {
            "stop_on_reply": stop, "stop_on_booking": not stop, "reentry": reentry,
            "assign": Assign("round_robin", user_ids=(owner.id or 0,)),
        }  # fmt: skip
        self.campaigns = [self._live(second), None]
        self.options["next_campaign_id"] = self.campaigns[0].id
        self.campaigns[1] = self._live(first)
        self.contacts = [
            factories.contact(self.session, email=f"lead{n}@x.example") for n in range(3)
        ]
        for contact in self.contacts:
            campaigns.enrol(self.session, self.campaigns[1], contact, now=self.now)

    def _live(self, steps: list) -> models.Campaign:
        made = [make(number) for number, make in enumerate(steps)]
        return campaigns.live(self.session, *made, **self.options)

    @rule(which=st.integers(0, 1), who=st.integers(0, 2), again=st.booleans())
    def enrol(self, which: int, who: int, again: bool) -> None:
        self.keys += not again
        key = f"key:{which}:{who}:{self.keys}"
        made = [
            service.enrol(
                self.session, BOSS, campaign=self.campaigns[which], contact=self.contacts[who],
                key=key, by="test", now=self.now,
            )
            for _ in range(2)
        ]  # fmt: skip
        if not isinstance(made[0], Refused):
            assert made[0].id == made[1].id

    @rule(minutes=st.sampled_from([0, 1, 15, 60]))
    def tick(self, minutes: int) -> None:
        self._tick(minutes)

    @rule()
    def half_a_day_passes(self) -> None:
        for _ in range(12):
            self._tick(60)

    def _tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        rounds = 0
        while engine.tick(self.session, now=self.now):
            rounds += 1
            assert rounds < 100, "it never ends"

    @rule(who=st.integers(0, 2), again=st.booleans())
    def reply(self, who: int, again: bool) -> None:
        contact_id = self.contacts[who].id or 0
        self._hear(
            facts.MessageReplied(incoming_id=1, contact_id=contact_id, channel="email"), again
        )

    @rule(who=st.integers(0, 2), days=st.sampled_from([-3, 1, 9]))
    def book(self, who: int, days: int) -> None:
        starts_at = self.now + timedelta(days=days)
        made = campaigns.appointment(
            self.session, self.calendar, self.owner, self.contacts[who], starts_at
        )
        self._hear(facts.AppointmentBooked(appointment_id=made.id or 0, source="page"), False)

    @rule(data=st.data())
    def click(self, data: st.DataObject) -> None:
        sent = [each for each in campaigns.messages(self.session) if each.contact_id]
        if sent:
            message = data.draw(st.sampled_from(sent))
            self._hear(
                facts.LinkClicked(
                    link_id=1, message_id=message.id, contact_id=message.contact_id, url="https://x"
                ),
                False,
            )

    def _hear(self, fact: facts.Fact, again: bool) -> None:
        self.facts += 1
        for _ in range(1 + again):
            hearing.hear(self.session, fact, fact_id=self.facts, at=self.now, now=self.now)

    @precondition(lambda self: self._inside())
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        service.remove(self.session, BOSS, data.draw(st.sampled_from(self._inside())))

    @precondition(lambda self: self._asking())
    @rule(data=st.data(), leave_out=st.booleans())
    def mend(self, data: st.DataObject, leave_out: bool) -> None:
        enrolment = data.draw(st.sampled_from(self._asking()))
        act = service.skip if leave_out and enrolment.step_id else service.resume
        act(self.session, BOSS, enrolment)
        # The services look at the real clock: it must not run ahead of ours.
        self.now = max(self.now, enrolment.due_at or self.now)

    @rule(which=st.integers(0, 1), steps=_STEPS, move=st.booleans())
    def publish(self, which: int, steps: list, move: bool) -> None:
        campaign = self.campaigns[which]
        made = [make(number) for number, make in enumerate(steps)]
        options = {**self.options, "next_campaign_id": self.campaigns[0].id if which else None}
        state = campaign.state
        version = campaigns.publish(self.session, campaign, *made, **options)
        campaign.state = state
        self.session.flush()
        here = [each for each in self._inside() if each.campaign_id == campaign.id]
        if move and made and here:
            service.move_to(self.session, BOSS, here, version=version, step_id=made[-1].id)

    @rule(which=st.integers(0, 1))
    def pause_for_a_while(self, which: int) -> None:
        campaign = self.campaigns[which]
        campaign.state = CampaignState.PAUSED
        self.session.flush()
        here = {each.id: each.visit for each in self._inside() if each.campaign_id == campaign.id}
        self._tick(180)
        assert here == {each.id: each.visit for each in self._all() if each.id in here}
        campaign.state = CampaignState.LIVE
        self.session.flush()
        engine.release(self.session, campaign.id or 0, now=self.now)

    def _inside(self) -> list[models.Enrolment]:
        return [each for each in self._all() if each.state in _INSIDE]

    def _asking(self) -> list[models.Enrolment]:
        return [each for each in self._all() if each.state is EnrolmentState.ATTENTION]

    def _all(self) -> list[models.Enrolment]:
        return list(
            self.session.exec(
                select(models.Enrolment)
                .order_by(col(models.Enrolment.id))
                .execution_options(populate_existing=True)
            )
        )

    @invariant()
    def every_visit_acts_once(self) -> None:
        runs = self.session.exec(
            select(models.StepRun).execution_options(populate_existing=True)
        ).all()
        now = {(run.enrolment_id, run.visit): (run.step_id, run.outcome.value) for run in runs}
        assert self.past.items() <= now.items()
        self.past = now
        sent = [run for run in runs if run.outcome.value == "sent"]
        keys = [f"enrolment:{run.enrolment_id}:{run.visit}" for run in sent]
        assert sorted(keys) == sorted(each.key for each in campaigns.messages(self.session))

    @invariant()
    def nobody_is_lost(self) -> None:
        for row in self._all():
            if row.state is EnrolmentState.ACTIVE:
                assert row.due_at is not None or row.reason, row
                assert row.ended_at is None
            else:
                assert row.due_at is None
                assert row.reason or row.state is EnrolmentState.FINISHED
                assert (row.ended_at is None) == (row.state is EnrolmentState.ATTENTION)

    @invariant()
    def who_left_never_acts_again(self) -> None:
        for row in self._all():
            if row.ended_at is not None:
                done = self._count(models.StepRun.enrolment_id == row.id)
                assert self.over.setdefault(row.id or 0, done) == done

    @invariant()
    def nobody_is_inside_twice(self) -> None:
        places = [(row.campaign_id, row.contact_id, row.occasion) for row in self._inside()]
        assert len(set(places)) == len(places)

    def _count(self, condition: object) -> int:
        query = select(func.count()).select_from(models.StepRun).where(condition)  # type: ignore[arg-type]
        return self.session.exec(query).one()

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()


@pytest.mark.timeout(240)
def test_cam8_every_visit_acts_once_whatever_happens(lite: str, tmp_path: Path) -> None:
    Campaigns.TestCase.settings = settings(
        max_examples=40,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # To look for a shorter way to a failure takes longer than to read these twenty steps.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    Campaigns.TestCase("runTest").runTest()
