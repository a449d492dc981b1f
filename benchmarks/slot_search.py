"""How slot search compares with a plain sorted sweep over integers: `python -m benchmarks.slot_search`.

Ten members in five zones, 60 days about a clock change, 5,000 busy events, weekdays 9 to 17,
30-minute slots. The sweep is the floor: written by hand, given working time and busy time as
integers that are converted already, it sorts and merges, walks the grid with two pointers and
unites the members' slots. Our side is the public `search`, with zones, overrides, rules, caps and
datetimes. Both answers must be equal. Runs alternate, and the ratio is the median over pairs of
runs, so that a busy machine slows both alike. The first search also looks up the zones' local
days, which are remembered from then on; its time is printed as "first".
"""

import random
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from time import process_time
from zoneinfo import ZoneInfo

from crm_app.booking import local_grid, minutes
from crm_app.booking.slots import Busy, MemberTime, SlotRules, search
from crm_app.core.hours import Hours

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Europe/London",
    "Australia/Sydney",
)
OFFICE = Hours(dict.fromkeys(range(5), ((540, 1020),)))
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
REPEATS = 101
TARGET = 1.5

Interval = tuple[int, int]
Host = tuple[int, list[Interval], list[Interval]]


def members(count: int, days: int, events: int, seed: int = 1) -> list[MemberTime]:
    """Members with random busy time: any minute of the span, 15 minutes to two hours long."""
    rng, first = random.Random(seed), minutes.floor(SINCE)
    team = []
    for number in range(count):
        starts = (first + rng.randrange(days * 1440) for _ in range(events // count))
        busy = [Busy(start, start + rng.choice((15, 30, 45, 60, 90, 120))) for start in starts]
        team.append(MemberTime(number, ZONES[number % len(ZONES)], OFFICE, busy))
    return team


def converted(team: list[MemberTime], days: int) -> list[Host]:
    """What the sweep is given for nothing: busy and working time as integers."""
    first, last = date(2026, 2, 27), SINCE.date() + timedelta(days=days + 2)
    low, high = minutes.floor(SINCE), minutes.floor(SINCE) + days * 1440
    hosts = []
    for member in team:
        shifts = local_grid.shifts(ZoneInfo(member.zone), OFFICE, first, last)
        work = [(s.start, s.end) for s in shifts if s.start >= low - 480 and s.start < high]
        hosts.append((member.member_id, [(b.start, b.end) for b in member.busy], work))
    return hosts


def sweep(
    hosts: list[Host], rules: SlotRules, low: int, high: int
) -> list[tuple[int, int, tuple[int, ...]]]:
    """The floor: sort, merge, walk."""
    duration, interval = rules.duration, rules.interval
    before, after = rules.buffer_before, rules.buffer_after
    union: dict[int, list[int]] = {}
    for host, busy, work in hosts:
        merged: list[Interval] = []
        for begin, end in sorted(busy):
            if merged and begin <= merged[-1][1]:
                if end > merged[-1][1]:
                    merged[-1] = (merged[-1][0], end)
            else:
                merged.append((begin, end))
        position, count = 0, len(merged)
        for opens, closes in work:
            for start in range(opens, closes - duration + 1, interval):
                while position < count and merged[position][1] + before <= start:
                    position += 1
                if start < low or start >= high:
                    continue
                if position == count or start + duration + after <= merged[position][0]:
                    if start in union:
                        union[start].append(host)
                    else:
                        union[start] = [host]
    return [(start, start + duration, tuple(union[start])) for start in sorted(union)]


def measure(count: int, days: int, events: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of CPU of our search and of the sweep, run alternately, and the slots found."""
    rules = SlotRules(duration=30, interval=30, buffer_after=10, horizon_days=days + 5)
    team = members(count, days, events)
    hosts, until = converted(team, days), SINCE + timedelta(days=days)
    low, high = minutes.floor(SINCE), minutes.floor(until)
    ours: list[float] = []
    floor: list[float] = []
    local_grid.local_days.cache_clear()
    for _ in range(REPEATS):
        begin = process_time()
        found = search(rules, team, since=SINCE, until=until, now=SINCE)
        middle = process_time()
        plain = sweep(hosts, rules, low, high)
        end = process_time()
        ours.append((middle - begin) * 1000)
        floor.append((end - middle) * 1000)
    as_numbers = [
        (minutes.floor(slot.starts_at), minutes.floor(slot.ends_at), slot.members) for slot in found
    ]
    if as_numbers != plain:
        raise SystemExit("the search and the sweep do not find the same slots")
    return ours, floor, len(found)


def main() -> None:
    for count, days, events in ((10, 60, 5_000), (50, 60, 25_000)):
        ours, floor, found = measure(count, days, events)
        cuts = quantiles(ours, n=20)
        print(f"{count} members, {days} days, {events:,} busy events: {found:,} slots")
        print(
            f"  search p50 {median(ours):.2f} ms, p95 {cuts[18]:.2f} ms, "
            f"first {ours[0]:.2f} ms (CPU)"
        )
        print(f"  sweep  p50 {median(floor):.2f} ms")
        ratio = median(our / plain for our, plain in zip(ours, floor, strict=True))
        print(f"  ratio {ratio:.2f} (target at most {TARGET})")


if __name__ == "__main__":
    main()
