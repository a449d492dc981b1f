"""The working time of a calendar's members and the grid of starts in it.

Pure. Search and troubleshooter both stand on this: effective hours are calendar ∩ member in the
member's own zone (CAL-2, CAL-3). A group of one has its own grid. A collective group has one
grid, which starts wherever all of them begin to work, by the wall clock of the first member.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_app.booking import local_grid
from crm_app.booking.local_grid import Shift
from crm_app.booking.minutes import Interval
from crm_app.booking.rules import MemberTime, SlotRules
from crm_app.core.hours import DAY, effective


def shifts(rules: SlotRules, group: Sequence[MemberTime], window: Interval) -> list[list[Shift]]:
    """Per member the shifts that a slot of the window can lie in."""
    low, high = window
    if len(group) > 1:
        low -= 2 * DAY  # the first member's day may have begun two local days ago for another
    return [_shifts(rules, member, (low, high)) for member in group]


def grid(
    rules: SlotRules, group: Sequence[MemberTime], calendars: Sequence[list[Shift]]
) -> Iterator[range]:
    """The group's starts as ascending runs of epoch minutes; `calendars` come from `shifts`."""
    zone, own = ZoneInfo(group[0].zone), calendars[0]
    spans = local_grid.worked(own)
    if len(group) > 1:
        for other in calendars[1:]:
            spans = local_grid.common(spans, local_grid.worked(other))
        own = local_grid.cut(zone, own, spans)
    return local_grid.grid(zone, own, spans, interval=rules.interval, duration=rules.duration)


def last_day(rules: SlotRules, member: MemberTime, now: datetime) -> date:
    """The last local day of the member that the booking horizon still has."""
    today = now.astimezone(ZoneInfo(member.zone)).date()
    return today + timedelta(days=rules.horizon_days)


def _shifts(rules: SlotRules, member: MemberTime, window: Interval) -> list[Shift]:
    zone = ZoneInfo(member.zone)
    first, last = (local_grid.reading(zone, minute).date() for minute in window)
    # One day more, as a clock change may turn the date back, and one that may be skipped; then
    # as many as a slot may last, since shifts that touch at midnight are one working time.
    ahead = timedelta(days=2 + rules.duration // DAY)
    return local_grid.shifts(zone, effective(rules.hours, member.hours), first, last + ahead)
