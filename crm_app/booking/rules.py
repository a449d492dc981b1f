"""The words of slot search: what goes in (rules, members, counts) and what comes out.

Pure, and without a line that decides. Minutes are the unit everywhere; instants are epoch minutes
where they are integers and aware UTC datetimes where they are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from crm_app.booking import minutes
from crm_app.booking.minutes import Interval
from crm_app.core.hours import ALWAYS, Hours

Mode = Literal["any", "all"]
"""`any`: one free member is enough (personal, round robin, class); `all`: collective."""


class BusyKind(StrEnum):
    """Where a block comes from."""

    EXTERNAL = "external"
    BOOKED = "booked"
    TIME_OFF = "time_off"


class Busy(NamedTuple):
    """A block in epoch minutes, with the buffers (minutes) that it brings along itself.

    `label` and `source_id` say which external event or appointment it is, for CAL-11. A block
    whose end is not after its start takes no time and blocks nothing.
    """

    start: int
    end: int
    before: int = 0
    after: int = 0
    kind: BusyKind = BusyKind.EXTERNAL
    label: str = ""
    source_id: int | str | None = None

    @classmethod
    def of(
        cls,
        starts_at: datetime,
        ends_at: datetime,
        *,
        before: int = 0,
        after: int = 0,
        kind: BusyKind = BusyKind.EXTERNAL,
        label: str = "",
        source_id: int | str | None = None,
    ) -> Self:
        """From aware datetimes; odd seconds are rounded outwards."""
        start, end = minutes.interval(starts_at, ends_at)
        return cls(start, end, before, after, kind, label, source_id)


@dataclass(frozen=True, slots=True)
class SlotRules:
    """A calendar's slot rules (CAL-2). Durations, buffers and notice are minutes.

    `horizon_days` counts local days: with 0 only today can be booked, with 1 the whole of
    tomorrow too, by the member's own calendar. Caps of None do not limit.
    Raises ValueError for values that cannot be meant.
    """

    duration: int
    interval: int
    buffer_before: int = 0
    buffer_after: int = 0
    minimum_notice: int = 0
    horizon_days: int = 60
    per_day_cap: int | None = None
    per_slot_cap: int | None = None
    hours: Hours = ALWAYS

    def __post_init__(self) -> None:
        for name in ("duration", "interval"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least one minute")
        for name in ("buffer_before", "buffer_after", "minimum_notice", "horizon_days"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative")


@dataclass(frozen=True, slots=True)
class MemberTime:
    """One member's side: zone (IANA name), working hours, what takes the time, and own caps.

    `booked_per_day` counts the member's appointments across all calendars by local date of
    their start; `day_cap` and `week_cap` (Monday to Sunday, ISO 8601) limit those counts.
    """

    member_id: int
    zone: str
    hours: Hours = ALWAYS
    busy: Sequence[Busy] = ()
    time_off: Sequence[Interval] = ()
    day_cap: int | None = None
    week_cap: int | None = None
    booked_per_day: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the calendar's own caps count.

    `by_day`: the calendar's appointments by local date of their start, each in the zone of the
    member that it is with. `by_slot`: its appointments by the instant at which they start. A
    class calendar counts sessions here, not seats.
    """

    by_day: Mapping[date, int] = field(default_factory=dict)
    by_slot: Mapping[datetime, int] = field(default_factory=dict)


NOTHING_TAKEN = Taken()
NO_SEATS: Mapping[datetime, int] = {}


class Slot(NamedTuple):
    """A time that can be booked, in UTC, and who of the members could take it, in given order.

    `seats_left` is known for class sessions that somebody has booked already.
    """

    starts_at: datetime
    ends_at: datetime
    members: tuple[int, ...]
    seats_left: int | None = None


class RefusedBy(StrEnum):
    """The rules that can refuse an instant, in the order in which they are asked (CAL-11)."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    HOURS = "hours"
    OFF_GRID = "off_grid"
    TIME_OFF = "time_off"
    BOOKED = "booked"
    CONFLICT = "conflict"
    BUFFER = "buffer"
    DAY_CAP = "day_cap"
    USER_DAY_CAP = "user_day_cap"
    USER_WEEK_CAP = "user_week_cap"
    SLOT_CAP = "slot_cap"


class Detail(NamedTuple):
    """The facts behind a refusal; which are set depends on the rule.

    PAST and NOTICE set `bound` (bookable from then on), HORIZON and HOURS `day` (the last day
    that can be booked; the member's local day), TIME_OFF, BOOKED, CONFLICT and BUFFER `block`,
    the caps `used` and `limit`, and `day` where they count a day or the week that has it.
    """

    block: Busy | None = None
    bound: datetime | None = None
    day: date | None = None
    used: int | None = None
    limit: int | None = None


class Refusal(NamedTuple):
    """One rule that says no, and why."""

    rule: RefusedBy
    detail: Detail = Detail()
