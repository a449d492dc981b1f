"""Invitations and cancellations as calendars understand them: iTIP objects for mail. Pure.

RFC 5545 (format), RFC 5546 (REQUEST and CANCEL), RFC 6047 (in mail). What always holds: the UID is
the meeting's for ever, the caller raises SEQUENCE with each change, DTSTAMP is new in every
object, times are UTC, there is exactly one ORGANIZER, to whom the answers go, and no text that
somebody typed can add a property.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress

from crm_app.messaging.addresses import one_line

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
Role = Literal["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT"]
REQUEST: Method = "REQUEST"
CANCEL: Method = "CANCEL"
PUBLISH: Method = "PUBLISH"
_PRODUCT = "-//Tandem//Tandem CRM//EN"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is asked to come; ``accepted`` for those who need no asking."""

    name: str
    address: str
    role: Role = "REQ-PARTICIPANT"
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is met about, when (UTC), and by whom. ``sent_by``: who mails for the organizer."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer_name: str
    organizer_address: str
    attendees: tuple[Attendee, ...]
    description: str = ""
    location: str = ""
    url: str = ""
    sent_by: str = ""
    tentative: bool = False


def request(meeting: Meeting, *, now: datetime) -> str:
    """An invitation, or the update of one: the whole meeting as it is now (RFC 5546 §3.2.2)."""
    event = _event(meeting, now)
    event.add("status", "TENTATIVE" if meeting.tentative else "CONFIRMED")
    _add_attendees(event, meeting.attendees, asking=True)
    return _object(REQUEST, event)


def cancel(meeting: Meeting, *, now: datetime, withdrawn: bool = False) -> str:
    """A cancellation (RFC 5546 §3.2.5); its SEQUENCE must be higher than the invitation's.

    ``withdrawn``: the meeting goes on, but without the attendees named here.
    """
    event = _event(meeting, now)
    if not withdrawn:
        event.add("status", "CANCELLED")
    _add_attendees(event, meeting.attendees, asking=False)
    return _object(CANCEL, event)


def published(meeting: Meeting, *, now: datetime) -> str:
    """The meeting as a file for one's own calendar, without asking anybody (RFC 5546 §3.2.1)."""
    event = _event(meeting, now)
    event.add("status", "TENTATIVE" if meeting.tentative else "CONFIRMED")
    return _object(PUBLISH, event)


def _object(method: Method, event: Event) -> str:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _event(meeting: Meeting, now: datetime) -> Event:
    event = Event()
    event.add("uid", one_line(meeting.uid))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", one_line(meeting.summary))
    event.add("transp", "OPAQUE")
    if meeting.description:
        event.add("description", meeting.description)
    if meeting.location:
        event.add("location", one_line(meeting.location))
    if meeting.url:
        event.add("url", one_line(meeting.url))
    event.add("organizer", _organizer(meeting))
    return event


def _organizer(meeting: Meeting) -> vCalAddress:
    organizer = _person(meeting.organizer_name, meeting.organizer_address)
    if meeting.sent_by and meeting.sent_by.lower() != meeting.organizer_address.lower():
        organizer.params["SENT-BY"] = _mailto(meeting.sent_by)
    return organizer


def _add_attendees(event: Event, attendees: Iterable[Attendee], *, asking: bool) -> None:
    for each in attendees:
        attendee = _person(each.name, each.address)
        attendee.params["CUTYPE"] = "INDIVIDUAL"
        attendee.params["ROLE"] = each.role
        if asking:
            attendee.params["PARTSTAT"] = "ACCEPTED" if each.accepted else "NEEDS-ACTION"
            attendee.params["RSVP"] = "FALSE" if each.accepted else "TRUE"
        event.add("attendee", attendee)


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(_mailto(address))
    # RFC 5545 §3.1: a parameter's value cannot hold a double quote.
    person.params["CN"] = one_line(name).replace('"', "'").replace("^", "") or address
    return person


def _mailto(address: str) -> str:
    # RFC 6068: what would begin a query or an escape is encoded; letters of any script stay.
    return "mailto:" + "".join(
        letter if letter.isalnum() or letter in "@.+-_!#$&'*/=^`{|}~" else quote(letter)
        for letter in one_line(address)
    )
