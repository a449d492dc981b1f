"""Which instance an appointment was made from, after its series changed (SYN-8, SYN-9)."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from crm_app.providers.occurrence import EventStatus, Occurrence
from crm_app.sync.rules.pairing import Linked, pair

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HALF = timedelta(minutes=30)


def name(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def day(number: int, hour: int = 9) -> datetime:
    return NOW + timedelta(days=number, hours=hour)


def link(key: int, at: datetime, named: datetime | None = None) -> Linked:
    return Linked(key, name(named or at), at, at + HALF)


def one(
    at: datetime, named: datetime | None = None, status: EventStatus = EventStatus.CONFIRMED
) -> Occurrence:
    return Occurrence("series", name(named or at), at, at + HALF, status=status, recurring=True)


def single(at: datetime) -> Occurrence:
    return Occurrence("series", None, at, at + HALF)


WEEKLY = [day(0), day(7), day(14)]
LINKS = [link(key, at) for key, at in enumerate(WEEKLY)]
CASES = {
    "nothing changed": (LINKS, [one(at) for at in WEEKLY], WEEKLY),
    "one moved": (LINKS, [one(day(0)), one(day(9), day(7)), one(day(14))], [day(0), day(9), day(14)]),
    "one left out": (LINKS, [one(day(0)), one(day(14))], [day(0), None, day(14)]),
    "all an hour later": (LINKS, [one(day(n, 10)) for n in (0, 7, 14)], [day(n, 10) for n in (0, 7, 14)]),
    "all on another day": (LINKS, [one(day(n)) for n in (3, 10, 17)], [day(n) for n in (3, 10, 17)]),
    "every other one": (LINKS, [one(day(0)), one(day(14)), one(day(28))], [day(0), None, day(14)]),
    "cut short": (LINKS, [one(day(0))], [day(0), None, None]),
    "all gone": (LINKS, [], [None, None, None]),
    "cancelled ones take nobody's place": (
        LINKS,
        [one(day(n, 10), status=EventStatus.CANCELLED) for n in (0, 7, 14)],
        [None, None, None],
    ),
    "single to series": ([Linked(0, "", day(0), day(0) + HALF)], [one(at) for at in WEEKLY], [day(0)]),
    "series to single": (LINKS, [single(day(7))], [None, day(7), None]),
    "what is over is not moved": (
        [link(0, day(-7)), link(1, day(0))],
        [one(day(0, 10)), one(day(7, 10))],
        [None, day(0, 10)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_syn9_each_appointment_finds_its_instance(case: str) -> None:
    links, occurrences, expected = CASES[case]
    found = pair(links, occurrences, now=NOW)
    starts = [found[each.key].starts_at if each.key in found else None for each in links]
    assert starts == expected


HOURS = st.lists(st.integers(0, 400), unique=True, max_size=8)


@given(before=HOURS, after=HOURS)
def test_syn9_no_instance_is_given_to_two(before: list[int], after: list[int]) -> None:
    links = [link(key, NOW + timedelta(hours=hour)) for key, hour in enumerate(before)]
    occurrences = [one(NOW + timedelta(hours=hour)) for hour in after]
    found = pair(links, occurrences, now=NOW)
    assert len({each.recurrence_id for each in found.values()}) == len(found)
    # Whatever kept its name is found by it.
    for each in links:
        if each.recurrence_id in {other.recurrence_id for other in occurrences}:
            assert found[each.key].recurrence_id == each.recurrence_id
