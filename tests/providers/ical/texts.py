"""Small iCalendar objects for tests."""

OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def event(*lines: str, uid: str | None = "one@example.org") -> str:
    """A VEVENT of ``lines``."""
    own = [f"UID:{uid}"] if uid else []
    return "\n".join(["BEGIN:VEVENT", *own, *lines, "END:VEVENT", ""])


def calendar(*components: str) -> str:
    """A calendar object with CRLF line ends, as servers send it."""
    text = "".join(["BEGIN:VCALENDAR\n", "VERSION:2.0\n", "PRODID:-//t//t\n", *components])
    return (text + "END:VCALENDAR\n").replace("\n", "\r\n")


def single(*lines: str) -> str:
    """A calendar object with one event."""
    return calendar(event(*lines))
