"""The limits that count bookings: per calendar day and slot, per user day and week (CAL-2).

Pure. Days are the member's local days, weeks run from Monday to Sunday (ISO 8601); a limit is
reached when as many are booked as it says. Search and troubleshooter both ask here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from crm_app.booking import minutes
from crm_app.booking.rules import Detail, MemberTime, Refusal, RefusedBy, SlotRules, Taken


def reached_on(rules: SlotRules, member: MemberTime, taken: Taken, day: date) -> Iterator[Refusal]:
    """The limits that leave no room on that local day of the member."""
    if rules.per_day_cap is not None:
        yield from _full(RefusedBy.DAY_CAP, taken.by_day.get(day, 0), rules.per_day_cap, day)
    if member.day_cap is not None:
        booked = member.booked_per_day.get(day, 0)
        yield from _full(RefusedBy.USER_DAY_CAP, booked, member.day_cap, day)
    if member.week_cap is not None:
        booked = booked_in_week(member, day)
        yield from _full(RefusedBy.USER_WEEK_CAP, booked, member.week_cap, day)


def reached_at(rules: SlotRules, taken: Taken, minute: int) -> Iterator[Refusal]:
    """The calendar's limit per slot: how many of its appointments may start together."""
    if rules.per_slot_cap is not None:
        booked = taken.by_slot.get(minutes.moment(minute), 0)
        yield from _full(RefusedBy.SLOT_CAP, booked, rules.per_slot_cap, None)


def full_slots(rules: SlotRules, taken: Taken) -> list[int]:
    """The epoch minutes at which the calendar's limit per slot is reached."""
    cap = rules.per_slot_cap
    if cap is None:
        return []
    return [minutes.floor(moment) for moment, count in taken.by_slot.items() if count >= cap]


def booked_in_week(member: MemberTime, day: date) -> int:
    """The member's appointments from that week's Monday to its Sunday."""
    monday = day - timedelta(days=day.weekday())
    return sum(member.booked_per_day.get(monday + timedelta(days=n), 0) for n in range(7))


def _full(rule: RefusedBy, used: int, limit: int, day: date | None) -> Iterator[Refusal]:
    if used >= limit:
        yield Refusal(rule, Detail(day=day, used=used, limit=limit))
