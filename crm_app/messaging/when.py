"""Dates and times as people write them, for mails and other texts. Pure.

Every function takes a UTC instant and the IANA zone in which it is to be read; the zone's name is
always shown beside a time. An unknown zone falls back to UTC and says so.
"""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    format_skeleton,
    get_timezone_name,
)

# "10:00 – 10:30 AM" where clocks have twelve hours, "10:00–10:30" elsewhere.
_CLOCK: dict[str, str] = {"en": "hm"}


def zone(name: str) -> ZoneInfo:
    """The zone called ``name``; UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def date_line(locale: str, zone_name: str, at: datetime) -> str:
    """``Dienstag, 24. November 2026``."""
    return format_date(at.astimezone(zone(zone_name)).date(), "full", locale=locale)


def time_line(locale: str, zone_name: str, starts_at: datetime, ends_at: datetime) -> str:
    """``10:00–10:30 Uhr``; an end on another day bears its date."""
    local = zone(zone_name)
    start, end = starts_at.astimezone(local), ends_at.astimezone(local)
    clock = _CLOCK.get(locale, "Hm")
    if start.date() == end.date():
        return format_interval(start, end, clock, tzinfo=local, locale=locale)
    first = format_skeleton(clock, start, tzinfo=local, locale=locale)
    last = format_skeleton(clock, end, tzinfo=local, locale=locale)
    return f"{first} – {last}, {date_line(locale, zone_name, ends_at)}"


def zone_line(locale: str, zone_name: str, at: datetime) -> str:
    """``Mitteleuropäische Zeit (UTC+1)``; the offset is the one at ``at``."""
    local = zone(zone_name)
    offset = _offset(at.astimezone(local))
    name = get_timezone_name(local, width="long", locale=locale)
    # CLDR names some zones by their offset alone, and UTC at length.
    if local.key.endswith("UTC") or not name or "GMT" in name:
        return offset
    return f"{name[:1].upper()}{name[1:]} ({offset})"


def _offset(local: datetime) -> str:
    ahead = local.utcoffset()
    minutes = int(ahead.total_seconds()) // 60 if ahead else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def short_line(locale: str, zone_name: str, at: datetime) -> str:
    """``24. Nov. 2026, 10:00``, for subjects and within sentences; the zone stands elsewhere."""
    return format_datetime(
        at, _SHORT.get(locale, "medium"), tzinfo=zone(zone_name), locale=Locale.parse(locale)
    )


# Without seconds, which no medium format of CLDR leaves out.
_SHORT: dict[str, str] = {
    "en": "EEE, MMM d, y, h:mm a",
    "de": "EEE, d. MMM y, HH:mm",
    "pl": "EEE, d MMM y, HH:mm",
    "it": "EEE d MMM y, HH:mm",
}
