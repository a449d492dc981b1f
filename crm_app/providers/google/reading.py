"""One event of Google's as iCalendar. Pure.

Google keeps a series in several events: the one with the rule, and one for each changed or cancelled
instance, whose id is made of the series' id and the start that the rule gave it. Of a cancelled
instance often nothing but that id comes.
https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crm_app.providers.calendar_port import RemoteEvent
from crm_app.providers.google.moments import moment_line
from crm_app.providers.google.texts import escaped, folded, parameter, plain, text_line
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.properties import read_property
from crm_app.providers.ical.reading import EVENT_TYPE, TANDEM_ID

Event = Mapping[str, Any]
# Our names among an event's private extended properties, which guests' copies do not get.
OUR_UID, OUR_ID = "tandemUid", "tandemId"
_INSTANCE = re.compile(r"(?P<series>.+)_(?P<when>\d{8}(?:T\d{6}Z)?)")
_FREE_TYPES = {"workingLocation", "birthday"}
_SPECIAL_TYPES = {*_FREE_TYPES, "focusTime", "outOfOffice"}
_ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}
_CLASSES = {"private": "PRIVATE", "confidential": "CONFIDENTIAL"}
_STATUSES = {"tentative": "TENTATIVE", "cancelled": "CANCELLED"}
_DATES = {"EXDATE", "RDATE"}


def series_of(event: Event) -> str:
    """The id of the series that an instance belongs to, empty for anything else."""
    if event.get("recurringEventId"):
        return str(event["recurringEventId"])
    found = _INSTANCE.fullmatch(str(event.get("id", "")))
    bare = event.get("status") == "cancelled" and "start" not in event
    return found["series"] if found and bare else ""


def is_gone(event: Event) -> bool:
    """Whether the event was deleted as a whole, which a cancelled instance is not."""
    return event.get("status") == "cancelled" and not series_of(event)


def uid_of(event: Event) -> str:
    """Our own UID where the event is ours, else the one it has in every calendar; may be empty."""
    return str(ours(event).get(OUR_UID) or event.get("iCalUID") or "")


def ours(event: Event) -> Mapping[str, Any]:
    """What we noted at the event: its private extended properties."""
    noted = (event.get("extendedProperties") or {}).get("private")
    return noted if isinstance(noted, dict) else {}


def remote_event(event: Event, *, owner: str, uid: str) -> RemoteEvent:
    """``event`` for the port. ``owner`` is the account's address, ``uid`` that of its series."""
    raw = to_ical(event, owner=owner, uid=uid)
    return RemoteEvent(
        href=str(event["id"]),
        etag=str(event["etag"]) if event.get("etag") else None,
        uid=uid,
        raw=raw,
        content_hash=fingerprint(raw),
        series=series_of(event),
    )


def to_ical(event: Event, *, owner: str, uid: str) -> str:
    """The event as a calendar object with one VEVENT."""
    return folded(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Tandem//Google Calendar//EN",
            "BEGIN:VEVENT",
            f"UID:{escaped(uid)}",
            f"DTSTAMP:{_stamp(event)}",
            *_times(event),
            *_texts(event),
            *_people(event, owner),
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def _stamp(event: Event) -> str:
    digits = re.sub(r"\D", "", str(event.get("updated") or ""))
    return f"{digits[:8]}T{digits[8:14]}Z" if len(digits) >= 14 else "19700101T000000Z"


def _times(event: Event) -> Iterator[str]:
    series = series_of(event)
    zoned = bool(event.get("recurrence"))
    start = event.get("start") or {}
    if series:
        named = _instance_line(event)
        yield named
        if not start:
            # A cancelled instance without a time stands where the rule put it.
            yield named.replace("RECURRENCE-ID", "DTSTART", 1)
    yield moment_line("DTSTART", start, zoned=zoned)
    yield moment_line("DTEND", event.get("end") or {}, zoned=zoned)
    for line in event.get("recurrence") or ():
        yield _rule(str(line), start)


def _instance_line(event: Event) -> str:
    if line := moment_line("RECURRENCE-ID", event.get("originalStartTime") or {}, zoned=False):
        return line
    found = _INSTANCE.fullmatch(str(event.get("id", "")))
    when = found["when"] if found else ""
    return f"RECURRENCE-ID:{when}" if "T" in when else f"RECURRENCE-ID;VALUE=DATE:{when}"


def _rule(line: str, start: Mapping[str, Any]) -> str:
    """A line of the recurrence as it is; a floating date in it is of the series' own zone."""
    line = " ".join(line.split())
    found = read_property(line)
    if found is None:
        return ""
    if found.name in _DATES and not found.params and "Z" not in found.value.upper():
        zoned = moment_line(found.name, start, zoned=True).partition(":")[0]
        return f"{zoned}:{found.value}"
    return line


def _texts(event: Event) -> Iterator[str]:
    kind = str(event.get("eventType") or "default")
    yield text_line("SUMMARY", event.get("summary"))
    yield text_line("DESCRIPTION", plain(str(event.get("description") or "")))
    yield text_line("LOCATION", event.get("location"))
    yield text_line("URL", (event.get("source") or {}).get("url"))
    yield text_line("STATUS", _STATUSES.get(str(event.get("status"))))
    if kind in _FREE_TYPES or event.get("transparency") == "transparent":
        yield "TRANSP:TRANSPARENT"
    yield text_line("CLASS", _CLASSES.get(str(event.get("visibility"))))
    if kind == "outOfOffice":
        yield "X-MICROSOFT-CDO-BUSYSTATUS:OOF"
    if kind in _SPECIAL_TYPES:
        yield f"{EVENT_TYPE}:{kind}"
    yield text_line(TANDEM_ID, ours(event).get(OUR_ID))


def _people(event: Event, owner: str) -> Iterator[str]:
    """Organizer and guests. Whoever is marked as the calendar's own person gets the account's
    address, so that an alias is known as the owner too."""
    guests = [guest for guest in event.get("attendees") or () if isinstance(guest, dict)]
    organizer = event.get("organizer") or {}
    if guests or (organizer and not organizer.get("self")):
        address = _address(organizer, owner)
        if address:
            name = parameter("CN", organizer.get("displayName"))
            yield f"ORGANIZER{name}:mailto:{address}"
    for guest in sorted(guests, key=lambda guest: not guest.get("self")):
        if address := _address(guest, owner):
            yield f"ATTENDEE{_attendee(guest)}:mailto:{address}"


def _attendee(guest: Mapping[str, Any]) -> str:
    answer = _ANSWERS.get(str(guest.get("responseStatus")), "NEEDS-ACTION")
    kind = ";CUTYPE=RESOURCE" if guest.get("resource") else ""
    role = ";ROLE=OPT-PARTICIPANT" if guest.get("optional") else ""
    return f"{kind}{role};PARTSTAT={answer}{parameter('CN', guest.get('displayName'))}"


def _address(person: Mapping[str, Any], owner: str) -> str:
    email = str((owner if person.get("self") else "") or person.get("email") or "")
    return "".join(email.split())
