"""Round robin as an exact ledger: every booking is one turn, shared out and paid for (CAL-4).

Pure. A draw spreads one turn over the pool by weight, and the drawn member pays one turn; so a
credit is the turns that were due to a member minus those that he had, and whoever is owed most
comes next. What always holds: credits are whole millionths of a turn, a draw changes their sum by
nothing, equal input draws equally, and `revert` takes back exactly what `apply` did. The pool is
who takes part at all: who is absent is not in it and neither gains nor loses, so that nobody is
flooded after coming back, and a newcomer starts at zero with his share from then on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from crm_app.core.kinds import DrawMode

TURN = 1_000_000
"""Micro-credits: one booking."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the pool. More weight: more turns; a higher priority goes first."""

    member_id: int
    weight: int = 1
    priority: int = 0
    credit: int = 0
    last_drawn_at: datetime | None = None
    position: int = 0


class DrawReason(StrEnum):
    """What left a candidate behind, and for the drawn one: what left nobody else."""

    NOT_FREE = "not_free"
    BACKUP = "backup"
    """Weight 0: drawn only when nobody else is free."""
    CREDIT = "credit"
    PRIORITY = "priority"
    LEAST_RECENT = "least_recent"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of "Why Kate?": the ledger before the draw, and the rule that decided the line."""

    member_id: int
    weight: int
    priority: int
    credit: int
    share: int
    free: bool
    drawn: bool
    decided_by: DrawReason


@dataclass(frozen=True, slots=True)
class Draw:
    """Who was drawn, each one's share of the turn (summing to exactly one), and why."""

    member_id: int
    shares: Mapping[int, int]
    reason: DrawReason
    rows: tuple[Row, ...] = ()


class NobodyFreeError(ValueError):
    """Nobody of the pool is free, so nobody can be drawn."""


def draw(mode: str, pool: Sequence[Candidate], free: Collection[int]) -> Draw:
    """Draw the next of `free` from all active members who are not absent.

    `equal`: most credit; then priority, least recently drawn, position, id. `availability`:
    priority before credit. Raises NobodyFreeError, or ValueError for an unknown mode.
    """
    by_rule = _rules(DrawMode(mode), _weight_of(pool))
    left = [candidate for candidate in pool if candidate.member_id in free]
    if not left:
        raise NobodyFreeError("nobody of the pool is free")
    decided = {candidate.member_id: DrawReason.NOT_FREE for candidate in pool}
    reason = DrawReason.NOT_FREE
    for rule, key in by_rule:
        if len(left) == 1:
            break
        best = max(map(key, left))
        behind = [candidate for candidate in left if key(candidate) != best]
        if behind:
            reason = rule
            decided |= {candidate.member_id: rule for candidate in behind}
            left = [candidate for candidate in left if key(candidate) == best]
    drawn = left[0].member_id
    decided[drawn] = reason
    given = shares(pool, drawn)
    return Draw(drawn, given, reason, _rows(pool, free, drawn, given, decided))


def shares(pool: Collection[Candidate], drawn: int | None = None) -> dict[int, int]:
    """One turn in micro-credits by weight, summing to exactly one; equally if nobody has weight.

    What division leaves over (less than one micro-credit each) goes to the drawn member, who
    pays with it: after a full round of equals every credit is exactly what it was. For a drawn
    one outside the pool the first by position gets it. An empty pool shares nothing.
    """
    ordered = sorted(pool, key=lambda candidate: (candidate.position, candidate.member_id))
    if not ordered:
        return {}
    total = _weight_of(ordered)
    given = {
        candidate.member_id: TURN * candidate.weight // total if total else TURN // len(ordered)
        for candidate in ordered
    }
    rest = drawn if drawn in given else ordered[0].member_id
    given[rest] += TURN - sum(given.values())
    return given


def apply(credits: Mapping[int, int], drawn: Draw) -> dict[int, int]:
    """The credits after the draw; a member who is missing had none."""
    return _moved(credits, drawn, 1)


def revert(credits: Mapping[int, int], drawn: Draw) -> dict[int, int]:
    """The credits as if the draw had never been: a cancelled booking or a no-show (CAL-4)."""
    return _moved(credits, drawn, -1)


def explain(drawn: Draw) -> list[Row]:
    """The rows of "Why Kate?": who was drawn, then the others by how far they came."""
    stages = list(DrawReason)
    return sorted(
        drawn.rows, key=lambda row: (not row.drawn, not row.free, -stages.index(row.decided_by))
    )


def explain_json(drawn: Draw) -> list[dict[str, Any]]:
    """The same as plain objects, to be stored with the booking."""
    return [asdict(row) for row in explain(drawn)]


Key = Callable[[Candidate], Any]


def _rules(mode: DrawMode, total: int) -> list[tuple[DrawReason, Key]]:
    """The rules in the order in which they are asked; of each the highest key stays."""
    # Credit is compared with the share of this turn added, as fractions without the division.
    by_credit: tuple[DrawReason, Key] = (
        DrawReason.CREDIT,
        lambda candidate: candidate.credit * max(total, 1) + TURN * candidate.weight,
    )
    by_priority: tuple[DrawReason, Key] = (
        DrawReason.PRIORITY,
        lambda candidate: candidate.priority,
    )
    first = [by_credit, by_priority]
    if mode is DrawMode.AVAILABILITY:
        first.reverse()
    return [
        (DrawReason.BACKUP, lambda candidate: candidate.weight > 0),
        *first,
        (DrawReason.LEAST_RECENT, lambda c: -((c.last_drawn_at or LONG_AGO) - LONG_AGO)),
        (DrawReason.POSITION, lambda candidate: (-candidate.position, -candidate.member_id)),
    ]


def _weight_of(pool: Iterable[Candidate]) -> int:
    weights = [candidate.weight for candidate in pool]
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight cannot be negative")
    return sum(weights)


def _rows(
    pool: Sequence[Candidate],
    free: Collection[int],
    drawn: int,
    given: Mapping[int, int],
    decided: Mapping[int, DrawReason],
) -> tuple[Row, ...]:
    return tuple(
        Row(
            member_id=candidate.member_id,
            weight=candidate.weight,
            priority=candidate.priority,
            credit=candidate.credit,
            share=given[candidate.member_id],
            free=candidate.member_id in free,
            drawn=candidate.member_id == drawn,
            decided_by=decided[candidate.member_id],
        )
        for candidate in pool
    )


def _moved(credits: Mapping[int, int], drawn: Draw, sign: int) -> dict[int, int]:
    moved = dict(credits)
    for member_id, share in drawn.shares.items():
        moved[member_id] = moved.get(member_id, 0) + sign * share
    moved[drawn.member_id] = moved.get(drawn.member_id, 0) - sign * TURN
    return moved
