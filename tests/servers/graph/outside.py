"""The mailbox's owner at work in Outlook: iCalendar put into it, events edited, many seeded."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar

from crm_app.providers.microsoft.marks import PROPERTY, Mark, mark_of, transaction_id
from crm_app.providers.microsoft.texts import composed
from tests.servers.graph import zones
from tests.servers.graph.server import OWNER, Graph
from tests.servers.graph.store import Calendar, Event

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_CODES = dict(zip(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], _DAYS, strict=True))
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentativelyAccepted"}
NO_TIME = "0001-01-01T00:00:00Z"


@dataclass
class Outside:
    """Puts iCalendar under names of its own; ``names`` maps them to Graph's ids."""

    graph: Graph
    calendar: Calendar
    names: dict[str, str] = field(default_factory=dict)

    def put(self, entry: str, raw: str) -> str:
        """An event, or a series with its exceptions; the id that it has in Graph."""
        found = list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))
        master = next(each for each in found if "RECURRENCE-ID" not in each)
        given = event_of(master)
        mailbox, event_id = self.graph.mailbox, self.names.get(entry, entry)
        if event_id in self.calendar.events:
            for name in ("iCalUId", "transactionId", "_properties"):
                given.pop(name, None)
            present = self.calendar.events[event_id]
            if any(present.get(name) != value for name, value in given.items()):
                mailbox.change(self.calendar, event_id, given)
        else:
            event_id = mailbox.add(self.calendar, given)["id"]
            self.names[entry] = event_id
        exceptions = {
            _day(each["RECURRENCE-ID"].dt).isoformat(): event_of(each)
            for each in found
            if each is not master
        }
        for each in exceptions.values():
            for name in ("iCalUId", "recurrence", "transactionId", "_properties"):
                each.pop(name, None)
        cancelled = {day.isoformat() for day in _cancelled(master)}
        present = self.calendar.events[event_id]
        if exceptions or cancelled or present["_exceptions"] or present["_cancelled"]:
            mailbox.set_parts(self.calendar, event_id, exceptions, cancelled)
        return event_id

    def text(self, event_id: str) -> str:
        """A single event as iCalendar, in few words."""
        event = self.calendar.events[event_id]
        mark = mark_of(event)
        made = icalendar.Event()
        made.add("UID", mark.uid if mark else event["iCalUId"])
        made.add("SUMMARY", event["subject"])
        made.add("DTSTART", zones.parse(event["start"]).astimezone(UTC))
        made.add("DTEND", zones.parse(event["end"]).astimezone(UTC))
        made.add("LOCATION", event["location"]["displayName"])
        made.add("DESCRIPTION", event["body"]["content"])
        whole = icalendar.Calendar()
        whole.add_component(made)
        return whole.to_ical().decode()

    def remove(self, event_id: str) -> None:
        self.graph.mailbox.remove(self.calendar, event_id)


def event_of(found: icalendar.Event) -> Event:
    """A VEVENT as Outlook would keep it."""
    start = found["DTSTART"].dt
    end = found["DTEND"].dt
    guests = [_guest(line) for line in _lines(found, "ATTENDEE")]
    organizer = str(found.get("ORGANIZER", "")).removeprefix("mailto:")
    made: Event = {
        "iCalUId": str(found["UID"]),
        "subject": str(found.get("SUMMARY", "")),
        "body": {"contentType": "text", "content": str(found.get("DESCRIPTION", ""))},
        "location": {"displayName": str(found.get("LOCATION", "")), "locationType": "default"},
        "isAllDay": not isinstance(start, datetime),
        "start": _time(start),
        "end": _time(end),
        "showAs": _shown_as(found),
        "sensitivity": "private" if found.get("CLASS") == "PRIVATE" else "normal",
        "attendees": guests,
        "recurrence": _recurrence(found["RRULE"], start) if "RRULE" in found else None,
    }
    if guests and organizer != OWNER:
        made |= _invited(guests, organizer or "boss@example.org")
    if "X-TANDEM-ID" in found:
        # Written by Tandem, an earlier time: with the marks that it makes.
        uid = str(found["UID"])
        mark = Mark(str(found["X-TANDEM-ID"]), uid)
        link = str(found.get("URL", ""))
        made["transactionId"] = transaction_id(mark, 9)
        made["_properties"] = {PROPERTY: uid}
        made["body"]["content"] = composed(made["body"]["content"], link)
    return made


