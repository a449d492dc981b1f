"""Google's times and the lines that say the same in iCalendar. Pure.

The time of a single event or a single instance is an instant and is written in UTC. A series repeats
on its zone's wall clock, so its times are written with the zone: the offset that Google sends belongs
to the calendar's zone, not to the event's, and is converted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from crm_app.providers.ical.zones import iana_name

Moment = Mapping[str, Any]


def moment_line(name: str, moment: Moment, *, zoned: bool) -> str:
    """A DTSTART-like line for a Google time; empty when there is none. ``zoned``: keep the zone."""
    if day := moment.get("date"):
        return f"{name};VALUE=DATE:{str(day).replace('-', '')[:8]}"
    if (found := _read(moment)) is None:
        return ""
    zone_name = str(moment.get("timeZone") or "")
    if found.tzinfo is None and not zone_name:
        return f"{name}:{found:%Y%m%dT%H%M%S}"
    zone = _zone(zone_name) if zoned or found.tzinfo is None else None
    if zone is not None:
        wall = found.astimezone(zone) if found.tzinfo is not None else found
        return f"{name};TZID={_quoted(iana_name(zone_name) or '')}:{wall:%Y%m%dT%H%M%S}"
    if zone_name and (zoned or found.tzinfo is None) and not _is_utc(zone_name):
        # Nobody knows this zone: the time as the calendar shows it, and the reader will say so.
        return f"{name};TZID={_quoted(zone_name)}:{found:%Y%m%dT%H%M%S}"
    return f"{name}:{_utc(found):%Y%m%dT%H%M%SZ}"


def instance_name(moment: Moment) -> str:
    """The start that the rule gave an instance, as in ``Occurrence.recurrence_id``; empty if unknown."""
    if day := moment.get("date"):
        return str(day).replace("-", "")[:8]
    found = _read(moment)
    if found is None:
        return ""
    if found.tzinfo is None:
        found = found.replace(tzinfo=_zone(str(moment.get("timeZone") or "")) or UTC)
    return f"{_utc(found):%Y%m%dT%H%M%SZ}"


def instant(moment: Moment) -> datetime | None:
    """A Google time as UTC; None for a date or nothing."""
    name = instance_name(moment)
    return datetime.strptime(name, "%Y%m%dT%H%M%S%z") if "T" in name else None


def _read(moment: Moment) -> datetime | None:
    try:
        return datetime.fromisoformat(str(moment.get("dateTime") or ""))
    except ValueError:
        return None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment
    except (OverflowError, ValueError):
        return moment


@lru_cache(maxsize=1000)
def _zone(name: str) -> tzinfo | None:
    """The zone, None for UTC itself and for what nobody knows."""
    known = iana_name(name) if name and not _is_utc(name) else None
    return ZoneInfo(known) if known else None


def _is_utc(name: str) -> bool:
    return name.upper() in {"UTC", "Z", "ETC/UTC", "GMT", "ETC/GMT"}


def _quoted(zone: str) -> str:
    """A parameter's value (RFC 5545 §3.2)."""
    plain = "".join(c for c in zone if c >= " " and c not in '"\x7f')
    return f'"{plain}"' if set(plain) & set(":;,") else plain
