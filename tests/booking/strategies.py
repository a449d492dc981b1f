"""Hypothesis strategies for slot search: awkward zones, the days on which their clocks change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from crm_app.booking import minutes
from crm_app.booking.rules import Busy, BusyKind, MemberTime, SlotRules, Taken
from crm_app.core.hours import ALWAYS, Hours, Range

MOMENTS = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00", "2026-06-03T12:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Asia/Kolkata": ("2026-05-05T18:30",),
    "Asia/Kathmandu": ("2026-05-05T18:15",),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Pacific/Apia": ("2011-12-30T10:00",),
    "Pacific/Kiritimati": ("2026-12-31T10:00", "1994-12-31T10:00"),
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),
    "America/Sao_Paulo": ("2018-11-04T03:00", "2019-02-17T02:00"),
    "America/Havana": ("2026-03-08T05:00", "2026-11-01T05:00"),
    "America/Scoresbysund": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Antarctica/Troll": ("2026-03-29T01:00", "2026-10-25T01:00"),
}
CASES = [
    (zone, datetime.fromisoformat(moment).replace(tzinfo=UTC))
    for zone, moments in MOMENTS.items()
    for moment in moments
]


RARE_CAP = st.sampled_from([None, None, None, None, 1, 2])


@dataclass(frozen=True)
class Scene:
    """All arguments of one search; its text is what Hypothesis prints for a failure."""

    rules: SlotRules
    members: list[MemberTime]
    since: datetime
    until: datetime
    now: datetime
    taken: Taken
    open_seats: Mapping[datetime, int]


def ranges(step: int = 15) -> st.SearchStrategy[tuple[Range, ...]]:
    """Up to three ranges of a day, often the whole day or just about a clock change."""
    edges = st.lists(st.integers(0, 1440 // step), min_size=2, max_size=6, unique=True).map(sorted)
    some = edges.map(
        lambda e: tuple((a * step, b * step) for a, b in zip(e[::2], e[1::2], strict=False))
    )
    usual = st.sampled_from([((0, 1440),), ((0, 1440),), ((540, 1020),), ((0, 720), (780, 1440))])
    night = st.sampled_from([((0, 120), (1320, 1440)), ((60, 180),), ((150, 400),), ((90, 150),)])
    return usual | usual | some | night


@st.composite
def hours(draw: st.DrawFn, around: date) -> Hours:
    usual, other = draw(ranges()), draw(ranges())
    weekly = {day: other if day == around.weekday() else usual for day in range(7)}
    days = st.sampled_from([around + timedelta(days=n) for n in range(-1, 3)])
    closed = st.just(())
    return Hours(weekly, draw(st.dictionaries(days, ranges(5) | closed, max_size=1)))


@st.composite
def slot_rules(draw: st.DrawFn, around: date) -> SlotRules:
    buffers = st.sampled_from([0, 0, 5, 15, 40])
    return SlotRules(
        duration=draw(st.sampled_from([30, 10, 15, 45, 60, 90, 150, 1500])),
        interval=draw(st.sampled_from([30, 7, 15, 20, 45, 60, 90])),
        buffer_before=draw(buffers),
        buffer_after=draw(buffers),
        minimum_notice=draw(st.sampled_from([0, 0, 30, 600])),
        horizon_days=draw(st.sampled_from([60, 60, 60, 2, 1, 0])),
        per_day_cap=draw(RARE_CAP),
        per_slot_cap=draw(RARE_CAP),
        hours=draw(st.just(ALWAYS) | hours(around)),
    )


@st.composite
def members(draw: st.DrawFn, member_id: int, zone: str, around: datetime) -> MemberTime:
    base = minutes.floor(around)
    begin = st.integers(-600, 900).map(lambda n: base + 5 * n)
    length = st.sampled_from([30, 0, 5, 60, 240])
    buffers = st.sampled_from([0, 0, 10, 30])
    kinds = st.sampled_from([BusyKind.EXTERNAL, BusyKind.BOOKED])
    blocks = st.builds(
        lambda start, size, before, after, kind: Busy(start, start + size, before, after, kind),
        begin, length, buffers, buffers, kinds,
    )  # fmt: skip
    return MemberTime(
        member_id,
        zone,
        hours=draw(hours(around.date())),
        busy=draw(st.lists(blocks, max_size=4)),
        time_off=draw(st.lists(st.builds(lambda a, n: (a, a + n), begin, length), max_size=1)),
        day_cap=draw(RARE_CAP),
        week_cap=draw(st.sampled_from([None, None, None, 2, 4])),
        booked_per_day=draw(st.dictionaries(_days(around), st.integers(1, 2), max_size=2)),
    )


@st.composite
def scenes(draw: st.DrawFn, *, most_members: int = 2, seats: bool = False) -> Scene:
    """A search around a clock change of its first member's zone, or an ordinary day there."""
    zone, moment = draw(st.sampled_from(CASES))
    zones = [zone, *draw(st.lists(st.sampled_from(list(MOMENTS)), max_size=most_members - 1))]
    team = [draw(members(10 + n, name, moment)) for n, name in enumerate(zones)]
    since = moment + timedelta(minutes=draw(st.integers(-1600, 60)))
    until = since + timedelta(minutes=draw(st.integers(600, 2400)))
    earlier = draw(st.sampled_from([0, 1, 1200, -300, 20000]))
    now = since - timedelta(minutes=earlier, seconds=draw(st.sampled_from([0, 1])))
    rules = draw(slot_rules(moment.date()))
    starts = st.integers(0, 100).map(lambda n: moment + timedelta(minutes=15 * n))
    taken = Taken(
        draw(st.dictionaries(_days(moment), st.integers(1, 2), max_size=2)),
        draw(st.dictionaries(starts, st.integers(1, 2), max_size=3)),
    )
    open_seats = {}
    if seats:
        session = minutes.ceil(since) + draw(st.integers(0, 40)) * 15
        block = Busy(session, session + draw(st.sampled_from([30, 60])), 0, 5, BusyKind.BOOKED)
        team[0] = replace(team[0], busy=[*team[0].busy[:2], block])
        open_seats = {minutes.moment(session): draw(st.sampled_from([1, 3, 0]))}
    return Scene(rules, team, since, until, now, taken, open_seats)


def _days(around: datetime) -> st.SearchStrategy[date]:
    return st.sampled_from([around.date() + timedelta(days=n) for n in range(-2, 3)])
