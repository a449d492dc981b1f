"""A mailbox as Exchange keeps it: calendars, events, series with their exceptions inside.

Every change gets a revision, so that a listing can tell what changed since. Changing or deleting an
instance changes its series. Events are kept as Graph shows them, times in the zone in which they were
made; names with an underscore before them are the mailbox's own and never told.
"""

import base64
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.servers.graph import zones
from tests.servers.graph.series import days

Event = dict[str, Any]
_NUMBERS = itertools.count(1)
NOW = "2026-03-01T08:00:00Z"


def new_id(kind: str) -> str:
    """An id with the characters that real ones have."""
    raw = f"{kind} {next(_NUMBERS):08} ".encode() + uuid.uuid4().bytes
    return "AAMk" + base64.urlsafe_b64encode(raw).decode()


def global_id() -> str:
    """An iCalUId as Exchange makes it; bytes 16 to 19 are for the date of an instance."""
    return f"040000008200E00074C5B7101A82E0080000000000{uuid.uuid4().hex.upper()}"


@dataclass
class Calendar:
    """One calendar. ``changed`` and ``gone`` are revisions by id; ``oldest`` is the first revision
    from which a listing may go on."""

    id: str
    name: str
    colour: str = ""
    can_edit: bool = True
    may_see: bool = True
    events: dict[str, Event] = field(default_factory=dict)
    parts: dict[str, tuple[str, str]] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    oldest: int = 0


class Mailbox:
    """The mailbox of ``owner``. ``mails`` are those that Exchange sent to guests of itself."""

    def __init__(self, owner: str, name: str = "Me Myself") -> None:
        self.owner, self.name = owner, name
        self.calendars: dict[str, Calendar] = {}
        self.transactions: dict[str, str] = {}
        self.mails: list[tuple[str, str]] = []
        self.revision = 0
        self.on_change: Callable[[Calendar, str, str], None] = lambda *_: None

    def add_calendar(
        self, name: str, *, colour: str = "#33aa55", can_edit: bool = True
    ) -> Calendar:
        made = Calendar(new_id(name), name, colour, can_edit)
        self.calendars[made.id] = made
        return made

    # --- writing ---------------------------------------------------------------------------------

    def add(self, calendar: Calendar, given: Event) -> Event:
        """A new event, or series, of ``given``'s properties."""
        made: Event = {**_defaults(self), "id": new_id("event"), **given}
        made.setdefault("iCalUId", global_id())
        made["originalStartTimeZone"] = made.get("originalStartTimeZone", made["start"]["timeZone"])
        made["originalEndTimeZone"] = made["originalStartTimeZone"]
        made["type"] = "seriesMaster" if made.get("recurrence") else "singleInstance"
        made |= {"_exceptions": {}, "_cancelled": set(), "_seq": next(_NUMBERS)}
        made.setdefault("_properties", {})
        calendar.events[made["id"]] = made
        if made.get("transactionId"):
            self.transactions[made["transactionId"]] = made["id"]
        self.touch(calendar, made["id"], "created")
        return made

    def change(self, calendar: Calendar, event_id: str, given: Event) -> Event:
        """Change a single event, a series, or one instance of it."""
        event = self.find(calendar, event_id)
        if event is None:
            raise KeyError(event_id)
        if event["type"] == "occurrence":
            event = self._take_out(calendar, event)
        event.update(given)
        if "start" in given:
            event["originalStartTimeZone"] = given["start"]["timeZone"]
        if event["type"] != "exception":
            event["type"] = "seriesMaster" if event.get("recurrence") else "singleInstance"
        self._touch_whole(calendar, event)
        return event

    def remove(self, calendar: Calendar, event_id: str) -> None:
        """Remove a single event, a series, or one instance of it."""
        event = self.find(calendar, event_id)
        if event is None:
            return
        master_id = event.get("seriesMasterId")
        if master_id:
            master = calendar.events[master_id]
            original = event["_date"]
            master["_cancelled"].add(original)
            self._drop_exception(calendar, master, original)
            self.touch(calendar, master_id)
            return
        for original in list(event["_exceptions"]):
            self._drop_exception(calendar, event, original)
        del calendar.events[event_id]
        calendar.changed.pop(event_id, None)
        self.revision += 1
        calendar.gone[event_id] = self.revision
        self.on_change(calendar, event_id, "deleted")

    def set_parts(
        self, calendar: Calendar, master_id: str, exceptions: dict[str, Event], cancelled: set[str]
    ) -> None:
        """Make the exceptions of a series exactly those, by their original date."""
        master = calendar.events[master_id]
        master["_cancelled"] = set(cancelled)
        for original in set(master["_exceptions"]) - set(exceptions):
            self._drop_exception(calendar, master, original)
        for original, given in exceptions.items():
            present = master["_exceptions"].get(original) or self._take_out(
                calendar, occurrence(master, date.fromisoformat(original))
            )
            present.update(given)
            self._touch_whole(calendar, present)
        self.touch(calendar, master_id)

    def touch(self, calendar: Calendar, event_id: str, kind: str = "updated") -> None:
        """A change of the server's own, or anybody's: a new version."""
        self.revision += 1
        event = self.find(calendar, event_id)
        assert event is not None
        key = base64.b64encode(f"key {self.revision:09}".encode()).decode()
        event |= {"changeKey": key, "lastModifiedDateTime": NOW}
        calendar.changed[event_id] = self.revision
        calendar.gone.pop(event_id, None)
        self.on_change(calendar, event_id, kind)

    def _touch_whole(self, calendar: Calendar, event: Event) -> None:
        if event.get("seriesMasterId"):
            # One item in the mailbox: the series is at a new version too.
            self.touch(calendar, event["seriesMasterId"])
        self.touch(calendar, event["id"])

    def _take_out(self, calendar: Calendar, plain: Event) -> Event:
        master = calendar.events[plain["seriesMasterId"]]
        made = {**plain, "type": "exception", "_seq": next(_NUMBERS)}
        master["_exceptions"][plain["_date"]] = made
        master["_cancelled"].discard(plain["_date"])
        calendar.parts[made["id"]] = (master["id"], plain["_date"])
        return made

    def _drop_exception(self, calendar: Calendar, master: Event, original: str) -> None:
        exception = master["_exceptions"].pop(original, None)
        if exception is not None:
            calendar.parts.pop(exception["id"], None)
            calendar.changed.pop(exception["id"], None)
            self.revision += 1
            calendar.gone[exception["id"]] = self.revision

    # --- reading ---------------------------------------------------------------------------------

    def find(self, calendar: Calendar, event_id: str) -> Event | None:
        """A single event, a series, an exception or a plain occurrence."""
        if event_id in calendar.events:
            return calendar.events[event_id]
        if event_id in calendar.parts:
            master_id, original = calendar.parts[event_id]
            return calendar.events[master_id]["_exceptions"].get(original)  # type: ignore[no-any-return]
        master_id, _, original = event_id.rpartition("-occ-")
        master = calendar.events.get(master_id)
        if master is None or original in master["_cancelled"]:
            return None
        if original in master["_exceptions"]:
            return master["_exceptions"][original]  # type: ignore[no-any-return]
        on = date.fromisoformat(original)
        return occurrence(master, on) if on in days(master["recurrence"], on) else None

    def instances(self, event: Event, since: datetime, until: datetime) -> Iterator[Event]:
        """What takes place of ``event`` inside [since, until)."""
        if not event.get("recurrence"):
            if _touches(event, since, until):
                yield event
            return
        for original in days(event["recurrence"], until.date() + timedelta(days=2)):
            key = original.isoformat()
            if key not in event["_cancelled"] and key not in event["_exceptions"]:
                plain = occurrence(event, original)
                if _touches(plain, since, until):
                    yield plain
        for exception in event["_exceptions"].values():
            if _touches(exception, since, until):
                yield exception


