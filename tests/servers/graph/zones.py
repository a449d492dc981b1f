"""Windows' names of time zones, and Graph's way to write times."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

CUSTOM = "tzone://Microsoft/Custom"
# The zone that this mailbox calls its own: a strange one between the others.
CUSTOM_IS = ZoneInfo("Asia/Kathmandu")
_WINDOWS = {olson: windows for windows, olson in reversed(WINDOWS_TO_OLSON.items())}


def zone(name: str) -> tzinfo:
    """The zone of a Windows or IANA name. Raises KeyError for one that nobody knows."""
    if name == CUSTOM:
        return CUSTOM_IS
    return ZoneInfo("UTC") if name == "UTC" else ZoneInfo(WINDOWS_TO_OLSON.get(name, name))


def windows_name(olson: str) -> str:
    """As Outlook calls the zone."""
    return _WINDOWS.get(olson, olson)


def parse(given: dict[str, str]) -> datetime:
    """A dateTimeTimeZone as an aware datetime in its zone."""
    return datetime.fromisoformat(given["dateTime"][:19]).replace(tzinfo=zone(given["timeZone"]))


def told(moment: datetime, name: str = "UTC") -> dict[str, str]:
    """``moment`` as Graph tells it when asked for the zone ``name``."""
    shown = moment.astimezone(zone(name))
    return {"dateTime": f"{shown:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def midnight(day: date) -> dict[str, str]:
    """How a whole day's start or end looks, whatever zone was asked for."""
    return {"dateTime": f"{day}T00:00:00.0000000", "timeZone": "UTC"}


def first_moment(day: date, at: time, name: str) -> datetime:
    """``day`` at ``at`` on the clock of the zone ``name``."""
    return datetime.combine(day, at, tzinfo=zone(name))


def text(moment: datetime) -> str:
    """A DateTimeOffset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def length(event: dict[str, Any]) -> timedelta:
    """From start to end on the wall clock."""
    start, end = parse(event["start"]), parse(event["end"])
    return end.replace(tzinfo=None) - start.replace(tzinfo=None)
