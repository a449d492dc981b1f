"""How a visitor reads days, clock times and zones: words for instants, by language and region.

Pure. A visitor's ``formats`` is a Babel locale: the page's language, for English with the region
that decides between "9:30" and "9:30 AM" and where the week begins. Zones are IANA names.
"""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates

from crm_app.core.i18n import LOCALES

_ENGLISH_TAG = re.compile(r"\ben-([A-Za-z]{2})\b")
# Where English is read with AM and PM, as far as a zone can tell.
_TWELVE_HOUR_ZONES = ("America/", "US/", "Pacific/Honolulu")


def formats(locale: str, accept_language: str | None, zone: str) -> Locale:
    """The conventions for ``locale``; English takes its region from the browser, else the zone."""
    if locale not in LOCALES:
        locale = "en"
    if locale != "en":
        return Locale.parse(locale)
    asked = _ENGLISH_TAG.search((accept_language or "")[:500])
    region = "US" if zone.startswith(_TWELVE_HOUR_ZONES) else "GB"
    try:
        return Locale.parse(f"en_{asked.group(1).upper() if asked else region}")
    except UnknownLocaleError:
        return Locale.parse(f"en_{region}")


def clock_time(at: datetime, zone: str, formats: Locale) -> str:
    """``14:30`` or ``2:30 PM``."""
    return dates.format_time(at, "short", tzinfo=ZoneInfo(zone), locale=formats)


def clock_span(start: datetime, end: datetime, zone: str, formats: Locale) -> str:
    """``14:30–15:00``, or ``2:30 PM – 3:00 PM``."""
    first, last = clock_time(start, zone, formats), clock_time(end, zone, formats)
    spaced = any(letter.isspace() for letter in first)
    return f"{first} – {last}" if spaced else f"{first}–{last}"


def distinct_times(instants: list[datetime], zone: str, formats: Locale) -> list[str]:
    """Clock times of one local day; those that a clock change shows twice get their offset."""
    plain = [clock_time(at, zone, formats) for at in instants]
    return [
        f"{text} ({offset(at, zone)})" if plain.count(text) > 1 else text
        for text, at in zip(plain, instants, strict=True)
    ]


def long_day(day: date, formats: Locale, *, year: bool = False) -> str:
    """``Tuesday, 24 November``, with the year on demand; begins with a capital in every language."""
    pattern = formats.date_formats["full"].pattern
    if not year:
        pattern = re.sub(r"[,\s]*y+$", "", pattern)
    return _capital(dates.format_date(day, pattern, locale=formats))


def short_day(day: date, formats: Locale) -> str:
    """``Tue 24 Nov``."""
    return _capital(dates.format_skeleton("MMMEd", day, locale=formats))


def month_name(month: date, formats: Locale) -> str:
    """``November 2026``."""
    return _capital(dates.format_skeleton("yMMMM", month, locale=formats))


def month_abbreviation(month: date, formats: Locale) -> str:
    """``Nov``."""
    names = dates.get_month_names("abbreviated", "stand-alone", formats)
    return _capital(str(names[month.month]).rstrip("."))


def weekday_names(formats: Locale) -> list[str]:
    """Seven short names, from the first day of the week as this region has it."""
    names = dates.get_day_names("abbreviated", "stand-alone", formats)
    order = [(formats.first_week_day + step) % 7 for step in range(7)]
    return [str(names[day]).rstrip(".") for day in order]


def weekday_name(day: date, formats: Locale) -> str:
    """``Tue``."""
    names = dates.get_day_names("abbreviated", "stand-alone", formats)
    return str(names[day.weekday()]).rstrip(".")


def column_of(day: date, formats: Locale) -> int:
    """The column of ``day`` in a month's grid, 0 to 6."""
    return (day.weekday() - formats.first_week_day) % 7


def local_day(at: datetime, zone: str) -> date:
    """The date on which ``at`` falls in ``zone``."""
    return at.astimezone(ZoneInfo(zone)).date()


def offset(at: datetime, zone: str) -> str:
    """``UTC+1``, ``UTC+5:30`` or ``UTC``, as it is at ``at``."""
    ahead = at.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(ahead.total_seconds()) // 60 if ahead else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def city(zone: str, formats: Locale) -> str:
    """The zone's own place: ``Warsaw`` or ``Warschau``, ``Knox, Indiana``."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    name = dates.get_timezone_location(ZoneInfo(zone), locale=formats, return_city=True)
    # Zones that the locale data does not know come back as "unknown".
    if not name or "(" in name or zone.startswith("Etc/"):
        name = zone.partition("/")[2].replace("_", " ")
    land, slash, town = name.rpartition("/")
    return f"{town}, {land}" if slash else name


def zone_name(zone: str, at: datetime, formats: Locale) -> str:
    """``Central European Time (UTC+1)``."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    name = dates.get_timezone_name(ZoneInfo(zone), width="long", locale=formats)
    return f"{_capital(name)} ({offset(at, zone)})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
