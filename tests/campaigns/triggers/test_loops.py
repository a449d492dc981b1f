"""TRG-4: circles are found when saving where they can be, and stopped at run time."""

from typing import Any

import pytest

from crm_app import models
from crm_app.campaigns.triggers import service
from crm_app.core.errors import Invalid
from crm_app.core.kinds import CampaignState
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office
from tests.factories import campaigns


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def a_campaign(name: str, *steps: Any, **settings: Any) -> models.Campaign:
    return staged.do(lambda session: campaigns.live(session, *steps, name=name, **settings))


def made(office: Office, event: str, *actions: Any, filters: Any = (), **options: Any) -> Any:
    """Save a trigger as the page does."""
    return staged.do(
        lambda session: service.create(
            session,
            office.actor,
            name=f"On {event}",
            event=event,
            options=options,
            filters=[{"field": f, "op": op, "value": str(v)} for f, op, v in filters],
            actions=actions,
        )
    )


def add_to(campaign: models.Campaign) -> dict[str, Any]:
    return {"kind": "add_to_campaign", "campaign_id": campaign.id, "restart": True}


def in_campaign(campaign: models.Campaign) -> tuple[str, str, Any]:
    return "campaign", "is", campaign.id


def said(office: Office, trigger: models.Trigger) -> list[tuple[str, str]]:
    """Severity and first words of what is said of circles."""
    from crm_app.campaigns.triggers import queries

    found = staged.do(
        lambda session: service.mistakes(
            session, queries.rule(session.get_one(models.Trigger, trigger.id))
        )
    )
    return [(one.severity, one.params.get("path", "")) for one in found if not one.where]


def test_trg4_added_to_x_add_to_x_is_refused_with_a_sentence(office: Office) -> None:
    x = a_campaign("Ask to Book", campaigns.wait(60))
    with pytest.raises(Invalid, match="circle") as refusal:
        made(office, "campaign_entered", add_to(x), filters=[in_campaign(x)])
    assert "Ask to Book" in str(refusal.value)
    assert staged.all_of(models.Trigger) == []


def test_trg4_without_a_filter_it_is_the_same(office: Office) -> None:
    x = a_campaign("X", campaigns.wait(60))
    with pytest.raises(Invalid, match="circle"):
        made(office, "campaign_entered", add_to(x))


def test_trg4_another_campaign_is_no_circle(office: Office) -> None:
    x, y = a_campaign("X", campaigns.wait(60)), a_campaign("Y", campaigns.wait(60))
    row = made(office, "campaign_entered", add_to(y), filters=[in_campaign(x)])
    assert said(office, row) == []


def test_trg4_a_circle_over_two_triggers_that_are_on(office: Office) -> None:
    x, y = a_campaign("X", campaigns.wait(60)), a_campaign("Y", campaigns.wait(60))
    staged.trigger("campaign_entered", add_to(y), filters=[in_campaign(x)])
    with pytest.raises(Invalid, match="circle"):
        made(office, "campaign_entered", add_to(x), filters=[in_campaign(y)])


def test_trg4_one_that_is_off_closes_no_circle(office: Office) -> None:
    x, y = a_campaign("X", campaigns.wait(60)), a_campaign("Y", campaigns.wait(60))
    staged.trigger("campaign_entered", add_to(y), filters=[in_campaign(x)], enabled=False)
    made(office, "campaign_entered", add_to(x), filters=[in_campaign(y)])


def test_trg4_a_wait_makes_it_a_warning(office: Office) -> None:
    slow, quick = a_campaign("Slow", campaigns.wait(60)), a_campaign("Quick", campaigns.email())
    row = made(office, "campaign_finished", add_to(slow), filters=[in_campaign(slow)])
    assert [severity for severity, _ in said(office, row)] == ["warning"]
    with pytest.raises(Invalid, match="circle"):
        made(office, "campaign_finished", add_to(quick), filters=[in_campaign(quick)])


def test_trg4_the_seeds_own_circle_is_capped_so_it_is_a_warning(office: Office) -> None:
    x = a_campaign("Ask to Book", campaigns.email())
    row = made(
        office,
        "not_booked",
        add_to(x),
        filters=[in_campaign(x)],
        since="campaign",
        amount=10,
        unit="minutes",
        most=3,
    )
    assert said(office, row) == [("warning", "On not_booked → Ask to Book → On not_booked")]


