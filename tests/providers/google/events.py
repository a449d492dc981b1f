"""Google's events as they come in answers."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from crm_app.providers.google.reading import remote_event, series_of, uid_of
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.occurrence import Occurrence

Json = dict[str, Any]
ME = "me@example.org"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
# When ``event`` starts.
TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)


def event(**parts: Any) -> Json:
    """An hour on 2 March 2026, 11:00 in Berlin, changed as asked (None removes)."""
    whole: Json = {
        "kind": "calendar#event",
        "id": "one",
        "etag": '"1"',
        "status": "confirmed",
        "updated": "2026-02-01T10:00:00.000Z",
        "summary": "Lunch",
        "organizer": {"email": ME, "self": True},
        "start": {"dateTime": "2026-03-02T11:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-02T12:00:00+01:00", "timeZone": "Europe/Berlin"},
        "iCalUID": "one@google.com",
        "eventType": "default",
        **parts,
    }
    return {name: value for name, value in whole.items() if value is not None}


def raw(item: Json, uid: str = "") -> str:
    """``item`` as iCalendar."""
    return remote_event(item, owner=ME, uid=uid or uid_of(item) or "one@google.com").raw


def occurrences(
    *items: Json, zone: str = "Europe/Berlin", own: Iterable[str] = (ME,)
) -> list[Occurrence]:
    """What ``items`` mean, read together, in 2026."""
    uid = next((uid_of(item) for item in items if not series_of(item)), "one@google.com")
    text = "".join(raw(item, uid) for item in items)
    return read_occurrences(
        text, since=SINCE, until=UNTIL, calendar_zone=zone, own_addresses=tuple(own)
    )


def one(**parts: Any) -> Occurrence:
    """The single occurrence of ``event(**parts)``."""
    (found,) = occurrences(event(**parts))
    return found


def guest(email: str, answer: str = "needsAction", **more: Any) -> Json:
    """An attendee."""
    return {"email": email, "responseStatus": answer, **more}
