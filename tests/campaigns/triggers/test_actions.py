"""TRG-2: each action, what it does, and what it does when it cannot."""

import json
from datetime import timedelta
from typing import Any

import pytest

from crm_app import models
from crm_app.core import clock
from crm_app.core.kinds import AppointmentStatus, EnrolmentState
from tests import factories
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office
from tests.factories import campaigns


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def happens(*actions: dict[str, Any], **fields: Any) -> tuple[models.Contact, models.Trigger]:
    """A lead comes in and a trigger acts on it."""
    row = staged.trigger("contact_created", *actions, name="At the door")
    made = staged.new_lead(**fields)
    staged.settle()
    return staged.fresh(made), row


def why(row: models.Trigger) -> dict[str, Any]:
    """The one look's detail."""
    (run,) = [one for one in staged.all_of(models.TriggerRun) if one.trigger_id == row.id]
    assert run.outcome == "failed"
    return run.detail


def a_campaign(*steps: Any, **settings: Any) -> models.Campaign:
    return staged.do(lambda session: campaigns.live(session, *steps, **settings))


def test_trg2_add_to_a_campaign(office: Office) -> None:
    campaign = a_campaign(campaigns.wait(60))
    contact, row = happens({"kind": "add_to_campaign", "campaign_id": campaign.id})
    (inside,) = staged.all_of(models.Enrolment)
    assert (inside.contact_id, inside.campaign_id) == (contact.id, campaign.id)
    assert inside.entered_by == f"trigger:{row.id}"


def test_trg2_a_campaign_that_takes_nobody_in_is_a_failure_with_its_reason(office: Office) -> None:
    draft = staged.do(
        lambda session: _added(
            session,
            models.Campaign(
                name="Draft", created_at=factories.LONG_AGO, changed_at=factories.LONG_AGO
            ),
        )
    )
    _, row = happens({"kind": "add_to_campaign", "campaign_id": draft.id})
    assert "not" in why(row)["why"]
    assert staged.all_of(models.Enrolment) == []


