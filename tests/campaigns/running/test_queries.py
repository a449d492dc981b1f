"""CAM-6: numbers per step, the contacts behind them, and the story of each."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from crm_app import models
from crm_app.campaigns.running import engine, queries, service
from crm_app.campaigns.running.story import story
from crm_app.core.access import visitor
from crm_app.core.errors import NotAllowed, NotFound
from crm_app.core.kinds import EnrolmentState, MessageState, StepOutcome
from tests import factories
from tests.factories import campaigns

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workspace(session: Session) -> models.Workspace:
    return factories.workspace(session)


@pytest.fixture
def boss(session):
    return factories.actor(factories.admin(session))


def drain(session, now=NOW):
    while engine.tick(session, now=now):
        pass


def test_cam6_counts_say_what_each_step_did(session, boss):
    campaign = campaigns.live(session, campaigns.email("a"), campaigns.wait(60, "w"))
    for number in range(4):
        contact = factories.contact(session, email=f"l{number}@x.example" if number else None)
        campaigns.enrol(session, campaign, contact, now=NOW)
    drain(session)
    for message, state in zip(
        campaigns.messages(session),
        (MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN),
        strict=True,
    ):
        message.state = state
        message.clicked_at = NOW if state is MessageState.SENT else None
    session.flush()
    counts = queries.counts(session, boss, campaign.id)
    assert counts["a"] == queries.Counts(
        sent=1, failed=1, unknown=1, clicked=1, passed=4, skipped=1
    )
    assert counts["w"] == queries.Counts(waiting=4)


def test_cam6_what_rests_in_the_outbox_is_not_called_sent(session, boss):
    campaign = campaigns.live(session, campaigns.email("a"))
    campaigns.enrol(session, campaign, factories.contact(session, email="a@x.example"), now=NOW)
    drain(session)
    assert queries.counts(session, boss, campaign.id)["a"] == queries.Counts(resting=1, passed=1)


def test_usr3_a_member_sees_only_his_contacts_at_a_step(session, boss):
    kate, joe = factories.user(session), factories.user(session)
    campaign = campaigns.live(session, campaigns.wait(60, "w"))
    for owner in (kate, joe):
        contact = factories.contact(session, owner_id=owner.id, name=f"Of {owner.slug}")
        campaigns.enrol(session, campaign, contact, now=NOW)
    mine = queries.people_at(session, factories.actor(kate), campaign.id, "w")
    assert [(place.contact_name, place.may_change) for place in mine] == [(f"Of {kate.slug}", True)]
    assert len(queries.people_at(session, boss, campaign.id)) == 2
    assert queries.counts(session, factories.actor(kate), campaign.id)["w"].waiting == 2
    with pytest.raises(NotFound):
        queries.people_at(session, visitor(), campaign.id)


def test_cam6_people_come_in_pages(session, boss):
    campaign = campaigns.live(session, campaigns.wait(60, "w"))
    for number in range(5):
        at = NOW + timedelta(minutes=number // 2)
        campaigns.enrol(session, campaign, factories.contact(session), now=at)
    found, after = [], 0
    while page := queries.people_at(session, boss, campaign.id, "w", after=after, limit=2):
        found += [place.enrolment_id for place in page]
        after = found[-1]
    assert found == sorted(found, reverse=True)
    assert len(found) == 5


def test_usr3_another_members_enrolment_does_not_exist(session):
    kate, joe = factories.user(session), factories.user(session)
    campaign = campaigns.live(session, campaigns.wait(60))
    made = campaigns.enrol(session, campaign, factories.contact(session, owner_id=joe.id), now=NOW)
    for read in (queries.get_enrolment, story):
        with pytest.raises(NotFound):
            read(session, factories.actor(kate), made.id)
        with pytest.raises(NotFound):
            read(session, factories.actor(kate), 10**30)
    with pytest.raises(NotAllowed):
        service.remove(session, factories.actor(kate), made)


def test_cam6_a_contact_s_campaigns_begin_with_those_he_is_in(session, boss):
    contact = factories.contact(session, email="a@x.example")
    over = campaigns.live(session, campaigns.email(), name="Over")
    campaigns.enrol(session, over, contact, now=NOW + timedelta(minutes=1))
    drain(session, NOW + timedelta(minutes=1))
    campaigns.enrol(
        session, campaigns.live(session, campaigns.wait(9), name="Now"), contact, now=NOW
    )
    found = queries.enrolments_of(session, boss, contact.id)
    assert [(place.campaign_name, place.state) for place in found] == [
        ("Now", EnrolmentState.ACTIVE), ("Over", EnrolmentState.FINISHED),
    ]  # fmt: skip


def test_cam6_the_story_says_why_and_what_comes_next(session, boss):
    campaign = campaigns.live(
        session, campaigns.email("a", subject="Hello"), campaigns.step("sms", "s", body="Hi"),
        campaigns.wait(60, "w"),
    )  # fmt: skip
    contact = factories.contact(session, email="a@x.example")
    made = campaigns.enrol(session, campaign, contact, now=NOW)
    drain(session)
    told = story(session, boss, made.id)
    assert [(line.step_id, line.outcome, line.version) for line in told.lines] == [
        ("", StepOutcome.DONE, 1), ("a", StepOutcome.SENT, 1), ("s", StepOutcome.SKIPPED, 1),
    ]  # fmt: skip
    assert "Hello" in told.lines[1].step
    assert told.lines[1].message_state is MessageState.OUTBOX
    assert told.lines[2].why == "The contact has no phone number that can be reached."
    assert told.now.step_id == "w"
    assert told.now.at == NOW + timedelta(minutes=60)
    assert told.now.why.startswith("Waits until ")
    drain(session, NOW + timedelta(hours=2))
    assert story(session, boss, made.id).now.at == made.ended_at
