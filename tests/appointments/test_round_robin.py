"""The ledger of turns: who is drawn, what it costs, and how fair it ends up (CAL-4)."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.appointments import round_robin
from crm_app.appointments.round_robin import (
    TURN,
    Candidate,
    Draw,
    DrawReason,
    NobodyFreeError,
    apply,
    draw,
    explain,
    explain_json,
    revert,
    shares,
)

START = datetime(2026, 11, 2, tzinfo=UTC)
MODEST = settings(max_examples=80, derandomize=True, database=None)


class Team:
    """A ledger that goes on from booking to booking, as the database keeps it."""

    def __init__(self, weights: Sequence[int], mode: str = "equal", priority: int = 0) -> None:
        self.weights = dict(enumerate(weights))
        self.mode, self.priority = mode, priority
        self.credits: dict[int, int] = dict.fromkeys(self.weights, 0)
        self.last: dict[int, datetime] = {}
        self.counts: Counter[int] = Counter()
        self.bookings = 0

    def book(self, free: Collection[int], absent: Collection[int] = ()) -> Draw:
        pool = [
            Candidate(member, weight, self.priority, self.credits[member], self.last.get(member))
            for member, weight in self.weights.items()
            if member not in absent
        ]
        drawn = draw(self.mode, pool, set(free) - set(absent))
        self.credits = apply(self.credits, drawn)
        self.last[drawn.member_id] = START + timedelta(minutes=self.bookings)
        self.counts[drawn.member_id] += 1
        self.bookings += 1
        return drawn

    def give_back(self, drawn: Draw) -> None:
        self.credits = revert(self.credits, drawn)
        self.counts[drawn.member_id] -= 1

    def join(self, member: int, weight: int = 1) -> None:
        self.weights[member], self.credits[member] = weight, 0


def half_free(rng: random.Random, members: Collection[int]) -> list[int]:
    return [m for m in members if rng.random() < 0.5] or [rng.choice(list(members))]


candidates = st.lists(
    st.builds(
        Candidate,
        member_id=st.integers(1, 40),
        weight=st.integers(0, 7),
        priority=st.integers(0, 2),
        credit=st.integers(-3, 3).map(lambda n: n * TURN // 3),
        last_drawn_at=st.none() | st.integers(0, 3).map(lambda n: START + timedelta(days=n)),
        position=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda candidate: candidate.member_id,
)


@MODEST
@given(candidates, st.sampled_from(["equal", "availability"]), st.randoms(use_true_random=False))
def test_cal4_a_draw_is_one_exact_turn_and_reverts_exactly(
    pool: list[Candidate], mode: str, rng: random.Random
) -> None:
    free = {c.member_id for c in pool if rng.random() < 0.7} or {pool[0].member_id}
    before = {candidate.member_id: candidate.credit for candidate in pool}
    drawn = draw(mode, pool, free)
    after = apply(before, drawn)
    assert drawn.member_id in free
    assert sum(drawn.shares.values()) == TURN
    assert all(share >= 0 for share in drawn.shares.values())
    assert sum(after.values()) == sum(before.values())
    assert revert(after, drawn) == before
    shuffled = rng.sample(pool, len(pool))
    assert draw(mode, shuffled, sorted(free)).member_id == drawn.member_id
    assert draw(mode, shuffled, sorted(free)).shares == drawn.shares


@MODEST
@given(candidates, st.randoms(use_true_random=False))
def test_cal4_turns_can_be_given_back_in_any_order(
    pool: list[Candidate], rng: random.Random
) -> None:
    everybody = {candidate.member_id for candidate in pool}
    before = {candidate.member_id: candidate.credit for candidate in pool}
    credits, draws = before, []
    for _ in range(6):
        draws.append(draw("equal", pool, everybody))
        credits = apply(credits, draws[-1])
    for drawn in rng.sample(draws, len(draws)):
        credits = revert(credits, drawn)
    assert credits == before


@pytest.mark.parametrize("seed", range(3))
def test_cal4_equal_weights_end_within_one_booking_of_the_target(seed: int) -> None:
    rng, team = random.Random(seed), Team([1] * 10)
    for _ in range(1000):
        team.book(half_free(rng, range(10)))
    assert all(abs(team.counts[member] - 100) <= 1 for member in range(10)), team.counts


@pytest.mark.parametrize("seed", range(3))
def test_cal4_other_weights_end_within_one_percent(seed: int) -> None:
    weights = [1, 2, 3, 4, 5, 5, 4, 3, 2, 1]
    rng, team = random.Random(seed), Team(weights)
    for _ in range(1000):
        team.book(half_free(rng, range(10)))
    for member, weight in enumerate(weights):
        assert abs(team.counts[member] - 1000 * weight / sum(weights)) <= 10


def test_cal4_without_conflicts_each_round_has_everybody_once() -> None:
    team = Team([1] * 7)
    order = [team.book(range(7)).member_id for _ in range(21)]
    assert order == [*range(7)] * 3
    assert set(team.credits.values()) == {0}


def test_cal4_weights_are_spread_out_and_not_bunched() -> None:
    team = Team([3, 1])
    assert [team.book([0, 1]).member_id for _ in range(8)] == [0, 1, 0, 0, 0, 1, 0, 0]


def test_cal4_a_newcomer_gets_the_share_of_one_and_no_flood() -> None:
    rng, team = random.Random(7), Team([1] * 9)
    for _ in range(500):
        team.book(half_free(rng, range(9)))
    team.join(9)
    joined: list[bool] = []
    for _ in range(500):
        joined.append(team.book(half_free(rng, range(10))).member_id == 9)
    assert abs(sum(joined) - 50) <= 2
    assert (
        _most_within(joined, 20) <= 5
    )  # his due is 2 of 20; chance and being free decide the rest


def test_cal4_who_comes_back_from_absence_gets_no_flood() -> None:
    rng, team = random.Random(8), Team([1] * 10)
    for _ in range(100):
        team.book(half_free(rng, range(10)))
    before = team.credits[0]
    for _ in range(400):
        team.book(half_free(rng, range(1, 10)), absent=[0])
    assert team.credits[0] == before
    assert abs(before) < 3 * TURN
    back = [team.book(half_free(rng, range(10))).member_id == 0 for _ in range(500)]
    assert abs(sum(back) - 50 - before / TURN) <= 2
    assert _most_within(back, 20) <= 5


def test_cal4_cancelled_bookings_and_no_shows_give_the_turn_back() -> None:
    rng, team = random.Random(9), Team([1] * 10)
    for _ in range(1000):
        drawn = team.book(half_free(rng, range(10)))
        if rng.random() < 0.2 or (drawn.member_id == 3 and rng.random() < 0.5):
            team.give_back(drawn)
    kept = sum(team.counts.values())
    assert all(abs(team.counts[member] - kept / 10) <= 2 for member in range(10)), team.counts


def test_cal4_a_booking_given_back_at_once_leaves_the_next_draw_as_it_was() -> None:
    team = Team([1, 1, 1])
    first = team.book(range(3))
    team.give_back(first)
    assert team.credits == {0: 0, 1: 0, 2: 0}
    team.last.clear()
    assert team.book(range(3)).member_id == first.member_id


def test_cal4_equal_input_draws_equally() -> None:
    def history() -> list[int]:
        rng, team = random.Random(4), Team([2, 1, 1, 5])
        return [team.book(half_free(rng, range(4))).member_id for _ in range(200)]

    assert history() == history()


def _candidate(member_id: int, **more: object) -> Candidate:
    return Candidate(member_id, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "pool", "free", "winner", "reason"),
    [
        ("equal", [_candidate(1), _candidate(2)], [2], 2, DrawReason.NOT_FREE),
        ("equal", [_candidate(1, credit=-5), _candidate(2)], [1, 2], 2, DrawReason.CREDIT),
        (
            "equal",
            [_candidate(1, credit=1), _candidate(2, priority=9)],
            [1, 2], 1, DrawReason.CREDIT,
        ),
        (
            "availability",
            [_candidate(1, credit=TURN * 9), _candidate(2, priority=1)],
            [1, 2], 2, DrawReason.PRIORITY,
        ),
        (
            "availability",
            [_candidate(1, priority=1), _candidate(2, priority=1, credit=1), _candidate(3)],
            [1, 2, 3], 2, DrawReason.CREDIT,
        ),
        ("equal", [_candidate(1), _candidate(2, priority=1)], [1, 2], 2, DrawReason.PRIORITY),
        (
            "equal",
            [_candidate(1, last_drawn_at=START), _candidate(2, last_drawn_at=START - timedelta(1))],
            [1, 2], 2, DrawReason.LEAST_RECENT,
        ),
        (
            "equal",
            [_candidate(1, last_drawn_at=START), _candidate(2)],
            [1, 2], 2, DrawReason.LEAST_RECENT,
        ),
        (
            "equal",
            [_candidate(1, position=2), _candidate(2, position=1)],
            [1, 2], 2, DrawReason.POSITION,
        ),
        ("equal", [_candidate(2), _candidate(1)], [1, 2], 1, DrawReason.POSITION),
        (
            "equal",
            [_candidate(1, weight=0, credit=TURN * 9), _candidate(2, credit=-TURN)],
            [1, 2], 2, DrawReason.BACKUP,
        ),
        (
            "availability",
            [_candidate(1, weight=0, priority=9), _candidate(2)],
            [1, 2], 2, DrawReason.BACKUP,
        ),
        ("equal", [_candidate(1, weight=0), _candidate(2)], [1], 1, DrawReason.NOT_FREE),
    ],
)  # fmt: skip
def test_cal4_the_rule_that_decides(
    mode: str, pool: list[Candidate], free: list[int], winner: int, reason: DrawReason
) -> None:
    drawn = draw(mode, pool, free)
    assert (drawn.member_id, drawn.reason) == (winner, reason)


def test_cal4_equal_bookings_per_weight_tie_in_spite_of_rounding() -> None:
    """A seventh of a turn is no whole number of micro-credits; ties must be ties all the same."""
    team = Team([1] * 7, priority=1)
    for _ in range(7):
        team.book(range(7))
    pool = [Candidate(m, 1, int(m == 6), team.credits[m], START, m) for m in range(7)]
    assert draw("equal", pool, range(7)).reason is DrawReason.PRIORITY


def test_cal4_shares_follow_the_weights_to_the_last_micro_credit() -> None:
    pool = [_candidate(1, weight=2), _candidate(2, weight=1), _candidate(3, weight=0)]
    assert shares(pool, drawn=2) == {1: 666_666, 2: 333_334, 3: 0}
    assert shares(pool) == {1: 666_667, 2: 333_333, 3: 0}
    assert shares([_candidate(1, weight=0), _candidate(2, weight=0)]) == {1: 500_000, 2: 500_000}
    assert shares([]) == {}


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda: draw("equal", [], []), NobodyFreeError),
        (lambda: draw("equal", [_candidate(1)], [2]), NobodyFreeError),
        (lambda: draw("alphabetical", [_candidate(1)], [1]), ValueError),
        (lambda: draw("equal", [_candidate(1, weight=-1)], [1]), ValueError),
    ],
)
def test_cal4_what_cannot_be_drawn_is_refused(
    act: Callable[[], Draw], error: type[Exception]
) -> None:
    with pytest.raises(error):
        act()


def test_cal4_why_kate_shows_the_ledger_that_decided() -> None:
    kate = _candidate(1, credit=400_000, weight=2)
    mario = _candidate(2, credit=300_000)
    anna = _candidate(3, credit=900_000)
    backup = _candidate(4, weight=0)
    rows = explain(draw("equal", [backup, anna, mario, kate], [1, 2, 4]))
    assert [(r.member_id, r.credit, r.weight, r.free, r.drawn, r.decided_by) for r in rows] == [
        (1, 400_000, 2, True, True, DrawReason.CREDIT),
        (2, 300_000, 1, True, False, DrawReason.CREDIT),
        (4, 0, 0, True, False, DrawReason.BACKUP),
        (3, 900_000, 1, False, False, DrawReason.NOT_FREE),
    ]
    assert sum(row.share for row in rows) == round_robin.TURN
    stored = explain_json(draw("equal", [kate, mario], [1, 2]))
    assert stored[0]["member_id"] == 1
    assert stored[0]["decided_by"] == "credit"


def _most_within(drawn: Sequence[bool], width: int) -> int:
    return max(sum(drawn[start : start + width]) for start in range(len(drawn) - width))
