"""Which time zone a TZID means.

In this order: an IANA name, a Windows name, the IANA name at the end of a vendor's path, the
object's own VTIMEZONE. Nothing is remembered between objects: "Customized Time Zone" means another
thing in every mailbox, and icalendar's parser would keep the first one for all (it caches them in
the process), so VTIMEZONEs are cut out before parsing and read here.
"""

import functools
import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_exists, tzical
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from crm_app.providers.ical.lines import Block, blocks, fold, name_of

_MAX_OBSERVANCES = 200
_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}


# Names in the zone database that stand for this machine or for nothing.
_NOT_PLACES = {"localtime", "posixrules", "Factory"}


@functools.cache
def _known() -> dict[str, str]:
    names = zoneinfo.available_timezones() - _NOT_PLACES
    return {name.lower(): name for name in names}


def iana_name(tzid: str) -> str | None:
    """The IANA zone that ``tzid`` names, by itself, as a Windows name or at the end of a path."""
    cleaned = tzid.strip().strip('"').strip("/")
    candidates = [cleaned, WINDOWS_TO_OLSON.get(cleaned, "")]
    parts = cleaned.split("/")
    candidates += ["/".join(parts[start:]) for start in range(1, len(parts))]
    found = (_known().get(name.lower()) for name in candidates)
    return next((name for name in found if name), None)


class Zones:
    """The zones of one iCalendar object, looked up by TZID."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._made: dict[str, tzinfo | None] = {}

    def find(self, tzid: str) -> tzinfo | None:
        """The zone of ``tzid``, or None when neither the world nor the object knows it."""
        if tzid not in self._made:
            name = iana_name(tzid)
            self._made[tzid] = ZoneInfo(name) if name else self._own(tzid)
        return self._made[tzid]

    @functools.cached_property
    def _definitions(self) -> dict[str, list[str]]:
        """Looked for only when the world does not know a zone, which is rare."""
        found: dict[str, list[str]] = {}
        for block in blocks(self._lines, "VTIMEZONE"):
            if tzid := _tzid(self._lines, block):
                found.setdefault(tzid, self._lines[block.start : block.end])
        return found

    def _own(self, tzid: str) -> tzinfo | None:
        definition = self._definitions.get(tzid.strip().strip('"'))
        if definition is None or not _harmless(definition):
            return None
        return _build(definition)


def zone_of(vtimezone: str) -> str | None:
    """The IANA name of a server's ``calendar-timezone`` text (RFC 4791 §5.2.2), if it has one."""
    lines = [line for line in vtimezone.splitlines() if line.strip()]
    for line in lines:
        if name_of(line) in {"TZID", "X-LIC-LOCATION"} and (
            name := iana_name(line.partition(":")[2])
        ):
            return name
    return None


def _tzid(lines: list[str], block: Block) -> str:
    for line in lines[block.start : block.end]:
        if name_of(line) == "TZID":
            return line.partition(":")[2].strip().strip('"')
    return ""


def _harmless(definition: list[str]) -> bool:
    """A zone changes by yearly rules; anything denser could keep the processor busy for hours."""
    if sum(1 for line in definition if name_of(line) == "BEGIN") > _MAX_OBSERVANCES:
        return False
    for line in definition:
        if name_of(line) == "RRULE":
            parts: Mapping[str, str] = dict(
                part.upper().split("=", 1)
                for part in line.partition(":")[2].split(";")
                if "=" in part
            )
            if parts.get("FREQ") != "YEARLY" or not set(parts) <= _RULE_PARTS:
                return False
            if not parts.get("INTERVAL", "1").isdigit() or int(parts.get("INTERVAL", "1")) < 1:
                return False
    return True


def _build(definition: list[str]) -> tzinfo | None:
    """A zone from its VTIMEZONE; None when dateutil cannot read it."""
    kept = [line for line in definition if not name_of(line).startswith("X-")]
    try:
        made = tzical(StringIO(fold(kept))).get()
        # Broken definitions show only when they are asked.
        if made is None or made.utcoffset(datetime(2026, 1, 1)) is None:  # noqa: DTZ001 - any local time
            return None
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, OverflowError):
        return None
    return _OwnZone(made)


class _OwnZone(tzinfo):
    """A zone from an object. A time that it skips has the offset from before the change, as with
    all other zones (RFC 5545 §3.3.5); dateutil would take the one after it."""

    def __init__(self, made: tzinfo) -> None:
        self._made = made

    def __getinitargs__(self) -> tuple[tzinfo]:
        return (self._made,)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return self._made.utcoffset(self._real(moment))

    def dst(self, moment: datetime | None) -> timedelta | None:
        return self._made.dst(self._real(moment))

    def tzname(self, moment: datetime | None) -> str | None:
        return self._made.tzname(self._real(moment))

    def fromutc(self, moment: datetime) -> datetime:
        return self._made.fromutc(moment.replace(tzinfo=self._made)).replace(tzinfo=self)

    def _real(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        try:
            inside = moment.replace(tzinfo=self._made)
            return inside if datetime_exists(inside) else inside - timedelta(days=1)
        except OverflowError:
            return moment
