"""CAM-1, CAM-2, CAM-8: replies, clicks and bookings are heard once, and only where they matter."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from crm_app import models
from crm_app.campaigns.running import engine, hearing, service
from crm_app.contacts import service as contacts
from crm_app.core import facts
from crm_app.core.access import system
from crm_app.core.kinds import AppointmentStatus, EnrolmentState
from tests import factories
from tests.factories import campaigns

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def workspace(session: Session) -> models.Workspace:
    return factories.workspace(session)


def drain(session, now):
    while engine.tick(session, now=now):
        pass


def hear(session, fact, fact_id=1, now=LATER):
    return hearing.hear(session, fact, fact_id=fact_id, at=now, now=now)


def replied(contact):
    return facts.MessageReplied(incoming_id=1, contact_id=contact.id, channel="email")


def waiting(mode, step_id="w"):
    return campaigns.step("wait", step_id, mode=mode, timeout={"amount": 3, "unit": "days"})


def inside(session, *steps, contact=None, **settings):
    contact = contact or factories.contact(session, email="lead@x.example")
    campaign = campaigns.live(session, *steps, **settings)
    made = campaigns.enrol(session, campaign, contact, now=NOW)
    drain(session, NOW)
    return contact, made


def test_cam1_a_reply_stops_the_campaign_where_that_is_set(session):
    contact, made = inside(session, campaigns.wait(60), campaigns.email())
    _, other = inside(session, campaigns.wait(60, "w"), contact=contact, stop_on_reply=False)
    assert hear(session, replied(contact)) == 1
    assert (made.state, made.reason) == (EnrolmentState.LEFT, "replied")
    assert (other.state, other.step_id) == (EnrolmentState.ACTIVE, "w")
    drain(session, NOW + timedelta(hours=2))
    assert campaigns.messages(session) == []


def test_cam2_a_wait_for_a_reply_ends_with_the_reply(session):
    contact, made = inside(
        session, waiting("reply"), campaigns.email("b", minutes=10), stop_on_reply=False
    )
    assert made.due_at == NOW + timedelta(days=3)
    hear(session, replied(contact))
    assert (made.step_id, made.due_at) == ("b", LATER + timedelta(minutes=10))
    assert campaigns.runs(session, made) == [("w", "done", "replied_meanwhile")]


def test_cam8_the_same_fact_is_heard_once(session):
    contact, made = inside(
        session, waiting("reply", "w"), waiting("reply", "w2"), stop_on_reply=False
    )
    hear(session, replied(contact), fact_id=7)
    hear(session, replied(contact), fact_id=7)
    assert made.step_id == "w2"
    assert len(made.heard) == 1


def test_cam1_another_contacts_reply_means_nothing(session):
    _, made = inside(session, campaigns.wait(60))
    assert hear(session, replied(factories.contact(session))) == 0
    assert made.state is EnrolmentState.ACTIVE
    assert made.heard == []


def test_cam2_a_click_counts_for_the_campaign_that_sent_the_link(session):
    contact, made = inside(session, campaigns.email("a"), waiting("click"))
    _, other = inside(session, waiting("click"), contact=contact)
    (message,) = campaigns.messages(session)
    click = facts.LinkClicked(
        link_id=1, message_id=message.id, contact_id=contact.id, url="https://x"
    )
    assert hear(session, click) == 1
    assert made.state is EnrolmentState.FINISHED
    assert other.state is EnrolmentState.ACTIVE


def booked(session, contact, *, starts_at=NOW + timedelta(days=2), **values):
    owner = factories.user(session)
    calendar = factories.calendar(session, owner)
    return campaigns.appointment(session, calendar, owner, contact, starts_at, **values)


def booking(appointment, *, triggers=True):
    return facts.AppointmentBooked(
        appointment_id=appointment.id, source="page", triggers=triggers, by="customer"
    )


@pytest.mark.parametrize("triggers", [True, False])
def test_cam1_a_booking_stops_the_campaign_even_a_silent_one(session, triggers):
    contact, made = inside(session, campaigns.wait(60), campaigns.email(), stop_on_booking=True)
    hear(session, booking(booked(session, contact), triggers=triggers))
    assert (made.state, made.reason) == (EnrolmentState.LEFT, "booked")


def test_cam1_history_that_a_calendar_brings_is_no_booking(session):
    contact, made = inside(session, campaigns.wait(60), stop_on_booking=True)
    hear(session, booking(booked(session, contact, starts_at=NOW - timedelta(days=9))))
    cancelled = booked(session, contact, status=AppointmentStatus.CANCELLED)
    hear(session, booking(cancelled), fact_id=2)
    assert made.state is EnrolmentState.ACTIVE


def test_cam1_whoever_takes_part_has_booked(session):
    contact, made = inside(session, campaigns.wait(60), stop_on_booking=True)
    appointment = booked(session, factories.contact(session))
    session.add(models.AppointmentContact(appointment_id=appointment.id, contact_id=contact.id))
    session.flush()
    hear(session, booking(appointment))
    assert made.state is EnrolmentState.LEFT


def test_cam2_a_reminder_moves_with_its_appointment_and_dies_with_it(session):
    contact = factories.contact(session, email="lead@x.example")
    appointment = booked(session, contact)
    reminder = campaigns.step(
        "wait", "w", mode="appointment", side="before", amount=1, unit="hours"
    )
    campaign = campaigns.live(session, reminder, campaigns.email("r"))
    made = campaigns.enrol(session, campaign, contact, now=NOW, appointment_id=appointment.id)
    assert made.due_at == appointment.starts_at - timedelta(hours=1)
    appointment.starts_at += timedelta(days=1)
    appointment.ends_at += timedelta(days=1)
    session.flush()
    moved = facts.AppointmentRescheduled(
        appointment_id=appointment.id, sequence=1, previous_user_id=1, previous_starts_at=""
    )
    hear(session, moved)
    assert made.due_at == appointment.starts_at - timedelta(hours=1)
    appointment.status = AppointmentStatus.CANCELLED
    session.flush()
    cancelled = facts.AppointmentCancelled(appointment_id=appointment.id, sequence=2, by="user")
    hear(session, cancelled, fact_id=2)
    assert (made.state, made.reason) == (EnrolmentState.LEFT, "appointment_cancelled")


def test_cam2_a_goal_is_reached_by_a_tag_but_not_by_a_silent_one(session):
    goal = campaigns.step("goal", "g", event="tag", value="Customer", unmet="wait")
    contact, made = inside(session, campaigns.wait(600, "w"), campaigns.email("e"), goal)
    silent = facts.ContactTagged(contact_id=contact.id, added=("customer",), triggers=False)
    assert hear(session, silent, fact_id=1) == 0
    contacts.change_tags(session, system("test"), contact, add=["Customer"])
    hear(session, facts.ContactTagged(contact_id=contact.id, added=("Customer",)), fact_id=2)
    assert made.step_id == "g"
    drain(session, LATER)
    assert made.state is EnrolmentState.FINISHED
    assert campaigns.messages(session) == []


def test_cam9_who_unsubscribes_gets_no_more_marketing_mail(session):
    contact, made = inside(session, campaigns.wait(60, "w"), campaigns.email("e", marketing=True))
    hear(session, facts.ContactUnsubscribed(contact_id=contact.id, channel="email"))
    drain(session, NOW + timedelta(hours=2))
    assert campaigns.runs(session, made)[-1][:2] == ("e", "skipped")


def test_cam1_a_reply_ends_even_what_waits_for_a_person(session):
    contact, made = inside(session, campaigns.email("a", body="{{contact.company}}"))
    assert made.state is EnrolmentState.ATTENTION
    hear(session, replied(contact))
    assert made.state is EnrolmentState.LEFT


def test_cam8_who_was_removed_hears_nothing(session):
    contact, made = inside(session, campaigns.wait(60))
    service.remove(session, system("test"), made)
    assert hear(session, replied(contact)) == 0
    assert made.heard == []


def test_cam2_what_the_rooms_below_record_reaches_the_campaigns(session):
    """The real booking and the real tag, by the facts that they leave."""
    contact, made = inside(session, campaigns.wait(60), stop_on_booking=True)
    goal = campaigns.step("goal", "g", event="tag", value="Customer", unmet="wait")
    _, other = inside(session, goal, contact=contact)
    contacts.change_tags(session, system("test"), contact, add=["Customer"])
    booked(session, contact)
    appointment = session.exec(select(models.Appointment)).one()
    appointments_fact = booking(appointment)
    for row in session.exec(select(facts.FactRow).order_by(facts.FactRow.id)).all():
        hear(session, facts.load(session, row.id), fact_id=row.id)
    assert other.state is EnrolmentState.FINISHED
    hear(session, appointments_fact, fact_id=999)
    assert made.state is EnrolmentState.LEFT
