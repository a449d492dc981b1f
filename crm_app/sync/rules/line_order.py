"""In which order lines stand on either side after a merge. Pure.

Each side keeps its own order. A line that is put in stands beside the neighbour that it has on the
other side; lines that were moved on one side are moved on the other too, ours first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

OURS, THEIRS = 0, 1
Line = TypeVar("Line")


@dataclass(slots=True, eq=False)
class Fate(Generic[Line]):
    """What a line comes to on our side and on theirs (``then``, None: it does not stand there).

    ``was`` and ``now`` are its places on either side before and now. ``spare``: it goes out only
    where others do. ``beside``: the line that it was one with on both sides.
    """

    then: list[Line | None]
    was: tuple[int | None, int | None]
    now: tuple[int | None, int | None]
    spare: bool = False
    beside: "Fate[Line] | None" = field(default=None, repr=False)


def laid_out(
    fates: Sequence[Fate[Line]], *, joined: bool
) -> tuple[list[Fate[Line]], list[Fate[Line]]]:
    """The lines of our side and of theirs in their order.

    Not ``joined``: both sides were never in step; then what comes to us stands behind ours.
    """
    here, there = _placed(fates, OURS, behind=not joined), _placed(fates, THEIRS, behind=False)
    if joined and _moved(fates, OURS):
        there = _led(there, here)
    elif joined and _moved(fates, THEIRS):
        here = _led(here, there)
    return here, there


def _placed(fates: Sequence[Fate[Line]], side: int, *, behind: bool) -> list[Fate[Line]]:
    standing = [fate for fate in fates if fate.then[side] is not None]
    laid = sorted(
        (fate for fate in standing if fate.now[side] is not None),
        key=lambda fate: fate.now[side] or 0,
    )
    other = 1 - side
    neighbours = sorted(
        (fate for fate in fates if fate.now[other] is not None),
        key=lambda fate: fate.now[other] or 0,
    )
    for index, fate in enumerate(neighbours):
        if fate.then[side] is None or fate.now[side] is not None:
            continue
        if behind:
            laid.append(fate)
        else:
            laid.insert(_beside(fate, laid, neighbours, index, side), fate)
    return laid


def _beside(
    fate: Fate[Line],
    laid: list[Fate[Line]],
    neighbours: list[Fate[Line]],
    index: int,
    side: int,
) -> int:
    """Where ``fate`` is put in: beside its other half, behind the line that it stands behind on the
    other side, else before the one that it stands before. Of two that are new in one place ours is
    the first."""
    if fate.beside in laid:
        return laid.index(fate.beside) + (1 if side == OURS else 0)
    before = next((one for one in reversed(neighbours[:index]) if one in laid), None)
    if before is not None:
        place = laid.index(before) + 1
        while side == OURS and place < len(laid) and _new(laid[place], side):
            place += 1
        return place
    behind = next((one for one in neighbours[index + 1 :] if one in laid), None)
    place = laid.index(behind) if behind is not None else len(laid) if side == OURS else 0
    while side == THEIRS and place and _new(laid[place - 1], side):
        place -= 1
    return place


def _new(fate: Fate[Line], side: int) -> bool:
    return fate.was[side] is None and fate.now[side] is not None


def _moved(fates: Sequence[Fate[Line]], side: int) -> bool:
    """Whether lines that stay on a side changed places there."""
    places = sorted(
        (was, now)
        for fate in fates
        if (was := fate.was[side]) is not None and (now := fate.now[side]) is not None
    )
    order = [now for _, now in places]
    return order != sorted(order)


def _led(follower: list[Fate[Line]], leader: list[Fate[Line]]) -> list[Fate[Line]]:
    """The lines that both have, in the leader's order, on the places that they take."""
    shared = iter([fate for fate in leader if fate in follower])
    return [next(shared) if fate in leader else fate for fate in follower]
