"""TRG-1: each event, what it sets off and what it leaves alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm_app import models
from crm_app.appointments import service as appointments
from crm_app.campaigns.running import service as running
from crm_app.contacts import service as contacts
from crm_app.core import clock, facts
from crm_app.core.access import system, visitor
from crm_app.core.kinds import AppointmentSource, AppointmentStatus, MessageState
from tests import factories
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office
from tests.factories import campaigns


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def is_(field: str, value: object) -> tuple[str, str, object]:
    return field, "is", value


def test_trg1_contact_created(office: Office) -> None:
    staged.trigger("contact_created")
    made = staged.new_lead()
    staged.settle()
    assert staged.tags(made) == {"seen"}


def test_trg1_contact_created_asks_by_whom(office: Office) -> None:
    staged.trigger("contact_created", filters=[is_("modified_by", "api")])
    by_hand = staged.new_lead("Ada Hand", by=office.actor)
    by_program = staged.new_lead("Ben Fox", by=system("api"))
    staged.settle()
    assert (staged.tags(by_hand), staged.tags(by_program)) == (set(), {"seen"})
    assert ("refused", "filter") in staged.runs()


def test_trg1_nothing_acts_on_what_is_silent(office: Office) -> None:
    # SYN-4: "Disable trigger".
    staged.trigger("contact_created")
    staged.new_lead(by=system("sync", silent=True))
    staged.settle()
    assert staged.runs() == []


def test_trg1_a_trigger_that_is_off_looks_at_nothing(office: Office) -> None:
    staged.trigger("contact_created", enabled=False)
    staged.new_lead()
    staged.settle()
    assert staged.runs() == []


def test_trg1_came_from_sync(office: Office) -> None:
    staged.trigger("contact_created", filters=[is_("from_sync", "no")])
    synced = staged.new_lead("Cal Sync", by=system("sync:3"))
    own = staged.new_lead("Dan Own")
    staged.settle()
    assert (staged.tags(synced), staged.tags(own)) == (set(), {"seen"})


def test_trg1_contact_assigned(office: Office) -> None:
    staged.trigger("contact_assigned", filters=[is_("owner", office.kate.id)])
    for owner, expected in ((office.boss, set()), (office.kate, {"seen"})):
        contact = staged.lead(name=f"Of {owner.name}", email=f"{owner.slug}@lead.example")
        _set_owner(contact, owner.id)
        staged.settle()
        assert staged.tags(contact) == expected


def test_trg1_losing_the_owner_is_no_assignment(office: Office) -> None:
    staged.trigger("contact_assigned")
    contact = staged.lead(owner_id=office.kate.id)
    _set_owner(contact, None)
    staged.settle()
    assert staged.runs() == []


def _set_owner(contact: models.Contact, user_id: int | None) -> None:
    staged.do(
        lambda session: contacts.set_owner(
            session,
            system("test"),
            session.get_one(models.Contact, contact.id),
            user_id,
            rule="by_hand",
        )
    )


def _tag(contact: models.Contact, **names: Any) -> None:
    staged.do(
        lambda session: contacts.change_tags(
            session, system("test"), session.get_one(models.Contact, contact.id), **names
        )
    )


def test_trg1_tag_added_and_removed(office: Office) -> None:
    added = staged.trigger("tag_added", filters=[is_("changed_tag", "VIP")])
    removed = staged.trigger("tag_removed", filters=[is_("changed_tag", "vip")])
    contact = staged.lead()
    _tag(contact, add=["Other"])
    staged.settle()
    assert (staged.acted(added.id), staged.acted(removed.id)) == (0, 0)
    _tag(contact, add=["vip"])
    staged.settle()
    assert (staged.acted(added.id), staged.acted(removed.id)) == (1, 0)
    _tag(contact, remove=["VIP"])
    staged.settle()
    assert (staged.acted(added.id), staged.acted(removed.id)) == (1, 1)


def test_trg1_field_changed(office: Office) -> None:
    row = staged.trigger("field_changed", filters=[is_("changed_field", "note")])
    contact = staged.lead()

    def change(**fields: Any) -> None:
        staged.do(
            lambda session: contacts.update(
                session,
                office.actor,
                session.get_one(models.Contact, contact.id),
                **fields,
            )
        )
        staged.settle()

    change(time_zone="Europe/Rome")
    assert staged.runs(row.id) == [("refused", "filter")]
    change(note="Called.")
    assert staged.acted(row.id) == 1
    # Tags have events of their own.
    change(tags=["x"])
    assert len(staged.runs(row.id)) == 2


def test_trg1_form_submitted(office: Office) -> None:
    contact = staged.lead()
    forms = staged.do(lambda session: [_form(session, n) for n in range(2)])
    row = staged.trigger("form_submitted", filters=[is_("form", forms[0].id)])
    for number, form in enumerate(forms):
        _record(facts.FormSubmitted(form.id or 0, number, contact.id or 0))
    assert sorted(staged.runs(row.id)) == [("acted", "acted"), ("refused", "filter")]


def _form(session: Any, number: int) -> models.Form:
    form = models.Form(
        slug=f"form{number}",
        name=f"Form {number}",
        created_at=factories.LONG_AGO,
        changed_at=factories.LONG_AGO,
    )
    session.add(form)
    session.flush()
    return form


def _record(fact: facts.Fact) -> None:
    staged.do(lambda session: facts.record(session, fact))
    staged.settle()


def test_trg1_appointment_booked_by_the_customer_only(office: Office) -> None:
    row = staged.trigger("appointment_booked", filters=[is_("modified_by", "customer")])
    staged.book(office, staged.lead(), by=office.actor)
    staged.settle()
    assert staged.runs(row.id) == [("refused", "filter")]
    other = staged.lead(name="Bo", email="bo@lead.example")
    staged.book(office, other, by=visitor(), source=AppointmentSource.PAGE, hours=72)
    staged.settle()
    assert staged.acted(row.id) == 1
    assert staged.tags(other) == {"seen"}


def test_trg1_appointment_booked_from_sync_and_calendar(office: Office) -> None:
    row = staged.trigger(
        "appointment_booked",
        filters=[is_("from_sync", "no"), is_("calendar", office.calendar.id)],
    )
    staged.book(office, staged.lead(), by=system("sync"), source=AppointmentSource.SYNC)
    staged.settle()
    assert staged.acted(row.id) == 0
    staged.book(office, staged.lead(name="B", email="b@lead.example"), hours=72)
    staged.settle()
    assert staged.acted(row.id) == 1


def test_trg1_booked_by_each_who_takes_part(office: Office) -> None:
    row = staged.trigger("appointment_booked")
    first, second = staged.lead(), staged.lead(name="Bo", email="bo@lead.example")

    def with_both(session: Any) -> None:
        starts_at = clock.now() + timedelta(days=3)
        made = appointments.create(
            session,
            system("sync"),
            calendar=session.get_one(models.Calendar, office.calendar.id),
            user_id=office.kate.id or 0,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            source=AppointmentSource.SYNC,
            contact=session.get_one(models.Contact, first.id),
        )
        session.add(models.AppointmentContact(appointment_id=made.id, contact_id=second.id))

    staged.do(with_both)
    staged.settle()
    assert staged.acted(row.id) == 2
    assert staged.tags(first) == staged.tags(second) == {"seen"}


def _later(session: Any, appointment: models.Appointment) -> None:
    starts_at = appointment.starts_at + timedelta(hours=3)
    appointments.reschedule(
        session,
        system("test"),
        session.get_one(models.Appointment, appointment.id),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
    )


def _becomes(status: AppointmentStatus) -> Callable[[Any, models.Appointment], None]:
    def change(session: Any, appointment: models.Appointment) -> None:
        row = session.get_one(models.Appointment, appointment.id)
        appointments.set_status(session, system("test"), row, status)

    return change


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("appointment_rescheduled", _later),
        ("appointment_cancelled", _becomes(AppointmentStatus.CANCELLED)),
        ("appointment_confirmed", _becomes(AppointmentStatus.CONFIRMED)),
        ("appointment_showed", _becomes(AppointmentStatus.SHOWED)),
        ("appointment_no_show", _becomes(AppointmentStatus.NO_SHOW)),
    ],
)
def test_trg1_what_becomes_of_an_appointment(
    office: Office, event: str, change: Callable[[Any, models.Appointment], None]
) -> None:
    office.calendar.needs_confirmation = True
    staged.do(lambda session: session.merge(office.calendar))
    row = staged.trigger(event)
    appointment = staged.book(office, staged.lead())
    staged.settle()
    assert staged.runs(row.id) == []
    staged.do(lambda session: change(session, appointment))
    staged.settle()
    assert staged.runs(row.id) == [("acted", "acted")]


def test_trg1_a_silent_appointment_sets_nothing_off(office: Office) -> None:
    row = staged.trigger("appointment_cancelled")
    appointment = staged.book(office, staged.lead(), by=system("sync"))
    appointment.triggers = False
    staged.do(lambda session: session.merge(appointment))
    staged.do(lambda session: _becomes(AppointmentStatus.CANCELLED)(session, appointment))
    staged.settle()
    assert staged.runs(row.id) == []


def test_trg1_added_to_finished_and_left_a_campaign(office: Office) -> None:
    short, long = staged.do(
        lambda session: (
            campaigns.live(session, campaigns.wait(5), name="Short"),
            campaigns.live(session, campaigns.wait(500), name="Long"),
        )
    )
    events = ("campaign_entered", "campaign_finished", "campaign_left")
    rows = [staged.trigger(event, filters=[is_("campaign", short.id)]) for event in events]
    contact = staged.lead()
    inside = staged.do(
        lambda session: [
            campaigns.enrol(
                session,
                session.get_one(models.Campaign, campaign.id),
                session.get_one(models.Contact, contact.id),
                now=clock.now(),
            )
            for campaign in (short, long)
        ]
    )
    staged.settle()
    assert [staged.acted(row.id) for row in rows] == [1, 0, 0]
    staged.do(
        lambda session: running.remove(
            session, system("test"), session.get_one(models.Enrolment, inside[0].id)
        )
    )
    staged.settle()
    assert [staged.acted(row.id) for row in rows] == [1, 0, 1]
    _record(facts.CampaignLeft(short.id or 0, inside[0].id or 0, contact.id or 0, finished=True))
    assert [staged.acted(row.id) for row in rows] == [1, 1, 1]


def _message(session: Any, contact: models.Contact, text: str) -> models.Message:
    message = models.Message(
        key=f"m{text}",
        kind="campaign",
        to_address="x@lead.example",
        subject="",
        text=text,
        message_id=f"<{text}>",
        state=MessageState.SENT,
        contact_id=contact.id,
        created_at=clock.now(),
    )
    session.add(message)
    session.flush()
    return message


def test_trg1_message_replied_with_words_on_a_channel(office: Office) -> None:
    row = staged.trigger(
        "message_replied", filters=[("text", "contains", "yes, ja"), is_("channel", "sms")]
    )
    contact = staged.lead()
    for number, (channel, text) in enumerate(
        [("sms", "No, thanks"), ("sms", "yesterday"), ("email", "Ja!"), ("sms", "JA bitte")]
    ):
        incoming = models.IncomingMessage(
            channel=channel, external_id=str(number), from_address="x", text=text, at=clock.now()
        )
        staged.do(lambda session, incoming=incoming: session.add(incoming))
        _record(facts.MessageReplied(incoming.id or 0, contact.id or 0, channel))
    assert [outcome for outcome, _ in staged.runs(row.id)] == ["refused"] * 3 + ["acted"]


def test_trg1_link_clicked(office: Office) -> None:
    row = staged.trigger("link_clicked", filters=[("link", "contains", "pricing")])
    contact = staged.lead()
    message = staged.do(lambda session: _message(session, contact, "x"))
    for number, url in enumerate(("https://a.example/about", "https://a.example/pricing?x=1")):
        _record(facts.LinkClicked(number, message.id or 0, contact.id or 0, url))
    assert [outcome for outcome, _ in staged.runs(row.id)] == ["refused", "acted"]


def test_trg1_unsubscribed(office: Office) -> None:
    row = staged.trigger("unsubscribed", filters=[is_("channel", "email")])
    contact = staged.lead()
    for channel in ("sms", "email"):
        _record(facts.ContactUnsubscribed(contact.id or 0, channel))
    assert [outcome for outcome, _ in staged.runs(row.id)] == ["refused", "acted"]


def test_trg1_conditions_about_the_contact(office: Office) -> None:
    row = staged.trigger(
        "tag_added", filters=[("tag", "has_not", "customer"), is_("changed_tag", "hot")]
    )
    customer, other = staged.lead(), staged.lead(name="Bo", email="bo@lead.example")
    _tag(customer, add=["Customer"])
    for contact in (customer, other):
        _tag(contact, add=["hot"])
    staged.settle()
    assert staged.acted(row.id) == 1
    assert "seen" in staged.tags(other)
    assert "seen" not in staged.tags(customer)


def test_trg1_a_deleted_contact_is_left_alone(office: Office) -> None:
    row = staged.trigger("contact_created")
    made = staged.new_lead()
    staged.do(
        lambda session: contacts.delete(
            session, office.actor, session.get_one(models.Contact, made.id)
        )
    )
    staged.settle()
    assert staged.runs(row.id) == [("refused", "gone")]


def test_trg1_a_fact_that_is_told_twice_is_looked_at_once(office: Office) -> None:
    from crm_app.campaigns.triggers import jobs

    row = staged.trigger("contact_created")
    staged.new_lead()
    staged.settle()
    (fact,) = [one for one in staged.all_of(facts.FactRow) if one.kind == "ContactCreated"]
    jobs.consider(fact.id)
    assert staged.runs(row.id) == [("acted", "acted")]
