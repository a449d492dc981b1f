"""Invitations as calendars read them (INV-4): RFC 5545, 5546, 6047."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from crm_app.messaging import imip, mime

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LEA = imip.Attendee("Lea Lead", "lea@lead.example")
ANNA = imip.Attendee("Anna Arlt", "anna@team.example", role="CHAIR", accepted=True)


def _meeting(**values: object) -> imip.Meeting:
    defaults: dict[str, object] = {
        "uid": "u1@crm.example",
        "sequence": 3,
        "starts_at": START,
        "ends_at": START + timedelta(minutes=30),
        "summary": "First talk",
        "organizer_name": "Anna Arlt",
        "organizer_address": "anna@team.example",
        "attendees": (LEA, ANNA),
        "location": "Room 1; left, please",
        "url": "https://crm.example/booking/x",
        "description": "Line one\nLine two",
    }
    return imip.Meeting(**{**defaults, **values})  # type: ignore[arg-type]


def _event(text: str) -> tuple[Calendar, object]:
    parsed = Calendar.from_ical(text)
    [event] = parsed.walk("VEVENT")
    return parsed, event


def test_inv4_a_request_asks_each_attendee() -> None:
    parsed, event = _event(imip.request(_meeting(), now=NOW))
    assert (parsed["METHOD"], parsed["VERSION"], parsed["CALSCALE"]) == (
        "REQUEST",
        "2.0",
        "GREGORIAN",
    )
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("u1@crm.example", 3, "CONFIRMED")
    assert (event.start, event.end, event["DTSTAMP"].dt) == (
        START,
        START + timedelta(minutes=30),
        NOW,
    )
    assert event["LOCATION"] == "Room 1; left, please"
    assert event["URL"] == "https://crm.example/booking/x"
    lea, anna = event["ATTENDEE"]
    assert str(lea) == "mailto:lea@lead.example"
    assert lea.params["CN"] == "Lea Lead"
    assert (lea.params["PARTSTAT"], lea.params["RSVP"], lea.params["ROLE"]) == (
        "NEEDS-ACTION",
        "TRUE",
        "REQ-PARTICIPANT",
    )
    assert (anna.params["PARTSTAT"], anna.params["ROLE"]) == ("ACCEPTED", "CHAIR")


def test_inv4_times_travel_in_utc() -> None:
    text = imip.request(_meeting(), now=NOW)
    assert "DTSTART:20261124T090000Z\r\n" in text
    assert "DTEND:20261124T093000Z\r\n" in text


def test_inv4_a_cancellation_cancels_the_whole_meeting() -> None:
    parsed, event = _event(imip.cancel(_meeting(sequence=4), now=NOW))
    assert (parsed["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 4)
    assert event["UID"] == "u1@crm.example"


def test_inv4_a_withdrawn_guest_is_told_without_a_status() -> None:
    parsed, event = _event(imip.cancel(_meeting(attendees=(LEA,)), now=NOW, withdrawn=True))
    assert parsed["METHOD"] == "CANCEL"
    assert "STATUS" not in event


def test_a_file_for_ones_own_calendar_asks_nobody() -> None:
    parsed, event = _event(imip.published(_meeting(), now=NOW))
    assert parsed["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event


@pytest.mark.parametrize(
    ("sent_by", "expected"),
    [
        ("", None),
        ("anna@team.example", None),
        ("ANNA@team.example", None),
        ("crm@team.example", "mailto:crm@team.example"),
    ],
)
def test_inv5_answers_go_to_the_organizer_whoever_sends(sent_by: str, expected: str | None) -> None:
    _, event = _event(imip.request(_meeting(sent_by=sent_by), now=NOW))
    organizer = event["ORGANIZER"]
    assert str(organizer) == "mailto:anna@team.example"
    assert organizer.params.get("SENT-BY") == expected


NASTY = 'Eve\r\nATTENDEE:mailto:evil@x.example\r\nBcc: evil@x.example\x00\u2028"^;:,'
ANY_TEXT = st.text(max_size=60) | st.just(NASTY)


@settings(deadline=None)
@given(name=ANY_TEXT, summary=ANY_TEXT, place=ANY_TEXT, text=ANY_TEXT)
def test_no_typed_text_can_add_a_property(name: str, summary: str, place: str, text: str) -> None:
    meeting = _meeting(
        summary=summary,
        location=place,
        description=text,
        organizer_name=name,
        attendees=(imip.Attendee(name, "lea@lead.example"),),
    )
    parsed, event = _event(imip.request(meeting, now=NOW))
    assert str(event["ATTENDEE"]) == "mailto:lea@lead.example"
    assert len(parsed.subcomponents) == 1
    expected = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "TRANSP", "URL"}
    expected |= {"STATUS", "ORGANIZER", "ATTENDEE", "DESCRIPTION", "LOCATION"}
    assert set(event) <= expected


def _parts(**values: object) -> mime.Parts:
    defaults: dict[str, object] = {
        "from_name": "Anna via Team",
        "from_address": "crm@team.example",
        "to_name": "Lea",
        "to_address": "lea@lead.example",
        "reply_to": "anna@team.example",
        "subject": "Termin bestätigt",
        "text": "Guten Tag,\n\nbis dann.\n",
        "html": "<p>Guten Tag</p>",
        "message_id": "<1@crm.example>",
        "date": NOW,
        "locale": "de",
        "ics": imip.request(_meeting(), now=NOW),
        "ics_method": "REQUEST",
    }
    return mime.Parts(**{**defaults, **values})  # type: ignore[arg-type]


def _parsed(parts: mime.Parts) -> EmailMessage:
    parsed = message_from_bytes(mime.build(parts), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_inv4_the_parts_stand_where_calendars_look() -> None:
    mail = _parsed(_parts())
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attachment = mail.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = list(alternative.iter_parts())[2]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar["Content-Type"].params["charset"] == "utf-8"
    assert attachment.get_content_type() == "application/ics"
    assert attachment.get_filename() == "invite.ics"
    inside = imip.request(_meeting(), now=NOW)
    assert attachment.get_content() == inside.encode()
    assert calendar.get_payload(decode=True) == inside.encode()


def test_a_mail_without_invitation_is_two_forms_of_one_text() -> None:
    mail = _parsed(_parts(ics="", ics_method=""))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_head_says_who_to_whom_and_where_answers_go() -> None:
    mail = _parsed(_parts())
    assert mail["From"] == "Anna via Team <crm@team.example>"
    assert mail["To"] == "Lea <lea@lead.example>"
    assert mail["Reply-To"] == "anna@team.example"
    assert mail["Subject"] == "Termin bestätigt"
    assert mail["Date"].datetime == NOW
    assert mail["Content-Language"] == "de"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_lines_are_short_and_seven_bit() -> None:
    content = mime.build(_parts(text="ä" * 5000, html="<p>" + "ß" * 5000 + "</p>"))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@settings(deadline=None)
@given(name=ANY_TEXT, subject=ANY_TEXT)
def test_no_typed_text_can_add_a_header(name: str, subject: str) -> None:
    mail = _parsed(_parts(from_name=name, to_name=name, subject=subject))
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["lea@lead.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["crm@team.example"]
    assert mail.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize("address", ["a@x.example\r\nBcc: b@x.example", "a b@x.example", "@", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the library says
        mime.build(_parts(to_address=address))


def test_an_address_of_any_script_keeps_its_letters() -> None:
    content = mime.build(_parts(to_address="józef@lead.example"))
    assert "józef@lead.example".encode() in content