def occurrence(master: Event, on: date) -> Event:
    """The instance of a series on a day, as the rule makes it."""
    lasts = zones.length(master)
    if master["isAllDay"]:
        start, end = zones.midnight(on), zones.midnight(on + lasts)
        original = f"{on}T00:00:00Z"
    else:
        name = master["start"]["timeZone"]
        first = zones.first_moment(on, zones.parse(master["start"]).time(), name)
        start = {"dateTime": f"{first:%Y-%m-%dT%H:%M:%S}", "timeZone": name}
        last = first.replace(tzinfo=None) + lasts
        end = {"dateTime": f"{last:%Y-%m-%dT%H:%M:%S}", "timeZone": name}
        original = zones.text(first)
    made = {name: value for name, value in master.items() if name not in _MASTER_ONLY}
    return made | {
        "id": f"{master['id']}-occ-{on}",
        "type": "occurrence",
        "seriesMasterId": master["id"],
        "start": start,
        "end": end,
        "originalStart": original,
        "iCalUId": _dated(master["iCalUId"], on),
        "recurrence": None,
        "transactionId": None,
        "_date": on.isoformat(),
    }


_MASTER_ONLY = {"_exceptions", "_cancelled", "_seq", "_properties"}


def _dated(uid: str, on: date) -> str:
    """Exchange's own UIDs differ by instance."""
    if not uid.startswith("04000000"):
        return uid
    return f"{uid[:32]}{on.year:04X}{on.month:02X}{on.day:02X}{uid[40:]}"


def _touches(event: Event, since: datetime, until: datetime) -> bool:
    start, end = (zones.parse(event[name]).astimezone(UTC) for name in ("start", "end"))
    return start < until and (end > since or start == end >= since)


def _defaults(mailbox: Mailbox) -> Event:
    return {
        "subject": "",
        "body": {"contentType": "text", "content": ""},
        "isAllDay": False,
        "showAs": "busy",
        "sensitivity": "normal",
        "importance": "normal",
        "isCancelled": False,
        "isOrganizer": True,
        "isDraft": False,
        "isOnlineMeeting": False,
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
        "hasAttachments": False,
        "allowNewTimeProposals": True,
        "responseRequested": True,
        "hideAttendees": False,
        "organizer": {"emailAddress": {"name": mailbox.name, "address": mailbox.owner}},
        "attendees": [],
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "location": {"displayName": "", "locationType": "default"},
        "locations": [],
        "categories": [],
        "recurrence": None,
        "onlineMeeting": None,
        "onlineMeetingUrl": None,
        "onlineMeetingProvider": "unknown",
        "seriesMasterId": None,
        "transactionId": None,
        "webLink": "https://outlook.office365.com/owa/?itemid=x",
        "createdDateTime": NOW,
    }
