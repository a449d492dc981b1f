"""One event or one instance inside an object, and where in the text it stands.

An instance is found by the start that its rule gave it, as ``Occurrence.recurrence_id`` names it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from crm_app.providers.ical.lines import Block, blocks, name_of, own_properties, unfold
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.ical.properties import Properties, read_property
from crm_app.providers.ical.rules import Scales
from crm_app.providers.ical.series import (
    Instance,
    Member,
    aligned,
    instances,
    name_of_instance,
    newest_master,
    read_member,
    sequence_of,
)
from crm_app.providers.ical.spelling import Spelling, spelling_of
from crm_app.providers.ical.times import Clock, Moment, utc
from crm_app.providers.ical.zones import Zones

_NEAR = timedelta(days=2)
# "This and future" may have moved an instance by that much.
_FAR = timedelta(days=402)
# No zone is further from UTC, so that the nearest instance of a daily series is the right one.
_OFFSET = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Whole:
    """An object taken apart: its lines, and the members of its one series with their places."""

    lines: list[str]
    clock: Clock
    places: dict[int, Block]
    members: list[Member]
    master: Member | None

    def place(self, member: Member) -> Block:
        """Where ``member`` stands."""
        return self.places[id(member)]

    @property
    def overrides(self) -> list[Member]:
        """All members that replace an instance, the newest last."""
        return sorted((one for one in self.members if one.replaces is not None), key=sequence_of)

    def spelling(self, member: Member) -> Spelling:
        """How ``member`` spells its start; an override may leave it to its RECURRENCE-ID."""
        place = self.place(member)
        own = [self.lines[index] for index in own_properties(self.lines, place)]
        return next(
            spelling_of(line, self.clock)
            for name in ("DTSTART", "RECURRENCE-ID")
            for line in own
            if name_of(line) == name and self.clock.moment(read_property(line)) is not None
        )


def take_apart(raw: str) -> Whole:
    """The events of ``raw`` that share its first UID; unreadable ones are left out."""
    lines, uid = unfold(raw), uid_of(raw)
    clock = Clock(Zones(lines), UTC)
    places: dict[int, Block] = {}
    members: list[Member] = []
    for block in blocks(lines, "VEVENT"):
        properties = Properties(lines, block)
        same = block.closed and properties.text("UID").strip() == uid
        if same and (member := read_member(properties, clock)) is not None:
            members.append(member)
            places[id(member)] = block
    return Whole(lines, clock, places, members, newest_master(members))


def find_instance(whole: Whole, recurrence_id: str) -> Instance | None:
    """The instance as it takes place now; None when there is none of that name."""
    wanted = whole.clock.read(recurrence_id, None)
    repeats = any(one.repeats or one.replaces is not None for one in whole.members)
    if wanted is None or not repeats:
        return None
    floating = whole.spelling(whole.master or whole.members[0]).floating
    slack = _OFFSET if floating else timedelta()
    named = _nearest(_replaced(whole), wanted, slack)
    if named is not None and (slack == timedelta() or named[0] == timedelta()):
        return named[1]
    made = _nearest(_made(whole, wanted), wanted, slack)
    both = [found for found in (named, made) if found is not None]
    return min(both, key=lambda found: found[0])[1] if both else None


def _replaced(whole: Whole) -> Iterator[Instance]:
    newest: dict[str, Instance] = {}
    for one in whole.overrides:
        original = one.replaces or one.span.start
        if whole.master is not None:
            original = aligned(original, whole.master.span.start)
        newest[name_of_instance(original)] = Instance(one, one.span, original)
    yield from newest.values()


def _made(whole: Whole, wanted: Moment) -> Iterator[Instance]:
    """The instances that the rule makes around ``wanted``."""
    moved = any(
        "RANGE" in prop.params
        for one in whole.overrides
        for prop in one.properties.all("RECURRENCE-ID")
    )
    around, at = (_FAR if moved else _NEAR), _instant(wanted)
    try:
        since, until = at - around, at + around
    except OverflowError:
        return
    found = instances(whole.members, since=since, until=until, scales=Scales(), clock=whole.clock)
    yield from (one for one in found if one.original is not None)


def _nearest(
    found: Iterable[Instance], wanted: Moment, slack: timedelta
) -> tuple[timedelta, Instance] | None:
    best: tuple[timedelta, Instance] | None = None
    for one in found:
        original = one.original
        if original is None or isinstance(original, datetime) != isinstance(wanted, datetime):
            continue
        distance = abs(_instant(original) - _instant(wanted))
        if distance <= slack and (best is None or distance < best[0]):
            best = (distance, one)
    return best


def _instant(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return utc(moment)
    return datetime.combine(moment, time(), tzinfo=UTC)
