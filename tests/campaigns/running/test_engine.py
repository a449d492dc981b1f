"""CAM-2, CAM-3, CAM-8: what is due is done, once, and what breaks keeps nobody else waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.campaigns.plans.plan import Assign
from crm_app.campaigns.running import engine, service
from crm_app.core import facts
from crm_app.core.access import system
from crm_app.core.kinds import CampaignState, EnrolmentState, MessageState
from tests import factories
from tests.factories import campaigns

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workspace(session: Session) -> models.Workspace:
    return factories.workspace(session)


def drain(session, now=NOW, rounds=50):
    """Tick until nothing is due."""
    for _ in range(rounds):
        if not engine.tick(session, now=now):
            return
    raise AssertionError("it never ends")


def test_cam8_nothing_happens_before_it_is_due(session):
    campaign = campaigns.live(session, campaigns.email(minutes=30))
    made = campaigns.enrol(
        session, campaign, factories.contact(session, email="a@x.example"), now=NOW
    )
    assert engine.tick(session, now=NOW + timedelta(minutes=29, seconds=59)) == 0
    assert engine.next_due(session) == NOW + timedelta(minutes=30)
    assert engine.tick(session, now=NOW + timedelta(minutes=30)) == 1
    assert made.state is EnrolmentState.FINISHED


def test_cam8_a_step_leaves_one_message_one_run_and_the_next_step(session):
    campaign = campaigns.live(
        session, campaigns.email("a", body="Hello {{contact.first_name|you}}"), campaigns.wait(60, "w"),
        campaigns.email("b"),
    )  # fmt: skip
    contact = factories.contact(session, first_name="Ann", email="ann@x.example")
    made = campaigns.enrol(session, campaign, contact, now=NOW)
    drain(session)
    (message,) = campaigns.messages(session)
    assert (message.to_address, message.campaign_id, message.enrolment_id, message.step_id) == (
        "ann@x.example", campaign.id, made.id, "a",
    )  # fmt: skip
    assert message.text.strip() == "Hello Ann"
    assert campaigns.runs(session, made) == [("a", "sent", "")]
    assert (made.step_id, made.due_at) == ("w", NOW + timedelta(minutes=60))
    drain(session, NOW + timedelta(minutes=60))
    assert [step for step, *_ in campaigns.runs(session, made)] == ["a", "w", "b"]
    assert made.state is EnrolmentState.FINISHED
    assert len(campaigns.messages(session)) == 2


def test_cam8_without_a_mail_server_the_message_rests_in_the_outbox(session):
    campaign = campaigns.live(session, campaigns.email())
    campaigns.enrol(session, campaign, factories.contact(session, email="a@x.example"), now=NOW)
    drain(session)
    assert [message.state for message in campaigns.messages(session)] == [MessageState.OUTBOX]


def test_cam4_the_owner_is_set_before_a_text_is_rendered(session):
    kate = factories.user(session, name="Kate Test", slug="kate")
    calendar = factories.calendar(session, kate, slug="team")
    ask = campaigns.live(
        session,
        campaigns.email(body="Book with {{user.first_name}}: {{user.calendar_link}}"),
        assign=Assign("round_robin", user_ids=(kate.id,)),
        calendar_id=calendar.id,
    )
    silent = campaigns.step("messenger", "quiet", minutes=30, on=False, body="never sent")
    wait = campaigns.live(session, silent, next_campaign_id=ask.id)
    contact = factories.contact(session, email="lead@x.example")
    first = campaigns.enrol(session, wait, contact, now=NOW)
    drain(session, NOW + timedelta(minutes=29))
    assert campaigns.messages(session) == []
    drain(session, NOW + timedelta(minutes=30))
    assert campaigns.runs(session, first) == [("quiet", "silent", "step_off")]
    session.refresh(contact)
    assert contact.owner_id == kate.id
    (message,) = campaigns.messages(session)
    assert "Book with Kate: https://crm.example/cal/team/kate?for=" in message.text


def test_cam8_two_campaigns_of_a_contact_come_one_after_the_other(session):
    contact = factories.contact(session, email="a@x.example")
    for tag in ("one", "two"):
        campaign = campaigns.live(session, campaigns.step("add_tag", tag=tag))
        campaigns.enrol(session, campaign, contact, now=NOW)
    assert engine.tick(session, now=NOW) == 1
    assert engine.tick(session, now=NOW) == 1
    assert engine.tick(session, now=NOW) == 0


def test_cam1_a_paused_campaign_holds_its_contacts_and_goes_on(session):
    campaign = campaigns.live(session, campaigns.email())
    made = campaigns.enrol(
        session, campaign, factories.contact(session, email="a@x.example"), now=NOW
    )
    campaign.state = CampaignState.PAUSED
    session.flush()
    drain(session)
    assert (made.state, made.due_at, made.reason) == (EnrolmentState.ACTIVE, None, "paused")
    engine.release(session, campaign.id, now=NOW)
    assert made.due_at is None
    campaign.state = CampaignState.LIVE
    session.flush()
    engine.release(session, campaign.id, now=NOW)
    drain(session)
    assert (made.state, len(campaigns.messages(session))) == (EnrolmentState.FINISHED, 1)


def test_cam1_a_deleted_contact_leaves(session):
    campaign, contact = campaigns.live(session, campaigns.email()), factories.contact(session)
    made = campaigns.enrol(session, campaign, contact, now=NOW)
    contact.deleted_at = NOW
    session.flush()
    drain(session)
    assert (made.state, made.reason) == (EnrolmentState.LEFT, "contact_deleted")


def test_cam1_who_is_inside_finishes_the_version_that_he_entered(session):
    campaign = campaigns.live(session, campaigns.email("a", body="old"))
    contact = factories.contact(session, email="a@x.example")
    campaigns.enrol(session, campaign, contact, now=NOW)
    campaigns.publish(session, campaign, campaigns.email("a", body="new"))
    drain(session)
    assert [message.text.strip() for message in campaigns.messages(session)] == ["old"]


def test_cam5_an_unfilled_field_waits_for_a_person_who_mends_it(session):
    campaign = campaigns.live(session, campaigns.email("a", body="Hi {{contact.company}}"))
    contact = factories.contact(session, email="a@x.example")
    made = campaigns.enrol(session, campaign, contact, now=NOW)
    drain(session)
    assert (made.state, made.reason) == (EnrolmentState.ATTENTION, "unfilled")
    assert campaigns.messages(session) == []
    company = factories.contact(session, name="Acme", kind="company")
    contact.company_id = company.id
    session.flush()
    service.resume(session, system("test"), made)
    drain(session, made.due_at)
    assert [message.text.strip() for message in campaigns.messages(session)] == ["Hi Acme"]
    assert [outcome for _, outcome, _ in campaigns.runs(session, made)] == ["attention", "sent"]


def test_cam5_a_person_may_leave_the_step_out(session):
    campaign = campaigns.live(
        session, campaigns.email("a", body="{{contact.company}}"), campaigns.email("b")
    )
    made = campaigns.enrol(
        session, campaign, factories.contact(session, email="a@x.example"), now=NOW
    )
    drain(session)
    service.skip(session, system("test"), made)
    drain(session, made.due_at)
    assert [(step, outcome) for step, outcome, _ in campaigns.runs(session, made)] == [
        ("a", "attention"), ("a", "skipped"), ("b", "sent"),
    ]  # fmt: skip


def test_cam8_a_step_that_cannot_be_decided_keeps_nobody_else_waiting(session):
    campaign = campaigns.live(session, campaigns.email("a"))
    people = [factories.contact(session, email=f"a{n}@x.example") for n in range(3)]
    made = [campaigns.enrol(session, campaign, each, now=NOW) for each in people]
    # What no rule expects: something that happened at no time.
    session.execute(
        update(models.Enrolment)
        .where(col(models.Enrolment.id) == made[1].id)
        .values(heard=[{"what": "replied", "at": "yesterday"}])
    )
    drain(session)
    states = [each.state for each in made]
    assert states == [EnrolmentState.FINISHED, EnrolmentState.ATTENTION, EnrolmentState.FINISHED]
    assert made[1].reason == "failed"


def test_cam8_an_effect_that_fails_is_undone_alone(session):
    odd = campaigns.live(session, campaigns.step("webhook", "h", url="ftp://x.example/"))
    made = campaigns.enrol(session, odd, factories.contact(session), now=NOW)
    other = campaigns.live(session, campaigns.step("add_tag", tag="called"))
    fine = campaigns.enrol(session, other, factories.contact(session), now=NOW)
    drain(session)
    assert fine.state is EnrolmentState.FINISHED
    assert (made.state, made.step_id, made.reason) == (EnrolmentState.ATTENTION, "h", "failed")
    assert made.detail == {"error": "Enter a web address that begins with https://."}
    assert campaigns.messages(session) == []


def test_cam8_an_impossible_recipient_stops_only_his_own_message(session):
    campaign = campaigns.live(session, campaigns.email())
    made = []
    for address in ("a@x.example", "nobody at all"):
        contact = factories.contact(session)
        session.add(models.ContactEmail(contact_id=contact.id, address=address, key=address))
        made.append(campaigns.enrol(session, campaign, contact, now=NOW))
    drain(session)
    assert [each.state for each in made] == [EnrolmentState.FINISHED, EnrolmentState.ATTENTION]
    assert len(campaigns.messages(session)) == 1


def test_trg1_the_end_is_a_fact(session):
    campaign = campaigns.live(session, campaigns.email())
    campaigns.enrol(session, campaign, factories.contact(session, email="a@x.example"), now=NOW)
    drain(session)
    told = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "CampaignLeft")).one()
    assert (told.data["finished"], told.data["campaign_id"]) == (True, campaign.id)


def test_cam1_move_to_another_step_and_to_another_version(session):
    campaign = campaigns.live(session, campaigns.email("a", minutes=10), campaigns.email("b"))
    made = campaigns.enrol(
        session, campaign, factories.contact(session, email="a@x.example"), now=NOW
    )
    due = made.due_at
    version = campaigns.publish(
        session, campaign, campaigns.email("a", minutes=99), campaigns.email("c", minutes=5)
    )
    boss = system("test")
    service.move_to(session, boss, [made], version=version, step_id="a")
    assert (made.version_id, made.visit, made.due_at) == (version.id, 1, due)
    service.move_to(session, boss, [made], version=version, step_id="c")
    assert (made.step_id, made.visit) == ("c", 2)
    assert made.due_at == made.arrived_at + timedelta(minutes=5)
    assert campaigns.runs(session, made) == [("a", "skipped", "published_move")]
