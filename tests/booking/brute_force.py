"""Slot search by looking at every single minute: slow, plain, and written apart from the product.

It shares the value types with `crm_app.booking.slots` and no line of reasoning: real minutes are
counted one by one, each is shown on the member's wall clock, and each rule of CAL-2 and CAL-3 is
asked as it is written. `slots(...)` is what other tests use.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, groupby
from zoneinfo import ZoneInfo

from crm_app.booking.rules import MemberTime, Mode, Slot, SlotRules, Taken

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slots(
    rules: SlotRules,
    members: Sequence[MemberTime],
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    taken: Taken | None = None,
    mode: Mode = "any",
    open_seats: Mapping[datetime, int] | None = None,
) -> list[Slot]:
    """All slots that start in `[since, until)`, as `crm_app.booking.slots.search` gives them."""
    first = _whole_minute(since) - 2 * DAY  # so that the day that `since` lies in is seen whole
    longest = max([rules.duration, *(b.end - b.start for m in members for b in m.busy)])
    count = (_whole_minute(until) - first) // MINUTE + longest + 1
    clocks = [_Clock(rules, member, first, count) for member in members]
    groups = [clocks] if mode == "all" else [[clock] for clock in clocks]
    found: dict[datetime, list[int]] = {}
    for group in groups:
        for index in _grid(rules, group):
            start = group[0].instant(index)
            if since <= start < until and all(
                _allowed(rules, clock, index, now, taken or Taken()) for clock in group
            ):
                found.setdefault(start, []).extend(c.member.member_id for c in group)
    length = rules.duration * MINUTE
    offered = [Slot(start, start + length, tuple(ids)) for start, ids in found.items()]
    for clock in clocks:
        offered += _sessions(rules, clock, since, until, now, open_seats or {})
    return sorted(offered, key=lambda slot: slot.starts_at)


class _Clock:
    """A member's wall clock over a stretch of real minutes, and which of them are worked."""

    def __init__(self, rules: SlotRules, member: MemberTime, first: datetime, count: int) -> None:
        self.rules, self.member, self.first = rules, member, first
        zone = ZoneInfo(member.zone)
        shown = [(first + n * MINUTE).astimezone(zone) for n in range(count)]
        self.repeated = [moment.fold == 1 for moment in shown]
        self.wall = [moment.replace(tzinfo=None, fold=0) for moment in shown]
        self.zone = zone
        latest = list(accumulate(self.wall, max))
        self.ranges: list[tuple[date, int, int, int]] = []
        day = self.wall[0].date()
        while day <= self.wall[-1].date():
            for start, end in _open_ranges(rules, member, day):
                opens = bisect_left(latest, _at(day, start))
                closes = bisect_left(latest, _at(day, end))
                if opens < closes:
                    self.ranges.append((day, start, opens, closes))
            day += DAY
        self.works = [False] * count
        for _, _, opens, closes in self.ranges:
            self.works[opens:closes] = [True] * (closes - opens)

    def instant(self, index: int) -> datetime:
        return self.first + index * MINUTE


def _open_ranges(rules: SlotRules, member: MemberTime, day: date) -> Iterator[tuple[int, int]]:
    """The runs of minutes of that local day which both the calendar and the member have."""

    def is_open(minute: int) -> bool:
        for hours in (rules.hours, member.hours):
            ranges = hours.weekly.get(day.weekday(), ())
            if day in hours.overrides:
                ranges = hours.overrides[day]
            if not any(start <= minute < end for start, end in ranges):
                return False
        return True

    for value, run in groupby(range(1440), key=is_open):
        if value:
            minutes = list(run)
            yield minutes[0], minutes[-1] + 1


def _grid(rules: SlotRules, group: Sequence[_Clock]) -> Iterator[int]:
    """The indices at which the wall clock of the first stands on its grid, and all work."""
    host = group[0]
    together = [all(minute) for minute in zip(*(clock.works for clock in group), strict=True)]
    for day, start, opens, closes in host.ranges:
        midnight = _at(day, 0)
        for works, run in groupby(range(opens, closes), key=together.__getitem__):
            if not works:
                continue
            indices = list(run)
            anchor = start
            if indices[0] != opens:
                anchor = (host.wall[indices[0]] - midnight) // MINUTE
            for index in indices:
                wall = (host.wall[index] - midnight) // MINUTE
                stays = together[index : index + rules.duration]
                if (
                    not host.repeated[index]
                    and wall >= anchor
                    and (wall - anchor) % rules.interval == 0
                    and len(stays) == rules.duration
                    and all(stays)
                ):
                    yield index


def _allowed(rules: SlotRules, clock: _Clock, index: int, now: datetime, taken: Taken) -> bool:
    member, start = clock.member, clock.instant(index)
    day = clock.wall[index].date()
    week = day.isocalendar()[:2]
    in_week = [n for d, n in member.booked_per_day.items() if d.isocalendar()[:2] == week]
    counts = [
        (taken.by_day.get(day, 0), rules.per_day_cap),
        (taken.by_slot.get(start, 0), rules.per_slot_cap),
        (member.booked_per_day.get(day, 0), member.day_cap),
        (sum(in_week), member.week_cap),
    ]
    return (
        _in_time(rules, clock, start, now)
        and all(cap is None or count < cap for count, cap in counts)
        and _undisturbed(rules, member, start, start + rules.duration * MINUTE, None)
    )


def _in_time(rules: SlotRules, clock: _Clock, start: datetime, now: datetime) -> bool:
    today = now.astimezone(clock.zone).date()
    day = start.astimezone(clock.zone).date()
    return start >= now + rules.minimum_notice * MINUTE and (day - today).days <= rules.horizon_days


def _undisturbed(
    rules: SlotRules, member: MemberTime, start: datetime, end: datetime, session: datetime | None
) -> bool:
    """Core and core, own buffers and core, core and the block's buffers must not overlap."""
    own = (start - rules.buffer_before * MINUTE, end + rules.buffer_after * MINUTE)
    blocks = [(begin, finish, 0, 0) for begin, finish in member.time_off]
    for block in member.busy:
        if not (block.kind == "booked" and EPOCH + block.start * MINUTE == session):
            blocks.append((block.start, block.end, block.before, block.after))
    for begin, finish, before, after in blocks:
        core = (EPOCH + begin * MINUTE, EPOCH + finish * MINUTE)
        wide = (core[0] - before * MINUTE, core[1] + after * MINUTE)
        if begin < finish and (_overlap(own, core) or _overlap((start, end), wide)):
            return False
    return True


def _sessions(
    rules: SlotRules,
    clock: _Clock,
    since: datetime,
    until: datetime,
    now: datetime,
    open_seats: Mapping[datetime, int],
) -> Iterator[Slot]:
    """Class sessions with seats left: bound by everything but the grid and the caps."""
    for start, seats in open_seats.items():
        ends = [
            EPOCH + block.end * MINUTE
            for block in clock.member.busy
            if block.kind == "booked"
            and EPOCH + block.start * MINUTE == start
            and block.end > block.start
        ]
        if not ends or seats < 1 or not since <= start < until:
            continue
        index = (start - clock.first) // MINUTE
        if (
            all(clock.works[index : index + (max(ends) - start) // MINUTE])
            and _in_time(rules, clock, start, now)
            and _undisturbed(rules, clock.member, start, max(ends), start)
        ):
            yield Slot(start, max(ends), (clock.member.member_id,), seats)


def _overlap(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + minute * MINUTE


def _whole_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
