"""TRG-1, TRG-3: times that triggers wait for, what ends them, and how often they come round."""

from datetime import timedelta
from typing import Any

import pytest

from crm_app import models
from crm_app.appointments import service as appointments
from crm_app.campaigns.running import service as running
from crm_app.campaigns.triggers import jobs, service
from crm_app.core import clock, facts
from crm_app.core.access import system
from crm_app.core.kinds import AppointmentStatus, MessageState
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office
from tests.factories import campaigns

NOTE = "New lead assigned: {{contact.name}}. Please check."


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def ask_to_book(office: Office) -> models.Campaign:
    """The seed's campaign: assigns Kate and sends her own link."""
    from crm_app.campaigns.plans.plan import Assign

    return staged.do(
        lambda session: campaigns.live(
            session,
            campaigns.step("sms", "ask", body="Book here: {{user.calendar_link}}"),
            name="Ask to Book",
            assign=Assign("user", user_id=office.kate.id, only_unassigned=True),
        )
    )


def back_into(campaign: models.Campaign, **options: Any) -> models.Trigger:
    return staged.trigger(
        "not_booked",
        {"kind": "add_to_campaign", "campaign_id": campaign.id, "restart": True},
        filters=[("campaign", "is", campaign.id)],
        **{"since": "campaign", "amount": 10, "unit": "minutes", "most": 3, **options},
    )


def enter(campaign: models.Campaign, contact: models.Contact) -> models.Enrolment:
    entered: models.Enrolment = staged.do(
        lambda session: campaigns.enrol(
            session,
            session.get_one(models.Campaign, campaign.id),
            session.get_one(models.Contact, contact.id),
            now=clock.now(),
        )
    )
    _carry_on()
    return entered


def _carry_on() -> None:
    """Campaigns and triggers do what is due."""
    from crm_app.campaigns.running import jobs as campaign_jobs

    for _ in range(4):
        campaign_jobs.tick()
        staged.settle()


def sms() -> list[models.Message]:
    return [one for one in staged.all_of(models.Message) if one.channel == "sms"]


def with_phone(**values: Any) -> models.Contact:
    contact = staged.lead(**values)
    staged.do(
        lambda session: session.add(
            models.ContactPhone(contact_id=contact.id, number="+4930123", e164="+4930123456")
        )
    )
    return contact


def test_trg3_added_to_ask_to_book_tells_the_owner(office: Office) -> None:
    campaign = ask_to_book(office)
    staged.trigger(
        "campaign_entered",
        {"kind": "notify", "text": NOTE, "who": ["owner"], "mail": False},
        filters=[("campaign", "is", campaign.id)],
    )
    enter(campaign, with_phone(name="Ann Lee"))
    (told,) = staged.all_of(models.Notification)
    assert told.user_id == office.kate.id
    assert told.params["text"] == "New lead assigned: Ann Lee. Please check."


def test_trg3_not_booked_within_10_minutes_goes_back_into_ask_to_book(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign)
    contact = with_phone()
    enter(campaign, contact)
    assert len(sms()) == 1
    assert staged.runs(row.id) == [("waits", "waits")]
    staged.pass_time(9.5)
    _carry_on()
    assert len(sms()) == 1
    staged.pass_time(1)
    _carry_on()
    assert len(sms()) == 2
    assert len(staged.all_of(models.Enrolment)) == 2
    assert staged.fresh(contact).owner_id == office.kate.id


def test_trg3_it_ends_with_the_booking(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign)
    contact = with_phone()
    enter(campaign, contact)
    staged.book(office, contact)
    staged.settle()
    assert staged.waiting() == []
    (timer,) = staged.all_of(models.TriggerTimer)
    assert timer.reason == "booked"
    staged.pass_time(11)
    _carry_on()
    assert len(sms()) == 1
    assert staged.acted(row.id) == 0


def test_trg3_any_booking_ends_it_even_a_silent_one(office: Office) -> None:
    campaign = ask_to_book(office)
    back_into(campaign)
    contact = with_phone()
    enter(campaign, contact)
    staged.book(office, contact, by=system("sync", silent=True))
    staged.settle()
    assert staged.waiting() == []


