"""What stands in the members' own calendars: as a calendar program writes it, and as plain times.

The times are worked out here from wall clocks alone, apart from anything that reads iCalendar, so
that they can be held against what the product understood.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.browser.journey.week import FRI, MON, THU, TUE, WARSAW, WED, Week

Taken = tuple[datetime, datetime]

WORK, PRIVATE, UNUSED = "work", "private", "club"

_RULES = """BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE"""
_TOKYO = """BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19510101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE"""
_ZONES = {
    "Europe/Berlin": _RULES.format(zone="Europe/Berlin"),
    "Europe/Warsaw": _RULES.format(zone="Europe/Warsaw"),
    "Asia/Tokyo": _TOKYO,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One object in one calendar, what it is there for, and which time of the week it takes."""

    calendar: str
    name: str
    why: str
    ics: str
    takes: tuple[Taken, ...] = ()


def lasting(start: datetime, minutes: int) -> Taken:
    """So many minutes from ``start`` on."""
    return start, start + timedelta(minutes=minutes)


def annas(week: Week) -> list[Entry]:
    """Anna Berger's: a series with exceptions, another zone, free and declined ones, a day off."""
    return [
        _standup(week),
        _tokyo(week),
        _free_day(week),
        _declined(week),
        _day_off(week),
        _club(week),
    ]


def kates(week: Week) -> list[Entry]:
    """Kate Wójcik's: a meeting in her own zone, from this week on every week."""
    body = _event(
        "lunch",
        f"DTSTART;TZID=Europe/Warsaw:{_local(week, TUE, '12:00')}",
        f"DTEND;TZID=Europe/Warsaw:{_local(week, TUE, '14:00')}",
        "RRULE:FREQ=WEEKLY",
        "SUMMARY:Klient",
    )
    return [
        Entry(
            WORK,
            "lunch",
            "a meeting in Warsaw",
            _calendar(body, "Europe/Warsaw"),
            (week.span(TUE, "12:00", 120, WARSAW),),
        )
    ]


def _standup(week: Week) -> Entry:
    """Every working day since eight weeks; this week not on Thursday, and on Wednesday later."""
    first = week.monday - timedelta(weeks=8)
    series = _event(
        "standup",
        f"DTSTART;TZID=Europe/Berlin:{first:%Y%m%d}T090000",
        f"DTEND;TZID=Europe/Berlin:{first:%Y%m%d}T100000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        f"EXDATE;TZID=Europe/Berlin:{_local(week, THU, '09:00')}",
        "SUMMARY:Stand-up",
    )
    moved = _event(
        "standup",
        f"RECURRENCE-ID;TZID=Europe/Berlin:{_local(week, WED, '09:00')}",
        f"DTSTART;TZID=Europe/Berlin:{_local(week, WED, '14:00')}",
        f"DTEND;TZID=Europe/Berlin:{_local(week, WED, '15:00')}",
        "SUMMARY:Stand-up",
    )
    hours = [week.span(day, "09:00", 60) for day in (MON, TUE, FRI)]
    return Entry(
        WORK,
        "standup",
        "a daily series, one of it cancelled, one moved",
        _calendar(f"{series}\n{moved}", "Europe/Berlin"),
        (*hours, week.span(WED, "14:00", 60)),
    )


def _tokyo(week: Week) -> Entry:
    body = _event(
        "tokyo",
        f"DTSTART;TZID=Asia/Tokyo:{_local(week, MON, '19:00')}",
        f"DTEND;TZID=Asia/Tokyo:{_local(week, MON, '20:30')}",
        "SUMMARY:Call with Osaka",
    )
    return Entry(
        PRIVATE,
        "tokyo",
        "a call on the clock of Tokyo",
        _calendar(body, "Asia/Tokyo"),
        (week.span(MON, "19:00", 90, "Asia/Tokyo"),),
    )


def _free_day(week: Week) -> Entry:
    body = _event(
        "birthday",
        f"DTSTART;VALUE=DATE:{week.day(WED):%Y%m%d}",
        f"DTEND;VALUE=DATE:{week.day(THU):%Y%m%d}",
        "TRANSP:TRANSPARENT",
        "SUMMARY:Birthday of Mum",
    )
    return Entry(PRIVATE, "birthday", "a whole day that is marked as free", _calendar(body))


def _declined(week: Week) -> Entry:
    body = _event(
        "declined",
        f"DTSTART;TZID=Europe/Berlin:{_local(week, THU, '13:00')}",
        f"DTEND;TZID=Europe/Berlin:{_local(week, THU, '16:00')}",
        "ORGANIZER:mailto:chef@partner.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:chef@partner.example",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@sonnenhaus.example",
        "SUMMARY:Workshop",
    )
    return Entry(WORK, "declined", "a workshop that she declined", _calendar(body, "Europe/Berlin"))


def _day_off(week: Week) -> Entry:
    body = _event(
        "fair",
        f"DTSTART;VALUE=DATE:{week.day(FRI):%Y%m%d}",
        f"DTEND;VALUE=DATE:{week.day(FRI) + timedelta(days=1):%Y%m%d}",
        "SUMMARY:Trade fair",
    )
    takes = ((week.at(FRI, "00:00"), week.at(FRI + 1, "00:00")),)
    return Entry(PRIVATE, "fair", "a whole day at a fair", _calendar(body), takes)


def _club(week: Week) -> Entry:
    """In a calendar that she does not choose: it takes nothing."""
    body = _event(
        "club",
        f"DTSTART:{week.at(THU, '08:00'):%Y%m%dT%H%M%SZ}",
        f"DTEND:{week.at(THU, '18:00'):%Y%m%dT%H%M%SZ}",
        "SUMMARY:Rowing club",
    )
    return Entry(UNUSED, "club", "busy, but in a calendar that is not chosen", _calendar(body))


def _local(week: Week, day: int, clock: str) -> str:
    return f"{week.day(day):%Y%m%d}T{clock.replace(':', '')}00"


def _event(uid: str, *lines: str) -> str:
    head = ("BEGIN:VEVENT", f"UID:{uid}@outside.example", "DTSTAMP:20260101T000000Z")
    return "\n".join([*head, *lines, "END:VEVENT"])


def _calendar(body: str, zone: str = "") -> str:
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Outside//EN", _ZONES.get(zone, ""), body]
    text = "\n".join([*filter(None, parts), "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n")
