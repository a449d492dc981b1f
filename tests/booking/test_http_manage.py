"""The page behind an appointment's signed link: what it shows in every state, and what it lets do."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from crm_app import models
from crm_app.appointments import links
from crm_app.booking.visit import slot_text
from crm_app.core import crypto, db
from crm_app.core.kinds import AppointmentStatus
from tests.booking.offices import HALF_HOUR, NINE, NOW, appointments, open_office, take
from tests.booking.visitor import Visitor, assert_sound

Clock = time_machine.Traveller


def _address(public_id: str) -> str:
    return f"/booking/{links.manage_token(public_id)}"


def _set(public_id: str, **values: object) -> None:
    with db.unit_of_work() as session:
        (row,) = (a for a in appointments() if a.public_id == public_id)
        found = session.get_one(models.Appointment, row.id)
        for name, value in values.items():
            setattr(found, name, value)
        session.add(found)


def test_cal7_shows_the_appointment_in_its_own_language_and_zone(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    visitor = Visitor("pl").open(_address(public_id))
    assert visitor.status == 200
    assert visitor.page.get("lang") == "de"
    assert "Montag, 23. November 2026" in visitor.text
    assert "09:00–09:30" in visitor.text
    assert "Mitteleuropäische Zeit (UTC+1)" in visitor.text
    assert_sound(visitor)
    assert visitor.open(_address(public_id), lang="pl").page.get("lang") == "pl"


def test_cal7_moves_to_another_time(database: str, friday: Clock) -> None:
    public_id = take(open_office(members=1), NINE)
    visitor = Visitor().open(_address(public_id), lang="en")
    visitor.open(f"{_address(public_id)}/reschedule", lang="en", day="2026-11-24")
    assert_sound(visitor)
    assert "Until now" in visitor.text
    visitor.follow(".slot", 2)
    assert_sound(visitor)
    assert appointments()[0].starts_at == NINE
    visitor.submit()
    assert "was moved" in visitor.open(visitor.url, lang="en", news="moved").text
    (moved,) = appointments()
    assert moved.starts_at == NINE + timedelta(days=1, hours=1)
    assert (moved.public_id, moved.ical_sequence) == (public_id, 1)


def test_cal7_moving_twice_to_the_same_time_moves_once(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    sent = {"slot": slot_text(NINE + HALF_HOUR)}
    for _ in range(2):
        Visitor().post(f"{_address(public_id)}/reschedule", sent)
    assert appointments()[0].ical_sequence == 1


def test_cal5_moving_to_a_lost_time_offers_others(database: str, friday: Clock) -> None:
    calendar = open_office(members=1)
    public_id = take(calendar, NINE)
    address = f"{_address(public_id)}/reschedule"
    visitor = Visitor().open(address, slot=slot_text(NINE + HALF_HOUR))
    take(calendar, NINE + HALF_HOUR, email="third@example.com")
    visitor.submit()
    assert visitor.status == 409
    assert_sound(visitor)
    offered = visitor.page.xpath("//input[@name='slot']/@value")
    assert slot_text(NINE + HALF_HOUR) not in offered
    visitor.submit(slot=offered[3])
    assert slot_text(appointments()[0].starts_at) == offered[3]


@pytest.mark.parametrize("slot", ["", "nonsense", "2026-11-23T09:10Z", "2031-01-01T09:00Z"])
def test_cal7_moves_only_to_what_is_offered(lite: str, friday: Clock, slot: str) -> None:
    public_id = take(open_office(), NINE)
    visitor = Visitor().post(f"{_address(public_id)}/reschedule", {"slot": slot})
    assert visitor.status in (200, 409)
    assert appointments()[0].starts_at == NINE


def test_cal7_opening_the_links_changes_nothing(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    visitor = Visitor()
    for path in ("", "/cancel", "/reschedule", "/invite.ics"):
        for method in ("GET", "HEAD"):
            assert visitor.raw(method, _address(public_id) + path).status_code == 200
    slot = slot_text(NINE + HALF_HOUR)
    visitor.open(f"{_address(public_id)}/reschedule", slot=slot)
    (row,) = appointments()
    assert (row.status, row.starts_at) == (AppointmentStatus.CONFIRMED, NINE)


def test_cal7_cancels_with_a_reason_and_offers_to_book_again(database: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    visitor = Visitor().open(f"{_address(public_id)}/cancel", lang="en")
    assert_sound(visitor)
    visitor.submit(reason="  Ill <today>  ")
    (row,) = appointments()
    assert (row.status, row.cancelled_by) == (AppointmentStatus.CANCELLED, "lead")
    assert row.cancel_reason == "Ill <today>"
    visitor.open(_address(public_id), lang="en")
    assert "was cancelled" in visitor.text
    assert not visitor.page.xpath("//a[contains(@href, 'invite.ics')]")
    assert visitor.page.xpath("//a[@href='/cal/advice']")
    visitor.post(f"{_address(public_id)}/cancel", {"reason": "again"})
    assert appointments()[0].cancel_reason == "Ill <today>"


def test_cal7_cut_off_is_kept_and_explained(lite: str, friday: Clock) -> None:
    public_id = take(open_office(change_cutoff=120), NINE)
    friday.move_to(NINE - timedelta(minutes=120))
    visitor = Visitor().open(_address(public_id), lang="en")
    assert visitor.find("a.danger")
    friday.move_to(NINE - timedelta(minutes=119))
    visitor.open(_address(public_id), lang="en")
    assert "too late to change" in visitor.text
    assert visitor.page.xpath("//a[starts-with(@href, 'mailto:')]")
    assert not visitor.find("a.danger")
    for path in ("/cancel", "/reschedule"):
        assert visitor.open(_address(public_id) + path).url.endswith(_address(public_id))
    visitor.post(f"{_address(public_id)}/cancel", {})
    visitor.post(f"{_address(public_id)}/reschedule", {"slot": slot_text(NINE + HALF_HOUR)})
    (row,) = appointments()
    assert (row.status, row.starts_at) == (AppointmentStatus.CONFIRMED, NINE)


def test_cal7_last_minute_before_the_cut_off_still_works(lite: str, friday: Clock) -> None:
    public_id = take(open_office(change_cutoff=120), NINE)
    friday.move_to(NINE - timedelta(minutes=120))
    Visitor().post(f"{_address(public_id)}/cancel", {})
    assert appointments()[0].status == AppointmentStatus.CANCELLED


@pytest.mark.parametrize(
    ("status", "later", "words"),
    [
        (AppointmentStatus.NEW, timedelta(0), "Your request"),
        (AppointmentStatus.CONFIRMED, timedelta(0), "Your appointment"),
        (AppointmentStatus.CONFIRMED, timedelta(days=9), "is over"),
        (AppointmentStatus.NEW, timedelta(days=9), "is over"),
        (AppointmentStatus.SHOWED, timedelta(days=9), "is over"),
        (AppointmentStatus.NO_SHOW, timedelta(days=9), "is over"),
        (AppointmentStatus.CANCELLED, timedelta(days=9), "was cancelled"),
        (AppointmentStatus.INVALID, timedelta(0), "does not take place"),
    ],
)
def test_cal8_each_state_has_its_own_words(
    lite: str, friday: Clock, status: AppointmentStatus, later: timedelta, words: str
) -> None:
    public_id = take(open_office(), NINE)
    _set(public_id, status=status)
    friday.move_to(NOW + later)
    visitor = Visitor().open(_address(public_id), lang="en")
    assert words in visitor.page.findtext(".//h1")
    assert_sound(visitor)


def test_cal6_calendar_links_say_the_same_as_the_page(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    visitor = Visitor().open(_address(public_id))
    links_by_host = {
        urlsplit(link).hostname: parse_qs(urlsplit(link).query)
        for link in visitor.page.xpath("//a/@href")
        if link.startswith("https://")
    }
    assert links_by_host["calendar.google.com"]["dates"] == ["20261123T080000Z/20261123T083000Z"]
    outlook = links_by_host["outlook.live.com"]
    assert outlook["startdt"] == ["2026-11-23T08:00:00Z"]
    assert outlook["location"] == ["Phone"]
    assert "outlook.office.com" in links_by_host


def test_cal6_file_carries_the_uid_of_the_invitation(lite: str, friday: Clock) -> None:
    import icalendar

    public_id = take(open_office(), NINE)
    answer = Visitor().raw("GET", f"{_address(public_id)}/invite.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    (row,) = appointments()
    assert str(event["UID"]) == row.ical_uid
    assert event.decoded("DTSTART") == NINE
    assert str(event["URL"]) == links.manage_url(public_id)


def test_cal7_no_file_of_what_was_cancelled(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    _set(public_id, status=AppointmentStatus.CANCELLED)
    answer = Visitor().raw("GET", f"{_address(public_id)}/invite.ics")
    assert (answer.status_code, answer.headers["location"]) == (303, _address(public_id))


@pytest.mark.parametrize("path", ["", "/cancel", "/reschedule", "/invite.ics"])
def test_cal7_only_our_links_for_this_purpose_open(lite: str, friday: Clock, path: str) -> None:
    public_id = take(open_office(), NINE)
    good = links.manage_token(public_id)
    for bad in (
        public_id,
        crypto.sign("booking-form", public_id),
        crypto.sign("manage-appointment", [public_id]),
        crypto.sign("manage-appointment", "another-id"),
        good[:-1],
        good + "x",
        "%00",
        "é",
        "x" * 5000,
    ):
        answer = Visitor().raw("GET", f"/booking/{bad}{path}")
        assert answer.status_code == 404, bad
        assert "Traceback" not in answer.text
    if path in ("/cancel", "/reschedule"):
        assert Visitor().raw("POST", f"/booking/{public_id}{path}").status_code == 404
    assert appointments()[0].status == AppointmentStatus.CONFIRMED
