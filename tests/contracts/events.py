"""Events for the contracts, and how they are looked at."""

from collections.abc import Iterable
from datetime import UTC, datetime

from crm_app.providers.calendar_port import CalendarProvider, Page, RemoteEvent
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.occurrence import EventStatus, Occurrence
from tests.providers.ical.texts import calendar, event

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)


def simple(uid: str, *lines: str) -> str:
    """An hour on 2 March 2026, 10:00 UTC."""
    return calendar(
        event(
            "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", f"SUMMARY:{uid}", *lines, uid=uid
        )
    )


def weekly(*components: str, uid: str = "weekly", lines: Iterable[str] = ()) -> str:
    """Four Mondays at 09:00 in Berlin, from 16 March 2026 on; the clock changes on 29 March."""
    return calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20260316T090000",
            "DTEND;TZID=Europe/Berlin:20260316T100000",
            "RRULE:FREQ=WEEKLY;COUNT=4",
            "SUMMARY:Weekly",
            *lines,
            uid=uid,
        ),
        *components,
    )


MONDAYS = ("20260316T080000Z", "20260323T080000Z", "20260330T070000Z", "20260406T070000Z")


def moved(monday: str, to: str, *lines: str, uid: str = "weekly") -> str:
    """The instance of ``weekly`` on ``monday`` (20260323), an hour from ``to`` (20260324T120000Z)."""
    end = f"{to[:9]}{int(to[9:11]) + 1:02}{to[11:]}"
    return event(
        f"RECURRENCE-ID;TZID=Europe/Berlin:{monday}T090000",
        f"DTSTART:{to}",
        f"DTEND:{end}",
        "SUMMARY:Moved",
        *lines,
        uid=uid,
    )


def pulled(provider: CalendarProvider, ref: str, cursor: str | None = None) -> list[Page]:
    """All pages of a pull, of which only the last is complete."""
    pages = list(provider.pull(ref, cursor))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    return pages


def everything(pages: Iterable[Page]) -> dict[str, RemoteEvent]:
    """What came in ``pages`` by href; the last word counts."""
    return {each.href: each for page in pages for each in page.changed}


def held(provider: CalendarProvider, ref: str) -> dict[str, RemoteEvent]:
    """All that the calendar holds now."""
    return everything(pulled(provider, ref))


def occurrences(
    objects: Iterable[RemoteEvent], *, since: datetime = SINCE, until: datetime = UNTIL
) -> list[Occurrence]:
    """What takes place, the objects of each series read together."""
    texts: dict[str, list[str]] = {}
    for each in objects:
        texts.setdefault(each.belongs_to, []).append(each.raw)
    found = [
        one
        for several in texts.values()
        for one in read_occurrences(
            "".join(several), since=since, until=until, calendar_zone="Europe/Berlin"
        )
        if one.status is not EventStatus.CANCELLED
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.uid))


def happens(provider: CalendarProvider, ref: str) -> list[Occurrence]:
    """What takes place in 2026 by what the calendar holds now."""
    return occurrences(held(provider, ref).values())


def starts(found: Iterable[Occurrence]) -> list[str]:
    """When, as ``20260316T080000Z``."""
    return [f"{one.starts_at:%Y%m%dT%H%M%SZ}" for one in found]
