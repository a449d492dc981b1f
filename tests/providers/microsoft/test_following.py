"""Whatever happens to a mailbox, following it by cursor leads to what takes place there (SYN-8, SYN-10)."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.microsoft.calendars import GraphCalendars
from tests.providers.microsoft.conftest import open_calendars
from tests.providers.microsoft.given import series
from tests.servers.graph import Graph, graph_server, zones
from tests.servers.graph.store import Calendar, occurrence

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
ZONES = ["UTC", "W. Europe Standard Time", "Pacific Standard Time", "Tokyo Standard Time"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


class Follower:
    """Keeps what the pages say, as the engine does, and falls out of them now and then."""

    def __init__(self, calendars: GraphCalendars, ref: str, chance: random.Random) -> None:
        self.calendars, self.ref, self.chance = calendars, ref, chance
        self.objects: dict[str, RemoteEvent] = {}
        self.seen: set[str] = set()
        self.cursor: str | None = None

    def follow(self) -> None:
        """Read until the end, however often it is interrupted."""
        while not self._read():
            pass

    def _read(self) -> bool:
        if self.cursor is None:
            self.seen = set()
        try:
            for page in self.calendars.pull(self.ref, self.cursor):
                self.objects |= {each.href: each for each in page.changed}
                self.seen |= {each.href for each in page.changed}
                for href in page.removed:
                    self.objects.pop(href, None)
                self.cursor = page.cursor
                if page.complete and page.full:
                    self.objects = {k: v for k, v in self.objects.items() if k in self.seen}
                if page.complete:
                    return True
                if self.chance.random() < 0.3:
                    return False
        except CursorExpired:
            self.cursor = None
        except RemoteUnavailable:
            pass
        return False

    def takes_place(self) -> list[tuple[datetime, datetime, str]]:
        """By what was read."""
        return sorted(
            (one.starts_at, one.ends_at, one.summary)
            for each in self.objects.values()
            for one in read_occurrences(each.raw, since=SINCE, until=UNTIL, calendar_zone="UTC")
        )


class Person:
    """Somebody at work in Outlook."""

    def __init__(self, graph: Graph, work: Calendar, chance: random.Random) -> None:
        self.graph, self.work, self.chance = graph, work, chance
        self.count = 0

    def act(self) -> None:
        names = list(self.work.events)
        if not names or self.chance.random() < 0.3:
            self._make()
            return
        name = self.chance.choice(names)
        event = self.work.events[name]
        if event["recurrence"] and self.chance.random() < 0.8:
            self._instance(name)
        elif self.chance.random() < 0.3:
            self.graph.mailbox.remove(self.work, name)
        else:
            self.graph.mailbox.change(self.work, name, {"subject": self._name()})

    def _make(self) -> None:
        zone = self.chance.choice(ZONES)
        day = date(2026, 1, 5) + timedelta(days=self.chance.randrange(60))
        whole = self.chance.random() < 0.3
        hour = 0 if whole else self.chance.randrange(24)
        start = f"{day}T{hour:02}:00:00"
        lasts = timedelta(days=2) if whole else timedelta(minutes=self.chance.choice([15, 90]))
        end = f"{datetime.fromisoformat(start) + lasts:%Y-%m-%dT%H:%M:%S}"
        given: dict[str, Any] = {
            "subject": self._name(),
            "isAllDay": whole,
            "start": {"dateTime": start, "timeZone": "UTC" if whole else zone},
            "end": {"dateTime": end, "timeZone": "UTC" if whole else zone},
        }
        if self.chance.random() < 0.6:
            given["recurrence"] = self._recurrence(day)
        self.graph.mailbox.add(self.work, given)

    def _recurrence(self, day: date) -> dict[str, Any]:
        if self.chance.random() < 0.5:
            pattern: dict[str, Any] = {"type": "daily", "interval": self.chance.randrange(1, 9)}
        else:
            pattern = {"type": "weekly", "daysOfWeek": [f"{day:%A}".lower()]}
        return series(
            pattern,
            startDate=day.isoformat(),
            type="numbered",
            numberOfOccurrences=self.chance.randrange(1, 12),
        )

    def _instance(self, name: str) -> None:
        master = self.work.events[name]
        found = list(self.graph.mailbox.instances(master, SINCE, UNTIL))
        if not found:
            return
        one = self.chance.choice(found)
        kind = self.chance.random()
        if kind < 0.4:
            self.graph.mailbox.remove(self.work, one["id"])
        elif kind < 0.6:
            self.graph.mailbox.change(self.work, one["id"], {"subject": self._name()})
        else:
            plain = occurrence(master, date.fromisoformat(one["_date"]))
            at = zones.parse(plain["start"]) + timedelta(hours=self.chance.randrange(-40, 40))
            times = {"start": zones.told(at), "end": zones.told(at + timedelta(minutes=20))}
            self.graph.mailbox.change(self.work, one["id"], {**times, "isAllDay": False})

    def _name(self) -> str:
        self.count += 1
        return f"Number {self.count}"


def there(graph: Graph, work: Calendar) -> list[tuple[datetime, datetime, str]]:
    """What takes place by the mailbox itself."""
    return sorted(
        (
            zones.parse(one["start"]).astimezone(UTC),
            zones.parse(one["end"]).astimezone(UTC),
            one["subject"],
        )
        for event in work.events.values()
        for one in graph.mailbox.instances(event, SINCE, UNTIL)
    )


@pytest.mark.parametrize("seed", range(12))
def test_syn8_syn10_following_leads_to_what_takes_place(seed: int) -> None:
    chance = random.Random(seed)
    with graph_server() as graph:
        work = graph.mailbox.add_calendar("Work")
        graph.api.limited = seed % 3 == 1
        graph.api.duplicates = seed % 3 == 2
        calendars = open_calendars(graph, page_size=4)
        person, follower = Person(graph, work, chance), Follower(calendars, work.id, chance)
        for _ in range(6):
            for _ in range(chance.randrange(1, 12)):
                person.act()
            if chance.random() < 0.2:
                graph.mailbox.revision += 1
                work.oldest = graph.mailbox.revision
            if chance.random() < 0.3:
                graph.fail(500, skip=chance.randrange(4))
            follower.follow()
            graph.faults.clear()
            assert follower.takes_place() == there(graph, work)
        calendars.close()
