"""Drafts, names and states of campaigns, and who may change them."""

import pytest
from sqlmodel import Session, select

from crm_app.campaigns.editing import queries, service, templates
from crm_app.campaigns.plans.plan import parse
from crm_app.campaigns.plans.templates import TEMPLATES
from crm_app.core.access import visitor
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_app.core.facts import CampaignChanged, FactRow
from crm_app.core.kinds import CampaignState, StepKind
from crm_app.models import Campaign, Form, Trigger
from tests import factories
from tests.campaigns.editing.conftest import MAIL, WAIT, Desk, step


def test_cam1_a_new_campaign_is_a_draft(desk: Desk) -> None:
    assert desk.campaign.state is CampaignState.DRAFT
    (line,) = queries.list_campaigns(desk.session, desk.actor)
    assert (line.name, line.steps, line.inside, line.sent) == ("Follow up", 2, 0, 0)
    assert line.next_at is None


def test_cam6_saving_counts_up_and_tells_others(desk: Desk) -> None:
    before = desk.campaign.revision
    assert desk.save(MAIL) == before + 1
    assert [s.id for s in parse(desk.campaign.draft).walk()] == ["mail"]
    facts = desk.session.exec(select(FactRow).where(FactRow.kind == CampaignChanged.__name__))
    assert facts.all()


def test_cam6_another_tab_saved_meanwhile(desk: Desk) -> None:
    old = desk.campaign.revision
    desk.save(MAIL)
    with pytest.raises(Conflict):
        service.save(desk.session, desk.actor, desk.campaign, {"steps": [WAIT]}, revision=old)
    assert [s.id for s in parse(desk.campaign.draft).walk()] == ["mail"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"id": "x", "kind": "teleport"}],
        [MAIL, MAIL],
        [step("email", "a/b")],
        [step("email", f"m{i}") for i in range(201)],
        "nothing",
    ],
    ids=["unknown kind", "twice", "bad id", "too many", "no list"],
)
def test_cam6_what_is_no_plan_is_not_kept(desk: Desk, steps: object) -> None:
    before = dict(desk.campaign.draft)
    with pytest.raises(Invalid):
        service.save(
            desk.session,
            desk.actor,
            desk.campaign,
            {"steps": steps},
            revision=desk.campaign.revision,
        )
    assert desk.campaign.draft == before


def test_cam6_branches_can_be_four_deep(desk: Desk) -> None:
    def nested(levels: int) -> list[dict[str, object]]:
        inner = nested(levels - 1) if levels else []
        arms = [{"key": "yes", "steps": inner}, {"key": "no"}]
        return [step("branch", f"b{levels}", arms=arms)]

    desk.save(*nested(3))
    with pytest.raises(Invalid, match="4 deep"):
        desk.save(*nested(4))


def test_cam1_only_administrators_change_campaigns(desk: Desk) -> None:
    member = factories.actor(factories.user(desk.session))
    campaign, session = desk.campaign, desk.session
    assert queries.get_campaign(session, member, campaign.id or 0) is campaign
    with pytest.raises(NotFound):
        queries.get_campaign(session, visitor(), campaign.id or 0)
    with pytest.raises(NotFound):
        queries.get_campaign(session, member, 2**40)
    for act in (service.pause, service.resume, service.archive, service.restore, service.duplicate):
        with pytest.raises(NotAllowed):
            act(session, member, campaign)
    with pytest.raises(NotAllowed):
        service.create(session, member, name="Mine")
    with pytest.raises(NotAllowed):
        service.rename(session, member, campaign, name="Mine")
    with pytest.raises(NotAllowed):
        service.save(session, member, campaign, {}, revision=campaign.revision)
    with pytest.raises(NotAllowed):
        service.publish(session, member, campaign, known=desk.known)
    with pytest.raises(NotAllowed):
        service.undo_publish(session, member, campaign)


def test_cam1_a_campaign_has_a_name(desk: Desk) -> None:
    service.rename(desk.session, desk.actor, desk.campaign, name="  Spring   fair ")
    assert desk.campaign.name == "Spring fair"
    with pytest.raises(Invalid) as refused:
        service.rename(desk.session, desk.actor, desk.campaign, name=" ")
    assert "name" in refused.value.fields


