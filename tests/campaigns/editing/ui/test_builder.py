"""The builder's handlers through the whole pipeline, guard included."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from crm_app import models
from crm_app.campaigns.editing import known, service
from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.people_state import People
from crm_app.campaigns.editing.ui.publishing_state import Publishing
from crm_app.campaigns.editing.ui.settings_state import CampaignSettings
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.core import db
from crm_app.core.kinds import CampaignState, StepKind
from crm_app.models import Campaign, Enrolment
from tests import factories
from tests.campaigns.editing.conftest import MAIL, WAIT, plan, step
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


@dataclass
class Office:
    """An administrator, a member, and a campaign that waits and then writes."""

    admin: models.User
    member: models.User
    campaign_id: int
    open_tab: OpenTab

    def tab(self, user: models.User | None = None) -> Tab:
        """The builder, opened."""
        tab = self.open_tab(user or self.admin, f"/campaigns/{self.campaign_id}")
        return tab.fire(Builder.load)

    @property
    def plan(self) -> Plan:
        """The draft as it is saved."""
        with db.reading() as session:
            return parse(session.get_one(Campaign, self.campaign_id).draft)

    @property
    def ids(self) -> list[str]:
        """The steps of the draft in reading order."""
        return [each.id for each in self.plan.walk()]

    def publish(self) -> None:
        """Publish the draft."""
        with db.unit_of_work() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            actor = factories.actor(self.admin)
            service.publish(session, actor, campaign, known=known.load(session, campaign))


BRANCH = step(
    "branch",
    "fork",
    tests=[{"field": "replied", "op": "yes", "value": ""}],
    arms=[{"key": "yes", "steps": []}, {"key": "no", "steps": []}],
)


@pytest.fixture
def office(open_tab: OpenTab) -> Office:
    with db.unit_of_work() as session:
        factories.workspace(session)
        admin = factories.admin(session, name="Ada Admin")
        member = factories.user(session, name="Max Member")
        made = service.create(
            session, factories.actor(admin), name="Follow up", plan=plan(WAIT, MAIL, BRANCH)
        )
        return Office(admin, member, made.id or 0, open_tab)


def drop(item: dict[str, Any], parent: str, index: int, by: str = "pointer") -> dict[str, Any]:
    return {"active": item, "over": {"id": "x", "parent": parent, "index": index}, "by": by}


def test_cam6_the_builder_shows_cards_in_lanes(office: Office) -> None:
    seen = office.tab().see(Builder)
    assert seen.name == "Follow up"
    assert [card["title"] for card in cards(seen, "")] == [
        "Wait 1 day",
        "Hello",
        "If Replied since entry: yes",
    ]
    assert set(seen.lanes) == {"", "fork/yes", "fork/no"}
    assert (seen.save_state, seen.can_undo, seen.can_edit) == ("saved", False, True)


def cards(seen: Any, parent: str) -> list[dict[str, Any]]:
    rows = seen.lanes[parent]
    return [row if isinstance(row, dict) else vars(row) for row in rows]


def test_cam6_a_step_is_dragged_from_the_palette_into_a_branch(office: Office) -> None:
    tab = office.tab().fire(Steps.moved, drop=drop({"palette": "sms"}, "fork/yes", 0))
    (sms,) = office.plan.step("fork").arms[0].steps  # type: ignore[union-attr]
    assert sms.kind is StepKind.SMS
    seen = tab.see(Builder)
    assert (seen.selected, seen.save_state, seen.can_undo) == (sms.id, "saved", True)
    assert tab.see(Inspector).kind == "sms"


def test_cam6_a_card_is_dragged_and_brought_back(office: Office) -> None:
    tab = office.tab().fire(Steps.moved, drop=drop({"step": "mail"}, "", 0))
    assert office.ids == ["mail", "wait", "fork"]
    tab.fire(Inspector.undo)
    assert office.ids == ["wait", "mail", "fork"]
    tab.fire(Inspector.redo)
    assert office.ids == ["mail", "wait", "fork"]


def test_cam6_moving_by_keyboard_keeps_the_focus(office: Office) -> None:
    item = {"step": "mail"}
    assert (
        "data-drag-handle"
        in office.tab().fire(Steps.moved, drop=drop(item, "", 0, by="keyboard")).said
    )


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"active": "x", "over": []},
        {"active": {"palette": "bomb"}, "over": {"parent": "", "index": 0}},
        {"active": {"step": "fork"}, "over": {"parent": "fork/yes", "index": 0}},
        {"active": {"step": "nobody"}, "over": {"parent": "", "index": 0}},
        {"active": {"step": "mail"}, "over": {"parent": "gone/yes", "index": "x"}},
    ],
)
def test_cam6_a_drop_that_makes_no_sense_changes_nothing(
    office: Office, payload: dict[str, Any]
) -> None:
    tab = office.tab().fire(Steps.moved, drop=payload)
    assert tab.failures == []
    assert office.ids == ["wait", "mail", "fork"]
    assert "toast" in tab.said


def test_cam6_the_menu_moves_in_and_out_of_branches(office: Office) -> None:
    tab = office.tab()
    tab.fire(Steps.move_by, step_id="mail", direction=1)
    assert [s.id for s in office.plan.step("fork").arms[0].steps] == ["mail"]  # type: ignore[union-attr]
    tab.fire(Steps.move_by, step_id="mail", direction=1)
    assert [s.id for s in office.plan.step("fork").arms[1].steps] == ["mail"]  # type: ignore[union-attr]
    tab.fire(Steps.move_by, step_id="mail", direction=1)
    assert office.ids == ["wait", "fork", "mail"]
    tab.fire(Steps.move_by, step_id="mail", direction=1)
    assert office.ids == ["wait", "fork", "mail"]
    tab.fire(Steps.move_by, step_id="wait", direction=-1)
    assert office.ids == ["wait", "fork", "mail"]


def test_cam6_a_place_can_be_chosen_by_name(office: Office) -> None:
    tab = office.tab().fire(Steps.choose_place, step_id="fork")
    places = tab.see(Steps).places
    # A branch is not offered the places in itself, nor the one where it stands.
    assert [place["value"] for place in places] == ["|0", "|1"]
    assert places[0]["label"] == "before Wait 1 day"
    tab.fire(Steps.move_to, form={"place": "|0"})
    assert office.ids == ["fork", "wait", "mail"]


def test_cam6_the_palette_adds_at_the_chosen_place(office: Office) -> None:
    tab = office.tab().fire(Steps.aim, parent="fork/no", index=0)
    assert "at the end of No" in tab.see(Builder).aimed_label
    tab.fire(Steps.add, kind="call")
    assert office.plan.step("fork").arms[1].steps[0].kind is StepKind.CALL  # type: ignore[union-attr]
    # The next one comes right after it, since it is open now; with none open, at the end.
    tab.fire(Steps.add, kind="task")
    assert [s.kind for s in office.plan.step("fork").arms[1].steps] == [  # type: ignore[union-attr]
        StepKind.CALL,
        StepKind.TASK,
    ]
    tab.fire(Builder.close).fire(Steps.add, kind="goal")
    assert office.plan.steps[-1].kind is StepKind.GOAL


def test_cam6_duplicate_and_delete_with_undo(office: Office) -> None:
    tab = office.tab().fire(Steps.duplicate, step_id="mail")
    assert [s.kind.value for s in office.plan.steps] == ["wait", "email", "email", "branch"]
    tab.fire(Steps.remove, step_id="wait")
    assert "was removed" in tab.said
    assert "Undo" in tab.said
    assert "wait" not in office.ids
    tab.fire(Inspector.undo)
    assert office.ids[0] == "wait"


def test_cam3_a_click_outside_an_empty_message_makes_a_silent_wait(office: Office) -> None:
    tab = office.tab().fire(Steps.add, kind="messenger")
    step_id = tab.see(Builder).selected
    tab.fire(Steps.outside)
    made = office.plan.step(step_id)
    assert made is not None
    assert not made.on
    assert "silent wait" in tab.said
    assert tab.see(Builder).selected == ""
    tab.fire(Inspector.undo)
    made = office.plan.step(step_id)
    assert made is not None
    assert made.on


def test_cam3_a_click_outside_never_takes_away_what_was_written(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="mail").fire(Steps.outside)
    mail = office.plan.step("mail")
    assert mail is not None
    assert mail.on
    assert tab.see(Builder).selected == ""
    tab.fire(Inspector.select, step_id="fork").fire(Steps.outside)
    assert office.plan.step("fork").on  # type: ignore[union-attr]


def test_cam3_a_plain_switch_does_it_too(office: Office) -> None:
    tab = office.tab().fire(Steps.switch, step_id="mail", on=False)
    card = next(card for card in cards(tab.see(Builder), "") if card["id"] == "mail")
    assert (card["on"], card["title"]) == (False, "Silent: does nothing")
    tab.fire(Inspector.select, step_id="mail").fire(
        Inspector.set_field, name="delay_amount", value="30"
    )
    card = next(card for card in cards(tab.see(Builder), "") if card["id"] == "mail")
    assert card["title"] == "Silent wait: 30 minutes"
    tab.fire(Steps.switch, step_id="mail", on=True)
    assert office.plan.step("mail").on  # type: ignore[union-attr]


def test_cam6_mistakes_show_as_one_types(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="mail")
    tab.fire(Inspector.set_field, name="body", value="Hi {{contact.nonsense}}")
    assert "contact.nonsense" in tab.see(Inspector).wrong["body"]
    seen = tab.see(Builder)
    assert seen.error_count == 1
    assert seen.mistakes[0]["id"] == "mail"
    tab.fire(Inspector.set_field, name="body", value="Hi {{contact.first_name|there}}")
    assert tab.see(Builder).error_count == 0
    assert tab.see(Inspector).preview == "Hi Sam"


def test_cam5_the_preview_leads_to_the_campaigns_own_calendar(office: Office) -> None:
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, office.admin, slug="visits")
    chosen = {"name": "calendar_id", "value": str(calendar.id)}
    office.tab().fire(CampaignSettings.set_setting, **chosen)
    tab = office.tab().fire(Inspector.select, step_id="mail")
    tab.fire(Inspector.set_field, name="body", value="{{user.calendar_link}}")
    assert tab.see(Inspector).preview.endswith(f"/cal/visits/{office.admin.slug}")


def test_q1_a_number_that_is_none_is_said_beside_its_field(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="wait")
    tab.fire(Inspector.set_field, name="amount", value="soon")
    assert "whole number" in tab.see(Builder).errors["amount"]
    tab.fire(Inspector.set_field, name="amount", value="99999999")
    assert "two years" in tab.see(Builder).errors["amount"]
    assert office.plan.step("wait").config["amount"] == 1  # type: ignore[union-attr]
    tab.fire(Inspector.set_field, name="amount", value="3")
    assert tab.see(Builder).errors == {}
    assert office.plan.step("wait").config["amount"] == 3  # type: ignore[union-attr]


def test_cam6_typing_one_text_is_one_step_back(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="mail")
    for text in ("H", "He", "Hel"):
        tab.fire(Inspector.set_field, name="subject", value=text)
    assert office.plan.step("mail").config["subject"] == "Hel"  # type: ignore[union-attr]
    tab.fire(Inspector.undo)
    assert office.plan.step("mail").config["subject"] == "Hello"  # type: ignore[union-attr]
    assert tab.see(Inspector).form["subject"] == "Hello"


def test_cam5_merge_fields_are_listed_and_searched(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="mail")
    tab.fire(Inspector.begin_merge, field="body").fire(Inspector.look_up, text="link to book")
    assert {row["name"] for row in tab.see(Inspector).merge_rows} == {
        "user.calendar_link",
        "calendar.link",
    }
    tab.fire(Inspector.insert_field, name="user.calendar_link")
    assert "{{user.calendar_link}}" in tab.said
    assert "step-body" in tab.said
    tab.fire(Inspector.begin_merge, field="body").fire(Inspector.insert_field, name="'); evil(")
    assert "evil" not in tab.said


def test_cam6_two_tabs_never_overwrite_each_other(office: Office) -> None:
    mine, theirs = office.tab(), office.tab()
    theirs.fire(Steps.remove, step_id="wait")
    mine.fire(Steps.switch, step_id="mail", on=False)
    seen = mine.see(Builder)
    assert seen.save_state == "conflict"
    assert "meanwhile" in seen.save_error
    assert office.ids == ["mail", "fork"]
    mine.fire(Inspector.take_theirs)
    assert [card["id"] for card in cards(mine.see(Builder), "")] == ["mail", "fork"]
    mine.fire(Inspector.undo)
    assert office.ids == ["wait", "mail", "fork"]
    assert not office.plan.step("mail").on  # type: ignore[union-attr]


def test_cam6_one_may_insist(office: Office) -> None:
    mine, theirs = office.tab(), office.tab()
    theirs.fire(Steps.remove, step_id="wait")
    mine.fire(Steps.switch, step_id="mail", on=False).fire(Builder.keep_mine)
    assert mine.see(Builder).save_state == "saved"
    assert office.ids == ["wait", "mail", "fork"]


def test_cam6_another_tab_follows_what_is_saved(office: Office) -> None:
    mine, theirs = office.tab(), office.tab()
    theirs.fire(Steps.remove, step_id="wait")
    mine.fire(Inspector.follow)
    assert [card["id"] for card in cards(mine.see(Builder), "")] == ["mail", "fork"]
    mine.fire(Steps.switch, step_id="mail", on=False)
    assert mine.see(Builder).save_state == "saved"


def test_cam1_the_settings(office: Office) -> None:
    tab = office.tab().fire(CampaignSettings.open_settings)
    user_id = str(office.member.id)
    for name, value in (
        ("assign_mode", "user"),
        ("assign_user", user_id),
        ("sender", "workspace"),
        ("starts", "08:30"),
    ):
        tab.fire(CampaignSettings.set_setting, name=name, value=value)
    tab.fire(CampaignSettings.set_setting_flag, name="stop_on_booking", on=True)
    tab.fire(CampaignSettings.set_day, day="6", on=True)
    tab.fire(CampaignSettings.add_entry_tag, form={"entry-tag": "  Spring   fair "})
    settings = office.plan.settings
    assert (settings.assign.mode, settings.assign.user_id) == ("user", office.member.id)
    assert (settings.sender, settings.stop_on_booking) == ("workspace", True)
    assert settings.window is not None
    assert (settings.window.starts, settings.window.days) == (510, (1, 2, 3, 4, 5, 6))
    assert settings.tags == ("Spring fair",)
    tab.fire(CampaignSettings.set_setting, name="starts", value="late")
    assert "time of day" in tab.see(Builder).errors["starts"]
    tab.fire(CampaignSettings.set_setting, name="assign_mode", value="lottery")
    assert office.plan.settings.assign.mode == "user"


def test_cam1_publishing_shows_what_changes_and_who_stands_where(office: Office) -> None:
    tab = office.tab().fire(Publishing.ask)
    assert tab.see(Publishing).first_time
    assert {row["what"] for row in tab.see(Publishing).news} == {"Added"}
    tab.fire(Publishing.publish)
    assert tab.see(Builder).state == "live"
    with db.unit_of_work() as session:
        contact = factories.contact(session, name="Anna Lead", email="anna@x.example")
        contact_id = str(contact.id)
    tab.fire(People.add_person, contact_id=contact_id)
    assert "entered" in tab.said
    tab.fire(Steps.remove, step_id="wait").fire(Publishing.ask)
    (row,) = tab.see(Publishing).stands
    assert (row["text"], row["count"], row["gone"]) == ("Wait 1 day", "1 contact", "yes")
    assert [(n["what"], n["text"]) for n in tab.see(Publishing).news] == [("Removed", "Wait 1 day")]
    tab.fire(Publishing.choose, step_id="wait", to="mail").fire(Publishing.publish)
    with db.reading() as session:
        assert session.exec(select(Enrolment.step_id)).one() == "mail"
    tab.fire(Publishing.take_back)
    assert "stands where it stood" in tab.said
    with db.reading() as session:
        assert session.exec(select(Enrolment.step_id)).one() == "wait"


def test_cam5_publishing_is_refused_with_the_list(office: Office) -> None:
    tab = office.tab().fire(Inspector.select, step_id="mail")
    tab.fire(Inspector.set_field, name="body", value="").fire(
        Inspector.set_field, name="subject", value=""
    )
    tab.fire(Publishing.ask).fire(Publishing.publish)
    assert "Mend" in tab.said
    assert tab.see(Builder).state == "draft"
    assert tab.see(Builder).error_count >= 1


def test_cam6_the_contacts_behind_a_count(office: Office) -> None:
    office.publish()
    tab = office.tab()
    with db.unit_of_work() as session:
        ids = [
            str(factories.contact(session, name=name, email=f"{name}@x.example").id)
            for name in ("Anna", "Bob")
        ]
    for contact_id in ids:
        tab.fire(People.add_person, contact_id=contact_id)
    tab.fire(People.add_person, contact_id=ids[0])
    assert "already" in tab.said
    tab.fire(People.open_people, step_id="wait", what="waiting")
    assert {row["name"] for row in tab.see(People).people} == {"Anna", "Bob"}
    tab.fire(People.search_people, text="ann")
    (row,) = tab.see(People).people
    assert row["step"] == "Wait 1 day"
    tab.fire(People.ask_why, enrolment_id=row["id"])
    assert tab.see(People).story
    tab.fire(People.begin_move, enrolment_id=row["id"]).fire(
        People.move_person, form={"step": "fork"}
    )
    tab.fire(People.search_people, text="bob")
    (row,) = tab.see(People).people
    tab.fire(People.remove_person, enrolment_id=row["id"])
    assert tab.see(People).people == []
    with db.reading() as session:
        found = dict(session.execute(select(Enrolment.contact_id, Enrolment.step_id)).all())
        assert found[int(ids[0])] == "fork"
    chips = {card["id"]: card["chips"] for card in cards(tab.see(Builder), "")}
    assert chips["wait"] == []


def test_usr3_members_look_and_do_not_change(office: Office) -> None:
    tab = office.tab(office.member)
    assert tab.see(Builder).can_edit is False
    for handler, payload in (
        (Steps.moved, {"drop": drop({"palette": "sms"}, "", 0)}),
        (Steps.add, {"kind": "sms"}),
        (Steps.remove, {"step_id": "wait"}),
        (Steps.switch, {"step_id": "mail", "on": False}),
        (Inspector.set_field, {"name": "subject", "value": "x"}),
        (Builder.rename, {"name": "Mine"}),
        (Publishing.publish, {}),
        (CampaignSettings.set_setting, {"name": "sender", "value": "owner"}),
    ):
        tab.fire(handler, **payload)
        assert "administrator" in tab.said
    tab.fire(Inspector.select, step_id="mail").fire(Steps.outside)
    assert office.ids == ["wait", "mail", "fork"]
    with db.reading() as session:
        campaign = session.get_one(Campaign, office.campaign_id)
        assert (campaign.name, campaign.state) == ("Follow up", CampaignState.DRAFT)


def test_usr3_members_see_only_their_contacts_inside(office: Office) -> None:
    office.publish()
    admin = office.tab()
    with db.unit_of_work() as session:
        theirs = factories.contact(session, name="Anna", owner_id=office.admin.id)
        free = factories.contact(session, name="Bob")
        ids = [str(theirs.id), str(free.id)]
    for contact_id in ids:
        admin.fire(People.add_person, contact_id=contact_id)
    member = office.tab(office.member).fire(People.open_people, step_id="", what="inside")
    assert [row["name"] for row in member.see(People).people] == ["Bob"]
    member.fire(People.add_person, contact_id=ids[0])
    assert "does not exist" in member.said


def test_a_campaign_that_is_none_leads_back_to_the_list(office: Office) -> None:
    tab = office.open_tab(office.admin, "/campaigns/999").fire(Builder.load)
    assert "/campaigns" in tab.said


def test_nobody_signed_in_gets_nothing(office: Office) -> None:
    tab = office.open_tab(None, f"/campaigns/{office.campaign_id}").fire(Builder.load)
    assert tab.held.get(Builder.get_full_name(), {}) == {}