def seed(graph: Graph, calendar: Calendar, count: int) -> None:
    """``count`` single events, one an hour from the beginning of 2026 on, at once."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        start = first + timedelta(hours=number)
        graph.mailbox.add(
            calendar,
            {
                "subject": f"Event {number}",
                "body": {"contentType": "text", "content": f"About number {number}"},
                "start": zones.told(start),
                "end": zones.told(start + timedelta(minutes=45)),
                "attendees": [_person(f"guest{number % 50}@lead.example", "accepted")],
            },
        )


def seed_contacts(graph: Graph, count: int) -> None:
    """``count`` people in the folder that Outlook begins with, at once."""
    for number in range(count):
        graph.contacts.add(
            graph.contacts.main,
            {
                "givenName": f"First {number}",
                "surname": f"Last {number}",
                "displayName": f"First {number} Last {number}",
                "companyName": f"Company {number % 50}",
                "emailAddresses": [{"name": "", "address": f"person{number}@lead.example"}],
                "mobilePhone": f"+49 171 {number:07}",
                "businessAddress": {"street": f"Street {number}", "city": "Bonn"},
                "personalNotes": f"About number {number}",
            },
        )


def _lines(found: icalendar.Event, name: str) -> list[Any]:
    lines = found.get(name, [])
    return lines if isinstance(lines, list) else [lines]


def _guest(line: Any) -> dict[str, Any]:
    answer = _ANSWERS.get(str(line.params.get("PARTSTAT", "")), "none")
    guest = _person(str(line).removeprefix("mailto:"), answer)
    guest["emailAddress"]["name"] = str(line.params.get("CN", ""))
    return guest


def _person(address: str, answer: str) -> dict[str, Any]:
    return {
        "type": "required",
        "status": {"response": answer, "time": NO_TIME},
        "emailAddress": {"name": "", "address": address},
    }


def _invited(guests: list[dict[str, Any]], organizer: str) -> Event:
    own = [each for each in guests if each["emailAddress"]["address"] == OWNER]
    return {
        "isOrganizer": False,
        "organizer": {"emailAddress": {"name": "", "address": organizer}},
        "responseStatus": own[0]["status"] if own else {"response": "none", "time": NO_TIME},
    }


def _shown_as(found: icalendar.Event) -> str:
    if found.get("TRANSP") == "TRANSPARENT":
        return "free"
    return "tentative" if found.get("STATUS") == "TENTATIVE" else "busy"


def _time(moment: date) -> dict[str, str]:
    if not isinstance(moment, datetime):
        return {"dateTime": f"{moment}T00:00:00", "timeZone": "UTC"}
    name = zones.windows_name(str(moment.tzinfo)) if moment.utcoffset() else "UTC"
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": name}


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _cancelled(master: icalendar.Event) -> list[date]:
    return [_day(each.dt) for line in _lines(master, "EXDATE") for each in line.dts]


def _recurrence(rule: Any, start: date) -> dict[str, Any]:
    day = _day(start)
    pattern: dict[str, Any] = {
        "interval": int(rule.get("INTERVAL", [1])[0]),
        "month": 0,
        "dayOfMonth": 0,
        "firstDayOfWeek": "monday",
        "index": "first",
    }
    frequency = rule["FREQ"][0]
    if frequency == "WEEKLY":
        named = [_CODES[str(code)] for code in rule.get("BYDAY", [])]
        pattern |= {"type": "weekly", "daysOfWeek": named or [_DAYS[day.weekday()]]}
    elif frequency == "MONTHLY":
        pattern |= {"type": "absoluteMonthly", "dayOfMonth": day.day}
    elif frequency == "YEARLY":
        pattern |= {"type": "absoluteYearly", "dayOfMonth": day.day, "month": day.month}
    else:
        pattern |= {"type": "daily"}
    limits: dict[str, Any] = {"type": "noEnd", "numberOfOccurrences": 0}
    if "COUNT" in rule:
        limits = {"type": "numbered", "numberOfOccurrences": int(rule["COUNT"][0])}
    elif "UNTIL" in rule:
        limits = {
            "type": "endDate",
            "endDate": _day(rule["UNTIL"][0]).isoformat(),
            "numberOfOccurrences": 0,
        }
    limits |= {"startDate": day.isoformat(), "recurrenceTimeZone": "UTC"}
    return {"pattern": pattern, "range": limits}
