"""What the calendar's owner does in Google's own pages, behind our back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.google.store import GoogleCalendar

Json = dict[str, Any]
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def timed(start: datetime = START, minutes: int = 60, zone: str = "") -> Json:
    """``start`` and ``end`` of an event."""
    more = {"timeZone": zone} if zone else {}
    end = start + timedelta(minutes=minutes)
    return {
        "start": {"dateTime": start.isoformat(), **more},
        "end": {"dateTime": end.isoformat(), **more},
    }


def whole_day(first: str, end: str) -> Json:
    """``start`` and ``end`` (exclusive) of an all-day event."""
    return {"start": {"date": first}, "end": {"date": end}}


def put(calendar: GoogleCalendar, event_id: str, **body: Any) -> Json:
    """An event with that id, as it is said, new or written over; an hour on 2 March 2026 if unsaid."""
    present = calendar.events.get(event_id, {})
    times = {} if "start" in present or "start" in body else timed()
    return calendar.keep(event_id, {"summary": event_id, **times, **present, **body})


def edit(calendar: GoogleCalendar, event_id: str, **changes: Any) -> Json:
    """Change an event, or an instance of a series (None removes a part)."""
    return calendar.keep(event_id, {**calendar.get(event_id), **changes})


def cancel(calendar: GoogleCalendar, event_id: str) -> None:
    """Delete an event, or an instance of a series."""
    calendar.delete(event_id, None)


def restore(calendar: GoogleCalendar, event_id: str) -> Json:
    """Take an event out of the bin."""
    return edit(calendar, event_id, status="confirmed")


def split(calendar: GoogleCalendar, event_id: str, when: str, **changes: Any) -> Json:
    """Change an instance "and following": the old series ends before it, a new one begins."""
    master = calendar.get(event_id)
    instance = calendar.get(f"{event_id}_{when}")
    first = datetime.strptime(when, "%Y%m%dT%H%M%S%z")
    rule = next(line for line in master["recurrence"] if line.startswith("RRULE"))
    ended = f"{rule};UNTIL={first - timedelta(seconds=1):%Y%m%dT%H%M%SZ}"
    edit(calendar, event_id, recurrence=[ended])
    begun = {**master, "start": instance["start"], "end": instance["end"]}
    new_id = f"{event_id}_R{first:%Y%m%dT%H%M%S}"
    return calendar.keep(
        new_id, {**begun, "recurrence": [rule], "iCalUID": f"{new_id}@google.com", **changes}
    )


def expire_tokens(calendar: GoogleCalendar) -> None:
    """No token given out so far is good any more."""
    calendar.revision += 1
    calendar.expired = calendar.revision


def seed(calendar: GoogleCalendar, count: int, *, first: datetime = START, guests: int = 1) -> None:
    """``count`` events, one every half hour, every tenth a series; without telling anybody."""
    watchers, calendar.watchers = calendar.watchers, []
    for number in range(count):
        start = first + timedelta(minutes=30 * number)
        body: Json = {
            "summary": f"Seeded {number}",
            "description": "What it is about, in a line or two of plain text.",
            "location": "Room 3, second floor",
            **timed(start, 30, "Europe/Berlin"),
        }
        if guests:
            body["attendees"] = [
                {"email": f"guest{number}x{each}@client.example", "responseStatus": "accepted"}
                for each in range(guests)
            ]
        if number % 10 == 0:
            body["recurrence"] = ["RRULE:FREQ=WEEKLY;COUNT=4"]
        calendar.keep(f"seeded{number:06}", body)
    calendar.watchers = watchers
