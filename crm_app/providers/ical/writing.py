"""From an appointment to an iCalendar object, new or changed in place.

Times are written in UTC, or in the zone that the object already uses. DTEND is always there (iCloud
refuses events without one). Guests and organizer carry SCHEDULE-AGENT=CLIENT (RFC 6638 §7.1): only
Tandem's own invitation may go out, never the server's. Everything that Tandem does not know stays.
"""

from datetime import UTC, datetime

from icalendar.parser import Parameters
from icalendar.prop import vText

from crm_app.providers.calendar_port import OutgoingEvent
from crm_app.providers.ical.lines import Block, blocks, fold, name_of, own_properties, unfold
from crm_app.providers.ical.objects import PRODUCT
from crm_app.providers.ical.people import address_of, plain_address
from crm_app.providers.ical.properties import Properties, read_property
from crm_app.providers.ical.spelling import spelling_of, utc_text
from crm_app.providers.ical.times import Clock, read_span, utc
from crm_app.providers.ical.zones import Zones

_TIMES = {"DTSTART", "DTEND", "DURATION", "X-MICROSOFT-CDO-ALLDAYEVENT"}
_PEOPLE = {"ORGANIZER", "ATTENDEE"}
_STAMPS = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}
_TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "TRANSP", "CLASS", "X-TANDEM-ID"}
_OWNED = _TIMES | _STAMPS | _TEXTS
_OUTLOOK_STATE = {"X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"}


