"""CAM-1, CAM-4: who enters a campaign, who does not, and what the entry brings."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.campaigns.plans.plan import Assign
from crm_app.campaigns.running import service
from crm_app.campaigns.running.service import Refused
from crm_app.contacts import queries as contacts
from crm_app.core import facts
from crm_app.core.access import system, visitor
from crm_app.core.errors import NotAllowed
from crm_app.core.kinds import CampaignState, EnrolmentState
from tests import factories
from tests.factories import campaigns

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workspace(session: Session) -> models.Workspace:
    return factories.workspace(session)


def enrol(session, campaign, contact, key="k", *, by="test", now=NOW, appointment_id=None):
    return service.enrol(
        session, system("test"), campaign=campaign, contact=contact, key=key, by=by,
        appointment_id=appointment_id, now=now,
    )  # fmt: skip


def test_cam1_who_enters_stands_at_the_first_step_of_the_version_that_is_live(session):
    campaign = campaigns.live(session, campaigns.email("old"))
    version = campaigns.publish(session, campaign, campaigns.email("first", minutes=30))
    made = enrol(session, campaign, factories.contact(session))
    assert (made.version_id, made.step_id, made.state) == (
        version.id, "first", EnrolmentState.ACTIVE,
    )  # fmt: skip
    assert made.due_at == NOW + timedelta(minutes=30)
    told = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "CampaignEntered")).one()
    assert told.data["enrolment_id"] == made.id
    assert told.data["by"] == "test"


def test_cam1_the_timeline_says_that_somebody_entered(session):
    boss = factories.actor(factories.admin(session))
    contact = factories.contact(session)
    enrol(session, campaigns.live(session, campaigns.email(), name="Spring"), contact)
    lines = contacts.timeline(session, boss, contact.id).lines
    assert [line.params for line in lines if line.kind == "campaign"] == [{"campaign": "Spring"}]


def test_cam8_the_same_key_enters_once(session):
    campaign, contact = campaigns.live(session, campaigns.email()), factories.contact(session)
    first = enrol(session, campaign, contact, "form:1")
    assert enrol(session, campaign, contact, "form:1").id == first.id
    service.remove(session, system("test"), first)
    assert enrol(session, campaign, contact, "form:1").id == first.id
    assert first.state is EnrolmentState.LEFT


def test_cam1_nobody_is_inside_twice_at_once(session):
    campaign, contact = campaigns.live(session, campaigns.email()), factories.contact(session)
    enrol(session, campaign, contact, "a")
    assert enrol(session, campaign, contact, "b") == Refused("inside")


def test_cam1_re_entry_is_a_setting(session):
    contact = factories.contact(session)
    for reentry, again in ((True, models.Enrolment), (False, Refused)):
        campaign = campaigns.live(session, campaigns.email(), reentry=reentry)
        first = enrol(session, campaign, contact, f"a{reentry}")
        service.remove(session, system("test"), first)
        assert isinstance(enrol(session, campaign, contact, f"b{reentry}"), again)


def test_cam1_each_appointment_has_an_enrolment_of_its_own(session):
    owner, contact = factories.user(session), factories.contact(session)
    calendar = factories.calendar(session, owner)
    dates = [
        campaigns.appointment(session, calendar, owner, contact, NOW + timedelta(days=day))
        for day in (1, 2)
    ]
    campaign = campaigns.live(session, campaigns.email(), reentry=False)
    made = [
        enrol(session, campaign, contact, f"a{date.id}", appointment_id=date.id) for date in dates
    ]
    assert [each.appointment_id for each in made] == [date.id for date in dates]
    assert enrol(session, campaign, contact, "c", appointment_id=dates[0].id) == Refused("inside")


@pytest.mark.parametrize(
    "state", [CampaignState.DRAFT, CampaignState.PAUSED, CampaignState.ARCHIVED]
)
def test_cam1_a_campaign_that_does_not_run_lets_nobody_in(session, state):
    campaign = campaigns.live(session, campaigns.email())
    campaign.state = state
    assert enrol(session, campaign, factories.contact(session)) == Refused("not_live")


def test_cam1_deleted_contacts_and_visitors_stay_outside(session):
    campaign = campaigns.live(session, campaigns.email())
    gone = factories.contact(session, deleted_at=NOW)
    assert enrol(session, campaign, gone) == Refused("contact_gone")
    with pytest.raises(NotAllowed):
        service.enrol(
            session, visitor(), campaign=campaign, contact=factories.contact(session), key="v",
            by="visitor", now=NOW,
        )  # fmt: skip


def test_usr3_a_member_adds_only_contacts_that_he_may_change(session):
    kate, joe = factories.user(session), factories.user(session)
    campaign = campaigns.live(session, campaigns.email())
    hers, his = (factories.contact(session, owner_id=each.id) for each in (kate, joe))

    def add(contact):
        return service.enrol(
            session, factories.actor(kate), campaign=campaign, contact=contact,
            key=f"user:{contact.id}", by=f"user:{kate.id}", now=NOW,
        )  # fmt: skip

    made = add(hers)
    with pytest.raises(NotAllowed):
        add(his)
    audit = session.exec(
        select(models.AuditEntry).where(models.AuditEntry.action == "campaign.contact_added")
    ).one()
    assert audit.detail["enrolment_id"] == made.id
    theirs = enrol(session, campaign, his, "other")
    with pytest.raises(NotAllowed):
        service.remove(session, factories.actor(kate), theirs)


def owner_of(session, contact):
    session.refresh(contact)
    return contact.owner_id


def test_cam4_the_entry_assigns_the_chosen_user_and_the_history_says_why(session):
    kate = factories.user(session)
    boss = factories.actor(factories.admin(session))
    contact = factories.contact(session)
    campaign = campaigns.live(session, campaigns.email(), assign=Assign("user", user_id=kate.id))
    enrol(session, campaign, contact)
    assert owner_of(session, contact) == kate.id
    assert [line.rule for line in contacts.owner_history(session, boss, contact.id)] == ["campaign"]


def test_cam4_an_owner_stays_where_only_contacts_without_one_are_assigned(session):
    kate, joe = factories.user(session), factories.user(session)
    for only, expected in ((True, joe.id), (False, kate.id)):
        contact = factories.contact(session, owner_id=joe.id)
        assign = Assign("user", user_id=kate.id, only_unassigned=only)
        enrol(
            session, campaigns.live(session, campaigns.email(), assign=assign), contact, f"{only}"
        )
        assert owner_of(session, contact) == expected


def test_cam4_round_robin_takes_the_chosen_users_in_turn(session):
    team = [factories.user(session) for _ in range(3)]
    ids = tuple(each.id for each in team)
    campaign = campaigns.live(
        session, campaigns.email(), assign=Assign("round_robin", user_ids=ids)
    )
    drawn = []
    for number in range(9):
        contact = factories.contact(session)
        enrol(session, campaign, contact, f"c{number}")
        drawn.append(owner_of(session, contact))
    assert drawn == [*ids, *ids, *ids]
    turns = session.exec(select(models.CampaignTurn)).all()
    assert sum(turn.credit for turn in turns) == 0


def test_cam4_who_left_or_is_away_has_no_turn(session):
    here, gone, away = (factories.user(session) for _ in range(3))
    gone.active = False
    session.add(
        models.TimeOff(
            user_id=away.id, starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1)
        )
    )
    session.flush()
    assign = Assign("round_robin", user_ids=(gone.id, away.id, here.id))
    campaign = campaigns.live(session, campaigns.email(), assign=assign)
    for number in range(3):
        contact = factories.contact(session)
        enrol(session, campaign, contact, f"c{number}")
        assert owner_of(session, contact) == here.id


def test_cam4_a_team_calendar_lends_its_members_weights_and_mode(session):
    heavy, light, paused = (factories.user(session) for _ in range(3))
    calendar = factories.calendar(session, heavy, light, paused)
    for user, values in ((heavy, {"weight": 3}), (paused, {"active": False})):
        member = session.exec(
            select(models.CalendarMember).where(models.CalendarMember.user_id == user.id)
        ).one()
        for name, value in values.items():
            setattr(member, name, value)
    session.flush()
    assign = Assign("calendar", calendar_id=calendar.id)
    campaign = campaigns.live(session, campaigns.email(), assign=assign)
    drawn = Counter()
    for number in range(8):
        contact = factories.contact(session)
        enrol(session, campaign, contact, f"c{number}")
        drawn[owner_of(session, contact)] += 1
    assert drawn == {heavy.id: 6, light.id: 2}
    # The calendar's own balance counts bookings, not campaigns.
    members = session.exec(select(models.CalendarMember)).all()
    assert {member.credit for member in members} == {0}


def test_cam4_with_nobody_left_to_assign_the_entry_waits_for_a_person(session):
    kate, contact = factories.user(session, active=False), factories.contact(session)
    campaign = campaigns.live(session, campaigns.email("e"), assign=Assign("user", user_id=kate.id))
    made = enrol(session, campaign, contact)
    assert (made.state, made.reason) == (EnrolmentState.ATTENTION, "nobody_to_assign")
    kate.active = True
    session.flush()
    service.resume(session, system("test"), made)
    assert (made.state, made.step_id) == (EnrolmentState.ACTIVE, "e")
    assert owner_of(session, contact) == kate.id


def test_cam1_the_entry_puts_tags_on_the_contact(session):
    contact = factories.contact(session)
    enrol(session, campaigns.live(session, campaigns.email(), tags=("Lead", "Spring")), contact)
    names = session.exec(
        select(models.Tag.name).join(models.ContactTag).order_by(col(models.Tag.key))
    ).all()
    assert names == ["Lead", "Spring"]
    told = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "ContactTagged")).all()
    assert [(fact.data["added"], fact.data["by"]) for fact in told] == [
        (["Lead"], "campaign"),
        (["Spring"], "campaign"),
    ]


def test_cam1_an_empty_campaign_hands_on_to_the_next(session):
    last = campaigns.live(session, campaigns.email("hi"))
    first = campaigns.live(session, next_campaign_id=last.id)
    contact = factories.contact(session)
    made = enrol(session, first, contact)
    assert made.state is EnrolmentState.FINISHED
    inside = session.exec(
        select(models.Enrolment).where(col(models.Enrolment.ended_at).is_(None))
    ).one()
    assert (inside.campaign_id, inside.entered_by) == (last.id, f"campaign:{first.id}")


def test_cam8_campaigns_that_lead_to_each_other_without_a_wait_stop(session):
    first = campaigns.live(session)
    second = campaigns.live(session, next_campaign_id=first.id)
    campaigns.publish(session, first, next_campaign_id=second.id)
    enrol(session, first, factories.contact(session))
    made = session.exec(select(models.Enrolment).order_by(col(models.Enrolment.id))).all()
    assert len(made) <= 12
    assert {each.state for each in made} == {EnrolmentState.FINISHED}
    assert made[-1].reason == "loop"


def test_cam1_a_next_campaign_that_does_not_run_is_said(session):
    second = campaigns.live(session, campaigns.email())
    first = campaigns.live(session, next_campaign_id=second.id)
    second.state = CampaignState.PAUSED
    made = enrol(session, first, factories.contact(session))
    assert (made.state, made.reason) == (EnrolmentState.FINISHED, "no_campaign")
