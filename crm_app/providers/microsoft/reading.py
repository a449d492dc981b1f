"""Outlook's events as iCalendar. Pure.

A single event becomes one VEVENT. A series becomes one object with everything that belongs to it:
the master with its rule in the zone in which it repeats, its cancelled instances as EXDATE, its
changed ones with their RECURRENCE-ID, all under the master's UID. Free, tentative, out of office and
working elsewhere are told as Outlook itself does in its own iCalendar files (MS-OXCICAL).

Page: https://learn.microsoft.com/graph/api/resources/event
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from crm_app.providers.calendar_port import RemoteEvent
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.microsoft.guests import people_of
from crm_app.providers.microsoft.marks import mark_of
from crm_app.providers.microsoft.recurrence import rule_of
from crm_app.providers.microsoft.texts import escaped, one_line, own_part, param, text_of, with_link
from crm_app.providers.microsoft.times import compact, day, instant, wall, zone_named

# In characters; the readers of iCalendar leave out what is more than twice as large.
_LARGEST = 1_000_000
PRODUCT = "-//Tandem//Outlook//EN"
_SHOWN_AS = {
    "free": ["TRANSP:TRANSPARENT"],
    "workingelsewhere": [
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
    ],
    "oof": ["X-MICROSOFT-CDO-BUSYSTATUS:OOF"],
}
_CLASSES = {"private": "PRIVATE", "personal": "PRIVATE", "confidential": "CONFIDENTIAL"}
# How Exchange's own UIDs begin; the date of an instance stands in them (MS-OXOCAL §2.2.1.27).
_GLOBAL_ID = "040000008200e00074c5b7101a82e008"
_INSTANCE = slice(32, 40)


def remote_event(
    event: Mapping[str, Any],
    owner: str,
    *,
    exceptions: Sequence[Mapping[str, Any]] = (),
    cancelled: Iterable[str] = (),
) -> RemoteEvent:
    """An event of Graph as the port wants it. ``owner`` is an address of the mailbox's owner;
    ``exceptions`` and ``cancelled`` (occurrence ids) belong to a series. Never raises: what cannot be
    read becomes an object without a time."""
    cancelled = sorted(cancelled)
    raw = _text(event, owner, exceptions, cancelled)
    if len(raw) > _LARGEST:
        raw = _text(event, owner, exceptions, cancelled, only_times=True)
    return RemoteEvent(
        href=str(event.get("id", "")),
        etag=_etag(event, exceptions, cancelled),
        uid=uid_of(event),
        raw=raw,
        content_hash=fingerprint(raw),
    )


def uid_of(event: Mapping[str, Any]) -> str:
    """The UID that all of a series share: that of the appointment in our own copies, else Outlook's
    without the date that it carries in an instance."""
    mark = mark_of(event)
    if mark is not None:
        return mark.uid
    given = one_line(str(event.get("iCalUId") or ""))
    if given[:32].lower() == _GLOBAL_ID and given[_INSTANCE] not in {"", "00000000"}:
        given = f"{given[:32]}00000000{given[40:]}"
    return given or str(event.get("seriesMasterId") or event.get("id") or "")


def _etag(
    event: Mapping[str, Any], exceptions: Sequence[Mapping[str, Any]], cancelled: Sequence[str]
) -> str | None:
    """Graph's etag; of a series also what its parts are at, whether or not Graph counts them in."""
    etag = event.get("@odata.etag")
    if not etag or not (exceptions or cancelled):
        return etag or None
    parts = sorted(f"{each.get('id')} {each.get('@odata.etag')}" for each in exceptions)
    digest = hashlib.sha256("\n".join([*parts, *cancelled]).encode()).hexdigest()
    return f"{etag} {digest[:16]}"


def _text(
    event: Mapping[str, Any],
    owner: str,
    exceptions: Sequence[Mapping[str, Any]],
    cancelled: Sequence[str],
    *,
    only_times: bool = False,
) -> str:
    """The whole object. ``only_times`` leaves out long texts and other people, so that a meeting of
    hundreds with many changed instances still takes its time."""
    uid = uid_of(event)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}"]
    lines += _component(event, uid, owner, cancelled, None, only_times)
    for each in exceptions:
        lines += _component(each, uid, owner, [], event, only_times)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _component(
    event: Mapping[str, Any],
    uid: str,
    owner: str,
    cancelled: Sequence[str],
    series: Mapping[str, Any] | None,
    only_times: bool,
) -> list[str]:
    try:
        times = [*_times(event, cancelled), *_replaced(event, series)]
    except (ValueError, TypeError, OverflowError, KeyError):
        times = []
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(uid)}",
        *times,
        *_texts(event, only_times),
        *_state(event),
        *people_of(event, owner, only_owner=only_times),
        "END:VEVENT",
    ]


# --- when ----------------------------------------------------------------------------------------


def _times(event: Mapping[str, Any], cancelled: Sequence[str]) -> list[str]:
    zone_name = str(event.get("originalStartTimeZone") or "")
    start, end = event["start"], event["end"]
    recurrence = event.get("recurrence")
    if event.get("isAllDay"):
        first = day(start, zone_name)
        lines = [
            f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day(end, zone_name):%Y%m%d}",
        ]
        if recurrence:
            at = datetime.combine(first, datetime.min.time(), tzinfo=UTC)
            lines.append(f"RRULE:{rule_of(recurrence, start=at, zone=UTC, all_day=True)}")
            lines += [f"EXDATE;VALUE=DATE:{each:%Y%m%d}" for each in _days(cancelled)]
        return lines
    if recurrence:
        return _series_times(event, recurrence, zone_name, cancelled)
    return [_moment("DTSTART", start), _moment("DTEND", end)]


