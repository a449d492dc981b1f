"""Addresses that put an appointment into somebody's own calendar on the web.

Pure. Google's template address and Outlook's deep link take all they need as parameters; other
calendars take the ``.ics`` file.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

_GOOGLE = "https://calendar.google.com/calendar/render"
_OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
_MICROSOFT_365 = "https://outlook.office.com/calendar/0/deeplink/compose"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is put into a calendar."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    text: str = ""


def google(entry: Entry) -> str:
    """Google Calendar's page for a new event, filled in."""
    stamp = "%Y%m%dT%H%M%SZ"
    span = "/".join(at.astimezone(UTC).strftime(stamp) for at in (entry.starts_at, entry.ends_at))
    return _with(
        _GOOGLE,
        action="TEMPLATE",
        text=entry.title,
        dates=span,
        details=entry.text,
        location=entry.place,
    )


def outlook(entry: Entry) -> str:
    """Outlook.com's page for a new event, filled in."""
    return _microsoft(_OUTLOOK, entry)


def microsoft_365(entry: Entry) -> str:
    """The same for accounts of an organisation."""
    return _microsoft(_MICROSOFT_365, entry)


def _microsoft(address: str, entry: Entry) -> str:
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return _with(
        address,
        path="/calendar/action/compose",
        rru="addevent",
        subject=entry.title,
        startdt=entry.starts_at.astimezone(UTC).strftime(stamp),
        enddt=entry.ends_at.astimezone(UTC).strftime(stamp),
        body=entry.text,
        location=entry.place,
    )


def _with(address: str, **params: str) -> str:
    # Outlook shows a plus sign where others read a space.
    return f"{address}?{urlencode({k: v for k, v in params.items() if v}, quote_via=quote)}"
