"""CAM-8: the worker's tick: it drains what is due, sets aside what breaks, and says when to be back."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from crm_app import models
from crm_app.campaigns.running import jobs
from crm_app.core import clock, db, facts
from crm_app.core.kinds import CampaignState, EnrolmentState
from crm_app.worker import LISTENERS, dispatch
from tests.factories import campaigns
from tests.scale import crowd


@pytest.fixture
def filled(database: str) -> str:
    with db.unit_of_work() as session:
        steps = (campaigns.email("a"), campaigns.wait(60, "w"))
        crowd.fill(session, 5, *steps, due_at=clock.now() - timedelta(minutes=1))
    return database


def enrolments():
    with db.reading() as session:
        query = select(models.Enrolment).order_by(col(models.Enrolment.id))
        return session.exec(query).all()


def test_cam8_a_tick_drains_what_is_due_and_says_when_the_next_is(filled):
    due_at = jobs.tick()
    assert {row.step_id for row in enrolments()} == {"w"}
    assert due_at == min(row.due_at for row in enrolments())
    assert due_at > clock.now()


def test_cam8_what_breaks_the_whole_batch_is_set_aside_alone(filled):
    """A plan that nobody can read breaks the loading of its batch, not a single decision."""
    with db.unit_of_work() as session:
        broken = campaigns.live(session, campaigns.email("z"))
        version = session.get_one(models.CampaignVersion, broken.live_version_id)
        odd = session.exec(select(models.Enrolment).order_by(col(models.Enrolment.id))).first()
        odd.version_id, odd.campaign_id = version.id, broken.id
        session.execute(
            update(models.CampaignVersion)
            .where(col(models.CampaignVersion.id) == version.id)
            .values(plan={"steps": [{"id": "z", "kind": "telepathy"}]})
        )
    jobs.tick()
    first, *others = enrolments()
    assert (first.state, first.reason) == (EnrolmentState.ATTENTION, "failed")
    assert {row.step_id for row in others} == {"w"}
    with db.reading() as session:
        assert len(campaigns.messages(session)) == len(others)


def test_cam1_resuming_a_campaign_brings_back_what_fell_due(filled):
    with db.unit_of_work() as session:
        campaign = session.exec(select(models.Campaign)).one()
        campaign.state = CampaignState.PAUSED
    assert jobs.tick() is None
    assert {(row.due_at, row.reason) for row in enrolments()} == {(None, "paused")}
    with db.unit_of_work() as session:
        session.get_one(models.Campaign, campaign.id).state = CampaignState.LIVE
        facts.record(session, facts.CampaignChanged(campaign.id))
        fact_id = session.exec(
            select(facts.FactRow.id).where(facts.FactRow.kind == "CampaignChanged")
        ).one()
    jobs.release(fact_id)
    jobs.tick()
    assert {row.step_id for row in enrolments()} == {"w"}


def test_facts_that_are_only_for_open_tabs_have_no_listeners():
    assert [fact.__name__ for fact in LISTENERS if fact.for_tabs] == []


def test_cam1_a_reply_reaches_the_campaign_through_the_table_of_listeners(filled):
    jobs.tick()
    with db.unit_of_work() as session:
        facts.record(session, facts.MessageReplied(incoming_id=1, contact_id=1, channel="email"))
        fact_id = session.exec(
            select(facts.FactRow.id).where(facts.FactRow.kind == "MessageReplied")
        ).one()
    dispatch(fact_id)
    jobs.hear(fact_id)
    states = [row.state for row in enrolments()]
    assert states == [EnrolmentState.LEFT, *[EnrolmentState.ACTIVE] * 4]
