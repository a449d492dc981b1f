"""Publishing: versions stay as they are, and contacts go on as it was decided (CAM-1)."""

import pytest
from sqlmodel import select

from crm_app.campaigns.editing import queries, service
from crm_app.campaigns.plans.plan import parse
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.kinds import CampaignState, EnrolmentState
from crm_app.models import CampaignVersion
from tests.campaigns.editing.conftest import MAIL, WAIT, Desk, step


def test_cam1_publishing_makes_the_campaign_live(desk: Desk) -> None:
    version = desk.publish()
    assert (version.number, desk.campaign.state) == (1, CampaignState.LIVE)
    assert desk.campaign.live_version_id == version.id
    assert not queries.has_changed(desk.campaign)
    desk.save(MAIL)
    assert queries.has_changed(desk.campaign)


def test_cam1_versions_never_change(desk: Desk) -> None:
    first = desk.publish()
    plan = parse(first.plan)
    desk.save(MAIL)
    second = desk.publish()
    assert parse(first.plan) == plan
    assert [s.id for s in parse(second.plan).walk()] == ["mail"]
    assert second.number == 2


def test_cam5_a_plan_with_errors_is_not_published(desk: Desk) -> None:
    desk.save(step("email", "mail", subject="", body="Hi {{contact.nonsense}}"))
    with pytest.raises(Invalid):
        desk.publish()
    assert desk.campaign.state is CampaignState.DRAFT
    assert desk.session.exec(select(CampaignVersion)).all() == []


def test_cam1_who_is_inside_finishes_his_version(desk: Desk) -> None:
    first = desk.publish()
    anna = desk.enter()
    due = anna.due_at
    desk.save(step("wait", "wait", mode="duration", amount=5, unit="days"), MAIL)
    second = desk.publish()
    anna = desk.see(anna)
    assert (anna.version_id, anna.step_id, anna.due_at) == (first.id, "wait", due)
    assert desk.enter("Bob Lead").version_id == second.id


def test_cam1_publish_moves_those_who_are_told_to_move(desk: Desk) -> None:
    desk.publish()
    anna = desk.enter()
    desk.save(MAIL)
    second = desk.publish(wait="mail")
    anna = desk.see(anna)
    assert (anna.version_id, anna.step_id, anna.state) == (
        second.id,
        "mail",
        EnrolmentState.ACTIVE,
    )


def test_cam1_publish_lets_those_out_who_are_told_to_leave(desk: Desk) -> None:
    desk.publish()
    anna = desk.enter()
    desk.save(MAIL)
    desk.publish(wait="exit")
    anna = desk.see(anna)
    assert (anna.state, anna.reason) == (EnrolmentState.LEFT, "published_exit")
    assert anna.ended_at is not None


def test_cam1_a_target_has_to_be_in_the_new_version(desk: Desk) -> None:
    desk.publish()
    anna = desk.enter()
    desk.save(MAIL)
    with pytest.raises(Invalid):
        desk.publish(wait="nowhere")
    assert desk.see(anna).step_id == "wait"


@pytest.mark.parametrize("choice", ["mail", "exit"])
def test_cam1_publishing_can_be_undone(desk: Desk, choice: str) -> None:
    first = desk.publish()
    anna = desk.enter()
    stood = (anna.version_id, anna.step_id, anna.arrived_at, anna.due_at, anna.state)
    desk.save(MAIL)
    second = desk.publish(wait=choice)
    assert service.undo_publish(desk.session, desk.actor, desk.campaign) == 1
    anna = desk.see(anna)
    assert (anna.version_id, anna.step_id, anna.arrived_at, anna.due_at, anna.state) == stood
    assert anna.ended_at is None
    assert desk.campaign.live_version_id == first.id
    # The draft stays, and so does the version, for whoever entered it meanwhile.
    assert queries.has_changed(desk.campaign)
    assert desk.session.get(CampaignVersion, second.id) is not None
    desk.session.expire_all()
    assert desk.publish().number == 3


def test_cam1_who_went_on_meanwhile_is_left_where_he_is(desk: Desk) -> None:
    desk.publish()
    anna = desk.enter()
    desk.save(MAIL)
    desk.publish(wait="mail")
    anna = desk.see(anna)
    anna.visit += 1
    desk.session.add(anna)
    assert service.undo_publish(desk.session, desk.actor, desk.campaign) == 0
    assert desk.see(anna).step_id == "mail"


def test_cam1_nobody_is_brought_back_into_a_campaign_that_he_entered_anew(desk: Desk) -> None:
    desk.publish()
    anna = desk.enter()
    desk.save(MAIL)
    desk.publish(wait="exit")
    anna = desk.see(anna)
    again = anna.model_dump(exclude={"id"}) | {
        "key": "again",
        "state": EnrolmentState.ACTIVE,
        "ended_at": None,
    }
    desk.session.add(type(anna)(**again))
    desk.session.flush()
    assert service.undo_publish(desk.session, desk.actor, desk.campaign) == 0
    assert desk.see(anna).state is EnrolmentState.LEFT


def test_cam1_the_first_publishing_taken_back_is_a_draft_again(desk: Desk) -> None:
    desk.publish()
    service.undo_publish(desk.session, desk.actor, desk.campaign)
    assert desk.campaign.state is CampaignState.DRAFT
    assert desk.campaign.live_version_id is None
    with pytest.raises(Conflict):
        service.undo_publish(desk.session, desk.actor, desk.campaign)


def test_cam1_where_the_contacts_stand_whatever_their_version(desk: Desk) -> None:
    desk.publish()
    desk.enter("Anna Lead")
    desk.save(WAIT, MAIL, step("add_tag", "tag", tag="done"))
    desk.publish()
    desk.enter("Bob Lead")
    assert [
        (each.step_id, each.count) for each in queries.standing(desk.session, desk.campaign)
    ] == [("wait", 2)]
    (line,) = queries.list_campaigns(desk.session, desk.actor)
    assert (line.inside, line.attention) == (2, 0)
    assert line.next_at is not None
    desk.save(MAIL)
    old = queries.last_words(desk.session, desk.campaign, {"wait", "never"})
    assert set(old) == {"wait"}
    assert old["wait"].step("tag") is not None
