"""Graph's times. Pure.

A ``dateTime`` has no offset and up to seven digits of a second; its ``timeZone`` stands beside it,
a Windows or an IANA name. All-day events run from midnight to midnight whatever that zone is: they
are dates and never converted.

Page: https://learn.microsoft.com/graph/api/resources/datetimetimezone
"""

import functools
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from crm_app.providers.ical.zones import iana_name

_UTC_NAMES = {"UTC", "tzone://Microsoft/Utc", "Etc/UTC", "Etc/GMT", "GMT"}
_MIDNIGHT = "T00:00:00"


@functools.cache
def zone_named(name: str) -> ZoneInfo | None:
    """The zone of a Windows or IANA name; None for ``tzone://Microsoft/Custom`` and strangers."""
    if name in _UTC_NAMES:
        return ZoneInfo("UTC")
    found = iana_name(name) if name and "://" not in name else None
    return ZoneInfo(found) if found else None


def compact(text: str) -> str:
    """``2026-03-02T10:00:00.0000000`` as ``20260302T100000``. Raises ValueError."""
    if len(text) < 19 or text[4] != "-" or text[10] != "T":
        raise ValueError("no date and time")
    return f"{text[0:4]}{text[5:7]}{text[8:10]}T{text[11:13]}{text[14:16]}{text[17:19]}"


def wall(text: str) -> datetime:
    """The naive time that ``text`` shows, to the second. Raises ValueError."""
    return datetime.fromisoformat(text[:19])


def instant(given: Mapping[str, Any]) -> datetime | None:
    """A ``dateTimeTimeZone`` as UTC; None in a zone that nobody knows. Raises ValueError."""
    zone = zone_named(str(given.get("timeZone") or "UTC"))
    if zone is None:
        return None
    return wall(str(given.get("dateTime"))).replace(tzinfo=zone).astimezone(UTC)


def day(given: Mapping[str, Any], original_zone: str) -> date:
    """The date of an all-day event's start or end. Raises ValueError."""
    text = str(given.get("dateTime"))
    if text[10:19] == _MIDNIGHT:
        return date.fromisoformat(text[:10])
    # Not midnight: it was converted after all, so it is converted back.
    at, zone = instant(given), zone_named(original_zone)
    return (at.astimezone(zone) if at and zone else wall(text)).date()


def written(moment: datetime, zone_name: str = "UTC") -> dict[str, str]:
    """``moment`` (aware) as a ``dateTimeTimeZone`` in ``zone_name``, or in UTC where that zone is
    unknown or shows the same time twice that day."""
    zone: tzinfo | None = zone_named(zone_name)
    if zone is not None and zone_name not in _UTC_NAMES:
        shown = moment.astimezone(zone)
        if not shown.fold:
            return {"dateTime": f"{shown:%Y-%m-%dT%H:%M:%S}", "timeZone": zone_name}
    return {"dateTime": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
