"""How the times of an object are spelt: in its own zone, in UTC, without a zone, or as dates.

What is added to an object is spelt as its DTSTART is, down to the name of the zone, because other
programs compare RECURRENCE-ID and EXDATE with it by form (RFC 5545 §3.8.4.4, §3.8.5.1).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo

from crm_app.providers.ical.lines import name_of
from crm_app.providers.ical.properties import read_property
from crm_app.providers.ical.times import Clock, Moment, utc

_DATE = "%Y%m%d"
_WALL = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The form of a DTSTART: ``parameters`` as they stand there, ``zone`` of its wall clock.

    ``floating``: it names no zone, or one that nobody knows.
    """

    parameters: str
    zone: tzinfo
    is_date: bool
    is_utc: bool
    floating: bool
    at: time

    def name(self, original: Moment) -> str:
        """``original``, the start that a rule gave, behind RECURRENCE-ID or EXDATE."""
        return f"{self.parameters}:{self._value(original)}"

    def _value(self, original: Moment) -> str:
        if not isinstance(original, datetime):
            if self.is_date:
                return original.strftime(_DATE)
            # Outlook's whole days: dates to us, midnights in the text.
            return datetime.combine(original, self.at).strftime(_WALL) + ("Z" * self.is_utc)
        if self.is_date:
            return original.strftime(_DATE)
        if self.is_utc:
            return utc_text(original)
        # In its own zone a time that a clock change skips stays as the rule has it.
        return original.astimezone(self.zone).strftime(_WALL)

    def start_and_end(self, start: Moment, end: Moment, *, fixed: bool = False) -> list[str]:
        """DTSTART and DTEND lines. ``fixed`` times are instants and no wall-clock times without a
        zone."""
        pairs = (("DTSTART", start), ("DTEND", end))
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return [f"{name};VALUE=DATE:{moment:{_DATE}}" for name, moment in pairs]
        exact = {"DTSTART": start, "DTEND": end}
        walls = {name: moment.astimezone(self.zone) for name, moment in exact.items()}
        # The second of two equal wall-clock times cannot be written with a zone.
        doubled = any(wall.fold for wall in walls.values())
        if self.is_date or self.is_utc or doubled or (fixed and self.floating):
            return [f"{name}:{utc_text(moment)}" for name, moment in exact.items()]
        return [f"{name}{self.parameters}:{wall:{_WALL}}" for name, wall in walls.items()]


def spelling_of(line: str, clock: Clock) -> Spelling:
    """The form of the DTSTART in ``line``."""
    head, _, value = line.rpartition(":")
    value = value.strip().upper()
    found = read_property(line)
    moment = clock.moment(found)
    zone = moment.tzinfo if isinstance(moment, datetime) and moment.tzinfo else UTC
    is_date, is_utc = "T" not in value, value.endswith("Z")
    tzid = found.params.get("TZID", "") if found else ""
    known = is_date or is_utc or (bool(tzid) and clock.zones.find(tzid) is not None)
    return Spelling(
        parameters=head[len(name_of(line)) :],
        zone=zone,
        is_date=is_date,
        is_utc=is_utc,
        floating=not known,
        at=moment.time() if isinstance(moment, datetime) else time(),
    )


def utc_text(moment: datetime) -> str:
    """As ``20260302T090000Z``."""
    return utc(moment).strftime(f"{_WALL}Z")
