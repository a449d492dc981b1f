"""The slot troubleshooter: for one instant, the rules that refuse it, per member (CAL-11).

Pure. It asks rule by rule for one instant where the search sweeps over all of them; that both
agree is a property that the tests hold against each other and against a scan of every minute.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm_app.booking import busy, caps, local_grid, minutes, working_time
from crm_app.booking.minutes import Interval
from crm_app.booking.rules import (
    NO_SEATS,
    NOTHING_TAKEN,
    Busy,
    BusyKind,
    Detail,
    MemberTime,
    Mode,
    Refusal,
    RefusedBy,
    SlotRules,
    Taken,
)

_KINDS = {
    BusyKind.TIME_OFF: RefusedBy.TIME_OFF,
    BusyKind.BOOKED: RefusedBy.BOOKED,
    BusyKind.EXTERNAL: RefusedBy.CONFLICT,
}


def is_free(
    rules: SlotRules,
    member: MemberTime,
    starts_at: datetime,
    now: datetime,
    *,
    taken: Taken = NOTHING_TAKEN,
    open_seats: Mapping[datetime, int] = NO_SEATS,
) -> Refusal | None:
    """The first rule that refuses this member at that instant, or None if it can be booked."""
    every = refusals(rules, member, starts_at, now, taken=taken, open_seats=open_seats)
    return next(every, None)


def why_not(
    rules: SlotRules,
    members: Sequence[MemberTime],
    at: datetime,
    *,
    now: datetime,
    taken: Taken = NOTHING_TAKEN,
    mode: Mode = "any",
    open_seats: Mapping[datetime, int] = NO_SEATS,
) -> list[tuple[int, Refusal]]:
    """Per member that is refused at that instant, the first rule that did it.

    A member who is missing from the answer could be booked. On a collective calendar the grid
    is the group's, so that one who is free otherwise is refused as off the grid.
    """
    answers = []
    for member in members:
        group = members if mode == "all" else [member]
        every = refusals(rules, member, at, now, taken=taken, open_seats=open_seats, group=group)
        refusal = next(every, None)
        if refusal is not None:
            answers.append((member.member_id, refusal))
    return answers


def refusals(
    rules: SlotRules,
    member: MemberTime,
    starts_at: datetime,
    now: datetime,
    *,
    taken: Taken = NOTHING_TAKEN,
    open_seats: Mapping[datetime, int] = NO_SEATS,
    group: Sequence[MemberTime] = (),
) -> Iterator[Refusal]:
    """Every rule that refuses the member at that instant, in the order of `RefusedBy`.

    `group` are all members of a collective calendar, whose common grid then counts.
    """
    start = minutes.floor(starts_at)
    session = busy.session_at(member, start) if open_seats.get(starts_at, 0) > 0 else None
    end = start + rules.duration if session is None else session.end
    day = local_grid.reading(ZoneInfo(member.zone), start).date()
    yield from _too_soon(rules, starts_at, now)
    bookable_to = working_time.last_day(rules, member, now)
    if day > bookable_to:
        yield Refusal(RefusedBy.HORIZON, Detail(day=bookable_to))
    if not _at_work(rules, [member], (start, end)):
        yield Refusal(RefusedBy.HOURS, Detail(day=day))
    elif session is None and _off_grid(rules, group or [member], starts_at):
        yield Refusal(RefusedBy.OFF_GRID)
    yield from _blocked(rules, member, (start, end), session)
    if session is None:
        yield from caps.reached_on(rules, member, taken, day)
        yield from caps.reached_at(rules, taken, start)


def _too_soon(rules: SlotRules, starts_at: datetime, now: datetime) -> Iterator[Refusal]:
    if starts_at < now:
        yield Refusal(RefusedBy.PAST, Detail(bound=now))
    earliest = now + timedelta(minutes=rules.minimum_notice)
    if starts_at < earliest:
        yield Refusal(RefusedBy.NOTICE, Detail(bound=earliest))


def _at_work(rules: SlotRules, group: Sequence[MemberTime], time: Interval) -> bool:
    return all(
        any(start <= time[0] and time[1] <= end for start, end in local_grid.worked(shifts))
        for shifts in working_time.shifts(rules, group, time)
    )


def _off_grid(rules: SlotRules, group: Sequence[MemberTime], starts_at: datetime) -> bool:
    """Whether all work then and still no slot starts; if one does not work, that is his refusal."""
    start = minutes.floor(starts_at)
    if minutes.moment(start) != starts_at:
        return True
    if not _at_work(rules, group, (start, start + rules.duration)):
        return False
    calendars = working_time.shifts(rules, group, (start, start + 1))
    return not any(start in run for run in working_time.grid(rules, group, calendars))


def _blocked(
    rules: SlotRules, member: MemberTime, time: Interval, session: Busy | None
) -> Iterator[Refusal]:
    """Whose time the booking would take, and then whose buffer it would stand in."""
    off = [Busy(start, end, kind=BusyKind.TIME_OFF) for start, end in member.time_off]
    others = [block for block in member.busy if not busy.same_session(block, session)]
    met: dict[RefusedBy, list[Busy]] = {rule: [] for rule in (*_KINDS.values(), RefusedBy.BUFFER)}
    for block in sorted([*off, *others], key=lambda block: block[:2]):
        if busy.meets(*time, block):
            met[_KINDS[block.kind]].append(block)
        elif busy.crowds(*time, rules.buffer_before, rules.buffer_after, block):
            met[RefusedBy.BUFFER].append(block)
    for rule, blocks in met.items():
        yield from (Refusal(rule, Detail(block=block)) for block in blocks)
