"""A member's own calendar as his other program sees it: read back from the server over plain HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar

from tests.browser.journey.steps import until
from tests.servers.radicale import RadicaleUser


@dataclass(frozen=True)
class OwnEntry:
    """An entry of the calendar. Times are UTC."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    transparent: bool


def entries(user: RadicaleUser, calendar: str) -> dict[str, OwnEntry]:
    """All single entries of a calendar by UID; the server gives the calendar as one file."""
    reply = user.ask("GET", user.path(calendar))
    assert reply.status == 200, reply
    found = {}
    for event in Calendar.from_ical(reply.text).walk("VEVENT"):
        starts, ends = event["DTSTART"].dt, event["DTEND"].dt
        if isinstance(starts, datetime):
            found[str(event["UID"])] = OwnEntry(
                uid=str(event["UID"]),
                starts_at=starts.astimezone(UTC),
                ends_at=ends.astimezone(UTC),
                summary=str(event["SUMMARY"]),
                transparent=str(event.get("TRANSP", "")) == "TRANSPARENT",
            )
    return found


def has_entry(user: RadicaleUser, calendar: str, uid: str, starts_at: datetime) -> OwnEntry:
    """The entry, as soon as it stands in the calendar at that time."""

    def look() -> OwnEntry | None:
        entry = entries(user, calendar).get(uid)
        return entry if entry and entry.starts_at == starts_at else None

    return until(look, f"{uid} in {user.name}'s calendar at {starts_at}")


def lost_entry(user: RadicaleUser, calendar: str, uid: str) -> None:
    """The entry is gone, or goes now."""
    until(lambda: uid not in entries(user, calendar), f"{uid} gone from {user.name}'s calendar")
