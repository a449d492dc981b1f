"""From iCalendar to Google's JSON: what a person's other program leaves at Google by way of CalDAV."""

from datetime import UTC, date, datetime
from typing import Any

import icalendar

from tests.servers.google.series import original_of
from tests.servers.google.store import GoogleCalendar

Json = dict[str, Any]
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def put_ical(calendar: GoogleCalendar, event_id: str, raw: str) -> str:
    """Write the one event or series of ``raw`` over what is at ``event_id``; that id, empty if
    ``raw`` holds no event."""
    events = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    masters = [one for one in events if "RECURRENCE-ID" not in one]
    for master in masters:
        kept = calendar.events.get(event_id, {})
        shown = {name: kept[name] for name in ("extendedProperties", "source") if name in kept}
        body = {**shown, **_body(master, calendar.owner)}
        if kept.get("iCalUID"):
            body["iCalUID"] = kept["iCalUID"]
        stored = calendar.keep(event_id, body)
        _put_exceptions(calendar, stored, [one for one in events if one not in masters])
    return event_id if masters else ""


def _put_exceptions(calendar: GoogleCalendar, master: Json, changed: list[Any]) -> None:
    wanted = {_name(one["RECURRENCE-ID"].dt): one for one in changed}
    for one in [*calendar.events.values()]:
        if one.get("recurringEventId") == master["id"] and original_of(one) not in wanted:
            # Put back to where the rule has it; Google goes on keeping it for itself.
            calendar.forget(one["id"])
            original = calendar.get(one["id"])
            calendar.keep(one["id"], original)
    for name, one in wanted.items():
        original = calendar.get(f"{master['id']}_{name}")
        kept = {part: original[part] for part in ("recurringEventId", "originalStartTime")}
        body = {**_body(one, calendar.owner), **kept, "iCalUID": master["iCalUID"]}
        calendar.keep(original["id"], body)


def _body(event: Any, owner: str) -> Json:
    body: Json = {
        "iCalUID": str(event["UID"]),
        "start": _moment(event["DTSTART"]),
        "end": _moment(event.get("DTEND") or event["DTSTART"]),
        "recurrence": [
            f"{name};{prop.params.to_ical().decode()}:{prop.to_ical().decode()}".replace(";:", ":")
            for name in ("RRULE", "EXDATE", "RDATE")
            for prop in _all(event, name)
        ]
        or None,
    }
    for name, theirs in (
        ("summary", "SUMMARY"),
        ("description", "DESCRIPTION"),
        ("location", "LOCATION"),
    ):
        body[name] = str(event[theirs]) if theirs in event else None
    body["status"] = str(event.get("STATUS", "CONFIRMED")).lower()
    body["transparency"] = "transparent" if event.get("TRANSP") == "TRANSPARENT" else None
    body["visibility"] = str(event["CLASS"]).lower() if "CLASS" in event else None
    if "URL" in event:
        body["source"] = {"url": str(event["URL"]), "title": "Link"}
    if "X-TANDEM-ID" in event:
        noted = {"tandemId": str(event["X-TANDEM-ID"]), "tandemUid": str(event["UID"])}
        body["extendedProperties"] = {"private": noted}
    body["attendees"] = [_guest(prop, owner) for prop in _all(event, "ATTENDEE")] or None
    if "ORGANIZER" in event:
        email = str(event["ORGANIZER"]).removeprefix("mailto:")
        body["organizer"] = {"email": email, **({"self": True} if email == owner else {})}
    return body


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _guest(prop: Any, owner: str) -> Json:
    email = str(prop).removeprefix("mailto:")
    answer = _ANSWERS.get(str(prop.params.get("PARTSTAT", "")), "needsAction")
    name = prop.params.get("CN")
    return {
        "email": email,
        "responseStatus": answer,
        **({"displayName": str(name)} if name else {}),
        **({"self": True} if email == owner else {}),
    }


def _moment(prop: Any) -> Json:
    moment = prop.dt
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat()}
    zone = str(prop.params.get("TZID", "UTC"))
    return {"dateTime": moment.isoformat(), "timeZone": zone}


def _name(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{moment:%Y%m%d}"
