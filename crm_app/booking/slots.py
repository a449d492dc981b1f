"""Slot search: which times can be booked, and with whom (CAL-1 to CAL-3).

Pure; `now` is an argument. A search is each host's grid of starts (`local_grid`) minus the starts
that some rule refuses: busy time and buffers (`busy`), caps (`caps`), notice, horizon and window.
What always holds: every slot found is one that `troubleshoot.is_free` lets through, and the other
way round; nothing is rounded in favour of a slot.

This module also names everything that a caller of the search needs.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat

from crm_app.booking import busy, caps, minutes, working_time
from crm_app.booking.local_grid import Shift
from crm_app.booking.minutes import MINUTE, Interval
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
    Slot,
    SlotRules,
    Taken,
)
from crm_app.booking.troubleshoot import is_free, why_not
from crm_app.core.hours import DAY

__all__ = [
    "NOTHING_TAKEN",
    "Busy",
    "BusyKind",
    "Detail",
    "MemberTime",
    "Mode",
    "Refusal",
    "RefusedBy",
    "Slot",
    "SlotRules",
    "Taken",
    "is_free",
    "next_free",
    "search",
    "why_not",
]

FAR = 1 << 60


def search(
    rules: SlotRules,
    members: Sequence[MemberTime],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    taken: Taken = NOTHING_TAKEN,
    mode: Mode = "any",
    open_seats: Mapping[datetime, int] = NO_SEATS,
) -> list[Slot]:
    """The bookable slots that start in `[since, until)`, in order of time.

    `mode="any"` unites the members' own slots. `mode="all"` (collective) asks for every member
    at once; the grid then starts where all of them begin to work, in the first member's zone.
    `open_seats` (class calendars) maps the starts of sessions to seats left: such a session
    stays offered at its own start and length, whatever grid and caps say by now.
    Raises ValueError for open seats on a collective calendar.
    """
    if mode == "all" and open_seats:
        raise ValueError("a collective calendar has no seats: it takes one booking per slot")
    window = _window(rules, since, until, now)
    groups = [members] if mode == "all" else [[member] for member in members]
    union: dict[int, tuple[int, ...]] = {}
    for group in groups:
        if group:
            ids = tuple(member.member_id for member in group)
            for start in _starts(rules, group, window, now, taken):
                union[start] = union.get(start, ()) + ids
    slots = _slots(rules, union)
    if open_seats:
        slots += _sessions(rules, members, window, now, open_seats)
        slots.sort(key=lambda slot: slot.starts_at)
    return slots


def next_free(slots: Sequence[Slot], after: datetime, count: int) -> list[Slot]:
    """The first `count` of the ordered slots that start at `after` or later."""
    first = bisect_left(slots, after, key=lambda slot: slot.starts_at)
    return list(slots[first : first + count])


def _window(rules: SlotRules, since: datetime, until: datetime, now: datetime) -> Interval:
    earliest = minutes.ceil(now + timedelta(minutes=rules.minimum_notice))
    horizon = minutes.ceil(now) + (rules.horizon_days + 2) * DAY  # roughly; days decide exactly
    return max(minutes.ceil(since), earliest), min(minutes.ceil(until), horizon)


def _starts(
    rules: SlotRules, group: Sequence[MemberTime], window: Interval, now: datetime, taken: Taken
) -> list[int]:
    """The starts inside the window at which every member of the group can be booked."""
    low, high = window
    if low >= high:
        return []
    refused = [(-FAR, low), (high, FAR)]
    refused += [(minute, minute + 1) for minute in caps.full_slots(rules, taken)]
    calendars = working_time.shifts(rules, group, window)
    for member, shifts in zip(group, calendars, strict=True):
        refused += _closed(rules, member, shifts, now, taken)
        refused += busy.refused_starts(rules, member.busy, member.time_off)
    return busy.outside(working_time.grid(rules, group, calendars), refused)


def _closed(
    rules: SlotRules,
    member: MemberTime,
    shifts: Sequence[Shift],
    now: datetime,
    taken: Taken,
) -> list[Interval]:
    """The shifts on which nothing may start, because of a cap or the horizon."""
    last_day = working_time.last_day(rules, member, now)
    capped = not (rules.per_day_cap is member.day_cap is member.week_cap is None)
    return [
        (shift.start, shift.end)
        for shift in shifts
        if shift.day > last_day
        or (capped and any(caps.reached_on(rules, member, taken, shift.day)))
    ]


def _slots(rules: SlotRules, union: Mapping[int, tuple[int, ...]]) -> list[Slot]:
    starts = sorted(union)
    moments = list(minutes.moments(starts))
    duration = rules.duration * MINUTE
    ends = [moment + duration for moment in moments]
    members = map(union.__getitem__, starts)
    return list(map(Slot._make, zip(moments, ends, members, repeat(None), strict=False)))


def _sessions(
    rules: SlotRules,
    members: Sequence[MemberTime],
    window: Interval,
    now: datetime,
    open_seats: Mapping[datetime, int],
) -> list[Slot]:
    """The class sessions inside the window that have seats left and nothing against them."""
    slots = []
    for starts_at, seats in open_seats.items():
        minute = minutes.floor(starts_at)
        for member in members:
            session = busy.session_at(member, minute) if seats > 0 else None
            if session is None or not window[0] <= minute < window[1]:
                continue
            if is_free(rules, member, starts_at, now, open_seats=open_seats) is None:
                ends_at = minutes.moment(session.end)
                slots.append(Slot(minutes.moment(minute), ends_at, (member.member_id,), seats))
    return slots
