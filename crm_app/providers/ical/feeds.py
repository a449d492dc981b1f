"""A whole calendar in one text (an ICS feed), taken apart into one object per UID.

Feeds are made anew for every request: stamps change, order changes, and nothing says what is gone. So
each entry has a name made of its UID and a mark made of its lines, by which two readings compare.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_app.providers.ical.lines import blocks, name_of, unfold
from crm_app.providers.ical.objects import one_object
from crm_app.providers.ical.properties import Properties
from crm_app.providers.ical.zones import iana_name

_ZONE = re.compile(r';TZID="?([^";:]+)', re.IGNORECASE)
_COLOUR = re.compile(r"#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")
# Written with the time of the request by many programs.
_STAMPS = {"DTSTAMP", "LAST-MODIFIED"}
# What takes an event beyond the days that stand in its lines, but for a day and a zone.
_REACHING = {"RRULE", "RDATE", "DURATION"}
_DATE = re.compile(r"(?:DTSTART|DTEND|RECURRENCE-ID)[;:].*?(\d{8})", re.IGNORECASE)
_MARGIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class About:
    """What a feed says of itself; empty or None where it says nothing."""

    name: str
    colour: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event or series of a feed. ``name`` stays while its UID does, ``mark`` while nothing but
    stamps changes. Without a UID both are made of what it says, and the name serves as UID."""

    name: str
    mark: str
    uid: str
    zones: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def raw(self) -> str:
        """A calendar object with this entry alone and the time zones that it names."""
        return one_object(list(self.zones), self.events)

    def may_touch(self, since: datetime, until: datetime) -> bool:
        """False for a single event that is plainly earlier or later, without reading it."""
        found = [_DATE.match(line) for line in self.events]
        days = [match.group(1) for match in found if match is not None]
        if not days or any(name_of(line) in _REACHING for line in self.events):
            return True
        return min(days) <= f"{until + _MARGIN:%Y%m%d}" and max(days) >= f"{since - _MARGIN:%Y%m%d}"


def is_whole(text: str) -> bool:
    """Whether a feed came to its end; one that was cut says nothing about what is missing."""
    found = re.findall(r"^(BEGIN|END):VCALENDAR[ \t]*\r?$", text, re.IGNORECASE | re.MULTILINE)
    ends = [word.upper() for word in found]
    return bool(ends) and ends[-1] == "END" and ends.count("END") >= ends.count("BEGIN")


def about(text: str) -> About:
    """The calendar's own properties (RFC 7986 and the older X-WR- ones)."""
    lines = unfold(text)
    for block in blocks(lines, "VCALENDAR"):
        own = Properties(lines, block)
        named = own.text("X-WR-CALNAME") or own.text("NAME")
        colour = _COLOUR.fullmatch(
            (own.text("X-APPLE-CALENDAR-COLOR") or own.text("COLOR")).strip()
        )
        return About(
            name=" ".join(named.split()),
            colour=f"#{colour.group(1).lower()}" if colour else "",
            zone=iana_name(own.text("X-WR-TIMEZONE")),
        )
    return About("", "", None)


def entries(text: str) -> list[Entry]:
    """All events of a feed, one entry for each UID. What is not closed is left out."""
    lines = unfold(text)
    zones = _zones(lines)
    groups: dict[str, list[list[str]]] = {}
    for block in blocks(lines, "VEVENT"):
        if block.closed:
            body = lines[block.start : block.end]
            uid = Properties(lines, block).text("UID").strip()
            if uid:
                groups.setdefault(uid, []).append(body)
            else:
                # Two that say the same are the same.
                uid = f"{_digest(_lasting(body))[:24]}@without-uid"
                groups[uid] = [[body[0], f"UID:{uid}", *body[1:]]]
    return [_entry(uid, bodies, zones) for uid, bodies in groups.items()]


def _entry(uid: str, bodies: list[list[str]], zones: dict[str, list[str]]) -> Entry:
    events = [line for body in bodies for line in body]
    named = dict.fromkeys(tzid for line in events for tzid in _ZONE.findall(line))
    used = [line for tzid in named for line in zones.get(tzid.strip(), [])]
    marks = sorted(_digest(_lasting(body)) for body in bodies)
    return Entry(
        name=_digest([uid])[:24],
        mark=_digest([*used, *marks])[:16],
        uid=uid,
        zones=tuple(used),
        events=tuple(events),
    )


def _zones(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for block in blocks(lines, "VTIMEZONE"):
        tzid = Properties(lines, block).text("TZID").strip()
        found.setdefault(tzid, lines[block.start : block.end])
    return found


def _lasting(body: list[str]) -> list[str]:
    return [line for line in body if name_of(line) not in _STAMPS]


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