def test_trg3_a_booking_that_nobody_told_of_yet_counts_too(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign)
    contact = with_phone()
    enter(campaign, contact)
    staged.pass_time(10.5)
    staged.book(office, contact)
    (timer,) = staged.waiting()
    jobs.look_again(timer.id or 0)
    assert staged.runs(row.id)[-1] == ("refused", "booked")


def test_trg3_it_is_capped_over_the_rounds(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign, most=3)
    enter(campaign, with_phone())
    for _ in range(6):
        staged.pass_time(11)
        _carry_on()
    assert staged.acted(row.id) == 3
    assert len(sms()) == 4
    assert staged.runs(row.id)[-1] == ("stopped", "cap")


def test_trg3_who_comes_back_after_a_booking_is_counted_anew(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign, most=1)
    contact = with_phone()
    enter(campaign, contact)
    staged.pass_time(11)
    _carry_on()
    assert staged.runs(row.id)[-1] == ("stopped", "cap")
    staged.pass_time(11)
    # He booked, and the appointment is over.
    staged.book(office, contact, hours=0.01)
    staged.settle()
    staged.pass_time(60)
    enter(campaign, contact)
    assert staged.runs(row.id)[-1] == ("waits", "waits")


def test_trg3_who_has_an_appointment_ahead_is_not_asked(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign)
    contact = with_phone()
    staged.book(office, contact)
    staged.settle()
    staged.pass_time(1)
    enter(campaign, contact)
    assert staged.runs(row.id) == [("refused", "has_appointment")]


def test_trg1_removal_from_the_campaign_ends_the_time(office: Office) -> None:
    campaign = staged.do(lambda session: campaigns.live(session, campaigns.wait(600)))
    back_into(campaign)
    inside = enter(campaign, with_phone())
    assert len(staged.waiting()) == 1
    staged.do(
        lambda session: running.remove(
            session, system("test"), session.get_one(models.Enrolment, inside.id)
        )
    )
    staged.settle()
    assert [timer.reason for timer in staged.all_of(models.TriggerTimer)] == ["left"]


def test_trg1_switching_off_ends_the_time(office: Office) -> None:
    campaign = ask_to_book(office)
    row = back_into(campaign)
    enter(campaign, with_phone())
    staged.do(
        lambda session: service.switch(
            session, office.actor, session.get_one(models.Trigger, row.id), on=False
        )
    )
    staged.pass_time(11)
    _carry_on()
    assert len(sms()) == 1
    assert staged.waiting() == []


def test_trg1_not_booked_since_a_link_was_sent(office: Office) -> None:
    row = staged.trigger("not_booked", since="link", amount=2, unit="hours", most=3)
    contact = staged.lead()
    for number, text in enumerate(("Hello", "Book: https://crm.example/cal/intro/kate")):
        message = models.Message(
            key=f"m{number}",
            kind="campaign",
            to_address="x@lead.example",
            subject="",
            text=text,
            message_id=f"<{number}>",
            state=MessageState.SENT,
            created_at=clock.now(),
        )
        staged.do(lambda session, message=message: session.add(message))
        fact = facts.MessageSent(message.id or 0, contact.id or 0, "email")
        staged.do(lambda session, fact=fact: facts.record(session, fact))
        staged.settle()
    assert len(staged.waiting()) == 1
    staged.pass_time(121)
    staged.settle()
    assert staged.acted(row.id) == 1


def test_trg1_a_counted_link_to_book_is_a_link_to_book(office: Office) -> None:
    staged.trigger("not_booked", since="link", amount=2, unit="hours", most=3)
    contact = staged.lead()
    for number, url in enumerate(("https://x.example", "https://crm.example/cal/intro/kate")):
        message = models.Message(
            key=f"m{number}",
            kind="campaign",
            channel="sms",
            to_address="+4930123456",
            subject="",
            text="Book: https://crm.example/l/abc",
            message_id=f"<{number}>",
            state=MessageState.SENT,
            created_at=clock.now(),
        )
        staged.do(lambda session, message=message: session.add(message))
        link = models.TrackedLink(token=f"t{number}", message_id=message.id or 0, url=url)
        staged.do(lambda session, link=link: session.add(link))
        fact = facts.MessageSent(message.id or 0, contact.id or 0, "sms")
        staged.do(lambda session, fact=fact: facts.record(session, fact))
        staged.settle()
        assert len(staged.waiting()) == number


