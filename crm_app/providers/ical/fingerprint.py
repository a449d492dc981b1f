"""One hash for what an object means to Tandem.

Servers reorder, refold and restamp what they are given. Two texts with the same fingerprint differ
only in such things: DTSTAMP, LAST-MODIFIED, SEQUENCE, PRODID, alarms, the way a time is written.
"""

import hashlib
import json
import re
from datetime import UTC, datetime

from crm_app.providers.ical.apart import take_apart
from crm_app.providers.ical.people import address_of
from crm_app.providers.ical.properties import Properties
from crm_app.providers.ical.times import Clock, Moment, read_span, utc

_TEXTS = ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "X-TANDEM-ID")
_WORDS = {
    "STATUS": "CONFIRMED",
    "TRANSP": "OPAQUE",
    "CLASS": "PUBLIC",
    "X-MICROSOFT-CDO-BUSYSTATUS": "",
}
_BLANKS = re.compile(r"[ \t\xa0]+(?=\n|$)")
_as_json = json.JSONEncoder(sort_keys=True).encode


def fingerprint(raw: str) -> str:
    """A hexadecimal SHA-256 over all events of ``raw``; of the text itself when it holds none."""
    apart = take_apart(raw)
    events = [_canonical(properties, Clock(apart.zones, UTC)) for _, properties in apart.events]
    canonical = json.dumps(sorted(events)) if events else "\n".join(apart.lines)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(properties: Properties, clock: Clock) -> str:
    found: dict[str, object] = {name: _text(properties.text(name)) for name in _TEXTS}
    found |= {name: properties.word(name) or default for name, default in _WORDS.items()}
    found["when"] = _when(properties, clock)
    found["which"] = _moment(clock.moment(properties.first("RECURRENCE-ID")))
    found["rules"] = sorted(
        ";".join(sorted(rule.value.strip().upper().split(";"))) for rule in properties.all("RRULE")
    )
    for name in ("RDATE", "EXDATE"):
        found[name] = sorted(str(_moment(one)) for one in clock.moments(properties.all(name)))
    found["organizer"] = sorted(address_of(prop) for prop in properties.all("ORGANIZER"))
    found["attendees"] = sorted(
        [address_of(prop), prop.params.get("PARTSTAT", "NEEDS-ACTION").upper()]
        for prop in properties.all("ATTENDEE")
    )
    return _as_json(found)


def _when(properties: Properties, clock: Clock) -> list[str | None]:
    try:
        span = read_span(properties, clock)
    except (ValueError, OverflowError):
        span = None
    if span is None:
        return [properties.text("DTSTART"), properties.text("DTEND")]
    # A series repeats on its zone's wall clock, so there the zone is part of what it means.
    zone = None
    if "RRULE" in properties and (start := properties.first("DTSTART")) is not None:
        zone = start.params.get("TZID")
    return [_moment(span.start), _moment(span.end), zone]


def _moment(moment: Moment | None) -> str | None:
    if isinstance(moment, datetime):
        return utc(moment).isoformat()
    return moment.isoformat() if moment else None


def _text(text: str) -> str:
    if "\n" in text or "\r" in text:
        text = _BLANKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()