def test_cam1_a_copy_is_a_draft_of_its_own(desk: Desk) -> None:
    desk.publish()
    copy = service.duplicate(desk.session, desk.actor, desk.campaign)
    assert (copy.name, copy.state, copy.live_version_id) == (
        "Copy of Follow up",
        CampaignState.DRAFT,
        None,
    )
    assert copy.draft == desk.campaign.draft


def test_cam1_archived_and_brought_back_as_it_was(desk: Desk) -> None:
    desk.publish()
    before = service.archive(desk.session, desk.actor, desk.campaign)
    assert queries.list_campaigns(desk.session, desk.actor) == []
    (line,) = queries.list_campaigns(desk.session, desk.actor, archived=True)
    assert line.state is CampaignState.ARCHIVED
    service.restore(desk.session, desk.actor, desk.campaign, to=before)
    assert desk.campaign.state is CampaignState.LIVE
    service.archive(desk.session, desk.actor, desk.campaign)
    service.restore(desk.session, desk.actor, desk.campaign)
    assert desk.campaign.state is CampaignState.PAUSED


def test_cam1_a_draft_that_comes_back_is_not_live(desk: Desk) -> None:
    service.archive(desk.session, desk.actor, desk.campaign)
    service.restore(desk.session, desk.actor, desk.campaign, to=CampaignState.LIVE)
    assert desk.campaign.state is CampaignState.DRAFT


def test_cam1_paused_and_going_on(desk: Desk) -> None:
    with pytest.raises(Conflict):
        service.pause(desk.session, desk.actor, desk.campaign)
    desk.publish()
    service.pause(desk.session, desk.actor, desk.campaign)
    assert desk.campaign.state is CampaignState.PAUSED
    service.resume(desk.session, desk.actor, desk.campaign)
    assert desk.campaign.state is CampaignState.LIVE


@pytest.mark.parametrize("key", list(TEMPLATES))
def test_cam_each_template_becomes_drafts_that_do_nothing_yet(session: Session, key: str) -> None:
    factories.workspace(session)
    admin = factories.admin(session)
    factories.calendar(session, admin)
    opened = templates.make(session, factories.actor(admin), key)
    made = session.exec(select(Campaign)).all()
    assert opened in made
    assert {each.state for each in made} == {CampaignState.DRAFT}
    assert not any(trigger.enabled for trigger in session.exec(select(Trigger)))
    assert all(form.published is None for form in session.exec(select(Form)))


def test_cam4_seed_001_comes_as_a_template(session: Session) -> None:
    factories.workspace(session)
    admin = factories.admin(session)
    first = templates.make(session, factories.actor(admin), "ask_to_book")
    second = session.exec(select(Campaign).where(Campaign.id != first.id)).one()
    wait = parse(first.draft)
    (silent,) = wait.steps
    assert (silent.kind, silent.on, silent.delay.length.seconds) == (
        StepKind.MESSENGER,
        False,
        1800,
    )
    assert wait.settings.assign.mode == "none"
    assert wait.settings.next_campaign_id == second.id
    assert parse(second.draft).settings.assign.mode == "round_robin"
    triggers = session.exec(select(Trigger)).all()
    assert {trigger.event for trigger in triggers} == {"campaign_entered", "not_booked"}
    assert all(str(second.id) in str(trigger.filters) for trigger in triggers)
    form = session.exec(select(Form)).one()
    assert form.draft["campaign_id"] == first.id
    assert form.draft["assign"] == {"mode": "none"}


def test_cam_two_of_a_template_get_different_addresses(session: Session) -> None:
    factories.workspace(session)
    actor = factories.actor(factories.admin(session))
    for _ in range(2):
        templates.make(session, actor, "ask_to_book")
    slugs = session.exec(select(Form.slug)).all()
    assert len(set(slugs)) == 2
    with pytest.raises(NotFound):
        templates.make(session, actor, "nothing")
