"""From an iCalendar text to occurrences.

Nothing that stands in the text makes this raise: a component that cannot be read is left out with a
warning, and the others are read. Series are expanded only inside the window that is asked for.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_app.providers.ical.apart import Apart, take_apart
from crm_app.providers.ical.people import address_of, attendees_of, declined
from crm_app.providers.ical.properties import Properties
from crm_app.providers.ical.rules import Scales
from crm_app.providers.ical.series import (
    Instance,
    Member,
    instances,
    name_of_instance,
    read_member,
)
from crm_app.providers.ical.times import Clock, utc
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency, Trouble

TANDEM_ID = "X-TANDEM-ID"
# Google's and others' finer kinds of events, as the adapters note them.
EVENT_TYPE = "X-TANDEM-EVENT-TYPE"
_SPECIAL_TYPES = {"WORKINGLOCATION", "BIRTHDAY", "FOCUSTIME", "OUTOFOFFICE"}
_MAX_CHARACTERS = 2_000_000
_PRIVATE = {"PRIVATE", "CONFIDENTIAL"}
_OUTLOOK_STATE = "X-MICROSOFT-CDO-BUSYSTATUS"
_FREE_STATES = {"FREE", "WORKINGELSEWHERE"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text held: its occurrences in order of time, and what was odd in any part of it."""

    occurrences: tuple[Occurrence, ...]
    warnings: tuple[Trouble, ...]


def read_occurrences(
    raw: str,
    *,
    since: datetime,
    until: datetime,
    calendar_zone: str,
    own_addresses: Collection[str] = (),
) -> list[Occurrence]:
    """The occurrences of ``raw`` that touch ``[since, until)``; see ``read``."""
    reading = read(
        raw, since=since, until=until, calendar_zone=calendar_zone, own_addresses=own_addresses
    )
    return list(reading.occurrences)


def read(
    raw: str,
    *,
    since: datetime,
    until: datetime,
    calendar_zone: str,
    own_addresses: Collection[str] = (),
    max_characters: int = _MAX_CHARACTERS,
) -> Reading:
    """All events of ``raw`` (one calendar object or a whole feed) between two UTC-aware instants.

    ``calendar_zone`` is the IANA zone for floating times and whole days; ``own_addresses`` are the
    mail addresses of the calendar's owner. Raises only for an unknown ``calendar_zone``.
    """
    parsed = parse(raw, calendar_zone=calendar_zone, max_characters=max_characters)
    return between(parsed, since, until, own_addresses=own_addresses)


