"""iCalendar objects for tests, written the way servers write them."""

from collections.abc import Iterable


def event(
    *lines: str,
    uid: str = "event-1",
    start: str = "DTSTART:20261123T090000Z",
    end: str | None = "DTEND:20261123T100000Z",
    summary: str = "Meeting",
    more: Iterable[str] = (),
) -> str:
    """A calendar object with one VEVENT; ``more`` are whole further components."""
    body = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        start,
        *([end] if end else []),
        f"SUMMARY:{summary}",
        *lines,
        "END:VEVENT",
    ]
    return calendar(*body, *more)


def calendar(*lines: str) -> str:
    """The frame around components."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//somebody//EN", *lines, "END:VCALENDAR", ""]
    )


def exception(recurrence_id: str, *lines: str, uid: str = "event-1") -> list[str]:
    """A VEVENT that replaces one instance of the series ``uid``."""
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        recurrence_id,
        *lines,
        "END:VEVENT",
    ]
