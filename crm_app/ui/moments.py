"""Times as the dashboard shows them, in the reader's language and zone. Pure.

Every function takes UTC instants. English follows the zone: where people read 2:30 PM they get it,
everywhere else 14:30. ``now`` decides what "today" is.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta

from crm_app.core.i18n import LOCALES, N_, translate

_TWELVE_HOURS = ("America/", "US/", "Pacific/Honolulu")


def zone_of(name: str) -> ZoneInfo:
    """The zone called ``name``; UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def formats(locale: str, zone: str) -> Locale:
    """The conventions by which ``locale`` writes times."""
    if locale not in LOCALES or locale == "en":
        return Locale.parse("en_US" if zone.startswith(_TWELVE_HOURS) else "en_GB")
    return Locale.parse(locale)


def clock_time(locale: str, zone: str, at: datetime) -> str:
    """``14:30`` or ``2:30 PM``."""
    return str(format_time(at, "short", tzinfo=zone_of(zone), locale=formats(locale, zone)))


def span(locale: str, zone: str, starts_at: datetime, ends_at: datetime) -> str:
    """``14:30–15:00``."""
    return f"{clock_time(locale, zone, starts_at)}–{clock_time(locale, zone, ends_at)}"


def day(locale: str, zone: str, at: datetime, now: datetime) -> str:
    """``Tue 24 Nov``; with the year when it is not this one."""
    local, today = at.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    pattern = "MMMEd" if local.year == today.year else "yMMMEd"
    return str(format_skeleton(pattern, local.date(), locale=formats(locale, zone)))


def long_day(locale: str, zone: str, at: datetime) -> str:
    """``Tuesday, 24 November 2026``."""
    local = at.astimezone(zone_of(zone)).date()
    return str(format_date(local, "full", locale=formats(locale, zone)))


def moment(locale: str, zone: str, at: datetime, now: datetime) -> str:
    """``Today, 14:30``, ``Yesterday, 14:30`` or ``Tue 24 Nov, 14:30``."""
    local, today = at.astimezone(zone_of(zone)).date(), now.astimezone(zone_of(zone)).date()
    time = clock_time(locale, zone, at)
    named = {
        timedelta(0): N_("Today, {time}"),
        timedelta(-1): N_("Yesterday, {time}"),
        timedelta(1): N_("Tomorrow, {time}"),
    }.get(local - today)
    return translate(locale, named, time=time) if named else f"{day(locale, zone, at, now)}, {time}"


def ago(locale: str, at: datetime, now: datetime) -> str:
    """``3 minutes ago``; what lies ahead by a clock's tolerance counts as now."""
    passed = max(now - at, timedelta(0))
    if passed < timedelta(seconds=10):
        return translate(locale, N_("just now"))
    return str(format_timedelta(-passed, add_direction=True, locale=formats(locale, "UTC")))


def exact(locale: str, zone: str, at: datetime) -> str:
    """``24 November 2026 at 14:30:05 CET``, for tooltips."""
    return str(format_datetime(at, "long", tzinfo=zone_of(zone), locale=formats(locale, zone)))
