"""When a VEVENT starts and ends.

Whatever was written becomes a date or an aware datetime: a floating time and a time in an unknown
zone belong to the calendar's zone. A time that a clock change skips moves on by the gap, one that
it repeats is the first of the two (RFC 5545 §3.3.5), which is what Python's fold 0 does.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar.prop import vDuration

from crm_app.providers.ical.properties import Properties, Property
from crm_app.providers.ical.zones import Zones
from crm_app.providers.occurrence import Trouble

Moment = date | datetime
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.IGNORECASE)
# Longer ones are kept out of date arithmetic, which ends at the year 9999.
_LONGEST = timedelta(days=3660)
_DAY = timedelta(days=1)
_NONE = timedelta()
_EDGE = 9000


def _value_and_zone(prop: Property) -> tuple[str, str | None]:
    tzid = prop.params.get("TZID")
    if ":" not in prop.value:
        return prop.value, tzid
    # An unquoted TZID with a colon in it, such as tzone://Microsoft/Custom.
    rest, _, value = prop.value.rpartition(":")
    return value, f"{tzid}:{rest}"


@dataclass
class Clock:
    """Reads the times of one object; what was odd about them gathers in ``troubles``."""

    zones: Zones
    calendar_zone: tzinfo
    troubles: list[Trouble] = field(default_factory=list)

    def moment(self, prop: Property | None) -> Moment | None:
        """The moment of a DTSTART-like property; None when it is absent or cannot be read."""
        if prop is None:
            return None
        value, tzid = _value_and_zone(prop)
        return self.read(value, tzid)

    def moments(self, props: list[Property]) -> list[Moment]:
        """All moments of EXDATE or RDATE lines; of a period its start."""
        texts = (
            (text.partition("/")[0], tzid)
            for prop in props
            for value, tzid in [_value_and_zone(prop)]
            for text in value.split(",")
        )
        return [found for text, tzid in texts if (found := self.read(text, tzid)) is not None]

    def read(self, text: str, tzid: str | None) -> Moment | None:
        """One DATE or DATE-TIME value (RFC 5545 §3.3.4, §3.3.5)."""
        if not tzid and (exact := _in_utc(text)) is not None:
            return exact
        found = _MOMENT.fullmatch(text.strip())
        if found is None:
            return None
        numbers = [int(number) for number in found.groups()[:6] if number is not None]
        try:
            if len(numbers) == 3:
                return date(numbers[0], numbers[1], numbers[2])
            year, month, day, hour, minute, second = numbers
            # Python has no leap second; the one before it will do.
            naive = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone comes next
        except ValueError:
            return None
        if not found.group(7):
            return naive.replace(tzinfo=self._zone(tzid))
        # Both a Z and a TZID: the instant is that of the Z, the zone is where it repeats.
        exact = naive.replace(tzinfo=UTC)
        try:
            return exact.astimezone(self._zone(tzid)) if tzid else exact
        except OverflowError:
            return exact

    def _zone(self, tzid: str | None) -> tzinfo:
        if not tzid:
            return self.calendar_zone
        zone = self.zones.find(tzid)
        if zone is None:
            self.troubles.append(Trouble.UNKNOWN_ZONE)
            return self.calendar_zone
        return zone

    def midnight(self, day: date) -> datetime:
        """The instant at which ``day`` begins in the calendar's zone, as UTC."""
        return utc(datetime.combine(day, time(), tzinfo=self.calendar_zone))


@dataclass(frozen=True, slots=True)
class Span:
    """Start and exclusive end: both dates or both aware datetimes, never in the wrong order."""

    start: Moment
    end: Moment

    @property
    def exact(self) -> timedelta:
        """In real time; for dates the number of days."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return utc(self.end) - utc(self.start)
        return self.length

    @property
    def length(self) -> timedelta:
        """On the wall clock for times of one zone, as recurrences repeat it."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return self.end - self.start
        return _plain_date(self.end) - _plain_date(self.start)


def _plain_date(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _in_utc(text: str) -> datetime | None:
    """A DATE-TIME as nearly all programs write it, by the quickest way; None for any other."""
    if len(text) != 16 or text[8] != "T" or text[15] != "Z" or text[9:11] > "23":
        return None
    if not (text[:8].isdecimal() and text[9:15].isdecimal()):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # A leap second, or no time at all.
        return None


def utc(moment: datetime) -> datetime:
    """``moment`` as UTC; the edges of the calendar stay where they are."""
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return moment.replace(tzinfo=UTC)


def read_span(properties: Properties, clock: Clock, start: Moment | None = None) -> Span | None:
    """When the event is; None without a readable start. ``start`` stands in for a missing DTSTART."""
    start = clock.moment(properties.first("DTSTART")) or start
    if start is None:
        return None
    end = _end(properties, clock, start)
    span = _in_order(start, end, clock)
    if properties.word("X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE":
        return _whole_days(span)
    return span


def _end(properties: Properties, clock: Clock, start: Moment) -> Moment:
    written = clock.moment(properties.first("DTEND"))
    if written is not None:
        return _like(start, written)
    try:
        duration: timedelta = vDuration.from_ical(  # type: ignore[no-untyped-call]  # untyped there
            properties.text("DURATION").strip()
        )
    except ValueError:
        # RFC 5545 §3.6.1: a date lasts its day, a time ends where it starts.
        return start if isinstance(start, datetime) else start + _DAY
    duration = min(max(duration, -_LONGEST), _LONGEST)
    if isinstance(start, datetime) and duration % _DAY:
        # Hours are hours, also in the night of a clock change; days are days on the wall clock.
        return (utc(start) + duration).astimezone(start.tzinfo)
    return start + duration


def _like(start: Moment, end: Moment) -> Moment:
    """``end`` as the same kind of value as ``start``."""
    if isinstance(start, datetime) == isinstance(end, datetime):
        return end
    if isinstance(end, datetime):
        return end.date() + (_DAY if end.time() > time() else timedelta())
    zone = start.tzinfo if isinstance(start, datetime) else UTC
    return datetime.combine(end, time(), tzinfo=zone)


def _in_order(start: Moment, end: Moment, clock: Clock) -> Span:
    if isinstance(start, datetime) and isinstance(end, datetime):
        if (
            start.tzinfo is end.tzinfo is UTC
            and start.year < _EDGE
            and _NONE <= end - start <= _DAY
        ):
            # As nearly all are.
            return Span(start, end)
        if utc(end) < utc(start):
            clock.troubles.append(Trouble.END_BEFORE_START)
            end = start
        return Span(start, min(end, start + _LONGEST, key=utc))
    if end < start:
        clock.troubles.append(Trouble.END_BEFORE_START)
    # Many programs write a day's own date as its end.
    return Span(start, min(max(end, start + _DAY), start + _LONGEST))


def _whole_days(span: Span) -> Span:
    """Outlook's all-day events written as midnights."""
    start, end = span.start, span.end
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return span
    if start.time() != time() or end.time() != time() or end.date() <= start.date():
        return span
    return Span(start.date(), end.date())
