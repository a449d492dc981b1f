"""TRG-1 to TRG-5 on the page, through the whole pipeline: list, editor, try-out, log, map."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_app import models
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor
from crm_app.campaigns.triggers.ui.trial_state import TriggerTrial
from crm_app.campaigns.triggers.ui.triggers_state import Triggers
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office
from tests.factories import campaigns
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def opened(open_tab: OpenTab, office: Office, row: models.Trigger) -> Tab:
    return open_tab(office.boss, f"/triggers/{row.id}").fire(TriggerEditor.load)


def empty(**values: Any) -> models.Trigger:
    with staged.db.unit_of_work() as session:
        row = models.Trigger(
            name="New trigger",
            event="",
            created_at=staged.factories.LONG_AGO,
            changed_at=staged.factories.LONG_AGO,
            **values,
        )
        session.add(row)
        session.flush()
    return row


def test_trg1_a_trigger_is_made_and_opened(open_tab: OpenTab, office: Office) -> None:
    tab = open_tab(office.boss, "/triggers").fire(Triggers.load)
    assert tab.see(Triggers).rows == []
    tab.fire(Triggers.add)
    (row,) = staged.all_of(models.Trigger)
    assert f"/triggers/{row.id}" in tab.said
    assert not row.enabled


def test_trg1_when_if_then_are_written_checked_saved_and_switched_on(
    open_tab: OpenTab, office: Office
) -> None:
    campaign = staged.do(lambda session: campaigns.live(session, campaigns.wait(60), name="Ask"))
    row = empty()
    tab = opened(open_tab, office, row)
    assert tab.see(TriggerEditor).ready is False
    tab.fire(TriggerEditor.set_event, event="campaign_entered")
    tab.fire(TriggerEditor.add_filter)
    assert tab.see(TriggerEditor).filters[0].field == "campaign"
    assert tab.see(TriggerEditor).filters[0].error
    tab.fire(TriggerEditor.change_filter, index=0, part="value", value=str(campaign.id))
    tab.fire(TriggerEditor.add_action, kind="notify")
    seen = tab.see(TriggerEditor)
    assert "{{contact.name}}" in seen.actions[0].texts["text"]
    assert (seen.ready, seen.unsaved) == (True, True)
    tab.fire(TriggerEditor.set_name, name="Tell the owner")
    tab.fire(TriggerEditor.save)
    assert "saved" in tab.said
    tab.fire(TriggerEditor.turn, on=True)
    kept = staged.fresh(row)
    assert (kept.name, kept.enabled, kept.event) == ("Tell the owner", True, "campaign_entered")
    assert kept.filters == [{"field": "campaign", "op": "is", "value": str(campaign.id)}]
    assert kept.actions[0]["who"] == ["owner"]


def test_trg1_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(
    open_tab: OpenTab, office: Office
) -> None:
    row = staged.trigger("contact_created", {"kind": "sms", "body": "Hi"})
    tab = opened(open_tab, office, row)
    tab.fire(TriggerEditor.change_action, index=0, field="body", value="Hi {{contact.nme}}")
    seen = tab.see(TriggerEditor)
    assert "contact.nme" in seen.actions[0].errors["body"]
    tab.fire(TriggerEditor.save)
    assert "saved" not in tab.said
    assert tab.see(TriggerEditor).actions[0].texts["body"] == "Hi {{contact.nme}}"
    assert staged.fresh(row).actions[0]["body"] == "Hi"


def test_trg4_a_circle_is_told_while_one_writes(open_tab: OpenTab, office: Office) -> None:
    campaign = staged.do(lambda session: campaigns.live(session, campaigns.wait(60), name="Ask"))
    row = empty()
    tab = opened(open_tab, office, row)
    tab.fire(TriggerEditor.set_event, event="campaign_entered")
    tab.fire(TriggerEditor.add_action, kind="add_to_campaign")
    tab.fire(TriggerEditor.change_action, index=0, field="campaign_id", value=str(campaign.id))
    seen = tab.see(TriggerEditor)
    assert seen.ready is False
    assert any("circle" in note.text and note.tone == "bad" for note in seen.notes)
    tab.fire(TriggerEditor.save)
    assert "circle" in tab.said


def test_trg1_actions_are_moved_ticked_and_removed(open_tab: OpenTab, office: Office) -> None:
    row = empty()
    tab = opened(open_tab, office, row)
    tab.fire(TriggerEditor.set_event, event="contact_created")
    for kind in ("add_tag", "assign", "task"):
        tab.fire(TriggerEditor.add_action, kind=kind)
    tab.fire(TriggerEditor.move_action, index=2, by=-1)
    assert [one.kind for one in tab.see(TriggerEditor).actions] == ["add_tag", "task", "assign"]
    tab.fire(TriggerEditor.change_action, index=2, field="mode", value="round_robin")
    for user in (office.kate, office.boss):
        tab.fire(TriggerEditor.toggle, index=2, field="user_ids", value=str(user.id), on=True)
    tab.fire(TriggerEditor.remove_action, index=0)
    tab.fire(TriggerEditor.save)
    kept = staged.fresh(row).actions
    assert [one["kind"] for one in kept] == ["task", "assign"]
    assert kept[1]["user_ids"] == [office.kate.id, office.boss.id]


def test_trg1_two_people_do_not_overwrite_each_other(open_tab: OpenTab, office: Office) -> None:
    row = staged.trigger("contact_created")
    first, second = opened(open_tab, office, row), opened(open_tab, office, row)
    first.fire(TriggerEditor.set_name, name="Mine").fire(TriggerEditor.save)
    second.fire(TriggerEditor.set_name, name="Yours").fire(TriggerEditor.save)
    assert "Somebody else" in second.said
    assert staged.fresh(row).name == "Mine"
    assert second.see(TriggerEditor).name == "Yours"


def test_trg1_try_it_tells_what_would_be_done_and_writes_nothing(
    open_tab: OpenTab, office: Office
) -> None:
    contact = staged.lead(name="Ann Lee", owner_id=office.kate.id)
    row = staged.trigger(
        "contact_created",
        {"kind": "add_tag", "tag": "new"},
        {"kind": "notify", "text": "New: {{contact.name}}", "who": ["owner"]},
        {"kind": "sms", "body": "Hello"},
        enabled=False,
    )
    tab = opened(open_tab, office, row)
    tab.fire(TriggerTrial.suggest, text="ann")
    assert [one["name"] for one in tab.see(TriggerTrial).found] == ["Ann Lee"]
    tab.fire(TriggerTrial.choose, contact_id=str(contact.id))
    seen = tab.see(TriggerTrial)
    assert seen.words == "It would act"
    assert [one["problem"] == "" for one in seen.steps] == [True, True, False]
    assert seen.steps[1]["text"] == "New: Ann Lee"
    assert "no phone" in seen.steps[2]["problem"]
    assert staged.all_of(models.Notification) == staged.all_of(models.TriggerRun) == []
    assert staged.tags(contact) == set()
    assert staged.all_of(models.TimelineEntry) == []


def test_trg1_try_it_says_which_condition_fails(open_tab: OpenTab, office: Office) -> None:
    contact = staged.lead(name="Ann Lee")
    row = staged.trigger(
        "tag_added", filters=[("changed_tag", "is", "x"), ("kind", "is", "company")]
    )
    tab = opened(open_tab, office, row).fire(TriggerTrial.suggest, text="ann")
    tab.fire(TriggerTrial.choose, contact_id=str(contact.id))
    seen = tab.see(TriggerTrial)
    assert seen.words == "It would do nothing"
    assert "Kind of contact is “Company”" in seen.why


def test_trg1_the_log_tells_each_look_in_words(open_tab: OpenTab, office: Office) -> None:
    staged.trigger("contact_created", name="Hello")
    staged.trigger(
        "contact_created", filters=[("modified_by", "is", "customer")], name="Customers only"
    )
    staged.new_lead()
    staged.settle()
    tab = open_tab(office.boss, "/triggers").fire(Triggers.set_view, view="log")
    found = {row["trigger"]: row for row in tab.see(Triggers).runs}
    assert found["Hello"]["words"] == "Acted"
    assert "Done by is “the customer”" in found["Customers only"]["why"]
    assert found["Hello"]["contact"] == "Ben Fox"
    tab.fire(Triggers.set_outcome, outcome="refused")
    assert [row["trigger"] for row in tab.see(Triggers).runs] == ["Customers only"]


def test_trg1_members_look_and_see_only_their_contacts_in_the_log(
    open_tab: OpenTab, office: Office
) -> None:
    row = staged.trigger("contact_created")
    staged.new_lead("Mine Own", owner_id=office.kate.id)
    staged.new_lead("Her Own", owner_id=office.boss.id)
    staged.settle()
    tab = open_tab(office.kate, "/triggers").fire(Triggers.set_view, view="log")
    assert [one["contact"] for one in tab.see(Triggers).runs] == ["Mine Own"]
    tab.fire(Triggers.add)
    tab.fire(Triggers.turn, trigger_id=str(row.id), on=False)
    assert len(staged.all_of(models.Trigger)) == 1
    assert staged.fresh(row).enabled


def test_trg1_deleted_triggers_come_back(open_tab: OpenTab, office: Office) -> None:
    row = staged.trigger("contact_created")
    opened(open_tab, office, row).fire(TriggerEditor.delete)
    tab = open_tab(office.boss, "/triggers").fire(Triggers.load)
    assert tab.see(Triggers).rows == []
    tab.fire(Triggers.set_view, view="deleted")
    tab.fire(Triggers.restore, trigger_id=str(row.id))
    kept = staged.fresh(row)
    assert (kept.deleted_at, kept.enabled) == (None, False)


def test_trg5_the_map_shows_what_feeds_what_circles_and_what_is_broken(
    open_tab: OpenTab, office: Office
) -> None:
    ask = staged.do(lambda session: campaigns.live(session, campaigns.email(), name="Ask"))
    staged.do(
        lambda session: campaigns.live(
            session, campaigns.wait(30), name="Wait", next_campaign_id=ask.id
        )
    )
    again = {"kind": "add_to_campaign", "campaign_id": ask.id, "restart": True}
    options = {"since": "campaign", "amount": 10, "unit": "minutes", "most": 3}
    staged.trigger(
        "not_booked", again, filters=[("campaign", "is", ask.id)], name="Again", **options
    )
    staged.trigger("contact_created", {"kind": "add_to_campaign", "campaign_id": 999}, name="Gone")
    tab = open_tab(office.kate, "/triggers").fire(Triggers.set_view, view="map")
    drawn = tab.see(Triggers).drawn
    lines = {(one.source, one.target) for one in drawn.lines}
    assert {("Wait", "Ask"), ("Ask", "Again"), ("Again", "Ask")} <= lines
    assert ("Gone", "(deleted)") in lines
    assert [set(path.split(" → ")) for path in drawn.circles] == [{"Ask", "Again"}]
    assert drawn.broken == ["Gone leads to something that was deleted."]
    hrefs = {one.name: one.href for one in drawn.boxes}
    assert hrefs["Ask"] == f"/campaigns/{ask.id}"
    assert hrefs["(deleted)"] == ""


def test_trg1_an_address_for_the_webhook_is_shown_once(open_tab: OpenTab, office: Office) -> None:
    row = staged.trigger("inbound_webhook", enabled=False)
    tab = opened(open_tab, office, row).fire(TriggerEditor.new_address)
    address = tab.see(TriggerEditor).hook_url
    assert address.startswith("https://crm.example/hooks/in/")
    token = address.rpartition("/")[2]
    assert token not in staged.fresh(row).hook_hash
    assert opened(open_tab, office, row).see(TriggerEditor).hook_url == ""


def test_trg1_nobody_and_strangers_see_nothing(open_tab: OpenTab, office: Office) -> None:
    row = staged.trigger("contact_created")
    tab = open_tab(None, f"/triggers/{row.id}").fire(TriggerEditor.load)
    assert tab.held.get(TriggerEditor.get_full_name(), {}) == {}
    missing = open_tab(office.boss, "/triggers/9999").fire(TriggerEditor.load)
    assert "does not exist" in missing.said


def test_trg1_the_log_of_one_contact_has_an_address(open_tab: OpenTab, office: Office) -> None:
    staged.trigger("contact_created")
    first, second = staged.new_lead("Ann One"), staged.new_lead("Bob Two")
    staged.settle()
    tab = open_tab(office.boss, f"/triggers?contact={first.id}").fire(Triggers.load)
    assert [row["contact"] for row in tab.see(Triggers).runs] == ["Ann One"]
    tab.fire(Triggers.everybody)
    assert {row["contact"] for row in tab.see(Triggers).runs} == {"Ann One", second.name}
    hidden = staged.lead(owner_id=office.boss.id)
    stranger = open_tab(office.kate, f"/triggers?contact={hidden.id}").fire(Triggers.load)
    assert "does not exist" in stranger.said
