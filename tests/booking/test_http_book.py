"""Booking as a visitor without JavaScript does it: choose, fill in, book, and all that can go wrong."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm_app import models
from crm_app.booking.visit import slot_text
from crm_app.core import db
from crm_app.core.kinds import AppointmentStatus, CalendarKind
from tests.booking.offices import HALF_HOUR, NINE, QUESTIONS, appointments, open_office, take
from tests.booking.visitor import Visitor, assert_sound

Clock = time_machine.Traveller
TYPED = {"name": "Zoë Nowak", "email": "zoe@example.com"}


def _form(clock: Clock, visitor: Visitor | None = None, at: Any = NINE, **params: str) -> Visitor:
    """The form step for a slot, long enough after it was opened."""
    visitor = (visitor or Visitor()).open("/cal/advice", slot=slot_text(at), **params)
    clock.shift(timedelta(seconds=5))
    return visitor


def test_cal6_from_the_link_to_the_confirmation(database: str, friday: Clock) -> None:
    open_office(form_fields=QUESTIONS, consent_text="Use my data for this.")
    visitor = Visitor("de-DE").open("/cal/advice")
    assert (visitor.status, visitor.page.get("lang")) == (200, "de")
    assert visitor.page.findtext(".//h1") == "First talk"
    assert_sound(visitor)
    visitor.follow(".days .free a", 1).follow(".slot")
    assert_sound(visitor)
    friday.shift(timedelta(minutes=1))
    goal = visitor.control("What is it about?").get("name")
    visitor.submit(
        **TYPED,
        phone="+49 30 123456",
        **{goal: "The roof"},
        guests="guest@example.com",
        note="Second floor",
        consent="yes",
    )
    assert "/booking/" in visitor.url, visitor.text
    assert_sound(visitor)
    (made,) = appointments()
    assert made.answers == {"goal": "The roof", "size": "", "consent": "Use my data for this."}
    assert made.guests == [{"name": "", "email": "guest@example.com"}]
    assert (made.locale, made.time_zone, made.note) == ("de", "Europe/Berlin", "Second floor")
    assert (made.title, made.lead_email) == ("Zoë Nowak", "zoe@example.com")
    with db.reading() as session:
        contact = session.get_one(models.Contact, made.contact_id)
        member = session.get_one(models.User, made.user_id)
    assert contact.name == "Zoë Nowak"
    assert member.name in visitor.text


def test_cal6_zone_of_the_visitor_is_shown_and_kept(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor("en-US").open("/cal/advice", tz="America/New_York", day="2026-11-23")
    assert "3:00\u202fAM" in visitor.find(".slot")[0].text_content()
    assert "Eastern Time (UTC−5)" in visitor.text
    _form(friday, visitor, tz="America/New_York")
    assert "3:00\u202fAM – 3:30\u202fAM" in visitor.html
    visitor.submit(**TYPED)
    assert appointments()[0].time_zone == "America/New_York"
    assert "Monday, November 23, 2026" in visitor.text


def test_cal6_another_zone_is_chosen_without_a_script(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor().open("/cal/advice", day="2026-11-24", lang="en").follow("#change-zone")
    assert_sound(visitor)
    form = visitor.page.forms[0]
    sent = {**dict(form.form_values()), "tz": "Asia/Tokyo"}
    visitor.open(form.get("action"), **sent)
    assert "Asia%2FTokyo" in visitor.url
    assert "lang=en" in visitor.url
    assert "Tuesday, 24 November" in visitor.text
    assert "Japan" in visitor.text


def test_cal6_a_members_own_page_books_only_that_member(lite: str, friday: Clock) -> None:
    open_office()
    for n in range(2):
        visitor = Visitor().open("/cal/advice/kate", slot=slot_text(NINE + n * HALF_HOUR))
        assert "Kate Wójcik" in visitor.text
        friday.shift(timedelta(seconds=5))
        visitor.submit(**TYPED)
    with db.reading() as session:
        names = [session.get_one(models.User, a.user_id).name for a in appointments()]
    assert names == ["Kate Wójcik", "Kate Wójcik"]


@pytest.mark.parametrize(
    "path", ["/cal/nothing", "/cal/advice/nobody", "/cal/closed", "/cal/x/y/z"]
)
def test_q1_pages_that_do_not_exist_say_so(lite: str, friday: Clock, path: str) -> None:
    open_office()
    with db.unit_of_work() as session:
        from tests import factories

        factories.calendar(session, slug="closed", active=False)
    visitor = Visitor("it").open(path)
    assert (visitor.status, visitor.page.get("lang")) == (404, "it")
    assert_sound(visitor)


def test_cal6_a_teams_page_names_nobody(lite: str, friday: Clock) -> None:
    open_office(members=3)
    visitor = _form(friday, Visitor().open("/cal/advice"))
    for html in (Visitor().open("/cal/advice").html, visitor.html):
        assert not any(name in html for name in ("Anna", "Kate", "Marco"))


def test_cal6_collective_and_personal_pages_say_with_whom(lite: str, friday: Clock) -> None:
    open_office(kind=CalendarKind.COLLECTIVE)
    assert "Anna Berger, Kate Wójcik" in Visitor().open("/cal/advice").text


def test_cal1_a_class_says_how_many_seats_are_left(lite: str, friday: Clock) -> None:
    calendar = open_office(members=1, kind=CalendarKind.CLASS, seats=3)
    take(calendar, NINE)
    first = Visitor().open("/cal/advice", day="2026-11-23").find(".slot")[0]
    assert "2 seats left" in first.text_content()


def test_cal6_a_place_on_the_web_is_kept_until_booked(lite: str, friday: Clock) -> None:
    open_office(location="https://meet.example/secret-room")
    visitor = _form(friday)
    assert "secret-room" not in visitor.html
    assert "Online" in visitor.text
    assert "secret-room" in visitor.submit(**TYPED).html


@pytest.mark.parametrize("missing", ["name", "email"])
def test_q1_errors_stand_beside_the_field_and_nothing_is_lost(
    lite: str, friday: Clock, missing: str
) -> None:
    open_office(form_fields=QUESTIONS)
    visitor = _form(friday)
    goal = visitor.control("What is it about?").get("name")
    typed = {**TYPED, goal: "A & <b>", "note": "\nline one\nline two", "guests": "a@example.com"}
    visitor.submit(**{**typed, missing: ""})
    assert visitor.status == 422
    assert_sound(visitor)
    assert visitor.error_beside(missing)
    kept = visitor.fields()
    for name in set(typed) - {missing}:
        assert kept[name].strip() == typed[name].strip()
    assert kept["slot"] == slot_text(NINE)
    assert appointments() == []
    visitor.submit(**{missing: typed[missing]})
    assert "/booking/" in visitor.url


def test_cal5_second_visitor_gets_other_slots_and_keeps_what_he_typed(
    database: str, friday: Clock
) -> None:
    calendar = open_office(members=1, form_fields=QUESTIONS)
    visitor = _form(friday)
    goal = visitor.control("What is it about?").get("name")
    take(calendar, NINE)
    visitor.submit(**TYPED, **{goal: "Roof"}, note="Ring twice")
    assert visitor.status == 409
    assert_sound(visitor)
    assert "just taken" in visitor.text
    kept = visitor.fields()
    assert (kept["name"], kept["email"], kept[goal], kept["note"].strip()) == (
        *TYPED.values(),
        "Roof",
        "Ring twice",
    )
    offered = [each.get("value") for each in visitor.page.xpath("//input[@name='slot']")]
    assert len(offered) == 8
    assert slot_text(NINE) not in offered
    assert offered[0] == slot_text(NINE + HALF_HOUR)
    # Nothing is ticked for him, and sending it so asks for a time.
    assert "slot" not in kept
    visitor.submit()
    assert visitor.status == 422
    assert "choose a time" in visitor.text
    visitor.submit(slot=offered[1])
    assert "/booking/" in visitor.url
    assert slot_text(appointments()[-1].starts_at) == offered[1]


def test_cal5_a_slot_that_is_gone_is_said_before_anything_is_typed(
    lite: str, friday: Clock
) -> None:
    calendar = open_office(members=1)
    take(calendar, NINE)
    visitor = _form(friday)
    assert visitor.status == 200
    assert "just taken" in visitor.text
    assert visitor.find("[name]")


@pytest.mark.parametrize(
    "slot",
    [
        slot_text(NINE + timedelta(minutes=7)),
        slot_text(NINE - timedelta(days=30)),
        slot_text(NINE + timedelta(days=300)),
        slot_text(NINE.replace(hour=2)),
        "2026-11-23T09:00",
        "nonsense",
        "",
    ],
)
def test_cal2_only_what_is_offered_can_be_booked(lite: str, friday: Clock, slot: str) -> None:
    open_office()
    visitor = _form(friday).submit(**TYPED, slot=slot)
    assert visitor.status in (409, 422)
    assert visitor.fields()["email"] == TYPED["email"]
    assert visitor.page.xpath("//input[@name='slot'][@type='radio']")
    assert appointments() == []


def test_cal5_sent_twice_books_once(database: str, friday: Clock) -> None:
    open_office()
    visitor = _form(friday)
    sent = {**visitor.fields(), **TYPED}
    first, second = (visitor.raw("POST", "/cal/advice", data=sent) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert len(appointments()) == 1


def test_cal6_needs_confirmation_says_that_somebody_looks_at_it(lite: str, friday: Clock) -> None:
    open_office(needs_confirmation=True)
    visitor = _form(friday).submit(**TYPED)
    assert appointments()[0].status == AppointmentStatus.NEW
    assert "Your request has arrived" in visitor.text


def test_cal6_no_free_time_offers_the_next_free_day(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor().open("/cal/advice", day="2026-11-22", lang="en")
    assert "No free times on this day" in visitor.text
    visitor.follow(".times a")
    assert "Monday, 23 November" in visitor.text
    assert visitor.find(".slot")


def test_cal6_a_calendar_without_members_says_that_nothing_is_free(
    lite: str, friday: Clock
) -> None:
    open_office(members=0)
    visitor = Visitor().open("/cal/advice")
    assert visitor.status == 200
    assert "no free times at the moment" in visitor.text


def test_api4_a_framed_page_ends_on_a_page_that_may_be_framed(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor().open("/cal/advice", embed="1")
    assert all("embed=1" in link.get("href") for link in visitor.find(".slot"))
    visitor.follow(".slot", 3)
    friday.shift(timedelta(seconds=5))
    visitor.submit(**TYPED)
    assert "/cal/advice/booked/" in visitor.url
    assert "frame-ancestors *" in visitor.headers["content-security-policy"]
    assert not visitor.page.forms
    (link,) = visitor.page.xpath("//main//a")
    assert link.get("target") == "_blank"