def test_trg1_not_booked_since_a_form(office: Office) -> None:
    row = staged.trigger(
        "not_booked", filters=[("form", "is", 7)], since="form", amount=30, unit="minutes"
    )
    contact = staged.lead()
    for form_id in (7, 8):
        fact = facts.FormSubmitted(form_id, form_id, contact.id or 0)
        staged.do(lambda session, fact=fact: facts.record(session, fact))
        staged.settle()
    assert sorted(staged.runs(row.id)) == [("refused", "filter"), ("waits", "waits")]
    staged.pass_time(31)
    staged.settle()
    assert staged.acted(row.id) == 1


def starts_in(**options: Any) -> models.Trigger:
    return staged.trigger("appointment_starts_in", **{"amount": 1, "unit": "hours", **options})


def test_trg1_starts_in(office: Office) -> None:
    row = starts_in()
    contact = staged.lead()
    staged.book(office, contact, hours=3)
    staged.settle()
    assert staged.runs(row.id) == [("waits", "starts_in")]
    staged.pass_time(110)
    staged.settle()
    assert staged.acted(row.id) == 0
    staged.pass_time(15)
    staged.settle()
    assert staged.acted(row.id) == 1
    assert staged.tags(contact) == {"seen"}


def move(appointment: models.Appointment, hours: float) -> None:
    def change(session: Any) -> None:
        starts_at = appointment.starts_at + timedelta(hours=hours)
        appointments.reschedule(
            session,
            system("test"),
            session.get_one(models.Appointment, appointment.id),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
        )

    staged.do(change)
    staged.settle()


def test_trg1_starts_in_follows_the_appointment(office: Office) -> None:
    starts_in()
    appointment = staged.book(office, staged.lead(), hours=30)
    staged.settle()
    move(appointment, 5)
    (timer,) = staged.waiting()
    assert timer.due_at == appointment.starts_at + timedelta(hours=4)
    move(appointment, 0)
    (timer,) = staged.waiting()
    assert timer.due_at == appointment.starts_at - timedelta(hours=1)


def test_trg1_starts_in_ends_with_the_appointment(office: Office) -> None:
    row = starts_in()
    for status in (AppointmentStatus.CANCELLED, AppointmentStatus.INVALID):
        appointment = staged.book(office, staged.lead(email=f"{status}@lead.example"), hours=30)
        staged.settle()
        assert len(staged.waiting()) == 1
        staged.do(
            lambda session, appointment=appointment, status=status: appointments.set_status(
                session,
                system("test"),
                session.get_one(models.Appointment, appointment.id),
                status,
            )
        )
        staged.settle()
        assert staged.waiting() == []
    assert staged.acted(row.id) == 0


def test_trg1_starts_in_more_than_is_left_says_so(office: Office) -> None:
    row = starts_in(amount=2, unit="days")
    staged.book(office, staged.lead(), hours=3)
    staged.settle()
    assert staged.runs(row.id) == [("refused", "past")]


def test_trg1_starts_in_waits_for_what_was_booked_before_it_was_on(office: Office) -> None:
    appointment = staged.book(office, staged.lead(), hours=30)
    staged.book(office, staged.lead(name="B", email="b@lead.example"), hours=0.5)
    staged.settle()
    row = starts_in()
    row.enabled = False
    staged.do(lambda session: session.merge(row))

    def turn(on: bool) -> None:
        staged.do(
            lambda session: service.switch(
                session, office.actor, session.get_one(models.Trigger, row.id), on=on
            )
        )
        staged.settle()

    turn(True)
    (timer,) = staged.waiting()
    assert timer.due_at == appointment.starts_at - timedelta(hours=1)
    turn(False)
    assert staged.waiting() == []
    turn(True)
    assert len(staged.waiting()) == 1


def test_trg1_the_log_is_kept_for_90_days(office: Office) -> None:
    staged.trigger("contact_created")
    staged.new_lead()
    staged.settle()
    staged.pass_time(91 * 1440)
    staged.new_lead("Cid C")
    staged.settle()
    assert staged.acted() == 2
    jobs.tidy()
    assert staged.acted() == 1