def _series_times(
    event: Mapping[str, Any],
    recurrence: Mapping[str, Any],
    zone_name: str,
    cancelled: Sequence[str],
) -> list[str]:
    """A series repeats on the wall clock of its own zone. Where that is unknown, the instants are
    right and the calendar's zone stands in, with a warning to whoever reads it."""
    named = [zone_name, str((recurrence.get("range") or {}).get("recurrenceTimeZone") or "")]
    zone = next((zone for name in named if (zone := zone_named(name))), None)
    start, end = instant(event["start"]), instant(event["end"])
    if start is None or end is None:
        # Told in a zone that nobody knows: the wall clock is all there is.
        lines = [_moment("DTSTART", event["start"]), _moment("DTEND", event["end"])]
        zone, start = None, wall(str(event["start"]["dateTime"])).replace(tzinfo=UTC)
    elif zone is None:
        tzid = param(zone_name or "unknown")
        lines = [f"DTSTART;TZID={tzid}:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
    else:
        lines = [
            f"{name};TZID={zone.key}:{at.astimezone(zone):%Y%m%dT%H%M%S}"
            for name, at in (("DTSTART", start), ("DTEND", end))
        ]
    lines.append(f"RRULE:{rule_of(recurrence, start=start, zone=zone, all_day=False)}")
    if zone is None:
        return lines + [f"EXDATE;VALUE=DATE:{each:%Y%m%d}" for each in _days(cancelled)]
    clock = start.astimezone(zone)
    return lines + [
        f"EXDATE;TZID={zone.key}:{each:%Y%m%d}T{clock:%H%M%S}" for each in _days(cancelled)
    ]


def _days(cancelled: Sequence[str]) -> list[date]:
    """The dates at the end of occurrence ids: ``OID.<id of the series>.2026-03-09``."""
    found: list[date] = []
    for each in cancelled:
        try:
            found.append(date.fromisoformat(each.rpartition(".")[2][:10]))
        except ValueError:
            continue
    return found


def _moment(name: str, given: Mapping[str, Any]) -> str:
    text, zone_name = compact(str(given["dateTime"])), str(given.get("timeZone") or "UTC")
    zone = zone_named(zone_name)
    if zone is not None and zone.key == "UTC":
        return f"{name}:{text}Z"
    return f"{name};TZID={zone.key if zone else param(zone_name)}:{text}"


def name_of_exception(exception: Mapping[str, Any], *, whole_days: bool) -> str:
    """Which instance of its series an exception stands for, as in ``Occurrence.recurrence_id``.

    ``whole_days``: the series is one of days. Its original start is midnight, in UTC or in its own
    zone. Raises ValueError.
    """
    at = datetime.fromisoformat(str(exception.get("originalStart"))).astimezone(UTC)
    if not whole_days:
        return f"{at:%Y%m%dT%H%M%SZ}"
    zone = zone_named(str(exception.get("originalStartTimeZone") or ""))
    midnight = (at.hour, at.minute) == (0, 0)
    return f"{at if midnight or zone is None else at.astimezone(zone):%Y%m%d}"


def name_of_occurrence(occurrence: Mapping[str, Any], *, whole_days: bool) -> str:
    """The same of an instance that is as the rule made it. Raises ValueError."""
    if whole_days:
        return (
            f"{day(occurrence['start'], str(occurrence.get('originalStartTimeZone') or '')):%Y%m%d}"
        )
    at = instant(occurrence["start"])
    return f"{at:%Y%m%dT%H%M%SZ}" if at else ""


def _replaced(event: Mapping[str, Any], series: Mapping[str, Any] | None) -> list[str]:
    """RECURRENCE-ID of an exception. Where the series itself is not at hand, an exception is taken
    to be of its kind."""
    if not event.get("originalStart") or not (series or event.get("seriesMasterId")):
        return []
    name = name_of_exception(event, whole_days=bool((series or event).get("isAllDay")))
    return [f"RECURRENCE-ID{';VALUE=DATE' if len(name) == 8 else ''}:{name}"]


# --- what -------------------------------------------------------------------------------------


def _texts(event: Mapping[str, Any], short: bool) -> list[str]:
    body, mark = text_of(event), mark_of(event)
    found = [f"SUMMARY:{escaped(str(event.get('subject') or ''))}"]
    if mark is not None:
        found.append(f"X-TANDEM-ID:{escaped(mark.tandem_id)}")
        body, link = with_link(own_part(body))
        if link:
            found.append(f"URL:{link}")
    if body and not short:
        found.append(f"DESCRIPTION:{escaped(body)}")
    if place := (event.get("location") or {}).get("displayName"):
        found.append(f"LOCATION:{escaped(str(place))}")
    return found


def _state(event: Mapping[str, Any]) -> list[str]:
    shown = str(event.get("showAs") or "").lower()
    found = list(_SHOWN_AS.get(shown, ()))
    if event.get("isCancelled"):
        found.append("STATUS:CANCELLED")
    elif shown == "tentative":
        found.append("STATUS:TENTATIVE")
    if label := _CLASSES.get(str(event.get("sensitivity") or "").lower()):
        found.append(f"CLASS:{label}")
    return found
