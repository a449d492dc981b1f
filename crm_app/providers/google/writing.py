"""From an appointment to what Google is told. Pure.

A new event is said in full. A change says only what differs from what stands there, so that whatever
Tandem does not know about stays (the method is called patch); a part that is to go is null.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from crm_app.providers.calendar_port import Amendment, OutgoingEvent
from crm_app.providers.google.moments import instant
from crm_app.providers.google.reading import OUR_ID, OUR_UID, ours
from crm_app.providers.google.texts import clean, plain

Json = dict[str, Any]
_PRIVATE = {"private", "confidential"}
_ATTEMPTS = 4
# What an event is where Google says nothing.
_DEFAULTS = {"transparency": "opaque", "visibility": "default", "status": "confirmed"}


def event_ids(uid: str) -> list[str]:
    """The ids that an event of ours may have (letters a-v and digits), first choice first.

    Google never forgets an id: when the first one was used and cannot be revived, the next is taken.
    """
    return [uuid5(NAMESPACE_URL, f"tandem:{uid}#{number}").hex for number in range(_ATTEMPTS)]


def is_ours(event: Mapping[str, Any], uid: str) -> bool:
    """Whether ``event`` is our copy of the appointment with that UID."""
    return ours(event).get(OUR_UID) == uid or event.get("id") in event_ids(uid)


def new_body(event: OutgoingEvent) -> Json:
    """``event`` in full, but for its id."""
    return {
        **_always(event),
        "start": {"dateTime": _utc(event.starts_at)},
        "end": {"dateTime": _utc(event.ends_at)},
        "description": clean(event.description),
        "location": clean(event.location),
        "visibility": "private" if event.private else "default",
        **({"source": _source(event)} if event.url else {}),
        **({"attendees": _guests(event, {})} if event.organizer else {}),
    }


def changed_body(event: OutgoingEvent, present: Mapping[str, Any]) -> Json:
    """What has to be said to make ``present`` show ``event``."""
    wanted: Json = {
        **_always(event),
        **_times(event.starts_at, event.ends_at, present),
        "description": clean(event.description) or None,
        "location": clean(event.location) or None,
    }
    if (present.get("visibility") in _PRIVATE) != event.private:
        wanted["visibility"] = "private" if event.private else "default"
    if event.url or present.get("source"):
        wanted["source"] = _source(event) if event.url else None
    if event.organizer is not None and not present.get("attendeesOmitted"):
        # A list that Google shortened for us would drop the others when written back.
        wanted["attendees"] = _guests(event, present)
    return _news(wanted, present)


def amended_body(amendment: Amendment, present: Mapping[str, Any]) -> Json:
    """What has to be said to carry out ``amendment``."""
    wanted: Json = {}
    if amendment.starts_at is not None and amendment.ends_at is not None:
        wanted |= _times(amendment.starts_at, amendment.ends_at, present)
    if amendment.summary is not None:
        wanted["summary"] = clean(amendment.summary)
    if amendment.location is not None:
        wanted["location"] = clean(amendment.location) or None
    return _news(wanted, present)


def _always(event: OutgoingEvent) -> Json:
    return {
        "summary": clean(event.summary),
        "status": event.status.value,
        "transparency": "opaque" if event.busy else "transparent",
        "extendedProperties": {"private": {OUR_UID: event.uid, OUR_ID: event.tandem_id}},
    }


def _times(starts_at: datetime, ends_at: datetime, present: Mapping[str, Any]) -> Json:
    """Both times, or nothing when they are right. The zone that the event uses stays."""
    there = [instant(present.get(name) or {}) for name in ("start", "end")]
    if there == [starts_at, ends_at]:
        return {}
    said: Json = {}
    for name, moment in (("start", starts_at), ("end", ends_at)):
        zone = (present.get(name) or {}).get("timeZone")
        if zone is None and present.get("recurrence"):
            # A series must have one.
            zone = "UTC"
        said[name] = {"dateTime": _utc(moment), "date": None}
        if zone:
            said[name]["timeZone"] = zone
    return said


def _guests(event: OutgoingEvent, present: Mapping[str, Any]) -> list[Json]:
    """The guests of the appointment; whoever is there already keeps his answer, and the calendar's
    own entry and rooms stay."""
    there = {
        str(guest.get("email", "")).lower(): dict(guest)
        for guest in present.get("attendees") or ()
        if isinstance(guest, dict)
    }
    wanted = {email.strip().lower(): name for email, name in event.attendees}
    kept = [
        guest
        for email, guest in there.items()
        if email in wanted or guest.get("self") or guest.get("resource")
    ]
    new = [
        {"email": email, **({"displayName": clean(name)} if name else {})}
        for email, name in wanted.items()
        if email not in there
    ]
    return kept + new


def _source(event: OutgoingEvent) -> Json:
    return {"url": "".join(event.url.split()), "title": "Tandem"}


def _news(wanted: Json, present: Mapping[str, Any]) -> Json:
    """What of ``wanted`` the event does not say already."""
    return {
        name: value
        for name, value in wanted.items()
        if not _same(value, present.get(name) or _DEFAULTS.get(name))
    }


def _same(wanted: object, present: object) -> bool:
    """Whether ``present`` says all of ``wanted``; nothing and an empty text are the same, and so are
    texts that Google only spells in another way."""
    if isinstance(wanted, dict):
        said = present if isinstance(present, dict) else {}
        return all(_same(value, said.get(name)) for name, value in wanted.items())
    if isinstance(wanted, str) and isinstance(present, str):
        return wanted == present or _tidy(wanted) == _tidy(plain(present))
    return wanted == present or (not wanted and not present)


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
