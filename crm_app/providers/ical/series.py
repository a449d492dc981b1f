"""The instances of one series inside a window.

The expansion itself is recurring-ical-events'. It gets a tidied copy of the series: times resolved,
rules weighed, nothing but what recurrence needs; each component carries its number, by which the
caller finds the texts again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import icalendar
import recurring_ical_events
from icalendar.prop import vDDDTypes, vRecur

from crm_app.providers.ical.properties import Properties
from crm_app.providers.ical.rules import Scales, Weighed, nth_start
from crm_app.providers.ical.times import Clock, Moment, Span, read_span, utc
from crm_app.providers.ical.usual import latest, starts
from crm_app.providers.occurrence import Trouble

_MAX_RULES = 5
_MAX_DATES = 20_000
_MAX_INSTANCES = 5_000
_LONGEST_REPEATED = timedelta(days=400)
_MARGIN = timedelta(days=2)
# More than any zone and margin can make of it.
_FAR = timedelta(days=7)
_NUMBER = "X-NUMBER"


@dataclass(frozen=True, slots=True)
class Member:
    """A component of a series: its texts, its time, and which instance it replaces (None: master)."""

    properties: Properties
    span: Span
    replaces: Moment | None

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.properties or "RDATE" in self.properties


@dataclass(frozen=True, slots=True)
class Instance:
    """One occurrence in time: which member it shows, and the start that the rule gave it."""

    member: Member
    span: Span
    original: Moment | None

    @property
    def is_own(self) -> bool:
        """Whether ``member`` was written for this instance alone."""
        replaces = self.member.replaces
        if replaces is None or self.original is None:
            return False
        return name_of_instance(aligned(replaces, self.original)) == name_of_instance(self.original)


def read_member(properties: Properties, clock: Clock) -> Member | None:
    """``properties`` as a member of a series; None without any readable start."""
    replaces = clock.moment(properties.first("RECURRENCE-ID"))
    span = read_span(properties, clock, start=replaces)
    return Member(properties, span, replaces) if span else None


def instances(
    members: Sequence[Member],
    *,
    since: datetime,
    until: datetime,
    scales: Scales,
    clock: Clock,
) -> Iterator[Instance]:
    """All instances that touch the window, and some just outside it; what was odd goes to ``clock``."""
    if len(members) == 1 and members[0].replaces is None and not members[0].repeats:
        yield Instance(members[0], members[0].span, members[0].span.start)
        return
    master = newest_master(members)
    overrides = _newest(one for one in members if one.replaces is not None)
    if master is not None and master.repeats:
        if not overrides and (found := counted(master, since, until)) is not None:
            yield from found
        elif overrides or not _is_over(master, since):
            yield from _expand(master, list(overrides.values()), since, until, scales, clock)
        return
    # A single event, or single instances of a series that the owner does not hold as a whole.
    if master is not None and name_of_instance(master.span.start) not in overrides:
        yield Instance(master, master.span, master.span.start)
    yield from (Instance(one, one.span, one.replaces) for one in overrides.values())


def newest_master(members: Iterable[Member]) -> Member | None:
    """The event itself, or the series with its rule."""
    return max((one for one in members if one.replaces is None), key=sequence_of, default=None)


def _newest(overrides: Iterable[Member]) -> dict[str, Member]:
    """One member per instance: the one with the highest SEQUENCE."""
    newest: dict[str, Member] = {}
    for member in sorted(overrides, key=sequence_of):
        newest[name_of_instance(member.replaces or member.span.start)] = member
    return newest


def counted(master: Member, since: datetime, until: datetime) -> Iterator[Instance] | None:
    """The instances of a series with one usual rule and nothing else; None for any other."""
    rules = master.properties.all("RRULE")
    if len(rules) != 1 or "RDATE" in master.properties or "EXDATE" in master.properties:
        return None
    span = _shorter(master.span)
    try:
        begin, stop = (since - span.length - _MARGIN).date(), (until + _MARGIN).date()
    except OverflowError:
        return None
    found = starts(rules[0].value, span.start, begin, stop)
    if found is None:
        return None
    spans = (_lasting(start, start + span.length, master.span) for start in found)
    return (Instance(master, span, span.start) for span in spans)


def _is_over(master: Member, since: datetime) -> bool:
    """Whether the series surely ended before ``since``, as most series in a calendar did: finding
    nothing by expanding it takes as long as finding something."""
    rules = master.properties.all("RRULE")
    if len(rules) != 1 or "RDATE" in master.properties or "EXDATE" in master.properties:
        return False
    try:
        last = latest(rules[0].value, _wall(master.span.start))
        return last is not None and last + master.span.length + _FAR < since.replace(tzinfo=None)
    except OverflowError:
        return False


def _expand(
    master: Member,
    overrides: list[Member],
    since: datetime,
    until: datetime,
    scales: Scales,
    clock: Clock,
) -> Iterator[Instance]:
    span = _shorter(master.span)
    start, stop = since - _MARGIN, until + _MARGIN
    rules, stop = _rules(master, span, start - span.length, stop, scales, clock)
    calendar = icalendar.Calendar()
    calendar.add_component(_master_copy(master, span, rules, clock))
    for number, member in enumerate(overrides, start=1):
        calendar.add_component(_override_copy(number, member, span))
    everyone = [master, *overrides]
    for found in recurring_ical_events.of(calendar).between(start, stop):
        member = everyone[int(found[_NUMBER])]
        given = _lasting(found["DTSTART"].dt, found["DTEND"].dt, member.span)
        yield Instance(member, given, _original(member, given, found["RECURRENCE-ID"].dt, span))


def _lasting(start: Moment, end: Moment, written: Span) -> Span:
    """An instance's span. Within a day the exact duration is repeated (RFC 5545 §3.8.5.3), which
    matters in the night of a clock change; days are repeated on the wall clock."""
    if isinstance(start, datetime) and (exact := written.exact) < timedelta(days=1):
        end = (utc(start) + exact).astimezone(start.tzinfo)
    return Span(start, end)


def _original(member: Member, given: Span, named: Moment, series: Span) -> Moment:
    """The start that the rule gave. An override of "this and future" shows many instances."""
    if member.replaces is None or given.start == member.span.start:
        return named
    moved_by = _wall(member.span.start) - _wall(aligned(member.replaces, series.start))
    return given.start - moved_by


def _rules(
    master: Member,
    span: Span,
    since: datetime,
    until: datetime,
    scales: Scales,
    clock: Clock,
) -> tuple[list[Weighed], datetime]:
    """The rules that may run, and how far: a dense series ends early."""
    zone = span.start.tzinfo if isinstance(span.start, datetime) else UTC
    wall = _wall(span.start)
    texts = [prop.value for prop in master.properties.all("RRULE")]
    weighed = [
        scales.weigh(text, wall, until.astimezone(zone).replace(tzinfo=None))
        for text in texts[:_MAX_RULES]
    ]
    kept = [rule for rule in weighed if rule is not None]
    if len(kept) < len(texts):
        clock.troubles.append(Trouble.TOO_DENSE)
    for rule in kept:
        last = nth_start(rule, wall, since.astimezone(zone).replace(tzinfo=None), _MAX_INSTANCES)
        if last is not None and (end := last.replace(tzinfo=zone).astimezone(UTC)) < until:
            clock.troubles.append(Trouble.TOO_MANY)
            until = end
    return kept, until


def _master_copy(master: Member, span: Span, rules: list[Weighed], clock: Clock) -> icalendar.Event:
    copy = _copy(0, span, sequence_of(master))
    for rule in rules:
        copy.add("RRULE", vRecur.from_ical(rule.rule))
    for name in ("RDATE", "EXDATE"):
        listed = clock.moments(master.properties.all(name))[:_MAX_DATES]
        if listed:
            copy.add(name, [aligned(moment, span.start) for moment in listed])
    return copy


def _override_copy(number: int, member: Member, series: Span) -> icalendar.Event:
    replaces = aligned(member.replaces or member.span.start, series.start)
    copy = _copy(number, _shorter(member.span), sequence_of(member))
    value = vDDDTypes(replaces)
    prop = member.properties.first("RECURRENCE-ID")
    ranged = prop is not None and prop.params.get("RANGE", "").upper() == "THISANDFUTURE"
    if ranged and abs(_wall(replaces) - _wall(member.span.start)) < _LONGEST_REPEATED:
        value.params["RANGE"] = "THISANDFUTURE"
    copy["RECURRENCE-ID"] = value
    return copy


def _copy(number: int, span: Span, sequence: int) -> icalendar.Event:
    copy = icalendar.Event()
    copy["UID"] = "series"
    copy[_NUMBER] = str(number)
    copy["SEQUENCE"] = sequence
    copy["DTSTART"] = vDDDTypes(span.start)
    copy["DTEND"] = vDDDTypes(span.end)
    return copy


def sequence_of(member: Member) -> int:
    """Its SEQUENCE, 0 when there is no sensible one."""
    text = member.properties.text("SEQUENCE").strip()
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _shorter(span: Span) -> Span:
    """Repeated events of more than a year would make every search start ages ago."""
    return Span(span.start, span.start + min(span.length, _LONGEST_REPEATED))


def aligned(moment: Moment, start: Moment) -> Moment:
    """``moment`` as the kind of value that ``start`` is: dates of timed series, and the reverse,
    are common mistakes."""
    if isinstance(moment, datetime) and not isinstance(start, datetime):
        return moment.date()
    if not isinstance(moment, datetime) and isinstance(start, datetime):
        return datetime.combine(moment, start.timetz())
    return moment


def _wall(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def name_of_instance(original: Moment) -> str:
    """The RECURRENCE-ID as a text that is the same whichever zone it was written in."""
    if isinstance(original, datetime):
        return utc(original).strftime("%Y%m%dT%H%M%SZ")
    return original.strftime("%Y%m%d")