@dataclass(frozen=True, slots=True)
class Series:
    """The readable events of one UID."""

    uid: str
    members: tuple[Member, ...]
    clock: Clock
    recurring: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text taken apart once, of which any window can be read. It is not changed by that."""

    series: tuple[Series, ...]
    troubles: tuple[Trouble, ...]


def parse(raw: str, *, calendar_zone: str, max_characters: int = _MAX_CHARACTERS) -> Parsed:
    """``raw`` taken apart; see ``read``."""
    zone = ZoneInfo(calendar_zone)
    if len(raw) > max_characters:
        return Parsed((), (Trouble.TOO_LARGE,))
    apart = take_apart(raw)
    troubles: list[Trouble] = []
    groups = _by_uid(apart, troubles)
    found = tuple(_series(uid, bodies, Clock(apart.zones, zone)) for uid, bodies in groups.items())
    return Parsed(found, tuple(troubles))


def between(
    parsed: Parsed, since: datetime, until: datetime, *, own_addresses: Collection[str] = ()
) -> Reading:
    """The occurrences that touch ``[since, until)``, UTC."""
    scales = Scales()
    found: list[Occurrence] = []
    troubles = list(parsed.troubles)
    for series in parsed.series:
        # The window may add its own warnings.
        clock = Clock(series.clock.zones, series.clock.calendar_zone, list(series.clock.troubles))
        try:
            shown = _shown(series, clock, since, until, scales, own_addresses)
        except Exception as error:
            # Whatever two parsers make of strangers' data, the other events must still be read.
            _log.debug("unreadable event: %s", type(error).__name__)
            clock.troubles.append(Trouble.BROKEN)
            shown = []
        warnings = tuple(dict.fromkeys(clock.troubles))
        troubles += warnings
        found += [replace(one, warnings=warnings) for one in shown] if warnings else shown
    found.sort(key=lambda occurrence: (occurrence.starts_at, occurrence.uid))
    return Reading(tuple(found), tuple(dict.fromkeys(troubles)))


def any_between(parsed: Parsed, since: datetime, until: datetime) -> bool:
    """Whether any occurrence touches ``[since, until)``, UTC."""
    return bool(between(parsed, since, until).occurrences)


def _by_uid(apart: Apart, troubles: list[Trouble]) -> dict[str, list[Properties]]:
    """The VEVENTs of each UID. One without a UID stands alone."""
    groups: dict[str, list[Properties]] = {}
    for block, properties in apart.events:
        if not block.closed:
            troubles.append(Trouble.BROKEN)
            continue
        uid = properties.text("UID").strip() or f"without-uid-{block.start}"
        groups.setdefault(uid, []).append(properties)
    return groups


def _series(uid: str, bodies: list[Properties], clock: Clock) -> Series:
    try:
        members = [member for body in bodies if (member := read_member(body, clock))]
    except Exception as error:
        _log.debug("unreadable event: %s", type(error).__name__)
        members = []
    if len(members) < len(bodies):
        clock.troubles.append(Trouble.BROKEN)
    recurring = any(member.repeats or member.replaces is not None for member in members)
    return Series(uid, tuple(members), clock, recurring)


def _shown(
    series: Series,
    clock: Clock,
    since: datetime,
    until: datetime,
    scales: Scales,
    own_addresses: Collection[str],
) -> list[Occurrence]:
    """What of ``series`` touches the window; what its events are about is read only of those."""
    described: dict[int, dict[str, Any]] = {}
    found: list[Occurrence] = []
    for instance in instances(series.members, since=since, until=until, scales=scales, clock=clock):
        starts_at, ends_at = _when(instance, clock)
        if not _touches(starts_at, ends_at, since, until):
            continue
        key = id(instance.member)
        if key not in described:
            described[key] = _described(series, instance.member, own_addresses)
        found.append(_placed(described[key], instance, starts_at, ends_at))
    return found


def _described(series: Series, member: Member, own_addresses: Collection[str]) -> dict[str, Any]:
    """All fields that do not depend on the instance."""
    texts = member.properties
    attendees = attendees_of(texts)
    organizer = texts.first("ORGANIZER")
    state = texts.word(_OUTLOOK_STATE)
    return {
        "uid": series.uid,
        "summary": texts.text("SUMMARY").strip(),
        "description": texts.text("DESCRIPTION").strip(),
        "location": texts.text("LOCATION").strip(),
        "private": texts.word("CLASS") in _PRIVATE,
        "transparency": _transparency(texts, state),
        "status": _status(texts, state),
        "out_of_office": state == "OOF",
        "special": texts.word(EVENT_TYPE) in _SPECIAL_TYPES,
        "organizer": (address_of(organizer) or None) if organizer else None,
        "organizer_name": organizer.params.get("CN", "").strip() if organizer else "",
        "attendees": attendees,
        "declined_by_owner": declined(attendees, own_addresses),
        "recurring": series.recurring,
        "tandem_id": texts.text(TANDEM_ID).strip() or None,
    }


def _transparency(texts: Properties, state: str) -> Transparency:
    """Free when either TRANSP or Microsoft's finer state says so."""
    if texts.word("TRANSP") == "TRANSPARENT" or state in _FREE_STATES:
        return Transparency.FREE
    return Transparency.BUSY


def _status(texts: Properties, state: str) -> EventStatus:
    status = texts.word("STATUS")
    if status == "CANCELLED":
        return EventStatus.CANCELLED
    if "TENTATIVE" in (status, state):
        return EventStatus.TENTATIVE
    return EventStatus.CONFIRMED


def _when(instance: Instance, clock: Clock) -> tuple[datetime, datetime]:
    start, end = instance.span.start, instance.span.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return utc(start), utc(end)
    return clock.midnight(start), clock.midnight(end)


def _touches(starts_at: datetime, ends_at: datetime, since: datetime, until: datetime) -> bool:
    if starts_at == ends_at:
        return since <= starts_at < until
    return starts_at < until and ends_at > since


def _placed(
    described: dict[str, Any], instance: Instance, starts_at: datetime, ends_at: datetime
) -> Occurrence:
    """What is ``described`` at the time of ``instance``."""
    start, end = instance.span.start, instance.span.end
    named = instance.original if described["recurring"] else None
    name = name_of_instance(named) if named else None
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Occurrence(recurrence_id=name, starts_at=starts_at, ends_at=ends_at, **described)
    return Occurrence(
        recurrence_id=name,
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=True,
        local_start_date=start,
        local_end_date=end,
        **described,
    )