def _added(session: Any, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def test_trg2_add_to_a_campaign_begins_anew_only_where_that_is_asked(office: Office) -> None:
    campaign = a_campaign(campaigns.wait(60))
    for restart, outcomes, entered in ((False, ["acted", "failed"], 1), (True, ["acted"] * 2, 2)):
        row = staged.trigger(
            "tag_added",
            {"kind": "add_to_campaign", "campaign_id": campaign.id, "restart": restart},
            filters=[("changed_tag", "is", f"again{restart}")],
        )
        contact = staged.lead(email=f"{restart}@lead.example")
        for tag in ("a", "b"):
            _tagged_again(contact, f"again{restart}", tag)
        assert [outcome for outcome, _ in staged.runs(row.id)] == outcomes
        mine = [one for one in staged.all_of(models.Enrolment) if one.contact_id == contact.id]
        assert len(mine) == entered
        assert [one.ended_at is None for one in mine].count(True) == 1


def _tagged_again(contact: models.Contact, tag: str, also: str) -> None:
    from crm_app.contacts import service as contacts
    from crm_app.core.access import system

    def change(session: Any) -> None:
        row = session.get_one(models.Contact, contact.id)
        contacts.change_tags(session, system("test"), row, remove=[tag])
        contacts.change_tags(session, system("test"), row, add=[tag, also])

    staged.do(change)
    staged.settle()


def test_trg2_remove_from_one_campaign_or_all(office: Office) -> None:
    one, two = a_campaign(campaigns.wait(60)), a_campaign(campaigns.wait(60))
    add = [{"kind": "add_to_campaign", "campaign_id": c.id} for c in (one, two)]
    happens(*add, {"kind": "remove_from_campaign", "campaign_id": one.id})
    states = [e.state for e in staged.all_of(models.Enrolment)]
    assert states == [EnrolmentState.LEFT, EnrolmentState.ACTIVE]
    staged.trigger("tag_added", {"kind": "remove_from_campaign", "campaign_id": None})
    contact = staged.fresh(staged.all_of(models.Contact)[0])
    _tagged_again(contact, "out", "x")
    assert {e.state for e in staged.all_of(models.Enrolment)} == {EnrolmentState.LEFT}


def test_trg2_assign_a_user(office: Office) -> None:
    contact, row = happens({"kind": "assign", "mode": "user", "user_id": office.kate.id})
    assert contact.owner_id == office.kate.id
    (change,) = staged.all_of(models.OwnerChange)
    assert change.rule == "trigger"
    assert staged.acted(row.id) == 1


def test_trg2_assign_only_who_has_no_owner(office: Office) -> None:
    contact, _ = happens(
        {"kind": "assign", "mode": "user", "user_id": office.kate.id, "only_unassigned": True},
        owner_id=office.boss.id,
    )
    assert contact.owner_id == office.boss.id


def test_trg2_assign_in_turn_without_who_left(office: Office) -> None:
    left = staged.do(lambda session: factories.user(session, active=False))
    ids = [office.kate.id, left.id, office.boss.id]
    staged.trigger("contact_created", {"kind": "assign", "mode": "round_robin", "user_ids": ids})
    made = []
    for name in ("Ann A", "Bob B", "Cid C", "Dov D"):
        made.append(staged.new_lead(name))
        staged.settle()
    owners = [staged.fresh(contact).owner_id for contact in made]
    assert owners == [office.kate.id, office.boss.id] * 2


def test_trg2_assign_to_somebody_who_left_fails(office: Office) -> None:
    left = staged.do(lambda session: factories.user(session, active=False))
    contact, row = happens({"kind": "assign", "mode": "user", "user_id": left.id})
    assert contact.owner_id is None
    assert why(row)["number"] == 1


def test_trg2_tags(office: Office) -> None:
    contact, _ = happens(
        {"kind": "add_tag", "tag": "new"}, {"kind": "remove_tag", "tag": "Cold"}, tags=["cold"]
    )
    assert staged.tags(contact) == {"new"}


def test_trg2_notify_by_bell_and_mail(office: Office) -> None:
    text = "New lead assigned: {{contact.name}}. Please check."
    contact, _ = happens(
        {"kind": "notify", "text": text, "who": ["owner", "admins"], "mail": True},
        owner_id=office.kate.id,
    )
    told = {n.user_id: n for n in staged.all_of(models.Notification)}
    assert set(told) == {office.kate.id, office.boss.id}
    assert told[office.kate.id].params == {"text": "New lead assigned: Ben Fox. Please check."}
    assert told[office.kate.id].path == f"/contacts/{contact.id}"
    mails = [m for m in staged.all_of(models.Message) if m.channel == "email"]
    assert {m.to_address for m in mails} == {office.kate.email, office.boss.email}


def test_trg2_notify_an_owner_who_is_not_there_fails(office: Office) -> None:
    _, row = happens({"kind": "notify", "text": "x", "who": ["owner"]})
    assert "no owner" in why(row)["why"]
    assert staged.all_of(models.Notification) == []


def test_trg2_write_to_the_contact(office: Office) -> None:
    happens(
        {"kind": "email", "subject": "Hi {{contact.first_name}}", "body": "From {{user.name}}."},
        {"kind": "sms", "body": "Hi {{contact.first_name|you}}"},
        owner_id=office.kate.id,
    )
    mail, sms = staged.all_of(models.Message)
    assert (mail.channel, mail.subject, mail.to_address) == ("email", "Hi Ben", "ben@lead.example")
    assert "From Kate Test." in mail.text
    assert (mail.from_name, mail.reply_to) == ("Kate Test", office.kate.email)
    assert (sms.channel, sms.to_address, sms.text) == ("sms", "+49301234567", "Hi Ben")


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ({"kind": "email", "subject": "a", "body": "b"}, {"do_not_disturb": ["email"]}, "channel"),
        ({"kind": "sms", "body": "b"}, {"do_not_disturb": ["sms"]}, "channel"),
        ({"kind": "sms", "body": "{{user.calendar_link}}"}, {}, "not known"),
        ({"kind": "task", "title": "{{contact.company}}"}, {}, "not known"),
        ({"kind": "dance"}, {}, "know the action"),
    ],
)
def test_trg2_what_cannot_be_written_says_why(
    office: Office, action: dict[str, Any], fields: dict[str, Any], reason: str
) -> None:
    _, row = happens(action, **fields)
    assert reason in why(row)["why"]
    assert staged.all_of(models.Message) == staged.all_of(models.Activity) == []


