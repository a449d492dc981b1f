"""From an appointment to what Graph is told. Pure.

Only what differs is written, and never a guest: Exchange mails every guest that it is told of, and
has no switch against it. So the guests of an appointment stand in Tandem's own invitation, not here.
"""

from collections.abc import Mapping
from typing import Any

from crm_app.providers.calendar_port import Amendment, OutgoingEvent
from crm_app.providers.microsoft.marks import PROPERTY, Mark, transaction_id
from crm_app.providers.microsoft.texts import composed, own_part, text_of
from crm_app.providers.microsoft.times import instant, written
from crm_app.providers.occurrence import EventStatus

_KEPT = {"busy": {"busy", "oof", "unknown"}, "free": {"free", "workingelsewhere"}}
_PRIVATE = {"private", "personal", "confidential"}


def created(event: OutgoingEvent, attempt: int = 0) -> dict[str, Any]:
    """The whole event, as it is made."""
    mark = Mark(event.tandem_id, event.uid)
    return {
        "subject": event.summary,
        "body": {"contentType": "text", "content": composed(event.description, event.url)},
        "start": written(event.starts_at),
        "end": written(event.ends_at),
        "location": {"displayName": event.location},
        "showAs": _shown_as(event),
        "sensitivity": "private" if event.private else "normal",
        "transactionId": transaction_id(mark, attempt),
        "singleValueExtendedProperties": [{"id": PROPERTY, "value": event.uid}],
    }


def changes(present: Mapping[str, Any], event: OutgoingEvent) -> dict[str, Any]:
    """What has to be written so that ``present`` says what ``event`` says; a body as plain text."""
    found: dict[str, Any] = {}
    if not _same(str(present.get("subject") or ""), event.summary):
        found["subject"] = event.summary
    wanted = composed(event.description, event.url)
    if not _same(own_part(text_of(present)), wanted):
        found["body"] = {"contentType": "text", "content": wanted}
    if present.get("isAllDay") or not _same_time(present, event):
        found |= _times(present, event)
    if not _same(_place(present), event.location):
        found["location"] = {"displayName": event.location}
    shown, state = str(present.get("showAs") or "").lower(), _shown_as(event)
    if shown not in _KEPT.get(state, {state}):
        found["showAs"] = state
    if (str(present.get("sensitivity") or "normal").lower() in _PRIVATE) != event.private:
        found["sensitivity"] = "private" if event.private else "normal"
    return found


def amended(present: Mapping[str, Any], amendment: Amendment) -> dict[str, Any]:
    """What has to be written so that ``amendment`` is done, and nothing else."""
    found: dict[str, Any] = {}
    if amendment.starts_at is not None and amendment.ends_at is not None:
        found |= _times(present, amendment)
    if amendment.summary is not None:
        found["subject"] = amendment.summary
    if amendment.location is not None:
        found["location"] = {"displayName": amendment.location}
    return found


def _shown_as(event: OutgoingEvent) -> str:
    if not event.busy or event.status is EventStatus.CANCELLED:
        return "free"
    return "tentative" if event.status is EventStatus.TENTATIVE else "busy"


def _times(present: Mapping[str, Any], wanted: OutgoingEvent | Amendment) -> dict[str, Any]:
    """Start and end in the zone that the event was made in."""
    zone = str(present.get("originalStartTimeZone") or "UTC")
    start, end = wanted.starts_at, wanted.ends_at
    if start is None or end is None:
        return {}
    found: dict[str, Any] = {"start": written(start, zone), "end": written(end, zone)}
    return found | ({"isAllDay": False} if present.get("isAllDay") else {})


def _same_time(present: Mapping[str, Any], event: OutgoingEvent) -> bool:
    try:
        found = instant(present["start"]), instant(present["end"])
    except (KeyError, ValueError, TypeError):
        return False
    return found == (event.starts_at, event.ends_at)


def _same(a: str, b: str) -> bool:
    """Servers trim and fold blanks."""
    return " ".join(a.split()) == " ".join(b.split())


def _place(present: Mapping[str, Any]) -> str:
    return str((present.get("location") or {}).get("displayName") or "")
