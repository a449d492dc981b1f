"""Calendars as Google keeps them: every change has a revision, what is deleted stays as a row."""

import itertools
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.google.series import expand, instance, original_of

Json = dict[str, Any]
_START = datetime(2026, 1, 1, tzinfo=UTC)
_SERVERS_OWN = {"kind", "etag", "id", "created", "updated", "creator", "organizer", "htmlLink"}


class Refused(Exception):
    """What the server answers instead: a status and Google's word for why."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason, self.headers = status, reason, headers or {}


@dataclass
class GoogleCalendar:
    """One calendar. ``expired`` is the revision before which tokens are too old."""

    id: str
    summary: str
    zone: str = "Europe/Berlin"
    role: str = "owner"
    colour: str = "#33aa55"
    primary: bool = False
    owner: str = "me@example.org"
    events: dict[str, Json] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    revision: int = 0
    expired: int = 0
    watchers: list[Any] = field(default_factory=list)
    _order: list[str] | None = None
    _made: Any = field(default_factory=lambda: itertools.count(1))

    def ids(self) -> list[str]:
        """All ids in the order of listings."""
        if self._order is None:
            self._order = sorted(self.events)
        return self._order

    def get(self, event_id: str) -> Json:
        """An event, deleted ones too; an instance that nobody changed is made on the way."""
        if event_id in self.events:
            return self.events[event_id]
        series, _, when = event_id.rpartition("_")
        for master in self._masters(series):
            if (found := instance(master, when, self.zone)) is not None:
                return found
        raise Refused(404, "notFound")

    def insert(self, body: Json) -> Json:
        """Make an event, with its own id if it brings one."""
        event_id = body.get("id") or f"made{next(self._made):08}"
        if not 5 <= len(event_id) <= 1024 or set(event_id) - set(
            "abcdefghijklmnopqrstuv0123456789"
        ):
            raise Refused(400, "invalid")
        if event_id in self.events:
            raise Refused(409, "duplicate")
        if body.get("id") and body.get("iCalUID"):
            raise Refused(400, "invalid")
        return self.keep(event_id, {**body, "iCalUID": body.get("iCalUID")})

    def change(self, event_id: str, body: Json, etag: str | None, *, whole: bool) -> Json:
        """Patch an event, or (``whole``) say it anew. What is null goes."""
        present = self.get(event_id)
        _match(present, etag)
        if present["status"] == "cancelled" and not whole:
            raise Refused(410, "deleted")
        self._check_right(present, body)
        if whole:
            kept = {name: present[name] for name in _SERVERS_OWN | {"iCalUID"} if name in present}
            fresh = {name: value for name, value in body.items() if name not in _SERVERS_OWN}
            merged = {**kept, **fresh}
            merged.setdefault("status", "confirmed")
        else:
            merged = _merged(present, body)
        return self.keep(event_id, merged)

    def delete(self, event_id: str, etag: str | None) -> None:
        """Delete an event or cancel an instance; a series goes with its exceptions."""
        present = self.get(event_id)
        if present["status"] == "cancelled":
            raise Refused(410, "deleted")
        _match(present, etag)
        self.keep(event_id, {**present, "status": "cancelled"})
        for one in [*self.events.values()]:
            if one.get("recurringEventId") == event_id and one["status"] != "cancelled":
                self.keep(one["id"], {**one, "status": "cancelled"})

    def forget(self, event_id: str) -> None:
        """As if the event had never been."""
        del self.events[event_id], self.revisions[event_id]
        self._order = None

    def keep(self, event_id: str, event: Json) -> Json:
        """Store ``event`` as the newest change."""
        self.revision += 1
        if event_id not in self.events:
            self._order = None
        stamp = f"{_START + timedelta(seconds=self.revision):%Y-%m-%dT%H:%M:%S.000Z}"
        stored: Json = {
            "kind": "calendar#event",
            "status": "confirmed",
            "created": stamp,
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
            "creator": {"email": self.owner, "self": True},
            "organizer": {"email": self.owner, "self": True},
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
            **{name: value for name, value in event.items() if value is not None},
            "id": event_id,
            "etag": f'"{3_000_000_000_000_000 + self.revision}"',
            "updated": stamp,
        }
        stored.setdefault("iCalUID", f"{event_id}@google.com")
        for guest in stored.get("attendees") or ():
            guest.setdefault("responseStatus", "needsAction")
            if guest.get("email") == self.owner:
                guest["self"] = True
        self.events[event_id] = stored
        self.revisions[event_id] = self.revision
        for watcher in self.watchers:
            watcher(self)
        return stored

    def expanded(self, since: datetime, until: datetime) -> list[Json]:
        """Everything between two instants, series as instances; nothing cancelled."""
        exceptions = {
            (one["recurringEventId"], original_of(one)): one
            for one in self.events.values()
            if "recurringEventId" in one
        }
        found: list[Json] = []
        for one in self.events.values():
            if one["status"] == "cancelled" or "start" not in one:
                continue
            if "recurrence" in one:
                made = expand(one, since, until, self.zone)
                found += [each for each in made if (one["id"], original_of(each)) not in exceptions]
            else:
                found += expand(one, since, until, self.zone)
        return sorted(found, key=lambda each: (str(each["start"]), each["id"]))

    def _masters(self, base: str) -> list[Json]:
        """The series whose instances are named after ``base``: itself, and those split off it."""
        return [
            one
            for event_id, one in self.events.items()
            if "recurrence" in one
            and one["status"] != "cancelled"
            and base in {event_id, event_id.partition("_R")[0]}
        ]

    def _check_right(self, present: Json, body: Json) -> None:
        if present.get("organizer", {}).get("self") or present.get("guestsCanModify"):
            return
        if set(body) - {"attendees", "reminders", "extendedProperties", "colorId"}:
            raise Refused(403, "forbiddenForNonOrganizer")


def _match(present: Json, etag: str | None) -> None:
    if etag is not None and etag not in {"*", present["etag"]}:
        raise Refused(412, "conditionNotMet")


def _merged(present: Json, body: Json) -> Json:
    """JSON merge: objects part by part, lists as a whole, null removes."""
    merged = deepcopy(present)
    for name, value in body.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name) or {}, value)
        else:
            merged[name] = value
    return merged