def test_trg2_a_task(office: Office) -> None:
    contact, _ = happens(
        {"kind": "task", "title": "Call {{contact.name}}", "note": "", "who": "owner"},
        owner_id=office.kate.id,
    )
    (task,) = staged.all_of(models.Activity)
    assert (task.title, task.user_id, task.contact_id) == (
        "Call Ben Fox",
        office.kate.id,
        contact.id,
    )


def test_trg2_a_webhook(office: Office) -> None:
    url = "https://elsewhere.example/hook"
    contact, row = happens({"kind": "webhook", "url": url})
    (call,) = staged.all_of(models.Message)
    told = json.loads(call.text)
    assert (call.channel, call.to_address) == ("webhook", url)
    assert told["contact"]["id"] == contact.id
    assert told["trigger"] == {"id": row.id, "name": "At the door", "event": "contact_created"}


def test_trg2_a_webhook_to_no_address_fails(office: Office) -> None:
    _, row = happens({"kind": "webhook", "url": "ftp://x"})
    assert why(row)["number"] == 1


@pytest.mark.parametrize("status", [AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELLED])
def test_trg2_set_the_appointments_status(office: Office, status: AppointmentStatus) -> None:
    office.calendar.needs_confirmation = True
    staged.do(lambda session: session.merge(office.calendar))
    staged.trigger("appointment_booked", {"kind": "set_status", "status": status.value})
    appointment = staged.book(office, staged.lead())
    staged.settle()
    assert staged.fresh(appointment).status == status


def test_trg2_a_status_without_an_appointment_fails(office: Office) -> None:
    _, row = happens({"kind": "set_status", "status": "confirmed"})
    assert "no appointment" in why(row)["why"]


def test_trg2_when_one_action_fails_nothing_is_done_by_half(office: Office) -> None:
    contact, row = happens(
        {"kind": "add_tag", "tag": "half"},
        {"kind": "sms", "body": "Hello"},
        {"kind": "notify", "text": "x", "who": ["owner"]},
    )
    assert why(row)["number"] == 3
    assert staged.tags(contact) == set()
    assert staged.all_of(models.Message) == []


def test_trg2_each_action_sees_what_the_one_before_did(office: Office) -> None:
    happens(
        {"kind": "assign", "mode": "user", "user_id": office.kate.id},
        {"kind": "sms", "body": "Book: {{user.calendar_link}}"},
    )
    (sms,) = staged.all_of(models.Message)
    assert "/cal/intro/kate" in staged_links(sms)


def staged_links(message: models.Message) -> str:
    """The text with the addresses behind its short links."""
    return message.text + " ".join(link.url for link in staged.all_of(models.TrackedLink))


def test_trg2_one_trigger_that_fails_does_not_hold_back_the_next(office: Office) -> None:
    staged.trigger("contact_created", {"kind": "notify", "text": "x", "who": ["owner"]})
    staged.trigger("contact_created", {"kind": "add_tag", "tag": "fine"})
    made = staged.new_lead()
    staged.settle()
    assert staged.tags(made) == {"fine"}
    assert [outcome for outcome, _ in staged.runs()] == ["failed", "acted"]


def test_trg2_away_users_are_passed_over(office: Office) -> None:
    now = clock.now()
    staged.do(
        lambda session: _added(
            session,
            models.TimeOff(
                user_id=office.kate.id,
                starts_at=now - timedelta(hours=1),
                ends_at=now + timedelta(days=1),
            ),
        )
    )
    ids = [office.kate.id, office.boss.id]
    contact, _ = happens({"kind": "assign", "mode": "round_robin", "user_ids": ids})
    assert contact.owner_id == office.boss.id
