"""The questions to a calendar that select events (calendar-query, RFC 4791 §7.8)."""

from datetime import UTC, datetime, timedelta

from crm_app.providers.dav.collection import CALENDAR
from crm_app.providers.dav.xml import CALDAV, DAV, Element, element, name, prop


def events_between(since: datetime, until: datetime) -> Element:
    """Those that touch a span, a day wider on both sides for whole days and floating times."""
    day = timedelta(days=1)
    span = element(
        name(CALDAV, "time-range"), start=_utc_text(since - day), end=_utc_text(until + day)
    )
    return _query(span)


def events_with_uid(uid: str) -> Element:
    """Those with exactly this UID."""
    match = element(name(CALDAV, "text-match"), text=uid, collation="i;octet")
    return _query(element(name(CALDAV, "prop-filter"), match, name="UID"))


def _query(condition: Element) -> Element:
    events = element(name(CALDAV, "comp-filter"), condition, name="VEVENT")
    whole = element(name(CALDAV, "comp-filter"), events, name="VCALENDAR")
    return element(
        name(CALDAV, "calendar-query"),
        prop([name(DAV, "getetag"), CALENDAR.data]),
        element(name(CALDAV, "filter"), whole),
    )


def _utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
