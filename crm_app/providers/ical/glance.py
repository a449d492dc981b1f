"""What can be told of an object without taking it apart. Pure.

Most events of a calendar are over. Of one that is written in the plainest way, that is all there is
to know: it takes no time that anybody asks about.
"""

import re
from datetime import datetime

_UTC = r"\d{8}T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ"
# One event without a rule, its times in UTC and one after the other, and otherwise nothing but lines
# that cannot say when it is, each with its name in one piece.
_OTHERS = (
    "SUMMARY|DESCRIPTION|LOCATION|ORGANIZER|ATTENDEE|URL|STATUS|TRANSP|CLASS|SEQUENCE|X-TANDEM-ID"
)
_REST = r"[:;][^\r\n]*+\r\n(?:[ \t][^\r\n]*+\r\n)*+"
_SINGLE = re.compile(
    r"BEGIN:VCALENDAR\r\n(?:(?:VERSION|PRODID|CALSCALE):[^\r\n]*+\r\n)*+BEGIN:VEVENT\r\n"
    rf"(?:(?:UID|DTSTAMP){_REST})*+DTSTART:({_UTC})\r\nDTEND:({_UTC})\r\n"
    rf"(?:(?:{_OTHERS}){_REST})*+END:VEVENT\r\nEND:VCALENDAR\r\n",
    re.ASCII,
)
_LONGEST = 4000


def is_over(raw: str, since: datetime) -> bool:
    """Whether ``raw`` is plainly a single event that ended by ``since`` (UTC), with nothing odd about its
    times. False says nothing."""
    if len(raw) > _LONGEST:
        return False
    found = _SINGLE.fullmatch(raw)
    if found is None:
        return False
    try:
        starts, ends = map(datetime.fromisoformat, found.groups())
    except ValueError:
        return False
    return starts < ends <= since
