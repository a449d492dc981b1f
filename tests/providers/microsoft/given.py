"""Events as Graph tells them."""

from typing import Any

OWNER = "me@example.org"


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    """A dateTimeTimeZone: ``2026-03-02T10:00``."""
    return {"dateTime": f"{text}:00.0000000", "timeZone": zone}


def told(**changes: Any) -> dict[str, Any]:
    """An hour on 2 March 2026, 10:00 UTC, changed as asked; ``None`` takes a property away."""
    event: dict[str, Any] = {
        "@odata.etag": 'W/"one=="',
        "id": "AAMkone",
        "iCalUId": "one@example.org",
        "type": "singleInstance",
        "subject": "Call",
        "body": {"contentType": "text", "content": ""},
        "start": at("2026-03-02T10:00"),
        "end": at("2026-03-02T11:00"),
        "isAllDay": False,
        "showAs": "busy",
        "sensitivity": "normal",
        "isCancelled": False,
        "isOrganizer": True,
        "organizer": person("me@example.org"),
        "attendees": [],
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "originalStartTimeZone": "UTC",
        "recurrence": None,
        "seriesMasterId": None,
        "transactionId": None,
    } | changes
    return {name: value for name, value in event.items() if value is not None}


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": name}}


def guest(address: str, answer: str = "none", kind: str = "required", name: str = "") -> Any:
    return {**person(address, name), "type": kind, "status": {"response": answer}}


def series(pattern: dict[str, Any], **limits: Any) -> dict[str, Any]:
    """A recurrence; without limits it has no end and begins on 2 March 2026."""
    wanted = {"interval": 1, "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday"}
    ends = {"type": "noEnd", "startDate": "2026-03-02", "numberOfOccurrences": 0}
    return {
        "pattern": {**wanted, "index": "first", **pattern},
        "range": {**ends, "endDate": "0001-01-01", "recurrenceTimeZone": "", **limits},
    }


WEEKLY = {"type": "weekly", "daysOfWeek": ["monday"]}