def test_trg4_no_re_entry_ends_it(office: Office) -> None:
    x = a_campaign("Once", campaigns.email(), reentry=False)
    row = made(office, "campaign_entered", add_to(x), filters=[in_campaign(x)])
    assert [severity for severity, _ in said(office, row)] == ["warning"]


def test_trg4_a_condition_about_the_contact_may_end_it(office: Office) -> None:
    x = a_campaign("X", campaigns.email())
    row = made(
        office,
        "campaign_entered",
        {"kind": "add_tag", "tag": "done"},
        add_to(x),
        filters=[in_campaign(x), ("tag", "has_not", "done")],
    )
    assert [severity for severity, _ in said(office, row)] == ["warning"]


def test_trg4_tags_that_set_each_other_off(office: Office) -> None:
    hot = {"kind": "add_tag", "tag": "hot"}
    row = made(office, "tag_added", hot, filters=[("changed_tag", "is", "hot")])
    # A tag that is there already is not added again.
    assert said(office, row) == []
    staged.trigger("tag_added", {"kind": "remove_tag", "tag": "Hot"})
    with pytest.raises(Invalid, match="circle"):
        made(office, "tag_removed", hot, filters=[("changed_tag", "is", "hot")])


def test_trg4_owners_in_turn_go_round(office: Office) -> None:
    ids = [office.boss.id, office.kate.id]
    with pytest.raises(Invalid, match="circle"):
        made(office, "contact_assigned", {"kind": "assign", "mode": "round_robin", "user_ids": ids})
    made(office, "contact_assigned", {"kind": "assign", "mode": "user", "user_id": office.kate.id})


def test_trg4_a_circle_is_refused_when_switching_on_too(office: Office) -> None:
    x = a_campaign("X", campaigns.email())
    row = staged.trigger("campaign_entered", add_to(x), filters=[in_campaign(x)], enabled=False)
    with pytest.raises(Invalid, match="circle"):
        staged.do(
            lambda session: service.switch(
                session, office.actor, session.get_one(models.Trigger, row.id), on=True
            )
        )


def test_trg4_a_circle_that_came_about_otherwise_is_stopped_and_told_once(office: Office) -> None:
    x = a_campaign("X", campaigns.wait(600))
    staged.trigger("campaign_entered", add_to(x), filters=[in_campaign(x)], name="Round and round")
    contact = staged.lead()
    from crm_app.core import clock

    staged.do(
        lambda session: campaigns.enrol(
            session,
            session.get_one(models.Campaign, x.id),
            session.get_one(models.Contact, contact.id),
            now=clock.now(),
        )
    )
    from crm_app.core import job_runner

    for _ in range(3):
        job_runner.drain()
    assert staged.acted() == 50
    assert staged.runs()[-1] == ("stopped", "loop")
    told = staged.all_of(models.Notification)
    assert [one.user_id for one in told] == [office.boss.id]
    assert told[0].params["trigger"] == "Round and round"
    # Another stop on the same day is not told again.
    staged.trigger("tag_added")
    staged.do(lambda session: _tag(session, contact))
    staged.settle()
    assert staged.runs()[-1] == ("stopped", "loop")
    assert len(staged.all_of(models.Notification)) == 1


def _tag(session: Any, contact: models.Contact) -> None:
    from crm_app.contacts import service as contacts
    from crm_app.core.access import system

    row = session.get_one(models.Contact, contact.id)
    contacts.change_tags(session, system("test"), row, add=["more"])


def test_trg4_other_contacts_are_not_stopped(office: Office) -> None:
    row = staged.trigger("contact_created")
    for number in range(60):
        staged.new_lead(f"{chr(97 + number % 26)}{number} Lee")
    staged.settle()
    assert staged.acted(row.id) == 60


def test_trg4_archived_campaigns_close_no_circle(office: Office) -> None:
    x = a_campaign("X", campaigns.email())
    x.state = CampaignState.ARCHIVED
    staged.do(lambda session: session.merge(x))
    row = made(office, "campaign_finished", add_to(x), filters=[in_campaign(x)])
    assert said(office, row) == []