def write(event: OutgoingEvent) -> str:
    """``event`` as a calendar object of its own (RFC 4791 §4.1: no METHOD)."""
    return fold(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"PRODID:{PRODUCT}",
            "CALSCALE:GREGORIAN",
            "BEGIN:VEVENT",
            f"UID:{escaped(event.uid)}",
            *_times(event),
            *_stamps(event, event.sequence),
            *_texts(event),
            *_people(event, {}),
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def rewrite(raw: str, event: OutgoingEvent) -> str:
    """``raw`` with the event's own properties replaced by those of ``event``.

    Raises ValueError when ``raw`` holds no event with that UID.
    """
    lines = unfold(raw)
    block = _master(lines, event.uid)
    present = Properties(lines, block)
    replaced = _OWNED | _stale(present, event)
    if event.organizer is not None:
        replaced |= _PEOPLE
    new = [
        *_kept_times(lines, block, present, event),
        *_stamps(event, max(event.sequence, _sequence(present))),
        *_texts(event, present.word("CLASS")),
        *_people(event, _present_people(lines, block)),
    ]
    own = set(own_properties(lines, block))
    kept = [
        line
        for index, line in enumerate(lines[block.start + 1 : block.end], start=block.start + 1)
        if not (index in own and name_of(line) in replaced)
    ]
    return fold([*lines[: block.start + 1], *new, *kept, *lines[block.end :]])


def _master(lines: list[str], uid: str) -> Block:
    for block in blocks(lines, "VEVENT"):
        properties = Properties(lines, block)
        ours = properties.text("UID").strip() == uid and "RECURRENCE-ID" not in properties
        if ours and block.closed:
            return block
    raise ValueError("no whole event with this UID")


def _stale(present: Properties, event: OutgoingEvent) -> set[str]:
    """Properties that would contradict the new ones: Outlook shows them in place of ours."""
    stale: set[str] = set()
    if present.text("DESCRIPTION").strip() != event.description.strip():
        stale.add("X-ALT-DESC")
    free = present.word("X-MICROSOFT-CDO-BUSYSTATUS") in {"FREE", "WORKINGELSEWHERE"}
    if free == event.busy:
        stale |= _OUTLOOK_STATE
    return stale


def _times(event: OutgoingEvent) -> list[str]:
    return [f"DTSTART:{utc_text(event.starts_at)}", f"DTEND:{utc_text(event.ends_at)}"]


def _kept_times(
    lines: list[str], block: Block, present: Properties, event: OutgoingEvent
) -> list[str]:
    """The lines as they are when the times are; else new ones in the zone that was used."""
    clock = Clock(Zones(lines), UTC)
    span = read_span(present, clock)
    if span is None or not isinstance(span.start, datetime) or not isinstance(span.end, datetime):
        return _times(event)
    own = [lines[index] for index in own_properties(lines, block)]
    same = (utc(span.start), utc(span.end)) == (utc(event.starts_at), utc(event.ends_at))
    if same and "DTEND" in present:
        return [line for line in own if name_of(line) in _TIMES]
    start = next(line for line in own if name_of(line) == "DTSTART")
    spelling = spelling_of(start, clock)
    return spelling.start_and_end(event.starts_at, event.ends_at, fixed=True)


def _stamps(event: OutgoingEvent, sequence: int) -> list[str]:
    stamp = utc_text(event.last_modified)
    return [f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SEQUENCE:{sequence}"]


def _texts(event: OutgoingEvent, present_class: str = "") -> list[str]:
    found = [
        f"SUMMARY:{escaped(event.summary)}",
        f"STATUS:{event.status.upper()}",
        f"TRANSP:{'OPAQUE' if event.busy else 'TRANSPARENT'}",
        f"X-TANDEM-ID:{escaped(event.tandem_id)}",
    ]
    if event.description:
        found.append(f"DESCRIPTION:{escaped(event.description)}")
    if event.location:
        found.append(f"LOCATION:{escaped(event.location)}")
    if event.url:
        found.append(f"URL:{''.join(_clean(event.url).split())}")
    if event.private:
        found.append(f"CLASS:{present_class if present_class == 'CONFIDENTIAL' else 'PRIVATE'}")
    return found


def _people(event: OutgoingEvent, present: dict[str, str]) -> list[str]:
    """Organizer and guests; a guest who is there already keeps his answer.

    Without an organizer nothing is said about people, and those in the object stay.
    """
    if event.organizer is None:
        return []
    email, name = event.organizer
    people = [_person("ORGANIZER", email, {"CN": name})]
    for email, name in event.attendees:
        line = present.get(plain_address(email))
        people.append(
            line
            if line is not None
            else _person(
                "ATTENDEE",
                email,
                {"CN": name, "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"},
            )
        )
    return people


def _person(role: str, email: str, params: dict[str, str]) -> str:
    given = {key: " ".join(_clean(value).split()) for key, value in params.items()}
    text = (
        Parameters(
            {key: value for key, value in given.items() if value} | {"SCHEDULE-AGENT": "CLIENT"}
        )
        .to_ical()
        .decode()
    )
    return f"{role};{text}:mailto:{''.join(_clean(email).split())}"


def _present_people(lines: list[str], block: Block) -> dict[str, str]:
    """The attendee lines by address, each asking the server to keep still."""
    found: dict[str, str] = {}
    for index in own_properties(lines, block):
        if name_of(lines[index]) != "ATTENDEE":
            continue
        prop = read_property(lines[index])
        if prop is None or not (email := address_of(prop)):
            continue
        line = lines[index]
        if prop.params.get("SCHEDULE-AGENT", "").upper() != "CLIENT":
            params = {**prop.params, "SCHEDULE-AGENT": "CLIENT"}
            line = f"ATTENDEE;{Parameters(params).to_ical().decode()}:{prop.value}"
        found.setdefault(email, line)
    return found


def _sequence(present: Properties) -> int:
    text = present.text("SEQUENCE").strip()
    return int(text) if text.isdigit() and len(text) < 9 else 0


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545 §3.3.11) without anything that could end its line."""
    escaped: bytes = vText(_clean(text.replace("\r\n", "\n"))).to_ical()
    return escaped.decode()


def _clean(text: str) -> str:
    """Without what may not stand in a value: control characters, halves of surrogate pairs."""
    kept = "".join(c for c in text if c in "\t\n" or (c >= " " and not "\x7f" <= c <= "\x9f"))
    return kept.encode("utf-8", "replace").decode()
